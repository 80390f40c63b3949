// Every kind of object, made and given back some hundred times: no handle, no descriptor and no memory stays behind,
// also where the calls are refused.
// labels: net

#include <winsock2.h>

#include <process.h>

#include <array>
#include <string>

#include <gtest/gtest.h>

#include "support/port.hpp"
#include "support/resource_count.hpp"
#include "support/temp_folder.hpp"
#include "support/winsock_api.hpp"

namespace wsalive::test {
namespace {

constexpr int kRounds = 400;

void wait_and_close(HANDLE handle) {
  EXPECT_EQ(WaitForSingleObject(handle, 10'000), WAIT_OBJECT_0);
  EXPECT_TRUE(CloseHandle(handle));
}

HANDLE no_handle() {
  return reinterpret_cast<HANDLE>(0x3fffffff);  // NOLINT(performance-no-int-to-ptr)
}

TEST(NothingIsLeft, OfEventsSemaphoresAndMutexes) {
  expect_nothing_left("objects without names", kRounds, [] {
    const HANDLE all[] = {CreateEventA(nullptr, TRUE, TRUE, nullptr),
                          CreateSemaphoreA(nullptr, 1, 2, nullptr),
                          CreateMutexA(nullptr, FALSE, nullptr)};
    EXPECT_EQ(WaitForMultipleObjects(3, all, TRUE, 0), WAIT_OBJECT_0);
    EXPECT_TRUE(ReleaseMutex(all[2]));
    for (const HANDLE each : all) EXPECT_TRUE(CloseHandle(each));
    EXPECT_FALSE(SetEvent(all[0]));
    EXPECT_EQ(WaitForSingleObject(no_handle(), 0), WAIT_FAILED);
  });
  expect_nothing_left("objects with names", kRounds, [] {
    const HANDLE made = CreateEventA(nullptr, FALSE, TRUE, "wsalive-test-nothing-left");
    const HANDLE found = OpenEventA(EVENT_ALL_ACCESS, FALSE, "wsalive-test-nothing-left");
    EXPECT_EQ(OpenMutexA(MUTEX_ALL_ACCESS, FALSE, "wsalive-test-nothing-left"), nullptr);
    wait_and_close(found);
    EXPECT_TRUE(CloseHandle(made));
  });
}

TEST(NothingIsLeft, OfThreadsAndTheirCalls) {
  constexpr int kFew = 100;
  expect_nothing_left("threads", kFew, [] {
    const HANDLE thread = CreateThread(
        nullptr, 0, [](LPVOID) -> DWORD { return SleepEx(INFINITE, TRUE); }, nullptr, 0, nullptr);
    EXPECT_NE(QueueUserAPC([](ULONG_PTR) {}, thread, 0), 0U);
    QueueUserAPC([](ULONG_PTR) {}, thread, 0);  // Perhaps too late to run.
    wait_and_close(thread);
  });
  expect_nothing_left("threads of the library", kFew, [] {
    wait_and_close(reinterpret_cast<HANDLE>(_beginthreadex(
        nullptr, 0, [](void*) -> unsigned { return 0; }, nullptr, 0, nullptr)));
  });
  expect_nothing_left("slots", kRounds, [] { EXPECT_TRUE(TlsFree(TlsAlloc())); });
}

TEST(NothingIsLeft, OfFilesPipesAndMappings) {
  const TempFolder folder;
  const std::string path = folder.file("file");
  expect_nothing_left("files", kRounds, [&] {
    const HANDLE file = CreateFileA(path.c_str(), GENERIC_WRITE, 0, nullptr, CREATE_ALWAYS,
                                    FILE_FLAG_OVERLAPPED, nullptr);
    EXPECT_EQ(CreateFileA(path.c_str(), GENERIC_READ, 0, nullptr, OPEN_EXISTING, 0, nullptr),
              INVALID_HANDLE_VALUE);
    const Port port;
    EXPECT_NE(CreateIoCompletionPort(file, port.get(), 1, 0), nullptr);
    OVERLAPPED overlapped{};
    EXPECT_TRUE(WriteFile(file, "abc", 3, nullptr, &overlapped));
    EXPECT_TRUE(CloseHandle(file));  // The packet is never taken.
  });
  expect_nothing_left("routines", kRounds, [&] {
    const HANDLE file = CreateFileA(path.c_str(), GENERIC_WRITE, 0, nullptr, OPEN_EXISTING,
                                    FILE_FLAG_OVERLAPPED, nullptr);
    OVERLAPPED overlapped{};
    const auto routine = [](DWORD, DWORD, LPOVERLAPPED) {};
    EXPECT_TRUE(WriteFileEx(file, "abc", 3, &overlapped, routine));
    EXPECT_FALSE(WriteFileEx(file, nullptr, 3, &overlapped, routine));
    EXPECT_EQ(SleepEx(0, TRUE), DWORD{WAIT_IO_COMPLETION});
    EXPECT_TRUE(CloseHandle(file));
  });
  expect_nothing_left("pipes", kRounds, [] {
    HANDLE from = nullptr, into = nullptr;
    EXPECT_TRUE(CreatePipe(&from, &into, nullptr, 0));
    EXPECT_TRUE(CloseHandle(from));
    EXPECT_TRUE(CloseHandle(into));
  });
  expect_nothing_left("mappings", kRounds, [] {
    const HANDLE mapping = CreateFileMappingA(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE, 0,
                                              4096, "wsalive-test-mapping-left");
    void* const view = MapViewOfFile(mapping, FILE_MAP_WRITE, 0, 0, 0);
    EXPECT_NE(view, nullptr);
    EXPECT_TRUE(CloseHandle(mapping));
    EXPECT_TRUE(UnmapViewOfFile(view));
    EXPECT_TRUE(VirtualFree(VirtualAlloc(nullptr, 65'536, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE),
                            0, MEM_RELEASE));
  });
}

TEST(NothingIsLeft, OfHeapsTextsAndKeys) {
  expect_nothing_left("heaps", kRounds, [] {
    const HANDLE heap = HeapCreate(0, 0, 0);
    EXPECT_NE(HeapAlloc(heap, 0, 1000), nullptr);  // Goes with the heap.
    EXPECT_TRUE(HeapFree(heap, 0, HeapAlloc(heap, HEAP_ZERO_MEMORY, 100)));
    EXPECT_TRUE(HeapDestroy(heap));
    EXPECT_EQ(LocalFree(LocalAlloc(LPTR, 300)), nullptr);
    EXPECT_EQ(GlobalFree(GlobalAlloc(GPTR, 300)), nullptr);
  });
  expect_nothing_left("texts", kRounds, [] {
    char* text = nullptr;
    EXPECT_NE(FormatMessageA(FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_FROM_SYSTEM |
                                 FORMAT_MESSAGE_IGNORE_INSERTS,
                             nullptr, WSAECONNRESET, 0, reinterpret_cast<LPSTR>(&text), 0, nullptr),
              0U);
    EXPECT_EQ(LocalFree(text), nullptr);
  });
  expect_nothing_left("keys", kRounds, [] {
    HKEY key = nullptr;
    if (RegOpenKeyExA(HKEY_LOCAL_MACHINE, "SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters",
                      0, KEY_READ, &key) == ERROR_SUCCESS) {
      EXPECT_EQ(RegQueryValueExA(key, "no such value", nullptr, nullptr, nullptr, nullptr),
                ERROR_FILE_NOT_FOUND);
      EXPECT_EQ(RegCloseKey(key), ERROR_SUCCESS);
    }
  });
}

TEST(NothingIsLeft, OfProcessesAndModules) {
  constexpr int kFew = 24;
  expect_nothing_left("processes", kFew, [] {
    char line[] = "true";
    STARTUPINFOA info{};
    info.cb = sizeof info;
    PROCESS_INFORMATION child{};
    EXPECT_TRUE(
        CreateProcessA(nullptr, line, nullptr, nullptr, TRUE, 0, nullptr, nullptr, &info, &child));
    wait_and_close(child.hProcess);
    EXPECT_TRUE(CloseHandle(child.hThread));
    char nothing[] = "no-such-program-anywhere";
    EXPECT_FALSE(CreateProcessA(nullptr, nothing, nullptr, nullptr, TRUE, 0, nullptr, nullptr,
                                &info, &child));
  });
  expect_nothing_left("modules", kRounds, [] {
    EXPECT_TRUE(FreeLibrary(LoadLibraryA("ws2_32.dll")));
    EXPECT_EQ(LoadLibraryA("no-such-module"), nullptr);
  });
}

TEST(NothingIsLeft, OfPortsAndPackets) {
  expect_nothing_left("ports", kRounds, [] {
    const Port port;
    for (ULONG_PTR key = 0; key < 8; ++key) {
      EXPECT_TRUE(PostQueuedCompletionStatus(port.get(), 1, key, nullptr));
    }
    EXPECT_EQ(port.take().bytes, 1U);  // The others go with the port.
    EXPECT_EQ(CreateIoCompletionPort(no_handle(), port.get(), 1, 0), nullptr);
    EXPECT_EQ(CreateIoCompletionPort(no_handle(), nullptr, 1, 0), nullptr);
  });
}

TEST(NothingIsLeft, OfConnectionsWithOperationsUnderWay) {
  const Winsock started;
  const OwnEvent event;
  constexpr int kFew = 100;
  expect_nothing_left("connections", kFew, [&] {
    Pair pair = connected_pair();
    std::array<char, 16> room{};
    OVERLAPPED waiting{}, done{};
    waiting.hEvent = event.get();
    EXPECT_EQ(receive_into(pair.client, buffer_of(room.data(), 16), waiting), WSA_IO_PENDING);
    EXPECT_EQ(send_from(pair.client, buffer_of(room.data(), 16), done), 0);
    EXPECT_EQ(WSAEventSelect(pair.server, event.get(), FD_READ | FD_CLOSE), 0);
    pair.client.close();
    EXPECT_TRUE(HasOverlappedIoCompleted(&waiting));
  });
}

}  // namespace
}  // namespace wsalive::test
