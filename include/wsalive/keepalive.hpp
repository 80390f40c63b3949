// TCP keep-alive to the millisecond, on the sockets that a Linux program already has.
//
//     const auto now = wsalive::set_keep_alive(fd, {.idle = 1500ms, .interval = 300ms, .probes = 5});
//     if (!now) return report(now.error());
//     if (!now->is_exact()) log("a dead peer is noticed after {}", now->actual.idle + ...);
//
// Any TCP descriptor will do: a plain one, Asio's native_handle(), libuv's uv_fileno(). Times are kept by one thread
// of this library, which comes with the first connection and goes a second after the last. Where the kernel can have the
// values it has them as they are, and a program that is stopped, or killed in a child, leaves the connection to it. By
// `KeepAlivePrecision::kernel` there is no thread, and the kernel's timers are coarse. A connection is left alone as soon
// as its descriptor is closed or means another socket.
//
// Rules: after `idle` without a segment from the peer a probe goes out; unanswered, the next one every
// `interval`; after `probes` of them, one interval later, the connection is reset, and reading and
// writing answer ETIMEDOUT, or ECONNABORTED where the driver is `repair`. An answer starts the idle time again. No probe goes out while sent data
// is unacknowledged: retransmission finds a dead peer then.
//
// A TCP_USER_TIMEOUT bounds retransmission only, as on Windows, if it was set before the call; Linux alone would
// let it decide about keep-alive's end. Call again after it was set.
//
// All functions may be called from any thread. Nothing is thrown but std::bad_alloc by `timeline`.
//
// C++17 or later. What functions return is std::expected where the compiler has it (C++23), else tl::expected of
// the same shape (https://tl.tartanllama.xyz, Debian's libexpected-dev). The library does not know which: what it
// exports stands in the namespace `abi`, and the functions are made of that in the program.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <system_error>
#include <vector>

#if __has_include(<version>)
#include <version>
#endif
#if defined(__cpp_lib_expected)
#include <expected>
#elif __has_include(<tl/expected.hpp>)
#include <tl/expected.hpp>
#endif

#if __cplusplus < 201703L
#error <wsalive/keepalive.hpp> needs C++17 or later: compile with -std=c++17
#elif !defined(__cpp_lib_expected) && !__has_include(<tl/expected.hpp>)
#error <wsalive/keepalive.hpp> needs std::expected (C++23) or tl::expected (package libexpected-dev)
#else

#define WSALIVE_CPP_API __attribute__((visibility("default")))

namespace wsalive {

/// How exactly the times are kept.
enum class KeepAlivePrecision : std::uint8_t {
  environment,  ///< As the variable WSALIVE_PRECISION says, `exact` or `kernel`; else exact. No registry is asked.
  exact,   ///< On the instant, by a thread.
  kernel,  ///< By the kernel alone: whole seconds, late by a step of its timers, no thread.
};

/// What is wanted. The defaults are Windows' own.
struct KeepAlive {
  std::chrono::milliseconds idle{7'200'000};  ///< 1 ms to 4,294,967,295 ms.
  std::chrono::milliseconds interval{1000};   ///< 1 ms to 4,294,967,295 ms.
  int probes = 10;                            ///< 0 to 255; 0: never probe, never give up.
  KeepAlivePrecision precision = KeepAlivePrecision::environment;

  /// The times and the count.
  friend constexpr bool operator==(const KeepAlive& a, const KeepAlive& b) {
    return a.idle == b.idle && a.interval == b.interval && a.probes == b.probes;
  }
  friend constexpr bool operator!=(const KeepAlive& a, const KeepAlive& b) { return !(a == b); }
};

/// How a connection's probes are made.
enum class KeepAliveDriver : std::uint8_t {
  off,     ///< Keep-alive is off.
  silent,  ///< `probes` is 0.
  native,  ///< The kernel does it alone, by its coarse timers.
  rearm,   ///< The library tells the kernel when: exact for idle times of a second and more.
  repair,  ///< The library sends each probe; needs CAP_NET_ADMIN over the socket's network.
  late,    ///< Not exactly: `actual` says what is done, never earlier than wanted.
};

/// What is in force on one socket.
struct KeepAliveInForce {
  bool on = false;
  /// As asked for here, or as another program has set it; `precision` is exact or kernel. Defaults while off.
  KeepAlive wanted;
  KeepAlive actual;  ///< What the host really does.
  KeepAliveDriver driver = KeepAliveDriver::off;
  /// How late a probe or the end may be by the driver's nature: two ticks of the kernel and 1 ms where the library
  /// keeps it. The kernel's own timers are coarse: a `native` idle time of two hours may end 131 s late.
  std::chrono::nanoseconds lateness{};
  unsigned unanswered = 0;  ///< Probes sent in the present silence.
  /// Probes before the end: `actual.probes`, or more where a Linux peer, which answers one in 500 ms, could not
  /// answer so many, or ten; 0 for never.
  unsigned probes_before_end = 0;
  std::optional<std::chrono::milliseconds>
      to_next_probe{};  ///< nullopt: none is due, or the end is next.
  std::optional<std::chrono::milliseconds> to_give_up{};  ///< If silent from now on.

