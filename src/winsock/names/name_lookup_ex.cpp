// GetAddrInfoExA and GetAddrInfoExW.
//
// The C library's resolver cannot be interrupted. So a look-up that may end early has two threads: one asks the resolver,
// and nothing waits for its end; the other waits for the answer, the time-out or a cancel and reports to the
// program. So a resolver that hangs delays neither. Both threads own what they need, so the process may end at any time.

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <utility>

#include <winsock2.h>
#include <ws2tcpip.h>

#include "kernel/handle_table.hpp"
#include "kernel/sync_objects.hpp"
#include "os/memory/program_memory.hpp"
#include "os/process/signals.hpp"
#include "os/process/threads.hpp"
#include "winsock/call.hpp"
#include "winsock/names/name_question.hpp"
#include "winsock/names/program_text.hpp"
#include "winsock/overlapped/operation_end.hpp"

namespace wsalive::winsock {
namespace {

using Time = std::chrono::steady_clock;

/// How the program wants the end reported.
struct Telling {
  OVERLAPPED* overlapped = nullptr;
  LPLOOKUPSERVICE_COMPLETION_ROUTINE routine = nullptr;
  ADDRINFOEXW** result = nullptr;
  kernel::Ref<kernel::Event> event{};
};

/// One look-up that may end before the resolver answers.
class Lookup {
 public:
  Lookup(Question question, std::optional<Time::time_point> deadline)
      : question_(std::move(question)), deadline_(deadline) {}

  /// Asks the resolver; blocks.
  void ask() noexcept {
    os::Resolved<Finding> found = tl::unexpected<WsaError>{WsaError::not_enough_memory};
    try {
      found = answer_to(question_);
    } catch (const std::bad_alloc&) {
    }
    end_with(std::move(found));
  }
  void cancel() { end_with(tl::unexpected<WsaError>{WsaError::cancelled}); }
  /// Waits for the answer, the time-out or a cancel, whichever is first.
  os::Resolved<Finding> await() {
    std::unique_lock lock{mutex_};
    const auto ended = [this] { return end_.has_value(); };
    if (!deadline_) {
      ended_.wait(lock, ended);
    } else if (!ended_.wait_until(lock, *deadline_, ended)) {
      return tl::unexpected<WsaError>{WsaError::timed_out};
    }
    return std::move(*end_);
  }
  [[nodiscard]] const Question& question() const noexcept { return question_; }

  Telling telling;
  std::uintptr_t number = 0;

 private:
  void end_with(os::Resolved<Finding>&& end) noexcept {
    const std::lock_guard lock{mutex_};
    if (end_) return;
    end_.emplace(std::move(end));
    ended_.notify_all();
  }

  const Question question_;
  const std::optional<Time::time_point> deadline_;
  std::mutex mutex_;  // Guards what follows.
  std::condition_variable ended_;
  std::optional<os::Resolved<Finding>> end_;
};

using Shared = std::shared_ptr<Lookup>;

/// Look-ups that can be cancelled, by the numbers that programs have as handles, which are above all other handles.
class Register {
 public:
  void enter(const Shared& lookup) {
    const std::lock_guard lock{mutex_};
    lookup->number = ++last_;
    open_.emplace(lookup->number, lookup);
  }
  Shared remove(std::uintptr_t number) noexcept {
    const std::lock_guard lock{mutex_};
    const auto node = open_.extract(number);
    return node ? node.mapped() : nullptr;
  }
  void lock() noexcept { mutex_.lock(); }
  void unlock() noexcept { mutex_.unlock(); }
  /// Forgets the parent's look-ups. Under the lock, which the forking thread has taken.
  void begin_anew_in_child() noexcept {
    new (&open_) decltype(open_);
    mutex_.unlock();
  }

