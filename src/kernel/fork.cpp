#include "kernel/fork.hpp"

#include <pthread.h>

#include <cstdint>

#include "base/check.hpp"
#include "kernel/dispatcher.hpp"
#include "kernel/handle_table.hpp"
#include "kernel/thread.hpp"
#include "kernel/wait_state.hpp"
#include "os/memory/named_memory.hpp"

namespace wsalive::kernel {
namespace {

/// How many forks lie between the first process and this one. The child has one thread when it is changed.
constinit std::uint32_t g_forks = 0;

void before_fork() {
  dispatcher_mutex().lock();
  handles().fork_lock().lock();
  os::NamedMemory::before_fork();
}

void in_parent() {
  os::NamedMemory::in_parent();
  handles().fork_lock().unlock();
  dispatcher_mutex().unlock();
}

void in_child() {
  os::NamedMemory::in_child();
  ++g_forks;
  handles().fork_lock().unlock();
  forget_waits();
  if (Thread* const thread = attached_thread()) thread->renumber();
  dispatcher_mutex().unlock();
}

}  // namespace

std::uint32_t fork_generation() noexcept { return g_forks; }

void install_fork_handlers() noexcept {
  WSALIVE_CHECK(::pthread_atfork(before_fork, in_parent, in_child) == 0);
}

}  // namespace wsalive::kernel
