// A host between whose calls something happens: the thread is preempted, an answer arrives, a debugger stops the process.
//
// Each call of the engine goes through to another host, simulated or Linux, with a hook before and behind it.
#pragma once

#include <functional>
#include <utility>

#include "engine/host.hpp"

namespace wsalive::test {

class InterruptedHost final : public engine::Host {
 private:
  engine::Host& host_;

  template <typename Call>
  auto between(Call&& call) {
    interrupt();
    auto answer = call();
    interrupt();
    return answer;
  }

 public:
  explicit InterruptedHost(engine::Host& host) : host_(host) {}

  /// Called before each call and after it; the caller that sets it must synchronize threads.
  std::function<void()> interrupt = [] {};

  Result<std::uint64_t> cookie(int fd) noexcept override {
    return between([&] { return host_.cookie(fd); });
  }
  Result<os::TcpFacts> facts(int fd) noexcept override {
    return between([&] { return host_.facts(fd); });
  }
  Result<int> unacknowledged_bytes(int fd) noexcept override {
    return between([&] { return host_.unacknowledged_bytes(fd); });
  }

  Result<os::KernelKeepAlive> values(int fd) noexcept override {
    return between([&] { return host_.values(fd); });
  }
  Result<int> idle(int fd) noexcept override {
    return between([&] { return host_.idle(fd); });
  }
  Status set_switch(int fd, os::Switch value) noexcept override {
    return between([&] { return host_.set_switch(fd, value); });
  }
  Status pass_switch(int fd, const void* program_value) noexcept override {
    return between([&] { return host_.pass_switch(fd, program_value); });
  }
  Status set_idle(int fd, int seconds) noexcept override {
    return between([&] { return host_.set_idle(fd, seconds); });
  }
  Status set_interval(int fd, int seconds) noexcept override {
    return between([&] { return host_.set_interval(fd, seconds); });
  }
  Status set_count(int fd, int probes) noexcept override {
    return between([&] { return host_.set_count(fd, probes); });
  }

  Result<os::Switch> keep_alive_switch(int fd) noexcept override {
    return between([&] { return host_.keep_alive_switch(fd); });
  }
  Result<int> user_timeout(int fd) noexcept override {
    return between([&] { return host_.user_timeout(fd); });
  }
  Status set_user_timeout(int fd, int milliseconds) noexcept override {
    return between([&] { return host_.set_user_timeout(fd, milliseconds); });
  }

  bool may_repair(int fd) noexcept override {
    return between([&] { return host_.may_repair(fd); });
  }
  Status send_probe(int fd) noexcept override {
    return between([&] { return host_.send_probe(fd); });
  }
  Status destroy(int fd, std::uint64_t cookie) noexcept override {
    return between([&] { return host_.destroy(fd, cookie); });
  }
};

}  // namespace wsalive::test
