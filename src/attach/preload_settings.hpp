// The settings that `wsalive run --via preload` passes to the library inside the program, in one environment variable:
// WSALIVE_RUN="time=1500ms interval=300ms probes=5 force=no listen=yes user=30000ms kernel=no". Parsing is strict.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "attach/kernel_socket.hpp"
#include "policy/timing_in_force.hpp"

namespace wsalive::attach {

inline constexpr const char* kPreloadVariable = "WSALIVE_RUN";

struct PreloadSettings {
  policy::Timing timing;
  Precedence whose = Precedence::program;
  bool connect_only = false;
  std::optional<std::uint32_t> user_timeout_ms{};  ///< TCP_USER_TIMEOUT; nullopt: left alone.
  policy::Precision precision = policy::Precision::exact;  ///< As `run` has it.  K-121

  friend constexpr bool operator==(const PreloadSettings&, const PreloadSettings&) = default;
};

[[nodiscard]] std::string to_text(const PreloadSettings& settings);

/// nullopt unless the text is exactly as `to_text` writes it.
[[nodiscard]] std::optional<PreloadSettings> from_text(std::string_view text);

}  // namespace wsalive::attach
