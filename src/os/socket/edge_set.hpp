// Descriptors that are ready for something that is not waited for: from now on they report only what is new.
//
// poll tells a broken connection again and again, whatever is asked. In this set each descriptor tells every change
// once.
#pragma once

#include "base/fd.hpp"
#include "os/socket/poll.hpp"

namespace wsalive::os {

/// One thread. A descriptor that is closed leaves the set.
class EdgeSet {
 public:
  /// A descriptor that is new here counts as changed. \return false if the host has no room for it.
  [[nodiscard]] bool add(int fd) noexcept;

  /// All changes until now have been seen.
  void drain() noexcept;

  /// To wait for: readable when something has changed. Passed over while nothing was added.
  [[nodiscard]] Watched watched() const noexcept { return {epoll_.get(), kReadable}; }

 private:
  Fd epoll_;
};

}  // namespace wsalive::os
