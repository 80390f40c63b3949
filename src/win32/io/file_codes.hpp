// Win32's codes for what Linux answers about files.
#pragma once

#include "base/result.hpp"
#include "win32/call.hpp"

namespace wsalive::win32 {

[[nodiscard]] DWORD file_code(int error) noexcept;

}  // namespace wsalive::win32
