#include "support/helper.hpp"

#include <signal.h>  // NOLINT(modernize-deprecated-headers): kill.
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <utility>

#include "support/pipe.hpp"

extern char** environ;

namespace wsalive::bench {
std::optional<Helper> Helper::start(const std::vector<std::string>& words) {
  ::signal(SIGPIPE, SIG_IGN);
  Pipe to = make_pipe();
  Pipe from = make_pipe();
  if (!to.in || !from.in) return std::nullopt;
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, to.out.get(), 0);
  ::posix_spawn_file_actions_adddup2(&actions, from.in.get(), 1);
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_t process = 0;
  const int failed =
      ::posix_spawnp(&process, arguments[0], &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return std::nullopt;
  return Helper{process, std::move(to.in), std::move(from.out)};
}

Helper::Helper(Helper&& other) noexcept
    : process_(std::exchange(other.process_, 0)),
      input_(std::move(other.input_)),
      output_(std::move(other.output_)),
      begun_(std::move(other.begun_)) {}

Helper::~Helper() {
  if (process_ == 0) return;
  input_ = Fd{};
  for (int round = 0; round < 100; ++round) {
    if (::waitpid(process_, nullptr, WNOHANG) != 0) return;
    ::usleep(10'000);
  }
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
}

void Helper::tell(const std::string& line) const {
  const std::string whole = line + "\n";
  (void)!::write(input_.get(), whole.data(), whole.size());
}

std::optional<std::string> Helper::hear() {
  for (;;) {
    if (const auto end = begun_.find('\n'); end != std::string::npos) {
      std::string line = begun_.substr(0, end);
      begun_.erase(0, end + 1);
      return line;
    }
    std::array<char, 512> some;
    const ssize_t got = ::read(output_.get(), some.data(), some.size());
    if (got <= 0) return std::nullopt;
    begun_.append(some.data(), static_cast<std::size_t>(got));
  }
}

std::string own_folder() {
  std::array<char, PATH_MAX> path{};
  const ssize_t size = ::readlink("/proc/self/exe", path.data(), path.size());
  const std::string whole(path.data(), static_cast<std::size_t>(size > 0 ? size : 0));
  return whole.substr(0, whole.find_last_of('/'));
}

}  // namespace wsalive::bench
