#include "cli/live/set_sockets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/frame/columns.hpp"
#include "cli/live/keepalive_text.hpp"
#include "os/socket/address_text.hpp"

namespace wsalive::cli {
namespace {

using attach::Deed;
using nlohmann::ordered_json;

/// By an engine of ours inside its program; what the kernel has is then not the truth.
bool is_driven(const Connection& connection) {
  return connection.keep_alive && connection.keep_alive->is_driven();
}

/// An engine tells a value from outside by its difference from the one that it has written itself.
bool would_be_overlooked(const Connection& connection, const SetRequest& request,
                         const attach::SocketChange& change) {
  if (!is_driven(connection) || request.wish.on == os::Switch::off) return false;
  const os::KernelKeepAlive& kernel = change.before;
  const policy::Timing& in_force = connection.keep_alive->timing;
  const bool idle = change.after.idle_s == kernel.idle_s &&
                    in_force.idle.count() != static_cast<std::uint32_t>(kernel.idle_s) * 1000;
  const bool interval =
      change.after.interval_s == kernel.interval_s &&
      in_force.interval.count() != static_cast<std::uint32_t>(kernel.interval_s) * 1000;
  return idle || interval;
}

bool stays_own(const os::KernelKeepAlive& after, const policy::KernelFit& fit) {
  return after.idle_s != static_cast<int>(fit.idle_s) ||
         after.interval_s != static_cast<int>(fit.interval_s) ||
         after.probes != static_cast<int>(fit.probes);
}

std::string before_of(const SetRow& row) {
  if (is_driven(row.connection)) return in_short(row.connection.keep_alive->timing);
  if (row.change) return in_short(row.change->before);
  return row.connection.keep_alive ? in_short(row.connection.keep_alive->kernel) : "?";
}

Cell after_of(const SetRow& row) {
  if (!row.change) return {"refused: " + row.refused_because, drawing::Tone::bad};
  const bool alike = row.change->before == row.change->after;
  return {in_short(row.change->after), alike ? drawing::Tone::faint : drawing::Tone::good};
}

ordered_json values_json(const os::KernelKeepAlive& values) {
  return {{"on", values.on == os::Switch::on},
          {"idle_ms", values.idle_s * 1000LL},
          {"interval_ms", values.interval_s * 1000LL},
          {"probes", values.probes}};
}

ordered_json row_json(const SetRow& row) {
  const Connection& at = row.connection;
  return {{"program", at.owner ? ordered_json(at.owner->program) : ordered_json()},
          {"pid", at.owner ? ordered_json(at.owner->pid) : ordered_json()},
          {"fd", at.owner ? ordered_json(at.owner->fd) : ordered_json()},
          {"local", os::format_endpoint(at.socket.local)},
          {"remote", os::format_endpoint(at.socket.remote)},
          {"before", row.change ? values_json(row.change->before) : ordered_json()},
          {"after", row.change ? values_json(row.change->after) : ordered_json()},
          {"driven_by_engine", is_driven(at)},
          {"refused_because", row.change ? ordered_json() : ordered_json(row.refused_because)}};
}

/// The one timing that the kernel keeps on all that were set; nullopt where there are several, or none.
std::optional<policy::Timing> only_timing(const std::vector<SetRow>& rows) {
  std::optional<os::KernelKeepAlive> only;
  for (const SetRow& row : rows) {
    const bool listens = row.connection.socket.state == os::TcpState::listen;
    if (!row.change || listens || is_driven(row.connection)) continue;
    if (row.change->after.on == os::Switch::off) return std::nullopt;
    if (only && *only != row.change->after) return std::nullopt;
    only = row.change->after;
  }
  if (!only) return std::nullopt;
  return policy::as_timing({.idle_s = static_cast<std::uint32_t>(only->idle_s),
                            .interval_s = static_cast<std::uint32_t>(only->interval_s),
                            .probes = static_cast<std::uint32_t>(only->probes)});
}

void refuse(SetRow& row, ExitCode code, std::string reason) {
  row.change.reset();
  row.refusal = code;
  row.refused_because = std::move(reason);
}

}  // namespace

SetRow SocketSetter::set(Connection connection, const SetRequest& request) {
  SetRow row{.connection = std::move(connection), .change = {}};
  const Connection& at = row.connection;
  if (!at.owner || !at.keep_alive) {
    refuse(row, at.unknown_as, at.unknown_because);
    return row;
  }
  const auto [place, is_new] =
      processes_.try_emplace(at.owner->pid, attach::Process::open(at.owner->pid));
  const Result<attach::Process>& process = place->second;
  const auto set = [&](Deed deed) -> Result<attach::SocketChange> {
    if (!process) return tl::unexpected(process.error());
    return attach::set_socket({*process, at.owner->fd, at.socket.cookie}, request.wish, at.defaults,
                              deed);
  };
  Result<attach::SocketChange> change = set(Deed::rehearse);
  if (change && would_be_overlooked(at, request, *change)) {
    refuse(row, ExitCode::bad_input,
           "the program's own engine could not tell these values from its own; take others");
    return row;
  }
  if (change && request.deed == Deed::act) change = set(Deed::act);
  if (!change) {
    refuse(row, reach_code(change.error()), reach_problem(change.error()));
    return row;
  }
  row.change = *change;
  row.keeps_own = request.wish.on == os::Switch::on && stays_own(change->after, request.wish.fit);
  return row;
}

SetReport::SetReport(std::vector<SetRow> rows, Deed deed, std::vector<std::string> notes)
    : rows_(std::move(rows)), deed_(deed), notes_(std::move(notes)) {
  if (std::ranges::any_of(rows_, &SetRow::keeps_own)) {
    notes_.emplace_back(
        "Values that a program has set itself stay its own, unless they are asked for.");
  }
  if (const auto kept = only_timing(rows_)) {
    notes_.insert(notes_.begin(), kernel_words(*kept, kernel_alone()));
  }
  const auto is_set_and_driven = [](const SetRow& row) {
    return row.change && is_driven(row.connection);
  };
  if (std::ranges::any_of(rows_, is_set_and_driven)) {
    notes_.emplace_back(
        "An engine of wsalive inside the program drives such a connection. It takes the values "
        "over, as set "
        "from outside, when it next looks: within the idle time that was in force.");
  }
}

std::size_t SetReport::refused() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(rows_, [](const SetRow& row) { return !row.change; }));
}

