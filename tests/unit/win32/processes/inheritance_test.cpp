// What a child process inherits: the same handle values, leading to the same objects.
// labels: net

#include <winsock2.h>

#include <mstcpip.h>
#include <mswsock.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "support/handle_count.hpp"
#include "support/own_child.hpp"
#include "support/port.hpp"
#include "support/temp_folder.hpp"
#include "support/winsock_api.hpp"

namespace wsalive::test {
namespace {

SECURITY_ATTRIBUTES inheritable() { return {sizeof(SECURITY_ATTRIBUTES), nullptr, TRUE}; }

class Inheritance : public testing::Test {
 protected:
  HandleCount count_;
  SECURITY_ATTRIBUTES attributes_ = inheritable();
};

// --- In the child -------------------------------------------------------------------------------

TEST(Child, DISABLED_UsesTheObjects) {
  const auto numbers = told();
  ASSERT_EQ(numbers.size(), 5U);
  DWORD flags = 0;
  EXPECT_TRUE(GetHandleInformation(to_handle(numbers[0]), &flags));
  EXPECT_EQ(flags, DWORD{HANDLE_FLAG_INHERIT});
  EXPECT_EQ(WaitForSingleObject(to_handle(numbers[0]), 10'000), WAIT_OBJECT_0);
  EXPECT_TRUE(SetEvent(to_handle(numbers[1])));
  EXPECT_TRUE(ReleaseSemaphore(to_handle(numbers[2]), 3, nullptr));
  EXPECT_EQ(WaitForSingleObject(to_handle(numbers[3]), 0), WAIT_OBJECT_0);  // And dies with it.
  EXPECT_FAILS_WITH(ERROR_INVALID_HANDLE, SetEvent(to_handle(numbers[4])));
  EXPECT_EQ(std::getenv("WSALIVE_HERITAGE"), nullptr);  // Not the grandchild's.
}

TEST(Child, DISABLED_UsesFilesAndMemory) {
  const auto numbers = told();
  ASSERT_EQ(numbers.size(), 4U);
  DWORD moved = 0;
  std::array<char, 8> room{};
  EXPECT_TRUE(ReadFile(to_handle(numbers[0]), room.data(), 3, &moved, nullptr));
  EXPECT_STREQ(room.data(), "def");  // Behind what the parent has read.
  EXPECT_FAILS_WITH(ERROR_ACCESS_DENIED, WriteFile(to_handle(numbers[0]), "x", 1, &moved, nullptr));
  EXPECT_TRUE(WriteFile(to_handle(numbers[1]), "child", 5, &moved, nullptr));
  char* const view =
      static_cast<char*>(MapViewOfFile(to_handle(numbers[2]), FILE_MAP_WRITE, 0, 0, 0));
  ASSERT_NE(view, nullptr);
  EXPECT_STREQ(view, "parent");
  std::strcpy(view, "child");
  EXPECT_TRUE(UnmapViewOfFile(view));
  EXPECT_FAILS_WITH(ERROR_INVALID_HANDLE, CloseHandle(to_handle(numbers[3])));
}

TEST(Child, DISABLED_UsesSockets) {
  const auto numbers = told();
  ASSERT_EQ(numbers.size(), 3U);
  const Winsock started;
  EXPECT_EQ(send(numbers[0], "child", 5, 0), 5) << WSAGetLastError();
  BOOL on = FALSE;
  int size = sizeof on;
  EXPECT_EQ(getsockopt(numbers[0], SOL_SOCKET, SO_KEEPALIVE, reinterpret_cast<char*>(&on), &size),
            0);
  EXPECT_TRUE(on);
  const Own accepted = accept_one(numbers[1]);
  EXPECT_NE(accepted.get(), INVALID_SOCKET);
  EXPECT_TRUE(fails_with(send(numbers[2], "x", 1, 0), WSAENOTSOCK));
}

/// Runs `call`, which is to wait, while another thread lets it go on.
template <typename Call, typename Help>
auto while_helped(Call call, Help help) {
  std::thread helper{[&] {
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
    help();
  }};
  const auto answer = call();
  helper.join();
  return answer;
}

DWORD dword_option(SOCKET s, int level, int name) {
  DWORD value = 0;
  int size = sizeof value;
  EXPECT_EQ(getsockopt(s, level, name, reinterpret_cast<char*>(&value), &size), 0);
  return value;
}

/// The kernel's listener does not block since an AcceptEx, its client's socket since a TransmitFile; both do here.
TEST(Child, DISABLED_HasSocketsAsTheyWere) {
  const auto numbers = told();
  ASSERT_EQ(numbers.size(), 5U);
  const Winsock started;
  const SOCKET client = numbers[0], server = numbers[1], from = numbers[2], plain = numbers[3];
  EXPECT_EQ(connect_to(numbers[4], name_of(from)), 0) << WSAGetLastError();
  EXPECT_NE(accept_one(from).get(), INVALID_SOCKET);
  const Own caller = tcp();
  const Own accepted{while_helped([&] { return accept(from, nullptr, nullptr); },
                                  [&] { EXPECT_EQ(connect_to(caller, name_of(from)), 0); })};
  EXPECT_NE(accepted.get(), INVALID_SOCKET) << WSAGetLastError();
  char octet = 0;
  EXPECT_EQ(while_helped([&] { return recv(client, &octet, 1, 0); },
                         [&] { EXPECT_EQ(send(server, "x", 1, 0), 1); }),
            1)
      << WSAGetLastError();
  EXPECT_EQ(dword_option(client, IPPROTO_TCP, TCP_KEEPIDLE), 2U);  // 1500 ms
  EXPECT_EQ(dword_option(client, SOL_SOCKET, SO_RCVTIMEO), 30'000U);
  OVERLAPPED overlapped{};
  const auto routine = [](DWORD, DWORD, LPOVERLAPPED) {};
  EXPECT_FAILS_WITH(ERROR_INVALID_PARAMETER,
                    ReadFileEx(to_handle(plain), &octet, 1, &overlapped, routine));
  u_long on = 1;
  EXPECT_EQ(ioctlsocket(server, FIONBIO, &on), 0);
  EXPECT_TRUE(fails_with(recv(server, &octet, 1, 0), WSAEWOULDBLOCK));
}

TEST(Child, DISABLED_MakesItBlocking) {
  const Winsock started;
  u_long off = 0;
  EXPECT_TRUE(no_socket(accept(told().at(0), nullptr, nullptr), WSAEWOULDBLOCK));
  EXPECT_EQ(ioctlsocket(told().at(0), FIONBIO, &off), 0);
}

TEST(Child, DISABLED_GetsNothing) {
  for (const ULONG_PTR number : told()) {
    EXPECT_FAILS_WITH(ERROR_INVALID_HANDLE, SetEvent(to_handle(number)));
  }
  const Winsock started;
  for (const ULONG_PTR number : told()) {
    EXPECT_TRUE(fails_with(send(number, "x", 1, 0), WSAENOTSOCK));
  }
}

// --- In the parent ------------------------------------------------------------------------------

TEST_F(Inheritance, EventsSemaphoresAndMutexesAreTheSameThere) {
  const HANDLE first = CreateEventA(&attributes_, FALSE, TRUE, nullptr);
  const HANDLE second = CreateEventW(&attributes_, TRUE, FALSE, nullptr);
  const HANDLE semaphore = CreateSemaphoreA(&attributes_, 0, 10, nullptr);
  const HANDLE mutex = CreateMutexA(&attributes_, FALSE, "wsalive-test-inherited");
  const HANDLE own = CreateEventA(nullptr, TRUE, FALSE, nullptr);
  EXPECT_EQ(run_child("UsesTheObjects",
                      {to_value(first), to_value(second), to_value(semaphore), to_value(mutex),
                       to_value(own)},
                      TRUE),
            0U);
  EXPECT_EQ(WaitForSingleObject(first, 0), WAIT_TIMEOUT);  // The child took it.
  EXPECT_EQ(WaitForSingleObject(second, 0), WAIT_OBJECT_0);
  LONG before = 0;
  EXPECT_TRUE(ReleaseSemaphore(semaphore, 1, &before));
  EXPECT_EQ(before, 3);
  EXPECT_EQ(WaitForSingleObject(mutex, 0), WAIT_ABANDONED);
  EXPECT_TRUE(ReleaseMutex(mutex));
  for (const HANDLE each : {first, second, semaphore, mutex, own}) EXPECT_TRUE(CloseHandle(each));
}

TEST_F(Inheritance, FilesPipesAndMemoryAreTheSameThere) {
  const TempFolder folder;
  const std::string path = folder.write("file", "abcdefghi");
  const HANDLE file = CreateFileA(path.c_str(), GENERIC_READ, FILE_SHARE_READ, &attributes_,
                                  OPEN_EXISTING, 0, nullptr);
  std::array<char, 8> room{};
  DWORD moved = 0;
  EXPECT_TRUE(ReadFile(file, room.data(), 3, &moved, nullptr));
  HANDLE from = nullptr, into = nullptr;
  ASSERT_TRUE(CreatePipe(&from, &into, &attributes_, 0));
  EXPECT_TRUE(SetHandleInformation(from, HANDLE_FLAG_INHERIT, 0));
  const HANDLE mapping =
      CreateFileMappingA(INVALID_HANDLE_VALUE, &attributes_, PAGE_READWRITE, 0, 100, nullptr);
  char* const view = static_cast<char*>(MapViewOfFile(mapping, FILE_MAP_WRITE, 0, 0, 0));
  ASSERT_NE(view, nullptr);
  std::strcpy(view, "parent");
  EXPECT_EQ(run_child("UsesFilesAndMemory",
                      {to_value(file), to_value(into), to_value(mapping), to_value(from)}, TRUE),
            0U);
  EXPECT_TRUE(CloseHandle(into));
  room.fill(0);
  EXPECT_TRUE(ReadFile(from, room.data(), room.size(), &moved, nullptr));
  EXPECT_STREQ(room.data(), "child");
  EXPECT_FAILS_WITH(ERROR_BROKEN_PIPE, ReadFile(from, room.data(), 1, &moved, nullptr));
  EXPECT_STREQ(view, "child");
  EXPECT_TRUE(ReadFile(file, room.data(), 3, &moved, nullptr));
  EXPECT_EQ(std::string(room.data(), moved), "ghi");
  EXPECT_TRUE(UnmapViewOfFile(view));
  for (const HANDLE each : {file, from, mapping}) EXPECT_TRUE(CloseHandle(each));
}

TEST_F(Inheritance, SocketsAreInheritedUnlessTheProgramSaysNo) {
  const Winsock started;
  Pair pair = connected_pair();
  const Own from = listener();
  const BOOL on = TRUE;
  EXPECT_EQ(setsockopt(pair.client, SOL_SOCKET, SO_KEEPALIVE, reinterpret_cast<const char*>(&on),
                       sizeof on),
            0);
  const Own caller = tcp();
  EXPECT_EQ(connect_to(caller, name_of(from)), 0);
  const Own hidden{WSASocketW(AF_INET, SOCK_STREAM, IPPROTO_TCP, nullptr, 0,
                              WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT)};
  DWORD flags = 9;
  EXPECT_TRUE(GetHandleInformation(to_handle(hidden), &flags));
  EXPECT_EQ(flags, 0U);
  EXPECT_TRUE(GetHandleInformation(to_handle(from), &flags));
  EXPECT_EQ(flags, DWORD{HANDLE_FLAG_INHERIT});
  EXPECT_TRUE(SetHandleInformation(to_handle(caller), HANDLE_FLAG_INHERIT, 0));
  EXPECT_EQ(run_child("UsesSockets", {pair.client, from, hidden}, TRUE), 0U);
  std::array<char, 8> room{};
  EXPECT_EQ(recv(pair.server, room.data(), room.size(), 0), 5);
  EXPECT_STREQ(room.data(), "child");
  EXPECT_EQ(recv(caller, room.data(), 1, 0), 0);  // The child's end was the last one.
  EXPECT_EQ(send(pair.client, "parent", 6, 0), 6);
}

TEST_F(Inheritance, SocketsAreWhatTheyWereWhateverTheKernelsModeIs) {
  const Winsock started;
  const Pair pair = connected_pair();
  const TempFolder folder;
  const std::string path = folder.write("file", "abc");
  const HANDLE file =
      CreateFileA(path.c_str(), GENERIC_READ, FILE_SHARE_READ, nullptr, OPEN_EXISTING, 0, nullptr);
  EXPECT_TRUE(TransmitFile(pair.client, file, 0, 0, nullptr, nullptr, 0));
  EXPECT_TRUE(CloseHandle(file));
  std::array<char, 256> room{};
  EXPECT_EQ(recv(pair.server, room.data(), room.size(), 0), 3);
  tcp_keepalive values{1, 1500, 300};
  DWORD bytes = 0;
  EXPECT_EQ(WSAIoctl(pair.client, SIO_KEEPALIVE_VALS, &values, sizeof values, nullptr, 0, &bytes,
                     nullptr, nullptr),
            0);
  const DWORD limit = 30'000;
  EXPECT_EQ(setsockopt(pair.client, SOL_SOCKET, SO_RCVTIMEO, reinterpret_cast<const char*>(&limit),
                       sizeof limit),
            0);
  const Own from = listener();
  {
    const Own accepting = tcp();
    OVERLAPPED overlapped{};
    EXPECT_FALSE(AcceptEx(from, accepting, room.data(), 0, 32, 32, nullptr, &overlapped));
    EXPECT_EQ(WSAGetLastError(), ERROR_IO_PENDING);
  }
  const Own fresh = tcp();
  const Own plain{WSASocketW(AF_INET, SOCK_STREAM, IPPROTO_TCP, nullptr, 0, 0)};
  EXPECT_EQ(run_child("HasSocketsAsTheyWere", {pair.client, pair.server, from, plain, fresh}, TRUE),
            0U);
  // The child has made its own end non-blocking, and not this one.
  EXPECT_EQ(while_helped([&] { return recv(pair.server, room.data(), 1, 0); },
                         [&] { EXPECT_EQ(send(pair.client, "y", 1, 0), 1); }),
            1)
      << WSAGetLastError();
}

TEST_F(Inheritance, ANonBlockingListenerStaysSoWhateverAChildDoes) {
  const Winsock started;
  const Own from = listener();
  u_long on = 1;
  EXPECT_EQ(ioctlsocket(from, FIONBIO, &on), 0);
  EXPECT_EQ(run_child("MakesItBlocking", {from}, TRUE), 0U);
  EXPECT_TRUE(no_socket(accept(from, nullptr, nullptr), WSAEWOULDBLOCK));
}

TEST_F(Inheritance, SocketsThatComeAndGoMeanwhileDoNotFailIt) {
  const Winsock started;
  std::atomic<bool> stop{false};
  std::thread closer{[&] {
    while (!stop) {
      std::vector<Own> some;
      for (int at = 0; at < 64; ++at) some.push_back(udp());
    }
  }};
  for (int round = 0; round < 20; ++round) {
    char line[] = "true";
    STARTUPINFOA info{};
    info.cb = sizeof info;
    PROCESS_INFORMATION child{};
    EXPECT_TRUE(
        CreateProcessA(nullptr, line, nullptr, nullptr, TRUE, 0, nullptr, nullptr, &info, &child))
        << GetLastError();
    EXPECT_EQ(WaitForSingleObject(child.hProcess, 60'000), WAIT_OBJECT_0);
    EXPECT_TRUE(CloseHandle(child.hProcess));
    EXPECT_TRUE(CloseHandle(child.hThread));
  }
  stop = true;
  closer.join();
}

TEST_F(Inheritance, WithoutItTheChildGetsNothing) {
  const Winsock started;
  const Pair pair = connected_pair();
  const HANDLE event = CreateEventA(&attributes_, TRUE, FALSE, nullptr);
  EXPECT_EQ(run_child("GetsNothing", {to_value(event), pair.client}, FALSE), 0U);
  EXPECT_TRUE(CloseHandle(event));
}

TEST_F(Inheritance, AChildWritesIntoAPipeOfItsParent) {
  HANDLE from = nullptr, into = nullptr;
  ASSERT_TRUE(CreatePipe(&from, &into, &attributes_, 0));
  EXPECT_TRUE(SetHandleInformation(from, HANDLE_FLAG_INHERIT, 0));
  STARTUPINFOA info{};
  info.cb = sizeof info;
  info.dwFlags = STARTF_USESTDHANDLES;
  info.hStdInput = info.hStdError = from;
  info.hStdOutput = into;
  char line[] = "sh -c \"echo out of the child\"";
  PROCESS_INFORMATION child{};
  ASSERT_TRUE(
      CreateProcessA(nullptr, line, nullptr, nullptr, TRUE, 0, nullptr, nullptr, &info, &child));
  EXPECT_TRUE(CloseHandle(into));
  std::string said;
  std::array<char, 64> room{};
  DWORD got = 0;
  while (ReadFile(from, room.data(), room.size(), &got, nullptr)) said.append(room.data(), got);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_BROKEN_PIPE});
  EXPECT_EQ(said, "out of the child\n");
  EXPECT_EQ(WaitForSingleObject(child.hProcess, INFINITE), WAIT_OBJECT_0);
  for (const HANDLE each : {from, child.hProcess, child.hThread}) EXPECT_TRUE(CloseHandle(each));
}

}  // namespace
}  // namespace wsalive::test
