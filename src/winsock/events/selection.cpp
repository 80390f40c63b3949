#include "winsock/events/selection.hpp"

#include "winsock2.h"

#include <pthread.h>

#include <memory>
#include <new>
#include <utility>

#include "base/immortal.hpp"
#include "winsock/events/selected.hpp"

namespace wsalive::winsock {
namespace {

constinit std::atomic<Selection*> g_selections{nullptr};

constexpr NetworkEvents kConnect = FD_CONNECT;

struct WatchRow {
  NetworkEvents events;
  os::Readiness edges;  ///< The kernel always reports the peer's end and errors.
};
constexpr std::array kWatched{
    // clang-format off
    WatchRow{FD_READ | FD_ACCEPT,   os::kReadable},
    WatchRow{FD_WRITE | FD_CONNECT, os::kWritable},
    WatchRow{FD_OOB,                os::kUrgent},
    WatchRow{FD_ALL_EVENTS,         os::kPeerEnded},
    // clang-format on
};

os::Readiness edges_for(NetworkEvents events) {
  unsigned edges = 0;
  for (const WatchRow& row : kWatched) {
    if ((events & row.events) != 0) edges |= row.edges;
  }
  return static_cast<os::Readiness>(edges);
}

NetworkEvents without(NetworkEvents events, NetworkEvents taken) {
  return static_cast<NetworkEvents>(events & ~unsigned{taken});
}

Selection* selection_of(const Socket& socket) {
  return socket.selection.load(std::memory_order_acquire);
}

}  // namespace

Selection& Selection::of(Socket& socket) {
  Selection* present = selection_of(socket);
  if (present) return *present;
  static_cast<void>(watcher());
  static std::once_flag once;
  std::call_once(once, [] { ::pthread_atfork(nullptr, nullptr, begin_anew_in_child); });
  auto fresh = std::make_unique<Selection>(socket);
  if (!socket.selection.compare_exchange_strong(present, fresh.get(), std::memory_order_acq_rel)) {
    return *present;
  }
  Selection& made = *fresh.release();  // Stays with the entry for ever.
  made.next_ = g_selections.load(std::memory_order_relaxed);
  while (!g_selections.compare_exchange_weak(made.next_, &made, std::memory_order_acq_rel)) {
  }
  return made;
}

WsaError Selection::choose(kernel::Ref<kernel::Event> event, NetworkEvents events) noexcept {
  const std::lock_guard lock{mutex_};
  if (socket_.life() != Life::open) return WsaError::not_a_socket;
  if (events == 0) {
    forget_watch();
  } else if (!watch(events)) {
    return WsaError::no_buffers;
  }
  event_ = std::move(event);
  record_ = {};
  disabled_ = connect_told_ ? kConnect : NetworkEvents{0};
  selected_ = events;
  socket_.selected.store(events, std::memory_order_release);
  look();
  return WsaError::none;
}

NetworkRecord Selection::take_record(kernel::Event* event) noexcept {
  const std::lock_guard lock{mutex_};
  const NetworkRecord taken = std::exchange(record_, NetworkRecord{});
  connect_told_ = connect_told_ || (taken.events & kConnect) != 0;
  if (event) event->clear();
  return taken;
}

kernel::Ref<kernel::Event> Selection::event() const noexcept {
  const std::lock_guard lock{mutex_};
  return event_;
}

void Selection::enable(NetworkEvents events) noexcept {
  const std::lock_guard lock{mutex_};
  disabled_ = without(disabled_, events);
  look();
}

void Selection::observe() noexcept {
  const std::lock_guard lock{mutex_};
  look();
}

void Selection::begin_request() noexcept {
  const std::lock_guard lock{mutex_};
  disabled_ = 0;
  connect_told_ = false;
}

void Selection::begin_anew() noexcept {
  const std::lock_guard lock{mutex_};
  record_ = {};
  disabled_ = 0;
  connect_told_ = false;
}

void Selection::watch_anew() noexcept {
  const std::lock_guard lock{mutex_};
  disabled_ = 0;
  connect_told_ = false;
  if (selected_ == 0) return;
  watched_ = 0;  // The kernel's registration went with the previous kernel socket.
  static_cast<void>(watch(selected_));
  look();
}

void Selection::close() noexcept {
  const std::lock_guard lock{mutex_};
  forget_watch();
  event_ = {};
  record_ = {};
  selected_ = 0;
  disabled_ = 0;
  connect_told_ = false;
}

void Selection::edge(std::uint16_t generation, os::Readiness /*found*/) noexcept {
  const std::lock_guard lock{mutex_};
  if (generation == generation_) look();
}

void Selection::look() noexcept {
  const NetworkEvents wanted = without(selected_, disabled_);
  if (wanted == 0 || socket_.life() != Life::open) return;
  const NetworkRecord now = happened_on(socket_);
  const auto fresh = static_cast<NetworkEvents>(now.events & wanted);
  if (fresh == 0) return;
  for (std::size_t bit = 0; bit < kMostNetworkEvents; ++bit) {
    if ((fresh >> bit & 1U) != 0) record_.codes[bit] = now.codes[bit];
  }
  record_.events = static_cast<NetworkEvents>(record_.events | fresh);
  disabled_ = static_cast<NetworkEvents>(disabled_ | fresh);
  event_->set();
}

bool Selection::watch(NetworkEvents events) noexcept {
  const os::Readiness wanted = edges_for(events);
  if (watched_ != 0 && wanted == watched_) return true;
  if (!watcher().ensure()) return false;
  os::EpollSet& sockets = watcher().sockets();
  const std::uint64_t token = token_of(*this, generation_);
  const int result = watched_ == 0 ? sockets.add(socket_.fd(), wanted, token)
                                   : sockets.change(socket_.fd(), wanted, token);
  if (result == 0) watched_ = wanted;
  return result == 0;
}

void Selection::forget_watch() noexcept {
  if (watched_ != 0) watcher().sockets().remove(socket_.fd());
  watched_ = 0;
  ++generation_;
}

/// The child has the sockets, without their selections.
void Selection::begin_anew_in_child() noexcept {
  watcher().begin_anew_in_child();
  for (Selection* each = g_selections.load(); each; each = each->next_) {
    new (&each->mutex_) std::mutex;
    new (&each->event_) kernel::Ref<kernel::Event>;  // Its count may have been under change.
    each->selected_ = 0;
    each->socket_.selected.store(0);
    each->watched_ = 0;
    ++each->generation_;
    each->record_ = {};
  }
}

void detail::observe(Socket& socket) noexcept {
  if (Selection* const selection = selection_of(socket)) selection->observe();
}

void detail::enable(Socket& socket, NetworkEvents events) noexcept {
  if (Selection* const selection = selection_of(socket)) selection->enable(events);
}

void request_begins(Socket& socket) noexcept {
  if (Selection* const selection = selection_of(socket)) selection->begin_request();
}

void is_reusable(Socket& socket) noexcept {
  if (Selection* const selection = selection_of(socket)) selection->begin_anew();
}

void becomes_another(Socket& socket) noexcept {
  if (Selection* const selection = selection_of(socket)) selection->watch_anew();
}

bool inherit_selection(const Socket& listener, Socket& accepted) noexcept {
  const NetworkEvents events = listener.selected.load(std::memory_order_relaxed);
  const Selection* const from = selection_of(listener);
  if (events == 0 || !from) return true;
  kernel::Ref<kernel::Event> event = from->event();
  if (!event) return true;
  try {
    return Selection::of(accepted).choose(std::move(event), events) == WsaError::none;
  } catch (const std::bad_alloc&) {
    return false;
  }
}

void end_selection(Socket& socket) noexcept {
  if (Selection* const selection = selection_of(socket)) selection->close();
}

void* Watcher::body(void* watcher) noexcept {
  for (;;) static_cast<Watcher*>(watcher)->set_.carry_on(Instant::max());
}

void Watcher::begin_anew_in_child() noexcept {
  set_.renew();
  thread_.begin_anew_in_child();
}

Watcher& watcher() noexcept {
  return the_only<Watcher>();  // Its thread still runs while the process ends.
}

}  // namespace wsalive::winsock
