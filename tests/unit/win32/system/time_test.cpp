// Clocks and calendar: known instants both ways, and clocks that agree with each other.

#include "windows.h"

#include <gtest/gtest.h>

#include <ctime>

#include "support/handle_count.hpp"

namespace wsalive::test {
namespace {

ULONGLONG joined(const FILETIME& time) {
  return ULONGLONG{time.dwHighDateTime} << 32 | time.dwLowDateTime;
}

struct Known {
  const char* name;
  ULONGLONG file_time;
  SYSTEMTIME calendar;  // Year, month, day of the week, day, hour, minute, second, millisecond.
};

constexpr Known kKnown[] = {
    // clang-format off
    {"TheFirst",         0,                   {1601, 1, 1, 1, 0, 0, 0, 0}},
    {"UnixBegins",       116444736000000000,  {1970, 1, 4, 1, 0, 0, 0, 0}},
    {"LeapDay",          125962992001230000,  {2000, 2, 2, 29, 12, 0, 0, 123}},
    {"YearsEnd",         116444735999990000,  {1969, 12, 3, 31, 23, 59, 59, 999}},
    // clang-format on
};

TEST(Time, FileTimesAndCalendarAgreeBothWays) {
  for (const Known& known : kKnown) {
    const FILETIME time{static_cast<DWORD>(known.file_time),
                        static_cast<DWORD>(known.file_time >> 32)};
    SYSTEMTIME calendar{};
    EXPECT_TRUE(FileTimeToSystemTime(&time, &calendar)) << known.name;
    EXPECT_EQ(memcmp(&calendar, &known.calendar, sizeof calendar), 0)
        << known.name << ' ' << calendar.wYear << '-' << calendar.wMonth << '-' << calendar.wDay;
    FILETIME back{};
    EXPECT_TRUE(SystemTimeToFileTime(&known.calendar, &back)) << known.name;
    EXPECT_EQ(joined(back), known.file_time) << known.name;
  }
}

TEST(Time, WhatIsNoDateIsRefused) {
  const SYSTEMTIME good = kKnown[1].calendar;
  FILETIME untouched{1, 2};
  for (WORD SYSTEMTIME::*field : {&SYSTEMTIME::wYear, &SYSTEMTIME::wMonth, &SYSTEMTIME::wDay,
                                  &SYSTEMTIME::wHour, &SYSTEMTIME::wMinute, &SYSTEMTIME::wSecond}) {
    SYSTEMTIME bad = good;
    bad.*field = field == &SYSTEMTIME::wYear ? 1600 : 61;
    EXPECT_FAILS_WITH(ERROR_INVALID_PARAMETER, SystemTimeToFileTime(&bad, &untouched));
  }
  EXPECT_EQ(joined(untouched), ULONGLONG{2} << 32 | 1);
  const FILETIME too_late{0, 0x80000000};
  SYSTEMTIME calendar{};
  EXPECT_FAILS_WITH(ERROR_INVALID_PARAMETER, FileTimeToSystemTime(&too_late, &calendar));
}

TEST(Time, ClocksRunForwardAndAgree) {
  const ULONGLONG ticks = GetTickCount64();
  LARGE_INTEGER before, after, frequency;
  ASSERT_TRUE(QueryPerformanceFrequency(&frequency));
  ASSERT_TRUE(QueryPerformanceCounter(&before));
  Sleep(3);
  ASSERT_TRUE(QueryPerformanceCounter(&after));
  EXPECT_GE((after.QuadPart - before.QuadPart) * 1000 / frequency.QuadPart, 3);
  EXPECT_GE(GetTickCount64() - ticks, 3U);
  EXPECT_LE(GetTickCount() - static_cast<DWORD>(ticks), 60'000U);
  EXPECT_FAILS_WITH(ERROR_NOACCESS, QueryPerformanceCounter(nullptr));
  EXPECT_FAILS_WITH(ERROR_NOACCESS, QueryPerformanceFrequency(nullptr));
}

TEST(Time, NowIsNow) {
  FILETIME coarse, precise;
  SYSTEMTIME utc, local;
  const std::time_t before = std::time(nullptr);
  GetSystemTimeAsFileTime(&coarse);
  GetSystemTimePreciseAsFileTime(&precise);
  GetSystemTime(&utc);
  GetLocalTime(&local);
  const std::time_t after = std::time(nullptr);
  const auto unix_seconds = [](const FILETIME& time) {
    return static_cast<std::time_t>(joined(time) / 10'000'000) - 11'644'473'600;
  };
  EXPECT_GE(unix_seconds(coarse), before);
  EXPECT_LE(unix_seconds(precise), after);
  FILETIME again;
  ASSERT_TRUE(SystemTimeToFileTime(&utc, &again));
  EXPECT_GE(unix_seconds(again), before);
  std::tm expected{};
  ::localtime_r(&before, &expected);
  EXPECT_EQ(local.wYear, expected.tm_year + 1900);
}

}  // namespace
}  // namespace wsalive::test