 private:
  std::mutex mutex_;  // Guards what follows.
  std::uintptr_t last_ = std::uintptr_t{1} << 40U;
  std::map<std::uintptr_t, Shared> open_;
};

Register& lookups() {
  static Register& only = []() -> Register& {
    auto* const made = new Register;  // Never destroyed: threads may outlive static objects.
    ::pthread_atfork([] { lookups().lock(); }, [] { lookups().unlock(); },
                     [] { lookups().begin_anew_in_child(); });
    return *made;
  }();
  return only;
}

/// Starts a thread that shares the look-up. \return false where the host gives no more threads.
template <void (*work)(const Shared&)>
bool start_with(const Shared& lookup) {
  auto share = std::make_unique<Shared>(lookup);
  const os::AllSignalsBlocked blocked;
  const auto body = [](void* given) -> void* {
    const std::unique_ptr<Shared> own{static_cast<Shared*>(given)};
    work(*own);
    return nullptr;
  };
  if (!os::start_thread(0, body, share.get())) return false;
  static_cast<void>(share.release());
  return true;
}

void ask(const Shared& lookup) { lookup->ask(); }

template <typename Info>
WsaError give_result(const Question& question, const os::Resolved<Finding>& found, Info** place) {
  if (!found) return found.error();
  try {
    auto list = make_list<Info>(question, *found);
    if (!os::store_program(place, list.get())) return WsaError::fault;
    static_cast<void>(list.release());
    return WsaError::none;
  } catch (const std::bad_alloc&) {
    return WsaError::not_enough_memory;
  }
}

void tell_caller(const Shared& lookup) {
  const os::Resolved<Finding> found = lookup->await();
  static_cast<void>(lookups().remove(lookup->number));  // From now on a cancel has no effect.
  const Telling& telling = lookup->telling;
  const WsaError code = give_result(lookup->question(), found, telling.result);
  OVERLAPPED& overlapped = *telling.overlapped;
  overlapped.Pointer = static_cast<void*>(telling.result);
  overlapped.InternalHigh = 0;
  const auto event = telling.event;
  const auto routine = telling.routine;
  std::atomic_ref{overlapped.Internal}.store(status_of(code), std::memory_order_seq_cst);
  // From here on the OVERLAPPED may be gone, unless a routine is to get it.
  wake_result_waiters();
  if (event) event->set();
  if (routine) routine(static_cast<DWORD>(code), 0, &overlapped);
}

/// Asks in the calling thread, without a limit: the answer comes when the resolver has it.
WsaError find_until(Question question, Time::time_point deadline, ADDRINFOEXW** place) {
  const auto lookup = std::make_shared<Lookup>(std::move(question), deadline);
  if (!start_with<ask>(lookup)) return WsaError::not_enough_memory;
  return give_result(lookup->question(), lookup->await(), place);
}

/// What GetAddrInfoExW has beyond getaddrinfo.
struct AskedWait {
  const timeval* timeout;
  OVERLAPPED* overlapped;
  LPLOOKUPSERVICE_COMPLETION_ROUTINE routine;
  HANDLE* handle;
};

WsaError take_wait_limit(const timeval* given, std::optional<Time::time_point>& deadline) {
  if (!given) return WsaError::none;
  timeval time{};
  if (!os::load_program(given, time)) return WsaError::fault;
  constexpr long kMicros = 1'000'000;
  constexpr long kLongest = 100'000'000;  // Three years.
  const bool sound = time.tv_sec >= 0 && time.tv_usec >= 0 && time.tv_usec < kMicros;
  if (!sound) return WsaError::invalid_argument;
  deadline = Time::now() + std::chrono::seconds{std::min(time.tv_sec, kLongest)} +
             std::chrono::microseconds{time.tv_usec};
  return WsaError::none;
}

WsaError check_waiting(const AskedWait& waiting, kernel::Ref<kernel::Event>& event) {
  if (!waiting.overlapped) {
    return waiting.routine || waiting.handle ? WsaError::invalid_argument : WsaError::none;
  }
  if (!can_store(waiting.overlapped)) return WsaError::fault;
  if (waiting.handle && !can_store(waiting.handle)) return WsaError::fault;
  const auto value = reinterpret_cast<kernel::HandleValue>(waiting.overlapped->hEvent);
  if (value == 0) return WsaError::none;
  if (waiting.routine) return WsaError::invalid_argument;
  event = kernel::handles().find<kernel::Event>(value).share();
  return event ? WsaError::none : WsaError::invalid_handle;
}

WsaError start(const Shared& lookup, const AskedWait& waiting) {
  OVERLAPPED& overlapped = *waiting.overlapped;
  lookups().enter(lookup);
  overlapped.InternalHigh = 0;
  std::atomic_ref{overlapped.Internal}.store(kPending, std::memory_order_seq_cst);
  if (lookup->telling.event) lookup->telling.event->clear();
  // NOLINTNEXTLINE(performance-no-int-to-ptr): a number, told as Windows tells its handles.
  if (waiting.handle) *waiting.handle = reinterpret_cast<HANDLE>(lookup->number);
  const bool asks = start_with<ask>(lookup);
  if (asks && start_with<tell_caller>(lookup)) return WsaError::io_pending;
  static_cast<void>(lookups().remove(lookup->number));
  std::atomic_ref{overlapped.Internal}.store(status_of(WsaError::not_enough_memory));
  if (waiting.handle) *waiting.handle = nullptr;
  return WsaError::not_enough_memory;
}

/// The checks that both forms share.
template <typename Char, typename Info>
WsaError take_question(const Char* node, const Char* service, DWORD name_space,
                       const GUID* provider, const Info* hints, Info** result, Question& question) {
  if (const WsaError refusal = runtime().refusal(); refusal != WsaError::none) return refusal;
  if (!os::is_writable(result, sizeof(void*))) return WsaError::fault;
  question.node = optional_from_program(node);
  question.service = optional_from_program(service);
  if (const WsaError bad = take_hints(hints, question); bad != WsaError::none) return bad;
  const bool served = (name_space == NS_ALL || name_space == NS_DNS) && !provider;
  if (!served) return WsaError::service_not_found;
  return check(question);
}

WsaError wide_call(Question question, const AskedWait& waiting, ADDRINFOEXW** result) {
  Telling telling{.overlapped = waiting.overlapped, .routine = waiting.routine, .result = result};
  if (const WsaError bad = check_waiting(waiting, telling.event); bad != WsaError::none) return bad;
  std::optional<Time::time_point> deadline;
  if (const WsaError bad = take_wait_limit(waiting.timeout, deadline); bad != WsaError::none)
    return bad;
  if (waiting.overlapped) {
    const auto lookup = std::make_shared<Lookup>(std::move(question), deadline);
    lookup->telling = std::move(telling);
    return start(lookup, waiting);
  }
  if (deadline) return find_until(std::move(question), *deadline, result);
  return give_result(question, answer_to(question), result);
}

/// Returns the code and stores it as the last error.
template <typename Body>
INT answer(Body body) noexcept {
  WsaError code = WsaError::not_enough_memory;
  try {
    code = body();
  } catch (const std::bad_alloc&) {
  }
  static_cast<void>(finish(code));
  return static_cast<INT>(code);
}

}  // namespace
}  // namespace wsalive::winsock

