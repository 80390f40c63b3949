// CreateFile and DeleteFile.
//
// Everything is checked before a file is truncated: a CREATE_ALWAYS that another opener's share mode forbids leaves
// the file as it was.

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <string>

#include "kernel/file.hpp"
#include "kernel/text.hpp"
#include "os/file/data_file.hpp"
#include "os/file/descriptor.hpp"
#include "win32/call.hpp"
#include "win32/io/file_calls.hpp"

namespace wsalive::win32 {
namespace {

using kernel::File;
using os::Existing;

/// What a value of dwCreationDisposition does.
struct Disposition {
  Existing existing;
  bool truncates;
};
constexpr std::array kDispositions{
    // clang-format off
    Disposition{Existing::never,  false},  // CREATE_NEW
    Disposition{Existing::either, true},   // CREATE_ALWAYS
    Disposition{Existing::always, false},  // OPEN_EXISTING
    Disposition{Existing::either, false},  // OPEN_ALWAYS
    Disposition{Existing::always, true},   // TRUNCATE_EXISTING
    // clang-format on
};

struct Device {
  std::string_view name;
  const char* path;
};
constexpr std::array kDevices{
    // clang-format off
    Device{"nul",     "/dev/null"},
    Device{"con",     "/dev/tty"},
    Device{"conin$",  "/dev/tty"},
    Device{"conout$", "/dev/tty"},
    // clang-format on
};

/// The file's name on Linux: slashes for backslashes, and Linux' devices for Windows'.
template <typename Text>
std::string path_of(Text name) {
  std::string path = kernel::utf8(name);
  std::ranges::replace(path, '\\', '/');
  const auto* const device = std::ranges::find(kDevices, kernel::lower(path), &Device::name);
  return device != kDevices.end() ? device->path : path;
}

/// Windows has different codes for a missing folder and a missing file, and for a pipe without a reader and a missing device.
DWORD code_for(const std::string& path, int error) {
  if (error == ENXIO && os::is_named_pipe(path)) return ERROR_PIPE_BUSY;
  const DWORD code = file_code(error);
  const bool no_folder = code == ERROR_FILE_NOT_FOUND && (path.empty() || !os::has_parent(path));
  return no_folder ? ERROR_PATH_NOT_FOUND : code;
}

/// A CreateFile as the program made it.
struct FileWish {
  std::string path;
  DWORD access;
  DWORD share;
  DWORD disposition;
  DWORD flags;

  [[nodiscard]] bool reads() const noexcept {
    return (access & (GENERIC_READ | GENERIC_ALL | FILE_READ_DATA)) != 0;
  }
  [[nodiscard]] bool writes() const noexcept {
    return (access & (GENERIC_WRITE | GENERIC_ALL | FILE_WRITE_DATA)) != 0;
  }
  [[nodiscard]] bool appends() const noexcept { return (access & FILE_APPEND_DATA) != 0; }
  [[nodiscard]] bool deletes() const noexcept {
    return (access & (DELETE | GENERIC_ALL)) != 0 || (flags & FILE_FLAG_DELETE_ON_CLOSE) != 0;
  }
  [[nodiscard]] const Disposition& how() const { return kDispositions.at(disposition - 1); }
};

DWORD check(const FileWish& wish) {
  constexpr DWORD kShares = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
  const bool known = wish.disposition >= CREATE_NEW && wish.disposition <= TRUNCATE_EXISTING;
  if (!known || (wish.share & ~kShares) != 0) return ERROR_INVALID_PARAMETER;
  if (wish.path.empty()) return ERROR_PATH_NOT_FOUND;
  const bool cuts_unwritten = wish.disposition == TRUNCATE_EXISTING && !wish.writes();
  return cuts_unwritten ? ERROR_INVALID_PARAMETER : 0;
}

unsigned access_of(const FileWish& wish) noexcept {
  unsigned use = 0;
  if (wish.reads()) use |= kernel::kReads;
  if (wish.writes() || wish.appends()) use |= kernel::kWrites;
  if (wish.deletes()) use |= kernel::kDeletes;
  return use;
}

/// \return nullopt if the share mode of another opener forbids this one.
std::optional<kernel::FileShare> enter(const FileWish& wish, int fd) {
  if (!os::size_of_file(fd)) return kernel::FileShare{};  // Devices and pipes have no share modes.
  const auto file = os::identity_of(fd);
  if (!file) return std::nullopt;
  auto share = kernel::FileShare::enter(*file, access_of(wish), wish.share);
  if (!share || !os::lock_open_file(fd, wish.share == 0)) return std::nullopt;
  return share;
}

HANDLE refuse(DWORD code) { return fail<HANDLE>(code, INVALID_HANDLE_VALUE); }

HANDLE open(const FileWish& wish, const SECURITY_ATTRIBUTES* attributes) {
  if (const DWORD bad = check(wish)) return refuse(bad);
  const Disposition& how = wish.how();
  auto opened =
      os::open_data_file(wish.path, {.existing = how.existing,
                                     .reads = wish.reads(),
                                     .writes = wish.writes() || how.truncates,
                                     .appends = wish.appends(),
                                     .synced = (wish.flags & FILE_FLAG_WRITE_THROUGH) != 0});
  if (!opened) return refuse(code_for(wish.path, opened.error().code));
  auto share = enter(wish, opened->fd.get());
  if (!share) return refuse(ERROR_SHARING_VIOLATION);
  if (how.truncates && opened->existed && os::size_of_file(opened->fd.get())) {
    if (const auto cut = os::set_file_size(opened->fd.get(), 0); !cut) {
      return refuse(file_code(cut.error().code));
    }
  }
  const bool existed = opened->existed;
  const kernel::FileTraits traits{.use = static_cast<std::uint8_t>(access_of(wish)),
                                  .overlapped = (wish.flags & FILE_FLAG_OVERLAPPED) != 0,
                                  .appends = wish.appends() && !wish.writes()};
  const auto file = kernel::make<File>(std::move(opened->fd), traits, std::move(*share));
  if ((wish.flags & FILE_FLAG_DELETE_ON_CLOSE) != 0) file->delete_on_close(wish.path);
  const HANDLE handle = open_handle(file, attributes);
  if (!handle) return INVALID_HANDLE_VALUE;
  if (how.existing == Existing::either) {
    kernel::set_last_error(existed ? ERROR_ALREADY_EXISTS : ERROR_SUCCESS);
  }
  return handle;
}

template <typename Text>
HANDLE create_file(Text name, DWORD access, DWORD share, const SECURITY_ATTRIBUTES* attributes,
                   DWORD disposition, DWORD flags) {
  return guarded<HANDLE>(INVALID_HANDLE_VALUE, [&] {
    return open({path_of(name), access, share, disposition, flags}, attributes);
  });
}

template <typename Text>
BOOL delete_file(Text name) {
  return guarded(FALSE, [&]() -> BOOL {
    const std::string path = path_of(name);
    const auto file = os::identity_of(path);
    if (file && !kernel::may_delete(*file)) return fail(ERROR_SHARING_VIOLATION);
    const auto removed = os::remove_file(path);
    return removed ? TRUE : fail(code_for(path, removed.error().code));
  });
}

}  // namespace
}  // namespace wsalive::win32

