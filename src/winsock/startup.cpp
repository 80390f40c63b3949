// WSAStartup, WSACleanup and the last error (K-100).

#include "winsock/startup.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <mutex>
#include <new>
#include <optional>
#include <string>

#include "base/wsa_error.hpp"
#include "engine/make_engine.hpp"
#include "os/memory/program_memory.hpp"
#include "os/process/threads.hpp"
#include "registry/settings.hpp"
#include "winsock/call.hpp"
#include "winsock/connection/connection.hpp"
#include "winsock/duplicate/inherited_sockets.hpp"
#include "winsock2.h"
#include "wsalive_ext.h"

namespace wsalive::winsock {
namespace {

constexpr WinsockVersion kHighest{2, 2};
constexpr std::array kVersions{WinsockVersion{1, 0}, WinsockVersion{1, 1}, WinsockVersion{2, 0},
                               WinsockVersion{2, 1}, kHighest};

/// The highest version that is not above what the program asks for; nullopt below 1.0.
std::optional<WinsockVersion> negotiate(WORD requested) {
  const WinsockVersion asked{LOBYTE(requested), HIBYTE(requested)};
  const auto* const above = std::ranges::upper_bound(kVersions, asked);
  if (above == kVersions.begin()) return std::nullopt;
  return *std::prev(above);
}

WORD as_word(WinsockVersion version) {
  return static_cast<WORD>(MAKEWORD(version.major, version.minor));
}

WSADATA describe(WinsockVersion negotiated) {
  WSADATA data{};
  data.wVersion = as_word(negotiated);
  data.wHighVersion = as_word(kHighest);
  std::strcpy(data.szDescription, "WinSock 2.0");
  std::strcpy(data.szSystemStatus, "Running");
  if (negotiated.major == 1) {
    // Version 2 has no such limits and leaves both 0.
    data.iMaxSockets = 32767;
    data.iMaxUdpDg = 65467;
  }
  return data;
}

WsaError load(Settings& settings) {
  os::prepare_barriers();
  const registry::Settings found = registry::load_settings(chosen_by_call());
  note_problems(found.problems);
  if (!found.problems.empty()) return WsaError::system_not_ready;  // K-122
  settings = {.release = found.release,
              .rules = found.rules,
              .registry = found.registry,
              .precision = found.precision};
  return WsaError::none;
}

WsaError start_up(WORD requested, WSADATA* data) {
  if (!os::is_writable(data, sizeof *data)) return WsaError::fault;
  const auto negotiated = negotiate(requested);
  if (!negotiated) return WsaError::version_not_supported;
  const WsaError refused = runtime().start_up(*negotiated, load);
  if (refused != WsaError::none) return refused;
  // The inherited sockets, which now become this process's.
  open_inherited_sockets();
  static_cast<void>(os::store_program(data, describe(*negotiated)));
  return WsaError::none;
}

void close_all() {
  Socket::for_each([](Socket& socket) { close_now(socket); });
}

}  // namespace
}  // namespace wsalive::winsock

// WSAStartup returns the code itself: there may be no last error before the start-up.
int WSAStartup(WORD wVersionRequested, LPWSADATA lpWSAData) {
  try {
    return static_cast<int>(wsalive::winsock::start_up(wVersionRequested, lpWSAData));
  } catch (const std::bad_alloc&) {
    return WSASYSNOTREADY;  // Nothing was counted.
  }
}

int WSACleanup(void) {
  using namespace wsalive;
  using namespace wsalive::winsock;
  if (Runtime::call_in_progress()) return finish(WsaError::in_progress);
  return finish(runtime().clean_up(close_all));
}

int WSAGetLastError(void) { return static_cast<int>(wsalive::kernel::last_error()); }

void WSASetLastError(int iError) {
  wsalive::kernel::set_last_error(static_cast<std::uint32_t>(iError));
}

namespace wsalive::winsock {
constinit detail::RuntimeStorage detail::runtime_storage;

constinit thread_local int Runtime::calls_in_progress_ = 0;

// NOLINTNEXTLINE(readability-convert-member-functions-to-static): a part of the object to its users.
engine::Engine& Runtime::engine() noexcept {
  engine::note_face(engine::Face::windows);
  return engine::process_engine();
}

}  // namespace wsalive::winsock

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
