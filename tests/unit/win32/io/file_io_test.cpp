// ReadFile and WriteFile: on files by pointer, by place, with events and completion ports; on pipes; on sockets.
// labels: net

#include <winsock2.h>

#include <array>
#include <cstring>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "support/handle_count.hpp"
#include "support/port.hpp"
#include "support/temp_folder.hpp"
#include "support/winsock_api.hpp"

namespace wsalive::test {
namespace {

constexpr ULONG_PTR kKey = 11;

HANDLE as_handle(SOCKET s) {
  return reinterpret_cast<HANDLE>(s);  // NOLINT(performance-no-int-to-ptr)
}

class FileIo : public testing::Test {
 protected:
  [[nodiscard]] HANDLE open(DWORD flags, DWORD access = GENERIC_READ | GENERIC_WRITE) const {
    return CreateFileA(path_.c_str(), access, FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr,
                       OPEN_ALWAYS, flags, nullptr);
  }
  BOOL read(HANDLE file, DWORD size, OVERLAPPED* overlapped = nullptr) {
    room_.fill(0);
    return ReadFile(file, room_.data(), size, &moved_, overlapped);
  }
  BOOL write(HANDLE file, const char* text, OVERLAPPED* overlapped = nullptr) {
    return WriteFile(file, text, static_cast<DWORD>(std::strlen(text)), &moved_, overlapped);
  }
  static OVERLAPPED at(DWORD place) {
    OVERLAPPED overlapped{};
    overlapped.Offset = place;
    return overlapped;
  }

  HandleCount count_;
  TempFolder folder_;
  std::string path_ = folder_.file("file");
  std::array<char, 64> room_{};
  DWORD moved_ = 0;
};

TEST_F(FileIo, APlaceCountsAndMovesASynchronousPointer) {
  const HANDLE file = open(0);
  EXPECT_TRUE(write(file, "abcdef"));
  OVERLAPPED third = at(2);
  EXPECT_TRUE(read(file, 2, &third));
  EXPECT_STREQ(room_.data(), "cd");
  EXPECT_TRUE(read(file, 9));
  EXPECT_STREQ(room_.data(), "ef");
  OVERLAPPED beyond = at(6);
  EXPECT_FAILS_WITH(ERROR_HANDLE_EOF, read(file, 1, &beyond));
  OVERLAPPED end = at(0xffffffff);
  end.OffsetHigh = 0xffffffff;
  EXPECT_TRUE(write(file, "gh", &end));
  OVERLAPPED last = at(5);
  EXPECT_TRUE(read(file, 9, &last));
  EXPECT_STREQ(room_.data(), "fgh");
  EXPECT_TRUE(CloseHandle(file));
}

TEST_F(FileIo, WritesOfAnAppendingHandleGoToTheEnd) {
  const HANDLE file = open(0, FILE_APPEND_DATA);
  EXPECT_TRUE(write(file, "one "));
  OVERLAPPED ignored = at(0);
  EXPECT_TRUE(write(file, "two", &ignored));
  EXPECT_FAILS_WITH(ERROR_ACCESS_DENIED, read(file, 1));
  const HANDLE reader = open(0, GENERIC_READ);
  EXPECT_TRUE(read(reader, 20));
  EXPECT_STREQ(room_.data(), "one two");
  EXPECT_FAILS_WITH(ERROR_ACCESS_DENIED, write(reader, "x"));
  EXPECT_TRUE(CloseHandle(reader));
  EXPECT_TRUE(CloseHandle(file));
}

TEST_F(FileIo, OverlappedEndsAreToldByTheEvent) {
  const HANDLE file = open(FILE_FLAG_OVERLAPPED);
  const HANDLE event = CreateEventA(nullptr, TRUE, FALSE, nullptr);
  OVERLAPPED overlapped = at(0);
  overlapped.hEvent = event;
  EXPECT_TRUE(write(file, "abc", &overlapped));
  EXPECT_EQ(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
  EXPECT_TRUE(HasOverlappedIoCompleted(&overlapped));
  DWORD bytes = 0;
  EXPECT_TRUE(GetOverlappedResult(file, &overlapped, &bytes, TRUE));
  EXPECT_EQ(bytes, 3U);
  overlapped.Offset = 3;
  EXPECT_FAILS_WITH(ERROR_HANDLE_EOF, read(file, 1, &overlapped));
  EXPECT_EQ(WaitForSingleObject(event, 0), WAIT_TIMEOUT);  // A refused call sets no event.
  EXPECT_FAILS_WITH(ERROR_HANDLE_EOF, GetOverlappedResult(file, &overlapped, &bytes, FALSE));
  EXPECT_FAILS_WITH(ERROR_INVALID_PARAMETER, read(file, 1));  // An overlapped file wants a place.
  overlapped.hEvent = file;
  EXPECT_FAILS_WITH(ERROR_INVALID_HANDLE, read(file, 1, &overlapped));
  EXPECT_TRUE(CancelIo(file));
  EXPECT_FAILS_WITH(ERROR_NOT_FOUND, CancelIoEx(file, nullptr));
  EXPECT_TRUE(CloseHandle(event));
  EXPECT_TRUE(CloseHandle(file));
}

TEST_F(FileIo, OverlappedEndsAreToldThroughThePort) {
  const HANDLE file = open(FILE_FLAG_OVERLAPPED);
  const Port port;
  ASSERT_EQ(CreateIoCompletionPort(file, port.get(), kKey, 0), port.get());
  EXPECT_EQ(CreateIoCompletionPort(file, port.get(), kKey, 0), nullptr);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER});
  OVERLAPPED overlapped = at(0);
  EXPECT_TRUE(write(file, "abcd", &overlapped));
  EXPECT_EQ(port.take(), (Taken{0, 4, kKey, &overlapped}));
  EXPECT_TRUE(read(file, 2, &overlapped));
  EXPECT_EQ(port.take(), (Taken{0, 2, kKey, &overlapped}));
  overlapped.Offset = 4;
  EXPECT_FAILS_WITH(ERROR_HANDLE_EOF, read(file, 2, &overlapped));
  EXPECT_TRUE(port.is_empty());
  EXPECT_FAILS_WITH(ERROR_INVALID_PARAMETER, SetFileCompletionNotificationModes(file, 0x80));
  EXPECT_TRUE(SetFileCompletionNotificationModes(file, FILE_SKIP_COMPLETION_PORT_ON_SUCCESS));
  EXPECT_TRUE(write(file, "x", &overlapped));
  EXPECT_TRUE(port.is_empty());
  EXPECT_TRUE(CloseHandle(file));
  const HANDLE synchronous = open(0);
  EXPECT_EQ(CreateIoCompletionPort(synchronous, port.get(), kKey, 0), nullptr);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_PARAMETER});
  EXPECT_TRUE(CloseHandle(synchronous));
}

