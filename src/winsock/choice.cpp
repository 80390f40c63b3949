#include "winsock/choice.hpp"

#include <mutex>
#include <optional>

#include "base/wsa_error.hpp"
#include "os/program_memory.hpp"
#include "winsock/call.hpp"
#include "wsalive_ext.h"

namespace wsalive::winsock {
namespace {

std::mutex g_mutex;
registry::CallChoice g_choice;

/// Kept for the process's life, since callers hold pointers into it.
std::string& problems_text() {
  static thread_local std::string text;
  return text;
}
std::string g_problems;

}  // namespace

registry::CallChoice chosen_by_call() {
  const std::lock_guard lock{g_mutex};
  return g_choice;
}

void note_problems(const std::vector<std::string>& problems) {
  const std::lock_guard lock{g_mutex};
  g_problems.clear();
  for (const std::string& problem : problems) {
    if (!g_problems.empty()) g_problems += '\n';
    g_problems += problem;
  }
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

const char* wsalive_startup_problem(void) {
  using namespace wsalive::winsock;
  const std::lock_guard lock{g_mutex};
  problems_text() = g_problems;
  return problems_text().empty() ? nullptr : problems_text().c_str();
}
