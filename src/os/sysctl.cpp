#include "os/sysctl.hpp"

#include <fstream>
#include <string>

namespace wsalive::os {

std::optional<long> sysctl_number(std::string_view name) {
  std::ifstream file{"/proc/sys/" + std::string{name}};
  long value = 0;
  return file >> value ? std::optional{value} : std::nullopt;
}

}  // namespace wsalive::os
