#include "winsock/overlapped/transmission.hpp"

#include "mswsock.h"
#include "winsock2.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <limits>
#include <new>

#include "os/clock.hpp"
#include "os/errno_table.hpp"
#include "os/file/data_file.hpp"
#include "os/socket/socket_calls.hpp"
#include "winsock/connection/close_cause.hpp"
#include "winsock/hooks.hpp"
#include "winsock/overlapped/channel.hpp"
#include "winsock/overlapped/extension_functions.hpp"
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
  operation.pends = true;
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

// TransmitPackets on datagram sockets: the pieces between two ends of messages are one datagram.

namespace {

/// More than any transport takes: the kernel answers WSAEMSGSIZE, and no file is read in vain.
constexpr std::uint64_t kTooMuch = 65'536;

/// Adds one part to the message that is being collected. \return 0 or an errno.
int add(Transmission& what, const Segment& segment, std::size_t size) {
  Collected& message = what.message;
  char* from = segment.memory;
  if (segment.file) {
    auto place = segment.place;
    if (place) *place += what.done;
    message.read.emplace_back(size);
    from = message.read.back().data();
    const auto got = os::read_file_at(segment.file->descriptor(), from, size, place);
    if (!got) return got.error().code;
    size = *got;  // A file that is shorter than it was.
  } else if (from) {
    from += what.done;
  }
  message.pieces.push_back({static_cast<ULONG>(size), from});
  message.size += size;
  return 0;
}

/// Collects the next message in what.message. \return 0 or an errno.
int collect(Transmission& what) {
  const std::uint64_t most =
      what.at_most != 0 ? std::min<std::uint64_t>(what.at_most, kTooMuch) : kTooMuch;
  while (what.current < what.segments.size() && what.message.size < most) {
    const Segment& segment = what.segments[what.current];
    const std::uint64_t part = std::min(segment.size - what.done, most - what.message.size);
    if (const int error = add(what, segment, static_cast<std::size_t>(part)); error != 0) {
      return error;
    }
    what.done += part;
    if (what.done < segment.size) break;
    ++what.current;
    what.done = 0;
    if (segment.ends_message) break;
  }
  return what.message.pieces.size() > Buffers::kMost ? EMSGSIZE : 0;
}

long send_message(const Collected& message, int fd) {
  const Buffers pieces{message.pieces.data(), static_cast<std::uint32_t>(message.pieces.size())};
  for (;;) {
    const long sent = pieces.send(fd, 0, os::kDontBlock, nullptr);
    // A port without a listener has answered an earlier message.
    if (sent != -EINTR && sent != -ECONNREFUSED) return sent;
  }
}

}  // namespace

Progress attempt_messages(Operation& operation, Socket& socket, Outcome& outcome) {
  Transmission& what = *operation.extra.transmission;
  while (what.current < what.segments.size() || !what.message.pieces.empty()) {
    int error = 0;
    try {
      if (what.message.pieces.empty()) error = collect(what);
    } catch (const std::bad_alloc&) {
      error = ENOBUFS;
    }
    const long sent = error != 0 ? -error : send_message(what.message, socket.fd());
    if (sent == -EAGAIN) return Progress::waits;
    if (sent < 0) {
      return failed(socket, outcome,
                    data_error(socket, operation.at_entry, static_cast<int>(-sent)));
    }
    operation.done += what.message.size;
    what.message = {};
  }
  return ended_well(outcome, operation.done);
}

}  // namespace wsalive::winsock
