// Windows' pages: what they may be used for, by its protections, and where regions begin.
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

/// A use that Windows has no word for answers PAGE_NOACCESS.
[[nodiscard]] constexpr DWORD protection_of(unsigned use) noexcept {
  for (const PageProtection& row : kPageProtections) {
    if (row.use == use) return row.windows;
  }
  return PAGE_NOACCESS;
}

}  // namespace wsalive::win32
