// Limits of `wsalive serve` in virtual time: floods are bounded, and people who come in good order are not kept out.

#include "path/plan/serve_limits.hpp"

#include <gtest/gtest.h>

namespace wsalive::path {
namespace {

HostKey host(std::uint32_t number) {
  return {static_cast<std::uint8_t>(number >> 16U), static_cast<std::uint8_t>(number >> 8U),
          static_cast<std::uint8_t>(number)};
}

TEST(ServeRules, AHostHasAQuarterAndAllHaveNoMoreThanThereIs) {
  Admission admission{{.connections = 8}};
  EXPECT_EQ(admission.admit(host(1), policy::Millis{0}), Admit::yes);
  EXPECT_EQ(admission.admit(host(1), policy::Millis{0}), Admit::yes);
  EXPECT_EQ(admission.admit(host(1), policy::Millis{0}), Admit::host_full);
  for (std::uint32_t each = 2; each < 5; ++each) {
    EXPECT_EQ(admission.admit(host(each), policy::Millis{0}), Admit::yes);
    EXPECT_EQ(admission.admit(host(each), policy::Millis{0}), Admit::yes);
  }
  EXPECT_EQ(admission.admit(host(9), policy::Millis{0}), Admit::full);
  admission.left(host(3));
  EXPECT_EQ(admission.admit(host(9), policy::Millis{0}), Admit::yes);
  EXPECT_EQ(admission.open(), 8U);
}

TEST(ServeRules, AFewConnectionsAreStillOneForEveryHost) {
  EXPECT_EQ(ServeLimits{.connections = 2}.per_host(), 1U);
}

TEST(ServeRules, AHostsPaceIsBoundedAndRecovers) {
  Admission admission{{.connections = 100'000}};
  std::int64_t admitted = 0;
  for (int tries = 0; tries < 1'000; ++tries) {
    if (admission.admit(host(1), policy::Millis{0}) == Admit::yes) ++admitted;
  }
  EXPECT_EQ(admitted, kPaceOfAHost.burst);
  std::int64_t later = 0;
  for (std::int64_t at = 10'000; at < 20'000; at += 10) {
    if (admission.admit(host(1), policy::Millis{at}) == Admit::yes) ++later;
  }
  EXPECT_NEAR(static_cast<double>(later),
              static_cast<double>(kPaceOfAHost.burst + 10 * kPaceOfAHost.a_second), 2);
}

TEST(ServeRules, OneHostsFloodLeavesRoomForOthers) {
  Admission admission{{}};
  std::size_t others = 0;
  std::uint32_t next = 100;
  for (std::int64_t at = 0; at < 60'000; at += 10) {
    (void)admission.admit(host(1), policy::Millis{at});  // A hundred a second, all kept open.
    if (at % 1'000 != 0) continue;
    if (admission.admit(host(++next), policy::Millis{at}) == Admit::yes) ++others;
  }
  EXPECT_EQ(others, 60U);
  EXPECT_EQ(admission.open(), others + ServeLimits{}.per_host());
}

TEST(ServeRules, MemoryIsBoundedHoweverManyHostsCome) {
  Admission admission{{}};
  std::uint32_t number = 0;
  for (std::int64_t at = 0; at < 100'000; at += 5) {
    if (admission.admit(host(++number), policy::Millis{at}) == Admit::yes)
      admission.left(host(number));
    ASSERT_LE(admission.remembered(), 4'096U);
  }
  EXPECT_EQ(admission.open(), 0U);
  EXPECT_EQ(admission.admit(host(7), policy::Millis{200'000}), Admit::yes);
}

TEST(ServeRules, SomebodyUnknownWhoLeavesChangesNothing) {
  Admission admission{{}};
  admission.left(host(5));
  EXPECT_EQ(admission.open(), 0U);
}

TEST(ServeRules, ASearchStaysFarBelowTheLimits) {
  // Two directions of twelve, opened a tenth of a second apart, and the control connection.
  Admission admission{{}};
  for (std::int64_t number = 0; number < 25; ++number) {
    EXPECT_EQ(admission.admit(host(1), policy::Millis{number / 2 * 100}), Admit::yes);
  }
}

}  // namespace
}  // namespace wsalive::path
