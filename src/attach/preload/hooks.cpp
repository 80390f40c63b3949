#include "attach/preload/hooks.hpp"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "attach/preload_settings.hpp"
#include "engine/make_engine.hpp"
#include "os/process/signals.hpp"
#include "os/tcp/tcp_info.hpp"
#include "policy/registry_rules.hpp"
#include "policy/units.hpp"

namespace wsalive::attach::preload {
namespace {

using policy::DwordMillis;
using policy::Source;

/// Whether the library drives a socket, and which values the program has set itself, before or after that.
/// kOwnOff: the program switched keep-alive off before and has not switched it on since; until then our times do not apply.
enum Known : std::uint8_t {
  kHeld = 1,
  kOwnIdle = 2,
  kOwnInterval = 4,
  kOwnCount = 8,
  kOwnOff = 16
};

/// Per descriptor the socket's cookie, shifted by 8, and its Known bits. The cookie tells a new socket from the recorded one
/// where the program closed the descriptor by another call, such as fclose or dup2.
constexpr std::size_t kMostDescriptors = 1U << 20;
constexpr unsigned kKnownBits = 8;
std::array<std::atomic<std::uint64_t>, kMostDescriptors> g_known;  // Untouched pages cost nothing.

std::atomic<pid_t> g_process{0};
std::atomic<bool> g_disabled{false};
std::atomic<bool> g_holds_any{false};  ///< Now or earlier.

bool is_disabled() noexcept { return g_disabled.load(std::memory_order_relaxed); }

/// False in a child of vfork, which shares its parent's memory. A child of fork has its own copy; the fork handler notes that.
bool owns_records() noexcept { return g_process.load(std::memory_order_relaxed) == ::getpid(); }

std::atomic<std::uint64_t>* entry(int fd) noexcept {
  const auto index = static_cast<std::size_t>(fd);
  return fd >= 0 && index < g_known.size() ? &g_known[index] : nullptr;
}

std::uint8_t known(int fd) noexcept {
  const std::atomic<std::uint64_t>* const place = entry(fd);
  const std::uint64_t kept = place ? place->load(std::memory_order_acquire) : 0;
  if (kept == 0 || is_disabled()) return 0;
  const Result<std::uint64_t> cookie = os::socket_cookie(fd);
  return cookie && (*cookie << kKnownBits) == (kept & ~std::uint64_t{0xff})
             ? static_cast<std::uint8_t>(kept)
             : 0;
}

bool is_held(int fd) noexcept { return (known(fd) & kHeld) != 0; }

void write_down(int fd, std::uint8_t bits) noexcept {
  std::atomic<std::uint64_t>* const place = entry(fd);
  const Result<std::uint64_t> cookie = os::socket_cookie(fd);
  if (!place || !cookie) return;
  place->store((*cookie << kKnownBits) | bits, std::memory_order_release);
  if ((bits & kHeld) != 0) g_holds_any.store(true, std::memory_order_relaxed);
}

class KeepErrno {
 public:
  KeepErrno() noexcept = default;
  ~KeepErrno() { errno = kept_; }
  KeepErrno(const KeepErrno&) = delete;
  KeepErrno& operator=(const KeepErrno&) = delete;

