#include "kernel/fork.hpp"

#include <pthread.h>

#include "base/check.hpp"
#include "kernel/dispatcher.hpp"
#include "kernel/handle_table.hpp"
#include "kernel/thread.hpp"
#include "kernel/wait_state.hpp"

namespace wsalive::kernel {
namespace {

void before_fork() {
  dispatcher_mutex().lock();
  handles().fork_lock().lock();
}

void in_parent() {
  handles().fork_lock().unlock();
  dispatcher_mutex().unlock();
}

void in_child() {
  handles().fork_lock().unlock();
  forget_waits();
  if (Thread* const thread = attached_thread()) thread->renumber();
  dispatcher_mutex().unlock();
}

}  // namespace

void install_fork_handlers() noexcept {
  WSALIVE_CHECK(::pthread_atfork(before_fork, in_parent, in_child) == 0);
}

}  // namespace wsalive::kernel
