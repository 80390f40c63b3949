// Settings for a path: every one of them survives the loss of its latest first probe.
// labels: fast

#include "policy/path_settings.hpp"

#include <gtest/gtest.h>

namespace wsalive::policy {
namespace {

using namespace std::chrono_literals;

constexpr Accuracy kKernel{KeptBy::kernel, 4ms};
constexpr Accuracy kEngine{KeptBy::engine, 4ms};

constexpr Timing timing(std::uint32_t idle_ms, std::uint32_t interval_ms) {
  return {DwordMillis{idle_ms}, DwordMillis{interval_ms}, 5};
}

TEST(SettingsForPath, AreRoundAndComeAtHalf) {
  EXPECT_EQ(settings_for_path(350s, kKernel), timing(170'000, 17'000));
  EXPECT_EQ(settings_for_path(60s, kKernel), timing(30'000, 3'000));
  EXPECT_EQ(settings_for_path(59'700ms, kKernel), timing(25'000, 2'000));
  EXPECT_EQ(settings_for_path(3s, kKernel), timing(1'000, 1'000));
  EXPECT_EQ(settings_for_path(24h, kKernel), timing(7'200'000, 30'000));
}

TEST(SettingsForPath, OfTheEngineReachShorterPaths) {
  EXPECT_EQ(settings_for_path(2s, kKernel), std::nullopt);  // 1 s, and 1 s again, with 32 ms each.
  EXPECT_EQ(settings_for_path(2s, kEngine), timing(1'000, 200));
  EXPECT_EQ(settings_for_path(300ms, kEngine), timing(150, 30));
  EXPECT_EQ(settings_for_path(0s, kEngine), std::nullopt);
}

TEST(SettingsForPath, TakeAnIntervalThatIsGivenAndChooseTheTimeForIt) {
  const PathWish forty{.interval = DwordMillis{40'000}};
  EXPECT_EQ(settings_for_path(60s, kEngine, forty), timing(19'000, 40'000));
  EXPECT_EQ(settings_for_path(60s, kKernel, forty), std::nullopt);  // An answer starts I.  K-50
  EXPECT_EQ(settings_for_path(60s, kKernel, {.interval = DwordMillis{25'000}}),
            timing(30'000, 25'000));
  EXPECT_EQ(settings_for_path(60s, kKernel, {.interval = DwordMillis{27'000}}),
            timing(25'000, 27'000));
  EXPECT_EQ(settings_for_path(60s, kEngine, {.interval = DwordMillis{60'000}}), std::nullopt);
  EXPECT_EQ(settings_for_path(60s, kEngine, {.interval = DwordMillis{59'900}}), timing(50, 59'900));
}

TEST(SettingsForPath, ChooseTheIntervalForATimeThatIsGiven) {
  EXPECT_EQ(settings_for_path(8s, kKernel, {.idle = DwordMillis{3'000}}), timing(3'000, 1'000));
  EXPECT_EQ(settings_for_path(60s, kKernel, {.idle = DwordMillis{45'000}}), timing(45'000, 4'000));
  EXPECT_EQ(settings_for_path(60s, kKernel, {.idle = DwordMillis{55'000}}), timing(55'000, 1'000));
  EXPECT_EQ(settings_for_path(60s, kEngine, {.idle = DwordMillis{59'500}}), timing(59'500, 250));
  // Too late, and taken as it is.
  EXPECT_EQ(settings_for_path(60s, kKernel, {.idle = DwordMillis{90'000}}), timing(90'000, 1'000));
  const PathWish both{.idle = DwordMillis{9'000}, .interval = DwordMillis{70'000}};
  EXPECT_EQ(settings_for_path(60s, kKernel, both), timing(9'000, 70'000));
}

TEST(SettingsForPath, KeepToTheShortestTimeThatThereCanBe) {  // K-57
  const PathWish late{.least_idle = 1s};
  EXPECT_EQ(settings_for_path(1500ms, kEngine, late), timing(1'000, 200));
  EXPECT_EQ(settings_for_path(900ms, kEngine, late), std::nullopt);
  EXPECT_EQ(settings_for_path(900ms, kEngine), timing(450, 90));
}

TEST(SettingsForPath, SurviveTheLossOfTheLatestProbe) {
  for (const Accuracy& accuracy : {kKernel, kEngine}) {
    for (Millis forgets = 100ms; forgets < 3h; forgets += forgets / 37 + 1ms) {
      const auto found = settings_for_path(forgets, accuracy);
      if (!found) {
        EXPECT_LT(forgets, accuracy.by == KeptBy::kernel ? Millis{2'070} : Millis{101});
        continue;
      }
      EXPECT_LT(probe_span(*found, 2, accuracy).latest, forgets) << forgets.count();
    }
  }
}

}  // namespace
}  // namespace wsalive::policy