 private:
  int kept_ = errno;
};

struct Settings {
  std::optional<PreloadSettings> asked;  ///< By `run`; nullopt: unreadable or absent.
  Defaults defaults;
  policy::Precision precision = policy::Precision::exact;
};

/// From the program's environment, else as `run` has found it in the store.  K-121
policy::Precision chosen_precision(policy::Precision by_run) noexcept {
  const char* const word = std::getenv("WSALIVE_PRECISION");
  if (!word || *word == '\0') return by_run;
  const auto named = policy::precision_named(word);
  if (!named) {
    std::fprintf(stderr, "wsalive: WSALIVE_PRECISION: \"%s\" is not exact or kernel; exact it is\n",
                 word);
  }
  return named.value_or(policy::Precision::exact);
}

Settings read_settings() noexcept {
  const char* const text = std::getenv(kPreloadVariable);
  if (!text) return {};
  Settings settings{from_text(text), {}, {}};
  if (settings.asked) {
    settings.precision = chosen_precision(settings.asked->precision);
  } else {
    std::fprintf(stderr,
                 "wsalive: %s is not readable, no keep-alive: it is written by `wsalive run`\n",
                 kPreloadVariable);
  }
  if (const Result<Defaults> defaults = namespace_defaults()) settings.defaults = *defaults;
  return settings;
}

const Settings& settings() noexcept {
  static const Settings kSettings = read_settings();
  return kSettings;
}

DwordMillis from_seconds(int seconds) noexcept {
  return DwordMillis{static_cast<std::uint32_t>(seconds) * 1000U};
}

/// The settings of `run`, except the program's own values.
policy::SourcedTiming timing_for(const os::KernelKeepAlive& now, std::uint8_t own) noexcept {
  policy::SourcedTiming wanted{settings().asked->timing, Source::outside, Source::outside,
                               Source::outside, settings().precision};
  if ((own & kOwnIdle) != 0)
    wanted.timing.idle = from_seconds(now.idle_s), wanted.idle_from = Source::socket;
  if ((own & kOwnInterval) != 0) {
    wanted.timing.interval = from_seconds(now.interval_s), wanted.interval_from = Source::socket;
  }
  if ((own & kOwnCount) != 0) {
    wanted.timing.probes = static_cast<std::uint8_t>(now.probes),
    wanted.probes_from = Source::socket;
  }
  return wanted;
}

/// The values that stay the program's on a socket that the library takes. A value that was set before the program started, or
/// through another descriptor, shows by differing from the default.
/// \param set  The options that the program was seen to set.
std::uint8_t own_values(const os::KernelKeepAlive& now, std::uint8_t set) noexcept {
  const Settings& given = settings();
  if (given.asked->whose == Precedence::ours) return kHeld;
  auto own = static_cast<std::uint8_t>(kHeld | set);
  if (now.idle_s != given.defaults.idle_s) own |= kOwnIdle;
  if (now.interval_s != given.defaults.interval_s) own |= kOwnInterval;
  if (now.probes != given.defaults.probes) own |= kOwnCount;
  return own;
}

/// The bit of an option of T, I or N; 0 for any other option.
std::uint8_t own_bit(int level, int name) noexcept {
  if (level != IPPROTO_TCP) return 0;
  switch (name) {
    case TCP_KEEPIDLE:
      return kOwnIdle;
    case TCP_KEEPINTVL:
      return kOwnInterval;
    case TCP_KEEPCNT:
      return kOwnCount;
    default:
      return 0;
  }
}

bool is_switch(int level, int name) noexcept { return level == SOL_SOCKET && name == SO_KEEPALIVE; }

bool is_our_user_timeout(int level, int name) noexcept {
  return level == IPPROTO_TCP && name == TCP_USER_TIMEOUT && settings().asked &&
         settings().asked->user_timeout_ms;
}

/// Called before the engine takes the socket: the engine keeps N next to a user time-out.
void give_user_timeout(int fd) noexcept {
  const PreloadSettings& asked = *settings().asked;
  if (!asked.user_timeout_ms) return;
  const bool is_free = asked.whose == Precedence::ours || os::user_timeout(fd).value_or(1) == 0;
  if (is_free)
    static_cast<void>(os::set_user_timeout(fd, static_cast<int>(*asked.user_timeout_ms)));
}

/// For a socket that the library does not drive yet: later its values would not show that the program set the default.
void note_own(int fd, std::uint8_t set, int level, int name) noexcept {
  if (!settings().asked || !owns_records()) return;
  if (!is_switch(level, name)) return write_down(fd, set | own_bit(level, name));
  const bool is_off = os::keep_alive_switch(fd).value_or(os::Switch::on) == os::Switch::off;
  write_down(fd, static_cast<std::uint8_t>(is_off ? set | kOwnOff : set & ~kOwnOff));
}

/// \param set  The options that the program was seen to set, here or on the listener.
void take(int fd, std::uint8_t set) noexcept {
  const Result<os::KernelKeepAlive> now = os::keep_alive_times(fd);
  if (!now) return;  // No TCP socket.
  const os::AllSignalsBlocked
      quiet;  // A signal handler in between would wait for the engine's lock, which its own thread holds.
  const std::uint8_t own = own_values(*now, set);
  give_user_timeout(fd);
  engine::note_face(engine::Face::linux_);
  if ((own & kOwnOff) != 0) return write_down(fd, own);
  const Status on = engine::process_engine().switch_on(fd, timing_for(*now, own));
  if (on) write_down(fd, own);
}

}  // namespace

void initialize() noexcept {
  static_cast<void>(settings());
  g_process = ::getpid();
  ::pthread_atfork(nullptr, nullptr, [] { g_process = ::getpid(); });
}

void before_connect(int fd) noexcept {
  const KeepErrno keep;
  if (is_disabled() || !settings().asked || !entry(fd) || !owns_records()) return;
  const std::uint8_t set = known(fd);
  if ((set & kHeld) == 0) take(fd, set);
}

void after_accept(int listener, int fd) noexcept {
  const KeepErrno keep;
  if (is_disabled() || !settings().asked || settings().asked->connect_only) return;
  if (!entry(fd) || !owns_records() || is_held(fd)) return;
  take(fd, static_cast<std::uint8_t>(known(listener) & ~kHeld));
}

void before_listen(int fd) noexcept {
  const KeepErrno keep;
  if (is_disabled() || !settings().asked || settings().asked->connect_only) return;
  if (!os::keep_alive_idle(fd)) return;  // No TCP socket.
  const bool may_switch = settings().asked->whose == Precedence::ours || (known(fd) & kOwnOff) == 0;
  // The engine drives connections from accept on; until then the switch makes the kernel keep them alive.
  if (may_switch) static_cast<void>(os::set_keep_alive_switch(fd, os::Switch::on));
  give_user_timeout(fd);
}

void before_close(int fd) noexcept {
  const KeepErrno keep;
  std::atomic<std::uint64_t>* const place = entry(fd);
  if (!place || place->load(std::memory_order_acquire) == 0 || is_disabled() || !owns_records())
    return;
  const os::AllSignalsBlocked quiet;
  const bool is_taken = (place->load(std::memory_order_relaxed) & kHeld) != 0;
  if (is_taken) engine::process_engine().forget(fd);
  place->store(0, std::memory_order_release);
}

bool overrides_program(int fd, int level, int name) noexcept {
  const bool is_ours = own_bit(level, name) != 0 || is_switch(level, name);
  if (!is_ours && !is_our_user_timeout(level, name)) return false;
  const KeepErrno keep;
  return is_held(fd) && settings().asked->whose == Precedence::ours;
}

void after_setsockopt(int fd, int level, int name) noexcept {
  const std::uint8_t bit = own_bit(level, name);
  if (bit == 0 && !is_switch(level, name)) return;
  const KeepErrno keep;
  if (is_disabled()) return;
  const std::uint8_t own = known(fd);
  if ((own & kHeld) == 0) return note_own(fd, own, level, name);
  const Result<os::KernelKeepAlive> now = os::keep_alive_values(fd);
  if (!now) return;
  const bool goes_on = is_switch(level, name) && now->on == os::Switch::on;
  if ((own & kOwnOff) != 0 && goes_on) return take(fd, own & (kOwnIdle | kOwnInterval | kOwnCount));
  if ((own & kOwnOff) != 0) return write_down(fd, own | bit);
  const os::AllSignalsBlocked quiet;
  engine::Engine& engine = engine::process_engine();
  write_down(fd, static_cast<std::uint8_t>(own | bit));
  if (is_switch(level, name) && now->on == os::Switch::off) {
    static_cast<void>(engine.switch_off(fd));
    return;
  }
  const engine::InForce before = engine.in_force(fd, timing_for(*now, own));
  // The kernel's own switch is off while it could not wait long enough.
  const bool is_on = before.on || now->on == os::Switch::on;
  policy::SourcedTiming wanted = before.wanted;
  const policy::SourcedTiming fresh = timing_for(*now, bit);
  if (bit == kOwnIdle) wanted.timing.idle = fresh.timing.idle, wanted.idle_from = Source::socket;
  if (bit == kOwnInterval)
    wanted.timing.interval = fresh.timing.interval, wanted.interval_from = Source::socket;
  if (bit == kOwnCount)
    wanted.timing.probes = fresh.timing.probes, wanted.probes_from = Source::socket;
  if (is_on) static_cast<void>(engine.switch_on(fd, wanted));
}

bool in_force(int fd, int level, int name, int& value) noexcept {
  const std::uint8_t bit = own_bit(level, name);
  const bool asks_switch = is_switch(level, name);
  if (bit == 0 && !asks_switch) return false;
  const KeepErrno keep;
  if (!is_held(fd)) return false;
  const os::AllSignalsBlocked quiet;
  const engine::InForce now = engine::process_engine().in_force(fd, {});
  if (!now.on || now.driver == engine::DriverKind::native) return false;
  if (asks_switch) {  // The kernel's own is off while it could not wait long enough.
    value = 1;
    return true;
  }
  const policy::Timing& timing = now.wanted.timing;
  value = bit == kOwnIdle       ? static_cast<int>(policy::seconds_up(timing.idle).count())
          : bit == kOwnInterval ? static_cast<int>(policy::seconds_up(timing.interval).count())
                                : static_cast<int>(timing.probes);
  return true;
}

void stop_engine_thread() noexcept {
  const KeepErrno keep;
  if (is_disabled() || !g_holds_any.load(std::memory_order_relaxed) || !owns_records()) return;
  const os::AllSignalsBlocked quiet;
  engine::process_engine().leave_to_kernel();
}

void disable() noexcept { g_disabled.store(true, std::memory_order_relaxed); }

}  // namespace wsalive::attach::preload
