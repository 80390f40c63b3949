// Events, semaphores and mutexes with a name: their state is a word that processes share, everything
// else about them is as for those without one.
//
// A process changes the word with one atomic step, moves the counter beside it and wakes the threads that sleep
// on that counter. In each process that waits, one thread per awaited object does: it signals the local
// waits and ends with the last of them. Between looking and taking another process may be faster: that
// is Taken::lost.
//
// Without a name (an empty one) they are shared with child processes that inherit them.
//
// Within this process, opening a name twice makes two objects that share their word like two processes.
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>
#include <utility>

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
  std::atomic<std::uint32_t> depth{0};      ///< The owner's only.
  std::atomic<std::uint32_t> abandoned{0};  ///< The owner ended; the next taker learns it.
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

/// An object that was created or opened by name.
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

/// The object behind memory that another process has handed down; empty if there is none.
[[nodiscard]] Ref<Object> adopt_shared(Fd held);

// Memory that processes share: a file mapping backed by no file, with or without a name.

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

}  // namespace wsalive::kernel
