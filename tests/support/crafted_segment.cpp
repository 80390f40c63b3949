#include "support/crafted_segment.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "base/owned.hpp"

namespace wsalive::test {
namespace {

using Octets = std::vector<std::uint8_t>;

void append(Octets& to, std::uint32_t value, int octets) {
  for (int i = octets - 1; i >= 0; --i) {
    to.push_back(static_cast<std::uint8_t>(value >> (8 * static_cast<unsigned>(i))));
  }
}

std::uint16_t checksum(const Octets& octets) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < octets.size(); ++i) {
    sum += static_cast<std::uint32_t>(octets[i]) << (i % 2 == 0 ? 8U : 0U);
  }
  while (sum > 0xFFFF) sum = (sum & 0xFFFFU) + (sum >> 16U);
  return static_cast<std::uint16_t>(~sum);
}

Octets tcp_of(const lab::Segment& s, std::string_view payload) {
  Octets tcp;
  append(tcp, s.from.port, 2);
  append(tcp, s.to.port, 2);
  append(tcp, s.seq, 4);
  append(tcp, s.ack, 4);
  append(tcp, 0x5000U | s.flags, 2);
  append(tcp, s.window, 2);
  append(tcp, 0, 4);  // Checksum and urgent pointer.
  tcp.insert(tcp.end(), payload.begin(), payload.end());

  Octets pseudo(s.from.address.begin(), s.from.address.begin() + 4);
  pseudo.insert(pseudo.end(), s.to.address.begin(), s.to.address.begin() + 4);
  append(pseudo, IPPROTO_TCP, 2);
  append(pseudo, static_cast<std::uint32_t>(tcp.size()), 2);
  pseudo.insert(pseudo.end(), tcp.begin(), tcp.end());
  const std::uint16_t sum = checksum(pseudo);
  tcp[16] = static_cast<std::uint8_t>(sum >> 8U);
  tcp[17] = static_cast<std::uint8_t>(sum);
  return tcp;
}

}  // namespace

void send_crafted(const lab::Segment& segment, std::string_view payload) {
  const Fd raw{::socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_TCP)};
  const Octets tcp = tcp_of(segment, payload);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  std::memcpy(&to.sin_addr, segment.to.address.data(), sizeof to.sin_addr);
  if (::sendto(raw.get(), tcp.data(), tcp.size(), 0, reinterpret_cast<sockaddr*>(&to), sizeof to) <
      0) {
    std::perror("test set-up: send a crafted segment");
    std::abort();
  }
}

}  // namespace wsalive::test
