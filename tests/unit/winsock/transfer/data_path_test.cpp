// labels: net
// The calls that a program makes all the time take no lock and allocate nothing: counted in the calling thread, by
// functions that stand before the C library's own. Not under sanitizers, which stand there themselves.

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <winsock2.h>

#include <cstdlib>
#include <functional>
#include <mutex>
#include <new>
#include <string>
#include <vector>

#include "support/live_socket.hpp"
#include "support/option_calls.hpp"

namespace {

struct Taken {
  int locks = 0;
  int allocations = 0;
};
constinit thread_local Taken taken;

template <typename Function>
Function real_function(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" [[gnu::visibility("default")]] int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
  static const auto lock = real_function<int (*)(pthread_mutex_t*)>("pthread_mutex_lock");
  ++taken.locks;
  return lock(mutex);
}

extern "C" [[gnu::visibility("default")]] int pthread_rwlock_rdlock(pthread_rwlock_t* it) noexcept {
  static const auto lock = real_function<int (*)(pthread_rwlock_t*)>("pthread_rwlock_rdlock");
  ++taken.locks;
  return lock(it);
}

extern "C" [[gnu::visibility("default")]] int pthread_rwlock_wrlock(pthread_rwlock_t* it) noexcept {
  static const auto lock = real_function<int (*)(pthread_rwlock_t*)>("pthread_rwlock_wrlock");
  ++taken.locks;
  return lock(it);
}

void* operator new(std::size_t size) {
  ++taken.allocations;
  if (void* const memory = std::malloc(size != 0 ? size : 1)) return memory;
  throw std::bad_alloc{};
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t /*size*/) noexcept { std::free(memory); }

namespace wsalive::test {
namespace {

/// A call of a program's, on one end of a connection whose other end has sent something.
struct HotCall {
  const char* name;
  std::function<int(SOCKET)> call;
};

void PrintTo(const HotCall& call, std::ostream* out) { *out << call.name; }

int send_buffer(SOCKET s) {
  char text[] = "ping";
  WSABUF buffer{4, text};
  DWORD sent = 0;
  return WSASend(s, &buffer, 1, &sent, 0, nullptr, nullptr);
}

int receive_buffer(SOCKET s) {
  char text[4];
  WSABUF buffer{4, text};
  DWORD received = 0;
  DWORD flags = MSG_PEEK;
  return WSARecv(s, &buffer, 1, &received, &flags, nullptr, nullptr);
}

int option_of(SOCKET s, int level, int name) {
  DWORD value = 0;
  int size = sizeof value;
  return getsockopt(s, level, name, reinterpret_cast<char*>(&value), &size);
}

int poll_one(SOCKET s) {
  WSAPOLLFD one{s, POLLRDNORM, 0};
  return WSAPoll(&one, 1, 0);
}

int select_one(SOCKET s) {
  fd_set readable;
  FD_ZERO(&readable);
  FD_SET(s, &readable);
  const timeval at_once{0, 0};
  return select(0, &readable, nullptr, nullptr, &at_once);
}

int unread_bytes(SOCKET s) {
  u_long bytes = 0;
  return ioctlsocket(s, FIONREAD, &bytes);
}

const HotCall kHotCalls[] = {
    {"send", [](SOCKET s) { return send(s, "ping", 4, 0); }},
    {"recv",
     [](SOCKET s) {
       char text[4];
       return recv(s, text, 4, MSG_PEEK);
     }},
    {"WSASend", send_buffer},
    {"WSARecv", receive_buffer},
    {"getsockopt SO_KEEPALIVE", [](SOCKET s) { return option_of(s, SOL_SOCKET, SO_KEEPALIVE); }},
    {"setsockopt SO_KEEPALIVE as it is",
     [](SOCKET s) { return set_dword(s, SOL_SOCKET, SO_KEEPALIVE, 1); }},
    {"getsockopt TCP_NODELAY", [](SOCKET s) { return option_of(s, IPPROTO_TCP, TCP_NODELAY); }},
    {"setsockopt TCP_NODELAY", [](SOCKET s) { return set_dword(s, IPPROTO_TCP, TCP_NODELAY, 1); }},
    {"ioctlsocket FIONREAD", unread_bytes},
    {"select", select_one},
    {"WSAPoll", poll_one},
};

class HotPath : public testing::TestWithParam<HotCall> {
 protected:
  Started started_;
};

TEST(HotPathItself, CountsLocksAndAllocations) {
  const Taken before = taken;
  std::mutex mutex;
  const std::scoped_lock lock{mutex};
  const std::vector<int> some(10);
  EXPECT_EQ(taken.locks - before.locks, 1);
  EXPECT_GE(taken.allocations - before.allocations, 1);
}

TEST_P(HotPath, TakesNoLockAndAllocatesNothing) {
  const LiveSocket live = LiveSocket::connected();
  ASSERT_EQ(set_dword(live.handle(), SOL_SOCKET, SO_KEEPALIVE, 1), 0);
  live.hear("pong");
  const HotCall& each = GetParam();
  ASSERT_NE(each.call(live.handle()), SOCKET_ERROR)
      << WSAGetLastError();  // Whatever the first one needs.
  const Taken before = taken;
  const int result = each.call(live.handle());
  const Taken after = taken;
  EXPECT_NE(result, SOCKET_ERROR) << WSAGetLastError();
  EXPECT_EQ(after.locks, before.locks);
  EXPECT_EQ(after.allocations, before.allocations);
}

std::string name_of(const testing::TestParamInfo<HotCall>& call) {
  std::string name = call.param.name;
  std::erase(name, ' ');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Calls, HotPath, testing::ValuesIn(kHotCalls), name_of);

}  // namespace
}  // namespace wsalive::test

#endif
