// Shared memory by CreateFileMapping and MapViewOfFile. A view stays good after its mapping's handle is
// closed; its size is kept here for UnmapViewOfFile.
#include <map>
#include <mutex>

#include "kernel/file_mapping.hpp"
#include "os/memory/pages.hpp"
#include "win32/call.hpp"
#include "win32/memory/page_protection.hpp"
#include "win32/sync/object_names.hpp"

namespace wsalive::win32 {
namespace {

struct Views {
  std::mutex mutex;
  std::map<const void*, std::size_t> sizes;
};

Views& views() {
  static Views& all = *new Views;
  return all;
}

template <typename Text>
HANDLE create_mapping_object(HANDLE file, const SECURITY_ATTRIBUTES* attributes, DWORD protection,
                             std::uint64_t bytes, Text name) {
  if (file != INVALID_HANDLE_VALUE) return fail<HANDLE>(ERROR_INVALID_HANDLE, nullptr);
  const bool known =
      protection == PAGE_READONLY || protection == PAGE_READWRITE || protection == PAGE_WRITECOPY;
  if (bytes == 0 || !known) return fail<HANDLE>(ERROR_INVALID_PARAMETER, nullptr);
  return guarded<HANDLE>(nullptr, [&]() -> HANDLE {
    std::string text = kernel::utf8(name);
    if (const DWORD refused = check_name(text)) return fail<HANDLE>(refused, nullptr);
    return hand_out(kernel::create_mapping(text, bytes), attributes);
  });
}

std::uint64_t joined(DWORD high, DWORD low) noexcept { return std::uint64_t{high} << 32 | low; }

LPVOID map(const os::NamedMemory& memory, DWORD access, std::uint64_t offset, std::size_t bytes) {
  if (offset % kGranularity != 0) return fail<LPVOID>(ERROR_MAPPED_ALIGNMENT, nullptr);
  if (offset >= memory.data_bytes() || bytes > memory.data_bytes() - offset) {
    return fail<LPVOID>(ERROR_ACCESS_DENIED, nullptr);
  }
  if (bytes == 0) bytes = memory.data_bytes() - offset;
  const bool copy = access == FILE_MAP_COPY;
  const bool writes = copy || (access & FILE_MAP_WRITE);
  const unsigned use = os::kRead | (writes ? os::kWrite : 0);
  const auto view =
      os::map_file(memory.fd(), os::NamedMemory::kHeaderBytes + offset, bytes, use, copy);
  if (!view) return fail<LPVOID>(ERROR_NOT_ENOUGH_MEMORY, nullptr);
  Views& all = views();
  const std::lock_guard lock{all.mutex};
  all.sizes[*view] = bytes;
  return *view;
}

}  // namespace
}  // namespace wsalive::win32

using namespace wsalive;
using namespace wsalive::win32;

HANDLE CreateFileMappingA(HANDLE hFile, LPSECURITY_ATTRIBUTES lpFileMappingAttributes,
                          DWORD flProtect, DWORD dwMaximumSizeHigh, DWORD dwMaximumSizeLow,
                          LPCSTR lpName) {
  return create_mapping_object(hFile, lpFileMappingAttributes, flProtect,
                               joined(dwMaximumSizeHigh, dwMaximumSizeLow), lpName);
}

HANDLE CreateFileMappingW(HANDLE hFile, LPSECURITY_ATTRIBUTES lpFileMappingAttributes,
                          DWORD flProtect, DWORD dwMaximumSizeHigh, DWORD dwMaximumSizeLow,
                          LPCWSTR lpName) {
  return create_mapping_object(hFile, lpFileMappingAttributes, flProtect,
                               joined(dwMaximumSizeHigh, dwMaximumSizeLow), lpName);
}

HANDLE OpenFileMappingA(DWORD /*dwDesiredAccess*/, BOOL bInheritHandle, LPCSTR lpName) {
  return open_by_name(lpName, kernel::Kind::file_mapping, bInheritHandle);
}

HANDLE OpenFileMappingW(DWORD /*dwDesiredAccess*/, BOOL bInheritHandle, LPCWSTR lpName) {
  return open_by_name(lpName, kernel::Kind::file_mapping, bInheritHandle);
}

LPVOID MapViewOfFile(HANDLE hFileMappingObject, DWORD dwDesiredAccess, DWORD dwFileOffsetHigh,
                     DWORD dwFileOffsetLow, SIZE_T dwNumberOfBytesToMap) {
  const auto mapping = pinned<kernel::FileMapping>(hFileMappingObject);
  if (!mapping) return fail<LPVOID>(ERROR_INVALID_HANDLE, nullptr);
  return guarded<LPVOID>(nullptr, [&] {
    return map(mapping->memory(), dwDesiredAccess, joined(dwFileOffsetHigh, dwFileOffsetLow),
               dwNumberOfBytesToMap);
  });
}

BOOL UnmapViewOfFile(LPCVOID lpBaseAddress) {
  Views& all = views();
  const std::lock_guard lock{all.mutex};
  const auto view = all.sizes.find(lpBaseAddress);
  if (view == all.sizes.end()) return fail(ERROR_INVALID_ADDRESS);
  os::free_pages(const_cast<void*>(lpBaseAddress), view->second);
  all.sizes.erase(view);
  return TRUE;
}
