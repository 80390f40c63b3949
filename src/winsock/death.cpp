#include "winsock/death.hpp"

#include "os/errno_table.hpp"
#include "os/socket_option.hpp"
#include "winsock/runtime.hpp"

namespace wsalive::winsock {
namespace {

Cause cause_of(engine::Death death) noexcept {
  switch (death) {
    case engine::Death::keep_alive:
      return Cause::keep_alive;
    case engine::Death::retransmission:
      return Cause::retransmission;
    case engine::Death::reset:
      return Cause::reset;
    case engine::Death::none:
      break;
  }
  return Cause::none;
}

}  // namespace

Cause note_death(Socket& socket, int error) noexcept {
  Cause kept = socket.cause.load(std::memory_order_acquire);
  if (kept != Cause::none || !socket.is_tcp()) return kept;
  const Cause cause = cause_of(runtime().engine().cause_of_death(socket.fd(), error));
  if (cause == Cause::none) return Cause::none;
  return socket.cause.compare_exchange_strong(kept, cause, std::memory_order_acq_rel) ? cause
                                                                                      : kept;
}

Cause settle_cause(Socket& socket) noexcept {
  const Cause kept = socket.cause.load(std::memory_order_acquire);
  if (kept != Cause::none) return kept;
  int error = 0;
  if (os::get_int(socket.fd(), os::Option::error, error) != 0 || error == 0) return Cause::none;
  const Cause cause = note_death(socket, error);
  const WsaError read_as = cause == Cause::keep_alive ? WsaError::none : os::wsa_error(error);
  socket.last_error.store(static_cast<std::int32_t>(read_as), std::memory_order_release);
  return cause;
}

}  // namespace wsalive::winsock
