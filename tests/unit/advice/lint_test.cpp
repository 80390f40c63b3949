// Likely mistakes: each rule on a setting that it is for, and on the nearest one that is right.

#include "advice/lint.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>

namespace wsalive::advice {
namespace {

using Ms = policy::DwordMillis;

LintSubject subject(policy::Release release, const policy::RegistryValues& registry,
                    const policy::SocketValues& socket,
                    std::optional<policy::Millis> path = std::nullopt) {
  return {.release = release,
          .registry = registry,
          .socket = socket,
          .in_force = policy::timing_in_force(release, registry, socket),
          .path_timeout = path};
}

LintSubject asked(std::uint32_t idle, std::uint32_t interval, std::uint8_t probes,
                  std::optional<policy::Millis> path = std::nullopt) {
  return subject(policy::Release::win11, {},
                 {.idle = Ms{idle}, .interval = Ms{interval}, .probes = probes}, path);
}

bool finds(const LintSubject& subject, std::string_view rule) {
  const auto findings = lint(subject);
  return std::ranges::find(findings, rule, &Finding::rule) != findings.end();
}

struct Row {
  std::string_view rule;
  LintSubject wrong;
  LintSubject right;  // The nearest that the rule lets pass.
};

std::vector<Row> rows() {
  const policy::RegistryValues seconds{.keep_alive_time = Ms{7200},
                                       .keep_alive_interval = {},
                                       .tcp_max_data_retransmissions = {},
                                       .pptp_tcp_max_data_retransmissions = {}};
  policy::RegistryValues milliseconds = seconds;
  milliseconds.keep_alive_time = Ms{7'200'000};
  policy::RegistryValues counts;
  counts.tcp_max_data_retransmissions = 8;
  policy::RegistryValues most;
  most.pptp_tcp_max_data_retransmissions = 255;
  policy::RegistryValues above_most;
  above_most.pptp_tcp_max_data_retransmissions = 256;
  policy::RegistryValues both_zero;
  both_zero.tcp_max_data_retransmissions = 0;
  both_zero.pptp_tcp_max_data_retransmissions = 0;
  policy::RegistryValues one_zero;
  one_zero.tcp_max_data_retransmissions = 0;
  return {
      // clang-format off
      {"no-probes",                subject(policy::Release::winxp, both_zero, {}),    subject(policy::Release::winxp, one_zero, {})},
      {"one-probe",                asked(45'000, 1000, 1),                    asked(45'000, 1000, 2)},
      {"flood",                    asked(45'000, 5, 10),                      asked(45'000, 200, 10)},
      {"seconds-for-milliseconds", subject(policy::Release::win11, seconds, {}),      subject(policy::Release::win11, milliseconds, {})},
      {"milliseconds-for-seconds", asked(30'000'000, 1000, 10),               asked(9'000'000, 1000, 10)},
      {"milliseconds-for-seconds", asked(60'000, 1'000'000, 10),              asked(60'000, 75'000, 10)},
      {"idle-below-interval",      asked(999, 1000, 10),                      asked(1000, 1000, 10)},
      {"path-forgets",             asked(240'000, 1000, 10),                  asked(223'000, 1000, 10)},
      {"path-forgets",             asked(30'000, 1000, 10, policy::Millis{30'000}),   asked(30'000, 1000, 10, policy::Millis{32'049})},
      {"path-forgets",             asked(3'000, 75'000, 9, policy::Millis{8'000}),    asked(3'000, 3'000, 9, policy::Millis{8'000})},
      {"path-forgets",             asked(500, 100, 5, policy::Millis{900}),           asked(500, 100, 5, policy::Millis{1'100})},
      {"path-forgets",             asked(1500, 100, 5, policy::Millis{1'500}),        asked(1500, 100, 5, policy::Millis{1'540})},
      {"short-patience",           asked(45'000, 500, 5),                     asked(45'000, 500, 6)},
      {"count-without-effect",     subject(policy::Release::vista, counts, {}),       subject(policy::Release::ws2003, counts, {})},
      {"count-without-effect",     subject(policy::Release::winxp, one_zero, {}),     subject(policy::Release::winxp, both_zero, {})},
      {"count-lowered",            subject(policy::Release::winxp, above_most, {}),   subject(policy::Release::winxp, most, {})},
      {"late-detection",           asked(900'000, 1000, 1),                   asked(899'000, 1000, 1)},
      {"kernel-rounds",            asked(45'000, 1500, 10),                   asked(45'000, 2000, 10)},
      // clang-format on
  };
}

TEST(Lint, FindsEachMistakeAndLetsTheNearestRightSettingPass) {  // K-53, K-54
  for (const Row& row : rows()) {
    EXPECT_TRUE(finds(row.wrong, row.rule)) << row.rule;
    EXPECT_FALSE(finds(row.right, row.rule)) << row.rule;
  }
}

TEST(Lint, EveryRuleHasARow) {
  const std::vector<Row> all = rows();
  for (const LintRule& rule : lint_rules()) {
    EXPECT_NE(std::ranges::find(all, rule.name, &Row::rule), all.end()) << rule.name;
  }
}

TEST(Lint, AUserTimeoutInPlaceOfTheCountDecidesAboutPatienceAndLateness) {  // K-76
  LintSubject late = asked(45'000, 5'000, 5);
  late.user_timeout = policy::Millis{3'600'000};
  EXPECT_TRUE(finds(late, "late-detection"));
  LintSubject hasty = late;
  hasty.user_timeout = policy::Millis{45'000};
  hasty.in_force.timing.interval = Ms{2'000};
  EXPECT_TRUE(finds(hasty, "short-patience"));
  for (LintSubject* const each : {&late, &hasty}) {
    each->accuracy.by = policy::KeptBy::engine;
    EXPECT_FALSE(finds(*each, "late-detection") || finds(*each, "short-patience"));
  }
}

TEST(Lint, HasNothingAgainstSensibleSettings) { EXPECT_TRUE(lint(asked(45'000, 5000, 6)).empty()); }

TEST(Lint, SpeaksInNumbers) {
  const auto findings = lint(asked(400'000, 1000, 10));
  ASSERT_FALSE(findings.empty());
  EXPECT_NE(findings[0].text.find("400s"), std::string::npos) << findings[0].text;
  EXPECT_NE(findings[0].text.find("350s (AWS"), std::string::npos) << findings[0].text;
  EXPECT_NE(findings[0].source.find("Azure documentation"), std::string::npos);
}

TEST(Lint, AnIntervalThatKeepsNoPathIsNamed) {  // K-50
  const auto found = [](const LintSubject& subject) {
    for (const Finding& each : lint(subject)) {
      if (each.rule == "path-forgets") return each;
    }
    return Finding{};
  };
  LintSubject subject = asked(3'000, 75'000, 9, policy::Millis{8'000});
  EXPECT_NE(found(subject).text.find("after 3s to "), std::string::npos) << found(subject).text;
  EXPECT_EQ(found(subject).remedy, "an interval of 1s or less");
  EXPECT_NE(found(subject).source.find("waits for the interval"), std::string::npos);
  subject.in_force.timing.idle = Ms{7'000};
  EXPECT_EQ(found(subject).remedy, "a time of 4s or less, and an interval of 1s or less");
  subject.accuracy.by = policy::KeptBy::engine;
  EXPECT_TRUE(found(subject).rule.empty());
}

TEST(Lint, ATimerThatStandsBehindForgetsThePath) {
  LintSubject subject = asked(20'000, 1'000, 9, policy::Millis{60'000});
  EXPECT_FALSE(finds(subject, "path-forgets"));
  subject.behind = policy::Millis{40'000};
  EXPECT_TRUE(finds(subject, "path-forgets"));
}

TEST(Lint, AnExchangeIsSpokenOfOnlyWhereBothNumbersWereSetAtOnePlace) {
  const auto remedy = [](policy::Source idle, policy::Source interval) {
    LintSubject subject = asked(20'000, 75'000, 9);
    subject.in_force.idle_from = idle;
    subject.in_force.interval_from = interval;
    for (const Finding& each : lint(subject)) {
      if (each.rule == "idle-below-interval") return each.remedy;
    }
    return std::string{"no finding"};
  };
  using enum policy::Source;
  EXPECT_NE(remedy(socket, socket).find("exchanged"), std::string::npos);
  EXPECT_EQ(remedy(release, release).find("exchanged"), std::string::npos);
  EXPECT_EQ(remedy(socket, release).find("exchanged"), std::string::npos);
  EXPECT_EQ(remedy(release, release).find("an interval below the time"), 0U);
}

}  // namespace
}  // namespace wsalive::advice
