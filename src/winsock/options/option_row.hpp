// One row of the option tables: all that getsockopt and setsockopt know about one option of Windows, and what its
// handlers use.
//
// To add an option, write a handler and a row in option_tables.cpp; the dispatcher (socket_options.cpp) does not
// change. Before a handler runs, everything except the program's memory has been checked: start-up, socket,
// level, option, kind and length (K-20 to K-26). A handler that fails leaves the socket as it was.
#pragma once

#include <cstdint>
#include <span>

#include "base/wsa_error.hpp"
#include "os/socket/socket_option.hpp"
#include "policy/option_rules.hpp"
#include "policy/release.hpp"
#include "winsock/runtime.hpp"
#include "winsock/socket.hpp"

namespace wsalive::winsock {

/// A set of socket kinds and families; an option is unknown on all other sockets (K-25).
struct Kinds {
  std::uint8_t kinds = 0;     ///< Bit n: Kind n.
  std::uint8_t families = 0;  ///< Bit n: Family n.

  template <typename... Each>
  static constexpr std::uint8_t bits(Each... each) noexcept {
    return static_cast<std::uint8_t>(((1U << static_cast<unsigned>(each)) | ... | 0U));
  }
  [[nodiscard]] constexpr bool contains(const Traits& socket) const noexcept {
    return (kinds & bits(socket.kind)) != 0 && (families & bits(socket.family)) != 0;
  }
};

inline constexpr std::uint8_t kInternet = Kinds::bits(Family::ipv4, Family::ipv6);
inline constexpr std::uint8_t kMessages = Kinds::bits(Kind::udp, Kind::raw);
inline constexpr Kinds kAnySocket{0xff, 0xff};
inline constexpr Kinds kStream{Kinds::bits(Kind::tcp, Kind::local_stream), 0xff};
inline constexpr Kinds kTcp{Kinds::bits(Kind::tcp), kInternet};
inline constexpr Kinds kUdp{Kinds::bits(Kind::udp), kInternet};
inline constexpr Kinds kDatagram{kMessages, kInternet};
inline constexpr Kinds kRaw4{Kinds::bits(Kind::raw), Kinds::bits(Family::ipv4)};
inline constexpr Kinds kRaw6{Kinds::bits(Kind::raw), Kinds::bits(Family::ipv6)};
inline constexpr Kinds kIpv4{0xff, Kinds::bits(Family::ipv4)};
inline constexpr Kinds kIpv4Datagram{kMessages, Kinds::bits(Family::ipv4)};
inline constexpr Kinds kIpv6{0xff, Kinds::bits(Family::ipv6)};
inline constexpr Kinds kIpv6Datagram{kMessages, Kinds::bits(Family::ipv6)};
inline constexpr Kinds kInternetSocket{0xff, kInternet};

/// How long the value is: by one of Windows' rules, a structure, or as long as the program says.
struct Shape {
  policy::SizeRule rule = policy::SizeRule::dword;
  std::int16_t structure = 0;  ///< Bytes of a structure; 0: by the rule; kAnyLength.

  static constexpr std::int16_t kAnyLength = -1;
};
inline constexpr Shape kByteSwitch{policy::SizeRule::one_byte_switch};
inline constexpr Shape kDword{policy::SizeRule::dword};
inline constexpr Shape kKeepAliveDword{policy::SizeRule::keepalive_dword};
inline constexpr Shape kAnyLength{policy::SizeRule::dword, Shape::kAnyLength};

template <typename T>
inline constexpr Shape kStructure{policy::SizeRule::dword, static_cast<std::int16_t>(sizeof(T))};

struct OptionRow;

/// A getsockopt that has passed every check but the memory's.
struct GetCall {
  Socket& socket;
  const OptionRow& row;
  void* value;  ///< The program's, unchecked.
  int* size;    ///< The program's; has been read, may be unwritable.
  int given;    ///< What `*size` was.
  int bytes;    ///< How many to write and report.
};

/// A setsockopt that has passed every check but the memory's and the state's.
struct SetCall {
  Socket& socket;
  const OptionRow& row;
  const void* value;  ///< The program's, unchecked.
  int bytes;          ///< How many of them count (K-15).
};

struct OptionRow {
  int name;
  Kinds kinds;
  Shape shape;
  WsaError (*get)(const GetCall&);  ///< nullptr: WSAENOPROTOOPT.
  WsaError (*set)(const SetCall&);  ///< nullptr: WSAENOPROTOOPT.
  os::Option host = os::Option::none;
  bool policy::ReleaseRow::*known_to = nullptr;  ///< Only releases with this flag (K-73).
};

using OptionRows = std::span<const OptionRow>;

/// Whether rows are sorted by number, as the dispatcher's search needs.
constexpr bool is_sorted_by_name(OptionRows rows) noexcept {
  for (std::size_t at = 1; at < rows.size(); ++at) {
    if (rows[at - 1].name >= rows[at].name) return false;
  }
  return true;
}

}  // namespace wsalive::winsock

// The rows of each level, sorted by number.

namespace wsalive::winsock::tables {

extern const OptionRows kSocketLevel;
extern const OptionRows kTcpLevel;
extern const OptionRows kUdpLevel;
extern const OptionRows kIpLevel;
extern const OptionRows kIpv6Level;

}  // namespace wsalive::winsock::tables

// Moving an option's value from and to a program's memory.
//
// A program's pointer is never trusted (K-26). Where the kernel knows the option, the program's own
// pointers go to the kernel: its copy is the check, and a getsockopt stays one system call. Where
// Windows reads another value than Linux', the kernel copies first, and the value is then patched in the memory that
// is known to be good. Memory on the calling thread's own stack is always good.
//
// A failure leaves value and length as they were in all of them (K-13).

namespace wsalive::winsock {

/// Lets the kernel write its int straight into the program's memory: one system call.
[[nodiscard]] WsaError host_gives(const GetCall& call, os::Option option);

/// Overwrites the value that `host_gives` has just written.
void patch(const GetCall& call, std::uint32_t value);

/// Gives a DWORD (or its first byte, K-16): at most one system call.
[[nodiscard]] WsaError give_dword(const GetCall& call, std::uint32_t value);

/// Gives `call.bytes` bytes from `bytes`.
[[nodiscard]] WsaError give(const GetCall& call, const void* bytes);

/// Takes the bytes that count. \return false, WSAEFAULT, if any cannot be read.
[[nodiscard]] bool take(const SetCall& call, void* into);

/// Takes a DWORD.
[[nodiscard]] bool take_dword(const SetCall& call, std::uint32_t& value);

/// Takes a switch: nonzero is on (K-11), by its first byte alone under the observed rules (K-16).
[[nodiscard]] bool take_switch(const SetCall& call, bool& on);

/// The rules that hold for the process.
[[nodiscard]] inline policy::OptionRules option_rules() noexcept {
  const Settings& settings = runtime().settings();
  return {.release = settings.release, .rules = settings.rules};
}

// Handlers of options that Linux has with the same meaning: switches and DWORDs that pass through.

/// The kernel's own switch: nonzero is on (K-11, K-16).
[[nodiscard]] WsaError get_host_switch(const GetCall& call);
[[nodiscard]] WsaError set_host_switch(const SetCall& call);

/// The kernel's own int.
[[nodiscard]] WsaError get_host_dword(const GetCall& call);
[[nodiscard]] WsaError set_host_dword(const SetCall& call);

/// A structure that has the same layout in both worlds.
[[nodiscard]] WsaError set_host_structure(const SetCall& call);

}  // namespace wsalive::winsock
