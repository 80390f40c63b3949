// A file behind a handle: the standard handles. It does not own its descriptor, as the program's C
// library does.
#pragma once

#include "kernel/object.hpp"

namespace wsalive::kernel {

class File final : public Object {
 public:
  static constexpr Kind kKind = Kind::file;

  explicit File(int descriptor) noexcept : Object(kKind), descriptor_(descriptor) {}

  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

 private:
  const int descriptor_;
};

}  // namespace wsalive::kernel