ExitCode SetReport::exit_code() const {
  if (refused() == 0) return ExitCode::ok;
  return refused() == rows_.size() ? rows_.front().refusal : ExitCode::findings;
}

std::string SetReport::summary() const {
  const std::size_t done = rows_.size() - refused();
  std::string text = fmt::format("{} socket{} {}", done, done == 1 ? "" : "s",
                                 deed_ == Deed::rehearse ? "would be set" : "set");
  if (refused() != 0) text += fmt::format(", {} refused", refused());
  return text + (deed_ == Deed::rehearse ? "; nothing was changed." : ".");
}

std::string SetReport::text(const Page& page) const {
  Columns table{{{"PROGRAM PID:FD"}, {"REMOTE"}, {"BEFORE"}, {"AFTER"}}};
  for (const SetRow& row : rows_) {
    const attach::TcpSocket& socket = row.connection.socket;
    const bool listens = socket.state == os::TcpState::listen;
    table.add({{row.connection.name()},
               {listens ? "(listening)" : os::format_endpoint(socket.remote)},
               {before_of(row)},
               after_of(row)});
  }
  std::string text = (rows_.empty() ? "" : table.text(page) + '\n') + summary() + '\n';
  for (const std::string& note : notes_) text += wrapped(note, page.width);
  return text;
}

ordered_json SetReport::json() const {
  ordered_json list = ordered_json::array();
  for (const SetRow& row : rows_) list.push_back(row_json(row));
  return {{"dry_run", deed_ == Deed::rehearse},
          {"set", rows_.size() - refused()},
          {"refused", refused()},
          {"notes", notes_},
          {"sockets", list}};
}

}  // namespace wsalive::cli
