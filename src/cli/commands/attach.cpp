// wsalive attach: keep-alive for all new TCP connections of a control group, by bpf, until it is detached.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "attach/bpf/policy.hpp"
#include "attach/cgroup.hpp"
#include "cli/attaching/attach_report.hpp"
#include "cli/attaching/group_options.hpp"
#include "cli/attaching/policies.hpp"
#include "cli/attaching/policy_rules.hpp"
#include "cli/attaching/put_policy.hpp"
#include "cli/commands/commands.hpp"
#include "cli/frame/messages.hpp"
#include "cli/frame/option_types.hpp"
#include "cli/frame/refusals.hpp"
#include "cli/frame/report.hpp"
#include "cli/frame/timing_options.hpp"
#include "cli/live/keepalive_text.hpp"
#include "cli/live/set_sockets.hpp"
#include "os/socket/address.hpp"

namespace wsalive::cli {
namespace {

using attach::Direction;

constexpr const char* kAttempt = "cannot attach";

class Attach final : public Command {
 public:
  void declare(CLI::App& parser) override {
    group_.declare(parser);
    timing_.declare_with_path(parser);
    rounding_.declare(parser);
    CLI::Option* const to =
        parser
            .add_option("--to", to_,
                        "Only connections to this network, host or port; may be repeated")
            ->type_name("NET:PORT");
    CLI::Option* const from =
        parser.add_option("--from", from_, "Only connections of this local port")
            ->type_name(":PORT");
    CLI::Option* const except =
        parser
            .add_option("--except", except_,
                        "Leave connections to this network, host or port alone")
            ->type_name("NET:PORT");
    CLI::Option* const made =
        parser.add_flag("--connect-only", connect_only_, "Only connections that programs make");
    CLI::Option* const file =
        parser.add_option("--policy", file_, "Rules from this TOML file")->type_name("FILE");
    // Not by name: the look-up ends the process where it finds no memory.
    for (CLI::Option* const alone : {to, from, except, made}) file->excludes(alone);
    parser.add_flag("--replace", replace_,
                    "In place of the policy that this control group has, if it has one");
    parser.add_flag("--force", force_, "Also against values that programs set themselves");
    parser.add_flag(
        "--existing", existing_,
        "Set connections that are open already, too, and listeners that were made elsewhere");
  }

  Outcome run() override {
    if (!group_.is_given()) {
      return tl::unexpected(
          failure_of(Message::not_said, kAttempt, {},
                     {"to what", "give --unit, --container, --cgroup or --system"}));
    }
    if (const Fallible<void> read = read_rules(); !read) return tl::unexpected(read.error());
    const Fallible<Group> group = find_group();
    if (!group) return tl::unexpected(group.error());
    return attach_to(*group);
  }

 private:
  /// The group that is meant. Of a service that does not run, but whose socket unit does, that unit's: what is accepted from
  /// its listeners belongs there.
  Fallible<Group> find_group() {
    const Fallible<Group> group = group_.resolve(kAttempt, "to");
    const std::optional<GroupOptions> socket_unit = group_.socket_unit();
    const bool may_listen = !group && group.error().code == ExitCode::gone && socket_unit;
    if (!may_listen) return group;
    const Fallible<Group> listening = socket_unit->resolve(kAttempt, "to");
    if (!listening) return group;
    in_place_ = fmt::format(
        "{} does not run, {} does: what is accepted from its listeners gets the policy. Attach "
        "again once the service runs, for the connections that it makes itself: that takes the "
        "place of this policy.",
        group.error().subject, listening->name);
    stands_for_ = service_of(listening->name);
    return listening;
  }

  Fallible<void> read_rules() {
    const Fallible<ChosenTiming> chosen = timing_.resolve();
    if (!chosen) return tl::unexpected(chosen.error());
    say_remarks(*chosen);
    chosen_ = *chosen;
    const policy::Timing wanted = chosen->timing.timing;
    PolicyRule plain;
    plain.wanted = wanted;
    plain.named = chosen->named;
    plain.user_timeout = chosen->user_timeout;
    if (!file_.empty()) {
      // Of what a file is for, it names what is meant itself.
      if (!chosen->anything_asked) plain.named = {false, false, false};
      Fallible<PolicyFile> file = read_policy(file_, plain);
      if (!file) return tl::unexpected(file.error());
      rules_ = std::move(file->rules);
      force_ = force_ || file->force;
      return {};
    }
    if (wanted.probes == 0) return tl::unexpected(no_probes(kAttempt));
    return rules_from_options(plain);
  }

  Fallible<void> rules_from_options(PolicyRule plain) {
    plain.direction = connect_only_ ? Direction::made : Direction::any;
    for (const std::string& text : except_) {
      PolicyRule rule;
      rule.leave_alone = true;
      if (const auto added = add_far_ends(rule, text, "--except"); !added) return added;
    }
    if (!from_.empty()) {
      auto with_port = with_near_end(plain, from_);
      if (!with_port) return misread("--from", with_port.error());
      plain = *with_port;
    }
    if (to_.empty()) rules_.push_back(plain);
    for (const std::string& text : to_) {
      if (const auto added = add_far_ends(plain, text, "--to"); !added) return added;
    }
    return {};
  }

