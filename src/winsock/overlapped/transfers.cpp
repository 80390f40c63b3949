#include "winsock/overlapped/transfers.hpp"

#include <algorithm>
#include <cerrno>
#include <new>

#include "os/memory/program_memory.hpp"
#include "winsock/connection/close_cause.hpp"
#include "winsock/names/addresses.hpp"
#include "winsock/overlapped/channel.hpp"
#include "winsock/transfer/messages.hpp"
#include "winsock/transfer/transfer.hpp"

namespace wsalive::winsock {
namespace {

/// A receive into no memory reports to a stream's program that data has come, and takes none of it.
Progress attempt_empty_receive(Operation& operation, Socket& socket, Outcome& outcome) {
  char unused = 0;
  const long result = os::receive_bytes(socket.fd(), &unused, 1, os::kPeek | os::kDontBlock);
  if (result > 0) return ended_well(outcome, 0);
  if (result == -EAGAIN) return Progress::waits;
  const WsaError end = result == 0
                           ? end_of_data(socket, operation.at_entry)
                           : data_error(socket, operation.at_entry, static_cast<int>(-result));
  return end == WsaError::none ? ended_well(outcome, 0) : failed(socket, outcome, end);
}

Progress end_message(Operation& operation, Socket& socket, std::size_t whole,
                     const os::ControlBuffer& control, Outcome& outcome) {
  AddressOutlet sender{operation.name, operation.name_size};
  if (sender.is_wanted() && sender.check(socket) == WsaError::none) {
    static_cast<void>(sender.give(operation.address));  // Its memory was good at the start.
  }
  const std::size_t room = operation.data.size();
  const WsaError fits = operation.message
                            ? finish_message(socket, operation.message, control, {whole, room})
                            : WsaError::none;
  if (whole <= room && fits == WsaError::none) return ended_well(outcome, whole);
  outcome = {kBufferOverflow, static_cast<std::uint32_t>(std::min(whole, room))};
  return Progress::ended;
}

Progress attempt_message(Operation& operation, Socket& socket, Outcome& outcome) {
  os::ControlBuffer control;
  for (;;) {
    const long result = operation.data.receive(
        socket.fd(), 0, operation.flags | os::kDontBlock | os::kTellLength,
        operation.name ? &operation.address : nullptr, operation.message ? &control : nullptr);
    if (result >= 0) {
      return end_message(operation, socket, static_cast<std::size_t>(result), control, outcome);
    }
    if (result == -EINTR) continue;
    if (result == -EAGAIN) return Progress::waits;
    // A port without a listener has answered an earlier message.
    const WsaError end = result == -ECONNREFUSED
                             ? WsaError::connection_reset
                             : data_error(socket, operation.at_entry, static_cast<int>(-result));
    return failed(socket, outcome, end);
  }
}

}  // namespace

Progress attempt_stream_receive(Operation& operation, Socket& socket, Outcome& outcome) {
  const bool fills = (operation.flags & os::kWaitAll) != 0;
  for (;;) {
    const std::size_t wanted = operation.data.size() - operation.done;
    const long result = operation.data.receive(socket.fd(), operation.done,
                                               operation.flags | os::kDontBlock, nullptr);
    if (result == -EINTR) continue;
    if (result == -EAGAIN) return Progress::waits;
    if (result > 0) {
      operation.done += static_cast<std::size_t>(result);
      operation.drained = static_cast<std::size_t>(result) < wanted;
      if (fills && operation.done < operation.data.size()) continue;
      return ended_well(outcome, operation.done);
    }
    const WsaError end = result == 0
                             ? end_of_data(socket, operation.at_entry)
                             : data_error(socket, operation.at_entry, static_cast<int>(-result));
    // Data that has come is never lost because of an error behind it.
    if (operation.done != 0 || end == WsaError::none) return ended_well(outcome, operation.done);
    return failed(socket, outcome, end);
  }
}

namespace {

Attempt receive_attempt(const Socket& socket, const Operation& operation) {
  if (has_messages(socket)) return attempt_message;
  return operation.data.size() == 0 ? attempt_empty_receive : attempt_stream_receive;
}

}  // namespace

Progress ended_well(Outcome& outcome, std::size_t bytes) noexcept {
  outcome = {kSuccess, static_cast<std::uint32_t>(bytes)};
  return Progress::ended;
}

Progress failed(const Socket& socket, Outcome& outcome, WsaError code) noexcept {
  const bool open = socket.life() == Life::open;
  outcome = {open ? status_of(code) : kCancelled, 0};
  return Progress::ended;
}

Progress attempt_send(Operation& operation, Socket& socket, Outcome& outcome) {
  for (;;) {
    const long result = operation.data.send(
        socket.fd(), operation.done, operation.flags | os::kDontBlock,
        operation.has_target ? &operation.address : nullptr, operation.control.get());
    if (result >= 0) {
      operation.done += static_cast<std::size_t>(result);
      const bool whole = operation.done >= operation.data.size() || has_messages(socket);
      if (whole) return ended_well(outcome, operation.done);
      continue;
    }
    if (result == -EAGAIN) return Progress::waits;
    const bool again = result == -EINTR || (result == -ECONNREFUSED && has_messages(socket));
    if (again) continue;
    return failed(socket, outcome,
                  data_error(socket, operation.at_entry, static_cast<int>(-result)));
  }
}

WsaError check_notice(const Notice& notice) noexcept {
  constexpr std::uintptr_t kLowest = 0x10000;
  const auto at = reinterpret_cast<std::uintptr_t>(notice.overlapped);
  if (at < kLowest || at % alignof(OVERLAPPED) != 0) return WsaError::fault;
  OVERLAPPED& overlapped = *notice.overlapped;
  if (os::is_on_stack(&overlapped, sizeof overlapped)) return WsaError::none;
  // Only the system writes these two members.
  static_assert(sizeof overlapped.InternalHigh == sizeof(std::uint64_t));
  auto* const word = reinterpret_cast<std::uint64_t*>(&overlapped.InternalHigh);
  const bool good = os::is_in_page_of(word, &overlapped, sizeof overlapped)
                        ? os::is_own_word_writable(word)
                        : os::is_writable(&overlapped, sizeof overlapped);
  return good ? WsaError::none : WsaError::fault;
}

bool are_good_buffers(const WSABUF* buffers, std::uint32_t count) noexcept {
  const std::size_t size = std::size_t{count} * sizeof *buffers;
  return buffers && (os::is_on_stack(buffers, size) || os::is_readable(buffers, size));
}

bool lacks_memory(const WSABUF* buffers, std::uint32_t count) noexcept {
  return std::any_of(buffers, buffers + count,
                     [](const WSABUF& each) { return !each.buf && each.len != 0; });
}

WsaError check_buffers(const WSABUF* buffers, std::uint32_t count,
                       const OVERLAPPED* good) noexcept {
  if (!buffers) return WsaError::fault;
  if (count == 0) return WsaError::invalid_argument;
  if (count > Buffers::kMost) return WsaError::message_size;
  // Programs usually keep both in one structure: then the check of the OVERLAPPED covers the array.
  const bool known =
      good && os::is_in_page_of(&good->InternalHigh, buffers, count * sizeof *buffers);
  if (!known && !are_good_buffers(buffers, count)) return WsaError::fault;
  return lacks_memory(buffers, count) ? WsaError::fault : WsaError::none;
}

WsaError start_operation(Socket& socket, Operation& operation, const Notice& notice,
                         std::uint32_t& bytes) {
  Outcome outcome;
  WsaError answer = WsaError::none;
  try {
    answer = Channel::of(socket).start(operation, notice, outcome);
  } catch (const std::bad_alloc&) {
    give_back(operation);  // It was not begun.
    return WsaError::not_enough_memory;
  }
  bytes = outcome.bytes;
  return answer;
}

WsaError start_send(Socket& socket, const SendWish& wish, const Notice& notice,
                    std::uint32_t& bytes) {
  if (const WsaError bad = check_notice(notice); bad != WsaError::none) return bad;
  if (const WsaError bad = check_buffers(wish.buffers, wish.count, notice.overlapped);
      bad != WsaError::none) {
    return bad;
  }
  if (const WsaError bad = check_transfer(socket, os::Direction::send); bad != WsaError::none) {
    return bad;
  }
  try {
    Operation& operation = take_operation(wish.buffers, wish.count);
    operation.attempt = attempt_send;
    operation.direction = os::Direction::send;
    operation.flags = wish.flags;
    operation.has_target = wish.target != nullptr;
    if (wish.target) operation.address = *wish.target;
    if (wish.control) operation.control = std::make_unique<os::ControlBuffer>(*wish.control);
    const WsaError answer = start_operation(socket, operation, notice, bytes);
    const bool sent = answer == WsaError::none || answer == WsaError::io_pending;
    if (sent && has_messages(socket)) socket.bound.store(true, std::memory_order_relaxed);
    return answer;
  } catch (const std::bad_alloc&) {
    return WsaError::not_enough_memory;
  }
}

WsaError start_receive(Socket& socket, const ReceiveWish& wish, const Notice& notice,
                       std::uint32_t& bytes) {
  if (const WsaError bad = check_notice(notice); bad != WsaError::none) return bad;
  if (const WsaError bad = check_buffers(wish.buffers, wish.count, notice.overlapped);
      bad != WsaError::none) {
    return bad;
  }
  const bool named = has_messages(socket) && wish.name;
  AddressOutlet outlet{wish.name, wish.name_size};
  if (named) {
    if (const WsaError bad = outlet.check(socket); bad != WsaError::none) return bad;
  }
  if (const WsaError bad = check_transfer(socket, os::Direction::receive); bad != WsaError::none) {
    return bad;
  }
  try {
    Operation& operation = take_operation(wish.buffers, wish.count);
    operation.attempt = receive_attempt(socket, operation);
    operation.direction = os::Direction::receive;
    operation.flags = wish.flags;
    operation.name = named ? wish.name : nullptr;
    operation.name_size = wish.name_size;
    operation.message = wish.message;
    return start_operation(socket, operation, notice, bytes);
  } catch (const std::bad_alloc&) {
    return WsaError::not_enough_memory;
  }
}

}  // namespace wsalive::winsock
