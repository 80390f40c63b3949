// Pipes without a name.
#include "kernel/file.hpp"
#include "os/file/data_file.hpp"
#include "os/file/descriptor.hpp"
#include "win32/call.hpp"
#include "win32/io/file_codes.hpp"

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
