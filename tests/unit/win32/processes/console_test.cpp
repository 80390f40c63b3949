// The console: control events, standard handles, keys, and the C library's threads.

#include "windows.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <string>
#include <vector>

#include "conio.h"
#include "process.h"
#include "support/handle_count.hpp"

namespace wsalive::test {
namespace {

/// Standard input or output as a pipe, for as long as this lives.
class Piped {
 public:
  explicit Piped(int stream) : stream_(stream), kept_(::fcntl(stream, F_DUPFD_CLOEXEC, 10)) {
    EXPECT_EQ(::pipe(ends_), 0);
    ::dup2(ends_[stream == 0 ? 0 : 1], stream);
  }
  ~Piped() {
    ::dup2(kept_, stream_);
    for (const int end : {ends_[0], ends_[1], kept_}) ::close(end);
  }
  void type(const std::string& text) const {
    EXPECT_EQ(::write(ends_[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  [[nodiscard]] std::string read() const {
    char text[64];
    const ssize_t length = ::read(ends_[0], text, sizeof text);
    return {text, length > 0 ? static_cast<std::size_t>(length) : 0};
  }

 private:
  int stream_, kept_;
  int ends_[2] = {};
};

HANDLE g_event;
DWORD g_last;

BOOL handled(DWORD type) {
  g_last = type;
  SetEvent(g_event);
  return TRUE;
}
BOOL not_handled(DWORD) { return FALSE; }

// First, while this process has one thread: it forks.
TEST(ConsoleControl, AnEventThatNobodyHandlesEndsTheProcess) {
  const pid_t child = ::fork();
  if (child == 0) {
    SetConsoleCtrlHandler(not_handled, TRUE);
    ::kill(::getpid(), SIGTERM);
    for (;;) ::pause();
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGTERM);
}

TEST(ConsoleControl, EventsComeToTheLastHandlerFirst) {
  g_event = CreateEvent(nullptr, FALSE, FALSE, nullptr);
  EXPECT_TRUE(SetConsoleCtrlHandler(handled, TRUE));
  EXPECT_TRUE(SetConsoleCtrlHandler(not_handled, TRUE));
  struct Sent {
    int signal;
    DWORD event;
  };
  for (const Sent& sent : {Sent{SIGINT, CTRL_C_EVENT}, Sent{SIGQUIT, CTRL_BREAK_EVENT},
                           Sent{SIGHUP, CTRL_CLOSE_EVENT}, Sent{SIGTERM, CTRL_SHUTDOWN_EVENT}}) {
    ::kill(::getpid(), sent.signal);
    EXPECT_EQ(WaitForSingleObject(g_event, INFINITE), WAIT_OBJECT_0);
    EXPECT_EQ(g_last, sent.event);
  }
  EXPECT_TRUE(GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, 0));
  EXPECT_EQ(WaitForSingleObject(g_event, INFINITE), WAIT_OBJECT_0);
  EXPECT_EQ(g_last, DWORD{CTRL_BREAK_EVENT});

  EXPECT_TRUE(SetConsoleCtrlHandler(nullptr, TRUE));  // Ctrl+C is ignored now.
  EXPECT_TRUE(GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0));
  EXPECT_EQ(WaitForSingleObject(g_event, 5), WAIT_TIMEOUT);
  EXPECT_TRUE(SetConsoleCtrlHandler(nullptr, FALSE));

  EXPECT_TRUE(SetConsoleCtrlHandler(not_handled, FALSE));
  EXPECT_TRUE(SetConsoleCtrlHandler(handled, FALSE));
  EXPECT_FAILS_WITH(ERROR_INVALID_PARAMETER, SetConsoleCtrlHandler(handled, FALSE));
  EXPECT_FAILS_WITH(ERROR_INVALID_PARAMETER, GenerateConsoleCtrlEvent(CTRL_CLOSE_EVENT, 0));
  EXPECT_TRUE(CloseHandle(g_event));
}

TEST(StandardHandles, WriteTextOfBothKinds) {
  const Piped output{1};
  const HANDLE handle = GetStdHandle(STD_OUTPUT_HANDLE);
  EXPECT_EQ(GetStdHandle(STD_OUTPUT_HANDLE), handle);
  DWORD written = 0;
  EXPECT_TRUE(WriteConsoleA(handle, "abc", 2, &written, nullptr));
  EXPECT_EQ(written, 2U);
  EXPECT_TRUE(WriteConsoleW(handle, L"\u20AC", 1, &written, nullptr));
  EXPECT_EQ(written, 1U);
  EXPECT_EQ(_putch('!'), '!');
  EXPECT_EQ(_cputs("?"), 0);
  EXPECT_EQ(output.read(), "ab\xE2\x82\xAC!?");
  EXPECT_EQ(GetFileType(handle), DWORD{FILE_TYPE_PIPE});
  EXPECT_FAILS_WITH(ERROR_INVALID_HANDLE, WriteConsoleA(nullptr, "abc", 2, &written, nullptr));
  EXPECT_FAILS_WITH(ERROR_INVALID_HANDLE, GetFileType(nullptr));
  EXPECT_FAILS_WITH(ERROR_INVALID_HANDLE, CloseHandle(handle));
  SetLastError(0);
  EXPECT_EQ(GetStdHandle(5), INVALID_HANDLE_VALUE);
  EXPECT_EQ(GetLastError(), DWORD{ERROR_INVALID_HANDLE});
}

TEST(Keys, AreReadOneByOne) {
  const Piped input{0};
  EXPECT_FALSE(_kbhit());
  input.type("xy");
  EXPECT_TRUE(_kbhit());
  EXPECT_EQ(_getch(), 'x');
  EXPECT_EQ(_getche(), 'y');
  EXPECT_FALSE(_kbhit());
}

unsigned doubled(void* number) { return *static_cast<unsigned*>(number) * 2; }
unsigned ended_early(void*) { _endthreadex(5); }

TEST(LibraryThreads, LeaveAHandleToWaitOnAndClose) {
  const HandleCount count;
  unsigned number = 21, id = 0;
  const auto thread =
      reinterpret_cast<HANDLE>(_beginthreadex(nullptr, 0, doubled, &number, 0, &id));
  ASSERT_NE(thread, nullptr);
  EXPECT_EQ(WaitForSingleObject(thread, INFINITE), WAIT_OBJECT_0);
  DWORD code = 0;
  EXPECT_TRUE(GetExitCodeThread(thread, &code));
  EXPECT_EQ(code, 42U);
  EXPECT_NE(id, 0U);
  EXPECT_TRUE(CloseHandle(thread));
  const auto early = reinterpret_cast<HANDLE>(
      _beginthreadex(nullptr, 0, ended_early, nullptr, CREATE_SUSPENDED, nullptr));
  EXPECT_EQ(ResumeThread(early), 1U);
  EXPECT_EQ(WaitForSingleObject(early, INFINITE), WAIT_OBJECT_0);
  EXPECT_TRUE(GetExitCodeThread(early, &code));
  EXPECT_EQ(code, 5U);
  EXPECT_TRUE(CloseHandle(early));
  EXPECT_EQ(_beginthreadex(nullptr, 0, nullptr, nullptr, 0, nullptr), 0U);
  EXPECT_EQ(errno, EINVAL);
}

TEST(LibraryThreads, OfTheOldKindCloseTheirOwnHandle) {
  const HandleCount count;
  const HANDLE done = CreateEvent(nullptr, TRUE, FALSE, nullptr);
  const auto routine = [](void* event) {
    SetEvent(event);
    _endthread();
  };
  EXPECT_NE(_beginthread(routine, 0, done), ~uintptr_t{0});
  EXPECT_EQ(WaitForSingleObject(done, INFINITE), WAIT_OBJECT_0);
  EXPECT_TRUE(CloseHandle(done));
  EXPECT_EQ(_beginthread(nullptr, 0, nullptr), ~uintptr_t{0});
}

}  // namespace
}  // namespace wsalive::test
