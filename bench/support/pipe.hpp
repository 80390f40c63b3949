// Both ends of a pipe, closed over exec.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <array>

#include "base/owned.hpp"

namespace wsalive::bench {

struct Pipe {
  Fd out;
  Fd in;
};

/// Two empty ends where the host refuses.
[[nodiscard]] inline Pipe make_pipe() {
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return {};
  return {Fd{ends[0]}, Fd{ends[1]}};
}

}  // namespace wsalive::bench
