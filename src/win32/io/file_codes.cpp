#include "win32/io/file_codes.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

namespace wsalive::win32 {
namespace {

struct CodeRow {
  int error;
  DWORD code;
};

constexpr std::array kRows{
    // clang-format off
    CodeRow{ENOENT,       ERROR_FILE_NOT_FOUND},
    CodeRow{ENOTDIR,      ERROR_PATH_NOT_FOUND},
    CodeRow{ELOOP,        ERROR_PATH_NOT_FOUND},
    CodeRow{EACCES,       ERROR_ACCESS_DENIED},
    CodeRow{EPERM,        ERROR_ACCESS_DENIED},
    CodeRow{EISDIR,       ERROR_ACCESS_DENIED},
    CodeRow{EROFS,        ERROR_WRITE_PROTECT},
    CodeRow{EEXIST,       ERROR_FILE_EXISTS},
    CodeRow{ETXTBSY,      ERROR_SHARING_VIOLATION},
    CodeRow{EMFILE,       ERROR_TOO_MANY_OPEN_FILES},
    CodeRow{ENFILE,       ERROR_TOO_MANY_OPEN_FILES},
    CodeRow{ENAMETOOLONG, ERROR_FILENAME_EXCED_RANGE},
    CodeRow{ENOSPC,       ERROR_DISK_FULL},
    CodeRow{EDQUOT,       ERROR_DISK_FULL},
    CodeRow{EFBIG,        ERROR_FILE_TOO_LARGE},
    CodeRow{EFAULT,       ERROR_NOACCESS},
    CodeRow{EPIPE,        ERROR_BROKEN_PIPE},
    CodeRow{EINVAL,       ERROR_INVALID_PARAMETER},
    CodeRow{EBADF,        ERROR_INVALID_HANDLE},
    CodeRow{ENOMEM,       ERROR_NOT_ENOUGH_MEMORY},
    CodeRow{EIO,          ERROR_IO_DEVICE},
    // clang-format on
};

}  // namespace

DWORD file_code(int error) noexcept {
  const auto* const row = std::ranges::find(kRows, error, &CodeRow::error);
  return row != kRows.end() ? row->code : ERROR_GEN_FAILURE;
}

}  // namespace wsalive::win32
