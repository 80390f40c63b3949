// wsalive run: keep-alive for every TCP connection of a program and its children.

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "attach/bpf/companion.hpp"
#include "attach/host_facts.hpp"
#include "attach/preload_settings.hpp"
#include "attach/seccomp/notifier.hpp"
#include "attach/supervisor.hpp"
#include "cli/choice.hpp"
#include "cli/commands/commands.hpp"
#include "cli/out.hpp"
#include "cli/preload_library.hpp"
#include "cli/refusals.hpp"
#include "cli/rounding_option.hpp"
#include "cli/run_plan.hpp"
#include "cli/timing_options.hpp"

namespace wsalive::cli {
namespace {

Failure cannot_start(const std::string& program, int error) {
  const bool absent = error == ENOENT;
  return {.code = absent ? ExitCode::not_found : ExitCode::cannot_execute,
          .attempt = "cannot run",
          .subject = program,
          .reason = absent ? "no such program" : std::strerror(error),
          .remedy = absent ? "name a program that is in PATH, or its path"
                           : "check the file and its rights"};
}

class Run final : public Command {
 public:
  void declare(CLI::App& parser) override {
    timing_.declare(parser);
    add_choice(parser, "--via", via_, {"auto", "bpf", "seccomp", "preload"},
               "How to reach the program");
    rounding_.declare(parser);
    parser.add_flag("--connect-only", connect_only_, "Only connections that the program makes");
    parser.add_flag("--force", force_, "Also against values that the program sets itself");
    parser.add_flag("--quiet", quiet_,
                    "Say neither what is done nor what is wrong in the registry");
    parser.add_option("program", words_, "The program and its arguments, after --")->required();
  }

  Outcome run() override {
    const auto chosen = timing_.resolve();
    if (!chosen) return tl::unexpected(chosen.error());
    if (!quiet_) say_remarks(*chosen);
    wanted_ = chosen->timing.timing;
    if (wanted_.probes == 0) {
      return tl::unexpected(no_probes("cannot run", words_.front()));
    }
    const Result<attach::ProgramFile> program = attach::find_program(words_.front());
    if (!program) return tl::unexpected(cannot_start(words_.front(), program.error().code));
    return start(*program);
  }

 private:
  Outcome start(const attach::ProgramFile& program) {
    const std::string library = preload_library();
    RunFacts facts{.wanted = wanted_,
                   .rounding = rounding_.rounding(),
                   .program = program,
                   .has_preload_library = !library.empty(),
                   .bpf_refusal = {},
                   .seccomp_refusal = {},
                   .is_privileged = ::geteuid() == 0};
    const Via asked = asked_way();
    std::unique_ptr<attach::Companion> companion;
    if (asked == Via::bpf || asked == Via::automatic) companion = try_bpf(facts);
    if (!companion && asked != Via::preload && asked != Via::bpf) try_seccomp(facts);
    const auto plan = plan_run(asked, facts);
    if (!plan) {
      return tl::unexpected(
          Failure{.code = code_of(error_),
                  .attempt = "cannot run",
                  .subject = fmt::format("{} with keep-alive by {}", words_.front(), via_),
                  .reason = plan.error(),
                  .remedy = "leave --via away to take what this host allows"});
    }
    if (!quiet_) say(fmt::format("wsalive: {}", describe(*plan, wanted_)));
    if (plan->via != Via::bpf)
      companion.reset();  // What was made to see whether it could be is not needed.
    if (plan->via == Via::preload) return become_preloaded(library);
    if (plan->via == Via::seccomp) {
      companion = std::make_unique<attach::SeccompCompanion>(attach::SeccompRequest{
          .fit = plan->fit, .whose = whose(), .connect_only = connect_only_});
    }
    return run_beside(*companion);
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

  static ExitCode code_of(int error) {
    return error == EPERM || error == EACCES ? ExitCode::denied : ExitCode::unavailable;
  }

  std::unique_ptr<attach::Companion> try_bpf(RunFacts& facts) {
    attach::BpfRule rule;
    rule.direction = connect_only_ ? attach::Direction::made : attach::Direction::any;
    rule.fit = policy::fit_to_kernel(wanted_, facts.rounding);
    auto made = attach::BpfCompanion::make({.rules = {rule}, .whose = whose(), .about = "{}"});
    if (made) return std::move(*made);
    facts.bpf_refusal = bpf_refusal(made.error());
    error_ = made.error().code;
    return nullptr;
  }

  void try_seccomp(RunFacts& facts) {
    const Status possible = attach::supervision_is_possible();
    error_ = possible ? 0 : possible.error().code;
    if (!possible) facts.seccomp_refusal = seccomp_refusal(possible.error());
  }

  Outcome become_preloaded(const std::string& library) {
    const char* const present = std::getenv("LD_PRELOAD");
    const std::string all = present && *present ? library + ":" + present : library;
    ::setenv("LD_PRELOAD", all.c_str(), 1);
    ::setenv(attach::kPreloadVariable, attach::to_text({wanted_, whose(), connect_only_}).c_str(),
             1);
    std::vector<char*> arguments;
    arguments.reserve(words_.size() + 1);
    for (std::string& word : words_) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    ::execvp(arguments.front(), arguments.data());
    return tl::unexpected(cannot_start(words_.front(), errno));
  }

  Outcome run_beside(attach::Companion& companion) {
    const auto ended = attach::run_with(companion, words_);
    if (ended) attach::end_like(*ended);
    const attach::StartError& error = ended.error();
    if (error.stage == attach::Stage::execute) {
      return tl::unexpected(cannot_start(words_.front(), error.error.code));
    }
    return tl::unexpected(Failure{
        .code = code_of(error.error.code),
        .attempt = "cannot run",
        .subject = words_.front(),
        .reason = fmt::format("{}: {}", error.error.attempt, std::strerror(error.error.code)),
        .remedy = "try another --via"});
  }

  TimingOptions timing_;
  RoundingOption rounding_;
  int error_ = 0;  ///< Why the last way that was tried cannot be taken.
  std::string via_ = "auto";
  bool connect_only_ = false;
  bool force_ = false;
  bool quiet_ = false;
  std::vector<std::string> words_;
  policy::Timing wanted_;
};

}  // namespace

std::unique_ptr<Command> make_run() { return std::make_unique<Run>(); }

}  // namespace wsalive::cli
