#include "winsock/overlapped/reactor.hpp"

#include <pthread.h>

#include <algorithm>
#include <mutex>

#include "base/immortal.hpp"
#include "os/clock.hpp"
#include "winsock/overlapped/channel.hpp"
#include "winsock/overlapped/operation.hpp"

namespace wsalive::winsock {
namespace {

/// Whether operations wait there without a thread that polls.
bool is_left_alone(const WatchSet& set) { return set.pending.load() != 0 && set.polling() == 0; }

}  // namespace

std::shared_ptr<WatchSet> Reactor::make_set() {
  auto set = std::make_shared<WatchSet>();
  const std::lock_guard lock{mutex_};
  ports_.push_back({set});
  return set;
}

bool Reactor::begin_waiting(WatchSet& set) noexcept {
  set.pending.fetch_add(1);
  if (!thread_.ensure(&Reactor::body, this)) {
    set.pending.fetch_sub(1);
    return false;
  }
  if (&set != &own_ && set.polling() == 0) left_alone(set);
  return true;
}

void Reactor::left_alone(WatchSet& set) noexcept {
  if (&set == &own_ || !asleep_.load() || set.pending.load() == 0) return;
  if (asleep_.exchange(false)) own_.kick();
}

void* Reactor::body(void* reactor) noexcept {
  static_cast<Reactor*>(reactor)->loop();
  return nullptr;
}

void Reactor::loop() noexcept {
  int quiet_looks = 0;
  for (;;) {
    quiet_looks = look_after_ports() ? 0 : quiet_looks + 1;
    const bool sleeps = quiet_looks >= kQuietLooks && fall_asleep();
    own_.poll(sleeps ? Instant::max() : os::monotonic_clock().now() + kLook);
    if (sleeps) quiet_looks = 0;
    asleep_.store(false);
  }
}

/// \return whether there was work, or may be soon because polling threads come and go.
bool Reactor::look_after_ports() noexcept {
  const std::lock_guard lock{mutex_};
  std::erase_if(ports_, [](const Port& port) { return port.set->ended(); });
  bool busy = false;
  for (Port& port : ports_) {
    const std::uint64_t polls = port.set->polls();
    const bool came_and_went = polls != port.polls;
    port.polls = polls;
    if (!came_and_went && is_left_alone(*port.set)) port.set->visit();
    busy = busy || came_and_went || is_left_alone(*port.set);
  }
  return busy;
}

/// \return false if the last thread of a port has stopped polling meanwhile. One that stops later sees that this thread sleeps.
bool Reactor::fall_asleep() noexcept {
  asleep_.store(true);
  const std::lock_guard lock{mutex_};
  if (std::ranges::none_of(ports_, [](const Port& port) { return is_left_alone(*port.set); })) {
    return true;
  }
  asleep_.store(false);
  return false;
}

void Reactor::begin_anew_in_child() noexcept {
  mutex_.unlock();
  thread_.begin_anew_in_child();
  asleep_.store(false);
  own_.renew();
  for (const Port& port : ports_) port.set->renew();
}

Reactor& reactor() noexcept {
  return the_only<Reactor>();  // Its thread still runs while the process ends.
}

void prepare_for_forks() noexcept {
  static std::once_flag once;
  std::call_once(once, [] {
    ::pthread_atfork([] { reactor().lock_for_fork(); }, [] { reactor().unlock_for_fork(); },
                     [] {
                       reactor().begin_anew_in_child();
                       forget_operations();
                       Channel::begin_anew_in_child();
                     });
  });
}

}  // namespace wsalive::winsock
