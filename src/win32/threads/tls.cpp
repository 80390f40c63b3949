// TlsAlloc and its family: numbered slots of which every thread has its own values, zero at first.
//
// A slot that is freed and handed out again must read zero in every thread. So a slot has a generation,
// and a value counts only if it was stored under the present one.
#include <array>
#include <atomic>
#include <cstdint>
#include <utility>

#include "os/process/thread_end.hpp"
#include "win32/call.hpp"

namespace wsalive::win32 {
namespace {

constexpr DWORD kSlots = 1088;  // As many as Windows has: TLS_MINIMUM_AVAILABLE and 1024 more.

struct Value {
  std::uint32_t generation = 0;
  LPVOID value = nullptr;
};
using Values = std::array<Value, kSlots>;

/// Odd while the slot is in use; changed by every TlsAlloc and TlsFree.
constinit std::array<std::atomic<std::uint32_t>, kSlots> g_generations{};
constinit thread_local Values* t_values = nullptr;
constinit os::ThreadEndWork drop_values_at_end{
    .run = []() noexcept { delete std::exchange(t_values, nullptr); }};

/// The slot's generation; 0 where it is not in use.
std::uint32_t generation_of(DWORD index) noexcept {
  if (index >= kSlots) return 0;
  const std::uint32_t generation = g_generations[index].load(std::memory_order_acquire);
  return generation % 2 == 1 ? generation : 0;
}

bool change(DWORD index, std::uint32_t from) noexcept {
  return g_generations[index].compare_exchange_strong(from, from + 1);
}

}  // namespace
}  // namespace wsalive::win32

using namespace wsalive::win32;

DWORD TlsAlloc() {
  for (DWORD index = 0; index < kSlots; ++index) {
    const std::uint32_t generation = g_generations[index].load();
    if (generation % 2 == 0 && change(index, generation)) return index;
  }
  return fail(ERROR_NO_MORE_ITEMS, TLS_OUT_OF_INDEXES);
}

BOOL TlsFree(DWORD dwTlsIndex) {
  const std::uint32_t generation = generation_of(dwTlsIndex);
  return succeed_if(generation != 0 && change(dwTlsIndex, generation), ERROR_INVALID_PARAMETER);
}

LPVOID TlsGetValue(DWORD dwTlsIndex) {
  const std::uint32_t generation = generation_of(dwTlsIndex);
  if (generation == 0) return fail<LPVOID>(ERROR_INVALID_PARAMETER, nullptr);
  wsalive::kernel::set_last_error(ERROR_SUCCESS);  // NULL may be a value: its page says so.
  if (!t_values) return nullptr;
  const Value& value = (*t_values)[dwTlsIndex];
  return value.generation == generation ? value.value : nullptr;
}

BOOL TlsSetValue(DWORD dwTlsIndex, LPVOID lpTlsValue) {
  const std::uint32_t generation = generation_of(dwTlsIndex);
  if (generation == 0) return fail(ERROR_INVALID_PARAMETER);
  return guarded(FALSE, [&]() -> BOOL {
    if (!wsalive::os::run_at_thread_end(drop_values_at_end)) return fail(ERROR_NOT_ENOUGH_MEMORY);
    if (!t_values) t_values = new Values{};
    (*t_values)[dwTlsIndex] = {generation, lpTlsValue};
    return TRUE;
  });
}
