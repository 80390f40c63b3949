#include "cli/live/set_sockets.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "cli/frame/report.hpp"
#include "cli/live/keepalive_text.hpp"
#include "os/socket/address.hpp"
#include "policy/duration.hpp"

namespace wsalive::cli {
namespace {

using attach::SetMode;
using nlohmann::ordered_json;

/// An engine recognises a value from outside by its difference from the one that it has written itself, and keeps its own if
/// they are equal, which is right for values that the user has not named.
/// \return why the engine would not notice a named value, or empty.
std::string why_overlooked(const Connection& connection, const SetRequest& request,
                           const attach::SocketChange& change) {
  if (!is_driven_inside(connection) || request.wish.on != os::Switch::on) return {};
  struct Row {
    const char* letter;
    const char* option;
    attach::Overwrite overwrite;
    std::uint32_t asked;
    int kernel;
    policy::DwordMillis in_force;
  };
  const attach::SocketWish& wish = request.wish;
  const os::KernelKeepAlive& kernel = change.before.keep_alive;
  const policy::Timing& in_force = connection.keep_alive->timing;
  for (const Row& row :
       {Row{"T", "--time", wish.idle, wish.fit.idle_s, kernel.idle_s, in_force.idle},
        Row{"I", "--interval", wish.interval, wish.fit.interval_s, kernel.interval_s,
            in_force.interval}}) {
    const bool is_written_already = row.kernel == static_cast<int>(row.asked);
    const bool is_in_force = row.in_force.count() == row.asked * 1000;
    if (row.overwrite == attach::Overwrite::never || !is_written_already || is_in_force) continue;
    return fmt::format(
        "the program's own engine keeps {0} = {1} and has {2}s in the kernel for it: it would not "
        "notice {2}s from outside. Name another {3}, or leave it away",
        row.letter, policy::format_duration(policy::Millis{row.in_force.count()}), row.kernel,
        row.option);
  }
  return {};
}

/// The values after the engine's next look: it takes those that have changed.
policy::Timing taken_over(const SetRow& row) {
  policy::Timing timing = row.connection.keep_alive->timing;
  const os::KernelKeepAlive& before = row.change->before.keep_alive;
  const os::KernelKeepAlive& after = row.change->after.keep_alive;
  const auto milliseconds = [](int seconds) {
    return policy::DwordMillis{static_cast<std::uint32_t>(seconds) * 1000};
  };
  if (after.idle_s != before.idle_s) timing.idle = milliseconds(after.idle_s);
  if (after.interval_s != before.interval_s) timing.interval = milliseconds(after.interval_s);
  if (after.probes != before.probes) timing.probes = static_cast<std::uint8_t>(after.probes);
  return timing;
}

/// Whether no change was requested.
bool was_so(const SetRow& row) { return row.change && row.change->before == row.change->after; }

/// Whether the socket keeps another value than the requested one, because its own differs from the default.
bool stays_set(const os::KernelKeepAlive& after, const attach::SocketWish& wish) {
  const auto stays = [](int value, std::uint32_t asked, attach::Overwrite overwrite) {
    return overwrite == attach::Overwrite::unless_set && value != static_cast<int>(asked);
  };
  return stays(after.idle_s, wish.fit.idle_s, wish.idle) ||
         stays(after.interval_s, wish.fit.interval_s, wish.interval) ||
         stays(after.probes, wish.fit.probes, wish.probes);
}

/// "I and N were not named and stay as they were (--interval, --probes)."
std::string unnamed_note(const attach::SocketWish& wish) {
  struct Row {
    attach::Overwrite overwrite;
    const char* letter;
    const char* option;
  };
  std::vector<std::string> letters;
  std::vector<std::string> options;
  for (const Row& row : {Row{wish.idle, "T", "--time"}, Row{wish.interval, "I", "--interval"},
                         Row{wish.probes, "N", "--probes"}}) {
    if (row.overwrite != attach::Overwrite::never) continue;
    letters.emplace_back(row.letter);
    options.emplace_back(row.option);
  }
  if (letters.empty()) return {};
  const bool one = letters.size() == 1;
  return fmt::format("{} {} not named and {} as before ({}).", fmt::join(letters, " and "),
                     one ? "was" : "were", one ? "stays" : "stay", fmt::join(options, ", "));
}

std::string before_of(const SetRow& row) {
  if (is_driven_inside(row.connection)) return in_short(row.connection.keep_alive->timing);
  if (row.change) return in_short(row.change->before);
  return row.connection.keep_alive ? in_short(row.connection.keep_alive->kernel) : "?";
}

Cell after_of(const SetRow& row) {
  if (!row.change) return {"refused: " + row.refused_because, drawing::Tone::bad};
  const bool is_taken_over =
      is_driven_inside(row.connection) && row.change->after.keep_alive.on == os::Switch::on;
  return {is_taken_over ? in_short(taken_over(row)) : in_short(row.change->after),
          was_so(row) ? drawing::Tone::faint : drawing::Tone::good};
}

ordered_json values_json(const attach::KernelValues& values) {
  const os::KernelKeepAlive& keep_alive = values.keep_alive;
  return {{"on", keep_alive.on == os::Switch::on},
          {"idle_ms", keep_alive.idle_s * 1000LL},
          {"interval_ms", keep_alive.interval_s * 1000LL},
          {"probes", keep_alive.probes},
          {"user_timeout_ms",
           values.user_timeout_ms ? ordered_json(*values.user_timeout_ms) : ordered_json()}};
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
          {"keeps_earlier_values", row.change ? ordered_json(row.keeps_set) : ordered_json()},
          {"driven_by_engine", is_driven_inside(at)},
          {"condition", advice::row(at.condition()).name},
          {"in_effect", advice::row(at.condition()).no_effect.empty()},
          {"refused_because", row.change ? ordered_json() : ordered_json(row.refused_because)}};
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
  const auto set = [&](SetMode mode) -> Result<attach::SocketChange> {
    if (!process) return tl::unexpected(process.error());
    return attach::set_socket({*process, at.owner->fd, at.socket.cookie, at.socket.inode},
                              request.wish, at.defaults, mode);
  };
  Result<attach::SocketChange> change = set(SetMode::dry_run);
  std::string overlooked = change ? why_overlooked(at, request, *change) : "";
  if (!overlooked.empty()) {
    refuse(row, ExitCode::bad_input, std::move(overlooked));
    return row;
  }
  if (change && request.mode == SetMode::apply) change = set(SetMode::apply);
  if (!change) {
    refuse(row, reach_code(change.error()), reach_problem(change.error()));
    return row;
  }
  const bool wants_timeout = request.wish.fit.user_timeout_ms.value_or(0) != 0;
  if (wants_timeout && !request.wish.on && !change->after.user_timeout_ms) {
    refuse(row, ExitCode::unavailable, "this protocol has no TCP_USER_TIMEOUT here");
    return row;
  }
  row.change = *change;
  row.keeps_set =
      request.wish.on == os::Switch::on && stays_set(change->after.keep_alive, request.wish);
  return row;
}

std::vector<std::string> wish_notes(const attach::SocketWish& wish) {
  if (wish.on != os::Switch::on) return {};
  std::string note = unnamed_note(wish);
  return note.empty() ? std::vector<std::string>{} : std::vector{std::move(note)};
}

SetReport::SetReport(std::vector<SetRow> rows, SetMode mode, std::vector<std::string> notes,
                     std::optional<policy::Millis> path_timeout)
    : rows_(std::move(rows)), mode_(mode), notes_(notes_of(rows_, path_timeout)) {
  std::ranges::move(notes, std::back_inserter(notes_));
}

std::size_t SetReport::refused() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(rows_, [](const SetRow& row) { return !row.change; }));
}

