#include "winsock/overlapped/cancel.hpp"

#include "os/process/threads.hpp"
#include "winsock/entered.hpp"
#include "winsock/overlapped/channel.hpp"

namespace wsalive::winsock {
namespace {

/// The operations of a listener that wait for data on their connection are queued there.
template <typename Choose>
std::size_t cancel_moved(const Socket& listener, Channel& channel, Choose choose) noexcept {
  if (!channel.has_moved.load()) return 0;
  const auto handle = static_cast<Handle>(listener.fd());
  std::size_t count = 0;
  Socket::for_each([&](Socket& each) {
    Channel* const other = each.channel.load(std::memory_order_acquire);
    if (!other || other == &channel) return;
    count += other->cancel([&](const Operation& operation) {
      return operation.extra.listener == handle && choose(operation);
    });
  });
  return count;
}

template <typename Choose>
std::size_t cancel(Socket& socket, Choose choose) noexcept {
  Channel* const channel = socket.channel.load(std::memory_order_acquire);
  if (!channel) return 0;
  const auto handle = static_cast<Handle>(socket.fd());
  const auto own = [&](const Operation& operation) {
    const Handle listener = operation.extra.listener;
    return (listener == kInvalidHandle || listener == handle) && choose(operation);
  };
  return channel->cancel(own) + cancel_moved(socket, *channel, choose);
}

void cancel_at_thread_end() noexcept {
  const int thread = own_record().thread;
  Socket::for_each([&](Socket& socket) {
    Channel* const channel = socket.channel.load(std::memory_order_acquire);
    if (!channel) return;
    channel->cancel(
        [&](const Operation& operation) { return operation.starter == thread && !operation.port; });
  });
}

constinit os::ThreadEndWork cancel_own_at_end{.run = cancel_at_thread_end};

}  // namespace

void cancel_own(Socket& socket) noexcept {
  const int thread = own_record().thread;
  cancel(socket, [&](const Operation& operation) { return operation.starter == thread; });
}

std::size_t cancel_any(Socket& socket, const OVERLAPPED* overlapped) noexcept {
  return cancel(socket, [&](const Operation& operation) {
    return !overlapped || operation.notice.overlapped == overlapped;
  });
}

void cancel_accepts_into(const Socket& accepting) noexcept {
  const auto handle = static_cast<Handle>(accepting.fd());
  Socket::for_each([&](Socket& each) {
    Channel* const channel = each.channel.load(std::memory_order_acquire);
    if (!channel || each.phase.load(std::memory_order_relaxed) != Phase::listening) return;
    channel->cancel(
        [&](const Operation& operation) { return operation.extra.accept_socket == handle; });
  });
}

bool end_with_thread() noexcept { return os::run_at_thread_end(cancel_own_at_end); }

}  // namespace wsalive::winsock
