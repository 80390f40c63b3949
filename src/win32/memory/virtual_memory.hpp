// Windows' pages: their protections and what these allow, and where regions begin.
#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "os/memory/pages.hpp"
#include "windows.h"

namespace wsalive::win32 {

/// A region and a view begin at a multiple of this, and so does what a view shows of its file.
inline constexpr std::size_t kGranularity = 0x10000;

struct PageProtection {
  DWORD windows;
  unsigned use;
};

inline constexpr std::array kPageProtections{
    // clang-format off
    PageProtection{PAGE_NOACCESS,          os::kNoUse},
    PageProtection{PAGE_READONLY,          os::kRead},
    PageProtection{PAGE_READWRITE,         os::kRead | os::kWrite},
    PageProtection{PAGE_EXECUTE,           os::kExecute},
    PageProtection{PAGE_EXECUTE_READ,      os::kRead | os::kExecute},
    PageProtection{PAGE_EXECUTE_READWRITE, os::kRead | os::kWrite | os::kExecute},
    // clang-format on
};

[[nodiscard]] constexpr std::optional<unsigned> use_of(DWORD protection) noexcept {
  for (const PageProtection& row : kPageProtections) {
    if (row.windows == protection) return row.use;
  }
  return std::nullopt;
}

/// PAGE_NOACCESS for a use for which Windows has no protection.
[[nodiscard]] constexpr DWORD protection_of(unsigned use) noexcept {
  for (const PageProtection& row : kPageProtections) {
    if (row.use == use) return row.windows;
  }
  return PAGE_NOACCESS;
}

}  // namespace wsalive::win32
