// send: one system call with the program's own pointer, whose copy by the kernel is the check.

#include "winsock2.h"

#include "winsock/call.hpp"
#include "winsock/entered.hpp"
#include "winsock/runtime.hpp"
#include "winsock/transfer.hpp"
#include "winsock/transfer_flags.hpp"

namespace wsalive::winsock {
namespace {

Count send_call(SOCKET handle, const char* from, int size, int flags) {
  if (const WsaError refusal = runtime().refusal(); refusal != WsaError::none) {
    return refused(refusal);
  }
  const Entered entered{handle};
  Socket* const socket = entered.socket();
  if (!socket) return refused(WsaError::not_a_socket);
  const auto ours = send_flags(static_cast<unsigned>(flags));
  if (!ours) return refused(WsaError::operation_not_supported);
  if (size < 0) return refused(WsaError::fault);
  const auto whole = static_cast<std::size_t>(size);
  return send_through(*socket, whole, [=, fd = socket->fd()](std::size_t done, unsigned more) {
    return os::send_bytes(fd, from + done, whole - done, *ours | more);
  });
}

}  // namespace
}  // namespace wsalive::winsock

int send(SOCKET s, const char* buf, int len, int flags) {
  return wsalive::winsock::finish_count(wsalive::winsock::send_call(s, buf, len, flags));
}