TEST_F(FileIo, BuffersThatAreNotThereMoveNothing) {
  const HANDLE file = open(0);
  EXPECT_TRUE(write(file, "abc"));
  EXPECT_EQ(SetFilePointer(file, 0, nullptr, FILE_BEGIN), 0U);
  EXPECT_FAILS_WITH(ERROR_NOACCESS, ReadFile(file, nullptr, 3, &moved_, nullptr));
  EXPECT_FAILS_WITH(ERROR_NOACCESS, WriteFile(file, nullptr, 3, &moved_, nullptr));
  EXPECT_FAILS_WITH(ERROR_INVALID_PARAMETER, ReadFile(file, room_.data(), 3, nullptr, nullptr));
  EXPECT_TRUE(read(file, 3));
  EXPECT_STREQ(room_.data(), "abc");
  EXPECT_TRUE(CloseHandle(file));
}

TEST_F(FileIo, APipeEndsWithItsOtherEnd) {
  HANDLE from = nullptr, into = nullptr;
  ASSERT_TRUE(CreatePipe(&from, &into, nullptr, 4096));
  EXPECT_EQ(GetFileType(from), DWORD{FILE_TYPE_PIPE});
  DWORD seen = 0, there = 9;
  EXPECT_TRUE(PeekNamedPipe(from, nullptr, 0, nullptr, &there, nullptr));
  EXPECT_EQ(there, 0U);
  EXPECT_TRUE(write(into, "hello"));
  EXPECT_TRUE(PeekNamedPipe(from, room_.data(), 3, &seen, &there, nullptr));
  EXPECT_EQ(seen, 3U);
  EXPECT_EQ(there, 5U);
  EXPECT_EQ(std::string(room_.data(), seen), "hel");
  EXPECT_FAILS_WITH(ERROR_ACCESS_DENIED, write(from, "x"));
  EXPECT_FAILS_WITH(ERROR_ACCESS_DENIED, read(into, 1));
  EXPECT_TRUE(CloseHandle(into));
  EXPECT_TRUE(read(from, 20));
  EXPECT_STREQ(room_.data(), "hello");
  EXPECT_FAILS_WITH(ERROR_BROKEN_PIPE, read(from, 1));
  EXPECT_FAILS_WITH(ERROR_BROKEN_PIPE, PeekNamedPipe(from, nullptr, 0, nullptr, &there, nullptr));
  EXPECT_TRUE(CloseHandle(from));
  ASSERT_TRUE(CreatePipe(&from, &into, nullptr, 0));
  EXPECT_TRUE(CloseHandle(from));
  EXPECT_FAILS_WITH(ERROR_BROKEN_PIPE, write(into, "nobody"));  // And no signal.
  EXPECT_TRUE(CloseHandle(into));
  EXPECT_FAILS_WITH(ERROR_INVALID_PARAMETER, CreatePipe(nullptr, &into, nullptr, 0));
}

