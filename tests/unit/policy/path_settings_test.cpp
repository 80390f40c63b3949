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
