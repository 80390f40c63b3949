// A program that knows nothing of us, run with keep-alive: dynamic and static, by seccomp, bpf and preload,
// as root and as a user without rights. It prints the values of its own socket.
//
// labels: net

#include <fcntl.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <netinet/in.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "attach/bpf/group_service.hpp"
#include "attach/pidfd/foreign_socket.hpp"
#include "attach/preload_settings.hpp"
#include "attach/run/start.hpp"
#include "attach/seccomp/notifier.hpp"

namespace wsalive::attach {
namespace {

enum class Way : std::uint8_t { seccomp, bpf, preload };

const policy::KernelFit kFit{45, 5, 5};
constexpr const char* kNoBorrowing = "a filter of system calls refuses pidfd_getfd here";

/// What the process that was to become the program ends with if it cannot.
constexpr int kNoService = 98;
constexpr int kNotExecuted = 97;

struct Outcome {
  std::string output;
  int wait_status = 0;
  int exit_code() const { return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : -1; }
};

std::string program(const char* name) {
  return std::string{std::getenv("WSALIVE_BUILD")} + "/tests/attach/programs/" + name;
}

std::unique_ptr<KeeperService> service_for(Way way, Precedence whose) {
  if (way == Way::seccomp) {
    auto made = SeccompService::make({.fit = kFit, .whose = whose});
    return made ? std::move(*made) : nullptr;
  }
  BpfRule everything;
  everything.fit = kFit;
  auto made = BpfGroupService::make({.rules = {everything}, .whose = whose, .about = "{}"});
  return made ? std::move(*made) : nullptr;
}

std::string preload_library() {
  return std::string{std::getenv("WSALIVE_BUILD")} + "/src/attach/libwsalive-preload.so";
}

void preload(Precedence whose) {
  const PreloadSettings settings{
      .timing = {policy::DwordMillis{45'000}, policy::DwordMillis{5'000}, 5}, .whose = whose};
  ::setenv("LD_PRELOAD", preload_library().c_str(), 1);
  ::setenv(kPreloadVariable, to_text(settings).c_str(), 1);
}

[[noreturn]] void become(const std::vector<std::string>& words) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  ::execvp(arguments.front(), arguments.data());
  ::_exit(kNotExecuted);
}

/// One program, the way and the shape in which it is run.
struct Launch {
  Way way = Way::seccomp;
  Precedence whose = Precedence::program;
  std::vector<std::string> words;
  uid_t uid = 0;
  Shape shape = Shape::become;
};

[[noreturn]] void be_started(const Launch& how) {
  if (how.uid != 0 && (::setgroups(0, nullptr) != 0 || ::setuid(how.uid) != 0)) ::_exit(99);
  ::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);  // As the command is, which that user has executed.
  std::unique_ptr<KeeperService> service;
  if (how.way == Way::preload) {
    preload(how.whose);
  } else {
    service = service_for(how.way, how.whose);
    if (!service || !start_beside(*service, how.shape)) ::_exit(kNoService);
  }
  become(how.words);
}

Outcome run(const Launch& how) {
  std::array<int, 2> out{};
  EXPECT_EQ(::pipe2(out.data(), O_CLOEXEC), 0);
  const pid_t started = ::fork();
  if (started == 0) {
    ::dup2(out[1], STDOUT_FILENO);
    be_started(how);
  }
  ::close(out[1]);
  Outcome result;
  std::array<char, 256> piece{};
  for (ssize_t got = 0; (got = ::read(out[0], piece.data(), piece.size())) > 0;) {
    result.output.append(piece.data(), static_cast<std::size_t>(got));
  }
  ::close(out[0]);
  ::waitpid(started, &result.wait_status, 0);
  return result;
}

/// Not where root is the only user that a user namespace has.
bool may_become(uid_t uid) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(::setgroups(0, nullptr) == 0 && ::setuid(uid) == 0 ? 0 : 1);
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

class Listener {
 public:
  Listener() : fd_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(fd_.get(), reinterpret_cast<sockaddr*>(&address), size);
    ::listen(fd_.get(), 16);
    ::getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    port_ = std::to_string(ntohs(address.sin_port));
  }
  [[nodiscard]] const std::string& port() const { return port_; }

 private:
  Fd fd_;
  std::string port_;
};

std::string why_not(Way way) {
  if (way == Way::preload && ::access(preload_library().c_str(), F_OK) != 0) {
    return "a build with sanitizers has no library to preload";
  }
  if (way == Way::preload && preload_library().find_first_of(" :") != std::string::npos) {
    return "LD_PRELOAD cannot carry a space or a colon, which the build folder's name has";
  }
  if (way == Way::seccomp && filtered_call()) return kNoBorrowing;
  if (way != Way::bpf) return "";
  if (!bpf_is_built()) return "this build is without bpf";
  return service_for(way, Precedence::program)
             ? ""
             : "bpf or version-2 control groups are not allowed here";
}

struct Row {
  std::string name;
  Precedence whose;
  std::vector<std::string> words;  // PORT stands for a listener's port.
  std::string printed;
};