TEST_F(FileIo, AThreadMayCloseAPipeThatAnotherReads) {
  HANDLE from = nullptr, into = nullptr;
  ASSERT_TRUE(CreatePipe(&from, &into, nullptr, 0));
  std::thread reader{[&] {
    std::array<char, 8> octets{};
    DWORD got = 0;
    EXPECT_TRUE(ReadFile(from, octets.data(), octets.size(), &got, nullptr));
    EXPECT_EQ(got, 1U);
  }};
  EXPECT_TRUE(write(into, "x"));
  reader.join();
  EXPECT_TRUE(CloseHandle(from));
  EXPECT_TRUE(CloseHandle(into));
}

TEST_F(FileIo, WorksOnSocketsWithoutAnOverlapped) {
  const Winsock started;
  Pair pair = connected_pair();
  EXPECT_TRUE(write(as_handle(pair.client), "ping"));
  EXPECT_EQ(moved_, 4U);
  EXPECT_TRUE(read(as_handle(pair.server), 20));
  EXPECT_STREQ(room_.data(), "ping");
  pair.client.close();
  EXPECT_TRUE(read(as_handle(pair.server), 20));  // The orderly end.
  EXPECT_EQ(moved_, 0U);
  const SOCKET closed = pair.server;
  pair.server.close();
  EXPECT_FAILS_WITH(ERROR_INVALID_HANDLE, read(as_handle(closed), 1));
}

TEST_F(FileIo, OverlappedOnSocketsWaitsForEventsAndPorts) {
  const Winsock started;
  Pair pair = connected_pair();
  const HANDLE event = CreateEventA(nullptr, TRUE, FALSE, nullptr);
  OVERLAPPED overlapped{};
  overlapped.hEvent = event;
  EXPECT_FAILS_WITH(ERROR_IO_PENDING, read(as_handle(pair.client), 8, &overlapped));
  EXPECT_EQ(send(pair.server, "late", 4, 0), 4);
  EXPECT_EQ(WaitForSingleObject(event, 10'000), WAIT_OBJECT_0);
  DWORD bytes = 0;
  EXPECT_TRUE(GetOverlappedResult(as_handle(pair.client), &overlapped, &bytes, TRUE));
  EXPECT_EQ(bytes, 4U);
  const Port port;
  port.add(pair.server, kKey);
  OVERLAPPED through{};
  EXPECT_TRUE(write(as_handle(pair.server), "abc", &through));
  EXPECT_EQ(port.take(), (Taken{0, 3, kKey, &through}));
  EXPECT_FAILS_WITH(ERROR_IO_PENDING, read(as_handle(pair.server), 8, &through));
  const LINGER hard{1, 0};
  EXPECT_EQ(setsockopt(pair.client, SOL_SOCKET, SO_LINGER, reinterpret_cast<const char*>(&hard),
                       sizeof hard),
            0);
  pair.client.close();
  EXPECT_EQ(port.take(), (Taken{ERROR_NETNAME_DELETED, 0, kKey, &through}));  // K-92
  EXPECT_FAILS_WITH(ERROR_NETNAME_DELETED, read(as_handle(pair.server), 8));
  EXPECT_TRUE(CloseHandle(event));
}

}  // namespace
}  // namespace wsalive::test
