#include "winsock/hand_over/post.hpp"

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

#include "os/process/hand_over.hpp"
#include "os/process/signals_blocked.hpp"
#include "os/process/threads.hpp"

namespace wsalive::winsock {
namespace {

using namespace std::chrono_literals;

struct Parcel {
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

class Post {
 public:
  WsaError leave(Parcel waiting, Ticket& ticket);
  std::optional<Parcel> take(std::int32_t process, const Token& token) noexcept;
  std::size_t size() noexcept;
  void wait_until_empty(std::chrono::milliseconds at_most) noexcept;

  void lock() noexcept { mutex_.lock(); }
  void unlock() noexcept { mutex_.unlock(); }
  /// Everything here is the parent's.
  void begin_anew_in_child() noexcept;

 private:
  [[nodiscard]] WsaError open();
  static void* run(void* post);
  void serve();
  [[nodiscard]] std::vector<int> watched();
  void drop_ended(const std::vector<int>& watched, const std::vector<bool>& readable);
  void receive_visitor();
  [[nodiscard]] bool awaits(std::int32_t process);
  void hand_over(int line, std::int32_t process);
  bool end_if_empty();
  void close() noexcept;

  std::mutex mutex_;  // Guards what follows.
  std::condition_variable emptied_;
  std::vector<Parcel> waiting_;
  Fd post_;
  Fd bell_;
  Fd spare_;  ///< The thread's; see os::next_visitor.
  os::PostOwner owner_;
  std::uint64_t number_ = 0;
  bool running_ = false;
};

void* Post::run(void* post) {
  static_cast<Post*>(post)->serve();
  return nullptr;
}

/// The post, its bell and its thread. Under the lock.
WsaError Post::open() {
  if (!os::fill_random(std::as_writable_bytes(std::span{&number_, 1}))) return WsaError::no_buffers;
  auto post = os::open_post(number_);
  if (!post) return code_of(post.error().code);
  auto bell = os::make_bell();
  if (!bell) return code_of(bell.error().code);
  post_ = std::move(*post);
  bell_ = std::move(*bell);
  owner_ = os::this_owner();  // As the kernel noted it when the post was opened.
  os::have_spare(bell_.get(), spare_);
  const os::AllSignalsBlocked blocked;
  if (!os::start_thread(0, &Post::run, this)) {
    close();
    return WsaError::no_buffers;
  }
  running_ = true;
  return WsaError::none;
}

WsaError Post::leave(Parcel waiting, Ticket& ticket) {
  const std::lock_guard guard{mutex_};
  if (!running_) {
    if (const WsaError bad = open(); bad != WsaError::none) return bad;
  }
  ticket.post = number_;
  ticket.giver = owner_;
  try {
    waiting_.push_back(std::move(waiting));
  } catch (const std::bad_alloc&) {
    os::ring(bell_.get());
    throw;
  }
  os::ring(bell_.get());
  return WsaError::none;
}

std::optional<Parcel> Post::take(std::int32_t process, const Token& token) noexcept {
  const std::lock_guard guard{mutex_};
  const auto found = std::ranges::find_if(waiting_, [&](const Parcel& each) {
    return each.recipient.process == process && each.token == token;
  });
  if (found == waiting_.end()) return std::nullopt;
  std::optional<Parcel> taken{std::move(*found)};
  waiting_.erase(found);
  os::ring(bell_.get());
  return taken;
}

std::size_t Post::size() noexcept {
  const std::lock_guard guard{mutex_};
  return waiting_.size();
}

void Post::wait_until_empty(std::chrono::milliseconds at_most) noexcept {
  std::unique_lock guard{mutex_};
  emptied_.wait_for(guard, at_most, [this] { return !running_; });
}

/// Under the lock, which the thread that forks has taken; nobody waits in a child.
void Post::begin_anew_in_child() noexcept {
  new (&emptied_) std::condition_variable;
  waiting_.clear();
  close();
  mutex_.unlock();
}

void Post::close() noexcept {
  post_.reset();
  bell_.reset();
  spare_.reset();
  running_ = false;
}

std::vector<int> Post::watched() {
  const std::lock_guard guard{mutex_};
  std::vector<int> descriptors{bell_.get(), post_.get()};
  for (const Parcel& each : waiting_) descriptors.push_back(each.recipient.watch.get());
  return descriptors;
}

void Post::drop_ended(const std::vector<int>& watched, const std::vector<bool>& readable) {
  const std::lock_guard guard{mutex_};
  std::erase_if(waiting_, [&](const Parcel& each) {
    const auto at = std::ranges::find(watched, each.recipient.watch.get()) - watched.begin();
    return at < std::ssize(readable) && readable[static_cast<std::size_t>(at)];
  });
}

bool Post::awaits(std::int32_t process) {
  const std::lock_guard guard{mutex_};
  return std::ranges::any_of(
      waiting_, [process](const Parcel& each) { return each.recipient.process == process; });
}

void Post::receive_visitor() {
  {
    const auto visitor = os::next_visitor(post_.get(), spare_);
    if (!visitor) return os::pause_briefly();  // Whoever waits outside is patient for seconds.
    if (awaits(visitor->process)) hand_over(visitor->line.get(), visitor->process);
  }
  os::have_spare(bell_.get(), spare_);
}

void Post::hand_over(int line, std::int32_t process) {
  Token token;
  const auto asked = os::receive_parcel(line, std::as_writable_bytes(std::span{token}));
  if (!asked || asked->size != token.size()) return;
  const std::optional<Parcel> found = take(process, token);
  Answer answer;
  if (!found) {
    static_cast<void>(os::send_parcel(line, bytes_of(answer), {}));
    return;
  }
  answer = {1, found->duplicate.state};
  const int socket = found->duplicate.socket.get();
  if (!os::send_parcel(line, bytes_of(answer), std::span{&socket, 1})) return;
  auto wish = LockFileWish::no;
  const auto told = os::receive_parcel(line, std::as_writable_bytes(std::span{&wish, 1}));
  const int lock_file = found->duplicate.lock_file;
  if (!told || told->size != sizeof wish || wish != LockFileWish::yes || lock_file < 0) return;
  static_cast<void>(os::send_parcel(line, bytes_of(wish), std::span{&lock_file, 1}));
}

bool Post::end_if_empty() {
  const std::lock_guard guard{mutex_};
  if (!waiting_.empty()) return false;
  close();
  emptied_.notify_all();
  return true;
}

void Post::serve() {
  while (!end_if_empty()) {
    try {
      const std::vector<int> descriptors = watched();
      const std::vector<bool> readable = os::wait_for_any(descriptors);
      os::silence(bell_.get());
      drop_ended(descriptors, readable);
      if (readable[1]) receive_visitor();
    } catch (const std::bad_alloc&) {
      os::pause_briefly();  // Somebody else may give some back.
    }
  }
}

Post& post() {
  static Post& only = []() -> Post& {
    auto* const made = new Post;  // For ever: the thread may outlive static objects.
    ::pthread_atfork([] { post().lock(); }, [] { post().unlock(); },
                     [] { post().begin_anew_in_child(); });
    std::atexit([] { post().wait_until_empty(1s); });
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

WsaError leave_for(Recipient recipient, Duplicate duplicate, Ticket& ticket) {
  Ticket made;
  if (!os::fill_random(made.token)) return WsaError::no_buffers;
  const WsaError refused =
      post().leave({made.token, std::move(recipient), std::move(duplicate)}, made);
  if (refused == WsaError::none) ticket = made;
  return refused;
}

std::optional<Duplicate> take_own(const Token& token) noexcept {
  auto found = post().take(::getpid(), token);
  if (!found) return std::nullopt;
  return std::move(found->duplicate);
}

std::size_t duplicates_waiting() noexcept { return post().size(); }

}  // namespace wsalive::winsock
