#include "kernel/named.hpp"

#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <new>
#include <span>
#include <utility>

#include "kernel/thread.hpp"
#include "os/clock.hpp"
#include "os/process/threads.hpp"
#include "os/process/wake.hpp"

namespace wsalive::kernel {
namespace {

/// Decrements a positive value. \return false if it is 0.
bool take_one(std::atomic<std::int32_t>& value) noexcept {
  std::int32_t seen = value.load();
  while (seen > 0) {
    if (value.compare_exchange_weak(seen, seen - 1)) return true;
  }
  return false;
}

class NamedEvent final : public Event {
 public:
  explicit NamedEvent(NamedState&& named) noexcept
      : Event(Reset::manual, false), named_(std::move(named)) {}

  [[nodiscard]] int inheritable_descriptor() const noexcept override {
    return named_.memory.hand_down();
  }
  void set() noexcept override { change(1); }
  void clear() noexcept override { change(0); }
  [[nodiscard]] bool is_signaled(const Thread& /*thread*/) const noexcept override {
    return state_.value.load(std::memory_order_acquire) != 0;
  }
  Taken take(Thread& /*thread*/) noexcept override {
    if (state_.manual_reset) return Taken::normally;
    return take_one(state_.value) ? Taken::normally : Taken::lost;
  }
  void put_back(Thread& /*thread*/) noexcept override {
    if (!state_.manual_reset) change_word(1);
  }

 private:
  void waiters_came() noexcept override { watch_.waiters_came(); }
  void waiters_went() noexcept override { watch_.waiters_went(); }
  [[nodiscard]] bool is_watched() const noexcept override { return watch_.is_running(); }
  void change(std::int32_t value) noexcept {
    DispatcherLock lock;
    change_word(value);
    if (value != 0) signal_waiters(lock);
  }
  void change_word(std::int32_t value) noexcept {
    state_.value.store(value, std::memory_order_release);
    announce(state_);
  }

  NamedState named_;
  SharedState& state_{named_.state()};
  NamedWatch watch_{*this, state_};
};

class NamedSemaphore final : public Semaphore {
 public:
  explicit NamedSemaphore(NamedState&& named) noexcept
      : Semaphore(0, 1), named_(std::move(named)) {}

  [[nodiscard]] int inheritable_descriptor() const noexcept override {
    return named_.memory.hand_down();
  }
  [[nodiscard]] std::optional<std::int32_t> release(std::int32_t more) noexcept override {
    DispatcherLock lock;
    std::int32_t before = state_.value.load();
    do {
      if (more > state_.most - before) return std::nullopt;
    } while (!state_.value.compare_exchange_weak(before, before + more));
    announce(state_);
    signal_waiters(lock);
    return before;
  }
  [[nodiscard]] bool is_signaled(const Thread& /*thread*/) const noexcept override {
    return state_.value.load(std::memory_order_acquire) > 0;
  }
  Taken take(Thread& /*thread*/) noexcept override {
    return take_one(state_.value) ? Taken::normally : Taken::lost;
  }
  void put_back(Thread& /*thread*/) noexcept override {
    state_.value.fetch_add(1);
    announce(state_);
  }

 private:
  void waiters_came() noexcept override { watch_.waiters_came(); }
  void waiters_went() noexcept override { watch_.waiters_went(); }
  [[nodiscard]] bool is_watched() const noexcept override { return watch_.is_running(); }

  NamedState named_;
  SharedState& state_{named_.state()};
  NamedWatch watch_{*this, state_};
};

/// The owner is a thread of some process. If that is killed, the next check finds that the owner no longer lives.
class NamedMutex final : public Mutex {
 public:
  explicit NamedMutex(NamedState&& named) noexcept : named_(std::move(named)) {}

  [[nodiscard]] int inheritable_descriptor() const noexcept override {
    return named_.memory.hand_down();
  }
  [[nodiscard]] bool release() noexcept override {
    DispatcherLock lock;
    const Thread* const caller = attached_thread();
    if (!caller || state_.owner.load() != number_of(*caller)) return false;
    give_up_once();
    signal_waiters(lock);
    return true;
  }
  void abandon(DispatcherLock& lock) noexcept override {
    unlink();
    const Thread* const ending = attached_thread();
    if (!ending || state_.owner.load() != number_of(*ending))
      return;  // Released by another handle.
    state_.abandoned = 1;
    set_free();
    signal_waiters(lock);
  }
  [[nodiscard]] bool is_signaled(const Thread& thread) const noexcept override {
    const std::uint64_t owner = state_.owner.load();
    return owner == 0 || owner == number_of(thread) || !lives(owner);
  }
  Taken take(Thread& thread) noexcept override {
    std::uint64_t owner = state_.owner.load();
    if (owner == number_of(thread)) {
      state_.depth.fetch_add(1);
      return Taken::normally;
    }
    const bool is_left = owner != 0;
    if (is_left && lives(owner)) return Taken::lost;
    if (!state_.owner.compare_exchange_strong(owner, number_of(thread))) return Taken::lost;
    state_.depth = 1;
    if (linked()) unlink();
    thread.owned_mutexes().push_back(*this);
    const bool was_abandoned = state_.abandoned.exchange(0) != 0;
    return is_left || was_abandoned ? Taken::abandoned : Taken::normally;
  }
  void put_back(Thread& /*thread*/) noexcept override { give_up_once(); }

