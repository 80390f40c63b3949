// Named objects beside forks, stopped processes and dead ones: no process waits for one that does not go on, and none takes
// another's name away, and a child hears what its parent heard.

#include "windows.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include "support/child.hpp"

namespace wsalive::test {
namespace {

std::string name(const char* what) {
  return "wsalive-fork-test-" + std::to_string(::getpid()) + "-" + what;
}

/// A page that a test shares with its children.
template <typename T>
T& shared_page() {
  void* const at = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  return *new (at) T{};
}

bool is_there(const std::string& text) {
  const HANDLE found = OpenEventA(EVENT_ALL_ACCESS, FALSE, text.c_str());
  if (found) CloseHandle(found);
  return found != nullptr;
}

TEST(NamedFork, AChildHearsWhatItsParentWaitedForAtTheFork) {
  const std::string text = name("heard");
  const HANDLE event = CreateEventA(nullptr, TRUE, FALSE, text.c_str());
  auto& waits = shared_page<std::atomic<int>>();
  std::thread waiter{[&] { EXPECT_EQ(WaitForSingleObject(event, 20'000), WAIT_OBJECT_0); }};
  ::usleep(50'000);  // The fork falls into the wait.
  const pid_t child = start_child([&] {
    waits = 1;
    return WaitForSingleObject(event, 20'000) == WAIT_OBJECT_0 ? 0 : 1;
  });
  while (waits == 0) ::usleep(1000);
  ::usleep(50'000);
  EXPECT_TRUE(SetEvent(event));
  EXPECT_EQ(finish_child(child), 0);
  waiter.join();
  EXPECT_TRUE(CloseHandle(event));
}

TEST(NamedFork, AChildThatClosesLeavesTheNameToItsParent) {
  const std::string text = name("closed");
  const HANDLE event = CreateEventA(nullptr, TRUE, FALSE, text.c_str());
  EXPECT_EQ(finish_child(start_child([&] { return CloseHandle(event) ? 0 : 1; })), 0);
  EXPECT_TRUE(is_there(text));
  EXPECT_EQ(finish_child(start_child([&] { return is_there(text) ? 0 : 1; })), 0);
  EXPECT_TRUE(CloseHandle(event));
  EXPECT_FALSE(is_there(text));
}

TEST(NamedFork, AParentThatClosesAtOnceLeavesTheNameToItsChild) {
  for (int round = 0; round < 20; ++round) {
    const std::string text = name("left");
    const HANDLE event = CreateEventA(nullptr, TRUE, FALSE, text.c_str());
    std::array<int, 2> line{};
    ASSERT_EQ(::pipe(line.data()), 0);
    const pid_t child = start_child([&] {
      ::close(line[1]);
      char end = 0;
      return ::read(line[0], &end, 1) == 0 ? 0 : 1;
    });
    ::close(line[0]);
    EXPECT_TRUE(CloseHandle(event));
    EXPECT_TRUE(is_there(text)) << round;
    ::close(line[1]);
    EXPECT_EQ(finish_child(child), 0);
    EXPECT_FALSE(is_there(text)) << round;
  }
}

/// Opens and closes names without end.
[[noreturn]] void come_and_go(const std::string& text) {
  for (;;) {
    const HANDLE event = CreateEventA(nullptr, TRUE, FALSE, text.c_str());
    if (event) CloseHandle(event);
  }
}

TEST(NamedFork, AStoppedProcessHoldsNobodyUp) {
  const std::string text = name("stopped");
  for (int round = 0; round < 40; ++round) {
    const pid_t child = start_child([&]() -> int { come_and_go(text); });
    ::usleep(500U + 137U * static_cast<unsigned>(round));
    ::kill(child, SIGSTOP);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, WUNTRACED), child);
    const pid_t other = start_child([&] {
      ::alarm(10);  // One that hangs is ended.
      const HANDLE same = CreateEventA(nullptr, TRUE, FALSE, text.c_str());
      const HANDLE another = CreateEventA(nullptr, TRUE, FALSE, name("another").c_str());
      return same && another && CloseHandle(same) && CloseHandle(another) ? 0 : 1;
    });
    EXPECT_EQ(finish_child(other), 0) << round;
    ::kill(child, SIGKILL);
    ASSERT_EQ(::waitpid(child, &status, 0), child);
  }
  EXPECT_FALSE(is_there(text));
}

TEST(NamedFork, AForkWhileNamesAreOpenedHoldsNobodyUp) {
  const std::string text = name("forked");
  std::atomic<bool> done{false};
  std::thread opener{[&] {
    while (!done) {
      const HANDLE event = CreateEventA(nullptr, TRUE, FALSE, text.c_str());
      if (event) CloseHandle(event);
    }
  }};
  std::vector<pid_t> children;
  for (int round = 0; round < 40; ++round) {
    children.push_back(start_child([]() -> int {
      for (;;) ::pause();
    }));
  }
  done = true;
  opener.join();
  const pid_t other = start_child([&] {
    ::alarm(10);
    const HANDLE event = CreateEventA(nullptr, TRUE, FALSE, name("after").c_str());
    return event && CloseHandle(event) ? 0 : 1;
  });
  EXPECT_EQ(finish_child(other), 0);
  for (const pid_t child : children) {
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
  }
  EXPECT_FALSE(is_there(text));
}

struct Room {
  std::atomic<int> inside{0};
  std::atomic<int> visits{0};
  std::atomic<int> crowded{0};
};

/// Goes in and out of a room that the mutex of that name guards; the name comes and goes with its visitors.
int go_in_and_out(const std::string& text, Room& room, int times) {
  for (int i = 0; i < times; ++i) {
    const HANDLE mutex = CreateMutexA(nullptr, FALSE, text.c_str());
    if (!mutex || WaitForSingleObject(mutex, 60'000) == WAIT_TIMEOUT) return 1;
    if (room.inside.fetch_add(1) != 0) ++room.crowded;
    ++room.visits;
    room.inside.fetch_sub(1);
    if (!ReleaseMutex(mutex) || !CloseHandle(mutex)) return 2;
  }
  return 0;
}

TEST(NamedFork, WhileANameComesAndGoesAllMeanTheSameObject) {
  constexpr int kVisitors = 4;
  constexpr int kVisits = 400;
  auto& room = shared_page<Room>();
  const std::string text = name("room");
  std::vector<pid_t> children;
  for (int i = 0; i < kVisitors; ++i) {
    children.push_back(start_child([&] { return go_in_and_out(text, room, kVisits); }));
  }
  for (const pid_t child : children) EXPECT_EQ(finish_child(child), 0);
  EXPECT_EQ(room.visits, kVisitors * kVisits);
  EXPECT_EQ(room.crowded, 0);
  EXPECT_FALSE(is_there(text));
}

}  // namespace
}  // namespace wsalive::test
