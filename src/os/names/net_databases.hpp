// Services and protocols by name and by number: from the machine's own files, or, where it has none
// (a small container), the few that Windows machines always have, by IANA's numbers.
//
// Any thread. Names and aliases must match exactly.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace wsalive::os {

struct Service {
  std::string name;
  std::vector<std::string> aliases;
  std::string protocol;    ///< "tcp" or "udp".
  std::uint16_t port = 0;  ///< Host order.
};

struct Protocol {
  std::string name;
  std::vector<std::string> aliases;
  int number = 0;
};

/// A null protocol matches any.
[[nodiscard]] std::optional<Service> service_named(const char* name, const char* protocol);
[[nodiscard]] std::optional<Service> service_on(std::uint16_t port, const char* protocol);

[[nodiscard]] std::optional<Protocol> protocol_named(const char* name);
[[nodiscard]] std::optional<Protocol> protocol_numbered(int number);

}  // namespace wsalive::os
