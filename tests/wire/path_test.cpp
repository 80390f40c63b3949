// wsalive path, the real program, on made-up hosts: a firewall of the kernel's own that forgets after three seconds,
// without a word or with a reset, and a far end whose answers never come.
//
// labels: ns realtime slow
// shards: 2

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <netinet/in.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "os/socket/poll.hpp"
#include "os/socket/socket_calls.hpp"
#include "support/private_network.hpp"
#include "support/temp_folder.hpp"

namespace wsalive::test {
namespace {

constexpr int kPort = 7001;

/// Accepts connections on the server and holds them, without a word.
class SilentServer {
 public:
  explicit SilentServer(const lab::NetworkNamespace& host) {
    const lab::Visit visit{host};
    listener_ = Fd{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(kPort);
    EXPECT_EQ(::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(listener_.get(), 64), 0);
    thread_ = std::thread{[this] { serve(); }};
  }
  ~SilentServer() { end(); }

  /// Ends the service. \return its connections of whose end it has not heard.
  int end_with_open_ones() {
    end();
    return static_cast<int>(std::ranges::count_if(held_, [](const Fd& each) {
      return os::tcp_state(each.get()) == os::TcpState::established;
    }));
  }

 private:
  void end() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }
  void serve() {
    while (!stop_) {
      os::Watched watched{listener_.get(), os::kReadable};
      (void)os::wait_for(&watched, 1, std::chrono::milliseconds{50});
      Fd taken{::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)};
      if (taken) held_.push_back(std::move(taken));
    }
  }

  Fd listener_;
  std::vector<Fd> held_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

class PathCommand : public ThroughFirewall {
 protected:
  /// The report of a run on the client, whatever its exit status.
  nlohmann::json found(const std::string& options) {
    const TempFolder home;
    const lab::Visit visit{network().client()};
    const std::string command =
        "XDG_STATE_HOME=" + home.path().string() + " timeout 240 '" + std::getenv("WSALIVE_BUILD") +
        "/bin/wsalive' path 10.77.2.1:7001 --json " + options + " 2>/dev/null; true";
    const auto output = lab::run_command({"sh", "-c", command});
    EXPECT_TRUE(output) << output.error();
    auto json = nlohmann::json::parse(output.value_or(""), nullptr, false);
    EXPECT_TRUE(json.is_object()) << *output;
    return json;
  }

  /// What the report says is left at the far end is what is left there.
  static void expect_true_farewells(const nlohmann::json& json, SilentServer& server) {
    const auto ends = json["far_end"];
    const int told = ends.value("told", -1);
    const int untold = ends.value("untold", -1);
    const int reset = ends.value("reset", -1);
    EXPECT_EQ(told + untold + reset, json.value("connections", 0)) << json.dump(1);
    // Of one at the very end of what is kept, the news may have arrived and its acknowledgement not.
    const int open = server.end_with_open_ones();
    EXPECT_LE(open, untold + reset) << json.dump(1);
    EXPECT_GE(open, untold + reset - 2) << json.dump(1);
  }

  void forget_after_three_seconds() {
    const auto set = network().forget_after(std::chrono::seconds{3});
    ASSERT_TRUE(set) << set.error();
  }

