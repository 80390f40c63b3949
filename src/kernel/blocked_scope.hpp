// Tells the completion port that a thread works for that the thread is about to block, so that the
// port may let another one run, as Windows does: the concurrency value counts running threads.
//
// Put one around every call that may block for long. A thread that works for no port pays one load.
#pragma once

#include "kernel/completion_port.hpp"
#include "kernel/thread.hpp"

namespace wsalive::kernel {

class BlockedScope {
 public:
  BlockedScope() noexcept {
    Thread* const thread = attached_thread();
    if (thread && thread->port() && thread->port()->block(*thread)) thread_ = thread;
  }
  ~BlockedScope() {
    if (thread_) thread_->port()->unblock(*thread_);
  }
  BlockedScope(const BlockedScope&) = delete;
  BlockedScope& operator=(const BlockedScope&) = delete;

 private:
  Thread* thread_ = nullptr;
};

}  // namespace wsalive::kernel
