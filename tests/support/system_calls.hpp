// Which system calls a piece of code makes, and what it does when one of them is refused.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace wsalive::test {

/// Runs `code` in a forked child under ptrace. \return the numbers of its system calls in order; nullopt
/// where this machine does not let a process trace its child.
[[nodiscard]] std::optional<std::vector<long>> system_calls_of(const std::function<void()>& code);

/// Calls of which one argument (from 0), as far as `mask` goes, is `value`.
struct ArgumentIs {
  unsigned index;
  std::uint32_t value;
  std::uint32_t mask = ~std::uint32_t{0};
};

/// Makes one system call of the calling process answer `error` from now on, in all cases or in `only`
/// those; no way back, so only in a child. Aborts where the kernel has no seccomp.
void deny_system_call(long number, int error, std::optional<ArgumentIs> only = std::nullopt);

}  // namespace wsalive::test
