// The one variable between `wsalive run` and the preloaded library.

#include "attach/preload_settings.hpp"

#include <gtest/gtest.h>

namespace wsalive::attach {
namespace {

using policy::DwordMillis;

TEST(PreloadSettings, ComeBackAsTheyWereWritten) {
  const PreloadSettings exact{.timing = {DwordMillis{1500}, DwordMillis{300}, 5},
                              .whose = Precedence::ours,
                              .connect_only = true};
  EXPECT_EQ(to_text(exact),
            "time=1500ms interval=300ms probes=5 force=yes listen=no user=no kernel=no");
  EXPECT_EQ(from_text(to_text(exact)), exact);
  const PreloadSettings longest{.timing = {DwordMillis{4'294'967'295}, DwordMillis{1}, 255}};
  EXPECT_EQ(from_text(to_text(longest)), longest);
  PreloadSettings coarse = exact;
  coarse.precision = policy::Precision::kernel;
  EXPECT_EQ(from_text(to_text(coarse)), coarse);
  PreloadSettings limited = exact;
  for (const std::uint32_t timeout : {0U, 30'000U}) {
    limited.user_timeout_ms = timeout;
    EXPECT_EQ(from_text(to_text(limited)), limited);
  }
}

TEST(PreloadSettings, AnythingElseIsRefused) {
  for (const char* bad :
       {"", "time=1500", "time=1500ms interval=300ms probes=5",
        "time=0ms interval=300ms probes=5 force=no listen=no user=no kernel=no",
        "time=1500ms interval=300ms probes=256 force=no listen=no user=no kernel=no",
        "time=1500ms interval=300ms probes=5 force=no listen=no user=no",
        "time=1500ms interval=300ms probes=5 force=no listen=no user=no kernel=",
        "time=1500ms interval=300ms probes=5 force=no listen=no user=no kernel=no ",
        "time=1500ms interval=300ms probes=5 force=no listen=no",
        "time=1500ms interval=300ms probes=5 force=no listen=no user=30000 kernel=no",
        "time=-1ms interval=300ms probes=5 force=no listen=no user=no kernel=no",
        "time=4294967296ms interval=300ms probes=5 force=no listen=no user=no kernel=no",
        "time=1500ms interval=300ms probes=5 force=maybe listen=no user=no kernel=no"}) {
    EXPECT_EQ(from_text(bad), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace wsalive::attach
