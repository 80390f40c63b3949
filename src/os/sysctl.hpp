// Switches of the kernel, as they stand below /proc/sys.
#pragma once

#include <optional>
#include <string_view>

namespace wsalive::os {

/// A number, by its path there: "kernel/yama/ptrace_scope". nullopt where the kernel has no such switch, or shows none.
[[nodiscard]] std::optional<long> sysctl_number(std::string_view name);

}  // namespace wsalive::os
