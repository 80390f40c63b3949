// Heaps, and the older Local and Global blocks.
//
// In front of a block stand its size and its heap, so that HeapSize can return the requested size and a
// private heap can free its blocks when it is destroyed. The memory is malloc's. A heap that fails
// returns NULL, even with HEAP_GENERATE_EXCEPTIONS: there are no structured exceptions to raise.
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <new>

#include "base/intrusive_list.hpp"
#include "kernel/handle_table.hpp"
#include "win32/call.hpp"

namespace wsalive::win32 {
namespace {

struct alignas(16) Block : Link {
  std::size_t size = 0;

  [[nodiscard]] void* memory() noexcept { return this + 1; }
  [[nodiscard]] static Block* of(const void* memory) noexcept {
    return static_cast<Block*>(const_cast<void*>(memory)) - 1;
  }
};

constexpr std::size_t kLargest = SIZE_MAX / 2;

Block* new_block(std::size_t size, DWORD flags) noexcept {
  if (size > kLargest) return nullptr;
  const std::size_t whole = sizeof(Block) + size;
  void* const raw = flags & HEAP_ZERO_MEMORY ? std::calloc(1, whole) : std::malloc(whole);
  if (!raw) return nullptr;
  auto* const block = new (raw) Block;
  block->size = size;
  return block;
}

void delete_block(Block& block) noexcept {
  block.~Block();
  std::free(&block);
}

class Heap final : public kernel::Object {
 public:
  static constexpr kernel::Kind kKind = kernel::Kind::heap;

  enum class Lives : std::uint8_t { until_destroyed, for_ever };

  /// \param most  The largest size of a block; 0: any.
  Heap(Lives lives, std::size_t most) noexcept : Object(kKind), lives_(lives), most_(most) {}

  void* allocate(DWORD flags, std::size_t size) noexcept {
    if (most_ != 0 && size > most_) return nullptr;
    Block* const block = new_block(size, flags);
    if (!block) return nullptr;
    if (lives_ == Lives::until_destroyed) {
      const std::lock_guard lock{mutex_};
      blocks_.push_back(*block);
    }
    return block->memory();
  }

  void free(void* memory) noexcept {
    Block* const block = Block::of(memory);
    if (lives_ == Lives::until_destroyed) {
      const std::lock_guard lock{mutex_};
      block->unlink();
    }
    delete_block(*block);
  }

  void* reallocate(DWORD flags, void* memory, std::size_t size) noexcept {
    Block* const old = Block::of(memory);
    if (size <= old->size) {
      old->size = size;
      return memory;
    }
    if (flags & HEAP_REALLOC_IN_PLACE_ONLY) return nullptr;
    void* const larger = allocate(flags, size);
    if (!larger) return nullptr;
    std::memcpy(larger, memory, old->size);
    free(memory);
    return larger;
  }

 private:
  ~Heap() override {
    while (Block* const block = blocks_.pop_front()) delete_block(*block);
  }

  const Lives lives_;
  const std::size_t most_;
  std::mutex mutex_;
  IntrusiveList<Block> blocks_;
};

}  // namespace
}  // namespace wsalive::win32

using namespace wsalive;
using namespace wsalive::win32;

HANDLE GetProcessHeap() {
  return guarded<HANDLE>(nullptr, [] {
    static const HANDLE heap = [] {
      const HANDLE fresh = open_handle(kernel::make<Heap>(Heap::Lives::for_ever, 0U));
      if (!fresh) throw std::bad_alloc{};  // The next call tries again.
      SetHandleInformation(fresh, HANDLE_FLAG_PROTECT_FROM_CLOSE, HANDLE_FLAG_PROTECT_FROM_CLOSE);
      return fresh;
    }();
    return heap;
  });
}

HANDLE HeapCreate(DWORD /*flOptions*/, SIZE_T /*dwInitialSize*/, SIZE_T dwMaximumSize) {
  return guarded<HANDLE>(nullptr, [&] {
    return open_handle(kernel::make<Heap>(Heap::Lives::until_destroyed, dwMaximumSize));
  });
}

BOOL HeapDestroy(HANDLE hHeap) {
  if (!pinned<Heap>(hHeap)) return fail(ERROR_INVALID_HANDLE);
  return CloseHandle(hHeap);
}

LPVOID HeapAlloc(HANDLE hHeap, DWORD dwFlags, SIZE_T dwBytes) {
  const auto heap = pinned<Heap>(hHeap);
  if (!heap) return fail<LPVOID>(ERROR_INVALID_HANDLE, nullptr);
  void* const memory = heap->allocate(dwFlags, dwBytes);
  return memory ? memory : fail<LPVOID>(ERROR_NOT_ENOUGH_MEMORY, nullptr);
}

LPVOID HeapReAlloc(HANDLE hHeap, DWORD dwFlags, LPVOID lpMem, SIZE_T dwBytes) {
  const auto heap = pinned<Heap>(hHeap);
  if (!heap) return fail<LPVOID>(ERROR_INVALID_HANDLE, nullptr);
  if (!lpMem) return fail<LPVOID>(ERROR_INVALID_PARAMETER, nullptr);
  void* const memory = heap->reallocate(dwFlags, lpMem, dwBytes);
  return memory ? memory : fail<LPVOID>(ERROR_NOT_ENOUGH_MEMORY, nullptr);
}

BOOL HeapFree(HANDLE hHeap, DWORD /*dwFlags*/, LPVOID lpMem) {
  const auto heap = pinned<Heap>(hHeap);
  if (!heap) return fail(ERROR_INVALID_HANDLE);
  if (lpMem) heap->free(lpMem);
  return TRUE;
}

SIZE_T HeapSize(HANDLE hHeap, DWORD /*dwFlags*/, LPCVOID lpMem) {
  if (!pinned<Heap>(hHeap)) return fail(ERROR_INVALID_HANDLE, ~SIZE_T{0});
  if (!lpMem) return fail(ERROR_INVALID_PARAMETER, ~SIZE_T{0});
  return Block::of(lpMem)->size;
}

HLOCAL LocalAlloc(UINT uFlags, SIZE_T uBytes) {
  const DWORD flags = uFlags & LMEM_ZEROINIT ? HEAP_ZERO_MEMORY : 0;
  const HANDLE heap = GetProcessHeap();
  return heap ? HeapAlloc(heap, flags, uBytes) : nullptr;
}

HLOCAL LocalReAlloc(HLOCAL hMem, SIZE_T uBytes, UINT uFlags) {
  const DWORD flags = uFlags & LMEM_ZEROINIT ? HEAP_ZERO_MEMORY : 0;
  const HANDLE heap = GetProcessHeap();
  return heap ? HeapReAlloc(heap, flags, hMem, uBytes) : nullptr;
}

HLOCAL LocalFree(HLOCAL hMem) { return HeapFree(GetProcessHeap(), 0, hMem) ? nullptr : hMem; }

HGLOBAL GlobalAlloc(UINT uFlags, SIZE_T dwBytes) { return LocalAlloc(uFlags, dwBytes); }

HGLOBAL GlobalFree(HGLOBAL hMem) { return LocalFree(hMem); }
