// The pool: a few operations at hand for each thread, the rest in one list. Memory is as much as was ever in
// use at once; taking and giving back allocate nothing once that has been reached.

#include "winsock/overlapped/operation.hpp"

#include <atomic>
#include <memory>
#include <mutex>
#include <new>

namespace wsalive::winsock {
namespace {

constexpr std::size_t kAtHand = 64;

constinit std::mutex g_operations_mutex;
constinit Operation* g_first = nullptr;
constinit std::atomic<std::size_t> g_in_use{0};

/// In the pool an operation has no address to write: the place links it.
Operation*& next_of(Operation& operation) {
  return *reinterpret_cast<Operation**>(&operation.name);
}

void push_all(Operation* const* operations, std::size_t count) {
  const std::lock_guard lock{g_operations_mutex};
  for (std::size_t at = 0; at < count; ++at) {
    next_of(*operations[at]) = g_first;
    g_first = operations[at];
  }
}

/// Routines are discarded after a thread's own objects have gone.
constinit thread_local bool has_ended = false;

class AtHand {
 public:
  AtHand() = default;
  AtHand(const AtHand&) = delete;
  AtHand& operator=(const AtHand&) = delete;
  ~AtHand() {
    push_all(few_.get(), count_);
    has_ended = true;
  }

  Operation* take() noexcept {
    if (count_ == 0) fill();
    return count_ != 0 ? few_[--count_] : nullptr;
  }
  void put(Operation& operation) noexcept {
    if (!has_room()) {
      Operation* const one = &operation;
      return push_all(&one, 1);
    }
    if (count_ == kAtHand) {
      push_all(few_.get() + kAtHand / 2, kAtHand / 2);
      count_ = kAtHand / 2;
    }
    few_[count_++] = &operation;
  }

 private:
  void fill() noexcept {
    if (!has_room()) return;
    const std::lock_guard lock{g_operations_mutex};
    while (g_first && count_ < kAtHand / 2) {
      few_[count_++] = g_first;
      g_first = next_of(*g_first);
    }
  }
  bool has_room() noexcept {
    if (!few_) few_.reset(new (std::nothrow) Operation*[kAtHand]);
    return few_ != nullptr;
  }

  // On the heap: the few bytes that a thread's static storage has to spare are all that dlopen can give a library.
  std::unique_ptr<Operation*[]> few_;
  std::size_t count_ = 0;
};

thread_local AtHand at_hand;

}  // namespace

void Operation::take_buffers(const WSABUF* buffers, std::uint32_t count) {
  WSABUF* room = few_buffers.data();
  if (count > few_buffers.size()) {
    many_buffers.assign(buffers, buffers + count);
    room = many_buffers.data();
  } else {
    for (std::uint32_t at = 0; at < count; ++at) room[at] = buffers[at];
  }
  data = Pieces{room, count};
}

Operation& take_operation() {
  Operation* operation = has_ended ? nullptr : at_hand.take();
  if (!operation) operation = new Operation;
  g_in_use.fetch_add(1, std::memory_order_relaxed);
  return *operation;
}

Operation& take_operation(const WSABUF* buffers, std::uint32_t count) {
  Operation& operation = take_operation();
  try {
    operation.take_buffers(buffers, count);
  } catch (const std::bad_alloc&) {
    give_back(operation);
    throw;
  }
  return operation;
}

void give_back(Operation& operation) noexcept {
  operation.event = {};
  operation.port = {};
  operation.thread = {};
  operation.on_cancel = nullptr;
  operation.done = 0;
  operation.flags = 0;
  operation.at_entry = Cause::none;
  operation.at_once = false;
  operation.passes_over = false;
  operation.drained = false;
  operation.has_target = false;
  operation.name = nullptr;
  operation.name_size = nullptr;
  operation.message = nullptr;
  operation.control.reset();
  operation.extra = {};
  g_in_use.fetch_sub(1, std::memory_order_relaxed);
  if (!has_ended) return at_hand.put(operation);
  Operation* const one = &operation;
  push_all(&one, 1);
}

std::size_t operations_in_use() noexcept { return g_in_use.load(std::memory_order_relaxed); }

void forget_operations() noexcept {
  new (&g_operations_mutex) std::mutex;
  g_in_use.store(0);
}

}  // namespace wsalive::winsock
