// The contract of every probe driver over Linux itself: the facts of one driver side by side, each on a
// connection of its own between two made-up hosts, with the wire watched.
// labels: ns realtime

#include <fcntl.h>
#include <unistd.h>

#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "os/tcp/keepalive_values.hpp"
#include "os/tcp/tcp_info.hpp"
#include "support/asked.hpp"
#include "support/engine_wire.hpp"
#include "support/probe_driver_contract.hpp"

namespace wsalive::test {
namespace {

using namespace std::chrono_literals;
using policy::DriverKind;

// A Linux peer answers one probe in 500 ms, so each timing here leaves it three answers.
const Drive kDrives[] = {
    {"Native", by_kernel(asked(1000, 1000, 2)), true, DriverKind::native,
     asked(1000, 1000, 2).timing},
    {"RearmPlain", asked(1000, 1000, 2), true, DriverKind::rearm, asked(1000, 1000, 2).timing},
    {"Rearm", asked(1200, 300, 5), true, DriverKind::rearm, asked(1200, 300, 5).timing},
    {"RearmWholeSeconds", asked(1000, 500, 3), true, DriverKind::rearm, asked(1000, 500, 3).timing},
    {"Repair", asked(600, 250, 5), true, DriverKind::repair, asked(600, 250, 5).timing},
};

/// Both ends of a connection between the hosts.
struct Ends {
  PlainSocket client;
  PlainSocket server;
};

class RealDrivers : public EngineOnWire, public testing::WithParamInterface<Drive> {
 public:
  // Any thread.
  Seen look(std::uint16_t port) {
    const std::lock_guard guard{one_at_a_time_};
    return seen(port);
  }
  Ends connected() {
    const std::lock_guard guard{one_at_a_time_};
    if (!listener_) {
      const lab::Visit visit{network().server()};
      listener_ = PlainSocket::listening("0.0.0.0", kHealthy);
    }
    const lab::Visit visit{network().client()};
    PlainSocket client = PlainSocket::connected(lab::Wiring::server_v4, kHealthy);
    return {std::move(client), listener_->accepted()};
  }
  bool switch_on(const PlainSocket& socket, const policy::SourcedTiming& wanted) {
    const lab::Visit visit{network().client()};  // The engine's thread is born where it drives.
    return engine_->switch_on(socket.fd(), wanted).has_value();
  }
  engine::Engine& driving() { return *engine_; }

 private:
  std::mutex one_at_a_time_;
  std::optional<PlainSocket> listener_;
};

class RealWorld final : public DriverWorld {
 public:
  explicit RealWorld(RealDrivers& test) : test_(test), ends_(test.connected()) {}

  // Early by the lateness of the kernel's own tick; late by its coarse timers or a busy machine.
  [[nodiscard]] Slack slack() const override {
    return {.early = 5ms, .late = 150ms, .margin = 120ms};
  }
  void run_until(Millis instant) override {
    std::this_thread::sleep_until(
        std::chrono::steady_clock::time_point{(begin_ + instant).time_since_epoch()});
  }

  bool switch_on(const policy::SourcedTiming& wanted) override {
    return test_.switch_on(ends_.client, wanted);
  }
  void switch_off() override { EXPECT_TRUE(test_.driving().switch_off(fd())); }
  void program_sends() override { ends_.client.send("data"); }
  void close_without_a_word() override {
    const Fd nothing{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
    ASSERT_EQ(::dup3(nothing.get(), fd(), O_CLOEXEC), fd());  // No other one may get the number.
  }
  void put_another_socket_there() override {
    another_.emplace(test_.connected());
    ASSERT_EQ(::dup3(another_->client.fd(), fd(), O_CLOEXEC), fd());
  }

  void fall_silent() override { ends_.server.go_silent(); }
  void answer_only(unsigned nth, const Drive& drive) override {
    fall_silent();
    const Millis before = heard();
    const Millis instant = before + drive.probe(nth - 1);
    run_until(instant - drive.interval() / 4);
    ends_.server.speak();
    const Millis patience = instant + drive.interval() / 2;
    for (Millis at = instant; heard() == before && at < patience; at += 5ms) run_until(at);
    fall_silent();
  }
  void peer_sends() override {
    ends_.server.speak();
    ends_.server.send("x");
    std::this_thread::sleep_for(40ms);  // Until it is acknowledged.
    fall_silent();
  }
  void peer_acknowledges() override {
    ends_.server.speak();
    for (int i = 0; i < 1000 && facts().busy; ++i) std::this_thread::sleep_for(10ms);
    EXPECT_FALSE(facts().busy);
  }
  void peer_resets() override {
    ends_.server.abort();
    for (int i = 0; i < 100 && is_open(); ++i) std::this_thread::sleep_for(1ms);
  }

  Millis heard() override { return since(test_.look(port_).heard.value_or(begin_)); }
  std::vector<Millis> probes() override { return since(test_.look(port_).probes); }
  std::vector<Millis> resets() override { return since(test_.look(port_).resets); }
  bool is_open() override { return facts().state != os::TcpState::close; }
  DriverKind driver() override { return test_.driving().in_force(fd(), {}).driver; }
  os::KernelKeepAlive kernel_values() override { return *os::keep_alive_values(fd()); }
  bool is_driven() override {
    const engine::InForce now = test_.driving().in_force(fd(), {});
    return now.to_next_probe.has_value();
  }

 private:
  [[nodiscard]] int fd() const { return ends_.client.fd(); }
  [[nodiscard]] os::TcpFacts facts() const { return *os::tcp_facts(fd()); }
  [[nodiscard]] Millis since(Instant instant) const {
    return std::chrono::floor<Millis>(instant - begin_);
  }
  [[nodiscard]] std::vector<Millis> since(const std::vector<Instant>& instants) const {
    std::vector<Millis> told;
    for (const Instant instant : instants) told.push_back(since(instant));
    return told;
  }

  RealDrivers& test_;
  Ends ends_;
  std::optional<Ends> another_;
  std::uint16_t port_ = ends_.client.port();
  Instant begin_ = os::monotonic_clock().now();
};

TEST_P(RealDrivers, KeepTheContract) {  // K-50, K-52, K-56 to K-59, K-92
  std::vector<std::thread> facts;
  for (const Fact& fact : kDriverFacts) {
    facts.emplace_back([&] {
      SCOPED_TRACE(std::string{fact.name});
      RealWorld world{*this};
      fact.holds(world, GetParam());
    });
  }
  for (std::thread& fact : facts) fact.join();
}

INSTANTIATE_TEST_SUITE_P(Linux, RealDrivers, testing::ValuesIn(kDrives),
                         [](const auto& each) { return std::string{each.param.name}; });

}  // namespace
}  // namespace wsalive::test
