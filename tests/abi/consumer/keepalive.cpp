// A consumer of the C++ face at any language level from C++17 on; says which kind of result it was given.
#include <wsalive/keepalive.hpp>

#include <cstdio>
#include <type_traits>

static const char* kind() {
#if defined(__cpp_lib_expected)
  static_assert(std::is_same_v<wsalive::Expected<int>, std::expected<int, std::error_code>>);
  return "std";
#else
  static_assert(std::is_same_v<wsalive::Expected<int>, tl::expected<int, std::error_code>>);
  return "tl";
#endif
}

#ifdef PART_OF_A_PROGRAM
void ask()
#else
int main()
#endif
{
  wsalive::KeepAlive wanted;
  wanted.probes = 3;
  const auto refused = wsalive::set_keep_alive(-1, wanted);
  const auto stopped = wsalive::stop_keep_alive(-1);
  const auto found = wsalive::keep_alive_in_force(-1);
  const auto events = wsalive::timeline(wanted);
  std::printf("%s::expected: errors %d %d %d, %zu events\n", kind(), refused.error().value(),
              stopped.error().value(), found.error().value(), events->size());
#ifndef PART_OF_A_PROGRAM
  return 0;
#endif
}
