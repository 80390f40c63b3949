#include "cli/refusals.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

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

ExitCode code_for_file(int error) {
  switch (error) {
    case EPERM:
    case EACCES:
    case EROFS:
      return ExitCode::denied;
    case ENOENT:
    case ENOTDIR:
    case EISDIR:
    case ENAMETOOLONG:
    case ELOOP:
      return ExitCode::bad_input;
    default:
      return ExitCode::failed;
  }
}

Failure not_written(std::string attempt, const std::string& file, int error) {
  return {.code = code_for_file(error),
          .attempt = std::move(attempt),
          .subject = file,
          .reason = ::strerrordesc_np(error),
          .remedy = "name a file in a folder that you may write to"};
}

std::string as_root(std::string_view rights, std::string_view otherwise) {
  if (::geteuid() != 0) return fmt::format("run it as root{}", otherwise);
  return fmt::format("this root is without {}, as in a container: run it on the host itself",
                     rights);
}

}  // namespace wsalive::cli
