// wsalive run: keep-alive for every TCP connection of a program and its children.

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "attach/bpf/group_service.hpp"
#include "attach/host_facts.hpp"
#include "attach/preload_settings.hpp"
#include "attach/program_file.hpp"
#include "attach/run/detached.hpp"
#include "attach/run/inherited.hpp"
#include "attach/run/start.hpp"
#include "attach/seccomp/filter.hpp"
#include "attach/seccomp/notifier.hpp"
#include "cli/commands/commands.hpp"
#include "cli/frame/messages.hpp"
#include "cli/frame/option_types.hpp"
#include "cli/frame/out.hpp"
#include "cli/frame/refusals.hpp"
#include "cli/frame/timing_options.hpp"
#include "cli/live/keepalive_text.hpp"
#include "cli/running/run_plan.hpp"

namespace wsalive::cli {
namespace {

Failure cannot_start(const std::string& program, int error) {
  return failure_of(error == ENOENT ? Message::no_program : Message::not_executable, "cannot run",
                    program, {std::strerror(error)});
}

Failure without_loader(const std::string& program, const std::string& loader) {
  return failure_of(Message::no_interpreter, "cannot run", program, {loader});
}

class Run final : public Command {
 public:
  void declare(CLI::App& parser) override {
    timing_.declare_with_path(parser);
    add_word_option(parser, "--via", via_, {"auto", "bpf", "seccomp", "preload"},
                    "How to reach the program");
    rounding_.declare(parser);
    parser.add_flag("--connect-only", connect_only_, "Only connections that the program makes");
    parser.add_flag("--force", force_, "Also against values that the program sets itself");
    parser.add_flag(
        "--allow-no-new-privs", allow_no_new_privs_,
        "By seccomp also where the program then starts without rights that it would gain");
    parser.add_flag("--quiet", quiet_,
                    "Say neither what is done nor what is wrong in the registry");
    parser.add_option("program", words_, "The program and its arguments, after --")->required();
  }

  Outcome run() override {
    const Via way = asked_way();
    const bool may_preload = way == Via::preload || way == Via::automatic;
    may_repair_ = may_preload && attach::programs_may_repair();
    const auto chosen = timing_.resolve(
        {.kernel = way != Via::preload,
         .preload = may_preload,
         .preload_least =
             may_repair_ ? policy::Millis{1} : policy::Millis{policy::kShortestRearmIdle}});
    if (!chosen) return tl::unexpected(chosen.error());
    if (!quiet_) say_remarks(*chosen);
    wanted_ = chosen->timing.timing;
    chosen_ = *chosen;
    if (wanted_.probes == 0) {
      return tl::unexpected(no_probes("cannot run", words_.front()));
    }
    const Result<attach::ProgramFile> program = attach::find_program(words_.front());
    if (!program) return tl::unexpected(cannot_start(words_.front(), program.error().code));
    if (!program->missing.empty())
      return tl::unexpected(without_loader(words_.front(), program->missing));
    return start(*program);
  }

 private:
  Outcome start(const attach::ProgramFile& program) {
    auto quiet_children = std::make_optional<attach::QuietChildren>();
    if (const Status occupied = attach::occupy_standard_streams(); !occupied) {
      return tl::unexpected(not_beside({attach::Stage::prepare, occupied.error()}));
    }
    RunFacts facts;
    facts.wanted = wanted_;
    facts.precision = chosen_.settings.precision;
    facts.may_repair = may_repair_;
    facts.rounding = rounding_.rounding();
    facts.program = program;
    facts.user_timeout_ms = chosen_.user_timeout_ms();
    facts.is_forced = force_;
    facts.is_connect_only = connect_only_;
    const Via asked = asked_way();
    std::unique_ptr<attach::KeeperService> service = gather(asked, facts);
    const auto plan = plan_run(asked, facts);
    if (!plan) return tl::unexpected(no_way(plan.error()));
    // What was made to see whether it could be is not needed.
    if (plan->via != Via::bpf) service.reset();
    if (plan->via == Via::seccomp) {
      auto made = attach::SeccompService::make(
          {.fit = plan->fit, .whose = whose(), .connect_only = connect_only_});
      if (!made) return tl::unexpected(not_beside({attach::Stage::prepare, made.error()}));
      service = std::move(*made);
    }
    std::optional<attach::InheritedSockets> inherited;
    if (!connect_only_) inherited.emplace(plan->fit, whose(), later_for(plan->via));
    if (service) {
      const auto beside = attach::start_beside(*service, shape_for(plan->via));
      if (!beside) {
        if (inherited) inherited->restore();
        return tl::unexpected(not_beside(beside.error()));
      }
    }
    if (!quiet_) say_plan(*plan, inherited ? missed_text(inherited->missed()) : "");
    if (plan->via == Via::preload) give_orders();
    quiet_children.reset();
    Failure failure = become_program();
    if (inherited) inherited->restore();
    return tl::unexpected(std::move(failure));
  }

  /// \param missed  What is said of sockets that the program is started with.
  void say_plan(const RunPlan& plan, const std::string& missed) const {
    say(fmt::format("wsalive: {}{}", describe(plan, wanted_), missed));
    for (const std::string& note : {default_note(chosen_), interval_words(plan.kept, plan.accuracy),
                                    path_note(chosen_, plan.kept, plan.accuracy)}) {
      if (!note.empty()) say(fmt::format("wsalive: {}", note));
    }
    const policy::Millis timeout = chosen_.user_timeout.value_or(policy::Millis{});
    if (timeout.count() == 0) return;
    say(fmt::format("wsalive: {}", user_timeout_words(timeout, plan.kept, plan.accuracy)));
  }

