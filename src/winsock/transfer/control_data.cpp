#include "winsock/transfer/messages.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include "ws2tcpip.h"

#include "os/memory/program_memory.hpp"
#include "os/socket/socket_option.hpp"
#include "winsock/options/ip_options.hpp"

namespace wsalive::winsock {
namespace {

using os::ControlItem;
using os::ControlKind;

constexpr std::uint32_t kAllBits = 0xffff'ffff;
constexpr std::uint32_t kEcnBits = 3;

/// One kind of control data as Windows has it.
struct Row {
  int level;
  int type;
  ControlKind kind;
  ControlBit asked_by;
  std::uint32_t mask = kAllBits;  ///< The bits of the item's number that it has.
};

constexpr std::array kRows{
    // clang-format off
    Row{IPPROTO_IP,   IP_PKTINFO,    ControlKind::ip_packet_info,     kIpPacketInfo},
    Row{IPPROTO_IP,   IP_TTL,        ControlKind::ip_ttl,             kIpTtl},
    Row{IPPROTO_IP,   IP_TOS,        ControlKind::ip_type_of_service, kIpTypeOfService},
    Row{IPPROTO_IP,   IP_ECN,        ControlKind::ip_type_of_service, kIpEcn,            kEcnBits},
    Row{IPPROTO_IPV6, IPV6_PKTINFO,  ControlKind::ipv6_packet_info,   kIpv6PacketInfo},
    Row{IPPROTO_IPV6, IPV6_HOPLIMIT, ControlKind::ipv6_hop_limit,     kIpv6HopLimit},
    Row{IPPROTO_IPV6, IPV6_TCLASS,   ControlKind::ipv6_traffic_class, kIpv6TrafficClass},
    Row{IPPROTO_IPV6, IPV6_ECN,      ControlKind::ipv6_traffic_class, kIpv6Ecn,          kEcnBits},
    // clang-format on
};

constexpr std::size_t aligned(std::size_t size) { return WSA_CMSGDATA_ALIGN(size); }

// -- from the program ----------------------------------------------------------------------------

/// A copy of the program's control data.
struct Taken {
  static constexpr std::size_t kRoom = 1024;
  std::array<std::byte, kRoom> bytes;  // Not cleared.
  std::size_t size = 0;
};

template <typename T>
std::optional<T> value_at(const std::byte* data, std::size_t size) {
  if (size < sizeof(T)) return std::nullopt;
  T value;
  std::memcpy(&value, data, sizeof value);
  return value;
}

template <typename Info>
void set_packet(ControlItem& item, const Info& info) {
  if constexpr (sizeof(Info) == sizeof(IN_PKTINFO)) {
    std::memcpy(item.address.data(), &info.ipi_addr, sizeof info.ipi_addr);
    item.number = info.ipi_ifindex;
  } else {
    std::memcpy(item.address.data(), &info.ipi6_addr, sizeof info.ipi6_addr);
    item.number = info.ipi6_ifindex;
  }
}

template <typename Info>
bool take_packet(ControlItem& item, const std::byte* data, std::size_t size) {
  const auto info = value_at<Info>(data, size);
  if (info) set_packet(item, *info);
  return info.has_value();
}

bool take_value(ControlItem& item, const std::byte* data, std::size_t size) {
  if (item.kind == ControlKind::ip_packet_info) return take_packet<IN_PKTINFO>(item, data, size);
  if (item.kind == ControlKind::ipv6_packet_info) return take_packet<IN6_PKTINFO>(item, data, size);
  const auto number = value_at<std::uint32_t>(data, size);
  item.number = number.value_or(0);
  return number.has_value();
}

/// Whether such control data may be sent on the socket. An IPv6 socket may speak IPv4 as well.
bool is_known(const Row& row, const Socket& socket) {
  if (row.level == IPPROTO_IPV6 && socket.traits().family != Family::ipv6) return false;
  return row.mask == kAllBits || knows_ecn();
}

/// An item with the congestion bits alone leaves the other bits as they are: those of an earlier item, or of the socket.
bool merge_ecn(const Socket& socket, const ControlItem& ecn, os::ControlItems& items) {
  if (ecn.number > kEcnBits) return false;
  if (ControlItem* const whole = items.find(ecn.kind)) {
    whole->number = (whole->number & ~kEcnBits) | ecn.number;
    return true;
  }
  const os::Option option = ecn.kind == ControlKind::ip_type_of_service
                                ? os::Option::ip_type_of_service
                                : os::Option::ipv6_traffic_class;
  int of_socket = 0;
  if (os::get_int(socket.fd(), option, of_socket) != 0) return false;
  ControlItem item = ecn;
  item.number |= static_cast<std::uint32_t>(of_socket) & ~kEcnBits;
  return items.add(item);
}

bool take_item(const Socket& socket, const WSACMSGHDR& header, const std::byte* data,
               os::ControlItems& items) {
  const auto* const row = std::ranges::find_if(kRows, [&](const Row& each) {
    return each.level == header.cmsg_level && each.type == header.cmsg_type;
  });
  if (row == kRows.end() || !is_known(*row, socket)) return false;
  ControlItem item{.kind = row->kind};
  if (!take_value(item, data, header.cmsg_len - WSA_CMSG_LEN(0))) return false;
  return row->mask == kAllBits ? items.add(item) : merge_ecn(socket, item, items);
}

/// Takes the item at `at` and moves on to the next. \return false if it is not one.
bool take_next(const Socket& socket, const Taken& taken, std::size_t& at, os::ControlItems& items) {
  WSACMSGHDR header;
  std::memcpy(&header, taken.bytes.data() + at, sizeof header);
  const bool fits = header.cmsg_len >= WSA_CMSG_LEN(0) && header.cmsg_len <= taken.size - at;
  if (!fits || !take_item(socket, header, taken.bytes.data() + at + WSA_CMSG_LEN(0), items)) {
    return false;
  }
  at += aligned(header.cmsg_len);
  return true;
}

// -- to the program ------------------------------------------------------------------------------

/// What is being written, as far as the program has room.
class Writer {
 public:
  explicit Writer(std::size_t room) noexcept : room_(std::min(room, bytes_.size())) {}

