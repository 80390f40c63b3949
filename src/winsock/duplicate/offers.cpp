#include "winsock/duplicate/offers.hpp"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <new>
#include <span>
#include <utility>
#include <vector>

#include "os/process/descriptor_passing.hpp"
#include "os/process/signals.hpp"
#include "os/process/threads.hpp"

namespace wsalive::winsock {
namespace {

using namespace std::chrono_literals;

struct DuplicateOffer {
  Token token;
  Recipient recipient;
  Duplicate duplicate;
};

WsaError code_of(int error) {
  switch (error) {
    case EMFILE:
    case ENFILE:
      return WsaError::too_many_files;
    case ESRCH:
    case EINVAL:
    case ENOENT:
      return WsaError::invalid_argument;
    default:
      return WsaError::no_buffers;
  }
}

std::span<const std::byte> bytes_of(const auto& value) {
  return std::as_bytes(std::span{&value, 1});
}

class Offers {
 public:
  WsaError leave(DuplicateOffer waiting, Ticket& ticket);
  std::optional<DuplicateOffer> take(std::int32_t process, const Token& token) noexcept;
  std::size_t size() noexcept;
  void wait_until_empty(std::chrono::milliseconds at_most) noexcept;

  void lock() noexcept { mutex_.lock(); }
  void unlock() noexcept { mutex_.unlock(); }
  /// Everything here is the parent's.
  void begin_anew_in_child() noexcept;

 private:
  [[nodiscard]] WsaError open();
  static void* run(void* offers);
  void serve();
  [[nodiscard]] std::vector<int> watched();
  void drop_ended(const std::vector<int>& watched, const std::vector<bool>& readable);
  void serve_client();
  [[nodiscard]] bool awaits(std::int32_t process);
  void give(int line, std::int32_t process);
  bool end_if_empty();
  void close() noexcept;

