// wsalive ls: every TCP connection that one may see, and what keep-alive does on it.

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/attaching/policies.hpp"
#include "cli/commands/commands.hpp"
#include "cli/frame/refusals.hpp"
#include "cli/frame/report.hpp"
#include "cli/live/connection_text.hpp"
#include "cli/live/connections.hpp"
#include "cli/live/live_socket.hpp"
#include "os/clock.hpp"
#include "os/socket/address.hpp"
#include "policy/duration.hpp"

namespace wsalive::cli {
namespace {

using nlohmann::ordered_json;
using policy::DriverKind;
using policy::Millis;

constexpr std::array kDrivers{"off", "silent", "native", "rearm", "repair", "late"};
constexpr std::array kSources{"default", "registry", "program", "outside"};

/// A word of FROM, and what it means.
struct FromRow {
  std::string_view word;
  std::string_view meaning;
};
constexpr std::array kFrom{
    FromRow{"default", "what the sysctls of its network say, set on the socket or not"},
    FromRow{"socket", "set on the socket, by its program or for it (run, attach, set)"},
    FromRow{"program", "its program's, as our engine in it says"},
    FromRow{"registry", "the registry's, likewise"},
    FromRow{"outside", "set from outside, likewise"},
    FromRow{"mixed",
            "T, I and N differ in it (--json says how); a value that the sysctls have, too, is a "
            "default"},
};

/// Of a socket that the kernel keeps nobody knows who has set a value, only that it was set.
std::string source_word(const Connection& connection, policy::Source source) {
  const bool is_known = source != policy::Source::socket || connection.keep_alive->is_driven();
  return is_known ? name_in(kSources, source) : "socket";
}

std::string source_of(const Connection& connection) {
  if (!is_on(connection)) return {};
  const policy::SourcedTiming& from = connection.keep_alive->sourced;
  const bool all_alike = from.idle_from == from.interval_from && from.idle_from == from.probes_from;
  return all_alike ? source_word(connection, from.idle_from) : "mixed";
}

drawing::Tone tone_of(const Connection& connection) {
  if (!connection.keep_alive) return drawing::Tone::faint;
  if (connection.keep_alive->unanswered != 0) return drawing::Tone::bad;
  return is_on(connection) ? drawing::Tone::good : drawing::Tone::plain;
}

ordered_json earliest(const std::optional<policy::Span>& span) {
  return span ? ordered_json(span->earliest.count()) : ordered_json();
}

ordered_json latest(const std::optional<policy::Span>& span) {
  return span ? ordered_json(span->latest.count()) : ordered_json();
}

ordered_json keep_alive_json(const Connection& connection) {
  if (!connection.keep_alive) return nullptr;
  const attach::KeepAliveOf& values = *connection.keep_alive;
  return {{"on", is_on(connection)},
          {"idle_ms", values.timing.idle.count()},
          {"interval_ms", values.timing.interval.count()},
          {"probes", values.timing.probes},
          {"idle_from", source_word(connection, values.sourced.idle_from)},
          {"interval_from", source_word(connection, values.sourced.interval_from)},
          {"probes_from", source_word(connection, values.sourced.probes_from)},
          {"driver", name_in(kDrivers, values.driver)},
          {"user_timeout_ms", values.user_timeout.count()},
          {"unanswered", values.unanswered}};
}

ordered_json to_json(const Connection& connection) {
  const attach::TcpSocket& socket = connection.socket;
  const advice::Noticed noticed = connection.noticed();
  const std::optional<Millis> silent = connection.silent_for();
  const std::optional<policy::Span> next = connection.to_next_probe();
  const bool known = connection.keep_alive.has_value();
  const bool can_notice = connection.can_notice();
  return {{"program", connection.owner ? ordered_json(connection.owner->program) : ordered_json()},
          {"pid", connection.owner ? ordered_json(connection.owner->pid) : ordered_json()},
          {"fd", connection.owner ? ordered_json(connection.owner->fd) : ordered_json()},
          {"uid", socket.uid},
          {"local", os::format_endpoint(socket.local)},
          {"remote", os::format_endpoint(socket.remote)},
          {"state", name_in(kStates, socket.state)},
          {"condition", advice::row(connection.condition()).name},
          {"protocol", known && connection.keep_alive->is_mptcp ? "mptcp" : "tcp"},
          {"in_repair_mode",
           known ? ordered_json(connection.keep_alive->is_in_repair) : ordered_json()},
          {"keep_alive", keep_alive_json(connection)},
          {"unknown_because", known ? ordered_json() : ordered_json(connection.unknown_because)},
          {"silent_for_ms", silent ? ordered_json(silent->count()) : ordered_json()},
          {"next_probe_ms", earliest(next)},
          {"next_probe_latest_ms", latest(next)},
          {"unread_bytes", socket.unread_bytes},
          {"unacknowledged_bytes", socket.unacknowledged_bytes},
          {"retransmissions", socket.sending.retransmits},
          {"noticed_by", can_notice ? ordered_json(name_of(noticed.by)) : ordered_json()},
          {"noticed_after_ms", can_notice ? earliest(noticed.after) : ordered_json()},
          {"noticed_after_latest_ms", can_notice ? latest(noticed.after) : ordered_json()},
          {"noticed_in_ms", can_notice ? earliest(noticed.in) : ordered_json()},
          {"noticed_in_latest_ms", can_notice ? latest(noticed.in) : ordered_json()}};
}

class ConnectionsReport final : public Report {
 public:
  ConnectionsReport(Connections connections, bool wide)
      : all_(std::move(connections)), wide_(wide) {}

