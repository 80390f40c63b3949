// Which Windows this is: the release in force (K-120), or before the first start-up the release that a start-up would
// choose now. GetVersionEx reports the true version on every release, as it does to a program with a manifest.
#include <array>
#include <optional>

#include "policy/release.hpp"
#include "registry/settings.hpp"
#include "win32/call.hpp"
#include "winsock/runtime.hpp"
#include "winsock/startup.hpp"

namespace wsalive::win32 {
namespace {

policy::ReleaseRow release() {
  if (winsock::runtime().started()) return winsock::runtime().release();
  return policy::row(registry::load_settings(winsock::chosen_by_call()).release);
}

BYTE product_type(const policy::ReleaseRow& row) noexcept {
  return row.release == policy::Release::ws2003 ? VER_NT_SERVER : VER_NT_WORKSTATION;
}

/// Fills either structure of a spelling; its size says which it is.
template <typename Plain, typename Extended>
BOOL get_version(Plain* info) {
  if (info->dwOSVersionInfoSize != sizeof(Plain) && info->dwOSVersionInfoSize != sizeof(Extended)) {
    return fail(ERROR_INSUFFICIENT_BUFFER);
  }
  return guarded(FALSE, [&] {
    const policy::ReleaseRow row = release();
    const DWORD size = info->dwOSVersionInfoSize;
    if (size == sizeof(Extended)) {
      auto& extended = *reinterpret_cast<Extended*>(info);
      extended = {};
      extended.wProductType = product_type(row);
    } else {
      *info = {};
    }
    info->dwOSVersionInfoSize = size;
    info->dwMajorVersion = row.version.major;
    info->dwMinorVersion = row.version.minor;
    info->dwBuildNumber = row.version.build;
    info->dwPlatformId = VER_PLATFORM_WIN32_NT;
    return TRUE;
  });
}

// Three bits of condition per kind, at the kind's bit number.
constexpr unsigned kConditionBits = 3;

constexpr unsigned bit_number(DWORD kind) noexcept {
  unsigned number = 0;
  while (kind >>= 1) ++number;
  return number;
}

constexpr unsigned condition_of(DWORDLONG mask, DWORD kind) noexcept {
  return mask >> (bit_number(kind) * kConditionBits) & 7;
}

bool holds(DWORD actual, unsigned condition, DWORD asked) noexcept {
  switch (condition) {
    case VER_EQUAL:
      return actual == asked;
    case VER_GREATER:
      return actual > asked;
    case VER_GREATER_EQUAL:
      return actual >= asked;
    case VER_LESS:
      return actual < asked;
    case VER_LESS_EQUAL:
      return actual <= asked;
    case VER_AND:
      return (actual & asked) == asked;
    case VER_OR:
      return asked == 0 || (actual & asked) != 0;
    default:
      return false;
  }
}

struct Comparison {
  DWORD kind;
  DWORD actual;
  DWORD asked;
};

/// Major, minor and service pack are compared like the digits of one number: the first that differs decides. The condition is
/// that of the first one in the mask.
bool version_holds(const std::array<Comparison, 4>& digits, DWORD kinds, DWORDLONG mask) noexcept {
  unsigned condition = 0;
  bool equal = true;
  for (const Comparison& digit : digits) {
    if (!(kinds & digit.kind)) continue;
    if (condition == 0) condition = condition_of(mask, digit.kind);
    equal = digit.actual == digit.asked;
    if (!equal) return holds(digit.actual, condition, digit.asked);
  }
  return condition == 0 || condition == VER_EQUAL || condition == VER_GREATER_EQUAL ||
         condition == VER_LESS_EQUAL;
}

template <typename Info>
BOOL verify(const Info* asked, DWORD kinds, DWORDLONG mask) {
  if (!asked || kinds == 0 || mask == 0) return fail(ERROR_BAD_ARGUMENTS);
  return guarded(FALSE, [&]() -> BOOL {
    const policy::ReleaseRow row = release();
    const std::array digits{
        Comparison{VER_MAJORVERSION, row.version.major, asked->dwMajorVersion},
        Comparison{VER_MINORVERSION, row.version.minor, asked->dwMinorVersion},
        Comparison{VER_SERVICEPACKMAJOR, 0, asked->wServicePackMajor},
        Comparison{VER_SERVICEPACKMINOR, 0, asked->wServicePackMinor},
    };
    const std::array others{
        Comparison{VER_BUILDNUMBER, row.version.build, asked->dwBuildNumber},
        Comparison{VER_PLATFORMID, VER_PLATFORM_WIN32_NT, asked->dwPlatformId},
        Comparison{VER_SUITENAME, 0, asked->wSuiteMask},
        Comparison{VER_PRODUCT_TYPE, product_type(row), asked->wProductType},
    };
    bool good = version_holds(digits, kinds, mask);
    for (const Comparison& other : others) {
      if (kinds & other.kind) {
        good = good && holds(other.actual, condition_of(mask, other.kind), other.asked);
      }
    }
    return succeed_if(good, ERROR_OLD_WIN_VERSION);
  });
}

}  // namespace
}  // namespace wsalive::win32

using namespace wsalive;
using namespace wsalive::win32;

BOOL GetVersionExA(LPOSVERSIONINFOA lpVersionInformation) {
  return get_version<OSVERSIONINFOA, OSVERSIONINFOEXA>(lpVersionInformation);
}

BOOL GetVersionExW(LPOSVERSIONINFOW lpVersionInformation) {
  return get_version<OSVERSIONINFOW, OSVERSIONINFOEXW>(lpVersionInformation);
}

DWORD GetVersion() {
  const std::optional<policy::ReleaseRow> row =
      guarded(std::optional<policy::ReleaseRow>{}, [] { return std::optional{release()}; });
  if (!row) return 0;
  const DWORD version = DWORD{row->version.minor} << 8U | row->version.major;
  return DWORD{row->version.build} << 16 | version;
}

BOOL VerifyVersionInfoA(LPOSVERSIONINFOEXA lpVersionInformation, DWORD dwTypeMask,
                        DWORDLONG dwlConditionMask) {
  // NOLINTNEXTLINE(readability-suspicious-call-argument): in the order of Windows' own parameters.
  return verify(lpVersionInformation, dwTypeMask, dwlConditionMask);
}

BOOL VerifyVersionInfoW(LPOSVERSIONINFOEXW lpVersionInformation, DWORD dwTypeMask,
                        DWORDLONG dwlConditionMask) {
  // NOLINTNEXTLINE(readability-suspicious-call-argument): in the order of Windows' own parameters.
  return verify(lpVersionInformation, dwTypeMask, dwlConditionMask);
}

ULONGLONG VerSetConditionMask(ULONGLONG ConditionMask, DWORD TypeMask, BYTE Condition) {
  for (DWORD kind = VER_MINORVERSION; kind <= VER_PRODUCT_TYPE; kind <<= 1) {
    if (!(TypeMask & kind)) continue;
    const unsigned shift = bit_number(kind) * kConditionBits;
    ConditionMask = (ConditionMask & ~(ULONGLONG{7} << shift)) | ULONGLONG{Condition & 7U} << shift;
  }
  return ConditionMask;
}

/// By GetProcAddress of ntdll only, as programs reach it. Answers STATUS_SUCCESS.
extern "C" WSALIVE_API NTSTATUS RtlGetVersion(PRTL_OSVERSIONINFOW info) {
  constexpr auto kInvalidParameter = static_cast<NTSTATUS>(0xC000000D);
  return info && GetVersionExW(info) ? 0 : kInvalidParameter;
}
