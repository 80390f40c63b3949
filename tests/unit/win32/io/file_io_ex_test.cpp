// ReadFileEx and WriteFileEx: routines that run at the ends, on files and on sockets, in alertable waits.
// labels: net

#include <winsock2.h>

#include <array>
#include <cstring>
#include <thread>

#include <gtest/gtest.h>

#include "support/handle_count.hpp"
#include "support/port.hpp"
#include "support/temp_folder.hpp"
#include "support/winsock_api.hpp"

namespace wsalive::test {
namespace {

struct Heard {
  int times = 0;
  DWORD code = 99;
  DWORD bytes = 99;
  OVERLAPPED* overlapped = nullptr;
  std::thread::id thread;
};
Heard heard;

void CALLBACK hear(DWORD code, DWORD bytes, LPOVERLAPPED overlapped) {
  heard = {heard.times + 1, code, bytes, overlapped, std::this_thread::get_id()};
}

HANDLE as_handle(SOCKET s) {
  return reinterpret_cast<HANDLE>(s);  // NOLINT(performance-no-int-to-ptr)
}

class FileIoEx : public testing::Test {
 protected:
  FileIoEx() { heard = {}; }

  [[nodiscard]] HANDLE open(DWORD flags, DWORD access = GENERIC_READ | GENERIC_WRITE) const {
    return CreateFileA(path_.c_str(), access, FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr,
                       OPEN_ALWAYS, flags, nullptr);
  }
  BOOL read(HANDLE file, DWORD size) {
    return ReadFileEx(file, room_.data(), size, &overlapped_, hear);
  }
  BOOL write(HANDLE file, const char* text) {
    return WriteFileEx(file, text, static_cast<DWORD>(std::strlen(text)), &overlapped_, hear);
  }
  /// One routine has been called, in this thread, in an alertable wait.
  void expect_heard(DWORD code, DWORD bytes, DWORD milliseconds = 0) {
    EXPECT_EQ(heard.times, 0);
    EXPECT_EQ(SleepEx(milliseconds, TRUE), DWORD{WAIT_IO_COMPLETION});
    EXPECT_EQ(heard.times, 1);
    EXPECT_EQ(heard.code, code);
    EXPECT_EQ(heard.bytes, bytes);
    EXPECT_EQ(heard.overlapped, &overlapped_);
    EXPECT_EQ(heard.thread, std::this_thread::get_id());
    heard = {};
  }

