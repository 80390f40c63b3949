// wsalive detach: ends what `wsalive attach` has left in force.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "attach/bpf/policy.hpp"
#include "attach/cgroup.hpp"
#include "cli/attaching/group_options.hpp"
#include "cli/attaching/policies.hpp"
#include "cli/commands/commands.hpp"
#include "cli/frame/refusals.hpp"

namespace wsalive::cli {
namespace {

constexpr const char* kDetaching = "cannot detach";

class DetachReport final : public Report {
 public:
  explicit DetachReport(std::vector<std::string> names) : names_(std::move(names)) {}
  [[nodiscard]] std::string text(const Page& /*page*/) const override {
    if (names_.empty()) return "no policy was attached\n";
    std::string text;
    for (const std::string& name : names_) {
      text += fmt::format("detached from {}; its connections keep what they have\n", name);
    }
    return text;
  }
  [[nodiscard]] nlohmann::ordered_json json() const override { return {{"detached", names_}}; }

 private:
  std::vector<std::string> names_;
};

class Detach final : public Command {
 public:
  void declare(CLI::App& parser) override {
    parser.add_option("name", name_, "As `wsalive ls --policies` shows it")->type_name("");
    group_.declare(parser);
    parser.add_flag("--all", all_, "Every policy");
  }

  Outcome run() override {
    const int said = (name_.empty() ? 0 : 1) + (group_.is_given() ? 1 : 0) + (all_ ? 1 : 0);
    if (said != 1) {
      return tl::unexpected(Failure{
          .code = ExitCode::usage,
          .attempt = kDetaching,
          .reason = said == 0 ? "it is not said from what" : "several are asked for at once",
          .remedy = "give a name of `wsalive ls --policies`, or --all"});
    }
    Fallible<std::vector<AttachedPolicy>> policies = attached_policies();
    if (!policies) return tl::unexpected(policies.error());
    if (const Fallible<void> chosen = choose(*policies); !chosen)
      return tl::unexpected(chosen.error());
    if (all_) take_away_what_runs_left();
    return end(*policies);
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

  /// Leaves those that are meant; one, unless it is all.
  Fallible<void> choose(std::vector<AttachedPolicy>& policies) const {
    if (all_) return {};
    std::string subject = name_;
    if (group_.is_given()) {
      const Fallible<Group> group = group_.resolve(kDetaching);
      if (!group) return tl::unexpected(group.error());
      subject = group->name;
      std::erase_if(policies, [&](const AttachedPolicy& p) { return p.group != group->number; });
    } else {
      std::erase_if(policies, [&](const AttachedPolicy& p) { return p.name != name_; });
    }
    if (policies.size() == 1) return {};
    const bool none = policies.empty();
    return tl::unexpected(Failure{
        .code = none ? ExitCode::gone : ExitCode::bad_input,
        .attempt = kDetaching,
        .subject = subject,
        .reason = none ? "no policy of this name is attached" : "several policies have this name",
        .remedy = none ? "`wsalive ls --policies` lists them" : "name the one with --cgroup"});
  }

  static Outcome end(const std::vector<AttachedPolicy>& policies) {
    std::vector<std::string> names;
    for (const AttachedPolicy& policy : policies) {
      if (const Status done = attach::detach_pinned(policy.group); !done) {
        const bool denied = done.error().code == EPERM || done.error().code == EACCES;
        std::string reason = std::strerror(done.error().code);
        if (!names.empty()) reason += fmt::format(" ({} before it were detached)", names.size());
        return tl::unexpected(Failure{.code = denied ? ExitCode::denied : ExitCode::failed,
                                      .attempt = "cannot detach from",
                                      .subject = policy.name,
                                      .reason = std::move(reason),
                                      .remedy = denied ? as_root("the right to remove it") : ""});
      }
      names.push_back(policy.name);
    }
    return Answer{std::make_unique<DetachReport>(std::move(names)), 0};
  }

  std::string name_;
  GroupOptions group_;
  bool all_ = false;
};

}  // namespace

std::unique_ptr<Command> make_detach() { return std::make_unique<Detach>(); }

}  // namespace wsalive::cli
