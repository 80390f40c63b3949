// How long it takes to list 10,000 connections: `wsalive ls` against `ss -tnpo`, by turns, in a network
// namespace that holds nothing else.
//
//   ls_bench [--quick]

#include <fcntl.h>
#include <fmt/core.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <vector>

#include "lab/namespaces.hpp"
#include "peers.hpp"
#include "support/helper.hpp"
#include "support/report.hpp"

extern char** environ;

namespace wsalive::bench {
namespace {

struct Effort {
  std::size_t rounds;
  std::size_t connections;
};
constexpr Effort kFull{9, 10'000};
constexpr Effort kQuick{1, 100};

/// Runs a program to its end, its output thrown away. \return milliseconds; 0 if it failed.
double time_of(const std::vector<std::string>& words) {
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const auto begin = std::chrono::steady_clock::now();
  pid_t process = 0;
  const int failed =
      ::posix_spawnp(&process, arguments[0], &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  int status = 0;
  if (failed != 0 || ::waitpid(process, &status, 0) != process || status != 0) return 0;
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
      .count();
}

int run(const Effort& effort) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  Report report;
  if (const Status entered = lab::enter_private_namespaces(); !entered) {
    report.skip("ls: network namespaces are denied here");
    report.print();
    return 0;
  }
  const std::vector<std::string> ours{own_folder() + "/../bin/wsalive", "ls"};
  const std::vector<std::string> other{"ss", "-tnpo"};
  if (time_of(other) == 0) {
    report.skip("ls: ss is not here to compare with (package iproute2)");
    report.print();
    return 0;
  }
  (void)lab::set_sysctl("net/ipv4/ip_local_port_range", "1024 65000");
  const Peers peers;
  std::vector<Fd> held;
  for (std::size_t i = 0; i < effort.connections; ++i) held.push_back(connect_to(peers.hearing()));
  say(fmt::format("listing {} connections", effort.connections));
  std::vector<double> mine;
  std::vector<double> theirs;
  std::vector<double> again;
  for (std::size_t round = 0; round < effort.rounds; ++round) {
    theirs.push_back(time_of(other));
    mine.push_back(time_of(ours));
    again.push_back(time_of(other));
    if (mine.back() == 0) {
      fmt::print(stderr, "ls_bench: wsalive ls failed\n");
      return 1;
    }
  }
  Line line;
  line.group = "ls";
  line.what = fmt::format("{} connections, both ends", effort.connections);
  line.unit = "ms";
  line.other_name = "ss -tnpo";
  line.take_costs(mine, theirs, again);
  report.add(line);
  report.figure("ls", line.what, line.ours, "ms", at_most(1000));
  report.print();
  return 0;
}

}  // namespace
}  // namespace wsalive::bench

int main(int argc, char** argv) {
  using namespace wsalive::bench;
  return run(is_quick(argc, argv) ? kQuick : kFull);
}