INT GetAddrInfoExA(PCSTR pName, PCSTR pServiceName, DWORD dwNameSpace, LPGUID lpNspId,
                   const ADDRINFOEXA* hints, PADDRINFOEXA* ppResult, struct timeval* timeout,
                   LPOVERLAPPED lpOverlapped,
                   LPLOOKUPSERVICE_COMPLETION_ROUTINE lpCompletionRoutine, LPHANDLE lpNameHandle) {
  using namespace wsalive;
  using namespace wsalive::winsock;
  return answer([&] {
    Question question;
    const WsaError bad =
        take_question(pName, pServiceName, dwNameSpace, lpNspId, hints, ppResult, question);
    if (bad != WsaError::none) return bad;
    if (timeout || lpOverlapped || lpCompletionRoutine || lpNameHandle) {
      return WsaError::invalid_argument;
    }
    return give_result(question, answer_to(question), ppResult);
  });
}

INT GetAddrInfoExW(PCWSTR pName, PCWSTR pServiceName, DWORD dwNameSpace, LPGUID lpNspId,
                   const ADDRINFOEXW* hints, PADDRINFOEXW* ppResult, struct timeval* timeout,
                   LPOVERLAPPED lpOverlapped,
                   LPLOOKUPSERVICE_COMPLETION_ROUTINE lpCompletionRoutine, LPHANDLE lpHandle) {
  using namespace wsalive;
  using namespace wsalive::winsock;
  return answer([&] {
    Question question;
    const WsaError bad =
        take_question(pName, pServiceName, dwNameSpace, lpNspId, hints, ppResult, question);
    if (bad != WsaError::none) return bad;
    return wide_call(std::move(question), {timeout, lpOverlapped, lpCompletionRoutine, lpHandle},
                     ppResult);
  });
}

VOID FreeAddrInfoExA(PADDRINFOEXA pAddrInfoEx) { wsalive::winsock::free_list(pAddrInfoEx); }
VOID FreeAddrInfoExW(PADDRINFOEXW pAddrInfoEx) { wsalive::winsock::free_list(pAddrInfoEx); }

INT GetAddrInfoExCancel(LPHANDLE lpHandle) {
  using namespace wsalive;
  using namespace wsalive::winsock;
  return answer([&] {
    HANDLE handle = nullptr;
    if (!os::load_program(lpHandle, handle)) return WsaError::invalid_handle;
    const Shared lookup = lookups().remove(reinterpret_cast<std::uintptr_t>(handle));
    if (!lookup) return WsaError::invalid_handle;
    lookup->cancel();
    return WsaError::none;
  });
}

INT GetAddrInfoExOverlappedResult(LPOVERLAPPED lpOverlapped) {
  using namespace wsalive;
  using namespace wsalive::winsock;
  return answer([&] {
    OVERLAPPED copy;
    if (!os::load_program(lpOverlapped, copy)) return WsaError::invalid_argument;
    const NtStatus status = status_in(*lpOverlapped);
    return status == kPending ? WsaError::in_progress : wsa_error_of(status);
  });
}
