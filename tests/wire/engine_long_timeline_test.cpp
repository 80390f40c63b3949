// Long silences on a real wire, side by side: more probes than the kernel counts, at the intervals that
// people ask for.
// labels: ns realtime slow

#include "support/asked.hpp"
#include "support/engine_timeline.hpp"

namespace wsalive::test {
namespace {

using policy::DriverKind;

TEST_F(EngineTimeline, HundredsOfProbesAreSentAndCounted) {  // K-52, K-57
  open(asked(2000, 250, 200), DriverKind::rearm);
  open(asked(1500, 200, 255), DriverKind::rearm);
  open(asked(1200, 400, 128), DriverKind::rearm);
  open(asked(400, 200, 255), DriverKind::repair);
  open(asked(10'000, 500, 80), DriverKind::rearm);
  open(asked(2000, 7000, 7), DriverKind::rearm);  // K-50: no other driver keeps this where I > T.
  expect_timelines(/*stalls=*/Millis{2000});
}

}  // namespace
}  // namespace wsalive::test
