// The machine: processors, pages, name.
#include <sys/utsname.h>
#include <unistd.h>

#include <bit>
#include <string>
#include <thread>

#include "kernel/text.hpp"
#include "win32/call.hpp"
#include "win32/memory/virtual_memory.hpp"

namespace wsalive::win32 {
namespace {

constexpr WORD architecture() noexcept {
#if defined(__x86_64__)
  return PROCESSOR_ARCHITECTURE_AMD64;
#elif defined(__i386__)
  return PROCESSOR_ARCHITECTURE_INTEL;
#elif defined(__aarch64__)
  return PROCESSOR_ARCHITECTURE_ARM64;
#elif defined(__arm__)
  return PROCESSOR_ARCHITECTURE_ARM;
#else
  return PROCESSOR_ARCHITECTURE_UNKNOWN;
#endif
}

constexpr std::uintptr_t kLowestAddress = 0x10000;
constexpr std::uintptr_t kHighestAddress = 0x7fff'fffe'ffff;
constexpr DWORD kMaskBits = 64;

SYSTEM_INFO system_info() noexcept {
  SYSTEM_INFO info{};
  const DWORD processors = std::max(1U, std::thread::hardware_concurrency());
  info.wProcessorArchitecture = architecture();
  info.dwPageSize = static_cast<DWORD>(::sysconf(_SC_PAGESIZE));
  info.lpMinimumApplicationAddress = handle_of(kLowestAddress);
  info.lpMaximumApplicationAddress = handle_of(kHighestAddress);
  info.dwActiveProcessorMask =
      processors >= kMaskBits ? ~DWORD_PTR{0} : (DWORD_PTR{1} << processors) - 1;
  info.dwNumberOfProcessors = processors;
  info.dwAllocationGranularity = kGranularity;
  return info;
}

/// The host's name up to its first dot, in capitals and cut as NetBIOS has it.
std::string computer_name() {
  utsname host{};
  ::uname(&host);
  std::string name{host.nodename};
  name.resize(std::min({name.size(), name.find('.'), std::size_t{MAX_COMPUTERNAME_LENGTH}}));
  for (char& c : name) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return name;
}

template <typename Character>
BOOL get_computer_name(Character* buffer, LPDWORD size) {
  if (!buffer || !size) return fail(ERROR_INVALID_PARAMETER);
  return guarded(FALSE, [&]() -> BOOL {
    const DWORD room = *size;
    *size = kernel::copy_or_ask(computer_name(), buffer, room);
    return succeed_if(*size < room, ERROR_BUFFER_OVERFLOW);
  });
}

}  // namespace
}  // namespace wsalive::win32

using namespace wsalive::win32;

void GetSystemInfo(LPSYSTEM_INFO lpSystemInfo) { *lpSystemInfo = system_info(); }

void GetNativeSystemInfo(LPSYSTEM_INFO lpSystemInfo) { *lpSystemInfo = system_info(); }

BOOL GetComputerNameA(LPSTR lpBuffer, LPDWORD nSize) { return get_computer_name(lpBuffer, nSize); }

BOOL GetComputerNameW(LPWSTR lpBuffer, LPDWORD nSize) { return get_computer_name(lpBuffer, nSize); }
