// The records of all threads, and what the closing thread does with them.

#include "winsock/entered.hpp"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <thread>

#include "os/process/threads.hpp"
#include "os/socket/socket_io.hpp"

namespace wsalive::winsock {

constinit thread_local CallRecord detail::own_record;

namespace {

using namespace std::chrono_literals;

constinit std::mutex g_records_mutex;
constinit CallRecord* g_records = nullptr;
constinit std::atomic<std::uint64_t> g_closings{0};
pthread_key_t g_at_exit;

void link(CallRecord& record) {
  record.previous = nullptr;
  record.next = g_records;
  if (g_records) g_records->previous = &record;
  g_records = &record;
}

void unlink(CallRecord& record) {
  if (record.next) record.next->previous = record.previous;
  (record.previous ? record.previous->next : g_records) = record.next;
}

void unregister(void* record_of_thread) {
  CallRecord& record = *static_cast<CallRecord*>(record_of_thread);
  const std::lock_guard lock{g_records_mutex};
  unlink(record);
  record.thread = 0;
}

/// A forked child has one thread, whose record is the only one.
void keep_own_record() {
  g_records = nullptr;
  CallRecord& own = detail::own_record;
  if (own.thread != 0) {
    own.thread = os::thread_number();
    link(own);
  }
  g_records_mutex.unlock();
  os::prepare_barriers();
}

void prepare_once() {
  static std::once_flag once;
  std::call_once(once, [] {
    ::pthread_key_create(&g_at_exit, unregister);
    ::pthread_atfork([] { g_records_mutex.lock(); }, [] { g_records_mutex.unlock(); },
                     keep_own_record);
  });
}

bool is_in_call(const CallRecord& record, int fd, std::uint64_t closing) {
  const int in = record.fd.load(std::memory_order_acquire);
  if (in != CallRecord::kMany) return in == fd;
  return record.seen_closings.load(std::memory_order_acquire) < closing;
}

/// Interrupts every thread that is in a call on the descriptor. \return whether there was one.
bool interrupt_calls(int fd, std::uint64_t closing) {
  const std::lock_guard lock{g_records_mutex};
  bool found = false;
  for (const CallRecord* record = g_records; record; record = record->next) {
    if (record == &detail::own_record || !is_in_call(*record, fd, closing)) continue;
    os::interrupt_thread(record->thread);
    found = true;
  }
  return found;
}

}  // namespace

bool is_process_threaded() noexcept {
  const std::lock_guard lock{g_records_mutex};
  return g_records && (g_records != &detail::own_record || g_records->next);
}

void detail::register_thread() noexcept {
  prepare_once();
  os::allow_interrupts();
  CallRecord& record = detail::own_record;
  const std::lock_guard lock{g_records_mutex};
  record.thread = os::thread_number();
  link(record);
  ::pthread_setspecific(g_at_exit, &record);
}

EnteredMany::EnteredMany() noexcept
    : record_(own_record()), outer_(record_.fd.load(std::memory_order_relaxed)) {
  record_.seen_closings.store(0, std::memory_order_relaxed);
  record_.fd.store(CallRecord::kMany, std::memory_order_release);
  os::light_barrier();
}

EnteredMany::~EnteredMany() { record_.fd.store(outer_, std::memory_order_release); }

std::uint64_t EnteredMany::closings() noexcept {
  return g_closings.load(std::memory_order_acquire);
}

// A thread whose mask blocks the signal cannot be interrupted by it. After a second the connection itself is shut down,
// which wakes every call except a select that waits for other sockets, too. That select does not use this socket again, so
// after two seconds this stops waiting.
void end_calls_on(const Socket& socket) noexcept {
  if (!is_process_threaded()) return;
  const std::uint64_t closing = g_closings.fetch_add(1, std::memory_order_acq_rel) + 1;
  os::heavy_barrier();
  auto pause = 10us;
  auto waited = 0us;
  bool shut = false;
  while (interrupt_calls(socket.fd(), closing) && waited < 2s) {
    std::this_thread::sleep_for(pause);
    waited += pause;
    pause = std::min(2 * pause, std::chrono::microseconds{1ms});
    if (waited < 1s || shut) continue;
    os::shut_down(socket.fd(), os::Direction::both);
    shut = true;
  }
}

}  // namespace wsalive::winsock
