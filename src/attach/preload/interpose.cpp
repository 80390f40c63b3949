// The redirected functions of libc. Each behaves as libc's own for its caller, and calls one function of hooks.hpp before or
// after that.

#include <dlfcn.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdarg>

#include "attach/preload/hooks.hpp"

#define WSALIVE_REDIRECTED extern "C" __attribute__((visibility("default")))

namespace {

/// The next definition of a function, in libc or in another preloaded library. Resolved when the library is loaded, or at the
/// first call if another library's constructor calls earlier; without a guard, since a signal handler may interrupt it.
template <typename Function>
class Next {
 public:
  explicit constexpr Next(const char* name) noexcept : name_(name) {}
  void find() noexcept {
    function_.store(reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name_)),
                    std::memory_order_relaxed);
  }
  template <typename... Arguments>
  auto operator()(Arguments... arguments) {
    if (!is_there()) find();
    return function_.load(std::memory_order_relaxed)(arguments...);
  }
  [[nodiscard]] bool is_there() const noexcept {
    return function_.load(std::memory_order_relaxed) != nullptr;
  }

 private:
  const char* name_;
  std::atomic<Function*> function_{nullptr};
};

constinit struct {
  Next<int(int, const sockaddr*, socklen_t)> connect{"connect"};
  Next<ssize_t(int, const void*, std::size_t, int, const sockaddr*, socklen_t)> sendto{"sendto"};
  Next<ssize_t(int, const msghdr*, int)> sendmsg{"sendmsg"};
  Next<int(int, int)> listen{"listen"};
  Next<int(int, sockaddr*, socklen_t*)> accept{"accept"};
  Next<int(int, sockaddr*, socklen_t*, int)> accept4{"accept4"};
  Next<int(int)> close{"close"};
  Next<int(int, int, int, const void*, socklen_t)> setsockopt{"setsockopt"};
  Next<int(int, int, int, void*, socklen_t*)> getsockopt{"getsockopt"};
  Next<int(int, unsigned long, unsigned long, unsigned long, unsigned long)> prctl{"prctl"};
  Next<int(void*)> seccomp_load{"seccomp_load"};  // Not in every program.
  Next<int(int)> unshare{"unshare"};
  Next<int(int, int)> setns{"setns"};
} g_next;

void find_all() noexcept {
  g_next.connect.find();
  g_next.sendto.find();
  g_next.sendmsg.find();
  g_next.listen.find();
  g_next.accept.find();
  g_next.accept4.find();
  g_next.close.find();
  g_next.setsockopt.find();
  g_next.getsockopt.find();
}

namespace preload = wsalive::attach::preload;

/// Ahead of the library's other constructors.
constexpr int kFirstOfAll = 101;
[[gnu::constructor(kFirstOfAll)]] void begin() {
  preload::bind_own_calls();
  find_all();
  preload::initialize();
}

}  // namespace

// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): the names are libc's reserved ones there.

WSALIVE_REDIRECTED int connect(int fd, const sockaddr* address, socklen_t size) {
  preload::before_connect(fd);
  return g_next.connect(fd, address, size);
}

// A connection may begin with its first data.

WSALIVE_REDIRECTED ssize_t sendto(int fd, const void* data, std::size_t size, int flags,
                                  const sockaddr* address, socklen_t address_size) {
  if ((flags & MSG_FASTOPEN) != 0) preload::before_connect(fd);
  return g_next.sendto(fd, data, size, flags, address, address_size);
}

WSALIVE_REDIRECTED ssize_t sendmsg(int fd, const msghdr* message, int flags) {
  if ((flags & MSG_FASTOPEN) != 0) preload::before_connect(fd);
  return g_next.sendmsg(fd, message, flags);
}

WSALIVE_REDIRECTED int listen(int fd, int backlog) noexcept {
  preload::before_listen(fd);
  return g_next.listen(fd, backlog);
}

WSALIVE_REDIRECTED int accept(int fd, sockaddr* address, socklen_t* size) {
  const int taken = g_next.accept(fd, address, size);
  if (taken >= 0) preload::after_accept(fd, taken);
  return taken;
}

WSALIVE_REDIRECTED int accept4(int fd, sockaddr* address, socklen_t* size, int flags) {
  const int taken = g_next.accept4(fd, address, size, flags);
  if (taken >= 0) preload::after_accept(fd, taken);
  return taken;
}

WSALIVE_REDIRECTED int close(int fd) {
  preload::before_close(fd);
  return g_next.close(fd);
}

WSALIVE_REDIRECTED int setsockopt(int fd, int level, int name, const void* value,
                                  socklen_t size) noexcept {
  if (preload::overrides_program(fd, level, name)) return 0;
  const int result = g_next.setsockopt(fd, level, name, value, size);
  if (result == 0) preload::after_setsockopt(fd, level, name);
  return result;
}

WSALIVE_REDIRECTED int getsockopt(int fd, int level, int name, void* value,
                                  socklen_t* size) noexcept {
  const int result = g_next.getsockopt(fd, level, name, value, size);
  int kept = 0;
  // The kernel has just written these bytes, so they are accessible.
  if (result == 0 && *size == sizeof kept && preload::in_force(fd, level, name, kept)) {
    *static_cast<int*>(value) = kept;
  }
  return result;
}

// A filter of system calls may kill a process for any call that the program itself does not make.

WSALIVE_REDIRECTED int prctl(int option, ...) noexcept {
  std::va_list list;
  va_start(list, option);
  std::array<unsigned long, 4> rest{};
  for (unsigned long& each : rest) each = va_arg(list, unsigned long);
  va_end(list);
  if (option == PR_SET_SECCOMP) preload::stop_engine_thread();
  const int result = g_next.prctl(option, rest[0], rest[1], rest[2], rest[3]);
  if (option == PR_SET_SECCOMP && result == 0) preload::disable();
  return result;
}

/// libseccomp's.
WSALIVE_REDIRECTED int seccomp_load(void* filter) noexcept {
  if (!g_next.seccomp_load.is_there()) g_next.seccomp_load.find();
  if (!g_next.seccomp_load.is_there()) return -ENOSYS;
  preload::stop_engine_thread();
  const int result = g_next.seccomp_load(filter);
  if (result == 0) preload::disable();
  return result;
}

// A process with a second thread may not change its namespaces.

WSALIVE_REDIRECTED int unshare(int flags) noexcept {
  preload::stop_engine_thread();
  return g_next.unshare(flags);
}

WSALIVE_REDIRECTED int setns(int fd, int kind) noexcept {
  preload::stop_engine_thread();
  return g_next.setns(fd, kind);
}

// NOLINTEND(readability-inconsistent-declaration-parameter-name)
