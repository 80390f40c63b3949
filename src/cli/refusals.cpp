#include "cli/refusals.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

namespace wsalive::cli {

std::string bpf_refusal(const SysError& error) {
  switch (error.code) {
    case EPERM:
    case EACCES:
      return "not permitted, it takes CAP_BPF and CAP_NET_ADMIN";
    case ENOENT:
    case EROFS:
      return "no control group of version 2 can be made here";
    case ENOSYS:
      return "this build is without it";
    default:
      return fmt::format("{}: {}", error.attempt, std::strerror(error.code));
  }
}

std::string seccomp_refusal(const SysError& error) {
  const bool is_right = error.code == EPERM || error.code == EACCES;
  return fmt::format("{}, {}", is_right ? "not permitted" : std::strerror(error.code),
                     error.attempt);
}

}  // namespace wsalive::cli
