#include "os/netlink.hpp"

#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>

namespace wsalive::os {
namespace {

/// Takes `size` bytes off, and the padding behind them: messages and attributes begin at whole words.
std::span<const char> take(std::span<const char>& bytes, std::size_t size) noexcept {
  const auto taken = bytes.first(size);
  bytes = bytes.subspan(std::min(bytes.size(), (size + 3) & ~std::size_t{3}));
  return taken;
}

/// Reads the head that a message or attribute begins with; false where it is not whole.
template <typename Head>
bool read_head(std::span<const char> bytes, Head& head) noexcept {
  if (bytes.size() < sizeof head) return false;
  std::memcpy(&head, bytes.data(), sizeof head);
  return true;
}

}  // namespace

DiagRequest diag_request(std::uint16_t type, std::uint16_t flags, std::uint8_t family) noexcept {
  DiagRequest request{};
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = type;
  request.header.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
  request.body.sdiag_family = family;
  request.body.sdiag_protocol = IPPROTO_TCP;
  return request;
}

Result<Fd> open_sock_diag() noexcept {
  Fd line{::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG)};
  if (!line) return failure(errno, "open sock_diag");
  return line;
}

Status ask_sock_diag(int line, const DiagRequest& request) noexcept {
  if (::send(line, &request, sizeof request, 0) < 0) return failure(errno, "ask sock_diag");
  return {};
}

Result<NetlinkMessage> take_message(std::span<const char>& bytes) noexcept {
  NetlinkMessage message{};
  if (!read_head(bytes, message.header) || message.header.nlmsg_len < sizeof message.header ||
      message.header.nlmsg_len > bytes.size()) {
    return failure(EPROTO, kReadSockDiag);
  }
  message.body = take(bytes, message.header.nlmsg_len).subspan(sizeof message.header);
  return message;
}

Status answer_status(const NetlinkMessage& end) noexcept {
  constexpr int kGreatestErrno = 4095;
  int error = 0;  // Negative, or 0 where all went well.
  const bool is_done = end.header.nlmsg_type == NLMSG_DONE;
  const bool whole = end.body.size() >= (is_done ? 0 : sizeof(nlmsgerr));
  if (!whole || (!is_done && end.header.nlmsg_type != NLMSG_ERROR))
    return failure(EPROTO, kReadSockDiag);
  if (!read_head(end.body, error) || error == 0) return {};
  return failure(error < 0 && error >= -kGreatestErrno ? -error : EPROTO, kReadSockDiag);
}

Result<NetlinkAttribute> take_attribute(std::span<const char>& bytes) noexcept {
  nlattr head{};
  if (!read_head(bytes, head) || head.nla_len < sizeof head || head.nla_len > bytes.size()) {
    return failure(EPROTO, kReadSockDiag);
  }
  const auto type = static_cast<std::uint16_t>(head.nla_type & NLA_TYPE_MASK);
  return NetlinkAttribute{type, take(bytes, head.nla_len).subspan(sizeof head)};
}

}  // namespace wsalive::os
