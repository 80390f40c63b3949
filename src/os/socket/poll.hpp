// Waiting for descriptors, with neutral names for what they are ready for.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace wsalive::os {

/// Bits. A wait reports kFailed and kHungUp even if they are not wanted.
enum ReadinessBit : std::uint8_t {
  kReadable = 1,
  kWritable = 2,
  kUrgent = 4,     ///< Out-of-band data.
  kPeerEnded = 8,  ///< The peer has ended its sending.
  kFailed = 16,
  kHungUp = 32,  ///< Both directions have ended, or never began.
};
using Readiness = std::uint8_t;

/// What to wait for, in the kernel's own form: made once for many descriptors.
class Wanted {
 public:
  explicit Wanted(Readiness wanted) noexcept;

 private:
  friend class Watched;
  short events_;
};

/// One descriptor to wait for, in the kernel's own form.
class Watched {
 public:
  Watched() = default;
  /// A wait ignores a negative descriptor.
  Watched(int fd, Wanted wanted) noexcept : fd_(fd), wanted_(wanted.events_) {}
  Watched(int fd, Readiness wanted) noexcept : Watched(fd, Wanted{wanted}) {}

  [[nodiscard]] Readiness ready() const noexcept { return ready_ == 0 ? Readiness{0} : found(); }
  [[nodiscard]] bool is_passed_over() const noexcept { return fd_ < 0; }
  [[nodiscard]] int fd() const noexcept { return fd_; }

  /// The caller's own verdict, kept in the place of the kernel's answer until the next wait.
  void set_verdict(short verdict) noexcept { ready_ = verdict; }
  [[nodiscard]] short verdict() const noexcept { return ready_; }

 private:
  [[nodiscard]] Readiness found() const noexcept;
  friend int wait_for(Watched*, std::size_t, std::optional<std::chrono::nanoseconds>) noexcept;

  int fd_ = -1;
  short wanted_ = 0;
  short ready_ = 0;
};

/// Waits until one is ready, or for so long; nullopt: for ever.
/// \return how many are ready, or an errno below 0 (-EINTR for a signal).
[[nodiscard]] int wait_for(Watched* watched, std::size_t count,
                           std::optional<std::chrono::nanoseconds> at_most) noexcept;

}  // namespace wsalive::os
