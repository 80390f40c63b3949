// TransmitPackets on datagram sockets: the pieces between two ends of messages are one datagram.

#include "winsock2.h"

#include <algorithm>
#include <cerrno>
#include <new>

#include "os/file/data_file.hpp"
#include "winsock/connection/close_cause.hpp"
#include "winsock/overlapped/transfers.hpp"
#include "winsock/overlapped/transmission.hpp"

namespace wsalive::winsock {
namespace {

/// More than any transport takes: the kernel says WSAEMSGSIZE, and nothing is read for nothing.
constexpr std::uint64_t kTooMuch = 65'536;

/// One part of the message that is being collected. \return 0 or an errno.
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

/// Fills what.message with what comes next. \return 0 or an errno.
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
    // A port that nobody listens on has answered an earlier message.
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
