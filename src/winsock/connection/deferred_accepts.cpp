#include "winsock/connection/deferred_accepts.hpp"

#include <atomic>
#include <map>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

#include "os/tcp/abort_connection.hpp"

namespace wsalive::winsock {
namespace {

using HeldBack = std::map<int, std::vector<Fd>>;  // By listener; the next one last.

std::mutex g_deferred_mutex;
constinit std::atomic<int> g_count{0};

HeldBack& held_back() {
  static auto* const connections = new HeldBack;  // Used until the process ends.
  return *connections;
}

bool nobody_waits() { return g_count.load(std::memory_order_acquire) == 0; }

}  // namespace

bool defer(const Socket& listener, Fd connection) noexcept {
  try {
    const std::lock_guard lock{g_deferred_mutex};
    std::vector<Fd>& of_listener = held_back()[listener.fd()];
    of_listener.reserve(of_listener.size() + 1);
    of_listener.push_back(std::move(connection));
  } catch (const std::bad_alloc&) {
    os::abort_connection(std::move(connection));
    return false;
  }
  g_count.fetch_add(1, std::memory_order_release);
  return true;
}

Fd take_deferred(const Socket& listener) noexcept {
  if (nobody_waits()) return {};
  const std::lock_guard lock{g_deferred_mutex};
  const auto found = held_back().find(listener.fd());
  if (found == held_back().end() || found->second.empty()) return {};
  Fd connection = std::move(found->second.back());
  found->second.pop_back();
  if (found->second.empty()) held_back().erase(found);
  g_count.fetch_sub(1, std::memory_order_release);
  return connection;
}

bool has_deferred(const Socket& listener) noexcept {
  if (nobody_waits()) return false;
  const std::lock_guard lock{g_deferred_mutex};
  const auto found = held_back().find(listener.fd());
  return found != held_back().end() && !found->second.empty();
}

bool any_deferred() noexcept { return !nobody_waits(); }

void drop_deferred(const Socket& listener) noexcept {
  while (take_deferred(listener)) {
  }
}

}  // namespace wsalive::winsock
