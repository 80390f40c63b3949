// Memory with an edge: three pages, of which the first can be read and written, the second only read, and
// the third is not there (K-26).
#pragma once

#include <sys/mman.h>

#include <cstddef>

namespace wsalive::test {

class Pages {
 public:
  static constexpr std::size_t kSize = 4096;

  Pages()
      : base_(static_cast<char*>(::mmap(nullptr, 3 * kSize, PROT_READ | PROT_WRITE,
                                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))) {
    ::mprotect(base_ + kSize, kSize, PROT_READ);
    // Not unmapped: the next mapping, a sanitizer's for example, would get the place.
    ::mprotect(base_ + 2 * kSize, kSize, PROT_NONE);
  }
  ~Pages() { ::munmap(base_, 3 * kSize); }
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;

  [[nodiscard]] char* at(std::size_t offset) const { return base_ + offset; }
  /// The last `size` bytes that can be written.
  [[nodiscard]] char* last_writable(std::size_t size) const { return base_ + kSize - size; }
  /// The last `size` bytes that can be read.
  [[nodiscard]] char* last_readable(std::size_t size) const { return base_ + 2 * kSize - size; }
  [[nodiscard]] char* read_only() const { return base_ + kSize; }
  [[nodiscard]] char* absent() const { return base_ + 2 * kSize; }

 private:
  char* base_;
};

}  // namespace wsalive::test