  [[nodiscard]] std::string text(const Page& page) const override {
    if (all_.list.empty()) {
      return "no such connection" + (all_.hidden.empty() ? "" : "; " + hidden_note()) + "\n";
    }
    const std::vector<std::string> unusual = not_established();
    const bool has_states =
        !wide_ && !unusual.empty() && table_with(States::shown).width() <= page.width;
    const Columns table = table_with(has_states ? States::shown : States::left_out);
    const std::string more = wide_ ? "" : more_columns(has_states, unusual, page);
    return table.text(page) + page.coloured(drawing::Tone::faint, '\n' + more + legend(page));
  }

  [[nodiscard]] ordered_json json() const override {
    ordered_json list = ordered_json::array();
    for (const Connection& connection : all_.list) list.push_back(to_json(connection));
    return {{"connections", list},
            {"defaults",
             {{"idle_ms", all_.defaults.idle_s * 1000LL},
              {"interval_ms", all_.defaults.interval_s * 1000LL},
              {"probes", all_.defaults.probes}}},
            {"hidden_processes", all_.hidden.size()}};
  }

 private:
  /// Behind REMOTE; the wide table has them further on in any case.
  enum class States : std::uint8_t { left_out, shown };

  [[nodiscard]] Columns table_with(States states) const {
    Columns table{headings(states)};
    for (const Connection& connection : all_.list) table.add(cells(connection, states));
    return table;
  }

  [[nodiscard]] std::vector<Column> headings(States states) const {
    std::vector<Column> headings{{"PROGRAM PID:FD"}, {"REMOTE"}};
    if (states == States::shown) headings.push_back({"STATE"});
    headings.insert(
        headings.end(),
        {{"KEEP-ALIVE"}, {"FROM"}, {"SILENT", Align::right}, {"NOTICED", Align::right}});
    if (!wide_) return headings;
    for (const char* more :
         {"LOCAL", "STATE", "NEXT", "UNANSWERED", "UNACKED", "USER TIMEOUT", "DRIVER"}) {
      headings.push_back({more});
    }
    return headings;
  }

  [[nodiscard]] std::vector<Cell> cells(const Connection& connection, States states) const {
    const attach::TcpSocket& socket = connection.socket;
    const bool listens = socket.state == os::TcpState::listen;
    std::vector<Cell> cells{{connection.name()},
                            {listens ? "(listening)" : os::format_endpoint(socket.remote)}};
    if (states == States::shown) cells.push_back({listens ? "" : state_of(connection)});
    cells.push_back({values_of(connection), tone_of(connection)});
    cells.push_back({source_of(connection), drawing::Tone::faint});
    cells.push_back({listens ? "" : silence_of(connection)});
    cells.push_back({notice_of(connection)});
    if (!wide_) return cells;
    const std::optional<policy::Span> next = connection.to_next_probe();
    const auto& values = connection.keep_alive;
    cells.push_back({os::format_endpoint(socket.local)});
    cells.push_back({state_of(connection)});
    cells.push_back({next ? in_table(*next) : "-"});
    cells.push_back({values ? std::to_string(values->unanswered) : "?"});
    cells.push_back({std::to_string(socket.unacknowledged_bytes)});
    cells.push_back({!values                        ? "?"
                     : values->user_timeout.count() ? rough(values->user_timeout)
                                                    : "-"});
    cells.push_back({values ? name_in(kDrivers, values->driver) : "?"});
    return cells;
  }