  /// All is as it was asked for, on the instant: the times, how many probes go out before the end, and no driver that is
  /// later than `lateness` of the library's own.
  [[nodiscard]] bool is_exact() const noexcept {
    if (driver == KeepAliveDriver::native || driver == KeepAliveDriver::late) return false;
    const bool has_more_probes =
        probes_before_end != 0 && probes_before_end != static_cast<unsigned>(actual.probes);
    return wanted == actual && !has_more_probes;
  }
};

/// What happens on a connection that heard its last segment at 0.
struct TimelineEvent {
  enum class What : std::uint8_t { probe, answer, reset };

  std::chrono::milliseconds at{};
  What what = What::probe;
  /// By when it has happened, on a host that does not stall: two ticks of the kernel and 1 ms later, or, by the kernel
  /// alone, as late as its coarse timers may be.
  std::chrono::milliseconds latest{};

  /// The instant and what happens.
  friend constexpr bool operator==(const TimelineEvent& a, const TimelineEvent& b) {
    return a.at == b.at && a.what == b.what;
  }
  friend constexpr bool operator!=(const TimelineEvent& a, const TimelineEvent& b) {
    return !(a == b);
  }
};

enum class Peer : std::uint8_t {
  silent,     ///< Answers nothing: probes, then the reset.
  answering,  ///< Answers every probe that a Linux peer would answer.
};

/// What the library exports. Each gives an error, or none and the result.
namespace abi {
WSALIVE_CPP_API std::error_code set_keep_alive(int fd, const KeepAlive& wanted,
                                               KeepAliveInForce& now);
WSALIVE_CPP_API std::error_code stop_keep_alive(int fd);
WSALIVE_CPP_API std::error_code keep_alive_in_force(int fd, KeepAliveInForce& now);
WSALIVE_CPP_API std::error_code timeline(const KeepAlive& wanted, Peer peer, std::size_t most,
                                         std::vector<TimelineEvent>& events);
}  // namespace abi

// Files of one program may be compiled at several language levels. Functions that return one kind of result have other
// link names then than those that return the other.
#if defined(__cpp_lib_expected)
inline namespace std_expected {
template <typename T>
using Expected = std::expected<T, std::error_code>;
using UnexpectedError = std::unexpected<std::error_code>;
#else
inline namespace tl_expected {
template <typename T>
using Expected = tl::expected<T, std::error_code>;
using UnexpectedError = tl::unexpected<std::error_code>;
#endif

/// Switches keep-alive on with these values, or changes them while it is on. The silence is counted
/// from the last segment received, not from the call.
///
/// \return What is in force now, so that rounding is never silent.
///
/// Errors  EINVAL: a value out of range, or WSALIVE_PRECISION is no word that is known. EBADF, ENOTSOCK: no socket. EOPNOTSUPP, ENOPROTOOPT: not
///         TCP. EMFILE: a descriptor above 4,194,303. In each case nothing has changed.
[[nodiscard]] inline Expected<KeepAliveInForce> set_keep_alive(int fd, const KeepAlive& wanted) {
  KeepAliveInForce now;
  if (const auto error = abi::set_keep_alive(fd, wanted, now)) return UnexpectedError(error);
  return now;
}

/// Switches keep-alive off. Errors as above.
inline Expected<void> stop_keep_alive(int fd) {
  if (const auto error = abi::stop_keep_alive(fd)) return UnexpectedError(error);
  return {};
}

/// What is in force on a TCP socket, also if another program has set it. Errors as above.
[[nodiscard]] inline Expected<KeepAliveInForce> keep_alive_in_force(int fd) {
  KeepAliveInForce now;
  if (const auto error = abi::keep_alive_in_force(fd, now)) return UnexpectedError(error);
  return now;
}

/// The events in their order, `most` of them at most (an answering peer's never end), as they are on a host that can
/// keep `wanted`, or by the kernel alone where the precision says so. What a socket really keeps is
/// `KeepAliveInForce::actual`, which may be asked for here, too.
/// Errors  EINVAL: a value out of range, or WSALIVE_PRECISION is no word that is known.
[[nodiscard]] inline Expected<std::vector<TimelineEvent> > timeline(const KeepAlive& wanted,
                                                                    Peer peer = Peer::silent,
                                                                    std::size_t most = 1024) {
  std::vector<TimelineEvent> events;
  if (const auto error = abi::timeline(wanted, peer, most, events)) return UnexpectedError(error);
  return events;
}

}  // inline namespace
}  // namespace wsalive

#endif  // The language level and the header that it needs are there.
