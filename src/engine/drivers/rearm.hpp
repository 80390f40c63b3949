// rearm: the kernel sends each probe itself, at the engine's sign.
//
// At a due instant the engine reads how long the peer has really been silent. If it is long enough,
// TCP_KEEPIDLE is set to floor(T) seconds: the kernel, which finds more silence than that, sends one
// probe at its next tick and counts it. Two ticks later the engine looks again: the probe is out, and
// the connection is parked; or the program held the socket locked, and the sign is repeated. A silence
// of whole seconds is told to the kernel a few ticks before its end.
//
// Where the kernel has T, I and N itself (KernelBackstop::is_plain) its own timers run on, coarse and never early: the sign
// comes before them, TCP_KEEPIDLE stays T, and nothing is parked. An engine that stops leaves what the kernel alone
// would do.
//
// "Due" is asked in the kernel's own measure of silence, so that no probe is early, no drift is
// corrected, and a stopped process or a suspended machine makes things late and nothing else. Exact
// for T >= 1 s and I >= two ticks, any N; probes leave one tick, sometimes two, after their instant.
#pragma once

#include <limits>
#include <optional>
#include <vector>

#include "engine/drivers/kernel_backstop.hpp"
#include "engine/probe_driver.hpp"
#include "policy/series.hpp"

namespace wsalive::engine {

/// A TCP_USER_TIMEOUT with which the kernel ends nothing, and counts no probes.
inline constexpr int kNeverByUserTimeout = std::numeric_limits<int>::max();

class RearmDriver final : public ProbeDriver {
 public:
  explicit RearmDriver(const DriverParts& parts) : parts_(parts), backstop_(parts) {}

  Status attach(int fd, Slot& slot) noexcept override;
  Next look(int fd, Slot& slot, Instant now) noexcept override;
  Result<policy::SourcedTiming> outside_values(int fd, const Slot& slot) noexcept override;
  void detach(int fd, Slot& slot) noexcept override;

  /// A new TCP_USER_TIMEOUT of the program's. True if ours stands in its place at the moment: then it
  /// is given back instead of the earlier one.
  [[nodiscard]] bool replace_user_timeout(int fd, int milliseconds) noexcept;

  /// The descriptor's socket is gone: what was borrowed from it is not given back.
  void forget(int fd) noexcept;

 private:
  struct Seen;

  Next look_at_connection(int fd, Slot& slot, const Seen& seen) noexcept;
  /// The silence is a new one where something was heard since the last look.
  void note_what_was_heard(int fd, Slot& slot, const Seen& seen) noexcept;
  /// The number of the next probe; that of the end where all have gone out.
  [[nodiscard]] static std::uint32_t next_of(const policy::Series& series, std::uint8_t unanswered,
                                             const Seen& seen) noexcept;
  /// Where nothing is to be done before the silence is nearly `need` long: when to look again.
  [[nodiscard]] std::optional<Next> not_due(int fd, Slot& slot, const Seen& seen,
                                            std::chrono::milliseconds need) noexcept;
  [[nodiscard]] static bool is_kept_silence(const Slot& slot, const Seen& seen) noexcept;
  [[nodiscard]] bool has_started_anew(const Slot& slot, const Seen& seen) const noexcept;
  [[nodiscard]] bool has_user_timeout(int fd) noexcept;
  [[nodiscard]] bool is_late(const Seen& seen, std::chrono::milliseconds need) const noexcept;
  [[nodiscard]] bool is_stale(const Seen& seen) const noexcept;
  /// Plain: probes beyond those that were due do not count.
  void pass_over_surplus(int fd, Slot& slot, const Seen& seen) noexcept;
  /// Whether a probe has left at an unknown instant.
  [[nodiscard]] bool must_be_answered_first(const Slot& slot, const Seen& seen,
                                            std::chrono::milliseconds need,
                                            std::chrono::milliseconds gap) const noexcept;
  [[nodiscard]] static bool has_kernel_probed(const Slot& slot, const Seen& seen) noexcept;
  /// A probe has left while the engine was late, and when is not known: a whole interval for its answer.
  Next let_be_answered(int fd, Slot& slot, const Seen& seen, std::chrono::milliseconds need,
                       std::chrono::milliseconds gap) noexcept;
  void begin_silence(int fd, Slot& slot, const Seen& seen, std::uint8_t base) noexcept;
  [[nodiscard]] bool changed_outside(int fd, const Slot& slot, const Seen& seen) noexcept;
  /// After a trigger: the program's own TCP_USER_TIMEOUT is back, and the kernel parked.
  void settle(int fd, Slot& slot, std::chrono::nanoseconds silence) noexcept;
  [[nodiscard]] std::chrono::nanoseconds lead_for(const Slot& slot, const policy::Timing& actual,
                                                  std::chrono::milliseconds need) const noexcept;
  Next trigger(int fd, Slot& slot, const Seen& seen, std::chrono::milliseconds need,
               bool last) noexcept;
  void take_out_of_its_cell(int fd, const Slot& slot, const Seen& seen) noexcept;
  [[nodiscard]] static bool may_be_the_last(const Slot& slot, const Seen& seen) noexcept;
  void tell_without_ending(int fd, Slot& slot, const Seen& seen) noexcept;
  /// Keeps TCP_USER_TIMEOUT out of the count's way. False where there is no memory for the program's own.
  [[nodiscard]] bool free_count(int fd, Slot& slot, const Seen& seen, bool last) noexcept;
  [[nodiscard]] bool hold_user_timeout(int fd, int own, int ours) noexcept;
  void release_user_timeout(int fd) noexcept;

  DriverParts parts_;
  KernelBackstop backstop_;

  /// TCP_USER_TIMEOUT is ours from a trigger to the look after it.
  struct Held {
    int fd;
    int own;
    int ours;
  };
  [[nodiscard]] std::vector<Held>::iterator find_held(int fd) noexcept;
  std::vector<Held> held_;
};

}  // namespace wsalive::engine
