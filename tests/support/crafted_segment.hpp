// Sends a TCP segment that no kernel would: crafted numbers through a raw socket (IPv4).
// Needs CAP_NET_RAW in the namespace in which the calling thread stands.
#pragma once

#include <string_view>

#include "lab/segment.hpp"

namespace wsalive::test {

/// Sends `segment`'s ends, flags, numbers and window with these octets as its payload. A failure
/// ends the test program.
void send_crafted(const lab::Segment& segment, std::string_view payload = {});

}  // namespace wsalive::test
