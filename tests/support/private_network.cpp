#include "support/private_network.hpp"

#include <cstring>

namespace wsalive::test {

const std::string& enter_private_network() {
  static const std::string denied = [] {
    const Status entered = lab::enter_private_namespaces();
    if (entered) return std::string{};
    return std::string{entered.error().attempt} + ": " + std::strerror(entered.error().code);
  }();
  return denied;
}

}  // namespace wsalive::test