const std::vector<Row>& rows() {
  static const std::vector<Row> kRows{
      // clang-format off
      {"made",                     Precedence::program, {"connect", "PORT"},                            "1 45 5 5\n"},
      {"made, only switched on",   Precedence::program, {"connect", "PORT", "keepalive=1"},             "1 45 5 5\n"},
      {"made, own idle before",    Precedence::program, {"connect", "PORT", "idle=77"},                 "1 77 5 5\n"},
      {"made, own count before",   Precedence::program, {"connect", "PORT", "count=3"},                 "1 45 5 3\n"},
      {"made, own values after",   Precedence::program, {"connect", "PORT", "late-idle=88"},            "1 88 5 5\n"},
      {"made, switched off after", Precedence::program, {"connect", "PORT", "late-keepalive=0"},        "0 45 5 5\n"},
      {"made, forced",             Precedence::ours,    {"connect", "PORT", "idle=77", "late-idle=88", "late-keepalive=0"}, "1 45 5 5\n"},
      {"accepted",                 Precedence::program, {"accept"},                                     "1 45 5 5\n"},
      {"accepted, own interval",   Precedence::program, {"accept", "interval=9"},                       "1 45 9 5\n"},
      {"daemon",                   Precedence::program, {"daemon", "PORT"},                             "1 45 5 5\n"},
      // clang-format on
  };
  return kRows;
}

struct WayAndShape {
  std::string name;
  Way way;
  Shape shape;
};

class ProgramWithService : public testing::TestWithParam<WayAndShape> {
 protected:
  void SetUp() override {
    if (const std::string reason = why_not(GetParam().way); !reason.empty()) GTEST_SKIP() << reason;
  }
  static Launch of(std::vector<std::string> words) {
    return {.way = GetParam().way, .words = std::move(words), .shape = GetParam().shape};
  }
};

TEST_P(ProgramWithService, GetsOurValuesWhereItHasNoneOfItsOwn) {
  const Listener listener;
  for (const char* binary : {"own_values", "own_values_static"}) {
    if (GetParam().way == Way::preload && binary == std::string{"own_values_static"}) continue;
    for (const Row& row : rows()) {
      Launch how = of({program(binary)});
      how.whose = row.whose;
      for (const std::string& word : row.words)
        how.words.push_back(word == "PORT" ? listener.port() : word);
      EXPECT_EQ(run(how).output, row.printed) << binary << ": " << row.name;
    }
  }
}

TEST_P(ProgramWithService, EndsForItsCallerAsWithoutUs) {
  EXPECT_EQ(run(of({program("own_values"), "exit", "37"})).exit_code(), 37);
  const Outcome killed = run(of({program("own_values"), "kill", "15"}));
  EXPECT_TRUE(WIFSIGNALED(killed.wait_status));
  EXPECT_EQ(WTERMSIG(killed.wait_status), 15);
}

TEST_P(ProgramWithService, ThatCannotBeExecutedIsTold) {
  EXPECT_EQ(run(of({"/no/such/program"})).exit_code(), kNotExecuted);
  EXPECT_EQ(run(of({"/etc/passwd"})).exit_code(), kNotExecuted);
}

INSTANTIATE_TEST_SUITE_P(Ways, ProgramWithService,
                         testing::Values(WayAndShape{"Seccomp", Way::seccomp, Shape::become},
                                         WayAndShape{"SeccompBehindAFront", Way::seccomp,
                                                     Shape::front},
                                         WayAndShape{"SeccompBehindAFrontThatServes", Way::seccomp,
                                                     Shape::front_that_serves},
                                         WayAndShape{"Bpf", Way::bpf, Shape::become},
                                         WayAndShape{"BpfBehindAFront", Way::bpf, Shape::front},
                                         WayAndShape{"Preload", Way::preload, Shape::become}),
                         [](const auto& param) { return param.param.name; });

TEST(SeccompWithoutRights, AnOrdinaryUsersProgramGetsOurValues) {
  if (::getuid() != 0) GTEST_SKIP() << "the other tests have run without rights already";
  if (filtered_call()) GTEST_SKIP() << kNoBorrowing;
  constexpr uid_t kNobody = 65534;
  if (!may_become(kNobody)) GTEST_SKIP() << "another user is not to be had here";
  const Listener listener;
  // A copy that no user may read, in a place that no user may reach.
  const std::string copy = "/tmp/wsalive-own-values-" + std::to_string(::getpid());
  std::filesystem::copy_file(program("own_values"), copy);
  ASSERT_EQ(::chmod(copy.c_str(), 0755), 0);
  EXPECT_EQ(run({.words = {copy, "connect", listener.port()}, .uid = kNobody}).output,
            "1 45 5 5\n");
  EXPECT_EQ(run({.words = {copy, "accept"}, .uid = kNobody}).output, "1 45 5 5\n");
  ::unlink(copy.c_str());
}

}  // namespace
}  // namespace wsalive::attach
