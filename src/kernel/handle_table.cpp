// A slot's word, from the top: 32 bits of which 8 are the generation, the open bit, 31 bits of pins.
// A slot is free when it is neither open nor pinned; the thread whose step frees it recycles it.
#include "kernel/handle_table.hpp"

#include <new>

#include "base/check.hpp"
#include "base/immortal.hpp"
#include "kernel/dispatcher.hpp"
#include "kernel/inheritance.hpp"
#include "os/process/inherited_memory.hpp"

namespace wsalive::kernel {
namespace {

using detail::Slot;

constexpr std::uint64_t kOpen = std::uint64_t{1} << 31;
constexpr std::uint64_t kPins = kOpen - 1;
constexpr std::uint64_t kGenerations = 256;
constexpr std::uint32_t kProtectFromClose = 2;
/// Free slots that are kept unused, so that a handle's number is not reused soon even if few handles are open.
constexpr std::size_t kReserve = 256;

constexpr std::uint64_t generation_of(std::uint64_t word) { return word >> 32; }

constexpr HandleValue to_handle(std::uint64_t generation, std::size_t index) {
  return HandleTable::kLowest | generation << 22 | index << 2;
}
constexpr std::uint64_t handle_generation(HandleValue handle) { return handle >> 22 & 0xff; }
constexpr std::size_t handle_index(HandleValue handle) {
  return handle >> 2 & (HandleTable::kCapacity - 1);
}
constexpr bool is_in_range(HandleValue handle) { return handle >> 30 == 1; }

}  // namespace

HandleTable::~HandleTable() {
  for (std::size_t index = 0; index < made_; ++index) {
    Slot& slot = *slot_at(index);
    const std::uint64_t word = slot.word.load();
    WSALIVE_DCHECK((word & kPins) == 0);
    slot.flags = 0;
    if (word & kOpen) close(to_handle(generation_of(word), index));
  }
  for (auto& chunk : chunks_) delete chunk.load();
}

HandleValue HandleTable::insert(Ref<Object> object) noexcept {
  Slot* const slot = take_slot();
  if (!slot) return 0;
  const std::uint64_t generation = generation_of(slot->word.load(std::memory_order_relaxed));
  open(*slot, generation, std::move(object), 0);
  return to_handle(generation, slot->index);
}

void HandleTable::open(Slot& slot, std::uint64_t generation, Ref<Object> object,
                       std::uint32_t flags) noexcept {
  object->add_handle();
  slot.object = object.release();
  slot.flags.store(flags, std::memory_order_relaxed);
  slot.word.store(generation << 32 | kOpen, std::memory_order_release);
  open_.fetch_add(1, std::memory_order_relaxed);
}

bool HandleTable::insert_at(HandleValue handle, Ref<Object> object, std::uint32_t flags) noexcept {
  Slot* const slot = is_in_range(handle) ? take_slot_at(handle_index(handle)) : nullptr;
  if (slot) open(*slot, handle_generation(handle), std::move(object), flags);
  return slot != nullptr;
}

std::vector<HandleTable::OpenHandle> HandleTable::with_flags(std::uint32_t flags) {
  std::size_t made = 0;
  {
    const std::lock_guard lock{mutex_};
    made = made_;
  }
  std::vector<OpenHandle> found;
  for (std::size_t index = 0; index < made; ++index) {
    const Slot& slot = *slot_at(index);
    if ((slot.flags.load(std::memory_order_relaxed) & flags) == 0) continue;
    const auto value = to_handle(generation_of(slot.word.load(std::memory_order_relaxed)), index);
    const Pinned<Object> object = find_any(value);
    if (object) found.push_back({value, slot.flags.load(), object.share()});
  }
  return found;
}

Pinned<Object> HandleTable::find_any(HandleValue handle) noexcept {
  Slot* const slot = pin(handle);
  if (!slot) return {};
  return {this, slot, slot->object};
}

Pinned<WaitObject> HandleTable::find_waitable(HandleValue handle) noexcept {
  Slot* const slot = pin(handle);
  if (!slot) return {};
  if (WaitObject* const object = slot->object->waitable()) return {this, slot, object};
  unpin(*slot);
  return {};
}

bool HandleTable::close(HandleValue handle) noexcept {
  Slot* const slot = pin(handle);
  if (!slot) return false;
  bool closed = false;
  if (!(slot->flags.load(std::memory_order_relaxed) & kProtectFromClose)) {
    closed = slot->word.fetch_and(~kOpen, std::memory_order_acq_rel) & kOpen;
  }
  if (closed) {  // Of two threads that close it, one gets here.
    open_.fetch_sub(1, std::memory_order_relaxed);
    slot->object->drop_handle();
  }
  unpin(*slot);
  return closed;
}

bool HandleTable::get_flags(HandleValue handle, std::uint32_t& flags) noexcept {
  Slot* const slot = pin(handle);
  if (!slot) return false;
  flags = slot->flags.load(std::memory_order_relaxed);
  unpin(*slot);
  return true;
}

bool HandleTable::change_flags(HandleValue handle, std::uint32_t mask,
                               std::uint32_t flags) noexcept {
  Slot* const slot = pin(handle);
  if (!slot) return false;
  std::uint32_t before = slot->flags.load(std::memory_order_relaxed);
  while (!slot->flags.compare_exchange_weak(before, (before & ~mask) | (flags & mask))) {
  }
  unpin(*slot);
  return true;
}

Slot* HandleTable::slot_at(std::size_t index) const noexcept {
  Chunk* const chunk = chunks_[index / kChunkSlots].load(std::memory_order_acquire);
  return chunk ? &(*chunk)[index % kChunkSlots] : nullptr;
}

Slot* HandleTable::pin(HandleValue handle) noexcept {
  if (!is_in_range(handle)) return nullptr;
  Slot* const slot = slot_at(handle_index(handle));
  if (!slot) return nullptr;
  std::uint64_t word = slot->word.load(std::memory_order_acquire);
  do {
    if (!(word & kOpen) || generation_of(word) != handle_generation(handle)) return nullptr;
  } while (!slot->word.compare_exchange_weak(word, word + 1, std::memory_order_acquire));
  return slot;
}

void HandleTable::unpin(Slot& slot) noexcept {
  const std::uint64_t before = slot.word.fetch_sub(1, std::memory_order_acq_rel);
  if ((before & (kOpen | kPins)) == 1) recycle(slot);
}

/// The last pin of a closed slot is gone: no other thread can reach it.
void HandleTable::recycle(Slot& slot) noexcept {
  std::exchange(slot.object, nullptr)->drop_reference();
  const std::uint64_t generation = generation_of(slot.word.load(std::memory_order_relaxed));
  slot.word.store((generation + 1) % kGenerations << 32, std::memory_order_relaxed);
  const std::lock_guard lock{mutex_};
  append_free(slot);
}

void HandleTable::append_free(Slot& slot) noexcept {
  if (free_count_++ == 0) {
    free_head_ = slot.index;
  } else {
    slot_at(free_tail_)->next_free = slot.index;
  }
  free_tail_ = slot.index;
}

bool HandleTable::unlink_free(Slot& slot) noexcept {
  Slot* before = nullptr;
  Slot* each = free_count_ != 0 ? slot_at(free_head_) : nullptr;
  for (std::size_t left = free_count_; left != 0; --left) {
    if (each == &slot) {
      (before ? before->next_free : free_head_) = slot.next_free;
      if (before && free_tail_ == slot.index) free_tail_ = before->index;
      --free_count_;
      return true;
    }
    before = each;
    each = slot_at(each->next_free);
  }
  return false;
}

/// That very slot, if it is free.
Slot* HandleTable::take_slot_at(std::size_t index) noexcept {
  const std::lock_guard lock{mutex_};
  while (made_ <= index) {
    Slot* const fresh = new_slot();
    if (!fresh) return nullptr;
    append_free(*fresh);
  }
  Slot* const slot = slot_at(index);
  return unlink_free(*slot) ? slot : nullptr;
}

Slot* HandleTable::take_slot() noexcept {
  const std::lock_guard lock{mutex_};
  if (free_count_ <= kReserve) {
    if (Slot* const slot = new_slot()) return slot;
  }
  if (free_count_ == 0) return nullptr;
  Slot* const slot = slot_at(free_head_);
  free_head_ = slot->next_free;
  --free_count_;
  return slot;
}

/// A slot that was never used; nullptr when the table is full or memory is short.
Slot* HandleTable::new_slot() noexcept {
  if (made_ == kCapacity) return nullptr;
  if (!slot_at(made_)) {
    auto* const chunk = new (std::nothrow) Chunk;
    if (!chunk) return nullptr;
    chunks_[made_ / kChunkSlots].store(chunk, std::memory_order_release);
  }
  Slot* const slot = slot_at(made_);
  slot->index = static_cast<std::uint32_t>(made_++);
  return slot;
}

namespace {

/// Before main(), because a program may use an inherited handle before it calls anything else.
[[gnu::constructor]] void at_the_start() {
  os::take_exit_note();
  take_inheritance();
}

}  // namespace

HandleTable& handles() noexcept {
  static constinit Immortal<HandleTable> table;
  return table.value;
}

}  // namespace wsalive::kernel
