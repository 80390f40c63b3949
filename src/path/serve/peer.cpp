#include "path/serve/peer.hpp"

#include <utility>

#include "os/socket/socket_calls.hpp"

namespace wsalive::path::serve {

using os::Endpoint;

Result<Listener> listen_at(const Endpoint& at) {
  constexpr int kTcp = 6;
  constexpr int kBacklog = 64;
  const int made = os::create_socket(at.family, os::SocketType::stream, kTcp);
  if (made < 0) return failure(-made, "socket");
  Fd fd{made};
  os::share_with_ended(fd.get(), os::Share::yes);
  if (const int error = os::bind_socket(fd.get(), os::socket_address_of(at)); error != 0) {
    return failure(-error, "bind");
  }
  if (const int error = os::listen_on(fd.get(), kBacklog); error != 0) {
    return failure(-error, "listen");
  }
  (void)os::set_blocking(fd.get(), os::Blocking::no);
  os::SocketAddress name;
  Endpoint given = at;
  if (os::name_of(fd.get(), os::End::own, name) == 0) given.port = name.port();
  return Listener{std::move(fd), given};
}

}  // namespace wsalive::path::serve