  template <typename T>
  void put(const Row& row, const T& value) noexcept {
    if (cut_ || room_ - size_ < WSA_CMSG_LEN(sizeof value)) {
      cut_ = true;
      return;
    }
    const WSACMSGHDR header{WSA_CMSG_LEN(sizeof value), row.level, row.type};
    std::memcpy(bytes_.data() + size_, &header, sizeof header);
    std::memcpy(bytes_.data() + size_ + WSA_CMSG_LEN(0), &value, sizeof value);
    size_ = std::min(size_ + WSA_CMSG_SPACE(sizeof value), room_);
  }
  [[nodiscard]] const std::byte* data() const noexcept { return bytes_.data(); }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool is_cut() const noexcept { return cut_; }

 private:
  std::array<std::byte, 512> bytes_{};
  std::size_t room_;
  std::size_t size_ = 0;
  bool cut_ = false;
};

void put_item(Writer& writer, const Row& row, const ControlItem& item) {
  if (row.kind == ControlKind::ip_packet_info) {
    IN_PKTINFO info{};
    std::memcpy(&info.ipi_addr, item.address.data(), sizeof info.ipi_addr);
    info.ipi_ifindex = item.number;
    return writer.put(row, info);
  }
  if (row.kind == ControlKind::ipv6_packet_info) {
    IN6_PKTINFO info{};
    std::memcpy(&info.ipi6_addr, item.address.data(), sizeof info.ipi6_addr);
    info.ipi6_ifindex = item.number;
    return writer.put(row, info);
  }
  writer.put(row, static_cast<INT>(item.number & row.mask));
}

}  // namespace

WsaError take_control(const Socket& socket, const WSABUF& control,
                      os::ControlItems& items) noexcept {
  Taken taken;
  if (control.len > taken.bytes.size()) return WsaError::invalid_argument;
  taken.size = control.len;
  if (taken.size == 0) return WsaError::none;
  if (!os::read_program(control.buf, taken.bytes.data(), taken.size)) return WsaError::fault;
  std::size_t at = 0;
  if (taken.size < sizeof(WSACMSGHDR)) return WsaError::invalid_argument;
  while (at + sizeof(WSACMSGHDR) <= taken.size) {
    if (!take_next(socket, taken, at, items)) return WsaError::invalid_argument;
  }
  return WsaError::none;
}

GivenControl give_control(const Socket& socket, const os::ControlItems& items,
                          const WSABUF& control) noexcept {
  const unsigned asked = socket.options.control.load(std::memory_order_relaxed);
  Writer writer{control.buf ? control.len : 0};
  for (const ControlItem& item : items) {
    // A message of IPv4 to an IPv6 socket is described in IPv4's form if the program wants that.
    if (item.is_mapped() && (asked & kIpPacketInfo) != 0) continue;
    for (const Row& row : kRows) {
      if (row.kind == item.kind && (asked & row.asked_by) != 0) put_item(writer, row, item);
    }
  }
  if (writer.size() == 0) return {0, writer.is_cut()};
  if (!os::write_program(control.buf, writer.data(), writer.size())) return {0, true};
  return {static_cast<std::uint32_t>(writer.size()), writer.is_cut()};
}

}  // namespace wsalive::winsock
