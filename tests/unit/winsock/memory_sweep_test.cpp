// Every allocation of every kind of call fails once: the call ends with a code of its own, or does without; then memory is
// there again, and the same call does its work. Each try is a process of its own, in which the library has made nothing
// yet but the winsock's start, so the first call's lasting things are among what fails.
// labels: net slow

#include <winsock2.h>

#include <dlfcn.h>
#include <mstcpip.h>
#include <mswsock.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <windows.h>
#include <ws2tcpip.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "support/port.hpp"
#include "support/winsock_api.hpp"

namespace {

// -- memory that fails ---------------------------------------------------------------------------

constinit thread_local int to_fail = 0;  ///< Counts down; at 1 it fails. 0: not armed, or over.

/// The C library's own look-ups do not stand a failure of theirs (a lock of its resolver stays locked): there only what
/// C++ asks for fails.
constinit thread_local bool only_new = false;

bool counts_down() {
  if (to_fail == 0) return false;
  return --to_fail == 0;
}

bool fails_now() { return !only_new && counts_down(); }

}  // namespace

extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* old, std::size_t size);
void __libc_free(void* made);

void* short_malloc(std::size_t size) __asm__("malloc");
void* short_calloc(std::size_t count, std::size_t size) __asm__("calloc");
void* short_realloc(void* old, std::size_t size) __asm__("realloc");
void plain_release(void* made) __asm__("free");

void* short_malloc(std::size_t size) {
  if (!fails_now()) return __libc_malloc(size);
  errno = ENOMEM;
  return nullptr;
}
void* short_calloc(std::size_t count, std::size_t size) {
  if (!fails_now()) return __libc_calloc(count, size);
  errno = ENOMEM;
  return nullptr;
}
void* short_realloc(void* old, std::size_t size) {
  if (!fails_now()) return __libc_realloc(old, size);
  errno = ENOMEM;
  return nullptr;
}
void plain_release(void* made) { __libc_free(made); }

void* mmap(void* at, std::size_t size, int protection, int flags, int fd, off_t offset) noexcept {
  using Function = void* (*)(void*, std::size_t, int, int, int, off_t);
  static const auto real = reinterpret_cast<Function>(::dlsym(RTLD_NEXT, "mmap"));
  if (!fails_now()) return real(at, size, protection, flags, fd, offset);
  errno = ENOMEM;
  return MAP_FAILED;
}
int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*start)(void*),
                   void* argument) noexcept {
  using Function = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  static const auto real = reinterpret_cast<Function>(::dlsym(RTLD_NEXT, "pthread_create"));
  return fails_now() ? EAGAIN : real(thread, attributes, start, argument);
}
}

// Not inlined: gcc would take malloc and free for a mismatched pair.
[[gnu::noinline]] void* operator new(std::size_t size) {
  void* const made = only_new && counts_down() ? nullptr : std::malloc(size);
  if (!made) throw std::bad_alloc{};
  return made;
}
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
  return only_new && counts_down() ? nullptr : std::malloc(size);
}
[[gnu::noinline]] void operator delete(void* made) noexcept { std::free(made); }
[[gnu::noinline]] void operator delete(void* made, std::size_t /*size*/) noexcept {
  std::free(made);
}

namespace wsalive::test {
namespace {

/// How a call ended: 0, or its code.
using Answer = int;

Answer of_winsock(bool good) { return good ? 0 : WSAGetLastError(); }
Answer of_win32(bool good) { return good ? 0 : static_cast<int>(GetLastError()); }

/// What calls are made on; all of it made before memory fails.
struct World {
  Pair pair = connected_pair();
  Own from = listener();
  Own fresh = tcp();
  Own bound = tcp();
  Own datagrams = udp();
  OwnEvent event;
  Port port;
  std::array<char, 256> room{};
  WSABUF buffer = buffer_of(room.data(), 1);
  std::array<WSABUF, 40> buffers{};
  OVERLAPPED overlapped{};
  DWORD bytes = 0;
  DWORD flags = 0;
  Own client;

