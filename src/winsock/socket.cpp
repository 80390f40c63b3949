// The table: a directory of chunks, each made for the first descriptor in its range and never freed,
// so that a pointer to an entry stays good without locks. calloc'ed memory is a chunk of free entries.

#include "winsock/socket.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <memory>
#include <new>

namespace wsalive::winsock {
namespace {

using detail::Chunk;
using detail::kChunkBits;

constexpr int kMaxDescriptor = detail::kChunkSize * detail::kDirectorySize;

constinit std::atomic<int> g_limit{0};  // One more than the highest descriptor ever opened.

Chunk* chunk_of(int fd) noexcept {
  return detail::directory[static_cast<std::size_t>(fd >> kChunkBits)].load(
      std::memory_order_acquire);
}

Chunk* make_chunk(int fd) noexcept {
  std::atomic<Chunk*>& place = detail::directory[static_cast<std::size_t>(fd >> kChunkBits)];
  auto* const fresh = new (std::nothrow) Chunk;
  Chunk* present = nullptr;
  if (!fresh || place.compare_exchange_strong(present, fresh, std::memory_order_acq_rel))
    return fresh;
  delete fresh;
  return present;
}

void raise_limit(int limit) noexcept {
  int seen = g_limit.load(std::memory_order_relaxed);
  while (seen < limit && !g_limit.compare_exchange_weak(seen, limit, std::memory_order_acq_rel)) {
  }
}

}  // namespace

constinit std::array<std::atomic<Chunk*>, detail::kDirectorySize> detail::directory{};

void AddressCell::store(const os::SocketAddress& address) noexcept {
  std::array<std::uint64_t, 4> words{};
  const std::size_t size = std::min<std::size_t>(address.size, sizeof words);
  std::memcpy(words.data(), address.bytes.data(), size);
  for (std::size_t at = 0; at < words.size(); ++at) {
    words_[at].store(words[at], std::memory_order_relaxed);
  }
  size_.store(static_cast<std::uint32_t>(size), std::memory_order_relaxed);
}

void AddressCell::load(os::SocketAddress& address) const noexcept {
  std::array<std::uint64_t, 4> words{};
  for (std::size_t at = 0; at < words.size(); ++at) {
    words[at] = words_[at].load(std::memory_order_relaxed);
  }
  std::memcpy(address.bytes.data(), words.data(), sizeof words);
  address.size = size_.load(std::memory_order_relaxed);
}

int Socket::limit() noexcept { return g_limit.load(std::memory_order_acquire); }

Socket* Socket::open(int fd, const Traits& traits) noexcept {
  if (fd < 0 || fd >= kMaxDescriptor) return nullptr;
  Chunk* chunk = chunk_of(fd);
  if (!chunk) chunk = make_chunk(fd);
  if (!chunk) return nullptr;
  Socket* const socket = &chunk->sockets[static_cast<std::size_t>(fd % detail::kChunkSize)];
  // Orders this after what the thread that last closed this number did with the entry: the kernel's order is not C++'s.
  static_cast<void>(socket->life_.load(std::memory_order_acquire));
  socket->reset();
  socket->traits_ = traits;
  socket->fd_ = fd;
  raise_limit(fd + 1);
  socket->life_.store(Life::open, std::memory_order_release);
  return socket;
}

bool Socket::begin_closing() noexcept {
  Life expected = Life::open;
  return life_.compare_exchange_strong(expected, Life::closing, std::memory_order_acq_rel);
}

void Socket::release() noexcept { life_.store(Life::free, std::memory_order_release); }

void Socket::reset() noexcept {
  phase = Phase::fresh;
  cause = Cause::none;
  non_blocking = false;
  kernel_non_blocking = false;
  shared = false;
  own_mode = false;
  bound = false;
  reusable = false;
  inheritable = true;
  request_awaited = false;
  by_accept = false;
  shut = 0;
  selected = 0;
  last_error = 0;
  connected_at_ns = 0;
  options.receive_buffer = -1;
  options.send_buffer = -1;
  options.receive_timeout_ms = 0;
  options.send_timeout_ms = 0;
  options.retransmission_ms = 0;
  options.bits = 0;
  options.control = 0;
}

}  // namespace wsalive::winsock