  HandleCount count_;
  TempFolder folder_;
  std::string path_ = folder_.file("file");
  std::array<char, 64> room_{};
  OVERLAPPED overlapped_{};
};

TEST_F(FileIoEx, AFilesRoutineRunsInAnAlertableWaitAndNotBefore) {
  const HANDLE file = open(FILE_FLAG_OVERLAPPED);
  overlapped_.hEvent = as_handle(4711);  // The program's own.
  SetLastError(0xdead);
  EXPECT_TRUE(write(file, "abcdef"));
  EXPECT_EQ(GetLastError(), DWORD{ERROR_SUCCESS});
  EXPECT_EQ(SleepEx(0, FALSE), 0U);
  expect_heard(0, 6);
  overlapped_.Offset = 2;
  EXPECT_TRUE(read(file, 3));
  expect_heard(0, 3);
  EXPECT_STREQ(room_.data(), "cde");
  EXPECT_EQ(overlapped_.hEvent, as_handle(4711));
  DWORD bytes = 0;
  overlapped_.hEvent = nullptr;
  EXPECT_TRUE(GetOverlappedResult(file, &overlapped_, &bytes, FALSE));
  EXPECT_EQ(bytes, 3U);
  EXPECT_TRUE(CloseHandle(file));
}

TEST_F(FileIoEx, WhatFailsCallsNothing) {
  const HANDLE file = open(FILE_FLAG_OVERLAPPED);
  EXPECT_FAILS_WITH(ERROR_HANDLE_EOF, read(file, 1));
  EXPECT_FAILS_WITH(ERROR_NOACCESS, ReadFileEx(file, nullptr, 1, &overlapped_, hear) ||
                                        WriteFileEx(file, nullptr, 1, &overlapped_, hear));
  EXPECT_FAILS_WITH(ERROR_INVALID_PARAMETER, ReadFileEx(file, room_.data(), 1, nullptr, hear));
  EXPECT_FAILS_WITH(ERROR_INVALID_PARAMETER,
                    WriteFileEx(file, room_.data(), 1, &overlapped_, nullptr));
  EXPECT_FAILS_WITH(ERROR_INVALID_HANDLE, read(as_handle(0x3fffffff), 1));
  const HANDLE synchronous = open(0);
  EXPECT_FAILS_WITH(ERROR_INVALID_PARAMETER, write(synchronous, "x"));
  const HANDLE reader = open(FILE_FLAG_OVERLAPPED, GENERIC_READ);
  EXPECT_FAILS_WITH(ERROR_ACCESS_DENIED, write(reader, "x"));
  {
    const Port port;
    ASSERT_EQ(CreateIoCompletionPort(file, port.get(), 1, 0), port.get());
    EXPECT_FAILS_WITH(ERROR_INVALID_PARAMETER, write(file, "x"));
    EXPECT_TRUE(port.is_empty());
  }
  EXPECT_EQ(SleepEx(0, TRUE), 0U);
  EXPECT_EQ(heard.times, 0);
  for (const HANDLE each : {file, synchronous, reader}) EXPECT_TRUE(CloseHandle(each));
}

TEST_F(FileIoEx, AThreadsEndDropsItsRoutines) {
  const HANDLE file = open(FILE_FLAG_OVERLAPPED);
  std::thread{[&] { EXPECT_TRUE(write(file, "abc")); }}.join();
  EXPECT_EQ(SleepEx(0, TRUE), 0U);
  EXPECT_EQ(heard.times, 0);
  EXPECT_TRUE(CloseHandle(file));
}

class SocketIoEx : public FileIoEx {
 protected:
  Winsock started_;
  Pair pair_ = connected_pair();
  HANDLE client_ = as_handle(pair_.client);
};

TEST_F(SocketIoEx, ASocketsRoutineRunsWhenSomethingHasCome) {
  EXPECT_TRUE(read(client_, 8));
  EXPECT_FALSE(HasOverlappedIoCompleted(&overlapped_));
  EXPECT_EQ(SleepEx(0, TRUE), 0U);
  EXPECT_EQ(send(pair_.server, "late", 4, 0), 4);
  expect_heard(0, 4, 10'000);
  EXPECT_STREQ(room_.data(), "late");
  EXPECT_TRUE(write(client_, "answer"));
  expect_heard(0, 6);
  EXPECT_EQ(recv(pair_.server, room_.data(), 64, 0), 6);
}

TEST_F(SocketIoEx, ItsEndsHaveWin32sCodes) {
  EXPECT_TRUE(read(client_, 8));
  EXPECT_TRUE(CancelIo(client_));
  expect_heard(ERROR_OPERATION_ABORTED, 0);
  EXPECT_TRUE(read(client_, 8));
  const LINGER hard{1, 0};
  EXPECT_EQ(setsockopt(pair_.server, SOL_SOCKET, SO_LINGER, reinterpret_cast<const char*>(&hard),
                       sizeof hard),
            0);
  pair_.server.close();
  expect_heard(ERROR_NETNAME_DELETED, 0, 10'000);  // K-92
  EXPECT_FAILS_WITH(ERROR_NETNAME_DELETED, read(client_, 8));
  EXPECT_EQ(SleepEx(0, TRUE), 0U);
}

TEST_F(SocketIoEx, AnOrderlyEndAndAClosedSocketAreHeardToo) {
  EXPECT_TRUE(read(client_, 8));
  pair_.server.close();
  expect_heard(0, 0, 10'000);
  Pair other = connected_pair();
  EXPECT_TRUE(read(as_handle(other.client), 8));
  other.client.close();
  expect_heard(ERROR_OPERATION_ABORTED, 0, 10'000);
}

TEST_F(SocketIoEx, RefusesWhatCannotBeHeardOf) {
  const Own plain{WSASocketW(AF_INET, SOCK_STREAM, IPPROTO_TCP, nullptr, 0, 0)};
  EXPECT_FAILS_WITH(ERROR_INVALID_PARAMETER, read(as_handle(plain), 8));
  EXPECT_FAILS_WITH(ERROR_NOACCESS, ReadFileEx(client_, nullptr, 8, &overlapped_, hear));
  EXPECT_FAILS_WITH(ERROR_NOACCESS,
                    ReadFileEx(client_, room_.data(), 8, reinterpret_cast<OVERLAPPED*>(8), hear));
  const Port port;
  port.add(pair_.client, 1);
  EXPECT_FAILS_WITH(ERROR_INVALID_PARAMETER, read(client_, 8));
  EXPECT_EQ(SleepEx(0, TRUE), 0U);
  EXPECT_EQ(heard.times, 0);
}

}  // namespace
}  // namespace wsalive::test