  /// "psql 4711:3 close-wait", of those that are in no ordinary state.
  [[nodiscard]] std::vector<std::string> not_established() const {
    std::vector<std::string> names;
    for (const Connection& each : all_.list) {
      const std::string state = state_of(each);
      const bool is_usual =
          each.socket.state == os::TcpState::listen || state == name_of(os::TcpState::established);
      if (!is_usual) names.push_back(each.name() + ' ' + state);
    }
    return names;
  }

  /// Beside listeners.
  [[nodiscard]] bool has_connections() const {
    return std::ranges::any_of(all_.list, [](const Connection& each) {
      return each.socket.state != os::TcpState::listen;
    });
  }

  /// Where the states are, if the table has no room for them, and what else is to be seen.
  [[nodiscard]] std::string more_columns(bool has_states, const std::vector<std::string>& unusual,
                                         const Page& page) const {
    constexpr std::size_t kNamed = 4;
    if (has_states) return "LOCAL and more: --wide.\n";
    if (!has_connections()) return "LOCAL and more: --wide.\n";
    if (unusual.empty()) return "STATE: all are established. LOCAL and more: --wide.\n";
    const std::span<const std::string> named{unusual.data(), std::min(unusual.size(), kNamed)};
    const std::size_t rest = unusual.size() - named.size();
    return wrapped(
        fmt::format("STATE: established, but for {}{}. LOCAL and more: --wide.",
                    fmt::join(named, "; "), rest == 0 ? "" : fmt::format("; and {} more", rest)),
        page.width);
  }

  /// What the words of the table mean that stand in it.
  [[nodiscard]] std::string legend(const Page& page) const {
    std::string text =
        "NOTICED: how long after its last segment a peer that falls silent is given up.\n"
        "Two ends: the kernel's timers are coarse.\n";
    const auto is_driven = [](const Connection& each) {
      return each.keep_alive && each.keep_alive->is_driven();
    };
    if (std::ranges::any_of(all_.list, is_driven)) {
      text += fmt::format("One: our engine keeps it, at most {} later.\n",
                          policy::format_duration(policy::driven_lateness(os::tick_length())));
    }
    if (std::ranges::any_of(all_.list, is_starred)) {
      text += wrapped(
          "*: not keep-alive decides, because something waits for an answer: data, the "
          "end, or the connection itself; `wsalive explain PID:FD` says more.",
          page.width);
    }
    std::vector<std::string> meanings;
    for (const FromRow& row : kFrom) {
      const auto says = [&](const Connection& each) { return source_of(each) == row.word; };
      if (std::ranges::any_of(all_.list, says))
        meanings.push_back(fmt::format("{}, {}", row.word, row.meaning));
    }
    if (!meanings.empty())
      text += wrapped(fmt::format("FROM: {}.", fmt::join(meanings, "; ")), page.width);
    if (!all_.hidden.empty()) text += wrapped(hidden_note(), page.width);
    return text;
  }

  [[nodiscard]] std::string hidden_note() const {
    return fmt::format("{} process{} cannot be looked into ({}): {}", all_.hidden.size(),
                       all_.hidden.size() == 1 ? "" : "es", names_of(all_.hidden),
                       ::geteuid() == 0 ? as_root("CAP_SYS_PTRACE over them")
                                        : "mostly other users', whose connections root sees");
  }

  Connections all_;
  bool wide_;
};

class Ls final : public Command {
 public:
  void declare(CLI::App& parser) override {
    std::vector<CLI::Option*> others = selection_.declare(parser);
    others.push_back(
        parser.add_flag("--listeners", selection_.listeners, "Listening sockets, too"));
    others.push_back(parser.add_flag("--wide", wide_, "All columns"));
    CLI::Option* const policies = parser.add_flag(
        "--policies", policies_, "The policies that wsalive attach has left in force instead");
    for (CLI::Option* const each : others) policies->excludes(each);
  }

  Outcome run() override {
    if (policies_) return list_policies();
    auto connections = find_connections(selection_);
    if (!connections) return tl::unexpected(connections.error());
    if (is_out_of_sight(selection_, *connections)) {
      return tl::unexpected(why_nothing("cannot list connections", selection_));
    }
    return Answer{std::make_unique<ConnectionsReport>(std::move(*connections), wide_), 0};
  }

 private:
  static Outcome list_policies() {
    auto policies = attached_policies();
    if (!policies) return tl::unexpected(policies.error());
    return Answer{std::make_unique<PoliciesReport>(std::move(*policies)), 0};
  }

  Selection selection_;
  bool wide_ = false;
  bool policies_ = false;
};

}  // namespace

std::unique_ptr<Command> make_ls() { return std::make_unique<Ls>(); }

}  // namespace wsalive::cli
