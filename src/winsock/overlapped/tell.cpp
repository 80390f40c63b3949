// How a program learns of an end: its OVERLAPPED, then event, packet or routine.

#include <atomic>
#include <utility>

#include "winsock/overlapped/channel.hpp"
#include "winsock/overlapped/result.hpp"

namespace wsalive::winsock {
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
  // From here on the OVERLAPPED may be gone: somebody may have seen the end.
  wake_result_waiters();
  if (operation.event) operation.event->set();
  if (operation.port) return post_packet(operation, outcome);
  if (operation.notice.has_routine()) return queue_routine(operation);
  give_back(operation);
}

}  // namespace wsalive::winsock
