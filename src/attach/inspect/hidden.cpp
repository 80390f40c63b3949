#include "attach/inspect/hidden.hpp"

#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <sstream>
#include <string>

#include "os/file/file.hpp"

namespace wsalive::attach {
namespace {

std::string file_of(pid_t process, const char* name) {
  return fmt::format("/proc/{}/{}", process, name);
}

/// A file below /proc/PID/net is another one in each namespace; 0: it cannot be seen.
ino_t network_file_of(pid_t process) {
  struct stat status {};
  return ::stat(file_of(process, "net/dev").c_str(), &status) == 0 ? status.st_ino : 0;
}

}  // namespace

bool may_have_sockets(pid_t process) {
  constexpr std::uint32_t kKernelThread = 0x00200000;  // PF_KTHREAD
  const std::string text = os::read_file(file_of(process, "stat")).value_or("");
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return false;
  std::istringstream rest{text.substr(name_end + 1)};
  char state = 0;
  std::array<long, 5> skipped{};  // Parent, group, session, terminal and its group.
  std::uint32_t flags = 0;
  rest >> state;
  for (long& each : skipped) rest >> each;
  rest >> flags;
  const bool has_ended = state == 'Z' || state == 'X';
  return rest && !has_ended && (flags & kKernelThread) == 0;
}

bool are_in_one_network(pid_t one, pid_t other) {
  const ino_t network = network_file_of(one);
  return network != 0 && network == network_file_of(other);
}

bool has_tcp_in_network(pid_t process) {
  constexpr std::array kTables{"net/tcp", "net/tcp6"};
  return std::ranges::any_of(kTables, [process](const char* table) {
    const std::string text = os::read_file(file_of(process, table)).value_or("");
    return std::ranges::count(text, '\n') > 1;  // Behind the heading.
  });
}

}  // namespace wsalive::attach
