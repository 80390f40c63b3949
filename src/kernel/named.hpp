// Events, semaphores and mutexes with a name: their state is a word that processes share, everything
// else about them is as for those without one.
//
// A process changes the word with one atomic step, moves the counter beside it and wakes the threads that sleep
// on that counter. In each process that waits, one thread per object sleeps there (NamedWatch): it signals the local
// waits and ends with the last of them. Another process may take the object between the check and the take: that
// is Taken::lost.
//
// Objects without a name (an empty one) are shared with child processes that inherit them.
//
// Opening a name twice in one process makes two objects, which share their word as those of two processes do.
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>
#include <utility>

#include "kernel/dispatcher.hpp"
#include "kernel/object.hpp"
#include "kernel/sync_objects.hpp"
#include "os/memory/named_memory.hpp"

namespace wsalive::kernel {

/// What processes share of a named object: the beginning of its memory's header.
struct SharedState {
  Kind kind;
  bool manual_reset = false;                ///< Of an event.
  std::int32_t most = 0;                    ///< Of a semaphore.
  std::atomic<std::uint32_t> changes{0};    ///< Slept on; moves with every change.
  std::atomic<std::int32_t> value{0};       ///< Of an event 0 or 1; of a semaphore its count.
  std::atomic<std::uint64_t> owner{0};      ///< Of a mutex: process << 32 | thread; 0 is free.
  std::atomic<std::uint32_t> depth{0};      ///< Only the owner changes it.
  std::atomic<std::uint32_t> abandoned{0};  ///< The owner ended: the next wait reports that.
};

enum class NameError : std::uint8_t {
  none,
  not_found,     ///< ERROR_FILE_NOT_FOUND
  other_kind,    ///< ERROR_INVALID_HANDLE: the name belongs to another kind of object
  no_resources,  ///< ERROR_NOT_ENOUGH_MEMORY, or the host allows no shared memory
  no_room,       ///< ERROR_COMMITMENT_LIMIT: there is less shared memory than a mapping wants
};

/// The memory behind a name, as an object of one kind sees it.
struct NamedState {
  os::NamedMemory memory;

  [[nodiscard]] SharedState& state() const noexcept {
    return *static_cast<SharedState*>(memory.header());
  }
};

/// The result of creating or opening by name.
struct NamedObject {
  Ref<Object> object;
  bool existed = false;
  NameError error = NameError::none;
};

[[nodiscard]] NamedObject create_event(std::string_view name, Reset reset, bool signaled);
[[nodiscard]] NamedObject create_semaphore(std::string_view name, std::int32_t count,
                                           std::int32_t most);
/// \param owned  The caller becomes the owner, if the mutex is new.
[[nodiscard]] NamedObject create_mutex(std::string_view name, bool owned);
/// \param kind  event, semaphore, mutex or file_mapping.
[[nodiscard]] NamedObject open_named(std::string_view name, Kind kind);

/// The object behind an inherited descriptor; empty if it leads to none.
[[nodiscard]] Ref<Object> open_inherited(Fd held);

// Memory that processes share: a file mapping without a file, with or without a name.

class FileMapping final : public Object {
 public:
  static constexpr Kind kKind = Kind::file_mapping;

  explicit FileMapping(NamedState&& memory) noexcept : Object(kKind), memory_(std::move(memory)) {}

  [[nodiscard]] int inheritable_descriptor() const noexcept override {
    return memory_.memory.hand_down();
  }
  [[nodiscard]] const os::NamedMemory& memory() const noexcept { return memory_.memory; }

 private:
  NamedState memory_;
};

/// \param name   Empty: it cannot be opened by name.
/// \param bytes  Size of a new one; an existing one keeps its own.
[[nodiscard]] NamedObject create_mapping(std::string_view name, std::size_t bytes);

/// Wakes the threads that watch the object in all processes, after its shared state has changed.
void announce(SharedState& state) noexcept;

/// The thread that watches a named object for changes by other processes, while this process waits for it.
class NamedWatch {
 public:
  NamedWatch(WaitObject& object, SharedState& state) noexcept : object_(object), state_(state) {}

  // Under the dispatcher's lock.
  void waiters_came() noexcept;
  void waiters_went() noexcept { announce(state_); }
  /// False where the host had no thread for it.
  [[nodiscard]] bool is_running() const noexcept { return running_; }

 private:
  static void* run(void* watch);
  bool look(std::uint32_t& seen) noexcept;

  WaitObject& object_;
  SharedState& state_;
  bool running_ = false;
  std::uint32_t generation_ = 0;  ///< fork_generation() of the process in which it runs.
};

}  // namespace wsalive::kernel
