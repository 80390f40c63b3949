#include "winsock/connection/close_cause.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <thread>

#include "engine/engine.hpp"
#include "os/errno_table.hpp"
#include "os/socket/socket_calls.hpp"
#include "os/tcp/tcp_info.hpp"
#include "winsock/entered.hpp"
#include "winsock/runtime.hpp"
#include "winsock/service_thread.hpp"

namespace wsalive::winsock {
namespace {

using namespace std::chrono_literals;

/// Errors of a connection's end; only they are answered by the kept cause. Sorted.
constexpr std::array kEndErrors{EPIPE,    ENETUNREACH, ECONNABORTED, ECONNRESET,
                                ENOTCONN, ETIMEDOUT,   EHOSTUNREACH};
static_assert(std::ranges::is_sorted(kEndErrors));

bool may_be_an_end(int error) { return std::ranges::binary_search(kEndErrors, error); }

bool has_sent_its_end(const Socket& socket) {
  return (socket.shut.load(std::memory_order_relaxed) & kShutSending) != 0;
}

/// A connection whose own end was never sent gets into the closed state by an error alone.
bool has_died(const Socket& socket) {
  return socket.is_tcp() && socket.phase.load(std::memory_order_relaxed) == Phase::connected &&
         !has_sent_its_end(socket) && os::tcp_state(socket.fd()) == os::TcpState::close;
}

Cause cause_of(engine::CloseCause death) {
  switch (death) {
    case engine::CloseCause::keep_alive:
      return Cause::keep_alive;
    case engine::CloseCause::retransmission:
      return Cause::retransmission;
    case engine::CloseCause::reset:
      return Cause::reset;
    case engine::CloseCause::none:
      break;
  }
  return Cause::none;
}

Cause keep(Socket& socket, Cause cause) {
  Cause expected = Cause::none;
  if (cause == Cause::none) return socket.cause.load(std::memory_order_acquire);
  if (socket.cause.compare_exchange_strong(expected, cause, std::memory_order_acq_rel))
    return cause;
  return expected;
}

/// Whether a connection's error may have gone to another thread.
bool others_look() { return service_threads_run() || is_process_threaded(); }

/// The error itself went to another thread, which is about to keep its cause, or to another owner of
/// the connection: then the records must do.
Cause cause_told_elsewhere(Socket& socket) {
  constexpr int kRounds = 2000;  // 200 ms: on a busy machine that thread waits for its turn.
  for (int round = 0; round < kRounds && others_look(); ++round) {
    if (const Cause kept = socket.cause.load(std::memory_order_acquire); kept != Cause::none) {
      return kept;
    }
    std::this_thread::sleep_for(100us);
  }
  const bool by_probes =
      runtime().engine().close_cause(socket.fd(), ETIMEDOUT) == engine::CloseCause::keep_alive;
  return keep(socket, by_probes ? Cause::keep_alive : Cause::reset);
}

/// Why the connection has ended, if it has and no call has reported it yet.
Cause cause_if_dead(Socket& socket) {
  return has_died(socket) ? cause_told_elsewhere(socket) : Cause::none;
}

/// Which code a cause gives this time.
WsaError told(Socket& socket, Cause at_entry, Cause cause) {
  switch (cause) {
    case Cause::keep_alive:
      if (socket.cause.exchange(Cause::keep_alive_told, std::memory_order_acq_rel) ==
          Cause::keep_alive) {
        return WsaError::network_reset;
      }
      [[fallthrough]];  // Another call was told meanwhile.
    case Cause::keep_alive_told:
      return at_entry == Cause::none ? WsaError::network_reset : WsaError::connection_reset;
    case Cause::retransmission:
      return WsaError::timed_out;
    case Cause::reset:
      return WsaError::connection_reset;
    case Cause::none:
      break;
  }
  return WsaError::none;
}

}  // namespace

Cause note_close_cause(Socket& socket, int error) noexcept {
  const Cause kept = socket.cause.load(std::memory_order_acquire);
  if (kept != Cause::none || !may_be_an_end(error)) return kept;
  if (!socket.is_tcp() || socket.phase.load(std::memory_order_acquire) != Phase::connected) {
    return Cause::none;
  }
  if (error == EPIPE || error == ENOTCONN) return cause_if_dead(socket);
  return keep(socket, cause_of(runtime().engine().close_cause(socket.fd(), error)));
}

Cause settle_cause(Socket& socket) noexcept {
  const Cause kept = socket.cause.load(std::memory_order_acquire);
  if (kept != Cause::none) return kept;
  const int error = os::take_pending_error(socket.fd());
  if (error == 0) return Cause::none;
  const Cause cause = note_close_cause(socket, error);
  const WsaError read_as = cause == Cause::keep_alive ? WsaError::none : os::wsa_error(error);
  socket.last_error.store(static_cast<std::int32_t>(read_as), std::memory_order_release);
  return cause;
}

Cause cause_of_end(Socket& socket) noexcept {
  const Cause cause = settle_cause(socket);
  return cause == Cause::none ? cause_if_dead(socket) : cause;
}

WsaError data_error(Socket& socket, Cause at_entry, int error) noexcept {
  if (socket.life() != Life::open) return WsaError::interrupted;  // K-109
  if (!may_be_an_end(error)) return os::wsa_error(error);
  if (error == EPIPE && has_sent_its_end(socket)) return WsaError::shut_down;
  if (const Cause cause = note_close_cause(socket, error); cause != Cause::none) {
    return told(socket, at_entry, cause);
  }
  // The peer's reset of a connection that it had ended before.
  return error == EPIPE ? WsaError::connection_reset : os::wsa_error(error);
}

WsaError end_of_data(Socket& socket, Cause at_entry) noexcept {
  if (socket.life() != Life::open) return WsaError::interrupted;  // K-109
  if ((socket.shut.load(std::memory_order_relaxed) & kShutReceiving) != 0) {
    return WsaError::shut_down;
  }
  Cause cause = socket.cause.load(std::memory_order_acquire);
  if (cause == Cause::none && others_look()) cause = cause_if_dead(socket);
  return told(socket, at_entry, cause);
}

}  // namespace wsalive::winsock
