// Control data, which comes with a message, as neutral items. Only control_data.cpp knows Linux' form of them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "os/socket/socket_address.hpp"

namespace wsalive::os {

enum class ControlKind : std::uint8_t {
  ip_packet_info,  ///< An address of this machine and an interface: where a message came, or is to leave.
  ip_ttl,
  ip_type_of_service,
  ipv6_packet_info,
  ipv6_hop_limit,
  ipv6_traffic_class,
};

struct ControlItem {
  ControlKind kind = ControlKind::ip_packet_info;
  std::uint32_t number = 0;             ///< The value; of packet information the interface, 0: any.
  std::array<std::byte, 16> address{};  ///< Packet information: network order, 4 bytes of IPv4.
  bool broadcast = false;               ///< Received: the address is a broadcast address.

  /// Whether the address is one of a group.
  [[nodiscard]] bool is_multicast() const noexcept;
  /// Whether an IPv6 address stands for one of IPv4.
  [[nodiscard]] bool is_mapped() const noexcept;
};

/// A few items in their order.
class ControlItems {
 public:
  static constexpr std::size_t kMost = 8;

  /// \return false if there are too many.
  [[nodiscard]] bool add(const ControlItem& item) noexcept {
    if (count_ == kMost) return false;
    items_[count_++] = item;
    return true;
  }
  [[nodiscard]] ControlItem* find(ControlKind kind) noexcept;
  [[nodiscard]] bool empty() const noexcept { return count_ == 0; }
  [[nodiscard]] const ControlItem* begin() const noexcept { return items_.data(); }
  [[nodiscard]] const ControlItem* end() const noexcept { return items_.data() + count_; }

 private:
  std::array<ControlItem, kMost> items_{};
  std::size_t count_ = 0;
};

/// Control data as the kernel gives and takes it, with room for all kinds at once.
struct ControlBuffer {
  static constexpr std::size_t kRoom = 512;

  alignas(8) std::array<std::byte, kRoom> bytes;  // Not cleared: `size` says what is good.
  std::size_t size = 0;
};

/// Reads the items that the kernel has given, and ignores other kinds.
[[nodiscard]] ControlItems read_control(const ControlBuffer& buffer) noexcept;

/// Items as the kernel wants them.
void write_control(const ControlItems& items, ControlBuffer& buffer) noexcept;

}  // namespace wsalive::os
