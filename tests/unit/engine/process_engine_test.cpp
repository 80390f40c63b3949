// The engine of a process, on real connections: its thread, other processes' view of it, and who
// drives after a fork.
// labels: net realtime

#include <dirent.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "engine/host.hpp"
#include "engine/make_engine.hpp"
#include "engine/published_table.hpp"
#include "os/tcp/tcp_info.hpp"
#include "support/asked.hpp"
#include "support/plain_socket.hpp"

// A child of a fork starts the engine's thread; ThreadSanitizer must be told that this is meant.
extern "C" const char* __tsan_default_options() { return "die_after_fork=0"; }

namespace wsalive::test {
namespace {

using namespace std::chrono_literals;
using engine::Engine;
namespace fs = std::filesystem;

/// The task of the engine's thread in this process, or empty.
std::string engine_task() {
  for (const auto& task : fs::directory_iterator{"/proc/self/task"}) {
    std::ifstream file{task.path() / "comm"};
    std::string name;
    std::getline(file, name);
    if (name == "wsalive-engine") return task.path();
  }
  return {};
}

bool becomes(bool wanted, std::chrono::milliseconds patience = 3s) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (std::chrono::steady_clock::now() < end) {
    if (engine_task().empty() != wanted) return true;
    std::this_thread::sleep_for(5ms);
  }
  return false;
}

class ProcessEngine : public testing::Test {
 protected:
  PlainSocket listener_ = PlainSocket::listening("127.0.0.1");
  PlainSocket client_ = PlainSocket::connected("127.0.0.1", listener_.port());
  PlainSocket server_ = listener_.accepted();
  Engine& engine_ = engine::process_engine();

  ~ProcessEngine() override {
    engine_.forget(client_.fd());
    EXPECT_TRUE(becomes(false));
  }

  void drive(const policy::SourcedTiming& wanted) {
    const Status done = engine_.switch_on(client_.fd(), wanted);
    ASSERT_TRUE(done) << done.error().attempt;
  }
  /// How long ago the peer was last heard. A probe that is answered starts it again.
  std::chrono::milliseconds heard() { return engine::os_host().facts(client_.fd())->heard; }

  /// Whether in that time a probe was answered, again and again.
  bool is_probed(std::chrono::milliseconds time, std::chrono::milliseconds longest) {
    const auto end = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < end) {
      if (heard() > longest) return false;
      std::this_thread::sleep_for(10ms);
    }
    return true;
  }
};