using namespace wsalive::win32;

HANDLE CreateFileA(LPCSTR lpFileName, DWORD dwDesiredAccess, DWORD dwShareMode,
                   LPSECURITY_ATTRIBUTES lpSecurityAttributes, DWORD dwCreationDisposition,
                   DWORD dwFlagsAndAttributes, HANDLE /*hTemplateFile*/) {
  return create_file(lpFileName, dwDesiredAccess, dwShareMode, lpSecurityAttributes,
                     dwCreationDisposition, dwFlagsAndAttributes);
}

HANDLE CreateFileW(LPCWSTR lpFileName, DWORD dwDesiredAccess, DWORD dwShareMode,
                   LPSECURITY_ATTRIBUTES lpSecurityAttributes, DWORD dwCreationDisposition,
                   DWORD dwFlagsAndAttributes, HANDLE /*hTemplateFile*/) {
  return create_file(lpFileName, dwDesiredAccess, dwShareMode, lpSecurityAttributes,
                     dwCreationDisposition, dwFlagsAndAttributes);
}

BOOL DeleteFileA(LPCSTR lpFileName) { return delete_file(lpFileName); }
BOOL DeleteFileW(LPCWSTR lpFileName) { return delete_file(lpFileName); }

// Pipes without a name.

namespace wsalive::win32 {
namespace {

HANDLE open_end(Fd end, kernel::FileUse use, const SECURITY_ATTRIBUTES* attributes) {
  return open_handle(kernel::make<kernel::File>(std::move(end), kernel::FileTraits{.use = use}),
                     attributes);
}

}  // namespace
}  // namespace wsalive::win32

using namespace wsalive;
using namespace wsalive::win32;

BOOL CreatePipe(PHANDLE hReadPipe, PHANDLE hWritePipe, LPSECURITY_ATTRIBUTES lpPipeAttributes,
                DWORD nSize) {
  if (!hReadPipe || !hWritePipe) return fail(ERROR_INVALID_PARAMETER);
  return guarded(FALSE, [&]() -> BOOL {
    auto ends = os::make_pipe(nSize);
    if (!ends) return fail(file_code(ends.error().code));
    const HANDLE read = open_end(std::move(ends->read), kernel::kReads, lpPipeAttributes);
    if (!read) return FALSE;
    const HANDLE write = open_end(std::move(ends->write), kernel::kWrites, lpPipeAttributes);
    if (!write) {
      CloseHandle(read);
      return fail(ERROR_NOT_ENOUGH_MEMORY);
    }
    *hReadPipe = read;
    *hWritePipe = write;
    return TRUE;
  });
}

BOOL PeekNamedPipe(HANDLE hNamedPipe, LPVOID lpBuffer, DWORD nBufferSize, LPDWORD lpBytesRead,
                   LPDWORD lpTotalBytesAvail, LPDWORD lpBytesLeftThisMessage) {
  const auto pipe = pinned<kernel::File>(hNamedPipe);
  if (!pipe) return fail(ERROR_INVALID_HANDLE);
  if (!pipe->may(kernel::kReads)) return fail(ERROR_ACCESS_DENIED);
  const int fd = pipe->descriptor();
  if (os::descriptor_kind(fd) != os::DescriptorKind::pipe) return fail(ERROR_INVALID_FUNCTION);
  const auto waiting = os::octets_in(fd);
  if (!waiting) return fail(file_code(waiting.error().code));
  std::size_t copied = 0;
  if (lpBuffer && nBufferSize != 0 && *waiting != 0) {
    const auto seen = os::peek_pipe(fd, lpBuffer, nBufferSize);
    if (!seen) return fail(file_code(seen.error().code));
    copied = *seen;
  }
  if (lpBytesRead) *lpBytesRead = static_cast<DWORD>(copied);
  if (lpTotalBytesAvail) *lpTotalBytesAvail = static_cast<DWORD>(*waiting);
  if (lpBytesLeftThisMessage) *lpBytesLeftThisMessage = 0;  // A stream of octets has no messages.
  return TRUE;
}
