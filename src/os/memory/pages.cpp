#include "os/memory/pages.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <memory>

#include "base/owned.hpp"

namespace wsalive::os {
namespace {

int protection(unsigned use) noexcept {
  return (use & kRead ? PROT_READ : 0) | (use & kWrite ? PROT_WRITE : 0) |
         (use & kExecute ? PROT_EXEC : 0);
}

std::uintptr_t round_up(std::uintptr_t value, std::size_t alignment) noexcept {
  return (value + alignment - 1) / alignment * alignment;
}

void* as_pointer(std::uintptr_t address) noexcept {
  return reinterpret_cast<void*>(address);  // NOLINT(performance-no-int-to-ptr)
}

}  // namespace

std::size_t page_bytes() noexcept { return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)); }

Result<void*> new_pages(void* at, std::size_t bytes, std::size_t alignment, unsigned use) {
  constexpr int kKind = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
  if (at) {
    void* const got = ::mmap(at, bytes, protection(use), kKind | MAP_FIXED_NOREPLACE, -1, 0);
    if (got == MAP_FAILED) return failure(errno, "mmap");
    if (got == at) return got;
    ::munmap(got, bytes);  // A kernel that does not know the flag.
    return failure(EEXIST, "mmap");
  }
  if (bytes + alignment < bytes) return failure(ENOMEM, "mmap");
  void* const got = ::mmap(nullptr, bytes + alignment, protection(use), kKind, -1, 0);
  if (got == MAP_FAILED) return failure(errno, "mmap");
  const auto from = reinterpret_cast<std::uintptr_t>(got);
  const std::uintptr_t start = round_up(from, alignment);
  const std::uintptr_t end = round_up(start + bytes, page_bytes());
  const std::uintptr_t all_end = round_up(from + bytes + alignment, page_bytes());
  if (start != from) ::munmap(got, start - from);
  if (end != all_end) ::munmap(as_pointer(end), all_end - end);
  return as_pointer(start);
}

Status protect_pages(void* at, std::size_t bytes, unsigned use) noexcept {
  if (::mprotect(at, bytes, protection(use)) != 0) return failure(errno, "mprotect");
  return {};
}

Status empty_pages(void* at, std::size_t bytes) noexcept {
  if (::madvise(at, bytes, MADV_DONTNEED) != 0) return failure(errno, "madvise");
  return protect_pages(at, bytes, kNoUse);
}

void free_pages(void* at, std::size_t bytes) noexcept { ::munmap(at, bytes); }

Result<void*> map_file(int fd, std::uint64_t offset, std::size_t bytes, unsigned use, bool copy) {
  const int kind = copy ? MAP_PRIVATE : MAP_SHARED;
  void* const got = ::mmap(nullptr, bytes, protection(use), kind, fd, static_cast<off_t>(offset));
  if (got == MAP_FAILED) return failure(errno, "mmap");
  return got;
}

std::optional<unsigned> page_use(const void* at) {
  const std::unique_ptr<std::FILE, Releases<std::fclose>> maps{std::fopen("/proc/self/maps", "re")};
  if (!maps) return std::nullopt;
  const auto wanted = reinterpret_cast<std::uintptr_t>(at);
  char line[512];
  while (std::fgets(line, sizeof line, maps.get())) {
    unsigned long from = 0, to = 0;
    char letters[5] = {};
    if (std::sscanf(line, "%lx-%lx %4s", &from, &to, letters) != 3) continue;
    if (wanted < from || wanted >= to) continue;
    return (letters[0] == 'r' ? kRead : 0) | (letters[1] == 'w' ? kWrite : 0) |
           (letters[2] == 'x' ? kExecute : 0);
  }
  return std::nullopt;
}

}  // namespace wsalive::os
