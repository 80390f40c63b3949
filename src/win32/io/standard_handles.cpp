// The standard handles and plain reading and writing of them.
#include "kernel/file.hpp"
#include "kernel/text.hpp"
#include "os/file/descriptor.hpp"
#include "win32/call.hpp"

#include <array>
#include <mutex>
#include <span>

namespace wsalive::win32 {
namespace {

using kernel::File;

/// Made when first asked for, and open for as long as the process lives.
HANDLE standard_handle(int descriptor) {
  static std::mutex mutex;
  static std::array<HANDLE, 3> made{};
  const std::lock_guard lock{mutex};
  HANDLE& handle = made.at(static_cast<std::size_t>(descriptor));
  if (!handle) {
    handle = open_handle(kernel::make<File>(descriptor));
    SetHandleInformation(handle, HANDLE_FLAG_PROTECT_FROM_CLOSE, HANDLE_FLAG_PROTECT_FROM_CLOSE);
  }
  return handle;
}

DWORD type_of(os::DescriptorKind kind) noexcept {
  switch (kind) {
    case os::DescriptorKind::disk:
      return FILE_TYPE_DISK;
    case os::DescriptorKind::character:
      return FILE_TYPE_CHAR;
    case os::DescriptorKind::pipe:
      return FILE_TYPE_PIPE;
    default:
      return FILE_TYPE_UNKNOWN;
  }
}

template <typename Character>
BOOL write_console(HANDLE console, const void* buffer, DWORD count, LPDWORD written) {
  const auto file = pinned<File>(console);
  if (!file) return fail(ERROR_INVALID_HANDLE);
  if (!buffer && count != 0) return fail(ERROR_INVALID_PARAMETER);
  return guarded(FALSE, [&]() -> BOOL {
    const std::basic_string_view<Character> given{static_cast<const Character*>(buffer), count};
    const std::string text = kernel::utf8_of(given);
    if (!os::write_all(file->descriptor(), std::as_bytes(std::span{text}))) {
      return fail(ERROR_INVALID_HANDLE);
    }
    if (written) *written = count;
    return TRUE;
  });
}

}  // namespace
}  // namespace wsalive::win32

using namespace wsalive;
using namespace wsalive::win32;

HANDLE GetStdHandle(DWORD nStdHandle) {
  const DWORD descriptor = STD_INPUT_HANDLE - nStdHandle;
  if (descriptor > 2) return fail<HANDLE>(ERROR_INVALID_HANDLE, INVALID_HANDLE_VALUE);
  const auto number = static_cast<int>(descriptor);
  if (os::descriptor_kind(number) == os::DescriptorKind::closed) return nullptr;
  return guarded<HANDLE>(INVALID_HANDLE_VALUE, [&] { return standard_handle(number); });
}

DWORD GetFileType(HANDLE hFile) {
  const auto file = pinned<kernel::File>(hFile);
  if (!file) return fail(ERROR_INVALID_HANDLE, DWORD{FILE_TYPE_UNKNOWN});
  kernel::set_last_error(ERROR_SUCCESS);  // "Unknown" may be the answer.
  return type_of(os::descriptor_kind(file->descriptor()));
}

BOOL WriteConsoleA(HANDLE hConsoleOutput, const void* lpBuffer, DWORD nNumberOfCharsToWrite,
                   LPDWORD lpNumberOfCharsWritten, LPVOID /*lpReserved*/) {
  return write_console<char>(hConsoleOutput, lpBuffer, nNumberOfCharsToWrite,
                             lpNumberOfCharsWritten);
}

BOOL WriteConsoleW(HANDLE hConsoleOutput, const void* lpBuffer, DWORD nNumberOfCharsToWrite,
                   LPDWORD lpNumberOfCharsWritten, LPVOID /*lpReserved*/) {
  return write_console<wchar_t>(hConsoleOutput, lpBuffer, nNumberOfCharsToWrite,
                                lpNumberOfCharsWritten);
}
