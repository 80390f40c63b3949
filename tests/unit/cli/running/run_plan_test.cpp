// Which way `wsalive run` takes, and that what it says of it is what is kept there.
// labels: fast

#include "cli/running/run_plan.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cli/live/keepalive_text.hpp"

namespace wsalive::cli {
namespace {

using policy::DwordMillis;

constexpr policy::Timing timing(std::uint32_t idle, std::uint32_t interval, std::uint8_t probes) {
  return {DwordMillis{idle}, DwordMillis{interval}, probes};
}

/// A dynamic program that every way can reach.
RunFacts facts(const policy::Timing& wanted) {
  RunFacts facts;
  facts.wanted = wanted;
  facts.program.kind = attach::ProgramKind::dynamic;
  facts.has_preload_library = true;
  facts.may_repair = true;
  return facts;
}

RunFacts by_kernel(const policy::Timing& wanted) {
  RunFacts by = facts(wanted);
  by.precision = policy::Precision::kernel;
  return by;
}

RunFacts without_rights(const policy::Timing& wanted) {
  RunFacts without = facts(wanted);
  without.may_repair = false;
  return without;
}

struct Row {
  const char* name;
  Via asked;
  RunFacts facts;
  Via taken;
  policy::Timing kept;
  policy::KeptBy by;
};

std::vector<Row> rows() {
  using enum Via;
  using enum policy::KeptBy;
  return {
      // clang-format off
      {"whole seconds take bpf",            automatic, facts(timing(45'000, 5'000, 5)),            bpf,     timing(45'000, 5'000, 5), kernel},
      {"fractions take the engine",         automatic, facts(timing(1'500, 300, 5)),               preload, timing(1'500, 300, 5),    engine},
      {"whole seconds by preload",          preload,   facts(timing(2'000, 1'000, 5)),             preload, timing(2'000, 1'000, 5),  engine},
      {"short ones with the right",         preload,   facts(timing(500, 100, 7)),                 preload, timing(500, 100, 7),      engine},
      {"and without",                       preload,   without_rights(timing(500, 100, 7)),        preload, timing(1'000, 100, 7),    engine},
      {"the kernel alone by preload",       preload,   by_kernel(timing(1'500, 300, 5)),           preload, timing(2'000, 1'000, 5),  kernel},
      {"is later than by bpf",              automatic, by_kernel(timing(1'500, 300, 5)),           bpf,     timing(1'000, 1'000, 5),  kernel},
      {"beyond what the kernel has",        preload,   by_kernel(timing(36'000'000, 1'000, 5)),    preload, timing(36'000'000, 1'000, 0), kernel},
      // clang-format on
  };
}

TEST(RunPlan, SaysWhatIsKept) {  // K-57, K-121
  for (const Row& row : rows()) {
    const auto plan = plan_run(row.asked, row.facts);
    ASSERT_TRUE(plan) << row.name;
    EXPECT_EQ(plan->via, row.taken) << row.name;
    EXPECT_EQ(plan->kept, row.kept) << row.name << ": " << plan->kept.idle.count() << ' '
                                    << plan->kept.interval.count() << ' ' << int{plan->kept.probes};
    EXPECT_EQ(plan->accuracy.by, row.by) << row.name;
    const std::string said = describe(*plan, row.facts.wanted);
    EXPECT_EQ(said.find("; wanted after ") != std::string::npos, row.kept != row.facts.wanted)
        << said;
    if (row.kept.probes == 0) {
      EXPECT_NE(said.find(": no probe ever leaves (the kernel alone was chosen"), std::string::npos)
          << said;
    } else {
      EXPECT_NE(said.find(in_words(row.kept, plan->accuracy)), std::string::npos) << said;
    }
  }
}

TEST(RunPlan, TheEngineSaysHowLateItIsAndTheKernelBothEnds) {
  EXPECT_NE(describe(*plan_run(Via::preload, facts(timing(1'500, 300, 5))), timing(1'500, 300, 5))
                .find("after 1.5s of silence, every 300ms, 9 times (not 5: "),
            std::string::npos);
  EXPECT_NE(describe(*plan_run(Via::bpf, facts(timing(1'000, 1'000, 5))), timing(1'000, 1'000, 5))
                .find("after 1s to 1.0"),
            std::string::npos);
}

TEST(PathWords, NameTheRepetition) {
  const policy::Accuracy alone{policy::KeptBy::kernel, std::chrono::milliseconds{4}};
  EXPECT_EQ(path_words(policy::Millis{60'000}, timing(30'000, 3'000, 5), alone),
            "A path that forgets after 60s keeps the connection: the first probe comes at least "
            "27.952s before, and one that repeats it at least 24.696s.");
  EXPECT_EQ(path_words(policy::Millis{60'000}, timing(30'000, 30'000, 5), alone),
            "A path that forgets after 60s keeps the connection: the first probe comes at least "
            "27.952s before, but none that repeats it: one lost segment may lose the connection.");
  EXPECT_EQ(path_words(policy::Millis{8'000}, timing(3'000, 75'000, 9), alone),
            "A path that forgets after 8s may lose the connection: the first probe leaves after "
            "3s to 77.1s of silence. Use --time 4s and --interval 1s, or less.");
  EXPECT_EQ(path_words(policy::Millis{60'000}, timing(59'000, 1'000, 9), alone),
            "A path that forgets after 60s may lose the connection: the first probe leaves after "
            "59s to 61.1s of silence. Use --time 30s or less.");
}

TEST(IntervalWords, SpeakWhereTheKernelWaitsForTheInterval) {  // K-50
  const policy::Accuracy alone{policy::KeptBy::kernel, std::chrono::milliseconds{4}};
  EXPECT_NE(interval_words(timing(2'000, 6'000, 2), alone).find("every 6s to 6.26s."),
            std::string::npos);
  EXPECT_EQ(interval_words(timing(6'000, 6'000, 2), alone), "");
  EXPECT_EQ(interval_words(timing(2'000, 6'000, 2), {policy::KeptBy::engine}), "");
}

}  // namespace
}  // namespace wsalive::cli
