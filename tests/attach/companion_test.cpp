// A program that knows nothing of us, run with keep-alive: dynamic and static, by seccomp, bpf and preload,
// as root and as a user without rights. It prints the values of its own socket.
//
// labels: net

#include <fcntl.h>
#include <grp.h>
#include <gtest/gtest.h>
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

#include "attach/bpf/companion.hpp"
#include "attach/pidfd/foreign_socket.hpp"
#include "attach/preload_settings.hpp"
#include "attach/seccomp/notifier.hpp"
#include "attach/supervisor.hpp"

namespace wsalive::attach {
namespace {

enum class Way : std::uint8_t { seccomp, bpf, preload };

const policy::KernelFit kFit{45, 5, 5};
constexpr const char* kNoBorrowing = "a filter of system calls refuses pidfd_getfd here";

struct Outcome {
  std::string output;
  int wait_status = 0;
  std::optional<Stage> refused;
};

std::string program(const char* name) {
  return std::string{std::getenv("WSALIVE_BUILD")} + "/tests/attach/programs/" + name;
}

std::unique_ptr<Companion> companion_for(Way way, Precedence whose) {
  if (way == Way::seccomp) {
    return std::make_unique<SeccompCompanion>(SeccompRequest{.fit = kFit, .whose = whose});
  }
  BpfRule everything;
  everything.fit = kFit;
  auto made = BpfCompanion::make({.rules = {everything}, .whose = whose, .about = "{}"});
  return made ? std::move(*made) : nullptr;
}

std::string preload_library() {
  return std::string{std::getenv("WSALIVE_BUILD")} + "/src/attach/libwsalive-preload.so";
}

[[noreturn]] void become_preloaded(Precedence whose, const std::vector<std::string>& words) {
  const PreloadSettings settings{
      .timing = {policy::DwordMillis{45'000}, policy::DwordMillis{5'000}, 5}, .whose = whose};
  ::setenv("LD_PRELOAD", preload_library().c_str(), 1);
  ::setenv(kPreloadVariable, to_text(settings).c_str(), 1);
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  ::execv(arguments.front(), arguments.data());
  ::_exit(200 + static_cast<int>(Stage::execute));
}

/// Runs in a process of its own, which becomes `uid` first.
Outcome run(Way way, Precedence whose, const std::vector<std::string>& words, uid_t uid = 0) {
  std::array<int, 2> out{};
  EXPECT_EQ(::pipe2(out.data(), O_CLOEXEC), 0);
  const pid_t front = ::fork();
  if (front == 0) {
    ::dup2(out[1], STDOUT_FILENO);
    if (uid != 0 && (::setgroups(0, nullptr) != 0 || ::setuid(uid) != 0)) ::_exit(99);
    if (way == Way::preload) become_preloaded(whose, words);
    const std::unique_ptr<Companion> companion = companion_for(way, whose);
    if (!companion) ::_exit(98);
    const auto ended = run_with(*companion, words);
    if (!ended) ::_exit(200 + static_cast<int>(ended.error().stage));
    end_like(*ended);
  }
  ::close(out[1]);
  Outcome result;
  std::array<char, 256> piece{};
  for (ssize_t got = 0; (got = ::read(out[0], piece.data(), piece.size())) > 0;) {
    result.output.append(piece.data(), static_cast<std::size_t>(got));
  }
  ::close(out[0]);
  ::waitpid(front, &result.wait_status, 0);
  if (WIFEXITED(result.wait_status) && WEXITSTATUS(result.wait_status) >= 200) {
    result.refused = static_cast<Stage>(WEXITSTATUS(result.wait_status) - 200);
  }
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
  if (way == Way::seccomp && borrowing_is_filtered()) return kNoBorrowing;
  if (way != Way::bpf) return "";
  if (!bpf_is_built()) return "this build is without bpf";
  return companion_for(way, Precedence::program)
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

class ProgramWithCompanion : public testing::TestWithParam<Way> {};

TEST_P(ProgramWithCompanion, GetsOurValuesWhereItHasNoneOfItsOwn) {
  if (const std::string reason = why_not(GetParam()); !reason.empty()) GTEST_SKIP() << reason;
  const Listener listener;
  for (const char* binary : {"own_values", "own_values_static"}) {
    if (GetParam() == Way::preload && binary == std::string{"own_values_static"}) continue;
    for (const Row& row : rows()) {
      std::vector<std::string> words{program(binary)};
      for (const std::string& word : row.words)
        words.push_back(word == "PORT" ? listener.port() : word);
      EXPECT_EQ(run(GetParam(), row.whose, words).output, row.printed)
          << binary << ": " << row.name;
    }
  }
}

TEST_P(ProgramWithCompanion, EndsForItsCallerAsWithoutUs) {
  if (const std::string reason = why_not(GetParam()); !reason.empty()) GTEST_SKIP() << reason;
  const Outcome exited =
      run(GetParam(), Precedence::program, {program("own_values"), "exit", "37"});
  EXPECT_TRUE(WIFEXITED(exited.wait_status));
  EXPECT_EQ(WEXITSTATUS(exited.wait_status), 37);
  const Outcome killed =
      run(GetParam(), Precedence::program, {program("own_values"), "kill", "15"});
  EXPECT_TRUE(WIFSIGNALED(killed.wait_status));
  EXPECT_EQ(WTERMSIG(killed.wait_status), 15);
}

TEST_P(ProgramWithCompanion, ThatCannotBeExecutedIsTold) {
  if (const std::string reason = why_not(GetParam()); !reason.empty()) GTEST_SKIP() << reason;
  EXPECT_EQ(run(GetParam(), Precedence::program, {"/no/such/program"}).refused, Stage::execute);
  EXPECT_EQ(run(GetParam(), Precedence::program, {"/etc/passwd"}).refused, Stage::execute);
}

std::string name_of(const testing::TestParamInfo<Way>& way) {
  const std::array<std::string, 3> names{"Seccomp", "Bpf", "Preload"};
  return names.at(static_cast<std::size_t>(way.param));
}

INSTANTIATE_TEST_SUITE_P(Ways, ProgramWithCompanion,
                         testing::Values(Way::seccomp, Way::bpf, Way::preload), name_of);

TEST(SeccompWithoutRights, AnOrdinaryUsersProgramGetsOurValues) {
  if (::getuid() != 0) GTEST_SKIP() << "the other tests have run without rights already";
  if (borrowing_is_filtered()) GTEST_SKIP() << kNoBorrowing;
  constexpr uid_t kNobody = 65534;
  if (!may_become(kNobody)) GTEST_SKIP() << "another user is not to be had here";
  const Listener listener;
  // A copy that nobody may read, in a place that nobody may reach.
  const std::string copy = "/tmp/wsalive-own-values-" + std::to_string(::getpid());
  std::filesystem::copy_file(program("own_values"), copy);
  ASSERT_EQ(::chmod(copy.c_str(), 0755), 0);
  EXPECT_EQ(
      run(Way::seccomp, Precedence::program, {copy, "connect", listener.port()}, kNobody).output,
      "1 45 5 5\n");
  EXPECT_EQ(run(Way::seccomp, Precedence::program, {copy, "accept"}, kNobody).output, "1 45 5 5\n");
  ::unlink(copy.c_str());
}

}  // namespace
}  // namespace wsalive::attach
