// CreateFile, DeleteFile, sizes and pointers, against their documented results.

#include "windows.h"

#include <array>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "support/handle_count.hpp"
#include "support/temp_folder.hpp"
#include "support/wide_text.hpp"

namespace wsalive::test {
namespace {

constexpr DWORD kBoth = GENERIC_READ | GENERIC_WRITE;
constexpr DWORD kShareAll = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

class Files : public testing::Test {
 protected:
  [[nodiscard]] HANDLE open(DWORD disposition, DWORD access = kBoth, DWORD share = kShareAll,
                            DWORD flags = FILE_ATTRIBUTE_NORMAL) const {
    SetLastError(4711);
    return CreateFileA(path_.c_str(), access, share, nullptr, disposition, flags, nullptr);
  }
  void write(const std::string& text) const {
    const HANDLE file = open(CREATE_ALWAYS);
    DWORD written = 0;
    EXPECT_TRUE(WriteFile(file, text.data(), static_cast<DWORD>(text.size()), &written, nullptr));
    EXPECT_EQ(written, text.size());
    EXPECT_TRUE(CloseHandle(file));
  }
  [[nodiscard]] std::string content() const {
    const HANDLE file = open(OPEN_EXISTING, GENERIC_READ);
    std::array<char, 64> room{};
    DWORD got = 0;
    EXPECT_TRUE(ReadFile(file, room.data(), room.size(), &got, nullptr));
    EXPECT_TRUE(CloseHandle(file));
    return {room.data(), got};
  }
  void expect_refused(DWORD code, HANDLE file) const {
    EXPECT_EQ(file, INVALID_HANDLE_VALUE);
    EXPECT_EQ(GetLastError(), code);
  }

