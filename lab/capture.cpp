#include "lab/capture.hpp"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <ctime>
#include <utility>

namespace wsalive::lab {
namespace {

using std::chrono::nanoseconds;

// Enough for the kernel's header, an IPv6 header and a TCP header with all its options.
constexpr std::size_t kFrame = 256;
constexpr std::size_t kBlock = 1024 * kFrame;
// The link-level address follows the kernel's header; the size is a multiple of its alignment.
static_assert(sizeof(tpacket2_hdr) % TPACKET_ALIGNMENT == 0);
constexpr nanoseconds kClockWasSet = std::chrono::milliseconds{1};

nanoseconds since_epoch(const timespec& t) {
  return std::chrono::seconds{t.tv_sec} + nanoseconds{t.tv_nsec};
}

/// Wall clock less monotonic clock, the tightest of a few readings.
nanoseconds wall_ahead() {
  nanoseconds best{};
  nanoseconds width = nanoseconds::max();
  for (int i = 0; i < 5; ++i) {
    timespec before{};
    timespec wall{};
    timespec after{};
    ::clock_gettime(CLOCK_MONOTONIC, &before);
    ::clock_gettime(CLOCK_REALTIME, &wall);
    ::clock_gettime(CLOCK_MONOTONIC, &after);
    const nanoseconds spent = since_epoch(after) - since_epoch(before);
    if (spent >= width) continue;
    width = spent;
    best = since_epoch(wall) - since_epoch(before) - spent / 2;
  }
  return best;
}

Status make_ring(int socket, std::size_t size) {
  const int version = TPACKET_V2;
  if (::setsockopt(socket, SOL_PACKET, PACKET_VERSION, &version, sizeof version) != 0) {
    return failure(errno, "setsockopt PACKET_VERSION");
  }
  tpacket_req request{};
  request.tp_block_size = kBlock;
  request.tp_block_nr = static_cast<unsigned>(size / kBlock);
  request.tp_frame_size = kFrame;
  request.tp_frame_nr = static_cast<unsigned>(size / kFrame);
  if (::setsockopt(socket, SOL_PACKET, PACKET_RX_RING, &request, sizeof request) != 0) {
    return failure(errno, "setsockopt PACKET_RX_RING");
  }
  return {};
}

/// After the ring is mapped, so that no packet arrives before it.
Status hear_interface(int socket, unsigned interface) {
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(ETH_P_ALL);
  address.sll_ifindex = static_cast<int>(interface);
  if (::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    return failure(errno, "bind to the interface");
  }
  return {};
}

}  // namespace

Result<Capture> Capture::start(std::string_view interface, std::size_t capacity) {
  Fd socket{::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  if (!socket) return failure(errno, "socket AF_PACKET");
  const unsigned index = ::if_nametoindex(std::string{interface}.c_str());
  if (index == 0) return failure(errno, "find the interface");
  const std::size_t size = (capacity * kFrame + kBlock - 1) / kBlock * kBlock;
  if (Status ring = make_ring(socket.get(), size); !ring) return tl::unexpected(ring.error());
  void* const memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, socket.get(), 0);
  if (memory == MAP_FAILED) return failure(errno, "mmap the packet ring");
  Capture capture{std::move(socket), {static_cast<std::uint8_t*>(memory), size}, interface == "lo"};
  if (Status on = hear_interface(capture.socket_.get(), index); !on)
    return tl::unexpected(on.error());
  return capture;
}

Capture::Capture(Fd socket, std::span<std::uint8_t> ring, bool loopback)
    : socket_(std::move(socket)), ring_(ring), loopback_(loopback), wall_ahead_(wall_ahead()) {}

Capture::Capture(Capture&& other) noexcept
    : socket_(std::move(other.socket_)),
      ring_(std::exchange(other.ring_, {})),
      next_(other.next_),
      loopback_(other.loopback_),
      wall_ahead_(other.wall_ahead_) {}

Capture::~Capture() {
  if (!ring_.empty()) ::munmap(ring_.data(), ring_.size());
}

void Capture::read_frame(std::uint8_t* frame, nanoseconds ahead, std::vector<Segment>& into) const {
  const auto* const head = reinterpret_cast<const tpacket2_hdr*>(frame);
  const auto* const link = reinterpret_cast<const sockaddr_ll*>(frame + sizeof(tpacket2_hdr));
  const bool outgoing = link->sll_pkttype == PACKET_OUTGOING;
  if (loopback_ && outgoing) return;
  std::optional<Segment> segment = parse_packet({frame + head->tp_net, head->tp_snaplen});
  if (!segment) return;
  segment->direction = outgoing ? SegmentDirection::out : SegmentDirection::in;
  segment->at = Instant{std::chrono::seconds{head->tp_sec} + nanoseconds{head->tp_nsec} - ahead};
  into.push_back(*segment);
}

Result<std::vector<Segment>> Capture::take() {
  const nanoseconds ahead = wall_ahead();
  if (std::chrono::abs(ahead - wall_ahead_) > kClockWasSet) {
    return failure(ERANGE, "stamp packets: the wall clock was set meanwhile");
  }
  std::vector<Segment> segments;
  while (true) {
    std::uint8_t* const frame = ring_.data() + next_ * kFrame;
    std::atomic_ref<std::uint32_t> status{reinterpret_cast<tpacket2_hdr*>(frame)->tp_status};
    if ((status.load(std::memory_order_acquire) & TP_STATUS_USER) == 0) break;
    read_frame(frame, ahead, segments);
    status.store(TP_STATUS_KERNEL, std::memory_order_release);
    next_ = (next_ + 1) % (ring_.size() / kFrame);
  }
  tpacket_stats lost{};
  socklen_t size = sizeof lost;
  ::getsockopt(socket_.get(), SOL_PACKET, PACKET_STATISTICS, &lost, &size);
  if (lost.tp_drops != 0) return failure(ENOBUFS, "capture every packet");
  return segments;
}

}  // namespace wsalive::lab
