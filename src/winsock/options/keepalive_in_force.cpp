// wsalive_keepalive_in_force() and its names: the read-back that Windows lacks (K-96).

#include <winsock2.h>
#include <wsalive_ext.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <optional>

#include "engine/in_force.hpp"
#include "os/memory/program_memory.hpp"
#include "winsock/call.hpp"
#include "winsock/entered.hpp"
#include "winsock/options/keepalive_options.hpp"
#include "winsock/runtime.hpp"
#include "winsock/startup.hpp"

namespace wsalive::winsock {
namespace {

using policy::DriverKind;
using policy::Source;

struct Name {
  DWORD number;
  const char* name;
};

// The numbers of the C header are those of our enumerations.
constexpr std::array kSources{
    // clang-format off
    Name{WSALIVE_SOURCE_RELEASE,  "release"},
    Name{WSALIVE_SOURCE_REGISTRY, "registry"},
    Name{WSALIVE_SOURCE_SOCKET,   "socket"},
    Name{WSALIVE_SOURCE_OUTSIDE,  "outside"},
    // clang-format on
};
static_assert(static_cast<DWORD>(Source::release) == WSALIVE_SOURCE_RELEASE);
static_assert(static_cast<DWORD>(Source::registry) == WSALIVE_SOURCE_REGISTRY);
static_assert(static_cast<DWORD>(Source::socket) == WSALIVE_SOURCE_SOCKET);
static_assert(static_cast<DWORD>(Source::outside) == WSALIVE_SOURCE_OUTSIDE);

constexpr std::array kDrivers{
    // clang-format off
    Name{WSALIVE_DRIVER_OFF,    "off"},
    Name{WSALIVE_DRIVER_SILENT, "silent"},
    Name{WSALIVE_DRIVER_NATIVE, "native"},
    Name{WSALIVE_DRIVER_REARM,  "rearm"},
    Name{WSALIVE_DRIVER_REPAIR, "repair"},
    Name{WSALIVE_DRIVER_LATE,   "late"},
    // clang-format on
};
static_assert(static_cast<DWORD>(DriverKind::off) == WSALIVE_DRIVER_OFF);
static_assert(static_cast<DWORD>(DriverKind::silent) == WSALIVE_DRIVER_SILENT);
static_assert(static_cast<DWORD>(DriverKind::native) == WSALIVE_DRIVER_NATIVE);
static_assert(static_cast<DWORD>(DriverKind::rearm) == WSALIVE_DRIVER_REARM);
static_assert(static_cast<DWORD>(DriverKind::repair) == WSALIVE_DRIVER_REPAIR);
static_assert(static_cast<DWORD>(DriverKind::late) == WSALIVE_DRIVER_LATE);

static_assert(static_cast<DWORD>(policy::Precision::exact) == WSALIVE_PRECISION_EXACT);
static_assert(static_cast<DWORD>(policy::Precision::kernel) == WSALIVE_PRECISION_KERNEL);

const char* name_of(const auto& names, DWORD number) {
  const auto* const found = std::ranges::find(names, number, &Name::number);
  return found == names.end() ? "unknown" : found->name;
}

ULONGLONG or_never(std::optional<std::chrono::milliseconds> time) {
  return time ? static_cast<ULONGLONG>(time->count()) : WSALIVE_NEVER;
}

WSALIVE_KEEPALIVE as_structure(const engine::InForce& found, DWORD size) {
  const policy::SourcedTiming& wanted = found.wanted;
  const auto lateness = std::chrono::ceil<std::chrono::microseconds>(found.lateness);
  return {.size = size,
          .on = found.on ? 1U : 0U,
          .idle = wanted.timing.idle.count(),
          .interval = wanted.timing.interval.count(),
          .probes = wanted.timing.probes,
          .idle_source = static_cast<DWORD>(wanted.idle_from),
          .interval_source = static_cast<DWORD>(wanted.interval_from),
          .probes_source = static_cast<DWORD>(wanted.probes_from),
          .actual_idle = found.actual.idle.count(),
          .actual_interval = found.actual.interval.count(),
          .actual_probes = found.actual.probes,
          .driver = static_cast<DWORD>(found.driver),
          .lateness_us = static_cast<DWORD>(lateness.count()),
          .unanswered = found.unanswered,
          .next_probe_in = or_never(found.to_next_probe),
          .give_up_in = or_never(found.to_give_up),
          .probes_before_end = found.probes_before_end,
          .precision = static_cast<DWORD>(runtime().settings().precision)};
}

WsaError keepalive_in_force(SOCKET handle, WSALIVE_KEEPALIVE* into) {
  if (const WsaError refused = runtime().refusal(); refused != WsaError::none) return refused;
  const Entered entered{handle};
  const Socket* const socket = entered.socket();
  if (!socket) return WsaError::not_a_socket;
  if (!socket->is_tcp()) return WsaError::unknown_option;
  DWORD size = 0;
  static_assert(offsetof(WSALIVE_KEEPALIVE, size) == 0);
  if (!os::load_program(reinterpret_cast<const DWORD*>(into), size)) return WsaError::fault;
  if (size < sizeof(WSALIVE_KEEPALIVE)) return WsaError::fault;  // The first version.
  const engine::InForce found = runtime().engine().in_force(socket->fd(), wanted_timing(*socket));
  const WSALIVE_KEEPALIVE answer = as_structure(found, sizeof answer);
  return os::store_program(into, answer) ? WsaError::none : WsaError::fault;
}

}  // namespace
}  // namespace wsalive::winsock

int WSAAPI wsalive_keepalive_in_force(SOCKET s, struct wsalive_keepalive* in_force) {
  using namespace wsalive::winsock;
  return finish(keepalive_in_force(s, in_force));
}

const char* WSAAPI wsalive_source_name(DWORD source) {
  using namespace wsalive::winsock;
  return name_of(kSources, source);
}

const char* WSAAPI wsalive_driver_name(DWORD driver) {
  using namespace wsalive::winsock;
  return name_of(kDrivers, driver);
}

const char* WSAAPI wsalive_startup_problem(void) { return wsalive::winsock::startup_problem(); }
