#include "winsock/overlapped/channel.hpp"

#include <pthread.h>

#include <utility>

#include "kernel/handle_table.hpp"
#include "winsock/entered.hpp"
#include "winsock/events/selected.hpp"
#include "winsock/overlapped/cancel.hpp"
#include "winsock/overlapped/reactor.hpp"

namespace wsalive::winsock {
namespace {

constinit std::atomic<Channel*> g_channels{nullptr};

constexpr std::uintptr_t kNoPacket = 1;  // The low bit of hEvent.

kernel::HandleValue event_handle(const OVERLAPPED& overlapped) {
  return reinterpret_cast<kernel::HandleValue>(overlapped.hEvent);
}

}  // namespace

Channel& Channel::of(Socket& socket) {
  Channel* present = socket.channel.load(std::memory_order_acquire);
  if (present) return *present;
  prepare_for_forks();
  auto fresh = std::make_unique<Channel>(socket);
  if (!socket.channel.compare_exchange_strong(present, fresh.get(), std::memory_order_acq_rel)) {
    return *present;
  }
  Channel& made = *fresh.release();  // Stays with the entry for ever.
  made.next_channel_ = g_channels.load(std::memory_order_relaxed);
  while (!g_channels.compare_exchange_weak(made.next_channel_, &made, std::memory_order_acq_rel)) {
  }
  return made;
}

WatchSet& Channel::set() noexcept { return port_set_ ? *port_set_ : reactor().own(); }

WsaError Channel::associate(kernel::Ref<kernel::CompletionPort> port, std::uintptr_t key) {
  auto poller = port->poller();
  if (!poller) {
    auto fresh = reactor().make_set();
    if (!fresh->good()) {
      fresh->end();
      return WsaError::no_buffers;
    }
    poller = port->set_poller(fresh);
    if (poller != fresh) fresh->end();
  }
  const std::lock_guard lock{mutex_};
  if (port_) return WsaError::invalid_argument;
  const bool waits = !receives_.empty() || !sends_.empty();
  // Operations that wait already were promised no packet: they stay where they are watched.
  if (waits) return WsaError::invalid_argument;
  forget_registration();
  port_ = std::move(port);
  port_set_ = std::static_pointer_cast<WatchSet>(std::move(poller));
  key_ = key;
  return WsaError::none;
}

void Channel::add_modes(std::uint8_t modes) noexcept {
  const std::lock_guard lock{mutex_};
  modes_ |= modes;
}

/// Finds what the end is to be told by. Nothing has begun yet.
WsaError Channel::resolve(Operation& operation, const Notice& notice) {
  operation.notice = notice;
  operation.starter = own_record().thread;
  operation.at_entry = socket_.cause.load(std::memory_order_relaxed);
  const kernel::HandleValue event = event_handle(*notice.overlapped);
  if (notice.has_routine()) {
    if (port_) return WsaError::invalid_argument;
    operation.thread = kernel::Ref<kernel::Thread>{&kernel::current_thread()};
  } else if ((event & ~kNoPacket) != 0) {
    operation.event = kernel::handles().find<kernel::Event>(event & ~kNoPacket).share();
    if (!operation.event) return WsaError::invalid_handle;
  }
  if (port_ && (event & kNoPacket) == 0) {
    operation.port = port_;
    operation.key = key_;
  }
  return WsaError::none;
}

void Channel::commit(Operation& operation) noexcept {
  OVERLAPPED& overlapped = *operation.notice.overlapped;
  if (operation.event) operation.event->clear();
  overlapped.InternalHigh = 0;
  std::atomic_ref{overlapped.Internal}.store(kPending, std::memory_order_relaxed);
}

WsaError Channel::claim(Operation& operation, const Notice& notice) {
  const std::lock_guard lock{mutex_};
  return resolve(operation, notice);
}

void Channel::end_claimed(Operation& operation, std::uint32_t bytes) noexcept {
  const std::lock_guard lock{mutex_};
  commit(operation);
  Outcome outcome{kSuccess, bytes};
  static_cast<void>(end_at_once(operation, outcome));
}

bool Channel::worth_trying(const Operation& operation) const noexcept {
  return operation.direction == os::Direction::send || may_receive_;
}

Progress Channel::attempt(Operation& operation, Outcome& outcome) noexcept {
  const Progress progress = operation.attempt(operation, socket_, outcome);
  const bool empty = progress == Progress::waits || operation.drained;
  // Before the socket is watched no edge reports what has come since.
  if (operation.direction == os::Direction::receive && empty && watched_ != 0 && !peer_ended_) {
    may_receive_ = false;
  }
  return progress;
}

WsaError Channel::start(Operation& operation, const Notice& notice, Outcome& outcome) {
  {
    const std::lock_guard lock{mutex_};
    if (const WsaError bad = resolve(operation, notice); bad != WsaError::none) {
      give_back(operation);
      return bad;
    }
    commit(operation);
    const bool first = queue_of(operation).empty() && worth_trying(operation);
    const Progress progress = first ? attempt(operation, outcome) : Progress::waits;
    if (progress == Progress::ended) return end_at_once(operation, outcome);
    if (progress == Progress::waits) {
      if (wait(operation)) return WsaError::io_pending;
      give_back(operation);
      return WsaError::no_buffers;
    }
  }
  operation.move_on(operation);
  return WsaError::io_pending;
}

/// A refusal is the call's own answer; a success and a cut message are reported as well.
WsaError Channel::end_at_once(Operation& operation, Outcome& outcome) const noexcept {
  OVERLAPPED& overlapped = *operation.notice.overlapped;
  if (outcome.status == kBufferOverflow) {
    tell(operation, outcome);
    return WsaError::io_pending;
  }
  if (outcome.status != kSuccess) {
    write_end(overlapped, outcome);
    give_back(operation);
    return wsa_error_of(outcome.status);
  }
  if ((modes_ & kSkipPortOnSuccess) != 0) operation.port = {};
  tell(operation, outcome);
  return WsaError::none;
}

bool Channel::wait(Operation& operation) noexcept {
  if (!operation.port && !end_with_thread()) return false;
  if (!reactor().begin_waiting(set())) return false;
  Queue& queue = queue_of(operation);
  queue.push_back(operation);
  if (watch_for(operation)) return true;
  operation.unlink();
  set().pending.fetch_sub(1);
  return false;
}

bool Channel::watch_for(const Operation& operation) noexcept {
  const bool sends = operation.direction == os::Direction::send;
  const auto wanted =
      static_cast<os::Readiness>(watched_ | os::kReadable | (sends ? unsigned{os::kWritable} : 0U));
  if (wanted == watched_) return true;
  os::EpollSet& sockets = set().sockets();
  const std::uint64_t token = token_of(*this, generation_);
  const int result = watched_ == 0 ? sockets.add(socket_.fd(), wanted, token)
                                   : sockets.change(socket_.fd(), wanted, token);
  if (result != 0) return false;
  watched_ = wanted;
  return true;
}

bool Channel::take_over(Operation& operation, Handle handle) noexcept {
  const std::lock_guard lock{mutex_};
  if (socket_.life() != Life::open || static_cast<Handle>(socket_.fd()) != handle) return false;
  return wait(operation);
}

void Channel::edge(std::uint16_t generation, os::Readiness found) noexcept {
  constexpr unsigned kEnds = os::kPeerEnded | os::kFailed | os::kHungUp;
  Queue moving;
  {
    const std::lock_guard lock{mutex_};
    if (generation != generation_) return;
    if ((found & kEnds) != 0) peer_ended_ = true;
    if ((found & (os::kReadable | kEnds)) != 0) {
      may_receive_ = true;
      advance(receives_, moving);
    }
    const Operation* const send = sends_.front();
    const bool waits_for_end = send && send->passes_over;
    if ((found & (os::kWritable | kEnds)) != 0 || waits_for_end) advance(sends_, moving);
  }
  move_all(moving);
  observe_if_selected(
      socket_);  // What was taken, or how a request ended, is no edge for the watcher.
}

void Channel::advance(Queue& queue, Queue& moving) noexcept {
  while (Operation* const operation = queue.front()) {
    if (!worth_trying(*operation)) return;
    Outcome outcome;
    switch (attempt(*operation, outcome)) {
      case Progress::waits:
        return;
      case Progress::ended:
        end(*operation, outcome);
        break;
      case Progress::moves:
        take_out(*operation);
        moving.push_back(*operation);
        break;
    }
  }
}

void Channel::move_all(Queue& moving) noexcept {
  while (Operation* const operation = moving.pop_front()) operation->move_on(*operation);
}

void Channel::take_out(Operation& operation) noexcept {
  operation.unlink();
  set().pending.fetch_sub(1);
}

void Channel::end(Operation& operation, const Outcome& outcome) noexcept {
  take_out(operation);
  tell(operation, outcome);
}

void Channel::forget_registration() noexcept {
  if (watched_ != 0) set().sockets().remove(socket_.fd());
  watched_ = 0;
  ++generation_;
  may_receive_ = true;
  peer_ended_ = false;
}

void Channel::close() noexcept {
  const std::lock_guard lock{mutex_};
  const auto all = [](const Operation&) { return true; };
  cancel_in(receives_, all);
  cancel_in(sends_, all);
  forget_registration();
  port_ = {};
  port_set_.reset();
  modes_ = 0;
}

bool Channel::has_waiting() noexcept {
  const std::lock_guard lock{mutex_};
  return !receives_.empty() || !sends_.empty();
}

/// One thread is left, and the parent's operations are the parent's.
void Channel::begin_anew_in_child() noexcept {
  for (Channel* each = g_channels.load(); each; each = each->next_channel_) {
    new (&each->mutex_) std::mutex;
    new (&each->receives_) Queue;
    new (&each->sends_) Queue;
    ++each->generation_;
    each->watched_ = 0;
    each->may_receive_ = true;
    each->peer_ended_ = false;
  }
}

}  // namespace wsalive::winsock
