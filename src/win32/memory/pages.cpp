// VirtualAlloc, VirtualFree, VirtualProtect. A region is what one reservation made: it starts at a
// multiple of 64 KiB and is released whole, so its size is kept here.
#include <map>
#include <mutex>

#include "base/immortal.hpp"
#include "win32/call.hpp"
#include "win32/memory/page_protection.hpp"

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
