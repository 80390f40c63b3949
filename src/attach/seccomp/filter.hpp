// A seccomp filter that stops a process in connect, listen and, on request, setsockopt of a keep-alive value, until a notifier
// answers. For any binary, also static ones; without privilege. It does not see connections that io_uring makes.
#pragma once

#include <cstdint>

#include "base/owned.hpp"
#include "base/result.hpp"

namespace wsalive::attach {

/// The calls that stop.
struct Stops {
  bool listen = true;         ///< For accepted connections, which inherit from the listener.
  bool options = false;       ///< setsockopt of SO_KEEPALIVE and TCP_KEEP*.
  bool user_timeout = false;  ///< Of TCP_USER_TIMEOUT as well.
};

/// Installs the filter on the calling thread and everything that it starts from now on. Without CAP_SYS_ADMIN the process gets
/// no-new-privileges: set-user-ID programs then start without their rights.
///
/// \return the notifier's descriptor. It must stay open, and be answered, while any process under the
///         filter lives: afterwards the calls fail with ENOSYS.
/// Errors  EINVAL, ENOSYS: the kernel has no user notification. EBUSY: the thread is under another notifier.
[[nodiscard]] Result<Fd> install_filter(const Stops& stops) noexcept;

/// Whether installing would need no-new-privileges, which the calling process does not have yet.
[[nodiscard]] bool filter_takes_no_new_privs() noexcept;

}  // namespace wsalive::attach
