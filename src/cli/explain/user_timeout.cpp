#include "cli/explain/user_timeout.hpp"

#include <fmt/format.h>

#include "policy/duration.hpp"

namespace wsalive::cli::explain {

std::string in_place_of_count(policy::Millis user_timeout, std::uint8_t probes) {
  return fmt::format(
      "TCP_USER_TIMEOUT is {}: it takes the place of N = {}. The connection is given up at the "
      "first probe's instant after it.",
      policy::format_duration(user_timeout), probes);
}

std::string data_words(const Scene& scene) {
  const HostPart& host = scene.host;
  const std::string begin =
      "No probe leaves (K-58): retransmission decides, with WSAETIMEDOUT or "
      "ETIMEDOUT. ";
  if (scene.user_timeout == policy::Millis{}) {
    return begin + fmt::format(
                       "On this host that takes {} (tcp_retries2 is {}), unless "
                       "TCP_USER_TIMEOUT says otherwise (--user-timeout).",
                       policy::format_span(host.data), host.retries2);
  }
  return begin + fmt::format(
                     "TCP_USER_TIMEOUT is {}, and bounds it: on this host that takes {}. In "
                     "programs on our library, where it is TCP_MAXRT, it bounds nothing else "
                     "unless the kernel alone was chosen: T, I and N hold beside it (K-76).",
                     policy::format_duration(scene.user_timeout), policy::format_span(host.data));
}

}  // namespace wsalive::cli::explain
