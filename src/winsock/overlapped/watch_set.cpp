#include "winsock/overlapped/watch_set.hpp"

#include <array>
#include <new>
#include <span>

#include "winsock/overlapped/reactor.hpp"

namespace wsalive::winsock {
namespace {

constexpr std::size_t kEdgesAtOnce = 64;
constexpr int kAddressBits = 48;  // User space on every 64-bit Linux we build for.
constexpr std::uint64_t kAddressMask = (std::uint64_t{1} << kAddressBits) - 1;

}  // namespace

std::uint64_t token_of(const EdgeTaker& taker, std::uint16_t generation) noexcept {
  return reinterpret_cast<std::uintptr_t>(&taker) |
         (static_cast<std::uint64_t>(generation) << kAddressBits);
}

bool WatchSet::carry_on(Instant deadline) noexcept {
  std::array<os::Edge, kEdgesAtOnce> edges;  // Not cleared.
  const os::EpollSet::Waited waited = set_.wait(edges, deadline);
  for (const os::Edge& edge : std::span{edges}.first(waited.edges)) {
    // NOLINTNEXTLINE(performance-no-int-to-ptr): takers never go away.
    auto* const taker = reinterpret_cast<EdgeTaker*>(edge.token & kAddressMask);
    taker->edge(static_cast<std::uint16_t>(edge.token >> kAddressBits), edge.found);
  }
  return waited.kicked;
}

void WatchSet::poll(Instant deadline) noexcept {
  polling_.fetch_add(1);
  carry_on(deadline);
  polls_.fetch_add(1, std::memory_order_relaxed);
  if (polling_.fetch_sub(1) == 1) reactor().left_alone(*this);
}

void WatchSet::visit() noexcept {
  if (carry_on(Instant::min())) kick();
}

void WatchSet::renew() noexcept {
  set_.~EpollSet();
  new (&set_) os::EpollSet;
  polling_.store(0);
  pending.store(0);
}

}  // namespace wsalive::winsock
