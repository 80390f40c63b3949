#include "os/address.hpp"

#include <sys/socket.h>

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

}  // namespace wsalive::os
