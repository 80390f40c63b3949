// Keep-alive values in the words that every command uses.
#pragma once

#include <string>

#include "os/tcp/keepalive_values.hpp"
#include "policy/kernel_fit.hpp"

namespace wsalive::cli {

/// "after 45s of silence, every 5s, 5 times"
[[nodiscard]] std::string in_words(const policy::Timing& timing);

/// "45s +5s x5"
[[nodiscard]] std::string in_short(const policy::Timing& timing);

/// The same of a kernel's socket, or "off".
[[nodiscard]] std::string in_short(const os::KernelKeepAlive& values);

/// "the kernel keeps whole seconds; wanted after 45.5s of silence, ...", or empty where nothing was rounded.
[[nodiscard]] std::string rounding_note(const policy::Timing& wanted, const policy::KernelFit& fit);

}  // namespace wsalive::cli
