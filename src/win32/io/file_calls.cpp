#include "win32/io/file_calls.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>

#include "os/file/data_file.hpp"
#include "os/file/descriptor.hpp"
#include "winsock/overlapped/operation_end.hpp"

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

namespace {

std::uint64_t place_in(const OVERLAPPED& overlapped) noexcept {
  return std::uint64_t{overlapped.OffsetHigh} << 32 | overlapped.Offset;
}

}  // namespace

DWORD code_of_socket(int error) noexcept {
  if (error == WSAENOTSOCK) return ERROR_INVALID_HANDLE;
  return winsock::win32_error_of(winsock::status_of(static_cast<WsaError>(error)));
}

Ended move_octets(const kernel::File& file, const Octets& octets, Way way) {
  constexpr std::uint64_t kAtTheEnd = ~std::uint64_t{0};
  const int fd = file.descriptor();
  const bool placed = octets.overlapped && os::size_of_file(fd) && !file.traits().appends;
  std::optional<std::uint64_t> place;
  if (placed) place = place_in(*octets.overlapped);
  if (place == kAtTheEnd && way == Way::write) place = os::size_of_file(fd).value_or(0);
  if (place && *place > static_cast<std::uint64_t>(INT64_MAX)) return {ERROR_INVALID_PARAMETER, 0};
  const auto moved = way == Way::read ? os::read_file_at(fd, octets.buffer, octets.size, place)
                                      : os::write_file_at(fd, octets.buffer, octets.size, place);
  if (!moved) return {file_code(moved.error().code), 0};
  const bool at_end = way == Way::read && *moved == 0 && octets.size != 0;
  if (at_end && place) return {ERROR_HANDLE_EOF, 0};
  if (at_end && os::descriptor_kind(fd) == os::DescriptorKind::pipe) return {ERROR_BROKEN_PIPE, 0};
  // Also moves a synchronous handle's pointer, as Microsoft documents it.
  if (place && !file.traits().overlapped) {
    static_cast<void>(
        os::seek(fd, static_cast<std::int64_t>(*place + *moved), os::SeekFrom::begin));
  }
  return {0, static_cast<DWORD>(*moved)};
}

}  // namespace wsalive::win32