TEST_F(ProcessEngine, TheThreadComesWithTheFirstConnectionAndGoesWithTheLast) {
  ASSERT_TRUE(becomes(false));
  drive(test::by_kernel(asked(60'000, 7000, 9)));
  EXPECT_TRUE(engine_task().empty()) << "the kernel keeps these by itself";
  drive(asked(60'000, 7000, 9));
  EXPECT_TRUE(becomes(true));
  ASSERT_TRUE(engine_.switch_off(client_.fd()));
  EXPECT_TRUE(becomes(false));
  drive(asked(60'500, 7000, 9));
  EXPECT_TRUE(becomes(true));
}

TEST_F(ProcessEngine, TheThreadBlocksAllSignals) {
  drive(asked(60'500, 7000, 9));
  ASSERT_TRUE(becomes(true));
  std::ifstream status{engine_task() + "/status"};
  std::string line;
  unsigned long blocked = 0;
  while (std::getline(status, line)) {
    if (line.starts_with("SigBlk:")) blocked = std::stoul(line.substr(7), nullptr, 16);
  }
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGCHLD, SIGUSR1, SIGALRM, SIGPIPE, SIGRTMAX}) {
    EXPECT_NE(blocked >> static_cast<unsigned>(signal - 1) & 1U, 0U) << signal;
  }
}

TEST_F(ProcessEngine, TheThreadIsScheduledAsPromptlyAsTheProcessMay) {
  bool may = false;
  std::thread{[&] {
    const sched_param lowest{1};
    // Under a filter of system calls it asks for nothing: some kill for that.
    may = ::prctl(PR_GET_SECCOMP) <= 0 && ::sched_setscheduler(0, SCHED_FIFO, &lowest) == 0;
  }}.join();
  drive(asked(60'500, 300, 5));
  ASSERT_TRUE(becomes(true));
  const int thread = std::stoi(fs::path{engine_task()}.filename());
  const int wanted = may ? SCHED_FIFO | SCHED_RESET_ON_FORK : SCHED_OTHER;
  for (int i = 0; i < 3000 && ::sched_getscheduler(thread) != wanted; ++i) {
    std::this_thread::sleep_for(10ms);  // It asks after it has its name.
  }
  EXPECT_EQ(::sched_getscheduler(thread), wanted);
  EXPECT_EQ(::sched_getscheduler(0), SCHED_OTHER);
}

TEST_F(ProcessEngine, ASetUserIdOfTheProcessReachesTheThread) {
  drive(asked(1000, 300, 5));
  ASSERT_TRUE(becomes(true));
  // glibc changes the id of every thread by a signal that no thread can block.
  EXPECT_EQ(::setuid(::getuid()), 0);
  EXPECT_TRUE(is_probed(1300ms, 1100ms));
}

TEST_F(ProcessEngine, TheTableTellsOtherProcesses) {  // K-96
  drive(asked(60'500, 7000, 9));
  // As another process would: through /proc/PID/fd.
  std::string path;
  for (const auto& entry : fs::directory_iterator{"/proc/self/fd"}) {
    std::error_code gone;
    const auto target = fs::read_symlink(entry.path(), gone);
    if (!gone && target == "/memfd:wsalive-engine (deleted)") path = entry.path();
  }
  ASSERT_FALSE(path.empty());
  const Fd file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  ASSERT_TRUE(file);
  const auto copy = [&](std::uint64_t at, void* into, std::size_t bytes) {
    return ::pread(file.get(), into, bytes, static_cast<off_t>(at)) == static_cast<ssize_t>(bytes);
  };
  const auto number = static_cast<std::uint64_t>(client_.fd());
  const auto record = engine::published_record(copy, number);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->cookie_low, static_cast<std::uint32_t>(*os::socket_cookie(client_.fd())));
  EXPECT_EQ(engine::timing_of(*record), asked(60'500, 7000, 9));
  EXPECT_EQ(record->driver, static_cast<std::uint8_t>(policy::DriverKind::rearm));
  ASSERT_TRUE(engine_.switch_off(client_.fd()));
  EXPECT_FALSE(engine::published_record(copy, number));
  struct stat facts {};
  ASSERT_EQ(::fstat(file.get(), &facts), 0);
  const auto size = static_cast<std::size_t>(facts.st_size);

  // Sealed: no other process can write it or change its size.
  const Fd writable{::open(path.c_str(), O_RDWR | O_CLOEXEC)};
  if (writable) {
    EXPECT_EQ(::mmap(nullptr, size, PROT_WRITE, MAP_SHARED, writable.get(), 0), MAP_FAILED);
    EXPECT_NE(::ftruncate(writable.get(), 0), 0);
  }
}

/// Runs `act` in a child until the test lets it go; its exit status is 0 if all went well.
class Child {
 public:
  template <typename F>
  explicit Child(F act) : pid_(::fork()) {
    if (pid_ == 0) ::_exit(act());
  }
  ~Child() {
    ::kill(pid_, SIGKILL);
    (void)wait();
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  int wait() {
    int status = -1;
    if (!waited_) ::waitpid(pid_, &status, 0);
    waited_ = true;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t pid_;
  bool waited_ = false;
};

TEST_F(ProcessEngine, WhileTheParentDrivesTheChildDoesNot) {
  drive(asked(1000, 300, 5));
  const std::uint32_t before = engine::os_host().facts(client_.fd())->segments_in;
  Child child{[] {
    std::this_thread::sleep_for(10s);
    return 0;
  }};
  EXPECT_TRUE(is_probed(4200ms, 1100ms));
  const std::uint32_t answers = engine::os_host().facts(client_.fd())->segments_in - before;
  EXPECT_EQ(answers, 4U);  // One a second, and not two.
}

TEST_F(ProcessEngine, WhenTheParentClosesTheChildDrives) {
  drive(asked(1000, 300, 5));
  Child child{[] {
    std::this_thread::sleep_for(20s);
    return 0;
  }};
  engine_.forget(client_.fd());  // The number stays open here to watch by.
  EXPECT_TRUE(is_probed(4s, 1800ms));
}

TEST_F(ProcessEngine, ASecondDescriptorOfAConnectionStandsByForTheFirst) {
  drive(asked(1000, 300, 5));
  Fd other{::fcntl(client_.fd(), F_DUPFD_CLOEXEC, 0)};
  const engine::SharedConnection shared = engine_.share(client_.fd());
  ASSERT_NE(shared.course.cookie, 0U);
  EXPECT_FALSE(engine_.needs_lock_file(shared.course));  // It is this process's own.
  engine_.stand_by(other.get(), shared.course, Fd{});
  const std::uint32_t before = engine::os_host().facts(client_.fd())->segments_in;
  EXPECT_TRUE(is_probed(4200ms, 1100ms));
  EXPECT_EQ(engine::os_host().facts(client_.fd())->segments_in - before, 4U);
  engine_.forget(client_.fd());
  EXPECT_TRUE(is_probed(4s, 1800ms));
  engine_.forget(other.get());
}

TEST_F(ProcessEngine, WhenTheParentEndsOneOfItsChildrenDrives) {
  // Parent: this test's child. Its children: two. They end with the last descriptor of the pipe.
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  Child parent{[&] {
    drive(asked(1000, 300, 5));
    for (int i = 0; i < 2; ++i) {
      if (::fork() == 0) {
        ::close(ends[1]);
        pollfd end{ends[0], 0, 0};
        ::poll(&end, 1, 20'000);
        ::_exit(0);
      }
    }
    std::this_thread::sleep_for(300ms);
    return 0;
  }};
  ::close(ends[0]);
  ASSERT_EQ(parent.wait(), 0);
  std::this_thread::sleep_for(1300ms);
  const std::uint32_t before = engine::os_host().facts(client_.fd())->segments_in;
  EXPECT_TRUE(is_probed(4200ms, 1800ms));
  const std::uint32_t answers = engine::os_host().facts(client_.fd())->segments_in - before;
  EXPECT_GE(answers, 3U);
  EXPECT_LE(answers, 5U);
  ::close(ends[1]);
}

/// How many descriptors a program has that this process becomes.
int open_after_exec() {
  Child child{[] {
    ::execl("/bin/sh", "sh", "-c", "exit $(ls /proc/self/fd | wc -l)", nullptr);
    return 0;
  }};
  return child.wait();
}

TEST_F(ProcessEngine, AnExecLeavesNothingBehind) {
  const int before = open_after_exec();
  ASSERT_GT(before, 0);
  drive(asked(1000, 300, 5));
  EXPECT_EQ(open_after_exec(), before);
}

}  // namespace
}  // namespace wsalive::test
