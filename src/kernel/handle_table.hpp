// Handles: numbers that programs hold, each leading to an object.
//
// A handle is 01gg gggg ggii iiii iiii iiii iiii ii00 in binary: 20 bits of slot, 8 bits of generation.
//  - At or above 2^30, so never a descriptor's number (Linux keeps those below 2^28, the largest table
//    it can allocate): `(HANDLE)socket` and an event cannot be mistaken for each other.
//  - A multiple of 4 in 32 bits, as on Windows: the two low bits belong to the program (an OVERLAPPED's
//    hEvent with bit 0 set keeps a completion out of the port) and are ignored here.
//  - A closed handle stays wrong when its slot is used again: the generation differs, and slots are
//    reused oldest first.
//
// Any thread may call anything. find() takes no lock: it pins the slot. If a slot is pinned when it is closed, the last pin
// releases the object. Slots never move.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

#include "kernel/object.hpp"

namespace wsalive::kernel {

/// A HANDLE's number. 0 is no handle.
using HandleValue = std::uintptr_t;

namespace detail {

struct alignas(32) Slot {
  std::atomic<std::uint64_t> word{0};  ///< Generation, open bit and pins; see handle_table.cpp.
  Object* object = nullptr;            ///< Owned while the slot is open or pinned.
  std::uint32_t index = 0;
  std::uint32_t next_free = 0;
  std::atomic<std::uint32_t> flags{0};
};

}  // namespace detail

class HandleTable;

/// An object found by its handle, kept for as long as this lives, even if the handle is closed.
template <typename T>
class Pinned {
 public:
  Pinned() noexcept = default;
  Pinned(Pinned&& other) noexcept
      : table_(other.table_),
        slot_(std::exchange(other.slot_, nullptr)),
        object_(std::exchange(other.object_, nullptr)) {}
  Pinned& operator=(Pinned&& other) noexcept {
    std::swap(table_, other.table_);
    std::swap(slot_, other.slot_);
    std::swap(object_, other.object_);
    return *this;
  }
  Pinned(const Pinned&) = delete;
  Pinned& operator=(const Pinned&) = delete;
  inline ~Pinned();

  /// A reference that outlives the pin.
  [[nodiscard]] Ref<T> share() const noexcept { return Ref<T>(object_); }
  [[nodiscard]] T* get() const noexcept { return object_; }
  T* operator->() const noexcept { return object_; }
  T& operator*() const noexcept { return *object_; }
  explicit operator bool() const noexcept { return object_ != nullptr; }

 private:
  friend class HandleTable;
  Pinned(HandleTable* table, detail::Slot* slot, T* object) noexcept
      : table_(table), slot_(slot), object_(object) {}

  HandleTable* table_ = nullptr;
  detail::Slot* slot_ = nullptr;
  T* object_ = nullptr;
};

class HandleTable {
 public:
  static constexpr HandleValue kLowest = 0x4000'0000;
  static constexpr std::size_t kCapacity = std::size_t{1} << 20;

  constexpr HandleTable() noexcept = default;
  HandleTable(const HandleTable&) = delete;
  HandleTable& operator=(const HandleTable&) = delete;
  /// Closes what is open. Nothing may be pinned.
  ~HandleTable();

  /// A new handle for the object.
  ///
  /// \return 0 when kCapacity handles are open or memory is short; the reference is then dropped.
  [[nodiscard]] HandleValue insert(Ref<Object> object) noexcept;

  /// The open object of kind T::kKind behind a handle; empty for anything else: a stale or made-up
  /// number, a descriptor, another kind.
  template <typename T>
  [[nodiscard]] Pinned<T> find(HandleValue handle) noexcept {
    detail::Slot* const slot = pin(handle);
    if (!slot) return {};
    if (slot->object->kind() == T::kKind) return {this, slot, static_cast<T*>(slot->object)};
    unpin(*slot);
    return {};
  }

  /// The object of any kind.
  [[nodiscard]] Pinned<Object> find_any(HandleValue handle) noexcept;

  /// The object as one to wait for; empty if it cannot be waited for.
  [[nodiscard]] Pinned<WaitObject> find_waitable(HandleValue handle) noexcept;

  /// Closes a handle; running waits and operations on its object go on.
  ///
  /// \return false for a number that is no open handle, or whose flags protect it from closing.
  bool close(HandleValue handle) noexcept;

  /// The program's own bits of a handle (HANDLE_FLAG_INHERIT 1, HANDLE_FLAG_PROTECT_FROM_CLOSE 2).
  /// \return false for a number that is no open handle.
  bool get_flags(HandleValue handle, std::uint32_t& flags) noexcept;
  bool change_flags(HandleValue handle, std::uint32_t mask, std::uint32_t flags) noexcept;

  /// Opens a handle under the number that it has in another process.
  /// \return false for a number that is no handle, or in use here.
  bool insert_at(HandleValue handle, Ref<Object> object, std::uint32_t flags) noexcept;

  struct OpenHandle {
    HandleValue value;
    std::uint32_t flags;
    Ref<Object> object;
  };
  /// The open handles that have one of these flags. Throws std::bad_alloc.
  [[nodiscard]] std::vector<OpenHandle> with_flags(std::uint32_t flags);

  /// Handles open now.
  [[nodiscard]] std::size_t open_handles() const noexcept { return open_.load(); }

  /// Held around a fork, so that the child finds the free list whole.
  [[nodiscard]] std::mutex& fork_lock() noexcept { return mutex_; }

 private:
  template <typename T>
  friend class Pinned;
  static constexpr std::size_t kChunkSlots = 1024;
  using Chunk = std::array<detail::Slot, kChunkSlots>;

  [[nodiscard]] detail::Slot* slot_at(std::size_t index) const noexcept;
  [[nodiscard]] detail::Slot* pin(HandleValue handle) noexcept;
  void unpin(detail::Slot& slot) noexcept;
  [[nodiscard]] detail::Slot* take_slot() noexcept;
  [[nodiscard]] detail::Slot* new_slot() noexcept;
  void recycle(detail::Slot& slot) noexcept;
  void append_free(detail::Slot& slot) noexcept;
  [[nodiscard]] bool unlink_free(detail::Slot& slot) noexcept;
  [[nodiscard]] detail::Slot* take_slot_at(std::size_t index) noexcept;
  void open(detail::Slot& slot, std::uint64_t generation, Ref<Object> object,
            std::uint32_t flags) noexcept;

  std::array<std::atomic<Chunk*>, kCapacity / kChunkSlots> chunks_{};
  std::atomic<std::size_t> open_{0};
  std::mutex mutex_;  // Guards what follows.
  std::size_t made_ = 0;
  std::size_t free_count_ = 0;
  std::uint32_t free_head_ = 0;
  std::uint32_t free_tail_ = 0;
};

/// The process's one table.
[[nodiscard]] HandleTable& handles() noexcept;

// ------------------------------------------------------------------------------------------------

template <typename T>
Pinned<T>::~Pinned() {
  if (slot_) table_->unpin(*slot_);
}

}  // namespace wsalive::kernel
