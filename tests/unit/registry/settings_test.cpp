// Settings: what a process lives by, from the call, the environment, the store and the defaults.

#include "registry/settings.hpp"

#include <gtest/gtest.h>

#include "support/temp_folder.hpp"

namespace wsalive::registry {
namespace {

using policy::DwordMillis;
using policy::Release;
using policy::Rules;

constexpr std::string_view kHeader = "Windows Registry Editor Version 5.00\n\n";
constexpr std::string_view kOurs = "[HKEY_LOCAL_MACHINE\\SOFTWARE\\wsalive]\n";
constexpr std::string_view kParameters =
    "[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters]\n";

Environment environment(std::optional<std::string> release, std::optional<std::string> rules) {
  Environment result;
  result.release = std::move(release);
  result.rules = std::move(rules);
  return result;
}

class SettingsTest : public testing::Test {
 protected:
  StoreFiles user(std::string_view key, std::string_view values) {
    return {.machine = std::nullopt,
            .user = folder_.write("user.reg", std::string{kHeader}.append(key).append(values))};
  }

  test::TempFolder folder_;
};

TEST_F(SettingsTest, WithoutAnyFileAreTheDefaults) {  // K-85, K-121
  const Settings settings = load_settings(
      {}, {.machine = folder_.file("no.reg"), .user = folder_.file("no/such/folder.reg")});
  EXPECT_EQ(settings.release, Release::win11);
  EXPECT_EQ(settings.rules, Rules::documented);
  EXPECT_EQ(settings.release_by, ChosenBy::default_);
  EXPECT_EQ(settings.registry, policy::RegistryValues{});
  EXPECT_TRUE(settings.problems.empty());
  EXPECT_TRUE(settings.remarks.empty());
}

TEST_F(SettingsTest, TheStoreChoosesReleaseAndRules) {  // K-121
  const auto files = user(kOurs, "\"Release\"=\"winxp\"\n\"rules\"=\"observed\"\n");
  const Settings settings = load_settings({}, files);
  EXPECT_EQ(settings.release, Release::winxp);
  EXPECT_EQ(settings.release_by, ChosenBy::store);
  EXPECT_EQ(settings.rules, Rules::observed);
  EXPECT_EQ(settings.rules_by, ChosenBy::store);
}

TEST_F(SettingsTest, TheEnvironmentBeatsTheStoreAndTheCallBeatsBoth) {  // K-121
  const auto files = user(kOurs, "\"Release\"=\"winxp\"\n\"Rules\"=\"observed\"\n");
  const Settings by_environment = load_settings(environment("win7", "documented"), files);
  EXPECT_EQ(by_environment.release, Release::win7);
  EXPECT_EQ(by_environment.rules, Rules::documented);
  EXPECT_EQ(by_environment.rules_by, ChosenBy::environment);

  const Settings by_call = load_settings(environment("win7", "documented"), files,
                                         {.release = Release::vista, .rules = std::nullopt});
  EXPECT_EQ(by_call.release, Release::vista);
  EXPECT_EQ(by_call.release_by, ChosenBy::call);
  EXPECT_EQ(by_call.rules_by, ChosenBy::environment);
}

TEST_F(SettingsTest, AnUnknownNameInTheEnvironmentIsAProblem) {  // K-122
  const Settings settings = load_settings(environment("win95", "strict"), {});
  ASSERT_EQ(settings.problems.size(), 2U);
  EXPECT_EQ(settings.problems[0].what, Choosable::release);
  EXPECT_EQ(settings.problems[0].text, "WSALIVE_RELEASE: \"win95\" is no release that is known");
  EXPECT_EQ(settings.problems[1].what, Choosable::rules);
  EXPECT_EQ(settings.problems[1].text, "WSALIVE_RULES: \"strict\" is no rule set that is known");
  EXPECT_EQ(settings.release, Release::win11);
}

TEST_F(SettingsTest, AnUnknownNameInTheStoreIsAProblem) {  // K-122
  const Settings settings =
      load_settings({}, user(kOurs, "\"Release\"=\"Win11\"\n\"Rules\"=dword:1\n"));
  ASSERT_EQ(settings.problems.size(), 2U);
  EXPECT_EQ(
      settings.problems[0].text,
      "HKEY_LOCAL_MACHINE\\SOFTWARE\\wsalive\\Release: \"Win11\" is no release that is known");
  EXPECT_EQ(settings.problems[1].text,
            "HKEY_LOCAL_MACHINE\\SOFTWARE\\wsalive\\Rules: the value is not a REG_SZ");
}

TEST_F(SettingsTest, ThePrecisionIsChosenAsTheRestIs) {  // K-121, K-122
  const auto files = user(kOurs, "\"Precision\"=\"kernel\"\n");
  EXPECT_EQ(load_settings({}, {}).precision, policy::Precision::exact);
  EXPECT_EQ(load_settings({}, files).precision, policy::Precision::kernel);
  Environment said;
  said.precision = "exact";
  EXPECT_EQ(load_settings(said, files).precision, policy::Precision::exact);
  said.precision = "sharp";
  const Settings wrong = load_settings(said, files);
  ASSERT_EQ(wrong.problems.size(), 1U);
  EXPECT_EQ(wrong.problems[0].what, Choosable::precision);
  EXPECT_EQ(wrong.problems[0].text, "WSALIVE_PRECISION: \"sharp\" is no precision that is known");
}

TEST_F(SettingsTest, AStrongerChoiceHidesWhatIsWrongWithAWeakerOne) {  // K-121, K-122
  const auto files = user(kOurs, "\"Release\"=\"win95\"\n");
  EXPECT_TRUE(load_settings(environment("vista", {}), files).problems.empty());
  EXPECT_TRUE(
      load_settings(environment("win95", {}), files, {.release = Release::win7, .rules = {}})
          .problems.empty());
}

TEST_F(SettingsTest, TheRegistryGivesTimesAndCounts) {  // K-80, K-81, K-82, K-83
  const auto files = user(kParameters,
                          "\"KeepAliveTime\"=dword:0000ea60\n\"keepaliveinterval\"=dword:1f4\n"
                          "\"TcpMaxDataRetransmissions\"=dword:3\n"
                          "\"PPTPTcpMaxDataRetransmissions\"=dword:00000000\n");
  const Settings settings = load_settings({}, files);
  EXPECT_EQ(settings.registry.keep_alive_time, DwordMillis{60'000});
  EXPECT_EQ(settings.registry.keep_alive_interval, DwordMillis{500});
  EXPECT_EQ(settings.registry.tcp_max_data_retransmissions, 3U);
  EXPECT_EQ(settings.registry.pptp_tcp_max_data_retransmissions, 0U);
  EXPECT_TRUE(settings.remarks.empty());
}

TEST_F(SettingsTest, ValuesThatDoNotCountAreAbsentAndNamed) {  // K-84
  const auto files =
      user(kParameters, "\"KeepAliveTime\"=dword:0\n\"KeepAliveInterval\"=\"300\"\n");
  const Settings settings = load_settings({}, files);
  EXPECT_EQ(settings.registry, policy::RegistryValues{});
  EXPECT_TRUE(settings.problems.empty());
  ASSERT_EQ(settings.remarks.size(), 2U);
  EXPECT_EQ(settings.remarks[0],
            *files.user + ": KeepAliveTime is out of range; it counts as absent");
  EXPECT_EQ(settings.remarks[1],
            *files.user + ": KeepAliveInterval is not a REG_DWORD; it counts as absent");
}

TEST_F(SettingsTest, ABrokenFileCountsAsEmptyAndIsNamedWithItsLine) {  // K-85
  const std::string broken = folder_.write(
      "broken.reg", std::string{kHeader}.append(kOurs).append("\"Release\"=\"winxp\"\nnonsense\n"));
  const auto good = user(kParameters, "\"KeepAliveTime\"=dword:3e8\n");
  const Settings settings = load_settings({}, {.machine = broken, .user = good.user});
  EXPECT_EQ(settings.release, Release::win11);
  EXPECT_EQ(settings.registry.keep_alive_time, DwordMillis{1000});
  EXPECT_TRUE(settings.problems.empty());
  ASSERT_EQ(settings.remarks.size(), 1U);
  EXPECT_EQ(settings.remarks[0],
            broken + ":5: neither a key, a value nor a comment; the file counts as empty");
}

TEST_F(SettingsTest, AreReadAnewForEachStartUp) {  // K-87
  const auto files = user(kParameters, "\"KeepAliveTime\"=dword:3e8\n");
  const Settings before = load_settings({}, files);
  static_cast<void>(user(kParameters, "\"KeepAliveTime\"=dword:7d0\n"));
  EXPECT_EQ(before.registry.keep_alive_time, DwordMillis{1000});
  EXPECT_EQ(load_settings({}, files).registry.keep_alive_time, DwordMillis{2000});
}

}  // namespace
}  // namespace wsalive::registry
