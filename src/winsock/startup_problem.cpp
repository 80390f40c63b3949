#include "winsock/startup_problem.hpp"

#include <array>

namespace wsalive::winsock {
namespace {

constinit std::array<char, 512> g_problem{};

}  // namespace

void keep_startup_problem(std::string_view problem) noexcept {
  const std::size_t kept = problem.copy(g_problem.data(), g_problem.size() - 1);
  g_problem[kept] = '\0';
}

const char* startup_problem() noexcept { return g_problem.data(); }

}  // namespace wsalive::winsock
