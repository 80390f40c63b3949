#include "winsock/overlapped/fork.hpp"

#include <pthread.h>

#include <mutex>

#include "winsock/overlapped/channel.hpp"
#include "winsock/overlapped/operation.hpp"
#include "winsock/overlapped/reactor.hpp"

namespace wsalive::winsock {

void prepare_for_forks() noexcept {
  static std::once_flag once;
  std::call_once(once, [] {
    ::pthread_atfork([] { reactor().lock_for_fork(); }, [] { reactor().unlock_for_fork(); },
                     [] {
                       reactor().begin_anew_in_child();
                       forget_operations();
                       Channel::begin_anew_in_child();
                     });
  });
}

}  // namespace wsalive::winsock
