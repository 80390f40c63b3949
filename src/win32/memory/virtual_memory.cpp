// VirtualAlloc, VirtualFree, VirtualProtect. A region is what one reservation made: it starts at a
// multiple of 64 KiB and is released whole, so its size is kept here.

#include "win32/memory/virtual_memory.hpp"

#include <map>
#include <mutex>

#include "base/immortal.hpp"
#include "kernel/named.hpp"
#include "os/memory/pages.hpp"
#include "win32/call.hpp"
#include "win32/sync/object_names.hpp"

namespace wsalive::win32 {
namespace {

struct Regions {
  std::mutex mutex;
  std::map<std::uintptr_t, std::size_t> sizes;
};

Regions& regions() {
  static Regions& all = *new Regions;  // Programs may free until the very end.
  return all;
}

/// Whole pages that hold `bytes` from `at` on.
struct Range {
  std::uintptr_t start;
  std::size_t bytes;

  [[nodiscard]] void* address() const noexcept { return handle_of(start); }
};

Range whole_pages(const void* at, std::size_t bytes) noexcept {
  const std::size_t page = os::page_bytes();
  const auto from = reinterpret_cast<std::uintptr_t>(at);
  const std::uintptr_t start = from / page * page;
  return {start, (from + bytes - start + page - 1) / page * page};
}

/// Whether a range lies inside one region. Under the lock.
bool is_reserved(const Regions& all, const Range& range) {
  auto next = all.sizes.upper_bound(range.start);
  if (next == all.sizes.begin()) return false;
  const auto& [start, bytes] = *--next;
  return range.start + range.bytes <= start + bytes;
}

LPVOID reserve(Regions& all, void* at, std::size_t bytes, unsigned use) {
  const auto wanted = reinterpret_cast<std::uintptr_t>(at) / kGranularity * kGranularity;
  const Range range = whole_pages(at, bytes);
  const std::size_t whole = at ? range.start + range.bytes - wanted : range.bytes;
  const auto got = os::new_pages(handle_of(wanted), whole, kGranularity, use);
  if (!got) return fail<LPVOID>(at ? ERROR_INVALID_ADDRESS : ERROR_NOT_ENOUGH_MEMORY, nullptr);
  all.sizes[reinterpret_cast<std::uintptr_t>(*got)] = whole;
  return *got;
}

LPVOID commit(const Regions& all, const void* at, std::size_t bytes, unsigned use) {
  const Range range = whole_pages(at, bytes);
  if (!is_reserved(all, range)) return fail<LPVOID>(ERROR_INVALID_ADDRESS, nullptr);
  if (!os::protect_pages(range.address(), range.bytes, use)) {
    return fail<LPVOID>(ERROR_NOT_ENOUGH_MEMORY, nullptr);
  }
  return range.address();
}

LPVOID allocate(LPVOID at, SIZE_T bytes, DWORD type, DWORD protection) {
  const auto use = use_of(protection);
  const bool known = type != 0 && (type & ~DWORD{MEM_COMMIT | MEM_RESERVE}) == 0;
  if (bytes == 0 || !known || !use) return fail<LPVOID>(ERROR_INVALID_PARAMETER, nullptr);
  Regions& all = regions();
  const std::lock_guard lock{all.mutex};
  if (!(type & MEM_RESERVE) && at) return commit(all, at, bytes, *use);
  return reserve(all, at, bytes, type & MEM_COMMIT ? *use : os::kNoUse);
}

BOOL release(Regions& all, void* at) {
  const auto region = all.sizes.find(reinterpret_cast<std::uintptr_t>(at));
  if (region == all.sizes.end()) return fail(ERROR_INVALID_ADDRESS);
  os::free_pages(at, region->second);
  all.sizes.erase(region);
  return TRUE;
}

}  // namespace
}  // namespace wsalive::win32

using namespace wsalive;
using namespace wsalive::win32;

LPVOID VirtualAlloc(LPVOID lpAddress, SIZE_T dwSize, DWORD flAllocationType, DWORD flProtect) {
  return guarded<LPVOID>(nullptr,
                         [&] { return allocate(lpAddress, dwSize, flAllocationType, flProtect); });
}

BOOL VirtualFree(LPVOID lpAddress, SIZE_T dwSize, DWORD dwFreeType) {
  Regions& all = regions();
  const std::lock_guard lock{all.mutex};
  if (dwFreeType == MEM_RELEASE) {
    return dwSize == 0 ? release(all, lpAddress) : fail(ERROR_INVALID_PARAMETER);
  }
  if (dwFreeType != MEM_DECOMMIT) return fail(ERROR_INVALID_PARAMETER);
  Range range = whole_pages(lpAddress, dwSize);
  if (dwSize == 0) {
    const auto region = all.sizes.find(range.start);
    if (region == all.sizes.end()) return fail(ERROR_INVALID_ADDRESS);
    range.bytes = region->second;
  }
  if (!is_reserved(all, range)) return fail(ERROR_INVALID_ADDRESS);
  return succeed_if(os::empty_pages(range.address(), range.bytes).has_value(),
                    ERROR_INVALID_ADDRESS);
}

BOOL VirtualProtect(LPVOID lpAddress, SIZE_T dwSize, DWORD flNewProtect, PDWORD lpflOldProtect) {
  const auto use = use_of(flNewProtect);
  if (!use || dwSize == 0) return fail(ERROR_INVALID_PARAMETER);
  if (!lpflOldProtect) return fail(ERROR_NOACCESS);
  const Range range = whole_pages(lpAddress, dwSize);
  const auto before = os::page_use(range.address());
  if (!before || !os::protect_pages(range.address(), range.bytes, *use)) {
    return fail(ERROR_INVALID_ADDRESS);
  }
  *lpflOldProtect = protection_of(*before);
  return TRUE;
}

// Shared memory by CreateFileMapping and MapViewOfFile. A view stays good after its mapping's handle is
// closed; its size is kept here for UnmapViewOfFile.

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
