// The pool: each thread keeps a few operations, and one list has the rest. The pool grows to the most that were ever in
// use at once; until it must grow again, taking and giving back allocate nothing.

#include "winsock/overlapped/operation.hpp"

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <new>
#include <utility>

#include "os/process/threads.hpp"
#include "winsock/overlapped/channel.hpp"
#include "winsock/overlapped/operation_end.hpp"

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

struct AtHand {
  std::array<Operation*, kAtHand> few;
  std::size_t count = 0;
};

/// On the heap, because a library that dlopen loads has only a few bytes of static thread storage.
constinit thread_local AtHand* t_at_hand = nullptr;

/// Routines may be discarded, and their operations given back, after this.
void give_all_back() noexcept {
  const std::unique_ptr<AtHand> own{std::exchange(t_at_hand, nullptr)};
  if (own) push_all(own->few.data(), own->count);
}

constinit os::ThreadEndWork give_all_at_end{.run = give_all_back};

/// nullptr where there is no room for it: then all go to the list, and come from it.
AtHand* at_hand() noexcept {
  if (!t_at_hand && os::run_at_thread_end(give_all_at_end)) t_at_hand = new (std::nothrow) AtHand;
  return t_at_hand;
}

Operation* take_pooled() noexcept {
  AtHand* const own = at_hand();
  if (own && own->count != 0) return own->few[--own->count];
  const std::lock_guard lock{g_operations_mutex};
  while (own && g_first && own->count < kAtHand / 2) {
    own->few[own->count++] = g_first;
    g_first = next_of(*g_first);
  }
  if (own && own->count != 0) return own->few[--own->count];
  Operation* const first = g_first;
  if (first) g_first = next_of(*first);
  return first;
}

void put_pooled(Operation& operation) noexcept {
  AtHand* const own = at_hand();
  if (!own) {
    Operation* const one = &operation;
    return push_all(&one, 1);
  }
  if (own->count == kAtHand) {
    push_all(own->few.data() + kAtHand / 2, kAtHand / 2);
    own->count = kAtHand / 2;
  }
  own->few[own->count++] = &operation;
}

}  // namespace

void Operation::take_buffers(const WSABUF* buffers, std::uint32_t count) {
  WSABUF* room = few_buffers.data();
  if (count > few_buffers.size()) {
    many_buffers.assign(buffers, buffers + count);
    room = many_buffers.data();
  } else {
    for (std::uint32_t at = 0; at < count; ++at) room[at] = buffers[at];
  }
  data = Buffers{room, count};
}

Operation& take_operation() {
  Operation* operation = take_pooled();
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
  operation.passes_over = false;
  operation.pends = false;
  operation.drained = false;
  operation.has_target = false;
  operation.name = nullptr;
  operation.name_size = nullptr;
  operation.message = nullptr;
  operation.control.reset();
  operation.extra = {};
  g_in_use.fetch_sub(1, std::memory_order_relaxed);
  put_pooled(operation);
}

std::size_t operations_in_use() noexcept { return g_in_use.load(std::memory_order_relaxed); }

void forget_operations() noexcept {
  new (&g_operations_mutex) std::mutex;
  g_in_use.store(0);
}

// How a program gets an operation's end: in its OVERLAPPED, then by event, packet or routine.

namespace {

template <typename Base>
Operation& operation_of(Base& part) {
  return *static_cast<PartOfOperation<Base>&>(part).operation;
}

DWORD flags_of(NtStatus status) { return status == kBufferOverflow ? MSG_PARTIAL : 0; }

void run_routine(kernel::Apc& apc) {
  Operation& operation = operation_of(apc);
  const Notice notice = operation.notice;
  const Outcome outcome = operation.outcome;
  give_back(operation);  // The routine may start the next one.
  if (notice.file_routine) {
    return notice.file_routine(win32_error_of(outcome.status), outcome.bytes, notice.overlapped);
  }
  notice.routine(static_cast<DWORD>(wsa_error_of(outcome.status)), outcome.bytes, notice.overlapped,
                 flags_of(outcome.status));
}

void queue_routine(Operation& operation) {
  operation.apc.run = run_routine;
  operation.apc.discard = [](kernel::Apc& apc) { give_back(operation_of(apc)); };
  const kernel::Ref<kernel::Thread> thread = std::move(operation.thread);
  if (!thread->queue_apc(operation.apc)) give_back(operation);
}

void post_packet(Operation& operation, const Outcome& outcome) {
  operation.packet.entry = {.key = operation.key,
                            .overlapped = operation.notice.overlapped,
                            .bytes = outcome.bytes,
                            .status = outcome.status};
  operation.packet.release = [](kernel::Packet& packet) noexcept {
    give_back(operation_of(packet));
  };
  const kernel::Ref<kernel::CompletionPort> port = std::move(operation.port);
  port->post(operation.packet);
}

}  // namespace

void write_end(OVERLAPPED& overlapped, const Outcome& outcome) noexcept {
  overlapped.InternalHigh = outcome.bytes;
  std::atomic_ref{overlapped.Internal}.store(outcome.status, std::memory_order_seq_cst);
}

void tell(Operation& operation, const Outcome& outcome) noexcept {
  operation.outcome = outcome;
  write_end(*operation.notice.overlapped, outcome);
  // From here on the OVERLAPPED may be gone: another thread may have seen the end.
  wake_result_waiters();
  if (operation.event) operation.event->set();
  if (operation.port) return post_packet(operation, outcome);
  if (operation.notice.has_routine()) return queue_routine(operation);
  give_back(operation);
}

}  // namespace wsalive::winsock
