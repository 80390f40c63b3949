// What the kernel takes to send a keep-alive probe over loopback and to hear its answer: what its own
// keep-alive costs too, since it makes the same segment from its timer.
#pragma once

namespace wsalive::bench {

/// Microseconds; 0 where it may not be asked to (CAP_NET_ADMIN over the namespace).
[[nodiscard]] double kernel_probe_us();

}  // namespace wsalive::bench
