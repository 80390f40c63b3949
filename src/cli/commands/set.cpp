// wsalive set: keep-alive on sockets that running programs have open, with nothing held afterwards.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "cli/commands/commands.hpp"
#include "cli/frame/messages.hpp"
#include "cli/frame/option_types.hpp"
#include "cli/frame/refusals.hpp"
#include "cli/frame/timing_options.hpp"
#include "cli/live/keepalive_text.hpp"
#include "cli/live/live_socket.hpp"
#include "cli/live/set_sockets.hpp"

namespace wsalive::cli {
namespace {

using attach::Overwrite;

constexpr const char* kSetting = "cannot set keep-alive";

tl::unexpected<Failure> misuse(Message message, const Particulars& particulars) {
  return tl::unexpected(failure_of(message, kSetting, {}, particulars));
}

/// What nobody has named stays as it is on the socket.
Overwrite overwrite_if(bool named) { return named ? Overwrite::always : Overwrite::never; }

class Set final : public Command {
 public:
  void declare(CLI::App& parser) override {
    parser
        .add_option("what", words_,
                    "PID or PID:FD of running programs, several too; `off` switches keep-alive off")
        ->type_name("");
    timing_.declare_with_path(parser);
    static_cast<void>(selection_.declare(parser));
    parser.add_flag("--listeners", selection_.listeners,
                    "Listening sockets, too: what they accept from now on inherits");
    rounding_.declare(parser);
    parser.add_flag("--dry-run", dry_run_, "Only say what would be set");
  }

  Outcome run() override {
    if (const Fallible<void> understood = read_words(); !understood) {
      return tl::unexpected(understood.error());
    }
    const Fallible<SetRequest> request = make_request();
    if (!request) return tl::unexpected(request.error());
    auto found = find_all();
    if (!found) return tl::unexpected(found.error());
    return set_all(std::move(*found), *request);
  }

 private:
  Fallible<void> read_words() {
    for (const std::string& word : words_) {
      if (word == "off") {
        off_ = true;
        continue;
      }
      const std::optional<SocketTarget> target = SocketTarget::parse(word);
      if (!target) {
        return misuse(Message::no_socket_name,
                      {fmt::format("'{}' is neither PID, PID:FD nor off", word),
                       fmt::format("a program is named by --program {}", word)});
      }
      targets_.push_back(*target);
    }
    if (!targets_.empty() && selection_.pid)
      return misuse(Message::conflict,
                    {"processes are named with --pid and without", "name all without"});
    if (!targets_.empty() || selection_.is_given()) return {};
    return misuse(Message::not_said,
                  {"on which connections",
                   "give PID, PID:FD, --program, --unit, --container, --to or another that "
                   "chooses; `wsalive ls` lists them and takes the same"});
  }

  struct Meant {
    std::vector<Connection> list;
    std::vector<Hidden> hidden;  ///< Who may have more of them.
  };

  /// What each name and the options mean together. Failures: one of them means nothing; then nothing is set.
  Fallible<Meant> find_all() const {
    std::vector<Selection> meant;
    for (const SocketTarget& target : targets_) {
      meant.push_back(selection_);
      meant.back().pid = target.pid;
      meant.back().fd = target.fd;
      // A descriptor that is named is meant, whatever it is.
      if (target.fd) meant.back().listeners = true;
    }
    if (meant.empty()) meant.push_back(selection_);
    Meant all;
    std::set<std::uint64_t> seen;  // PID and PID:FD, or two processes, may have the same.
    for (const Selection& each : meant) {
      auto found = find_connections(each);
      if (!found) return tl::unexpected(found.error());
      if (found->list.empty()) return tl::unexpected(why_nothing(kSetting, each, *found));
      for (Connection& connection : found->list) {
        if (seen.insert(connection.socket.cookie).second) all.list.push_back(std::move(connection));
      }
      for (Hidden& hidden : found->hidden) all.hidden.push_back(std::move(hidden));
    }
    return all;
  }

