// A packet for a completion port that owns itself: what programs post, and the ends of operations on files.
#pragma once

#include "kernel/completion_port.hpp"

namespace wsalive::win32 {

struct PostedPacket : kernel::Packet {
  explicit PostedPacket(const kernel::PortEntry& what) noexcept {
    entry = what;
    release = [](kernel::Packet& posted) noexcept { delete static_cast<PostedPacket*>(&posted); };
  }
};

}  // namespace wsalive::win32
