// One overlapped operation: what it does, how far it is, and how its end is reported.
//
// Operations come from a pool. The thread that takes the packet, runs the routine, or ends the operation returns it
// there. While an operation is in a channel's queue, the channel's lock guards it.
#pragma once

#include "winsock2.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/intrusive_list.hpp"
#include "kernel/completion_port.hpp"
#include "kernel/sync_objects.hpp"
#include "kernel/thread.hpp"
#include "os/socket/socket_address.hpp"
#include "os/socket/socket_io.hpp"
#include "winsock/overlapped/operation_end.hpp"
#include "winsock/socket.hpp"
#include "winsock/transfer/buffers.hpp"

namespace wsalive::winsock {

struct Operation;

enum class Progress : std::uint8_t {
  waits,
  ended,
  moves,  ///< It goes on with another socket: `move_on` is called without locks.
};

struct Outcome {
  NtStatus status = kSuccess;
  std::uint32_t bytes = 0;
};

/// Makes what system calls the operation needs now. Never blocks; the channel's lock is held.
using Attempt = Progress (*)(Operation&, Socket&, Outcome&);

/// How a program wants an operation's end reported.
struct Notice {
  OVERLAPPED* overlapped = nullptr;
  LPWSAOVERLAPPED_COMPLETION_ROUTINE routine = nullptr;
  LPOVERLAPPED_COMPLETION_ROUTINE file_routine =
      nullptr;  ///< Of ReadFileEx and WriteFileEx: it gets Win32's codes.

  [[nodiscard]] bool has_routine() const noexcept { return routine || file_routine; }
};

struct Transmission;

/// The parts that only the connect family and files need.
struct Extra {
  Handle accept_socket = kInvalidHandle;  ///< AcceptEx: becomes the connection.
  Handle listener = kInvalidHandle;       ///< AcceptEx that waits for data on the connection.
  char* output = nullptr;                 ///< AcceptEx's buffer.
  std::uint32_t receive_size = 0;
  std::uint32_t local_size = 0;
  std::uint32_t remote_size = 0;
  std::uint32_t mode = 0;  ///< TF_* flags.
  int stage = 0;
  int connection = -1;                         ///< AcceptEx: the kernel's new socket.
  std::shared_ptr<Transmission> transmission;  ///< TransmitFile and TransmitPackets.
};

/// A packet or an APC with a pointer to its operation.
template <typename Base>
struct PartOfOperation : Base {
  Operation* operation = nullptr;
};

struct Operation : Link {
  Operation() noexcept { packet.operation = apc.operation = this; }

  Attempt attempt = nullptr;
  void (*move_on)(Operation&) noexcept = nullptr;
  void (*on_cancel)(Operation&, Socket&) noexcept = nullptr;  ///< Under the channel's lock.
  os::Direction direction = os::Direction::receive;

  // How the end is reported.
  Notice notice;
  int starter = 0;  ///< The thread that started it.
  kernel::Ref<kernel::Event> event;
  kernel::Ref<kernel::CompletionPort> port;
  std::uintptr_t key = 0;
  kernel::Ref<kernel::Thread> thread;  ///< For the routine.
  PartOfOperation<kernel::Packet> packet;
  PartOfOperation<kernel::Apc> apc;
  Outcome outcome;  ///< Kept for the routine.

  // What the operation does.
  Buffers data{static_cast<void*>(nullptr), 0};
  std::array<WSABUF, 4> few_buffers{};
  std::vector<WSABUF> many_buffers;
  std::size_t done = 0;
  unsigned flags = 0;
  Cause at_entry = Cause::none;
  bool passes_over =
      false;  ///< A send that waits for the peer's end, and discards what comes until then.
  bool pends =
      false;  ///< The call never answers with the end itself, however soon it is known (K-131).
  bool wants_packet = false;  ///< If the socket has a port when the operation ends.
  bool drained = false;       ///< The last attempt found less than it asked for.
  bool has_target = false;
  os::SocketAddress address;
  void* name = nullptr;  ///< WSARecvFrom's address and its length, in the program's memory.
  int* name_size = nullptr;
  WSAMSG* message = nullptr;                   ///< WSARecvMsg's, in the program's memory.
  std::unique_ptr<os::ControlBuffer> control;  ///< WSASendMsg's.
  Extra extra;

  /// Copies the program's array; the buffers themselves stay the program's. Throws std::bad_alloc.
  void take_buffers(const WSABUF* buffers, std::uint32_t count);
};

/// From the pool; throws std::bad_alloc.
[[nodiscard]] Operation& take_operation();
/// With these buffers, as `take_buffers`.
[[nodiscard]] Operation& take_operation(const WSABUF* buffers, std::uint32_t count);
/// Returns it to the pool and drops all that it holds.
void give_back(Operation& operation) noexcept;

/// Operations that are in use now. For tests.
[[nodiscard]] std::size_t operations_in_use() noexcept;

/// For the child of a fork, which has none of the parent's operations.
void forget_operations() noexcept;

}  // namespace wsalive::winsock
