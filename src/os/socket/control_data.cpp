#include "os/socket/control_data.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

namespace wsalive::os {
namespace {

/// The items whose value is a number of 32 bits.
struct NumberRow {
  ControlKind kind;
  int level;
  int type;
};

constexpr std::array kNumbers{
    // clang-format off
    NumberRow{ControlKind::ip_ttl,             IPPROTO_IP,   IP_TTL},
    NumberRow{ControlKind::ip_type_of_service, IPPROTO_IP,   IP_TOS},
    NumberRow{ControlKind::ipv6_hop_limit,     IPPROTO_IPV6, IPV6_HOPLIMIT},
    NumberRow{ControlKind::ipv6_traffic_class, IPPROTO_IPV6, IPV6_TCLASS},
    // clang-format on
};

template <typename T>
T value_in(const cmsghdr& header) noexcept {
  T value{};
  const std::size_t size = header.cmsg_len - CMSG_LEN(0);
  std::memcpy(&value, CMSG_DATA(&header), std::min(size, sizeof value));  // IP_TOS has one byte.
  return value;
}

ControlItem packet_of_ipv4(const cmsghdr& header) noexcept {
  const auto info = value_in<in_pktinfo>(header);
  ControlItem item{.kind = ControlKind::ip_packet_info,
                   .number = static_cast<std::uint32_t>(info.ipi_ifindex)};
  std::memcpy(item.address.data(), &info.ipi_addr, sizeof info.ipi_addr);
  // Where a message was for more than this machine, the kernel names the address to answer from.
  const bool for_many =
      info.ipi_spec_dst.s_addr != 0 && info.ipi_spec_dst.s_addr != info.ipi_addr.s_addr;
  item.broadcast = info.ipi_addr.s_addr == INADDR_BROADCAST || (for_many && !item.is_multicast());
  return item;
}

ControlItem packet_of_ipv6(const cmsghdr& header) noexcept {
  const auto info = value_in<in6_pktinfo>(header);
  ControlItem item{.kind = ControlKind::ipv6_packet_info, .number = info.ipi6_ifindex};
  std::memcpy(item.address.data(), &info.ipi6_addr, sizeof info.ipi6_addr);
  return item;
}

/// \return false for what no kind stands for.
bool read_item(const cmsghdr& header, ControlItem& item) noexcept {
  if (header.cmsg_level == IPPROTO_IP && header.cmsg_type == IP_PKTINFO) {
    item = packet_of_ipv4(header);
    return true;
  }
  if (header.cmsg_level == IPPROTO_IPV6 && header.cmsg_type == IPV6_PKTINFO) {
    item = packet_of_ipv6(header);
    return true;
  }
  const auto* const row = std::ranges::find_if(kNumbers, [&](const NumberRow& each) {
    return each.level == header.cmsg_level && each.type == header.cmsg_type;
  });
  if (row == kNumbers.end()) return false;
  item = {.kind = row->kind, .number = value_in<std::uint32_t>(header)};
  return true;
}

template <typename T>
void append(ControlBuffer& buffer, int level, int type, const T& value) noexcept {
  cmsghdr header{};
  header.cmsg_len = CMSG_LEN(sizeof value);
  header.cmsg_level = level;
  header.cmsg_type = type;
  std::byte* const at = buffer.bytes.data() + buffer.size;
  std::memset(at, 0, CMSG_SPACE(sizeof value));
  std::memcpy(at, &header, sizeof header);
  std::memcpy(at + CMSG_LEN(0), &value, sizeof value);
  buffer.size += CMSG_SPACE(sizeof value);
}

void append_item(ControlBuffer& buffer, const ControlItem& item) noexcept {
  if (item.kind == ControlKind::ip_packet_info) {
    in_pktinfo info{};
    info.ipi_ifindex = static_cast<int>(item.number);
    std::memcpy(&info.ipi_spec_dst, item.address.data(), sizeof info.ipi_spec_dst);
    return append(buffer, IPPROTO_IP, IP_PKTINFO, info);
  }
  if (item.kind == ControlKind::ipv6_packet_info) {
    in6_pktinfo info{};
    info.ipi6_ifindex = item.number;
    std::memcpy(&info.ipi6_addr, item.address.data(), sizeof info.ipi6_addr);
    return append(buffer, IPPROTO_IPV6, IPV6_PKTINFO, info);
  }
  const auto* const row = std::ranges::find(kNumbers, item.kind, &NumberRow::kind);
  append(buffer, row->level, row->type, item.number);
}

static_assert(ControlItems::kMost * CMSG_SPACE(sizeof(in6_pktinfo)) <= ControlBuffer::kRoom);

}  // namespace

bool ControlItem::is_multicast() const noexcept {
  constexpr std::byte kIpv4Mask{0xf0};
  if (kind == ControlKind::ip_packet_info) return (address[0] & kIpv4Mask) == std::byte{0xe0};
  return kind == ControlKind::ipv6_packet_info && address[0] == std::byte{0xff};
}

bool ControlItem::is_mapped() const noexcept {
  constexpr std::array<unsigned char, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  return kind == ControlKind::ipv6_packet_info &&
         std::memcmp(address.data(), kMapped.data(), kMapped.size()) == 0;
}

ControlItem* ControlItems::find(ControlKind kind) noexcept {
  auto* const end = items_.data() + count_;
  auto* const found = std::find_if(items_.data(), end,
                                   [kind](const ControlItem& item) { return item.kind == kind; });
  return found != end ? found : nullptr;
}

ControlItems read_control(const ControlBuffer& buffer) noexcept {
  msghdr message{};
  message.msg_control = const_cast<std::byte*>(buffer.bytes.data());
  message.msg_controllen = buffer.size;
  ControlItems items;
  for (const cmsghdr* header = CMSG_FIRSTHDR(&message); header;
       header = CMSG_NXTHDR(&message, const_cast<cmsghdr*>(header))) {
    ControlItem item;
    if (read_item(*header, item)) static_cast<void>(items.add(item));
  }
  return items;
}

void write_control(const ControlItems& items, ControlBuffer& buffer) noexcept {
  buffer.size = 0;
  for (const ControlItem& item : items) append_item(buffer, item);
}

}  // namespace wsalive::os
