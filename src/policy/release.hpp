// The releases of Windows whose rules differ, as one table.
//
// Pure layer: no system call, no clock, no allocation. A release is one row: what it is called, its
// build, and the rules in which it differs from its neighbours. K-nn names the row of the semantics. A rule that holds from
// a release on compares with it where the rule is: option_rules.hpp, win32/system/version.cpp.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace wsalive::policy {

/// Oldest first, so that `<` reads "older than".  K-120
enum class Release : std::uint8_t {
  win2000,
  winxp,
  ws2003,
  vista,
  win7,
  win8,
  win8_1,
  win10,
  win10_1703,
  win10_1709,
  win10_21h1,
  win11,
};

inline constexpr Release kDefaultRelease = Release::win11;

/// Which of the two sets of option-size rules is in force (semantics, preamble and K-16).
enum class Rules : std::uint8_t { documented, observed };

/// Where the number of unanswered probes comes from.  K-53
enum class ProbeCountRule : std::uint8_t { registry, ten };

/// Whether SO_KEEPALIVE may be set while a connection request is in process.  K-30, K-32
enum class TransitionalRule : std::uint8_t { allowed, refused };

/// Whether a successful call sets the last error to 0.  K-14
enum class LastErrorRule : std::uint8_t { left_alone, cleared };

struct Version {
  std::uint16_t major;
  std::uint16_t minor;
  std::uint16_t build;

  friend constexpr auto operator<=>(const Version&, const Version&) = default;
};

struct ReleaseRow {
  Release release;
  std::string_view name;   ///< As in WSALIVE_RELEASE.
  std::string_view alias;  ///< The server release of the same rules, or empty.
  std::string_view title;
  Version version;
  ProbeCountRule probe_count;
  TransitionalRule transitional;
  LastErrorRule last_error;
  bool has_keepalive_option;  ///< TCP_KEEPALIVE (3).  K-73
  bool has_keepcnt;           ///< TCP_KEEPCNT.  K-73
  bool has_keepintvl;         ///< TCP_KEEPIDLE by that name, and TCP_KEEPINTVL.  K-73
  bool has_maxrt;             ///< TCP_MAXRT.  K-76
  bool has_maxrtms;           ///< TCP_MAXRTMS.  K-76
};

inline constexpr std::array kReleases{
    // clang-format off
    ReleaseRow{Release::win2000,    "win2000",    "",         "Windows 2000",       {5, 0, 2195},   ProbeCountRule::registry, TransitionalRule::allowed, LastErrorRule::left_alone, false, false, false, false, false},
    ReleaseRow{Release::winxp,      "winxp",      "",         "Windows XP",         {5, 1, 2600},   ProbeCountRule::registry, TransitionalRule::allowed, LastErrorRule::left_alone, false, false, false, false, false},
    ReleaseRow{Release::ws2003,     "ws2003",     "",         "Windows Server 2003",{5, 2, 3790},   ProbeCountRule::registry, TransitionalRule::allowed, LastErrorRule::left_alone, false, false, false, false, false},
    ReleaseRow{Release::vista,      "vista",      "ws2008",   "Windows Vista",      {6, 0, 6000},   ProbeCountRule::ten,      TransitionalRule::refused, LastErrorRule::left_alone, true,  false, false, true,  false},
    ReleaseRow{Release::win7,       "win7",       "ws2008r2", "Windows 7",          {6, 1, 7600},   ProbeCountRule::ten,      TransitionalRule::refused, LastErrorRule::cleared,    true,  false, false, true,  false},
    ReleaseRow{Release::win8,       "win8",       "ws2012",   "Windows 8",          {6, 2, 9200},   ProbeCountRule::ten,      TransitionalRule::refused, LastErrorRule::cleared,    true,  false, false, true,  false},
    ReleaseRow{Release::win8_1,     "win8.1",     "ws2012r2", "Windows 8.1",        {6, 3, 9600},   ProbeCountRule::ten,      TransitionalRule::refused, LastErrorRule::cleared,    true,  false, false, true,  false},
    ReleaseRow{Release::win10,      "win10",      "ws2016",   "Windows 10 (1507)",  {10, 0, 10240}, ProbeCountRule::ten,      TransitionalRule::refused, LastErrorRule::cleared,    true,  false, false, true,  true },
    ReleaseRow{Release::win10_1703, "win10-1703", "",         "Windows 10 1703",    {10, 0, 15063}, ProbeCountRule::ten,      TransitionalRule::refused, LastErrorRule::cleared,    true,  true,  false, true,  true },
    ReleaseRow{Release::win10_1709, "win10-1709", "ws2019",   "Windows 10 1709",    {10, 0, 16299}, ProbeCountRule::ten,      TransitionalRule::refused, LastErrorRule::cleared,    true,  true,  true,  true,  true },
    ReleaseRow{Release::win10_21h1, "win10-21h1", "ws2022",   "Windows 10 21H1",    {10, 0, 19043}, ProbeCountRule::ten,      TransitionalRule::refused, LastErrorRule::cleared,    true,  true,  true,  true,  true },
    ReleaseRow{Release::win11,      "win11",      "",         "Windows 11",         {10, 0, 22000}, ProbeCountRule::ten,      TransitionalRule::refused, LastErrorRule::cleared,    true,  true,  true,  true,  true },
    // clang-format on
};
static_assert(std::ranges::is_sorted(kReleases, {}, &ReleaseRow::release));
static_assert(std::ranges::is_sorted(kReleases, {}, &ReleaseRow::version));
static_assert(kReleases.size() == static_cast<std::size_t>(Release::win11) + 1);

/// The row of a release.
constexpr const ReleaseRow& row(Release release) noexcept {
  return kReleases[static_cast<std::size_t>(release)];
}

/// The release of that name or alias, compared to the letter; nullopt if there is none.  K-121
constexpr std::optional<Release> release_named(std::string_view name) noexcept {
  if (name.empty()) return std::nullopt;
  for (const ReleaseRow& candidate : kReleases) {
    if (candidate.name == name || candidate.alias == name) return candidate.release;
  }
  return std::nullopt;
}

/// "documented" or "observed"; nullopt for anything else.  K-121
constexpr std::optional<Rules> rules_named(std::string_view name) noexcept {
  if (name == "documented") return Rules::documented;
  if (name == "observed") return Rules::observed;
  return std::nullopt;
}

}  // namespace wsalive::policy
