// A policy as the read-only data of the bpf programs.

#include <gtest/gtest.h>
#include <netinet/in.h>

#include <cerrno>

#include "attach/bpf/policy.hpp"

namespace wsalive::attach {
namespace {

BpfRule to(std::string prefix) {
  BpfRule rule;
  rule.remote_prefix = std::move(prefix);
  rule.fit = {45, 5, 5, {}};
  return rule;
}

Result<wsalive_policy> encode_rules(std::vector<BpfRule> rules) {
  BpfPolicy policy;
  policy.rules = std::move(rules);
  return encode(policy);
}

TEST(EncodePolicy, CutsTheAddressToItsPrefix) {
  const auto encoded = encode_rules({to("10.1.2.3/8"), to("fd00:1::5/32"), to("192.0.2.7")});
  ASSERT_TRUE(encoded);
  EXPECT_EQ(encoded->rule_count, 3U);
  EXPECT_EQ(encoded->rules[0].prefix_family, 4U);
  EXPECT_EQ(encoded->rules[0].prefix[0], htonl(0x0a000000));
  EXPECT_EQ(encoded->rules[0].mask[0], htonl(0xff000000));
  EXPECT_EQ(encoded->rules[1].prefix_family, 6U);
  EXPECT_EQ(encoded->rules[1].prefix[0], htonl(0xfd000001));
  EXPECT_EQ(encoded->rules[1].prefix[3], 0U);
  EXPECT_EQ(encoded->rules[2].mask[0], 0xffffffffU);
  EXPECT_EQ(encoded->rules[2].idle_s, 45U);
}

TEST(EncodePolicy, RefusesWhatIsNoPrefix) {
  for (const char* bad :
       {"10.0.0.0/33", "fd00::/129", "ten", "10.0.0.0/", "10.0.0.0/8x", "10.0.0.0/-1"}) {
    const auto encoded = encode_rules({to(bad)});
    ASSERT_FALSE(encoded) << bad;
    EXPECT_EQ(encoded.error().code, EINVAL) << bad;
  }
}

TEST(EncodePolicy, RefusesMoreRulesThanThereIsRoomFor) {
  const auto encoded = encode_rules(std::vector<BpfRule>(WSALIVE_MOST_RULES + 1));
  ASSERT_FALSE(encoded);
  EXPECT_EQ(encoded.error().code, E2BIG);
}

}  // namespace
}  // namespace wsalive::attach
