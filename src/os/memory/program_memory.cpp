// Three ways, the cheapest first:
//   - madvise tells whether pages are present, by one cheap call without a copy. An emulator (qemu's user mode) always says
//     yes, so it is tried out before its answers count.
//   - Where madvise says no, or does not know the question (before Linux 5.14): process_vm_readv and process_vm_writev on
//     this process.
//   - Where a sandbox denies those, a pipe: write() reads the program's memory and read() writes it, both with the kernel's
//     check.

#include "os/memory/program_memory.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <functional>

#include "base/owned.hpp"
#include "os/system_call.hpp"

namespace wsalive::os {
namespace {

constexpr std::size_t kPage = 4096;

// Since Linux 5.14; not in all headers.
constexpr int kPopulateRead = 22;
constexpr int kPopulateWrite = 23;

enum class Trust : std::uint8_t { unknown, full, none };
// Two threads may try it at once: they find the same.
constinit std::atomic<Trust> trust_in_madvise{Trust::unknown};

/// Whether madvise says that the first page of all is absent, as it is in nearly every program. In a program that maps it the
/// other ways are used.
[[gnu::cold]] bool try_madvise() noexcept {
  const bool honest = system_call(SYS_madvise, 0UL, kPage, kPopulateRead) != 0;
  trust_in_madvise.store(honest ? Trust::full : Trust::none, std::memory_order_relaxed);
  return honest;
}

bool is_madvise_honest() noexcept {
  const Trust known = trust_in_madvise.load(std::memory_order_relaxed);
  if (known == Trust::full) [[likely]]
    return true;
  return known == Trust::unknown && try_madvise();
}

/// Whether the kernel has brought all the pages in for that use: then a plain access cannot fail unless another thread
/// unmaps them. False says nothing; the bytes stay as they are.
bool are_present(const void* at, std::size_t size, int use) noexcept {
  const auto from = reinterpret_cast<std::uintptr_t>(at);
  const std::uintptr_t first = from & ~(kPage - 1);
  if (from + size < from || !is_madvise_honest()) return false;
  return system_call(SYS_madvise, first, from + size - first, use) == 0;
}

enum class Copied : std::uint8_t { all, fault, denied };

Copied outcome(ssize_t done, std::size_t size) {
  if (done == static_cast<ssize_t>(size)) return Copied::all;
  if (done < 0 && (errno == EPERM || errno == ENOSYS || errno == ESRCH)) return Copied::denied;
  return Copied::fault;
}

Copied read_directly(const void* from, void* to, std::size_t size) {
  iovec local{to, size};
  iovec remote{const_cast<void*>(from), size};
  return outcome(::syscall(SYS_process_vm_readv, ::getpid(), &local, 1UL, &remote, 1UL, 0UL), size);
}

Copied write_directly(void* to, const void* from, std::size_t size) {
  iovec local{const_cast<void*>(from), size};
  iovec remote{to, size};
  return outcome(::syscall(SYS_process_vm_writev, ::getpid(), &local, 1UL, &remote, 1UL, 0UL),
                 size);
}

/// One page at most: a pipe takes that much at once.
bool copy_by_pipe(const void* from, void* to, std::size_t size) {
  std::array<int, 2> ends{};
  if (::syscall(SYS_pipe2, ends.data(), O_CLOEXEC) != 0) return false;
  const Fd out{ends[0]};
  const Fd in{ends[1]};
  const long whole = static_cast<long>(size);
  return ::syscall(SYS_write, in.get(), from, size) == whole &&
         ::syscall(SYS_read, out.get(), to, size) == whole;
}

bool copy_pages_by_pipe(const void* from, void* to, std::size_t size) {
  const char* source = static_cast<const char*>(from);
  char* target = static_cast<char*>(to);
  for (std::size_t done = 0; done < size; done += kPage) {
    const std::size_t part = size - done < kPage ? size - done : kPage;
    if (!copy_by_pipe(source + done, target + done, part)) return false;
  }
  return true;
}

bool write_piece(void* to, const void* from, std::size_t size) {
  const Copied copied = write_directly(to, from, size);
  return copied == Copied::denied ? copy_pages_by_pipe(from, to, size) : copied == Copied::all;
}

/// Sets of signals are 64 bits; an unknown way to use one is refused after it has been read.
constexpr long kSetSize = 8;
constexpr int kNoWay = 0x7777;

/// Whether the aligned word at `at` can be read, by a system call that costs hardly more than entering the kernel.
bool is_word_readable(std::uintptr_t at) noexcept {
  const long answer = system_call(SYS_rt_sigprocmask, kNoWay, at, 0UL, kSetSize);
  if (answer == -EINVAL || answer == -EFAULT) return answer == -EINVAL;
  std::uint64_t unused = 0;  // A sandbox refuses that call.
  // NOLINTNEXTLINE(performance-no-int-to-ptr)
  return read_program(reinterpret_cast<const void*>(at), &unused, sizeof unused);
}

/// How many of the bytes lie in the first page that they touch.
std::size_t head_of(const void* at, std::size_t size) {
  const std::size_t to_edge = kPage - reinterpret_cast<std::uintptr_t>(at) % kPage;
  return size < to_edge ? size : to_edge;
}

using detail::Stack;

Stack ask_for_stack() {
  pthread_attr_t attributes;
  if (::pthread_getattr_np(::pthread_self(), &attributes) != 0) return {1, 1};
  void* base = nullptr;
  std::size_t size = 0;
  const int refused = ::pthread_attr_getstack(&attributes, &base, &size);
  ::pthread_attr_destroy(&attributes);
  if (refused != 0) return {1, 1};
  const auto bottom = reinterpret_cast<std::uintptr_t>(base);
  return {bottom, bottom + size};
}

}  // namespace

constinit thread_local Stack detail::own_stack;

void detail::learn_own_stack() noexcept { own_stack = ask_for_stack(); }

bool read_program(const void* from, void* to, std::size_t size) noexcept {
  if (size == 0) return true;
  if (are_present(from, size, kPopulateRead)) {
    std::memcpy(to, from, size);
    return true;
  }
  const int kept = errno;
  const Copied copied = read_directly(from, to, size);
  const bool done =
      copied == Copied::denied ? copy_pages_by_pipe(from, to, size) : copied == Copied::all;
  errno = kept;
  return done;
}

bool write_program(void* to, const void* from, std::size_t size) noexcept {
  if (size == 0) return true;
  if (are_present(to, size, kPopulateWrite)) {
    std::memcpy(to, from, size);
    return true;
  }
  const int kept = errno;
  const std::size_t head = head_of(to, size);
  const std::size_t tail = size - head;
  bool done = false;
  if (tail == 0) {
    done = write_piece(to, from, size);
  } else if (is_writable(static_cast<char*>(to) + head, tail)) {
    // The pages behind are good; the first one decides before anything is changed.
    done = write_piece(to, from, head) &&
           write_piece(static_cast<char*>(to) + head, static_cast<const char*>(from) + head, tail);
  }
  errno = kept;
  return done;
}

bool is_readable(const void* at, std::size_t size) noexcept {
  const auto from = reinterpret_cast<std::uintptr_t>(at);
  if (from + size < from) return false;
  for (std::uintptr_t next = from; next < from + size; next = (next & ~(kPage - 1)) + kPage) {
    if (!is_word_readable(next & ~std::uintptr_t{kSetSize - 1})) return false;
  }
  return true;
}

bool is_own_word_writable(std::uint64_t* word) noexcept {
  if (!is_word_readable(reinterpret_cast<std::uintptr_t>(word))) return false;
  const std::uint64_t kept = *word;
  const long answer = system_call(SYS_rt_sigprocmask, SIG_BLOCK, 0UL, word, kSetSize);
  if (answer != 0) return answer != -EFAULT && is_writable(word, sizeof *word);
  *word = kept;
  return true;
}

bool is_writable(void* at, std::size_t size) noexcept {
  if (size != 0 && are_present(at, size, kPopulateWrite)) return true;
  char* const first = static_cast<char*>(at);
  for (std::size_t done = 0; done < size;) {
    char byte = 0;
    if (!read_program(first + done, &byte, 1) || !write_piece(first + done, &byte, 1)) return false;
    done += head_of(first + done, size - done);
  }
  return true;
}

bool are_writable(void* one, std::size_t one_size, void* other, std::size_t other_size) noexcept {
  const bool in_order = std::less<>{}(one, other);
  void* const low = in_order ? one : other;
  const std::size_t low_size = in_order ? one_size : other_size;
  const std::size_t high_size = in_order ? other_size : one_size;
  const std::size_t apart = reinterpret_cast<std::uintptr_t>(in_order ? other : one) -
                            reinterpret_cast<std::uintptr_t>(low);
  // Two pages at most then, and each has bytes of a piece.
  const auto fits = [](std::size_t size) { return size != 0 && size <= kPage; };
  const bool near = fits(low_size) && fits(high_size) && apart <= kPage - high_size;
  if (near && are_present(low, std::max(low_size, apart + high_size), kPopulateWrite)) return true;
  return is_writable(one, one_size) && is_writable(other, other_size);
}

}  // namespace wsalive::os
