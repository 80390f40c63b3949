#include "winsock/overlapped/channel.hpp"

#include <pthread.h>

#include <utility>

#include "kernel/handle_table.hpp"
#include "winsock/entered.hpp"
#include "winsock/events/selected.hpp"
#include "winsock/overlapped/operation_end.hpp"
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
  auto joined = std::static_pointer_cast<WatchSet>(std::move(poller));
  const auto handle = static_cast<Handle>(socket_.fd());
  {
    const std::lock_guard lock{mutex_};
    if (port_) return WsaError::invalid_argument;
    if (!move_to(*joined)) return WsaError::no_buffers;
    port_ = port;
    port_set_ = std::move(joined);
    key_ = key;
  }
  promise_packets(handle, port, key);
  if (!has_moved.load()) return WsaError::none;
  Socket::for_each([&](const Socket& each) {
    Channel* const other = each.channel.load(std::memory_order_acquire);
    if (other && other != this) other->promise_packets(handle, port, key);
  });
  return WsaError::none;
}

/// Watches the waiting operations there from now on. \return false, with nothing changed, if the host refuses.
bool Channel::move_to(WatchSet& joined) noexcept {
  WatchSet& left = set();
  std::size_t waiting = 0;
  for (Queue* const queue : {&receives_, &sends_}) {
    for (Operation* each = queue->front(); each; each = queue->after(*each)) ++waiting;
  }
  const os::Readiness watched = waiting != 0 ? watched_ : os::Readiness{0};
  const auto next = static_cast<std::uint16_t>(generation_ + 1);
  if (watched != 0) {
    if (joined.sockets().add(socket_.fd(), watched, token_of(*this, next)) != 0) return false;
    joined.pending.fetch_add(waiting - 1);
    if (!reactor().begin_waiting(joined)) {
      joined.pending.fetch_sub(waiting - 1);
      joined.sockets().remove(socket_.fd());
      return false;
    }
    left.pending.fetch_sub(waiting);
  }
  forget_registration();
  watched_ = watched;
  return true;
}

/// The operations of this queue that were started on that socket: an AcceptEx waits for data in the accepting socket's queue.
void Channel::promise_packets(Handle starter, const kernel::Ref<kernel::CompletionPort>& port,
                              std::uintptr_t key) noexcept {
  const std::lock_guard lock{mutex_};
  const auto own = static_cast<Handle>(socket_.fd());
  for (Queue* const queue : {&receives_, &sends_}) {
    for (Operation* each = queue->front(); each; each = queue->after(*each)) {
      const Handle listener = each->extra.listener;
      if (!each->wants_packet || (listener != kInvalidHandle ? listener : own) != starter) continue;
      each->port = port;
      each->key = key;
    }
  }
}

void Channel::add_modes(std::uint8_t modes) noexcept {
  const std::lock_guard lock{mutex_};
  modes_ |= modes;
}

/// Finds the objects by which the end will be reported. Nothing has begun yet.
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
  operation.wants_packet = !notice.has_routine() && (event & kNoPacket) == 0;
  if (port_ && operation.wants_packet) {
    operation.port = port_;
    operation.key = key_;
  }
  return WsaError::none;
}

void Channel::commit(Operation& operation) noexcept {
  OVERLAPPED& overlapped = *operation.notice.overlapped;
  if (operation.event) operation.event->clear();
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
    const bool first = queue_of(operation).empty() && worth_trying(operation);
    const Progress progress = first ? attempt(operation, outcome) : Progress::waits;
    if (progress == Progress::waits && !wait(operation)) {
      if (operation.on_cancel) operation.on_cancel(operation, socket_);
      give_back(operation);
      return WsaError::no_buffers;
    }
    commit(operation);  // Only now: a call that cannot begin has changed nothing.
    if (progress == Progress::ended) return end_at_once(operation, outcome);
    if (progress == Progress::waits) return WsaError::io_pending;
  }
  operation.move_on(operation);
  return WsaError::io_pending;
}

/// A refusal is only the call's own answer, except for operations that always pend; a success and a cut message are also
/// reported.
WsaError Channel::end_at_once(Operation& operation, Outcome& outcome) const noexcept {
  OVERLAPPED& overlapped = *operation.notice.overlapped;
  if (operation.pends || outcome.status == kBufferOverflow) {
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
      socket_);  // The kernel reports no edge to the watcher for data that was taken, or a request's end.
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

/// The child has one thread, and none of the parent's operations.
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