std::size_t SetReport::unchanged() const {
  return static_cast<std::size_t>(std::ranges::count_if(rows_, was_so));
}

ExitCode SetReport::exit_code() const {
  if (refused() == 0) return ExitCode::ok;
  return refused() == rows_.size() ? rows_.front().refusal : ExitCode::findings;
}

std::string SetReport::summary() const {
  const bool is_tried = mode_ == SetMode::dry_run;
  const auto count = [this](auto holds) {
    return static_cast<std::size_t>(std::ranges::count_if(rows_, holds));
  };
  const std::size_t kept = count([](const SetRow& row) { return was_so(row) && row.keeps_set; });
  const std::size_t alike = unchanged() - kept;
  const std::size_t done = rows_.size() - refused() - unchanged();
  std::vector<std::string> parts;
  const auto add = [&parts](std::size_t many, const char* of_one, const char* of_more) {
    const char* const noun = !parts.empty() ? "" : many == 1 ? " socket" : " sockets";
    parts.push_back(fmt::format("{}{} {}", many, noun, many == 1 ? of_one : of_more));
  };
  const char* const set = is_tried ? "would be set" : "set";
  if (done != 0 || unchanged() == 0) add(done, set, set);
  if (alike != 0)
    add(alike, is_tried ? "is so already" : "was so already",
        is_tried ? "are so already" : "were so already");
  if (kept != 0)
    add(kept, is_tried ? "stays as it is" : "stays as it was",
        is_tried ? "stay as they are" : "stay as they were");
  if (refused() != 0) add(refused(), "refused", "refused");
  return fmt::format("{}{}", fmt::join(parts, ", "), is_tried ? "; nothing was changed." : ".");
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
  return {{"dry_run", mode_ == SetMode::dry_run},
          {"set", rows_.size() - refused()},
          {"unchanged", unchanged()},
          {"refused", refused()},
          {"notes", notes_},
          {"sockets", list}};
}

}  // namespace wsalive::cli
