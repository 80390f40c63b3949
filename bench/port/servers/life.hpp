// What the echo servers share: the port is said in a line, and the end of standard input is theirs.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <thread>

namespace wsalive::bench {

inline constexpr std::size_t kRoom = 65'536;  // Of each connection's buffer.

/// Says which port is served, and ends the process with its input.
inline void live_until_input_ends(unsigned port) {
  std::printf("%u\n", port);
  std::fflush(stdout);
  std::thread{[] {
    while (std::getchar() != EOF) {
    }
    std::_Exit(0);
  }}.detach();
}

[[noreturn]] inline void give_up(const char* what) {
  std::fprintf(stderr, "echo server: %s failed\n", what);
  std::_Exit(1);
}

}  // namespace wsalive::bench
