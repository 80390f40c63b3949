// A copy of another process's descriptor, which is given back without waiting.
//
// Whoever closes the last descriptor of a socket with SO_LINGER waits until its data has been taken, or its time is over. Its
// owner may end while we have a copy: then the last one is ours, and the time is the owner's choice. The kernel lets no thread
// wait that ends. So such a copy goes with a thread that has descriptors of its own.
#pragma once

#include <utility>

#include "base/fd.hpp"

namespace wsalive::attach {

class Borrowed {
 public:
  explicit Borrowed(Fd copy) noexcept : copy_(std::move(copy)) {}
  Borrowed(Borrowed&&) noexcept = default;
  Borrowed& operator=(Borrowed&&) = delete;
  Borrowed(const Borrowed&) = delete;
  Borrowed& operator=(const Borrowed&) = delete;
  ~Borrowed();

  [[nodiscard]] int get() const noexcept { return copy_.get(); }
  /// For who keeps it: not to be done with sockets.
  [[nodiscard]] Fd& descriptor() noexcept { return copy_; }

 private:
  Fd copy_;
};

}  // namespace wsalive::attach
