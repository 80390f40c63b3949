// Why something is not permitted: the true reason, by what the kernel shows.

#include "cli/frame/refusals.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>

namespace wsalive::cli {
namespace {

constexpr std::string_view kHost = "         0          0 4294967295\n";
constexpr std::string_view kNamespace = "         0       1000          1\n";

std::string process_with(std::string_view capabilities, int seccomp) {
  return "Name:\tx\nCapEff:\t" + std::string{capabilities} + "\nSeccomp:\t" +
         std::to_string(seccomp) + "\nSeccomp_filters:\t0\n";
}

struct Row {
  std::string_view name;
  std::string_view capabilities;
  int seccomp;
  std::string_view uid_map;
  std::string_view lockdown;
  std::string_view says;
};

constexpr std::array kRows{
    // clang-format off
    Row{"AnOrdinaryUser",     "0000000000000000", 0, kHost,      "",                                     "it takes CAP_BPF and CAP_NET_ADMIN"},
    Row{"BpfAlone",           "0000008000000000", 0, kHost,      "",                                     "it takes CAP_BPF and CAP_NET_ADMIN"},
    Row{"AUserNamespace",     "000001ffffffffff", 0, kNamespace, "",                                     "a user namespace's"},
    Row{"AContainersFilter",  "000001ffffffffff", 2, kHost,      "",                                     "a filter of system calls refuses bpf"},
    Row{"ALockedDownKernel",  "0000008000001000", 0, kHost,      "none integrity [confidentiality]\n",   "locked down"},
    Row{"SomethingElse",      "000001ffffffffff", 0, kHost,      "[none] integrity confidentiality\n",   "a security module"},
    // clang-format on
};

TEST(BpfDenial, NamesTheTrueReason) {
  for (const Row& row : kRows) {
    const std::string said =
        bpf_denial(process_with(row.capabilities, row.seccomp), row.uid_map, row.lockdown);
    EXPECT_NE(said.find(row.says), std::string::npos) << row.name << ": " << said;
    EXPECT_TRUE(said.starts_with("not permitted")) << said;
  }
}

TEST(RootDenial, NamesARightOnlyWhereItIsMissing) {
  const auto said = [](std::string_view capabilities, std::string_view uid_map) {
    return root_denial("CAP_SYS_PTRACE over it", process_with(capabilities, 0), uid_map);
  };
  EXPECT_TRUE(said("000001fffff7ffff", kHost).starts_with("this root is without CAP_SYS_PTRACE"));
  const std::string whole = said("000001ffffffffff", kHost);
  EXPECT_EQ(whole.find("without"), std::string::npos) << whole;
  EXPECT_NE(said("000001ffffffffff", kNamespace).find("a user namespace's"), std::string::npos);
}

}  // namespace
}  // namespace wsalive::cli
