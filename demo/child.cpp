#include "child.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <utility>

namespace wsalive::demo {
namespace {

/// The demo's prediction is for a given release and an empty registry, whatever the user has set.
std::vector<std::string> environment() {
  std::vector<std::string> variables{"WSALIVE_RELEASE=win11", "WSALIVE_RULES=documented",
                                     "WSALIVE_REGISTRY=/nonexistent.reg"};
  for (char** entry = environ; *entry; ++entry) {
    if (std::strncmp(*entry, "WSALIVE_", 8) != 0) variables.emplace_back(*entry);
  }
  return variables;
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> list;
  list.reserve(words.size() + 1);
  for (std::string& word : words) list.push_back(word.data());
  list.push_back(nullptr);
  return list;
}

}  // namespace

Instant now() noexcept {
  timespec t{};
  ::clock_gettime(CLOCK_MONOTONIC, &t);
  return Instant{std::chrono::seconds{t.tv_sec} + std::chrono::nanoseconds{t.tv_nsec}};
}

lab::Setup<Child> Child::start(const std::vector<std::string>& words) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return tl::unexpected(std::string{"no pipe"});
  Fd read{ends[0]};
  const Fd write{ends[1]};
  ::fcntl(read.get(), F_SETFL, O_NONBLOCK);

  std::vector<std::string> arguments = words;
  std::vector<std::string> variables = environment();
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, write.get(), STDOUT_FILENO);
  pid_t process = -1;
  const int error = ::posix_spawn(&process, words.front().c_str(), &actions, nullptr,
                                  pointers(arguments).data(), pointers(variables).data());
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0)
    return tl::unexpected("cannot start " + words.front() + ": " + std::strerror(error));
  return Child{process, std::move(read)};
}

Child::Child(Child&& other) noexcept
    : process_(std::exchange(other.process_, -1)),
      output_(std::move(other.output_)),
      begun_(std::move(other.begun_)) {}

Child::~Child() {
  if (process_ < 0) return;
  ::kill(process_, SIGKILL);  // Not yet waited for, so the number is still its own.
  while (::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

std::vector<Line> Child::lines() {
  std::vector<Line> found;
  std::array<char, 512> buffer{};
  ssize_t got = 0;
  while (output_ && (got = ::read(output_.get(), buffer.data(), buffer.size())) > 0) {
    const Instant at = now();
    for (const char c : std::string_view{buffer.data(), static_cast<std::size_t>(got)}) {
      if (c != '\n') {
        begun_ += c;
      } else {
        found.push_back({at, std::exchange(begun_, {})});
      }
    }
  }
  if (got == 0) output_.reset();
  return found;
}

}  // namespace wsalive::demo