  /// Tries the ways in the order in which they are taken, up to one that goes.
  std::unique_ptr<attach::KeeperService> gather(Via asked, RunFacts& facts) {
    std::unique_ptr<attach::KeeperService> service;
    const bool any = asked == Via::automatic;
    if (any || asked == Via::bpf) service = try_bpf(facts);
    if (asked == Via::preload || (any && (!service || gains_by_engine(facts)))) try_preload(facts);
    if (asked == Via::seccomp || (any && !service)) try_seccomp(facts);
    return service;
  }

  [[nodiscard]] Via asked_way() const {
    for (const Via via : {Via::preload, Via::bpf, Via::seccomp}) {
      if (via_ == name_of(via)) return via;
    }
    return Via::automatic;
  }

  [[nodiscard]] attach::Precedence whose() const {
    return force_ ? attach::Precedence::ours : attach::Precedence::program;
  }

  static Message message_of(int error) {
    return error == EPERM || error == EACCES ? Message::way_denied : Message::no_way;
  }

  std::unique_ptr<attach::KeeperService> try_bpf(RunFacts& facts) {
    attach::BpfRule rule;
    rule.direction = connect_only_ ? attach::Direction::made : attach::Direction::any;
    rule.fit = fit_of(facts);
    auto made = attach::BpfGroupService::make({.rules = {rule}, .whose = whose(), .about = "{}"});
    if (made) return std::move(*made);
    facts.bpf_refusal = bpf_refusal(made.error());
    error_ = made.error().code;
    return nullptr;
  }

  void try_preload(RunFacts& facts) {
    const std::string library = preload_library();
    facts.has_preload_library = !library.empty();
    const bool may = facts.has_preload_library && !facts.program.gains_rights &&
                     facts.program.kind == attach::ProgramKind::dynamic;
    if (!may) return;  // The plan says why.
    attach::PreloadTrial trial = attach::try_preload(facts.program, library);
    facts.preload_refusal = std::move(trial.obstacle);
    preload_name_ = std::move(trial.name);
  }

  void try_seccomp(RunFacts& facts) {
    facts.takes_no_new_privs = attach::filter_takes_no_new_privs();
    facts.may_take_no_new_privs = allow_no_new_privs_;
    const Status possible = attach::supervision_is_possible();
    error_ = possible ? 0 : possible.error().code;
    if (!possible) facts.seccomp_refusal = seccomp_refusal(possible.error());
  }

  static attach::Shape shape_for(Via via) {
    const bool climbs = via != Via::seccomp || !attach::only_ancestors_may_reach();
    return climbs ? attach::natural_shape() : attach::Shape::front_that_serves;
  }

  /// For the library inside the program.
  void give_orders() const {
    ::setenv("LD_PRELOAD", attach::with_preloaded(preload_name_).c_str(), 1);
    ::setenv(attach::kPreloadVariable,
             attach::to_text({wanted_, whose(), connect_only_, chosen_.user_timeout_ms(),
                              chosen_.settings.precision})
                 .c_str(),
             1);
  }

  static std::string missed_text(std::size_t connections) {
    if (connections == 0) return "";
    const bool one = connections == 1;
    return fmt::format("; {} {} already at its listeners {} without", connections,
                       one ? "connection that waits" : "connections that wait",
                       one ? "goes" : "go");
  }

  static attach::Later later_for(Via via) {
    return via == Via::preload ? attach::Later::inside : attach::Later::here;
  }

  /// Returns if it cannot.
  Failure become_program() {
    std::vector<char*> arguments;
    arguments.reserve(words_.size() + 1);
    for (std::string& word : words_) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    ::execvp(arguments.front(), arguments.data());
    return cannot_start(words_.front(), errno);
  }

  Failure no_way(const std::string& reason) const {
    return failure_of(
        message_of(error_), "cannot run",
        is_chosen() ? fmt::format("{} with keep-alive by {}", words_.front(), via_)
                    : fmt::format("{} with keep-alive", words_.front()),
        {reason, is_chosen() ? "leave --via away to take what this host allows"
                             : "`wsalive doctor` says what is missing, and what to do"});
  }

  Failure not_beside(const attach::StartError& error) const {
    return failure_of(message_of(error.error.code), "cannot run", words_.front(),
                      {fmt::format("{}: {}", error.error.attempt, std::strerror(error.error.code)),
                       is_chosen() ? "leave --via away to take what this host allows"
                                   : "name another way with --via"});
  }

  /// The user has named the way.
  [[nodiscard]] bool is_chosen() const { return asked_way() != Via::automatic; }

  TimingOptions timing_;
  RoundingOption rounding_;
  int error_ = 0;  ///< Why the last way that was tried cannot be taken.
  std::string via_ = "auto";
  bool connect_only_ = false;
  bool force_ = false;
  bool quiet_ = false;
  bool allow_no_new_privs_ = false;
  std::string preload_name_;  ///< As LD_PRELOAD is to have it.
  std::vector<std::string> words_;
  policy::Timing wanted_;
  bool may_repair_ = false;  ///< The program, and so its engine.
  ChosenTiming chosen_;
};

}  // namespace

std::unique_ptr<Command> make_run() { return std::make_unique<Run>(); }

}  // namespace wsalive::cli