  Fallible<void> add_far_ends(const PolicyRule& rule, const std::string& text, const char* option) {
    const auto rules = with_far_end(rule, text);
    if (!rules) return misread(option, rules.error());
    rules_.insert(rules_.end(), rules->begin(), rules->end());
    return {};
  }

  static Fallible<void> misread(const char* option, const EndpointProblem& problem) {
    return tl::unexpected(
        failure_of(EndpointProblem{fmt::format("{}: {}", option, problem.text), problem.code},
                   kAttempt, {}, "see `wsalive attach --help`"));
  }

  Outcome attach_to(const Group& group) {
    if (const Status possible = attach::pins_are_possible(); !possible) {
      return tl::unexpected(attach_refusal(group, possible.error()));
    }
    Reach reach;
    // What has ended goes at the next call.
    Policies before;
    if (Fallible<Policies> found = attached_policies()) before = std::move(*found);
    reach.aside = ended_text(before);
    const AskedPolicy asked{rules_, force_, existing_, rounding_.rounding()};
    const auto there = std::ranges::find(before.list, group.number, &AttachedPolicy::group);
    reach.is_replaced = replace_ && there != before.list.end();
    reach.inner = policies_below(group, before.list);
    Fallible<AttachedPolicy> attached = put_policy(
        group, asked,
        {.stands_for = stands_for_, .instead_of = reach.is_replaced ? &*there : nullptr});
    if (!attached) return tl::unexpected(attached.error());
    std::vector<std::string> said = notes();
    if (!in_place_.empty()) said.insert(said.begin(), in_place_);
    Fallible<Connections> members = sockets_in(group);
    std::unique_ptr<SetReport> existing;
    if (members) {
      MadeElsewhere elsewhere = made_elsewhere(group, members->list);
      for (const Group& unit : elsewhere.socket_units) {
        const Fallible<void> taken = take_along(unit, group, asked, before.list, reach);
        if (!taken) said.push_back(taken.error().message());
      }
      if (existing_)
        existing = set_existing(
            std::move(members->list), elsewhere.listeners,
            [&](const Connection& each) { return known_values(each, group, before.list); });
      reach.unreached = unreached(elsewhere.listeners);
    } else if (existing_) {
      existing = std::make_unique<SetReport>(std::vector<SetRow>{}, attach::SetMode::apply,
                                             std::vector{members.error().message()});
    }
    const ExitCode code =
        existing && existing->exit_code() != ExitCode::ok ? ExitCode::findings : ExitCode::ok;
    return Answer{std::make_unique<AttachReport>(std::move(*attached), std::move(reach),
                                                 std::move(said), std::move(existing)),
                  static_cast<int>(code)};
  }

  /// Names of those that go before this one for a part of the programs.
  static std::vector<std::string> policies_below(const Group& group,
                                                 const std::vector<AttachedPolicy>& all) {
    std::vector<std::string> names;
    for (const AttachedPolicy& each : all) {
      if (each.cgroup.starts_with(group.path + '/')) names.push_back(each.name);
    }
    return names;
  }

  /// The connections and listeners of a group's processes.
  static Fallible<Connections> sockets_in(const Group& group) {
    Selection selection;
    selection.group = GroupOptions::of_path(group.path);
    selection.listeners = true;
    return find_connections(selection);
  }

  /// What the kernel makes of the rules: rounding, and, where they agree on the times, both ends of its instants.
  [[nodiscard]] std::vector<std::string> notes() const {
    std::vector<std::string> notes;
    std::optional<policy::Timing> only;
    bool several = false;
    for (const PolicyRule& rule : rules_) {
      if (rule.leave_alone) continue;
      const auto fit = policy::fit_to_kernel(rule.wanted, rounding_.rounding());
      const std::string rounded = rounding_note(rule.wanted, fit);
      if (!rounded.empty() && notes.empty()) notes.push_back("Rounded: " + rounded + ".");
      several = several || (only && *only != policy::as_timing(fit));
      only = policy::as_timing(fit);
    }
    const bool has_default = std::ranges::any_of(rules_, [this](const PolicyRule& rule) {
      return !rule.leave_alone && (file_.empty() || !rule.named.idle);
    });
    if (std::string note = default_note(chosen_); has_default && !note.empty())
      notes.push_back(std::move(note));
    if (!only || several) return notes;
    const policy::Millis timeout = only_user_timeout();
    notes.push_back(kernel_words(*only, kernel_alone(), timeout));
    if (timeout.count() != 0) notes.push_back(user_timeout_words(timeout, *only, kernel_alone()));
    if (std::string note = path_note(chosen_, *only, kernel_alone()); !note.empty())
      notes.push_back(std::move(note));
    return notes;
  }