  Fallible<SetRequest> make_request() {
    const Fallible<ChosenTiming> chosen = timing_.resolve();
    if (!chosen) return tl::unexpected(chosen.error());
    if (off_ && chosen->anything_asked) {
      return misuse(Message::conflict,
                    {"off and a timing are asked for at once", "leave one of them away"});
    }
    if (!off_ && !chosen->anything_asked && !chosen->user_timeout) {
      return misuse(Message::not_said,
                    {"what to set",
                     "give --time, --interval, --probes, --path-timeout, --release, "
                     "--user-timeout, or off"});
    }
    SetRequest request;
    request.mode = dry_run_ ? attach::SetMode::dry_run : attach::SetMode::apply;
    attach::SocketWish& wish = request.wish;
    wish.on = off_                     ? std::optional{os::Switch::off}
              : chosen->anything_asked ? std::optional{os::Switch::on}
                                       : std::nullopt;
    if (wish.on == os::Switch::on) {
      if (const auto asked = ask_for(*chosen, request); !asked)
        return tl::unexpected(asked.error());
    }
    wish.fit.user_timeout_ms = chosen->user_timeout_ms();
    wish.user_timeout = overwrite_if(true);
    return request;
  }

  /// Where not all is named the rest is the socket's own, and is not known here: each value is fitted by itself.
  [[nodiscard]] policy::KernelFit fit_of_named(const policy::Timing& wanted, Named named) const {
    const auto rounding = rounding_.rounding();
    policy::KernelFit fit = policy::fit_to_kernel(wanted, rounding);
    if (named.idle && named.interval && named.probes) return fit;
    constexpr policy::DwordMillis kSecond{1000};
    fit.interval_s = policy::fit_to_kernel({kSecond, wanted.interval, 1}, rounding).interval_s;
    fit.probes = policy::fit_to_kernel({kSecond, kSecond, wanted.probes}, rounding).probes;
    return fit;
  }

  Fallible<void> ask_for(const ChosenTiming& chosen, SetRequest& request) {
    say_remarks(chosen);
    request.wanted = chosen.timing.timing;
    if (request.wanted.probes == 0)
      return tl::unexpected(no_probes(kSetting, "", "give --probes, or off"));
    attach::SocketWish& wish = request.wish;
    wish.fit = fit_of_named(request.wanted, chosen.named);
    named_ = chosen.named;
    request.path_timeout = chosen.path_timeout;
    wish.idle = overwrite_if(chosen.named.idle);
    wish.interval = overwrite_if(chosen.named.interval);
    wish.probes = overwrite_if(chosen.named.probes);
    return {};
  }

  Outcome set_all(Meant meant, const SetRequest& request) const {
    SocketSetter setter;
    std::vector<SetRow> rows;
    rows.reserve(meant.list.size());
    for (Connection& connection : meant.list)
      rows.push_back(setter.set(std::move(connection), request));
    if (rows.size() == 1 && !rows.front().change) return refusal(rows.front());
    std::vector<std::string> notes = wish_notes(request.wish);
    const bool is_on = request.wish.on == os::Switch::on;
    if (const std::string note =
            is_on ? rounding_note(request.wanted, request.wish.fit, named_) : "";
        !note.empty()) {
      notes.push_back("Rounded: " + note + ".");
    }
    if (!meant.hidden.empty()) {
      notes.push_back(
          fmt::format("Not all could be looked into ({}): sockets there are as they were.",
                      names_of(meant.hidden)));
    }
    auto report = std::make_unique<SetReport>(std::move(rows), request.mode, std::move(notes),
                                              request.path_timeout);
    ExitCode code = report->exit_code();
    if (code == ExitCode::ok && !meant.hidden.empty()) code = ExitCode::denied;
    return Answer{std::move(report), static_cast<int>(code)};
  }

  static Outcome refusal(const SetRow& row) {
    return tl::unexpected(
        not_reached(row.refusal, std::string{kSetting} + " on",
                    row.connection.name() == "-" ? "the connection" : row.connection.name(),
                    row.refused_because));
  }

  TimingOptions timing_;
  Selection selection_;
  RoundingOption rounding_;
  std::vector<std::string> words_;
  std::vector<SocketTarget> targets_;
  Named named_{};
  bool off_ = false;
  bool dry_run_ = false;
};

}  // namespace

std::unique_ptr<Command> make_set() { return std::make_unique<Set>(); }

}  // namespace wsalive::cli
