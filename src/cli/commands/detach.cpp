// wsalive detach: ends what `wsalive attach` has left in force.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "attach/bpf/policy.hpp"
#include "attach/cgroup.hpp"
#include "cli/attaching/group_options.hpp"
#include "cli/attaching/policies.hpp"
#include "cli/commands/commands.hpp"
#include "cli/frame/messages.hpp"
#include "cli/frame/refusals.hpp"

namespace wsalive::cli {
namespace {

constexpr const char* kDetaching = "cannot detach";

class DetachReport final : public Report {
 public:
  /// \param may_have_set  Whether one of them may have set listeners that were made elsewhere.
  DetachReport(std::vector<std::string> names, std::vector<std::string> ended, bool may_have_set)
      : names_(std::move(names)), ended_(std::move(ended)), may_have_set_(may_have_set) {}
  [[nodiscard]] std::string text(const Page& /*page*/) const override {
    if (names_.empty() && ended_.empty()) return "no policy was attached\n";
    std::string text;
    for (const std::string& name : ended_) {
      text += fmt::format("taken away, since the control group has gone: {}\n", name);
    }
    for (const std::string& name : names_) {
      text += fmt::format("detached from {}; its connections keep what they have\n", name);
    }
    if (may_have_set_) {
      text +=
          "A listening socket that --existing has set hands it to what it accepts:\n"
          "wsalive ls --listeners shows it, wsalive set PID:FD off ends it.\n";
    }
    return text;
  }
  [[nodiscard]] nlohmann::ordered_json json() const override {
    return {{"detached", names_}, {"ended", ended_}};
  }

 private:
  std::vector<std::string> names_;
  std::vector<std::string> ended_;
  bool may_have_set_;
};

/// What a name may be, in the order in which it is tried: as `ls --policies` shows it, or as `attach` was given it.
using Reading = bool (*)(const AttachedPolicy& policy, const std::string& name);
constexpr std::array<Reading, 5> kReadings{
    [](const AttachedPolicy& policy, const std::string& name) { return policy.name == name; },
    [](const AttachedPolicy& policy, const std::string& name) {
      return is_path_of(policy.cgroup, name);
    },
    [](const AttachedPolicy& policy, const std::string& name) {
      return attach::is_group_of_unit(policy.cgroup, name);
    },
    [](const AttachedPolicy& policy, const std::string& name) {
      return attach::is_group_of_container(policy.cgroup, name);
    },
    [](const AttachedPolicy& policy, const std::string& name) {
      const std::optional<std::string> listening = attach::socket_unit_of(name);
      return listening && attach::is_group_of_unit(policy.cgroup, *listening);
    }};

std::vector<AttachedPolicy> named(const std::vector<AttachedPolicy>& all, const std::string& name) {
  std::vector<AttachedPolicy> found;
  for (const Reading reading : kReadings) {
    for (const AttachedPolicy& each : all) {
      if (reading(each, name)) found.push_back(each);
    }
    if (!found.empty()) break;
  }
  return found;
}

class Detach final : public Command {
 public:
  void declare(CLI::App& parser) override {
    parser.add_option("name", name_, "As `attach` was given it, or `ls --policies` shows it")
        ->type_name("");
    group_.declare(parser);
    parser.add_flag("--all", all_, "Every policy");
  }

  Outcome run() override {
    const int said = (name_.empty() ? 0 : 1) + (group_.is_given() ? 1 : 0) + (all_ ? 1 : 0);
    if (said != 1) {
      return tl::unexpected(failure_of(said == 0 ? Message::not_said : Message::conflict,
                                       kDetaching, {},
                                       {said == 0 ? "from what" : "several are asked for at once",
                                        "give a name of `wsalive ls --policies`, or --all"}));
    }
    const Fallible<Policies> policies = attached_policies();
    if (!policies) return tl::unexpected(policies.error());
    const Fallible<std::vector<AttachedPolicy>> chosen = choose(*policies);
    if (!chosen) return tl::unexpected(chosen.error());
    if (all_) take_away_what_runs_left();
    return end(*chosen, policies->ended);
  }

 private:
  /// Empty control groups whose keeper was killed.
  static void take_away_what_runs_left() {
    const std::optional<std::string> mount = attach::cgroup2_mount();
    if (!mount) return;
    for (const std::string& group : attach::abandoned_run_groups(*mount)) {
      attach::remove_group_tree(group);
    }
  }

  /// Those that are meant: all, or one and what was attached with it.
  [[nodiscard]] Fallible<std::vector<AttachedPolicy>> choose(const Policies& policies) const {
    if (all_) return policies.list;
    std::string subject = name_;
    std::vector<AttachedPolicy> found;
    if (group_.is_given()) {
      const Fallible<Group> group = group_.resolve(kDetaching, "from");
      if (group) subject = group->name;
      for (const AttachedPolicy& each : policies.list) {
        if (group ? each.group == group->number : group_.means(each.cgroup)) found.push_back(each);
      }
      const std::optional<GroupOptions> listening = group_.socket_unit();
      if (found.empty() && listening) {
        std::ranges::copy_if(
            policies.list, std::back_inserter(found),
            [&](const AttachedPolicy& each) { return listening->means(each.cgroup); });
      }
      if (!group && found.empty()) return tl::unexpected(group.error());
    } else {
      found = named(policies.list, name_);
    }
    if (found.empty() && just_ended(policies)) return found;
    if (found.size() != 1) return tl::unexpected(not_one(found, std::move(subject)));
    for (const AttachedPolicy& each : policies.list) {
      if (each.along == found.front().name) found.push_back(each);
    }
    return found;
  }

  /// What was meant had gone, and was taken away at the look.
  [[nodiscard]] bool just_ended(const Policies& policies) const {
    return std::ranges::any_of(policies.ended, [&](const std::string& ended) {
      return group_.is_given() ? group_.means(ended)
                               : ended == name_ || attach::is_group_of_unit(ended, name_) ||
                                     attach::is_group_of_container(ended, name_);
    });
  }

  static Failure not_one(const std::vector<AttachedPolicy>& found, std::string subject) {
    if (found.empty()) {
      return failure_of(Message::no_policy, "cannot detach from", std::move(subject));
    }
    std::vector<std::string> groups;
    for (const AttachedPolicy& each : found) groups.push_back(each.cgroup);
    return failure_of(Message::several_fit, "cannot detach from", std::move(subject),
                      {fmt::format("several policies have this name: {}", fmt::join(groups, ", ")),
                       "name the one with --cgroup"});
  }

  static Outcome end(const std::vector<AttachedPolicy>& policies,
                     const std::vector<std::string>& ended) {
    std::vector<std::string> names;
    for (const AttachedPolicy& policy : policies) {
      if (const Status done = attach::detach_pinned(policy.group); !done) {
        const bool denied = done.error().code == EPERM || done.error().code == EACCES;
        std::string reason = std::strerror(done.error().code);
        if (!names.empty()) reason += fmt::format(" ({} before it were detached)", names.size());
        return tl::unexpected(failure_of(
            denied ? Message::policies_denied : Message::system_refused, "cannot detach from",
            policy.name, {std::move(reason), denied ? as_root("the right to remove it") : ""}));
      }
      names.push_back(policy.name);
    }
    const bool may_have_set = std::ranges::any_of(policies, &AttachedPolicy::may_have_set);
    return Answer{std::make_unique<DetachReport>(std::move(names), ended, may_have_set), 0};
  }

  std::string name_;
  GroupOptions group_;
  bool all_ = false;
};

}  // namespace

std::unique_ptr<Command> make_detach() { return std::make_unique<Detach>(); }

}  // namespace wsalive::cli
