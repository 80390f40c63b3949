// The table of releases (K-120): names, aliases and the rules of each row.

#include "policy/release.hpp"

#include <gtest/gtest.h>

namespace wsalive::policy {
namespace {

TEST(Releases, EveryRowIsFoundByItsNameAndAlias) {  // K-120, K-121
  for (const ReleaseRow& each : kReleases) {
    EXPECT_EQ(release_named(each.name), each.release) << each.name;
    if (each.alias.empty()) continue;
    EXPECT_EQ(release_named(each.alias), each.release) << each.alias;
  }
}

TEST(Releases, AnUnknownNameIsNoRelease) {  // K-122
  EXPECT_EQ(release_named("win95"), std::nullopt);
  EXPECT_EQ(release_named(""), std::nullopt);
  EXPECT_EQ(release_named("WIN11"), std::nullopt);
}

}  // namespace
}  // namespace wsalive::policy
