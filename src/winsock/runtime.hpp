// The one process-wide object: the start-up count, what the start-up fixed (release, rules, registry values),
// and the engine. Only the exported functions use it; everything below receives what it needs as a parameter.
//
// Reading takes no lock: a start-up publishes its settings before the count leaves 0.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>

#include "base/wsa_error.hpp"
#include "engine/engine.hpp"
#include "policy/release.hpp"
#include "policy/timing_in_force.hpp"

namespace wsalive::winsock {

/// What a start-up fixes for the process until the last clean-up (K-87, K-121).
struct Settings {
  policy::Release release = policy::kDefaultRelease;
  policy::Rules rules = policy::Rules::documented;
  policy::RegistryValues registry;
  policy::Precision precision = policy::Precision::exact;  ///< K-121
};

/// The Winsock version that a program asked for and got.
struct WinsockVersion {
  std::uint8_t major = 0;
  std::uint8_t minor = 0;

  friend constexpr auto operator<=>(const WinsockVersion&, const WinsockVersion&) = default;
};

class Runtime {
 public:
  constexpr Runtime() = default;

  /// Counts one start-up. When the count leaves 0, `load` gives the settings. It may
  /// refuse with a code, and then nothing is counted (K-100, K-122).
  template <typename Load>
  [[nodiscard]] WsaError start_up(WinsockVersion negotiated, Load load);

  /// Undoes one start-up. Before the count reaches 0, while calls still work, `last` runs (K-100).
  template <typename Last>
  [[nodiscard]] WsaError clean_up(Last last);

  /// Why no call may be made now: not started (K-20), or in a hook or callback of this thread (K-22).
  [[nodiscard]] WsaError refusal() const noexcept {
    if (count_.load(std::memory_order_acquire) == 0) return WsaError::not_initialised;
    return calls_in_progress_ != 0 ? WsaError::in_progress : WsaError::none;
  }
  [[nodiscard]] bool started() const noexcept {
    return count_.load(std::memory_order_acquire) != 0;
  }

  [[nodiscard]] const Settings& settings() const noexcept { return settings_; }
  [[nodiscard]] const policy::ReleaseRow& release() const noexcept {
    return policy::row(settings_.release);
  }
  /// The version that the first start-up of this run negotiated; hooks exist for 1.x only (K-22).
  [[nodiscard]] WinsockVersion version() const noexcept { return version_; }

  [[nodiscard]] engine::Engine& engine() noexcept;

  /// While one lives, calls of this thread answer WSAEINPROGRESS (K-22).
  class CallInProgress {
   public:
    CallInProgress() noexcept { ++calls_in_progress_; }
    ~CallInProgress() { --calls_in_progress_; }
    CallInProgress(const CallInProgress&) = delete;
    CallInProgress& operator=(const CallInProgress&) = delete;
  };
  [[nodiscard]] static bool call_in_progress() noexcept { return calls_in_progress_ != 0; }

 private:
  std::mutex mutex_;
  std::atomic<int> count_{0};
  Settings settings_;
  WinsockVersion version_;
  [[gnu::tls_model("initial-exec")]] static constinit thread_local int calls_in_progress_;
};

namespace detail {
// Constructed by the compiler and never destroyed: a program's own destructors may still call us.
union RuntimeStorage {
  constexpr RuntimeStorage() : runtime{} {}
  ~RuntimeStorage() {}  // NOLINT(modernize-use-equals-default): nothing is destroyed.
  RuntimeStorage(const RuntimeStorage&) = delete;
  RuntimeStorage& operator=(const RuntimeStorage&) = delete;
  Runtime runtime;
};
extern constinit RuntimeStorage runtime_storage;
}  // namespace detail

[[nodiscard]] inline Runtime& runtime() noexcept { return detail::runtime_storage.runtime; }

// ---------------------------------------------------------------------------------------------

template <typename Load>
WsaError Runtime::start_up(WinsockVersion negotiated, Load load) {
  const std::lock_guard lock{mutex_};
  if (count_.load(std::memory_order_relaxed) == 0) {
    Settings fresh;
    if (const WsaError refused = load(fresh); refused != WsaError::none) return refused;
    settings_ = fresh;
    version_ = negotiated;
  }
  count_.fetch_add(1, std::memory_order_release);
  return WsaError::none;
}

template <typename Last>
WsaError Runtime::clean_up(Last last) {
  const std::lock_guard lock{mutex_};
  const int count = count_.load(std::memory_order_relaxed);
  if (count == 0) return WsaError::not_initialised;
  if (count == 1) last();
  count_.fetch_sub(1, std::memory_order_release);
  return WsaError::none;
}

}  // namespace wsalive::winsock
