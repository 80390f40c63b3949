// sock_diag's netlink messages: the request that every question begins with, and answers read within their bounds. Lengths
// are checked, although the kernel sends them: a filter, an emulation or a future kernel may answer in its place.
#pragma once

#include <linux/inet_diag.h>
#include <linux/netlink.h>

#include <cstdint>
#include <span>

#include "base/owned.hpp"
#include "base/result.hpp"

namespace wsalive::os {

/// The attempt that a malformed answer or a refusal names.
inline constexpr const char* kReadSockDiag = "read sock_diag";

struct DiagRequest {
  nlmsghdr header;
  inet_diag_req_v2 body;
};

/// \param type   SOCK_DIAG_BY_FAMILY or SOCK_DESTROY.
/// \param flags  Besides NLM_F_REQUEST.
[[nodiscard]] DiagRequest diag_request(std::uint16_t type, std::uint16_t flags,
                                       std::uint8_t family) noexcept;

/// A socket to sock_diag of the calling thread's network namespace.
[[nodiscard]] Result<Fd> open_sock_diag() noexcept;

/// Returns after the kernel has parsed the request and loaded the module that it needs.
[[nodiscard]] Status ask_sock_diag(int line, const DiagRequest& request) noexcept;

struct NetlinkMessage {
  nlmsghdr header;
  std::span<const char> body;
};

/// Takes the first message off what was received, and its padding.
/// Errors  EPROTO where the message's length is more than what came, or less than its header.
[[nodiscard]] Result<NetlinkMessage> take_message(std::span<const char>& bytes) noexcept;

/// The status in the message that ends an answer: NLMSG_ERROR, or the NLMSG_DONE of a list.
/// Errors  the kernel's own; EPROTO where the message is cut short.
[[nodiscard]] Status answer_status(const NetlinkMessage& end) noexcept;

struct NetlinkAttribute {
  std::uint16_t type = 0;
  std::span<const char> value;
};

/// Takes the first attribute off, and its padding. Errors  EPROTO as above.
[[nodiscard]] Result<NetlinkAttribute> take_attribute(std::span<const char>& bytes) noexcept;

}  // namespace wsalive::os
