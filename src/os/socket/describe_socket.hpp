// What a descriptor that somebody else made is.
#pragma once

#include "base/result.hpp"
#include "os/socket/address.hpp"
#include "os/socket/socket_calls.hpp"

namespace wsalive::os {

struct SocketDescription {
  Family family = Family::none;
  SocketType type = SocketType::stream;
  bool type_known = true;
  int protocol = 0;
  bool listening = false;
  bool connected = false;
  bool connecting = false;
  bool bound = false;
  bool keep_alive = false;
  Blocking blocking = Blocking::yes;
};

/// ENOTSOCK, EBADF. Any thread.
[[nodiscard]] Result<SocketDescription> describe_socket(int fd) noexcept;

}  // namespace wsalive::os
