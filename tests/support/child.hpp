// Part of a test that must run in a process of its own, or without root's rights.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

namespace wsalive::test {

/// Starts `body` in a child, which ends with what it returns (0 to 255). Call before any thread starts.
template <typename Body>
pid_t start_child(const Body& body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body());
  return child;
}

/// The exit status of a child; -1 if it ended otherwise.
inline int finish_child(pid_t child) {
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child || !WIFEXITED(status)) return -1;
  return WEXITSTATUS(status);
}

/// Runs `body` in a child that is an ordinary user, also where the test runs as root.
template <typename Body>
int as_ordinary_user(const Body& body) {
  return finish_child(start_child([&] {
    constexpr uid_t kNobody = 65534;
    if (::geteuid() == 0 && (::setresgid(kNobody, kNobody, kNobody) != 0 ||
                             ::setresuid(kNobody, kNobody, kNobody) != 0)) {
      return 255;
    }
    return body();
  }));
}

/// Not where root is the only user that a user namespace has.
inline bool has_ordinary_user() {
  return as_ordinary_user([] { return 0; }) == 0;
}
constexpr const char* kNoOrdinaryUser = "another user is not to be had here";

}  // namespace wsalive::test
