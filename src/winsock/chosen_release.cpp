#include "winsock/chosen_release.hpp"

#include "wsalive_ext.h"

#include <array>
#include <mutex>
#include <optional>
#include <string>

#include "base/wsa_error.hpp"
#include "os/memory/program_memory.hpp"
#include "winsock/call.hpp"

namespace wsalive::winsock {
namespace {

constinit std::array<char, 512> g_problem{};

}  // namespace

void keep_startup_problem(std::string_view problem) noexcept {
  const std::size_t kept = problem.copy(g_problem.data(), g_problem.size() - 1);
  g_problem[kept] = '\0';
}

const char* startup_problem() noexcept { return g_problem.data(); }

namespace {

std::mutex g_mutex;
registry::CallChoice g_choice;

}  // namespace

registry::CallChoice chosen_by_call() {
  const std::lock_guard lock{g_mutex};
  return g_choice;
}

void note_problems(const std::vector<registry::ChoiceProblem>& problems) {
  std::string text;
  for (const registry::ChoiceProblem& problem : problems) {
    if (!text.empty()) text += '\n';
    text += problem.text;
  }
  keep_startup_problem(text);
}

}  // namespace wsalive::winsock

int wsalive_choose(const char* release, const char* rules) {
  using namespace wsalive;
  using namespace wsalive::winsock;
  registry::CallChoice choice;
  if (release) choice.release = policy::release_named(release);
  if (rules) choice.rules = policy::rules_named(rules);
  if ((release && !choice.release) || (rules && !choice.rules)) {
    return finish(WsaError::invalid_argument);
  }
  const std::lock_guard lock{g_mutex};
  g_choice = choice;
  return 0;
}
