// The redirected functions of libc. Each does what libc's own does and nothing else that its caller could see,
// then or before calls one function of sockets.hpp.

#include <dlfcn.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "attach/preload/own_binding.hpp"
#include "attach/preload/sockets.hpp"

#define WSALIVE_REDIRECTED extern "C" __attribute__((visibility("default")))

namespace {

/// The next definition of a function, which is libc's or that of another preloaded library.
template <typename Function>
class Next {
 public:
  explicit Next(const char* name) noexcept
      : function_(reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name))) {}
  template <typename... Arguments>
  auto operator()(Arguments... arguments) const {
    return function_(arguments...);
  }

 private:
  Function* function_;
};

namespace preload = wsalive::attach::preload;

/// Ahead of the library's other constructors.
constexpr int kFirstOfAll = 101;
[[gnu::constructor(kFirstOfAll)]] void begin() {
  preload::bind_own_calls();
  preload::remember_this_process();
}

}  // namespace

// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): the names are libc's reserved ones there.

WSALIVE_REDIRECTED int connect(int fd, const sockaddr* address, socklen_t size) {
  static const Next<decltype(connect)> kNext{"connect"};
  preload::take_connection(fd);
  return kNext(fd, address, size);
}

WSALIVE_REDIRECTED int listen(int fd, int backlog) noexcept {
  static const Next<int(int, int)> kNext{"listen"};
  preload::take_listener(fd);
  return kNext(fd, backlog);
}

WSALIVE_REDIRECTED int accept(int fd, sockaddr* address, socklen_t* size) {
  static const Next<decltype(accept)> kNext{"accept"};
  const int taken = kNext(fd, address, size);
  if (taken >= 0) preload::take_accepted(taken);
  return taken;
}

WSALIVE_REDIRECTED int accept4(int fd, sockaddr* address, socklen_t* size, int flags) {
  static const Next<decltype(accept4)> kNext{"accept4"};
  const int taken = kNext(fd, address, size, flags);
  if (taken >= 0) preload::take_accepted(taken);
  return taken;
}

WSALIVE_REDIRECTED int close(int fd) {
  static const Next<decltype(close)> kNext{"close"};
  preload::let_go(fd);
  return kNext(fd);
}

WSALIVE_REDIRECTED int setsockopt(int fd, int level, int name, const void* value,
                                  socklen_t size) noexcept {
  static const Next<int(int, int, int, const void*, socklen_t)> kNext{"setsockopt"};
  if (preload::withstand(fd, level, name)) return 0;
  const int result = kNext(fd, level, name, value, size);
  if (result == 0) preload::program_has_set(fd, level, name);
  return result;
}

WSALIVE_REDIRECTED int getsockopt(int fd, int level, int name, void* value,
                                  socklen_t* size) noexcept {
  static const Next<int(int, int, int, void*, socklen_t*)> kNext{"getsockopt"};
  const int result = kNext(fd, level, name, value, size);
  int kept = 0;
  // The kernel has just written these bytes: they are there.
  if (result == 0 && *size == sizeof kept && preload::in_force(fd, level, name, kept)) {
    *static_cast<int*>(value) = kept;
  }
  return result;
}

// NOLINTEND(readability-inconsistent-declaration-parameter-name)
