// A file's size and pointer, and bringing it to the disk.
#include "kernel/file.hpp"
#include "os/file/data_file.hpp"
#include "os/file/descriptor.hpp"
#include "win32/call.hpp"
#include "win32/io/file_calls.hpp"

#include <cerrno>
#include <optional>

namespace wsalive::win32 {
namespace {

using kernel::File;

/// Calls `use(file)`, which returns a Result. On failure stores the code and returns nullopt.
template <typename Use>
auto with_file(HANDLE handle, DWORD code_of_no_disk, Use use) -> std::optional<std::uint64_t> {
  const auto file = pinned<File>(handle);
  if (!file) {
    kernel::set_last_error(ERROR_INVALID_HANDLE);
    return std::nullopt;
  }
  const Result<std::uint64_t> answer = use(*file);
  if (answer) return *answer;
  const int error = answer.error().code;
  kernel::set_last_error(error == ESPIPE ? code_of_no_disk : file_code(error));
  return std::nullopt;
}

std::optional<std::uint64_t> size_of(HANDLE handle) {
  return with_file(handle, ERROR_INVALID_FUNCTION,
                   [](const File& file) { return os::size_of_file(file.descriptor()); });
}

std::optional<std::uint64_t> move_pointer(HANDLE handle, std::int64_t by, DWORD method) {
  if (method > FILE_END) {
    kernel::set_last_error(ERROR_INVALID_PARAMETER);
    return std::nullopt;
  }
  const auto moved = with_file(handle, ERROR_SEEK_ON_DEVICE, [&](const File& file) {
    return os::seek(file.descriptor(), by, static_cast<os::SeekFrom>(method));
  });
  if (!moved && kernel::last_error() == ERROR_INVALID_PARAMETER) {
    kernel::set_last_error(ERROR_NEGATIVE_SEEK);
  }
  return moved;
}

DWORD low(std::uint64_t value) noexcept { return static_cast<DWORD>(value); }
DWORD high(std::uint64_t value) noexcept { return static_cast<DWORD>(value >> 32); }

/// Calls `act` on a file that may be written.
template <typename Act>
BOOL change(HANDLE handle, Act act) {
  const auto file = pinned<File>(handle);
  if (!file) return fail(ERROR_INVALID_HANDLE);
  if (!file->may(kernel::kWrites)) return fail(ERROR_ACCESS_DENIED);
  const Status done = act(file->descriptor());
  return done ? TRUE : fail(file_code(done.error().code));
}

}  // namespace
}  // namespace wsalive::win32

using namespace wsalive;
using namespace wsalive::win32;

DWORD GetFileSize(HANDLE hFile, LPDWORD lpFileSizeHigh) {
  const auto size = size_of(hFile);
  if (!size) return INVALID_FILE_SIZE;
  if (lpFileSizeHigh) *lpFileSizeHigh = high(*size);
  kernel::set_last_error(NO_ERROR);  // 0xFFFFFFFF may be the answer.
  return low(*size);
}

BOOL GetFileSizeEx(HANDLE hFile, PLARGE_INTEGER lpFileSize) {
  if (!lpFileSize) return fail(ERROR_INVALID_PARAMETER);
  const auto size = size_of(hFile);
  if (!size) return FALSE;
  lpFileSize->QuadPart = static_cast<LONGLONG>(*size);
  return TRUE;
}

DWORD SetFilePointer(HANDLE hFile, LONG lDistanceToMove, PLONG lpDistanceToMoveHigh,
                     DWORD dwMoveMethod) {
  std::int64_t by = lDistanceToMove;
  if (lpDistanceToMoveHigh) {
    by = static_cast<std::int64_t>(*lpDistanceToMoveHigh) << 32 |
         static_cast<std::int64_t>(static_cast<DWORD>(lDistanceToMove));
  }
  const auto before = move_pointer(hFile, 0, FILE_CURRENT);
  const auto place = before ? move_pointer(hFile, by, dwMoveMethod) : before;
  if (!place) return INVALID_SET_FILE_POINTER;
  if (!lpDistanceToMoveHigh && high(*place) != 0) {  // No room for the answer: nothing moves.
    move_pointer(hFile, static_cast<std::int64_t>(*before), FILE_BEGIN);
    return fail(ERROR_INVALID_PARAMETER, INVALID_SET_FILE_POINTER);
  }
  if (lpDistanceToMoveHigh) *lpDistanceToMoveHigh = static_cast<LONG>(high(*place));
  kernel::set_last_error(NO_ERROR);
  return low(*place);
}

BOOL SetFilePointerEx(HANDLE hFile, LARGE_INTEGER liDistanceToMove, PLARGE_INTEGER lpNewFilePointer,
                      DWORD dwMoveMethod) {
  const auto place = move_pointer(hFile, liDistanceToMove.QuadPart, dwMoveMethod);
  if (!place) return FALSE;
  if (lpNewFilePointer) lpNewFilePointer->QuadPart = static_cast<LONGLONG>(*place);
  return TRUE;
}

BOOL SetEndOfFile(HANDLE hFile) {
  return change(hFile, [](int fd) -> Status {
    const auto place = os::seek(fd, 0, os::SeekFrom::current);
    if (!place) return tl::unexpected(place.error());
    return os::set_file_size(fd, *place);
  });
}

BOOL FlushFileBuffers(HANDLE hFile) {
  return change(hFile, [](int fd) -> Status {
    if (os::descriptor_kind(fd) == os::DescriptorKind::pipe) return {};
    return os::sync_file(fd);
  });
}
