#include "kernel/completion_port.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include "base/check.hpp"
#include "os/process/threads.hpp"

namespace wsalive::kernel {
namespace {

Instant next_look(Deadline deadline) noexcept {
  return std::min(deadline.instant(), os::monotonic_clock().now() + CompletionPort::kLook);
}

/// The port that the calling thread polls at the moment: its posts there wake no other thread, since it takes them itself.
constinit thread_local CompletionPort* polled_port = nullptr;

std::uint32_t processors() noexcept { return std::max(1U, std::thread::hardware_concurrency()); }

}  // namespace

void CompletionPort::PacketQueue::push(Packet& packet) noexcept {
  packet.next = nullptr;
  (last_ ? last_->next : first_) = &packet;
  last_ = &packet;
  ++size_;
}

Packet& CompletionPort::PacketQueue::pop() noexcept {
  Packet& packet = *first_;
  first_ = packet.next;
  if (!first_) last_ = nullptr;
  --size_;
  return packet;
}

CompletionPort::CompletionPort(std::uint32_t concurrency) noexcept
    : Object(Kind::completion_port), concurrency_(concurrency != 0 ? concurrency : processors()) {}

CompletionPort::~CompletionPort() {
  while (!queue_.empty()) {  // It never had a handle.
    Packet& packet = queue_.pop();
    packet.release(packet);
  }
  if (poller_) poller_->end();
}

void CompletionPort::post(Packet& packet) noexcept {
  {
    WakeList wake;
    const std::lock_guard lock{mutex_};
    if (!closed_) {
      queue_.push(packet);
      if (polled_port != this) settle(wake);
      return;
    }
  }
  packet.release(packet);
}

PortResult CompletionPort::take(std::span<PortEntry> out, Deadline deadline, Alertable alertable) {
  WSALIVE_DCHECK(!out.empty());
  Thread& thread = current_thread();
  join(thread);
  Waiter waiter;
  waiter.thread = &thread;
  waiter.may_poll = alertable == Alertable::no;
  PortResult result;
  if (alertable == Alertable::no && usable_poller_.load(std::memory_order_acquire)) {
    return take_polling(waiter, out, deadline);
  }
  if (begin(waiter, deadline, alertable, result)) {
    result = sleep_until_granted(waiter, deadline, alertable);
    if (waiter.state.load(std::memory_order_acquire) == State::recalled) {
      return take_polling(waiter, out, deadline);
    }
  }
  if (waiter.packet) return collect(waiter, out);
  if (result.end == PortEnd::apcs_ran) thread.run_apcs();
  return result;
}

std::shared_ptr<PortPoller> CompletionPort::set_poller(
    std::shared_ptr<PortPoller> poller) noexcept {
  WakeList wake;
  const std::lock_guard lock{mutex_};
  if (poller_) return poller_;
  poller_ = std::move(poller);
  usable_poller_.store(poller_.get(), std::memory_order_release);
  Waiter* next = nullptr;
  for (Waiter* waiter = waiters_.front(); waiter; waiter = next) {
    next = waiters_.after(*waiter);
    if (!waiter->may_poll) continue;
    waiter->unlink();
    if (watcher_ == waiter) watcher_ = nullptr;
    wake.add(*waiter->thread);
    waiter->state.store(State::recalled, std::memory_order_release);
  }
  return poller_;
}

std::shared_ptr<PortPoller> CompletionPort::poller() noexcept {
  const std::lock_guard lock{mutex_};
  return poller_;
}

bool CompletionPort::block(Thread& thread) noexcept {
  WakeList wake;
  const std::lock_guard lock{mutex_};
  const bool counted = uncount(thread);
  if (counted) settle(wake);
  return counted;
}

void CompletionPort::unblock(Thread& thread) noexcept {
  const std::lock_guard lock{mutex_};
  count(thread);
}

void CompletionPort::leave(Thread& thread) noexcept { block(thread); }

std::size_t CompletionPort::queued() noexcept {
  const std::lock_guard lock{mutex_};
  return queue_.size();
}

void CompletionPort::last_handle_closed() noexcept {
  PacketQueue dropped;
  {
    WakeList wake;
    const std::lock_guard lock{mutex_};
    closed_ = true;
    std::swap(dropped, queue_);
    while (Waiter* const waiter = waiters_.pop_front()) {
      wake.add(*waiter->thread);
      waiter->state.store(State::closed, std::memory_order_release);
    }
    watcher_ = nullptr;
    if (polling_ != 0) wake.add(*poller_);
  }
  while (!dropped.empty()) {
    Packet& packet = dropped.pop();
    packet.release(packet);
  }
}

/// Makes the thread one of this port's; it may have worked for another.
void CompletionPort::join(Thread& thread) noexcept {
  Ref<CompletionPort>& current = thread.port();
  if (current.get() == this) return;
  if (current) current->leave(thread);
  current = Ref<CompletionPort>{this};
}

/// \return true if the waiter now waits; otherwise it has a packet, or `result` says why the call ends without one.
bool CompletionPort::begin(Waiter& waiter, Deadline deadline, Alertable alertable,
                           PortResult& result) noexcept {
  Thread& thread = *waiter.thread;
  WakeList wake;
  const std::lock_guard lock{mutex_};
  uncount(thread);
  if (closed_) {
    result = {PortEnd::closed};
    return false;
  }
  if (!queue_.empty() && may_run_one_more()) {
    count(thread);
    waiter.packet = &queue_.pop();
    return false;
  }
  const bool called = alertable == Alertable::yes && thread.has_apcs();
  if (called || deadline.looks_once()) {
    count(thread);
    result = {called ? PortEnd::apcs_ran : PortEnd::timed_out};
    return false;
  }
  waiters_.push_front(waiter);
  settle(wake);
  return true;
}

/// Takes a packet as begin() and a sleep do, but polls where that is allowed.
PortResult CompletionPort::take_polling(Waiter& waiter, std::span<PortEntry> out,
                                        Deadline deadline) noexcept {
  PortPoller& poller = *usable_poller_.load(std::memory_order_acquire);
  waiter.state.store(State::waiting, std::memory_order_relaxed);
  PortResult result;
  for (bool polled = false;; polled = true) {
    switch (look(waiter, poller, deadline, polled, result)) {
      case Step::taken:
        return collect(waiter, out);
      case Step::ended:
        return result;
      case Step::sleep:
        result = sleep_until_granted(waiter, deadline, Alertable::no);
        return waiter.packet ? collect(waiter, out) : result;
      case Step::poll:
        break;
    }
    polled_port = this;
    poller.poll(deadline.instant());
    polled_port = nullptr;
  }
}

/// What the thread does next. `polled`: it has just polled, and polling_ still counts it.
CompletionPort::Step CompletionPort::look(Waiter& waiter, PortPoller& poller, Deadline deadline,
                                          bool polled, PortResult& result) noexcept {
  Thread& thread = *waiter.thread;
  WakeList wake;
  const std::lock_guard lock{mutex_};
  if (polled) --polling_;
  uncount(thread);
  if (closed_) {
    if (polling_ != 0) wake.add(poller);  // Each polling thread kicks the next.
    result = {PortEnd::closed};
    return Step::ended;
  }
  const bool free_place = may_run_one_more();
  if (!queue_.empty() && free_place) {
    count(thread);
    waiter.packet = &queue_.pop();
    settle(wake);
    return Step::taken;
  }
  if (polled && deadline.instant() <= os::monotonic_clock().now()) {
    count(thread);
    settle(wake);
    result = {PortEnd::timed_out};
    return Step::ended;
  }
  if (free_place || deadline.looks_once()) {
    ++polling_;
    return Step::poll;
  }
  waiters_.push_front(waiter);
  settle(wake);
  return Step::sleep;
}

PortResult CompletionPort::sleep_until_granted(Waiter& waiter, Deadline deadline,
                                               Alertable alertable) noexcept {
  Thread& thread = *waiter.thread;
  State state = State::waiting;
  while ((state = waiter.state.load(std::memory_order_acquire)) == State::waiting) {
    const bool watching = waiter.watching.load(std::memory_order_acquire);
    const Instant until = watching ? next_look(deadline) : deadline.instant();
    const bool in_time = thread.sleep_until_woken(until);
    const bool called = alertable == Alertable::yes && thread.has_apcs();
    if (!in_time && watching) watch(waiter);
    const bool late = !in_time && until == deadline.instant();
    if ((called || late) && withdraw(waiter)) {
      return {called ? PortEnd::apcs_ran : PortEnd::timed_out};
    }
  }
  return {state == State::closed ? PortEnd::closed : PortEnd::entries};
}

/// Hands out the waiter's packet and as many more as are queued and fit.
PortResult CompletionPort::collect(Waiter& waiter, std::span<PortEntry> out) noexcept {
  PacketQueue more;
  if (out.size() > 1) {
    const std::lock_guard lock{mutex_};
    while (more.size() < out.size() - 1 && !queue_.empty()) more.push(queue_.pop());
  }
  out[0] = waiter.packet->entry;
  waiter.packet->release(*waiter.packet);
  std::size_t count = 1;
  while (!more.empty()) {
    Packet& packet = more.pop();
    out[count++] = packet.entry;
    packet.release(packet);
  }
  return {PortEnd::entries, count};
}

void CompletionPort::count(Thread& thread) noexcept {
  running_.push_back(thread);
  ++running_count_;
}

bool CompletionPort::uncount(Thread& thread) noexcept {
  if (!static_cast<Link&>(thread).linked()) return false;
  thread.unlink();
  --running_count_;
  return true;
}

/// Grants packets to waiters as far as the limit allows. If packets and waiters are left, the latest waiter watches the
/// running threads.
void CompletionPort::settle(WakeList& wake) noexcept {
  while (!queue_.empty() && may_run_one_more() && !waiters_.empty()) {
    grant(*waiters_.front(), wake);
  }
  if (polling_ != 0 && !queue_.empty() && may_run_one_more()) wake.add(*poller_);
  if (queue_.empty() || waiters_.empty() || watcher_) return;
  watcher_ = waiters_.front();
  watcher_->watching.store(true, std::memory_order_release);
  wake.add(*watcher_->thread);
}

void CompletionPort::grant(Waiter& waiter, WakeList& wake) noexcept {
  waiter.unlink();
  if (watcher_ == &waiter) watcher_ = nullptr;
  count(*waiter.thread);
  waiter.packet = &queue_.pop();
  wake.add(*waiter.thread);
  waiter.state.store(State::granted, std::memory_order_release);  // The waiter may go now.
}

/// Ends the wait without a packet; its thread counts as running again.
/// \return false if the waiter was granted a packet, or the port closed, meanwhile.
bool CompletionPort::withdraw(Waiter& waiter) noexcept {
  WakeList wake;
  const std::lock_guard lock{mutex_};
  if (waiter.state.load(std::memory_order_relaxed) != State::waiting) return false;
  waiter.unlink();
  if (watcher_ == &waiter) watcher_ = nullptr;
  count(*waiter.thread);
  settle(wake);
  return true;
}

/// Stops counting threads that are asleep as running, and ends the watch if no packet waits.
void CompletionPort::watch(Waiter& waiter) noexcept {
  WakeList wake;
  const std::lock_guard lock{mutex_};
  if (watcher_ != &waiter) return;
  if (queue_.empty()) {
    waiter.watching.store(false, std::memory_order_relaxed);
    watcher_ = nullptr;
    return;
  }
  Thread* next = nullptr;
  for (Thread* thread = running_.front(); thread; thread = next) {
    next = running_.after(*thread);
    if (!os::thread_is_running(thread->number())) uncount(*thread);
  }
  settle(wake);
}

}  // namespace wsalive::kernel