  static void expect_three_seconds(const nlohmann::json& json) {
    EXPECT_EQ(json.value("finding", ""), "forgets") << json.dump(1);
    // A busy machine hears an answer late, and then counts the silence from later than the firewall does.
    EXPECT_LE(json.value("kept_ms", 0), 3100) << json.dump(1);
    EXPECT_GE(json.value("lost_ms", 0), 2900) << json.dump(1);
    EXPECT_LE(json.value("error_ms", 1000), 120) << json.dump(1);
    const auto advice = json["advice"];
    EXPECT_LE(advice.value("time_ms", 9999), 1500);
  }
};

TEST_F(PathCommand, FindsWhenAFirewallDropsWithoutAWord) {
  SilentServer server{network().server()};
  forget_after_three_seconds();
  const auto json = found("--max 10s --no-trial");
  expect_three_seconds(json);
  EXPECT_EQ(json.value("how", ""), "silent");
  EXPECT_TRUE(json["trial"].is_null());
  EXPECT_GE(json["far_end"].value("untold", 0), 2) << json.dump(1);
  expect_true_farewells(json, server);
}

TEST_F(PathCommand, TheSettingsThatItAdvisesAreTried) {
  SilentServer server{network().server()};
  forget_after_three_seconds();
  const auto json = found("--max 10s");
  const auto trial = json["trial"];
  EXPECT_EQ(trial.value("finding", ""), "kept") << json.dump(1);
  EXPECT_GT(trial.value("answered_ms", 0), json.value("lost_ms", 99'999)) << json.dump(1);
  EXPECT_EQ(trial["time_ms"], json["advice"]["time_ms"]);
  expect_true_farewells(json, server);
}

TEST_F(PathCommand, APathOnWhichOnlyDataCountsIsToldAndNoSettingsAreAdvised) {
  SilentServer server{network().server()};
  // A port is known from its SYN on and for six seconds after each segment that carries something: a segment without
  // anything has 52 octets here.
  const auto set =
      lab::apply_nft(network().firewall(),
                     "table inet data_counts {\n"
                     " set alive { type inet_service; flags dynamic,timeout; timeout 6s; }\n"
                     " chain forward { type filter hook forward priority -10;\n"
                     "  tcp flags & syn == syn tcp dport 7001 update @alive { tcp sport }\n"
                     "  ip length > 60 tcp dport 7001 update @alive { tcp sport }\n"
                     "  tcp dport 7001 tcp sport != @alive drop\n"
                     "  tcp sport 7001 tcp dport != @alive drop\n }\n}\n");
  ASSERT_TRUE(set) << set.error();
  const auto json = found("--max 20s");
  EXPECT_EQ(json.value("finding", ""), "forgets") << json.dump(1);
  EXPECT_EQ(json["trial"].value("finding", ""), "not_counted") << json.dump(1);
  EXPECT_GT(json["trial"].value("answered_ms", 0), 1'000) << json.dump(1);
  EXPECT_TRUE(json["advice"].is_null()) << json.dump(1);
  expect_true_farewells(json, server);
}

TEST_F(PathCommand, TellsAFirewallThatAnswersWithAReset) {
  SilentServer server{network().server()};
  forget_after_three_seconds();
  const auto added = lab::apply_nft(
      network().firewall(),
      "add rule inet wsalive_firewall forward ct state invalid reject with tcp reset\n");
  ASSERT_TRUE(added) << added.error();
  const auto json = found("--max 10s");
  expect_three_seconds(json);
  EXPECT_EQ(json.value("how", ""), "reset");
  EXPECT_GE(json["far_end"].value("reset", 0), 2) << json.dump(1);
  expect_true_farewells(json, server);
}

TEST_F(PathCommand, AFarEndWhoseAnswersNeverComeIsNoPathThatForgets) {
  const SilentServer server{network().server()};
  // What is no part of a handshake or an end: the answers to probes.
  const auto muted =
      lab::apply_nft(network().server(),
                     "table inet mute { chain out { type filter hook output priority 0; "
                     "tcp flags & (syn | ack | fin | rst) == ack drop; }\n}\n");
  ASSERT_TRUE(muted) << muted.error();
  const auto json = found("--max 10s");
  EXPECT_EQ(json.value("finding", ""), "no_answer") << json.dump(1);
  EXPECT_TRUE(json["advice"].is_null());
}

TEST_F(PathCommand, LostProbesAreNoTimeOut) {
  const SilentServer server{network().server()};
  // Every third segment of the far end is lost, but for handshakes.
  const auto lossy = lab::apply_nft(
      network().server(),
      "table inet lossy { chain out { type filter hook output priority 0; "
      "tcp flags & (syn | ack | fin | rst) == ack numgen inc mod 3 == 0 drop; }\n}\n");
  ASSERT_TRUE(lossy) << lossy.error();
  const auto json = found("--max 6s");
  EXPECT_EQ(json.value("finding", ""), "keeps") << json.dump(1);
  EXPECT_GE(json.value("kept_ms", 0), 6000);
}

}  // namespace
}  // namespace wsalive::test
