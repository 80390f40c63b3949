// While one lives, the process counts as started, as the release, rules and registry
// it names; without one it is not.
#pragma once

#include <cstdint>

#include "kernel/last_error.hpp"
#include "winsock/runtime.hpp"

namespace wsalive::test {

/// The calling thread's last error, below the functions that programs call for it.
[[nodiscard]] inline int last_error() { return static_cast<int>(kernel::last_error()); }
inline void set_last_error(int code) { kernel::set_last_error(static_cast<std::uint32_t>(code)); }

class Started {
 public:
  explicit Started(policy::Release release = policy::kDefaultRelease,
                   policy::Rules rules = policy::Rules::documented,
                   const policy::RegistryValues& registry = {},
                   policy::Precision precision = policy::Precision::exact) {
    refused_ = winsock::runtime().start_up({2, 2}, [&](winsock::Settings& settings) {
      settings.release = release;
      settings.rules = rules;
      settings.registry = registry;
      settings.precision = precision;
      return WsaError::none;
    });
  }
  ~Started() {
    if (refused_ == WsaError::none) static_cast<void>(winsock::runtime().clean_up([] {}));
  }
  Started(const Started&) = delete;
  Started& operator=(const Started&) = delete;

 private:
  WsaError refused_;
};

}  // namespace wsalive::test
