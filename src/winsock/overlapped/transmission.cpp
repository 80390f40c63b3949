#include "winsock/overlapped/transmission.hpp"

#include "mswsock.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <limits>

#include "os/clock.hpp"
#include "os/errno_table.hpp"
#include "os/file/data_file.hpp"
#include "os/socket/socket_calls.hpp"
#include "winsock/connection/close_cause.hpp"
#include "winsock/hooks.hpp"
#include "winsock/overlapped/channel.hpp"
#include "winsock/overlapped/disconnecting.hpp"
#include "winsock/overlapped/transfers.hpp"
#include "winsock/transfer/transfer.hpp"

namespace wsalive::winsock {
namespace {

long send_part(int fd, const Transmission& what, const Segment& segment) {
  const std::uint64_t left = segment.size - what.done;
  const std::uint64_t most =
      what.at_most != 0 ? what.at_most : std::numeric_limits<std::uint32_t>::max();
  const auto part = static_cast<std::size_t>(std::min(left, most));
  if (!segment.file) return os::send_bytes(fd, segment.memory + what.done, part, os::kDontBlock);
  auto place = segment.place;
  if (place) *place += what.done;
  return os::send_file(fd, segment.file->descriptor(), place, part);
}

/// \return 0 when everything is on its way, else an errno.
int send_segments(Operation& operation, int fd) {
  Transmission& what = *operation.extra.transmission;
  for (; what.current < what.segments.size(); ++what.current, what.done = 0) {
    const Segment& segment = what.segments[what.current];
    while (what.done < segment.size) {
      const long sent = send_part(fd, what, segment);
      if (sent == -EINTR) continue;
      if (sent < 0) return static_cast<int>(-sent);
      if (sent == 0) break;  // The file ends here.
      what.done += static_cast<std::uint64_t>(sent);
      operation.done += static_cast<std::size_t>(sent);
    }
  }
  return 0;
}

Progress attempt_transmission(Operation& operation, Socket& socket, Outcome& outcome) {
  if (operation.extra.stage == 0) {
    const int error = send_segments(operation, socket.fd());
    if (error == EAGAIN) return Progress::waits;
    if (error != 0) {
      return failed(socket, outcome, data_error(socket, operation.at_entry, error));
    }
    if ((operation.extra.mode & (TF_DISCONNECT | TF_REUSE_SOCKET)) == 0) {
      return ended_well(outcome, operation.done);
    }
  }
  operation.passes_over = true;
  return attempt_disconnect(operation, socket, outcome);
}

WsaError stop_blocking(Socket& socket) {
  const int bad = os::set_blocking(socket.fd(), os::Blocking::no);
  if (bad == 0) socket.kernel_non_blocking.store(true);
  return os::wsa_error(-bad);
}

/// Without an OVERLAPPED: the same attempts, with waits in between.
WsaError transmit_now(Socket& socket, Operation& operation) {
  std::optional<Instant> deadline;
  const std::uint32_t ms = socket.options.send_timeout_ms.load(std::memory_order_relaxed);
  if (ms != 0) deadline = os::monotonic_clock().now() + std::chrono::milliseconds{ms};
  operation.at_entry = socket.cause.load(std::memory_order_relaxed);
  for (;;) {
    Outcome outcome;
    if (operation.attempt(operation, socket, outcome) == Progress::ended) {
      return wsa_error_of(outcome.status);
    }
    const auto wanted = operation.passes_over ? os::kReadable : os::kWritable;
    const WsaError ended = wait_until_ready(socket, wanted, deadline);
    if (ended != WsaError::none) return ended;
  }
}

}  // namespace

WsaError transmit(Socket& socket, Transmission&& what, std::uint32_t mode, OVERLAPPED* overlapped) {
  if (const WsaError bad = check_transfer(socket, os::Direction::send); bad != WsaError::none) {
    return bad;
  }
  auto shared = std::make_shared<Transmission>(std::move(what));
  const bool messages = has_messages(socket);
  if (const WsaError bad = messages ? WsaError::none : stop_blocking(socket);
      bad != WsaError::none) {
    return bad;
  }
  Operation& operation = take_operation();
  operation.attempt = messages ? attempt_messages : attempt_transmission;
  operation.direction = os::Direction::send;
  operation.extra.mode = mode;
  operation.extra.transmission = std::move(shared);
  if (!is_overlapped(socket, overlapped)) {
    const WsaError answer = transmit_now(socket, operation);
    give_back(operation);
    return answer;
  }
  std::uint32_t unused = 0;
  return start_operation(socket, operation, {overlapped}, unused);
}

}  // namespace wsalive::winsock