  HandleCount count_;
  TempFolder folder_;
  std::string path_ = folder_.file("file");
};

TEST_F(Files, AreMadeOrTakenAsTheDispositionSays) {
  struct Row {
    DWORD disposition;
    DWORD absent;   // Last error of the call where the file is not there.
    DWORD present;  // The same where it is.
    bool cuts;
  };
  constexpr DWORD kUntouched = 4711;
  constexpr Row kRows[] = {
      {CREATE_NEW, kUntouched, ERROR_FILE_EXISTS, false},
      {CREATE_ALWAYS, 0, ERROR_ALREADY_EXISTS, true},
      {OPEN_EXISTING, ERROR_FILE_NOT_FOUND, kUntouched, false},
      {OPEN_ALWAYS, 0, ERROR_ALREADY_EXISTS, false},
      {TRUNCATE_EXISTING, ERROR_FILE_NOT_FOUND, kUntouched, true},
  };
  for (const Row& row : kRows) {
    DeleteFileA(path_.c_str());
    const HANDLE fresh = open(row.disposition);
    EXPECT_EQ(GetLastError(), row.absent) << row.disposition;
    EXPECT_EQ(fresh == INVALID_HANDLE_VALUE, row.absent == ERROR_FILE_NOT_FOUND);
    EXPECT_TRUE(CloseHandle(fresh));
    write("content");
    const HANDLE old = open(row.disposition);
    EXPECT_EQ(GetLastError(), row.present) << row.disposition;
    EXPECT_EQ(old == INVALID_HANDLE_VALUE, row.present == ERROR_FILE_EXISTS);
    EXPECT_TRUE(CloseHandle(old));
    EXPECT_EQ(content(), row.cuts ? "" : "content") << row.disposition;
  }
}

TEST_F(Files, WhatCannotBeOpenedIsADocumentedCode) {
  write("kept");
  expect_refused(ERROR_INVALID_PARAMETER, open(0));
  expect_refused(ERROR_INVALID_PARAMETER, open(6));
  expect_refused(ERROR_INVALID_PARAMETER, open(OPEN_EXISTING, kBoth, 8));
  expect_refused(ERROR_INVALID_PARAMETER, open(TRUNCATE_EXISTING, GENERIC_READ));
  const std::string missing = folder_.file("none/file");
  const auto create = [](LPCSTR name, DWORD how) {
    return CreateFileA(name, GENERIC_READ, kShareAll, nullptr, how, 0, nullptr);
  };
  expect_refused(ERROR_PATH_NOT_FOUND, create(missing.c_str(), OPEN_ALWAYS));
  expect_refused(ERROR_PATH_NOT_FOUND, create((path_ + "/below").c_str(), OPEN_EXISTING));
  expect_refused(ERROR_PATH_NOT_FOUND, create("", OPEN_EXISTING));
  expect_refused(ERROR_PATH_NOT_FOUND, create(nullptr, OPEN_EXISTING));
  expect_refused(ERROR_ACCESS_DENIED, create(folder_.path().c_str(), OPEN_EXISTING));
  EXPECT_EQ(content(), "kept");
}

TEST_F(Files, BackslashesAreSlashesAndNulIsADevice) {
  write("wide");
  std::wstring name = wide_of(folder_.path().c_str()) + L"\\file";
  const HANDLE file =
      CreateFileW(name.c_str(), GENERIC_READ, kShareAll, nullptr, OPEN_EXISTING, 0, nullptr);
  EXPECT_NE(file, INVALID_HANDLE_VALUE);
  EXPECT_EQ(GetFileSize(file, nullptr), 4U);
  EXPECT_EQ(GetFileType(file), DWORD{FILE_TYPE_DISK});
  EXPECT_TRUE(CloseHandle(file));
  EXPECT_TRUE(DeleteFileW(name.c_str()));
  const HANDLE nul = CreateFileA("NUL", GENERIC_WRITE, 0, nullptr, OPEN_EXISTING, 0, nullptr);
  DWORD written = 0;
  EXPECT_TRUE(WriteFile(nul, "gone", 4, &written, nullptr));
  EXPECT_EQ(written, 4U);
  EXPECT_EQ(GetFileType(nul), DWORD{FILE_TYPE_CHAR});
  EXPECT_FAILS_WITH(ERROR_INVALID_FUNCTION, GetFileSize(nul, nullptr) != INVALID_FILE_SIZE);
  EXPECT_TRUE(CloseHandle(nul));
}

TEST_F(Files, OpenersMustShareWhatTheOthersDo) {
  struct Row {
    DWORD first_access, first_share, second_access, second_share;
    bool both;
  };
  constexpr Row kRows[] = {
      {GENERIC_READ, 0, GENERIC_READ, kShareAll, false},
      {GENERIC_READ, FILE_SHARE_READ, GENERIC_READ, FILE_SHARE_READ, true},
      {GENERIC_READ, FILE_SHARE_READ, GENERIC_WRITE, kShareAll, false},
      {GENERIC_WRITE, kShareAll, GENERIC_READ, FILE_SHARE_READ, false},
      {GENERIC_WRITE, FILE_SHARE_READ, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, true},
      {GENERIC_READ, kShareAll, kBoth, kShareAll, true},
      {GENERIC_READ, kShareAll, GENERIC_READ, 0, false},
      {GENERIC_READ, FILE_SHARE_READ, GENERIC_READ | DELETE, kShareAll, false},
  };
  write("shared");
  for (const Row& row : kRows) {
    const HANDLE first = open(OPEN_EXISTING, row.first_access, row.first_share);
    ASSERT_NE(first, INVALID_HANDLE_VALUE);
    const HANDLE second = open(OPEN_EXISTING, row.second_access, row.second_share);
    EXPECT_EQ(second != INVALID_HANDLE_VALUE, row.both) << &row - kRows;
    if (row.both) {
      EXPECT_TRUE(CloseHandle(second));
    } else {
      EXPECT_EQ(GetLastError(), DWORD{ERROR_SHARING_VIOLATION});
    }
    EXPECT_TRUE(CloseHandle(first));
  }
  const HANDLE alone = open(OPEN_EXISTING, GENERIC_READ, 0);
  expect_refused(ERROR_SHARING_VIOLATION, open(CREATE_ALWAYS));
  EXPECT_FAILS_WITH(ERROR_SHARING_VIOLATION, DeleteFileA(path_.c_str()));
  EXPECT_TRUE(CloseHandle(alone));
  EXPECT_EQ(content(), "shared");
}

TEST_F(Files, GoWithTheirLastHandleWhereThatWasAsked) {
  const HANDLE file = open(CREATE_NEW, kBoth, kShareAll, FILE_FLAG_DELETE_ON_CLOSE);
  HANDLE copy = nullptr;
  ASSERT_TRUE(DuplicateHandle(GetCurrentProcess(), file, GetCurrentProcess(), &copy, 0, FALSE,
                              DUPLICATE_SAME_ACCESS));
  EXPECT_TRUE(CloseHandle(file));
  const HANDLE other = open(OPEN_EXISTING, GENERIC_READ);
  EXPECT_NE(other, INVALID_HANDLE_VALUE);
  EXPECT_TRUE(CloseHandle(other));
  EXPECT_TRUE(CloseHandle(copy));
  expect_refused(ERROR_FILE_NOT_FOUND, open(OPEN_EXISTING));
}

TEST_F(Files, HaveASizeAndAPointer) {
  write("0123456789");
  const HANDLE file = open(OPEN_EXISTING);
  LARGE_INTEGER size{};
  EXPECT_TRUE(GetFileSizeEx(file, &size));
  EXPECT_EQ(size.QuadPart, 10);
  DWORD high = 9;
  EXPECT_EQ(GetFileSize(file, &high), 10U);
  EXPECT_EQ(high, 0U);
  EXPECT_EQ(SetFilePointer(file, 4, nullptr, FILE_BEGIN), 4U);
  char octet = 0;
  DWORD moved = 0;
  EXPECT_TRUE(ReadFile(file, &octet, 1, &moved, nullptr));
  EXPECT_EQ(octet, '4');
  EXPECT_EQ(SetFilePointer(file, -2, nullptr, FILE_CURRENT), 3U);
  EXPECT_EQ(SetFilePointer(file, 0, nullptr, FILE_END), 10U);
  EXPECT_TRUE(ReadFile(file, &octet, 1, &moved, nullptr));
  EXPECT_EQ(moved, 0U);  // The end is a success.
  LONG upper = 1;
  EXPECT_EQ(SetFilePointer(file, 5, &upper, FILE_BEGIN), 5U);
  EXPECT_EQ(upper, 1);
  EXPECT_FAILS_WITH(ERROR_INVALID_PARAMETER,
                    SetFilePointer(file, 1, nullptr, FILE_CURRENT) != INVALID_SET_FILE_POINTER);
  LARGE_INTEGER none{}, place{};
  EXPECT_TRUE(SetFilePointerEx(file, none, &place, FILE_CURRENT));
  EXPECT_EQ(place.QuadPart, 0x1'0000'0005);  // A refused move moves nothing.
  place.QuadPart = 3;
  EXPECT_TRUE(SetFilePointerEx(file, place, nullptr, FILE_BEGIN));
  EXPECT_TRUE(SetEndOfFile(file));
  EXPECT_TRUE(FlushFileBuffers(file));
  EXPECT_TRUE(CloseHandle(file));
  EXPECT_EQ(content(), "012");
}

TEST_F(Files, PointersThatCannotBeAreRefused) {
  write("x");
  const HANDLE file = open(OPEN_EXISTING, GENERIC_READ);
  EXPECT_FAILS_WITH(ERROR_NEGATIVE_SEEK,
                    SetFilePointer(file, -1, nullptr, FILE_BEGIN) != INVALID_SET_FILE_POINTER);
  EXPECT_FAILS_WITH(ERROR_INVALID_PARAMETER,
                    SetFilePointer(file, 0, nullptr, 3) != INVALID_SET_FILE_POINTER);
  EXPECT_FAILS_WITH(ERROR_ACCESS_DENIED, SetEndOfFile(file));
  EXPECT_FAILS_WITH(ERROR_ACCESS_DENIED, FlushFileBuffers(file));
  EXPECT_FAILS_WITH(ERROR_INVALID_PARAMETER, GetFileSizeEx(file, nullptr));
  EXPECT_TRUE(CloseHandle(file));
  HANDLE read = nullptr, into = nullptr;
  ASSERT_TRUE(CreatePipe(&read, &into, nullptr, 0));
  EXPECT_FAILS_WITH(ERROR_SEEK_ON_DEVICE,
                    SetFilePointer(read, 0, nullptr, FILE_BEGIN) != INVALID_SET_FILE_POINTER);
  EXPECT_TRUE(FlushFileBuffers(into));
  EXPECT_TRUE(CloseHandle(read));
  EXPECT_TRUE(CloseHandle(into));
}

TEST_F(Files, ClosedAndWrongHandlesAreRefusedEverywhere) {
  write("x");
  const HANDLE closed = open(OPEN_EXISTING);
  EXPECT_TRUE(CloseHandle(closed));
  const HANDLE event = CreateEventA(nullptr, TRUE, FALSE, nullptr);
  char octet = 0;
  DWORD moved = 0;
  LARGE_INTEGER size{};
  for (const HANDLE wrong : {closed, event, HANDLE{nullptr}, INVALID_HANDLE_VALUE}) {
    EXPECT_FAILS_WITH(ERROR_INVALID_HANDLE, ReadFile(wrong, &octet, 1, &moved, nullptr));
    EXPECT_FAILS_WITH(ERROR_INVALID_HANDLE, WriteFile(wrong, &octet, 1, &moved, nullptr));
    EXPECT_FAILS_WITH(ERROR_INVALID_HANDLE, GetFileSizeEx(wrong, &size));
    EXPECT_FAILS_WITH(ERROR_INVALID_HANDLE, GetFileSize(wrong, nullptr) != INVALID_FILE_SIZE);
    EXPECT_FAILS_WITH(ERROR_INVALID_HANDLE, SetFilePointerEx(wrong, size, nullptr, FILE_BEGIN));
    EXPECT_FAILS_WITH(ERROR_INVALID_HANDLE, SetEndOfFile(wrong));
    EXPECT_FAILS_WITH(ERROR_INVALID_HANDLE, FlushFileBuffers(wrong));
    EXPECT_FAILS_WITH(ERROR_INVALID_HANDLE, GetFileType(wrong));
    EXPECT_FAILS_WITH(ERROR_INVALID_HANDLE,
                      PeekNamedPipe(wrong, nullptr, 0, nullptr, nullptr, nullptr));
  }
  EXPECT_TRUE(CloseHandle(event));
}

class NamedPipes : public Files {
 protected:
  NamedPipes() { EXPECT_EQ(::mkfifo(path_.c_str(), 0600), 0); }
};

TEST_F(NamedPipes, OpenAtOnceWhoeverIsAtTheOtherEnd) {
  expect_refused(ERROR_PIPE_BUSY, open(OPEN_EXISTING, GENERIC_WRITE));
  const HANDLE from = open(OPEN_EXISTING, GENERIC_READ);
  ASSERT_NE(from, INVALID_HANDLE_VALUE);
  EXPECT_EQ(GetFileType(from), DWORD{FILE_TYPE_PIPE});
  std::array<char, 8> room{};
  DWORD moved = 0;
  std::thread writer{[&] {
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
    const HANDLE into = open(OPEN_EXISTING, GENERIC_WRITE);
    DWORD written = 0;
    EXPECT_TRUE(WriteFile(into, "first", 5, &written, nullptr));
    EXPECT_TRUE(CloseHandle(into));
  }};
  EXPECT_TRUE(ReadFile(from, room.data(), room.size(), &moved, nullptr));  // Waits for it.
  EXPECT_EQ(moved, 5U);
  writer.join();
  EXPECT_FAILS_WITH(ERROR_BROKEN_PIPE, ReadFile(from, room.data(), room.size(), &moved, nullptr));
  EXPECT_TRUE(CloseHandle(from));
}

}  // namespace
}  // namespace wsalive::test
