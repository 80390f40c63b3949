// process_vm_readv and process_vm_writev on our own process; where a sandbox denies them, a pipe: write()
// reads the program's memory and read() writes it, both with the kernel's check.

#include "os/program_memory.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include "base/fd.hpp"

namespace wsalive::os {
namespace {

constexpr std::size_t kPage = 4096;

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

/// How many of the bytes lie in the first page that they touch.
std::size_t head_of(const void* at, std::size_t size) {
  const std::size_t to_edge = kPage - reinterpret_cast<std::uintptr_t>(at) % kPage;
  return size < to_edge ? size : to_edge;
}

/// The calling thread's stack; empty where the system cannot tell.
struct Stack {
  std::uintptr_t bottom = 0;
  std::uintptr_t top = 0;
};

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

// One load where it is known; the model spares the call that a shared library's thread-local takes.
[[gnu::tls_model("initial-exec")]] constinit thread_local Stack t_stack;

const Stack& own_stack() {
  if (t_stack.top == 0) [[unlikely]]
    t_stack = ask_for_stack();
  return t_stack;
}

}  // namespace

bool read_program(const void* from, void* to, std::size_t size) noexcept {
  if (size == 0) return true;
  const int kept = errno;
  const Copied copied = read_directly(from, to, size);
  const bool done =
      copied == Copied::denied ? copy_pages_by_pipe(from, to, size) : copied == Copied::all;
  errno = kept;
  return done;
}

bool write_program(void* to, const void* from, std::size_t size) noexcept {
  if (size == 0) return true;
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

bool is_writable(void* at, std::size_t size) noexcept {
  char* const first = static_cast<char*>(at);
  for (std::size_t done = 0; done < size;) {
    char byte = 0;
    if (!read_program(first + done, &byte, 1) || !write_piece(first + done, &byte, 1)) return false;
    done += head_of(first + done, size - done);
  }
  return true;
}

bool is_on_stack(const void* at, std::size_t size) noexcept {
  const auto from = reinterpret_cast<std::uintptr_t>(at);
  const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  const Stack& stack = own_stack();
  // A signal handler's or a coroutine's stack lies elsewhere: then nothing is known.
  return here >= stack.bottom && from >= here && from + size > from && from + size <= stack.top;
}

}  // namespace wsalive::os
