// Clocks and calendar. Ticks and the performance counter are CLOCK_MONOTONIC, which stands still in
// suspend; file times count 100 ns from 1601 in UTC.
#include <chrono>
#include <ctime>

#include "os/clock.hpp"
#include "win32/call.hpp"

namespace wsalive::win32 {
namespace {

using FileTicks = std::chrono::duration<std::int64_t, std::ratio<1, 10'000'000>>;
using FileClock = std::chrono::time_point<std::chrono::system_clock, FileTicks>;

constexpr FileTicks kFrom1601To1970{116'444'736'000'000'000};
constexpr int kFirstYear = 1601, kLastYear = 30827;

std::int64_t monotonic_ns() noexcept {
  return os::monotonic_clock().now().time_since_epoch().count();
}

FILETIME split(FileTicks since_1601) noexcept {
  const auto ticks = static_cast<std::uint64_t>(since_1601.count());
  return {static_cast<DWORD>(ticks), static_cast<DWORD>(ticks >> 32)};
}

FileTicks joined(const FILETIME& time) noexcept {
  const std::uint64_t high = time.dwHighDateTime;
  return FileTicks{static_cast<std::int64_t>(high << 32 | time.dwLowDateTime)};
}

FILETIME now() noexcept {
  timespec time{};
  ::clock_gettime(CLOCK_REALTIME, &time);
  const auto since = std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
  return split(std::chrono::floor<FileTicks>(since) + kFrom1601To1970);
}

SYSTEMTIME calendar(FileTicks since_1970) noexcept {
  namespace chrono = std::chrono;
  const FileClock instant{since_1970};
  const auto day = chrono::floor<chrono::days>(instant);
  const chrono::year_month_day date{day};
  const chrono::hh_mm_ss time{chrono::floor<chrono::milliseconds>(instant - day)};
  return {static_cast<WORD>(int{date.year()}),
          static_cast<WORD>(unsigned{date.month()}),
          static_cast<WORD>(chrono::weekday{day}.c_encoding()),
          static_cast<WORD>(unsigned{date.day()}),
          static_cast<WORD>(time.hours().count()),
          static_cast<WORD>(time.minutes().count()),
          static_cast<WORD>(time.seconds().count()),
          static_cast<WORD>(time.subseconds().count())};
}

}  // namespace
}  // namespace wsalive::win32

using namespace wsalive::win32;

DWORD GetTickCount() { return static_cast<DWORD>(GetTickCount64()); }

ULONGLONG GetTickCount64() { return static_cast<ULONGLONG>(monotonic_ns() / 1'000'000); }

BOOL QueryPerformanceCounter(LARGE_INTEGER* lpPerformanceCount) {
  if (!lpPerformanceCount) return fail(ERROR_NOACCESS);
  lpPerformanceCount->QuadPart = monotonic_ns();
  return TRUE;
}

BOOL QueryPerformanceFrequency(LARGE_INTEGER* lpFrequency) {
  if (!lpFrequency) return fail(ERROR_NOACCESS);
  lpFrequency->QuadPart = 1'000'000'000;
  return TRUE;
}

void GetSystemTimeAsFileTime(LPFILETIME lpSystemTimeAsFileTime) { *lpSystemTimeAsFileTime = now(); }

void GetSystemTimePreciseAsFileTime(LPFILETIME lpSystemTimeAsFileTime) {
  *lpSystemTimeAsFileTime = now();
}

void GetSystemTime(LPSYSTEMTIME lpSystemTime) {
  *lpSystemTime = calendar(joined(now()) - kFrom1601To1970);
}

void GetLocalTime(LPSYSTEMTIME lpSystemTime) {
  const FileTicks utc = joined(now()) - kFrom1601To1970;
  const std::time_t seconds = std::chrono::floor<std::chrono::seconds>(utc).count();
  std::tm local{};
  ::localtime_r(&seconds, &local);
  *lpSystemTime = calendar(utc + std::chrono::seconds{local.tm_gmtoff});
}

BOOL FileTimeToSystemTime(const FILETIME* lpFileTime, LPSYSTEMTIME lpSystemTime) {
  const FileTicks ticks = joined(*lpFileTime);
  if (ticks.count() < 0) return fail(ERROR_INVALID_PARAMETER);
  *lpSystemTime = calendar(ticks - kFrom1601To1970);
  return TRUE;
}

BOOL SystemTimeToFileTime(const SYSTEMTIME* lpSystemTime, LPFILETIME lpFileTime) {
  namespace chrono = std::chrono;
  const SYSTEMTIME& given = *lpSystemTime;
  const chrono::year_month_day date{chrono::year{given.wYear}, chrono::month{given.wMonth},
                                    chrono::day{given.wDay}};
  if (!date.ok() || given.wYear < kFirstYear || given.wYear > kLastYear || given.wHour > 23 ||
      given.wMinute > 59 || given.wSecond > 59 || given.wMilliseconds > 999) {
    return fail(ERROR_INVALID_PARAMETER);
  }
  const auto since_1970 = chrono::sys_days{date}.time_since_epoch() + chrono::hours{given.wHour} +
                          chrono::minutes{given.wMinute} + chrono::seconds{given.wSecond} +
                          chrono::milliseconds{given.wMilliseconds};
  *lpFileTime = split(chrono::duration_cast<FileTicks>(since_1970) + kFrom1601To1970);
  return TRUE;
}
