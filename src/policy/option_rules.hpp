// Which sizes of an option's value Windows takes, which bytes of it count, and what a get reports.
//
// Pure layer. Two rule sets exist because Microsoft's page and observed Windows disagree: the
// documented one (the default) and the observed one, which differs from Vista on. Every odd fact
// about the sizes of switches and DWORDs is here; the option tables of src/winsock name a SizeRule. Structures have one
// size, which winsock/options/socket_options.cpp asks for. The checks here
// look at lengths only; afterwards the kernel answers whether the memory can be read (K-26).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/wsa_error.hpp"
#include "policy/release.hpp"

namespace wsalive::policy {

/// How the size of an option's value is judged.
enum class SizeRule : std::uint8_t {
  one_byte_switch,  ///< SO_KEEPALIVE, SO_DONTROUTE, TCP_NODELAY, IPV6_V6ONLY.  K-12, K-15, K-16
  dword,            ///< Any other DWORD, switches among them.  K-26
  keepalive_dword,  ///< TCP_KEEPIDLE (TCP_KEEPALIVE), TCP_KEEPINTVL, TCP_KEEPCNT.  K-72
};

/// The rules that hold for a process, chosen at its start-up.  K-121
struct OptionRules {
  Release release = kDefaultRelease;
  Rules rules = Rules::documented;

  friend constexpr bool operator==(const OptionRules&, const OptionRules&) = default;
};

inline constexpr int kDwordSize = 4;

/// The verdict on a set: `error`, or none and the number of leading bytes that count and must be readable.
struct SetVerdict {
  WsaError error = WsaError::none;
  int bytes = 0;

  friend constexpr bool operator==(const SetVerdict&, const SetVerdict&) = default;
};

/// The verdict on a get: `error`, or none and the number of bytes that it writes and reports in
/// `*optlen`. With an error, `reported` is what `*optlen` becomes; kUnchanged leaves it as it was.
struct GetVerdict {
  static constexpr int kUnchanged = -1;

  WsaError error = WsaError::none;
  int bytes = 0;
  int reported = kUnchanged;

  friend constexpr bool operator==(const GetVerdict&, const GetVerdict&) = default;
};

/// Whether only the first byte of a switch counts: the observed rules, from Vista on.  K-16
constexpr bool switches_are_bytes(OptionRules in_force) noexcept {
  return in_force.rules == Rules::observed && in_force.release >= Release::vista;
}

/// The code for a set with a negative length. Observed for -1; we take every negative length alike.
/// K-16, K-26, K-72
constexpr WsaError negative_set_size(SizeRule rule, OptionRules in_force) noexcept {
  const bool faults = in_force.release >= Release::win7 && in_force.release < Release::win10_21h1;
  if (rule == SizeRule::dword || !switches_are_bytes(in_force) || faults) return WsaError::fault;
  return WsaError::no_buffers;
}

/// Judges `optlen` of a setsockopt.
///
/// \return WSAEFAULT or WSAENOBUFS, else the bytes that count; those beyond are not looked at.
///
/// Source: K-15, K-16, K-26, K-72.
constexpr SetVerdict check_set_size(SizeRule rule, OptionRules in_force, int optlen) noexcept {
  const int needed =
      rule == SizeRule::one_byte_switch && switches_are_bytes(in_force) ? 1 : kDwordSize;
  if (optlen < 0) return {.error = negative_set_size(rule, in_force)};
  if (optlen < needed) return {.error = WsaError::fault};
  return {.bytes = needed};
}

/// Judges `*optlen` of a getsockopt.
///
/// \return WSAEFAULT, else the bytes to write; bytes of the program's buffer past them stay.
///
/// Source: K-12, K-16, K-26; TCP_KEEP* also set `*optlen` to 0 on failure, K-72.
constexpr GetVerdict check_get_size(SizeRule rule, OptionRules in_force, int optlen) noexcept {
  const int written =
      rule == SizeRule::one_byte_switch && switches_are_bytes(in_force) ? 1 : kDwordSize;
  if (optlen >= written) return {.bytes = written, .reported = written};
  GetVerdict refused{.error = WsaError::fault};
  if (rule == SizeRule::keepalive_dword) refused.reported = 0;
  return refused;
}

/// Whether a switch's value means on: any of the bytes that count is not zero.
///
/// \param value  The bytes that `check_set_size` let count (1 or 4); more are not looked at.
///
/// Source: K-11; 0x100 is on as a DWORD and off as a byte, K-16.
constexpr bool switch_is_on(std::span<const std::byte> value, OptionRules in_force) noexcept {
  const std::size_t counting = switches_are_bytes(in_force) ? 1 : kDwordSize;
  return std::ranges::any_of(value.first(std::min(value.size(), counting)),
                             [](std::byte each) { return each != std::byte{0}; });
}

/// The levels that Windows knows, by Windows' numbers: IPPROTO_IP, IPPROTO_TCP, IPPROTO_UDP,
/// IPPROTO_IPV6, SOL_SOCKET. Linux's SOL_SOCKET (1) is none.  K-24
inline constexpr std::array kKnownLevels{0, 6, 17, 41, 0xffff};
static_assert(std::ranges::is_sorted(kKnownLevels));

constexpr bool is_known_level(int level) noexcept {
  return std::ranges::binary_search(kKnownLevels, level);
}

/// A TCP option of the keep-alive family, for `release_knows`.
enum class KeepAliveOption : std::uint8_t { keepalive, keepidle, keepintvl, keepcnt };

/// Whether a release has the option; where not, it answers WSAENOPROTOOPT.
///
/// TCP_KEEPIDLE and TCP_KEEPALIVE are one number (3), so a call cannot tell them apart and is served
/// from Vista on; the name alone is newer.  K-04, K-73
constexpr bool release_knows(Release release, KeepAliveOption option) noexcept {
  const ReleaseRow& known = row(release);
  switch (option) {
    case KeepAliveOption::keepalive:
    case KeepAliveOption::keepidle:
      return known.has_keepalive_option;
    case KeepAliveOption::keepintvl:
      return known.has_keepintvl;
    case KeepAliveOption::keepcnt:
      return known.has_keepcnt;
  }
  return false;
}

}  // namespace wsalive::policy