  std::mutex mutex_;  // Guards what follows.
  std::condition_variable emptied_;
  std::vector<DuplicateOffer> waiting_;
  Fd listener_;
  Fd wake_;
  Fd spare_;  ///< The thread's; see os::next_client.
  os::ProcessIdentity giver_;
  std::uint64_t number_ = 0;
  bool running_ = false;
};

void* Offers::run(void* offers) {
  static_cast<Offers*>(offers)->serve();
  return nullptr;
}

/// The listener, the wake event and the thread. Under the lock.
WsaError Offers::open() {
  if (!os::fill_random(std::as_writable_bytes(std::span{&number_, 1}))) return WsaError::no_buffers;
  auto listener = os::listen_at(number_);
  if (!listener) return code_of(listener.error().code);
  auto wake = os::make_wake_event();
  if (!wake) return code_of(wake.error().code);
  listener_ = std::move(*listener);
  wake_ = std::move(*wake);
  giver_ = os::this_identity();  // As the kernel noted it when the listener was opened.
  os::have_spare(wake_.get(), spare_);
  const os::AllSignalsBlocked blocked;
  if (!os::start_thread(0, &Offers::run, this)) {
    close();
    return WsaError::no_buffers;
  }
  running_ = true;
  return WsaError::none;
}

WsaError Offers::leave(DuplicateOffer waiting, Ticket& ticket) {
  const std::lock_guard guard{mutex_};
  if (!running_) {
    if (const WsaError bad = open(); bad != WsaError::none) return bad;
  }
  ticket.listener = number_;
  ticket.giver = giver_;
  try {
    waiting_.push_back(std::move(waiting));
  } catch (const std::bad_alloc&) {
    os::set_event(wake_.get());
    throw;
  }
  os::set_event(wake_.get());
  return WsaError::none;
}

std::optional<DuplicateOffer> Offers::take(std::int32_t process, const Token& token) noexcept {
  const std::lock_guard guard{mutex_};
  const auto found = std::ranges::find_if(waiting_, [&](const DuplicateOffer& each) {
    return each.recipient.process == process && each.token == token;
  });
  if (found == waiting_.end()) return std::nullopt;
  std::optional<DuplicateOffer> taken{std::move(*found)};
  waiting_.erase(found);
  os::set_event(wake_.get());
  return taken;
}

std::size_t Offers::size() noexcept {
  const std::lock_guard guard{mutex_};
  return waiting_.size();
}

void Offers::wait_until_empty(std::chrono::milliseconds at_most) noexcept {
  std::unique_lock guard{mutex_};
  emptied_.wait_for(guard, at_most, [this] { return !running_; });
}

/// Under the lock, which the thread that forks has taken; no thread waits in a child.
void Offers::begin_anew_in_child() noexcept {
  new (&emptied_) std::condition_variable;
  waiting_.clear();
  close();
  mutex_.unlock();
}

void Offers::close() noexcept {
  listener_.reset();
  wake_.reset();
  spare_.reset();
  running_ = false;
}

std::vector<int> Offers::watched() {
  const std::lock_guard guard{mutex_};
  std::vector<int> descriptors{wake_.get(), listener_.get()};
  for (const DuplicateOffer& each : waiting_) descriptors.push_back(each.recipient.watch.get());
  return descriptors;
}

void Offers::drop_ended(const std::vector<int>& watched, const std::vector<bool>& readable) {
  const std::lock_guard guard{mutex_};
  std::erase_if(waiting_, [&](const DuplicateOffer& each) {
    const auto at = std::ranges::find(watched, each.recipient.watch.get()) - watched.begin();
    return at < std::ssize(readable) && readable[static_cast<std::size_t>(at)];
  });
}

bool Offers::awaits(std::int32_t process) {
  const std::lock_guard guard{mutex_};
  return std::ranges::any_of(waiting_, [process](const DuplicateOffer& each) {
    return each.recipient.process == process;
  });
}

void Offers::serve_client() {
  {
    const auto client = os::next_client(listener_.get(), spare_);
    if (!client) return os::pause_briefly();  // Clients wait for seconds.
    if (awaits(client->process)) give(client->line.get(), client->process);
  }
  os::have_spare(wake_.get(), spare_);
}

void Offers::give(int line, std::int32_t process) {
  Token token;
  const auto asked = os::take_message(line, std::as_writable_bytes(std::span{token}));
  if (!asked || asked->size != token.size()) return;
  const std::optional<DuplicateOffer> found = take(process, token);
  Answer answer;
  if (!found) {
    static_cast<void>(os::pass_message(line, bytes_of(answer), {}));
    return;
  }
  answer = {1, found->duplicate.state};
  const int socket = found->duplicate.socket.get();
  if (!os::pass_message(line, bytes_of(answer), std::span{&socket, 1})) return;
  auto wish = LockFileWish::no;
  const auto told = os::take_message(line, std::as_writable_bytes(std::span{&wish, 1}));
  const int lock_file = found->duplicate.lock_file;
  if (!told || told->size != sizeof wish || wish != LockFileWish::yes || lock_file < 0) return;
  static_cast<void>(os::pass_message(line, bytes_of(wish), std::span{&lock_file, 1}));
}

bool Offers::end_if_empty() {
  const std::lock_guard guard{mutex_};
  if (!waiting_.empty()) return false;
  close();
  emptied_.notify_all();
  return true;
}

void Offers::serve() {
  while (!end_if_empty()) {
    try {
      const std::vector<int> descriptors = watched();
      const std::vector<bool> readable = os::wait_for_any(descriptors);
      os::clear_event(wake_.get());
      drop_ended(descriptors, readable);
      if (readable[1]) serve_client();
    } catch (const std::bad_alloc&) {
      os::pause_briefly();  // Somebody else may give some back.
    }
  }
}

Offers& offers() {
  static Offers& only = []() -> Offers& {
    auto* const made = new Offers;  // For ever: the thread may outlive static objects.
    ::pthread_atfork([] { offers().lock(); }, [] { offers().unlock(); },
                     [] { offers().begin_anew_in_child(); });
    std::atexit([] { offers().wait_until_empty(1s); });
    return *made;
  }();
  return only;
}

}  // namespace

tl::expected<Recipient, WsaError> find_recipient(std::int32_t process) noexcept {
  if (process <= 0) return tl::unexpected{WsaError::invalid_argument};
  auto watch = os::watch_process(process);
  if (!watch) return tl::unexpected{code_of(watch.error().code)};
  return Recipient{process, std::move(*watch)};
}

WsaError offer_to(Recipient recipient, Duplicate duplicate, Ticket& ticket) {
  Ticket made;
  if (!os::fill_random(made.token)) return WsaError::no_buffers;
  const WsaError refused =
      offers().leave({made.token, std::move(recipient), std::move(duplicate)}, made);
  if (refused == WsaError::none) ticket = made;
  return refused;
}

std::optional<Duplicate> take_own(const Token& token) noexcept {
  auto found = offers().take(::getpid(), token);
  if (!found) return std::nullopt;
  return std::move(found->duplicate);
}

std::size_t open_offers() noexcept { return offers().size(); }

}  // namespace wsalive::winsock
