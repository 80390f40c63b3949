// The protocols of sockets, for WSAEnumProtocols and SO_PROTOCOL_INFO: TCP, UDP and raw IP over IPv4 and IPv6.
#pragma once

#include <winsock2.h>

#include <array>
#include <optional>
#include <string_view>

#include "winsock/socket.hpp"

namespace wsalive::winsock {

struct ProtocolRow {
  int family;
  int type;
  int protocol;        ///< 0: any (raw).
  int max_offset;      ///< Protocols up to `protocol` + this belong to the row.
  DWORD services;      ///< XP1_*
  DWORD provider;      ///< PFL_*
  DWORD message_size;  ///< 0: a stream.
  DWORD entry;
  std::string_view name;
};

// clang-format off
inline constexpr DWORD kStreamServices = XP1_GUARANTEED_DELIVERY | XP1_GUARANTEED_ORDER | XP1_GRACEFUL_CLOSE | XP1_EXPEDITED_DATA | XP1_IFS_HANDLES;
inline constexpr DWORD kDatagramServices = XP1_CONNECTIONLESS | XP1_MESSAGE_ORIENTED | XP1_SUPPORT_BROADCAST | XP1_SUPPORT_MULTIPOINT | XP1_IFS_HANDLES;

inline constexpr std::array kProtocols{
    ProtocolRow{AF_INET,  SOCK_STREAM, IPPROTO_TCP, 0,   kStreamServices,   PFL_MATCHES_PROTOCOL_ZERO,              0,     1001, "MSAFD Tcpip [TCP/IP]"},
    ProtocolRow{AF_INET,  SOCK_DGRAM,  IPPROTO_UDP, 0,   kDatagramServices, PFL_MATCHES_PROTOCOL_ZERO,              65467, 1002, "MSAFD Tcpip [UDP/IP]"},
    ProtocolRow{AF_INET,  SOCK_RAW,    IPPROTO_IP,  255, kDatagramServices, PFL_MATCHES_PROTOCOL_ZERO | PFL_HIDDEN, 32767, 1003, "MSAFD Tcpip [RAW/IP]"},
    ProtocolRow{AF_INET6, SOCK_STREAM, IPPROTO_TCP, 0,   kStreamServices,   PFL_MATCHES_PROTOCOL_ZERO,              0,     1004, "MSAFD Tcpip [TCP/IPv6]"},
    ProtocolRow{AF_INET6, SOCK_DGRAM,  IPPROTO_UDP, 0,   kDatagramServices, PFL_MATCHES_PROTOCOL_ZERO,              65467, 1005, "MSAFD Tcpip [UDP/IPv6]"},
    ProtocolRow{AF_INET6, SOCK_RAW,    IPPROTO_IP,  255, kDatagramServices, PFL_MATCHES_PROTOCOL_ZERO | PFL_HIDDEN, 32767, 1006, "MSAFD Tcpip [RAW/IPv6]"},
};
// clang-format on

/// The row of a socket's family and type; nullptr if it has none (AF_UNIX).
[[nodiscard]] const ProtocolRow* protocol_row(int family, int type) noexcept;

/// A socket as the structure that programs get: its row of the catalog, with its own protocol. AF_UNIX has no row.
template <typename Info>
[[nodiscard]] std::optional<Info> protocol_info_of(const Traits& traits);

/// A row as the structure that programs get: WSAPROTOCOL_INFOA or WSAPROTOCOL_INFOW.
template <typename Info>
[[nodiscard]] Info protocol_info(const ProtocolRow& row);

// ---------------------------------------------------------------------------------------------

inline constexpr GUID kIpv4Provider{
    0xe70f1aa0, 0xab8b, 0x11cf, {0x8c, 0xa3, 0x00, 0x80, 0x5f, 0x48, 0xa1, 0x92}};
inline constexpr GUID kIpv6Provider{
    0xf9eab0c0, 0x26d4, 0x11d0, {0xbb, 0xbf, 0x00, 0xaa, 0x00, 0x6c, 0x34, 0xe4}};

template <typename Info>
Info protocol_info(const ProtocolRow& row) {
  constexpr int kWinsock2 = 2;
  Info info{};
  info.dwServiceFlags1 = row.services;
  info.dwProviderFlags = row.provider;
  info.ProviderId = row.family == AF_INET ? kIpv4Provider : kIpv6Provider;
  info.dwCatalogEntryId = row.entry;
  info.ProtocolChain.ChainLen = BASE_PROTOCOL;
  info.iVersion = kWinsock2;
  info.iAddressFamily = row.family;
  info.iMaxSockAddr = row.family == AF_INET ? 16 : 28;
  info.iMinSockAddr = info.iMaxSockAddr;
  info.iSocketType = row.type;
  info.iProtocol = row.protocol;
  info.iProtocolMaxOffset = row.max_offset;
  info.iNetworkByteOrder = BIGENDIAN;
  info.iSecurityScheme = SECURITY_PROTOCOL_NONE;
  info.dwMessageSize = row.message_size;
  for (std::size_t at = 0; at < row.name.size(); ++at) {
    info.szProtocol[at] = row.name[at];  // ASCII: the same number as a wide character.
  }
  return info;
}

template <typename Info>
std::optional<Info> protocol_info_of(const Traits& traits) {
  const ProtocolRow* const row = protocol_row(traits.windows_family, traits.windows_type);
  if (!row) return std::nullopt;
  Info info = protocol_info<Info>(*row);
  info.iProtocol = traits.windows_protocol;
  return info;
}

}  // namespace wsalive::winsock
