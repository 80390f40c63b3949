// What a face offers: the measured loops, in the same order for every face.
#pragma once

#include <cstddef>

namespace wsalive::bench {

struct Case {
  const char* name;
  double (*run)(long rounds);  ///< Nanoseconds per round; makes and closes its own sockets.
};

struct Cases {
  const Case* first;
  std::size_t count;

  [[nodiscard]] const Case* begin() const { return first; }
  [[nodiscard]] const Case* end() const { return first + count; }
};

/// The clock of all loops, in nanoseconds: each program chooses its own.
[[nodiscard]] double now_ns();

/// Through Winsock: our library's, or the one of the system that the program is built for.
[[nodiscard]] Cases winsock_cases();
/// Through Linux's own calls.
[[nodiscard]] Cases raw_cases();

}  // namespace wsalive::bench
