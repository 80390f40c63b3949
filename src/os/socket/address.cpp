#include "os/socket/address.hpp"

#include <sys/socket.h>

#include <algorithm>

namespace wsalive::os {

int linux_family(Family family) noexcept {
  switch (family) {
    case Family::ipv4:
      return AF_INET;
    case Family::ipv6:
      return AF_INET6;
    case Family::local:
      return AF_UNIX;
    case Family::none:
      break;
  }
  return AF_UNSPEC;
}

Family family_of(int linux_number) noexcept {
  switch (linux_number) {
    case AF_INET:
      return Family::ipv4;
    case AF_INET6:
      return Family::ipv6;
    case AF_UNIX:
      return Family::local;
    default:
      return Family::none;
  }
}

Endpoint unmapped(Endpoint endpoint) noexcept {
  constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (endpoint.family != Family::ipv6 ||
      !std::equal(kMapped.begin(), kMapped.end(), endpoint.address.begin())) {
    return endpoint;
  }
  Endpoint four;
  four.family = Family::ipv4;
  four.port = endpoint.port;
  std::copy(endpoint.address.begin() + 12, endpoint.address.end(), four.address.begin());
  return four;
}

}  // namespace wsalive::os
