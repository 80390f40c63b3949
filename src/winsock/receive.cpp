// recv: one system call with the program's own pointer, whose copy by the kernel is the check.

#include "winsock2.h"

#include "winsock/call.hpp"
#include "winsock/entered.hpp"
#include "winsock/runtime.hpp"
#include "winsock/transfer.hpp"
#include "winsock/transfer_flags.hpp"

namespace wsalive::winsock {
namespace {

/// A message that the buffer was too short for has filled it, and is an error (WSAEMSGSIZE).
Count whole_message(Count count, std::size_t room) {
  return count && *count > room ? refused(WsaError::message_size) : count;
}

Fill fill_of(unsigned flags) {
  return (flags & (os::kWaitAll | os::kPeek)) == os::kWaitAll ? Fill::all : Fill::some;
}

Count receive_call(SOCKET handle, char* to, int size, int flags) {
  if (const WsaError refusal = runtime().refusal(); refusal != WsaError::none) {
    return refused(refusal);
  }
  const Entered entered{handle};
  Socket* const socket = entered.socket();
  if (!socket) return refused(WsaError::not_a_socket);
  const auto asked = receive_flags(static_cast<unsigned>(flags));
  if (!asked) return refused(WsaError::operation_not_supported);
  if (size < 0) return refused(WsaError::fault);
  const auto room = static_cast<std::size_t>(size);
  const bool messages = has_messages(*socket);
  const unsigned ours = *asked | (messages ? os::kTellLength : os::kPlain);
  const Count count = receive_through(
      *socket, room, fill_of(ours), [=, fd = socket->fd()](std::size_t done, unsigned more) {
        return os::receive_bytes(fd, to + done, room - done, ours | more);
      });
  return messages ? whole_message(count, room) : count;
}

}  // namespace
}  // namespace wsalive::winsock

int recv(SOCKET s, char* buf, int len, int flags) {
  return wsalive::winsock::finish_count(wsalive::winsock::receive_call(s, buf, len, flags));
}