  /// That of all rules; 0 where they have none or several.
  [[nodiscard]] policy::Millis only_user_timeout() const {
    std::optional<policy::Millis> only;
    for (const PolicyRule& rule : rules_) {
      if (rule.leave_alone) continue;
      const policy::Millis timeout = rule.user_timeout.value_or(policy::Millis{});
      if (only && *only != timeout) return policy::Millis{};
      only = timeout;
    }
    return only.value_or(policy::Millis{});
  }

  /// Connections of the group's processes, by the same rules, and the listeners that the policy does not reach. Whether a
  /// connection was accepted is told by its port, on which a program listens.
  /// \param ours_of  Which values of a connection are known not to be its program's.
  [[nodiscard]] std::unique_ptr<SetReport> set_existing(
      std::vector<Connection> members, const std::vector<Connection>& listeners,
      const std::function<Ours(const Connection&)>& ours_of) const {
    std::vector<SetRow> rows;
    std::set<std::uint16_t> ports;
    for (const Connection& each : members) {
      if (each.socket.state == os::TcpState::listen) ports.insert(each.socket.local.port);
    }
    SocketSetter setter;
    for (const Connection& each : listeners) {
      if (const PolicyRule* const rule = rule_for_listener(each))
        rows.push_back(setter.set(each, request_for(*rule, {})));
    }
    for (Connection& each : members) {
      if (each.socket.state == os::TcpState::listen) continue;
      const bool taken = ports.contains(each.socket.local.port);
      const PolicyRule* const rule = rule_for(each, taken ? Direction::taken : Direction::made);
      if (!rule || rule->leave_alone) continue;
      const SetRequest request = request_for(*rule, ours_of(each));
      rows.push_back(setter.set(std::move(each), request));
    }
    return std::make_unique<SetReport>(std::move(rows), attach::SetMode::apply,
                                       rules_.size() == 1
                                           ? wish_notes(request_for(rules_.front(), {}).wish)
                                           : std::vector<std::string>{});
  }

  /// The rule for all that a listener accepts; nullptr where none fits, or where it depends on the other end.
  [[nodiscard]] const PolicyRule* rule_for_listener(const Connection& listener) const {
    const auto rule = std::ranges::find_if(rules_, [&](const PolicyRule& each) {
      const bool is_port = each.from_port == 0 || each.from_port == listener.socket.local.port;
      return is_port && each.direction != Direction::made;
    });
    if (rule == rules_.end() || rule->leave_alone) return nullptr;
    return rule->to_network.empty() && rule->to_port == 0 ? &*rule : nullptr;
  }

  /// Those from which what is accepted gets nothing though a rule may want it.
  [[nodiscard]] std::vector<std::string> unreached(const std::vector<Connection>& listeners) const {
    std::vector<std::string> names;
    for (const Connection& each : listeners) {
      const bool is_set = existing_ && rule_for_listener(each);
      const bool any_taken = std::ranges::any_of(rules_, [](const PolicyRule& rule) {
        return rule.direction != Direction::made && !rule.leave_alone;
      });
      if (is_set || !any_taken) continue;
      names.push_back(fmt::format("{} on {}", each.name(), os::format_endpoint(each.socket.local)));
    }
    return names;
  }

  [[nodiscard]] const PolicyRule* rule_for(const Connection& connection,
                                           Direction direction) const {
    const auto rule = std::ranges::find_if(rules_, [&](const PolicyRule& each) {
      return (each.direction == Direction::any || each.direction == direction) &&
             fits(each, connection.socket.local, connection.socket.remote);
    });
    return rule == rules_.end() ? nullptr : &*rule;
  }

  /// \param ours  Of the values that the socket has; the others are its program's.
  [[nodiscard]] SetRequest request_for(const PolicyRule& rule, const Ours& ours) const {
    const auto claim = [this](bool named, bool is_ours) {
      if (!named) return attach::Overwrite::never;  // On sockets that are open, it stays.
      return force_ || is_ours ? attach::Overwrite::always : attach::Overwrite::unless_set;
    };
    SetRequest request;
    request.wanted = rule.wanted;
    request.wish = {.on = os::Switch::on,
                    .fit = rule.fit(rounding_.rounding()),
                    .idle = claim(rule.named.idle, ours.idle),
                    .interval = claim(rule.named.interval, ours.interval),
                    .probes = claim(rule.named.probes, ours.probes),
                    .user_timeout = claim(true, ours.user_timeout)};
    return request;
  }

  GroupOptions group_;
  TimingOptions timing_;
  ChosenTiming chosen_;
  RoundingOption rounding_;
  std::vector<std::string> to_;
  std::string from_;
  std::vector<std::string> except_;
  std::string file_;
  bool connect_only_ = false;
  std::string in_place_;    ///< Said where a socket unit stands for its service.
  std::string stands_for_;  ///< That service's name.
  bool force_ = false;
  bool replace_ = false;
  bool existing_ = false;
  std::vector<PolicyRule> rules_;
};

}  // namespace

std::unique_ptr<Command> make_attach() { return std::make_unique<Attach>(); }

}  // namespace wsalive::cli