 private:
  static std::uint64_t number_of(const Thread& thread) noexcept {
    const auto process = static_cast<std::uint32_t>(::getpid());
    return std::uint64_t{process} << 32 | static_cast<std::uint32_t>(thread.number());
  }
  static bool lives(std::uint64_t owner) noexcept {
    return os::thread_lives(static_cast<std::int32_t>(owner >> 32),
                            static_cast<std::int32_t>(owner & 0xffff'ffff));
  }
  void give_up_once() noexcept {
    if (state_.depth.fetch_sub(1) != 1) return;
    if (linked()) unlink();  // Not if another object of the same name was the one to take it.
    set_free();
  }
  void set_free() noexcept {
    state_.depth = 0;
    state_.owner = 0;
    announce(state_);
  }
  void waiters_came() noexcept override { watch_.waiters_came(); }
  void waiters_went() noexcept override { watch_.waiters_went(); }
  [[nodiscard]] bool is_watched() const noexcept override { return watch_.is_running(); }

  NamedState named_;
  SharedState& state_{named_.state()};
  NamedWatch watch_{*this, state_};
};

Ref<Object> object_of(NamedState&& named) {
  switch (named.state().kind) {
    case Kind::event:
      return make<NamedEvent>(std::move(named));
    case Kind::semaphore:
      return make<NamedSemaphore>(std::move(named));
    case Kind::file_mapping:
      return make<FileMapping>(std::move(named));
    default:
      return make<NamedMutex>(std::move(named));
  }
}

NameError error_of(int code, Kind kind) noexcept {
  if (code == ENOENT) return NameError::not_found;
  const bool full = code == ENOSPC || code == EDQUOT || code == EFBIG;
  return full && kind == Kind::file_mapping ? NameError::no_room : NameError::no_resources;
}

NamedObject open(std::string_view name, os::NamedMemory::Open how, const SharedState& fresh,
                 std::size_t data_bytes = 0) {
  auto memory = os::NamedMemory::open(name, how, data_bytes, std::as_bytes(std::span{&fresh, 1}));
  if (!memory) return {.object = {}, .error = error_of(memory.error().code, fresh.kind)};
  const bool existed = !memory->created();
  NamedState named{std::move(*memory)};
  if (named.state().kind != fresh.kind) return {.object = {}, .error = NameError::other_kind};
  return {.object = object_of(std::move(named)), .existed = existed};
}

constexpr auto kCreate = os::NamedMemory::Open::create;

}  // namespace

NamedObject create_event(std::string_view name, Reset reset, bool signaled) {
  SharedState fresh{.kind = Kind::event, .manual_reset = reset == Reset::manual};
  fresh.value = signaled ? 1 : 0;
  return open(name, kCreate, fresh);
}

NamedObject create_semaphore(std::string_view name, std::int32_t count, std::int32_t most) {
  SharedState fresh{.kind = Kind::semaphore, .most = most};
  fresh.value = count;
  return open(name, kCreate, fresh);
}

NamedObject create_mutex(std::string_view name, bool owned) {
  NamedObject made = open(name, kCreate, SharedState{.kind = Kind::mutex});
  if (made.object && !made.existed && owned) {
    static_cast<Mutex&>(*made.object).own_from_birth();
  }
  return made;
}

NamedObject create_mapping(std::string_view name, std::size_t bytes) {
  return open(name, kCreate, SharedState{.kind = Kind::file_mapping}, bytes);
}

Ref<Object> open_inherited(Fd held) {
  auto memory = os::NamedMemory::open_inherited(std::move(held));
  return memory ? object_of({std::move(*memory)}) : Ref<Object>{};
}

NamedObject open_named(std::string_view name, Kind kind) {
  return open(name, os::NamedMemory::Open::existing, SharedState{.kind = kind});
}

namespace {

constexpr int kEveryone = 0x7fffffff;
/// How soon a watch notices that a mutex' owner was killed with its process.
constexpr std::chrono::milliseconds kLook{50};

}  // namespace

void announce(SharedState& state) noexcept {
  state.changes.fetch_add(1, std::memory_order_release);
  os::futex_wake(&state.changes, kEveryone, os::FutexReach::machine);
}

void NamedWatch::waiters_came() noexcept {
  const std::uint32_t now = fork_generation();
  if (running_ && generation_ == now) return;
  // The watching thread's reference. A thread that a fork has lost leaves its reference to this one.
  if (!running_) object_.add_reference();
  generation_ = now;
  running_ = os::start_thread(os::kSmallStack, &NamedWatch::run, this).has_value();
  if (!running_) object_.drop_reference();
}

void* NamedWatch::run(void* watch) {
  auto& self = *static_cast<NamedWatch*>(watch);
  std::uint32_t seen = 0;
  while (self.look(seen)) {
    const Instant next = os::monotonic_clock().now() + kLook;
    const Instant until = self.state_.kind == Kind::mutex ? next : Instant::max();
    static_cast<void>(os::futex_wait(self.state_.changes, seen, until, os::FutexReach::machine));
  }
  self.object_.drop_reference();
  return nullptr;
}

/// Signals the waiters that the current state satisfies. \return false when no waiter is left.
bool NamedWatch::look(std::uint32_t& seen) noexcept {
  DispatcherLock lock;
  seen = state_.changes.load(std::memory_order_acquire);
  object_.signal_waiters(lock);
  running_ = object_.has_waiters();
  return running_;
}

}  // namespace wsalive::kernel