  World() {
    buffers.fill(buffer);
    EXPECT_EQ(bind_to(bound, loopback()), 0);
    EXPECT_EQ(bind_to(datagrams, loopback()), 0);
  }
  [[nodiscard]] bool pends(int result) const {
    return result == 0 || WSAGetLastError() == WSA_IO_PENDING;
  }
  [[nodiscard]] bool starts(BOOL result) const {
    return result || WSAGetLastError() == ERROR_IO_PENDING;
  }
};

struct Case {
  const char* name;
  std::function<Answer(World&)> call;
  bool asks_libc = false;  ///< Only what C++ asks for fails.
};

int nothing_to_do(LPWSABUF, LPWSABUF, LPQOS, LPQOS, LPWSABUF, LPWSABUF, GROUP*, DWORD_PTR) {
  return CF_ACCEPT;
}

Answer keep_alive_by_ioctl(World& w, ULONG idle, ULONG interval) {
  tcp_keepalive values{1, idle, interval};
  return of_winsock(WSAIoctl(w.pair.client, SIO_KEEPALIVE_VALS, &values, sizeof values, nullptr, 0,
                             &w.bytes, nullptr, nullptr) == 0);
}

Answer looks_up(const char* host, int family) {
  addrinfo hints{};
  hints.ai_family = family;
  addrinfo* found = nullptr;
  const int answer = getaddrinfo(host, "80", &hints, &found);
  if (answer == 0) freeaddrinfo(found);
  return answer;
}

Answer waits_for_a_name();

const std::vector<Case>& cases() {
  static const std::vector<Case> all{
      // clang-format off
      {"socket", [](World&) { const Own s = tcp(); return of_winsock(s != INVALID_SOCKET); }},
      {"closesocket", [](World& w) { const SOCKET s = w.fresh.get(); w.fresh = Own{}; return of_winsock(s == INVALID_SOCKET || closesocket(s) == 0 || WSAGetLastError() == WSAENOTSOCK); }},
      {"bind and listen", [](World& w) { return of_winsock((bind_to(w.fresh, loopback()) == 0 || WSAGetLastError() == WSAEINVAL) && listen(w.fresh, 4) == 0); }},
      {"connect", [](World& w) { return of_winsock(connect_to(w.fresh, name_of(w.from)) == 0 || WSAGetLastError() == WSAEISCONN); }},
      {"accept", [](World& w) { w.client = tcp(); if (connect_to(w.client, name_of(w.from)) != 0) return of_winsock(false); const Own s = accept_one(w.from); return of_winsock(s != INVALID_SOCKET); }},
      {"WSAAccept", [](World& w) { w.client = tcp(); if (connect_to(w.client, name_of(w.from)) != 0) return of_winsock(false); const Own s{WSAAccept(w.from, nullptr, nullptr, nothing_to_do, 0)}; return of_winsock(s != INVALID_SOCKET); }},
      {"send", [](World& w) { return of_winsock(send(w.pair.client, "x", 1, 0) == 1); }},
      {"recv", [](World& w) { return of_winsock(send(w.pair.client, "x", 1, 0) == 1 && recv(w.pair.server, w.room.data(), 1, 0) == 1); }},
      {"sendto", [](World& w) { const sockaddr_in to = name_of(w.datagrams); return of_winsock(sendto(w.datagrams, "x", 1, 0, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 1); }},
      {"WSASend", [](World& w) { return of_winsock(w.pends(WSASend(w.pair.client, &w.buffer, 1, nullptr, 0, &w.overlapped, nullptr))); }},
      {"WSASend of many", [](World& w) { return of_winsock(w.pends(WSASend(w.pair.client, w.buffers.data(), 40, nullptr, 0, &w.overlapped, nullptr))); }},
      {"WSARecv", [](World& w) { return of_winsock(w.pends(WSARecv(w.pair.client, &w.buffer, 1, nullptr, &w.flags, &w.overlapped, nullptr))); }},
      {"WSARecv with a routine", [](World& w) { return of_winsock(w.pends(WSARecv(w.pair.client, &w.buffer, 1, nullptr, &w.flags, &w.overlapped, [](DWORD, DWORD, LPWSAOVERLAPPED, DWORD) {}))); }},
      {"WSARecvFrom", [](World& w) { return of_winsock(w.pends(WSARecvFrom(w.datagrams, &w.buffer, 1, nullptr, &w.flags, nullptr, nullptr, &w.overlapped, nullptr))); }},
      {"AcceptEx", [](World& w) { return of_winsock(w.starts(AcceptEx(w.from, w.fresh, w.room.data(), 0, 32, 32, nullptr, &w.overlapped))); }},
      {"ConnectEx", [](World& w) { const sockaddr_in to = name_of(w.from); return of_winsock(w.starts(ConnectEx(w.bound, reinterpret_cast<const sockaddr*>(&to), sizeof to, nullptr, 0, nullptr, &w.overlapped))); }},
      {"DisconnectEx", [](World& w) { return of_winsock(w.starts(DisconnectEx(w.pair.client, &w.overlapped, 0, 0))); }},
      {"TransmitPackets", [](World& w) { TRANSMIT_PACKETS_ELEMENT e{}; e.dwElFlags = TP_ELEMENT_MEMORY; e.cLength = 1; e.pBuffer = w.room.data(); return of_winsock(w.starts(TransmitPackets(w.pair.client, &e, 1, 0, &w.overlapped, 0))); }},
      {"CancelIoEx", [](World& w) { return of_win32(CancelIoEx(reinterpret_cast<HANDLE>(w.pair.client.get()), nullptr) || GetLastError() == ERROR_NOT_FOUND); }},
      {"keep-alive by option", [](World& w) { const DWORD on = 1; return of_winsock(setsockopt(w.pair.client, SOL_SOCKET, SO_KEEPALIVE, reinterpret_cast<const char*>(&on), sizeof on) == 0); }},
      {"keep-alive of seconds", [](World& w) { return keep_alive_by_ioctl(w, 10'000, 1000); }},
      {"keep-alive that is driven", [](World& w) { return keep_alive_by_ioctl(w, 1'500, 700); }},
      {"an overlapped ioctl", [](World& w) { tcp_keepalive values{1, 1'500, 700}; return of_winsock(WSAIoctl(w.pair.client, SIO_KEEPALIVE_VALS, &values, sizeof values, nullptr, 0, &w.bytes, &w.overlapped, nullptr) == 0); }},
      {"SO_KEEPALIVE read", [](World& w) { DWORD on = 0; int size = sizeof on; return of_winsock(getsockopt(w.pair.client, SOL_SOCKET, SO_KEEPALIVE, reinterpret_cast<char*>(&on), &size) == 0); }},
      {"SO_PROTOCOL_INFO read", [](World& w) { WSAPROTOCOL_INFOW info; int size = sizeof info; return of_winsock(getsockopt(w.pair.client, SOL_SOCKET, SO_PROTOCOL_INFOW, reinterpret_cast<char*>(&info), &size) == 0); }},
      {"shutdown", [](World& w) { return of_winsock(shutdown(w.pair.client, SD_SEND) == 0); }},
      {"select", [](World& w) { fd_set set; FD_ZERO(&set); FD_SET(w.pair.client, &set); const timeval now{0, 0}; return of_winsock(select(0, &set, nullptr, nullptr, &now) >= 0); }},
      {"WSAPoll of many", [](World& w) { std::array<WSAPOLLFD, 300> items; items.fill({w.pair.client, POLLWRNORM, 0}); return of_winsock(WSAPoll(items.data(), 300, 0) == 300); }},
      {"WSAEventSelect", [](World& w) { return of_winsock(WSAEventSelect(w.pair.client, w.event.get(), FD_READ) == 0); }},
      {"WSAEnumNetworkEvents", [](World& w) { WSANETWORKEVENTS happened; return of_winsock(WSAEventSelect(w.pair.client, w.event.get(), FD_WRITE) == 0 && WSAEnumNetworkEvents(w.pair.client, w.event.get(), &happened) == 0); }},
      {"WSAWaitForMultipleEvents", [](World& w) { const WSAEVENT e = w.event.get(); return of_winsock(WSAWaitForMultipleEvents(1, &e, FALSE, 0, FALSE) != WSA_WAIT_FAILED); }},
      {"WSADuplicateSocket", [](World& w) { WSAPROTOCOL_INFOW info; if (WSADuplicateSocketW(w.pair.client, GetCurrentProcessId(), &info) != 0) return of_winsock(false); const Own twin{WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &info, 0, WSA_FLAG_OVERLAPPED)}; return of_winsock(twin != INVALID_SOCKET); }},
      {"WSAEnumProtocols", [](World&) { std::array<char, 20'000> room; DWORD size = room.size(); return of_winsock(WSAEnumProtocolsW(nullptr, reinterpret_cast<WSAPROTOCOL_INFOW*>(room.data()), &size) > 0); }},
      {"getaddrinfo of a number", [](World&) { return looks_up("127.0.0.1", AF_INET); }, true},
      {"gethostbyname", [](World&) { return of_winsock(gethostbyname("127.0.0.1") != nullptr); }, true},
      {"getservbyport", [](World&) { return of_winsock(getservbyport(htons(80), "tcp") || WSAGetLastError() == WSANO_DATA); }, true},
      {"gethostname", [](World& w) { return of_winsock(gethostname(w.room.data(), 256) == 0); }},
      {"getnameinfo", [](World& w) { const sockaddr_in name = loopback(); return getnameinfo(reinterpret_cast<const sockaddr*>(&name), sizeof name, w.room.data(), 100, nullptr, 0, NI_NUMERICHOST); }, true},
      {"inet_ntop", [](World& w) { const sockaddr_in name = loopback(); return of_winsock(inet_ntop(AF_INET, &name.sin_addr, w.room.data(), 100) != nullptr); }},
      {"WSAStringToAddress", [](World&) { sockaddr_in name{}; int size = sizeof name; static wchar_t text[] = L"127.0.0.1:80"; return of_winsock(WSAStringToAddressW(text, AF_INET, nullptr, reinterpret_cast<sockaddr*>(&name), &size) == 0); }},
      {"a completion port", [](World& w) { const HANDLE made = CreateIoCompletionPort(reinterpret_cast<HANDLE>(w.pair.client.get()), w.port.get(), 1, 0); return of_win32(made != nullptr); }},
      {"a packet", [](World& w) { if (!PostQueuedCompletionStatus(w.port.get(), 1, 2, nullptr)) return of_win32(false); const Taken taken = w.port.take(); return of_win32(taken.key == 2); }},
      {"an event", [](World&) { const HANDLE made = CreateEventA(nullptr, TRUE, FALSE, nullptr); return of_win32(made && CloseHandle(made)); }},
      {"a named event", [](World&) { const HANDLE made = CreateEventA(nullptr, TRUE, FALSE, "wsalive-memory-sweep"); return of_win32(made && CloseHandle(made)); }},
      {"a wait for a name", [](World&) { return waits_for_a_name(); }},
      {"a wait", [](World& w) { return of_win32(WaitForSingleObject(w.event.get(), 0) != WAIT_FAILED); }},
      {"a thread", [](World&) { const HANDLE made = CreateThread(nullptr, 0, [](LPVOID) -> DWORD { return 0; }, nullptr, 0, nullptr); return of_win32(made && WaitForSingleObject(made, 10'000) == WAIT_OBJECT_0 && CloseHandle(made)); }},
      {"a mapping", [](World&) { const HANDLE made = CreateFileMappingA(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE, 0, 100, nullptr); void* const at = made ? MapViewOfFile(made, FILE_MAP_WRITE, 0, 0, 0) : nullptr; return of_win32(at && UnmapViewOfFile(at) && CloseHandle(made)); }},
      {"a file", [](World& w) { const HANDLE made = CreateFileA("/dev/null", GENERIC_WRITE, 0, nullptr, OPEN_EXISTING, 0, nullptr); DWORD n = 0; return of_win32(made != INVALID_HANDLE_VALUE && WriteFile(made, w.room.data(), 1, &n, nullptr) && CloseHandle(made)); }},
      {"a pipe", [](World&) { HANDLE in = nullptr, out = nullptr; return of_win32(CreatePipe(&in, &out, nullptr, 0) && CloseHandle(in) && CloseHandle(out)); }},
      {"a slot of the thread", [](World& w) { static const DWORD slot = TlsAlloc(); return of_win32(TlsSetValue(slot, &w) && TlsGetValue(slot) == &w); }},
      {"the environment", [](World&) { return of_win32(SetEnvironmentVariableW(L"WSALIVE_SWEEP", L"value") && GetEnvironmentVariableW(L"WSALIVE_SWEEP", nullptr, 0) == 6); }},
      {"a message's text", [](World&) { wchar_t* text = nullptr; const DWORD size = FormatMessageW(FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_FROM_SYSTEM, nullptr, WSAECONNRESET, 0, reinterpret_cast<wchar_t*>(&text), 0, nullptr); if (size != 0) LocalFree(text); return of_win32(size != 0); }},
      {"a registry key", [](World&) { HKEY key = nullptr; const LONG answer = RegOpenKeyExW(HKEY_LOCAL_MACHINE, L"SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters", 0, KEY_READ, &key); if (answer == ERROR_SUCCESS) RegCloseKey(key); return answer == ERROR_FILE_NOT_FOUND ? 0 : static_cast<Answer>(answer); }},
      {"a program", [](World&) { STARTUPINFOA start{}; start.cb = sizeof start; PROCESS_INFORMATION made{}; static char line[] = "/bin/true"; const BOOL good = CreateProcessA(nullptr, line, nullptr, nullptr, TRUE, 0, nullptr, nullptr, &start, &made); return of_win32(good && WaitForSingleObject(made.hProcess, 10'000) == WAIT_OBJECT_0 && CloseHandle(made.hProcess) && CloseHandle(made.hThread)); }},
      {"the module's name", [](World& w) { return of_win32(GetModuleFileNameA(nullptr, w.room.data(), 256) != 0); }},
      {"WSAConnect", [](World& w) { const sockaddr_in to = name_of(w.from); return of_winsock(WSAConnect(w.fresh, reinterpret_cast<const sockaddr*>(&to), sizeof to, nullptr, nullptr, nullptr, nullptr) == 0 || WSAGetLastError() == WSAEISCONN); }},
      {"WSASendTo", [](World& w) { const sockaddr_in to = name_of(w.datagrams); return of_winsock(w.pends(WSASendTo(w.datagrams, &w.buffer, 1, nullptr, 0, reinterpret_cast<const sockaddr*>(&to), sizeof to, &w.overlapped, nullptr))); }},
      {"WSASendMsg", [](World& w) { sockaddr_in to = name_of(w.datagrams); WSAMSG m{}; m.name = reinterpret_cast<sockaddr*>(&to); m.namelen = sizeof to; m.lpBuffers = &w.buffer; m.dwBufferCount = 1; return of_winsock(w.pends(WSASendMsg(w.datagrams, &m, 0, nullptr, &w.overlapped, nullptr))); }},
      {"recvfrom", [](World& w) { const sockaddr_in to = name_of(w.datagrams); sockaddr_in from{}; int size = sizeof from; return of_winsock(sendto(w.datagrams, "x", 1, 0, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 1 && recvfrom(w.datagrams, w.room.data(), 1, 0, reinterpret_cast<sockaddr*>(&from), &size) == 1); }},
      {"TransmitFile of no file", [](World& w) { TRANSMIT_FILE_BUFFERS b{}; b.Head = w.room.data(); b.HeadLength = 1; return of_winsock(w.starts(TransmitFile(w.pair.client, nullptr, 0, 0, &w.overlapped, &b, 0))); }},
      {"ioctlsocket", [](World& w) { u_long on = 1; return of_winsock(ioctlsocket(w.pair.client, FIONBIO, &on) == 0 && ioctlsocket(w.pair.client, FIONREAD, &on) == 0); }},
      {"both names of a connection", [](World& w) { sockaddr_in name{}; int size = sizeof name; return of_winsock(getsockname(w.pair.client, reinterpret_cast<sockaddr*>(&name), &size) == 0 && getpeername(w.pair.client, reinterpret_cast<sockaddr*>(&name), &size) == 0); }},
      {"WSAAddressToString", [](World&) { sockaddr_in name = loopback(); std::array<wchar_t, 64> text{}; DWORD size = text.size(); return of_winsock(WSAAddressToStringW(reinterpret_cast<sockaddr*>(&name), sizeof name, nullptr, text.data(), &size) == 0); }},
      {"GetAddrInfoW", [](World&) { ADDRINFOW* found = nullptr; const int answer = GetAddrInfoW(L"127.0.0.1", L"80", nullptr, &found); if (answer == 0) FreeAddrInfoW(found); return answer; }, true},
      {"GetNameInfoW", [](World&) { const sockaddr_in name = loopback(); std::array<wchar_t, 100> text{}; return GetNameInfoW(reinterpret_cast<const sockaddr*>(&name), sizeof name, text.data(), 100, nullptr, 0, NI_NUMERICHOST); }, true},
      {"getservbyname", [](World&) { return of_winsock(getservbyname("http", "tcp") || WSAGetLastError() == WSANO_DATA); }, true},
      {"getprotobyname", [](World&) { return of_winsock(getprotobyname("tcp") || WSAGetLastError() == WSANO_DATA); }, true},
      {"getprotobynumber", [](World&) { return of_winsock(getprotobynumber(6) || WSAGetLastError() == WSANO_DATA); }, true},
      {"inet_ntoa", [](World&) { return of_winsock(inet_ntoa(loopback().sin_addr) != nullptr); }},
      {"WSACreateEvent", [](World&) { const WSAEVENT made = WSACreateEvent(); return of_winsock(made != WSA_INVALID_EVENT && WSASetEvent(made) && WSAResetEvent(made) && WSACloseEvent(made)); }},
      {"WSAGetOverlappedResult", [](World& w) { if (!w.pends(WSASend(w.pair.client, &w.buffer, 1, nullptr, 0, &w.overlapped, nullptr))) return of_winsock(false); return of_winsock(WSAGetOverlappedResult(w.pair.client, &w.overlapped, &w.bytes, TRUE, &w.flags)); }},
      {"a mutex", [](World&) { const HANDLE made = CreateMutexW(nullptr, TRUE, nullptr); return of_win32(made && ReleaseMutex(made) && CloseHandle(made)); }},
      {"a named mutex", [](World&) { const HANDLE made = CreateMutexA(nullptr, FALSE, "wsalive-memory-sweep-mutex"); return of_win32(made && WaitForSingleObject(made, 1000) == WAIT_OBJECT_0 && ReleaseMutex(made) && CloseHandle(made)); }},
      {"a semaphore", [](World&) { const HANDLE made = CreateSemaphoreA(nullptr, 1, 2, nullptr); return of_win32(made && ReleaseSemaphore(made, 1, nullptr) && CloseHandle(made)); }},
      {"a wait for many", [](World& w) { const HANDLE made = CreateEventW(nullptr, TRUE, TRUE, nullptr); const std::array<HANDLE, 2> both{made, w.event.get()}; return of_win32(made && WaitForMultipleObjects(2, both.data(), FALSE, 0) != WAIT_FAILED && CloseHandle(made)); }},
      {"a handle's twin", [](World& w) { HANDLE twin = nullptr; return of_win32(DuplicateHandle(GetCurrentProcess(), w.event.get(), GetCurrentProcess(), &twin, 0, FALSE, DUPLICATE_SAME_ACCESS) && CloseHandle(twin)); }},
      {"an APC", [](World&) { return of_win32(QueueUserAPC([](ULONG_PTR) {}, GetCurrentThread(), 0) != 0 && SleepEx(0, TRUE) == WAIT_IO_COMPLETION); }},
      {"memory of the process", [](World&) { void* const made = VirtualAlloc(nullptr, 4096, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE); return of_win32(made && VirtualFree(made, 0, MEM_RELEASE)); }},
      {"memory that is local", [](World&) { const HLOCAL made = LocalAlloc(LMEM_FIXED, 100); return of_win32(made && !LocalFree(made)); }},
      {"a critical section", [](World&) { CRITICAL_SECTION section; InitializeCriticalSection(&section); EnterCriticalSection(&section); LeaveCriticalSection(&section); DeleteCriticalSection(&section); return 0; }},
      {"a registry value", [](World&) { HKEY key = nullptr; LONG answer = RegCreateKeyExA(HKEY_LOCAL_MACHINE, "SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters", 0, nullptr, 0, KEY_READ, nullptr, &key, nullptr); if (answer == ERROR_SUCCESS) RegCloseKey(key); return answer == ERROR_ACCESS_DENIED ? 0 : static_cast<Answer>(answer); }},
      {"a file of a wide name", [](World& w) { const HANDLE made = CreateFileW(L"/dev/zero", GENERIC_READ, FILE_SHARE_READ, nullptr, OPEN_EXISTING, 0, nullptr); DWORD n = 0; return of_win32(made != INVALID_HANDLE_VALUE && ReadFile(made, w.room.data(), 1, &n, nullptr) && CloseHandle(made)); }},
      {"the machine's name", [](World& w) { DWORD size = 256; return of_win32(GetComputerNameA(w.room.data(), &size)); }},
      {"WSACleanup and WSAStartup", [](World&) { WSADATA data; const int bad = WSAStartup(MAKEWORD(2, 2), &data); return bad != 0 ? bad : of_winsock(WSACleanup() == 0); }},
      // clang-format on
  };
  return all;
}

/// Set by another process: heard with and without a thread that listens for it.
Answer waits_for_a_name() {
  std::array<char, 64> name{};
  std::snprintf(name.data(), name.size(), "wsalive-memory-sweep-%d", ::getpid());
  const HANDLE event = CreateEventA(nullptr, TRUE, FALSE, name.data());
  if (!event) return of_win32(false);
  const int kept = std::exchange(to_fail, 0);
  const pid_t other = ::fork();
  if (other == 0) {
    ::usleep(30'000);
    const HANDLE same = OpenEventA(EVENT_ALL_ACCESS, FALSE, name.data());
    ::_exit(same && SetEvent(same) ? 0 : 1);
  }
  to_fail = kept;
  const DWORD end = WaitForSingleObject(event, 10'000);
  const Answer answer = end == WAIT_FAILED ? of_win32(false) : static_cast<Answer>(end);
  ::waitpid(other, nullptr, 0);
  CloseHandle(event);
  return answer;
}

bool is_about_memory(Answer code) {
  constexpr std::array<Answer, 7> kCodes{WSAENOBUFS,
                                         WSA_NOT_ENOUGH_MEMORY,
                                         ERROR_OUTOFMEMORY,
                                         WSASYSNOTREADY,
                                         ERROR_NO_SYSTEM_RESOURCES,

                                         WSAEMFILE,
                                         WSANO_RECOVERY};
  return std::find(kCodes.begin(), kCodes.end(), code) != kCodes.end();
}

/// How a process of one try ends.
enum End : int { kOver = 40, kClean, kStrangeCode, kNeverWorks, kBroken, kThrown };

int try_one(const Case& what, int number, int report) try {
  const Winsock started;
  World world;
  only_new = what.asks_libc;
  to_fail = number;
  const Answer answer = what.call(world);
  const bool reached = to_fail == 0;
  to_fail = 0;
  static_cast<void>(!::write(report, &answer, sizeof answer));
  if (!reached) return answer == 0 ? kOver : kNeverWorks;
  if (answer == 0) return kClean;
  if (!is_about_memory(answer)) return kStrangeCode;
  const Answer again = what.call(world);
  static_cast<void>(!::write(report, &again, sizeof again));
  return again == 0 ? kClean : kBroken;
} catch (...) {
  return kThrown;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kOwnMemory = true;
#else
constexpr bool kOwnMemory = false;
#endif

class MemorySweep : public testing::TestWithParam<Case> {};

TEST_P(MemorySweep, EveryAllocationMayFail) {
  if (kOwnMemory) GTEST_SKIP() << "a sanitizer has an allocator of its own";
  constexpr int kMost = 400;
  int number = 1;
  for (; number < kMost; ++number) {
    std::array<int, 2> line{};
    ASSERT_EQ(::pipe(line.data()), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      ::alarm(30);
      ::_exit(try_one(GetParam(), number, line[1]));
    }
    ::close(line[1]);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    std::array<Answer, 2> codes{};
    static_cast<void>(!::read(line[0], codes.data(), sizeof codes));
    ::close(line[0]);
    const std::string where = "allocation " + std::to_string(number) + ", codes " +
                              std::to_string(codes[0]) + " and " + std::to_string(codes[1]);
    ASSERT_TRUE(WIFEXITED(status)) << where << ": ended by signal " << WTERMSIG(status);
    if (WEXITSTATUS(status) == kOver) break;
    EXPECT_EQ(WEXITSTATUS(status), kClean) << where;
    if (WEXITSTATUS(status) == kNeverWorks) break;
  }
  EXPECT_LT(number, kMost);
  RecordProperty("allocations", number - 1);
}

TEST(MemorySweepFirst, CloseOfAProcessClosesWithoutMemory) {
  if (kOwnMemory) GTEST_SKIP() << "a sanitizer has an allocator of its own";
  for (int number = 1; number < 50; ++number) {
    const pid_t child = ::fork();
    if (child == 0) {
      const Winsock started;
      const SOCKET s = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
      to_fail = number;
      const bool good = closesocket(s) == 0;
      ::_exit(!good ? kBroken : to_fail == 0 ? kClean : kOver);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status)) << number;
    if (WEXITSTATUS(status) == kOver) return;
    EXPECT_EQ(WEXITSTATUS(status), kClean) << number;
  }
}

INSTANTIATE_TEST_SUITE_P(Calls, MemorySweep, testing::ValuesIn(cases()), [](const auto& row) {
  std::string name;
  for (const char c : std::string{row.param.name}) name += std::isalnum(c) ? c : '_';
  return name;
});

}  // namespace
}  // namespace wsalive::test
