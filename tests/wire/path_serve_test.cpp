// wsalive path --with-serve, both real programs, on made-up hosts with a firewall of the kernel's own: one that
// forgets for good, and ones that learn a connection anew from one side's segments only.
//
// labels: ns realtime slow
// shards: 4

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "os/process/child.hpp"
#include "support/private_network.hpp"
#include "support/temp_folder.hpp"

namespace wsalive::test {
namespace {

std::string binary() { return std::string{std::getenv("WSALIVE_BUILD")} + "/bin/wsalive"; }

class PathWithServe : public ThroughFirewall {
 protected:
  void SetUp() override {
    ThroughFirewall::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    const lab::Visit visit{network().server()};
    const auto started = os::start_child({.file = binary(),
                                          .arguments = {binary(), "serve", "--quiet"},
                                          .environment = std::nullopt,
                                          .folder = {},
                                          .streams = {0, 1, 2},
                                          .own_group = false,
                                          .inherited = {}});
    ASSERT_TRUE(started) << started.error().code;
    server_ = *started;
    const auto listens = lab::run_command(
        {"sh", "-c",
         "for i in $(seq 100); do ss -Hltn | grep -q :7350 && exit 0; sleep 0.1; done; exit 1"});
    ASSERT_TRUE(listens) << listens.error();
  }
  void TearDown() override {
    if (server_ <= 0) return;
    ::kill(server_, SIGTERM);
    const auto end = os::await_child(server_);
    ASSERT_TRUE(end);
    EXPECT_FALSE(end->killed);
    EXPECT_EQ(end->code, 0U);
  }

  /// Forgets after three seconds of silence; segments of unknown connections are new ones where a rule lets them.
  void forget_with(const std::string& rules) {
    const auto set =
        lab::apply_nft(network().firewall(),
                       "table inet t { chain forward { type filter hook forward priority 0; policy "
                       "drop; ct state established,related accept;\n" +
                           rules + "\n}\n}\n")
            .and_then([&] {
              return lab::set_sysctl(network().firewall(),
                                     "net/netfilter/nf_conntrack_tcp_timeout_established", "3");
            })
            .and_then([&] {
              return lab::set_sysctl(network().firewall(), "net/netfilter/nf_conntrack_tcp_loose",
                                     "1");
            });
    ASSERT_TRUE(set) << set.error();
  }

  nlohmann::json found() {
    const TempFolder home;
    const lab::Visit visit{network().client()};
    const auto output =
        lab::run_command({"sh", "-c",
                          "XDG_STATE_HOME=" + home.path().string() + " timeout 240 '" + binary() +
                              "' path 10.77.2.1 --with-serve --json --max 60s 2>/dev/null; true"});
    EXPECT_TRUE(output) << output.error();
    auto json = nlohmann::json::parse(output.value_or(""), nullptr, false);
    EXPECT_TRUE(json.is_object()) << output.value_or("");
    expect_nothing_is_left(json);
    return json;
  }

  /// What the path has forgotten the far end was told of over the control connection.
  void expect_nothing_is_left(const nlohmann::json& json) {
    EXPECT_EQ(json["far_end"].value("told", -1), json.value("connections", 0)) << json.dump(1);
    EXPECT_EQ(json["far_end"].value("untold", -1), 0) << json.dump(1);
    const lab::Visit visit{network().server()};
    const auto held = lab::run_command(
        {"sh", "-c",
         "for i in $(seq 50); do ss -Hnt state established sport = :7350 | grep -q . || exit 0; "
         "sleep 0.1; done; ss -nt; exit 1"});
    EXPECT_TRUE(held) << held.error();
  }

  static void expect_three_seconds(const nlohmann::json& way, const nlohmann::json& whole) {
    EXPECT_EQ(way.value("finding", ""), "forgets") << whole.dump(1);
    EXPECT_LE(way.value("kept_ms", 0), 3100) << whole.dump(1);
    EXPECT_GE(way.value("lost_ms", 0), 2900) << whole.dump(1);
    EXPECT_LE(way.value("error_ms", 1000), 150) << whole.dump(1);
  }

  static void expect_advice(const nlohmann::json& whole) {
    EXPECT_LE(whole["advice"].value("time_ms", 9999), 1500) << whole.dump(1);
    EXPECT_EQ(whole["trial"].value("finding", ""), "kept") << whole.dump(1);
  }

 private:
  std::int32_t server_ = 0;
};

TEST_F(PathWithServe, APathThatForgetsForGoodSaysSoInBothDirections) {
  forget_with("ct state new tcp flags & (fin | syn | rst | ack) == syn accept");
  if (HasFatalFailure()) return;
  const auto json = found();
  EXPECT_EQ(json.value("manner", ""), "forgets") << json.dump(1);
  expect_three_seconds(json, json);
  expect_three_seconds(json["inward"], json);
  EXPECT_EQ(json["revived_from_far_end"].value("revived", 9), 0);
  EXPECT_EQ(json["inward"]["revived_from_here"].value("revived", 9), 0);
  expect_advice(json);
}

TEST_F(PathWithServe, APathThatLearnsAnewFromThisEndIsFoundOut) {
  forget_with("iifname \"inside\" ct state new accept");
  if (HasFatalFailure()) return;
  const auto json = found();
  EXPECT_EQ(json.value("manner", ""), "relearns_from_here") << json.dump(1);
  EXPECT_EQ(json.value("finding", ""), "keeps");
  expect_three_seconds(json["inward"], json);
  EXPECT_GE(json["inward"]["revived_from_here"].value("revived", 0), 2);
  expect_advice(json);
}

TEST_F(PathWithServe, APathThatLearnsAnewFromTheFarEndIsFoundOut) {
  forget_with(
      "iifname \"outside\" ct state new accept\n"
      "iifname \"inside\" ct state new tcp flags & (fin | syn | rst | ack) == syn accept");
  if (HasFatalFailure()) return;
  const auto json = found();
  EXPECT_EQ(json.value("manner", ""), "relearns_from_far_end") << json.dump(1);
  EXPECT_EQ(json["inward"].value("finding", ""), "keeps");
  expect_three_seconds(json, json);
  EXPECT_GE(json["revived_from_far_end"].value("revived", 0), 2);
  expect_advice(json);
}

TEST_F(PathWithServe, AFarEndThatGoesAwayEndsTheSearchInOneLine) {
  const TempFolder home;
  const lab::Visit visit{network().client()};
  std::thread later{[this] {
    std::this_thread::sleep_for(std::chrono::seconds{4});
    (void)network().cut_cable();
  }};
  const auto output =
      lab::run_command({"sh", "-c",
                        "XDG_STATE_HOME=" + home.path().string() + " timeout 120 '" + binary() +
                            "' path 10.77.2.1 --with-serve --max 600s; echo status $?"});
  later.join();
  ASSERT_TRUE(output) << output.error();
  EXPECT_NE(output->find("wsalive: cannot measure with 10.77.2.1:7350"), std::string::npos)
      << *output;
  EXPECT_NE(output->find("status 7"), std::string::npos) << *output;
}

}  // namespace
}  // namespace wsalive::test
