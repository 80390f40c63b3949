// Which registry values count for keep-alive: name, type and range of each, as one table.
//
// Pure layer: turns a value as the registry keeps it (type number and bytes) into a
// number, or into absent with the reason. A value that does not count is absent, never an error
// (K-84): the tool reports it, and programs go on with the default.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "policy/timing_in_force.hpp"

namespace wsalive::policy {

/// The registry's type numbers, as far as rules or files speak of them by name.
enum class RegistryType : std::uint32_t {
  none = 0,
  sz = 1,
  expand_sz = 2,
  binary = 3,
  dword = 4,
  dword_big_endian = 5,
  link = 6,
  multi_sz = 7,
  qword = 11,
};

/// Where Windows keeps the keep-alive values (semantics, part 8).
inline constexpr std::string_view kParametersKey =
    R"(HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters)";

/// Where this project's own choices are kept: the REG_SZ values Release, Rules and Precision.  K-121
inline constexpr std::string_view kSettingsKey = R"(HKEY_LOCAL_MACHINE\SOFTWARE\wsalive)";
inline constexpr std::string_view kReleaseValue = "Release";
inline constexpr std::string_view kRulesValue = "Rules";
inline constexpr std::string_view kPrecisionValue = "Precision";

/// "exact" or "kernel"; nullopt for anything else.  K-121
constexpr std::optional<Precision> precision_named(std::string_view name) noexcept {
  if (name == "exact") return Precision::exact;
  if (name == "kernel") return Precision::kernel;
  return std::nullopt;
}

/// Why a value that is present does not count.  K-84
enum class Complaint : std::uint8_t { none, wrong_type, wrong_size, out_of_range };

constexpr std::string_view text(Complaint complaint) noexcept {
  switch (complaint) {
    case Complaint::none:
      return "counts";
    case Complaint::wrong_type:
      return "is not a REG_DWORD";
    case Complaint::wrong_size:
      return "is a REG_DWORD that is not four bytes long";
    case Complaint::out_of_range:
      return "is out of range";
  }
  return "";
}

/// One value that keep-alive reads. Exactly one of the two members is set.
struct RegistryRow {
  std::string_view name;
  std::uint32_t least;
  std::uint32_t most;
  std::uint32_t fallback;  ///< The documented default.
  std::optional<DwordMillis> RegistryValues::*time;
  std::optional<std::uint32_t> RegistryValues::*count;
};

inline constexpr std::uint32_t kLargestDword = 0xFFFFFFFF;

inline constexpr std::array kRegistryRows{
    // clang-format off
    RegistryRow{"KeepAliveTime",                 1, kLargestDword, kDefaultIdle.count(),     &RegistryValues::keep_alive_time,     nullptr                                            },  // K-80
    RegistryRow{"KeepAliveInterval",             1, kLargestDword, kDefaultInterval.count(), &RegistryValues::keep_alive_interval, nullptr                                            },  // K-81
    RegistryRow{"TcpMaxDataRetransmissions",     0, kLargestDword, kAbsentCount,             nullptr,                              &RegistryValues::tcp_max_data_retransmissions      },  // K-82
    RegistryRow{"PPTPTcpMaxDataRetransmissions", 0, kLargestDword, kAbsentCount,             nullptr,                              &RegistryValues::pptp_tcp_max_data_retransmissions },  // K-83
    // clang-format on
};

/// A value as the registry keeps it; a REG_DWORD is four bytes, the lowest first.
struct RawValue {
  std::uint32_t type = 0;
  std::span<const std::byte> bytes;
};

/// The number in a raw value, or why it does not count.
struct DwordVerdict {
  std::optional<std::uint32_t> value{};
  Complaint complaint = Complaint::none;

  friend constexpr bool operator==(const DwordVerdict&, const DwordVerdict&) = default;
};

/// Judges one raw value by its row.  K-80 to K-84
constexpr DwordVerdict judge(const RegistryRow& row, const RawValue& raw) noexcept {
  if (raw.type != static_cast<std::uint32_t>(RegistryType::dword)) {
    return {.complaint = Complaint::wrong_type};
  }
  if (raw.bytes.size() != 4) return {.complaint = Complaint::wrong_size};
  std::uint32_t value = 0;
  for (std::size_t i = 4; i-- > 0;)
    value = value << 8 | std::to_integer<std::uint32_t>(raw.bytes[i]);
  if (value < row.least || value > row.most) return {.complaint = Complaint::out_of_range};
  return {.value = value};
}

/// What counts, and for each row (in the order of kRegistryRows) why not, if it is there.
struct RegistryReading {
  RegistryValues values;
  std::array<Complaint, kRegistryRows.size()> complaints{};

  friend constexpr bool operator==(const RegistryReading&, const RegistryReading&) = default;
};

/// Reads all rows through `find(name)`, which gives an optional RawValue.  K-80 to K-84
template <typename Find>
constexpr RegistryReading read_values(Find&& find) {
  RegistryReading reading;
  for (std::size_t i = 0; i < kRegistryRows.size(); ++i) {
    const RegistryRow& row = kRegistryRows[i];
    const std::optional<RawValue> raw = find(row.name);
    if (!raw) continue;
    const DwordVerdict verdict = judge(row, *raw);
    reading.complaints[i] = verdict.complaint;
    if (!verdict.value) continue;
    if (row.time) reading.values.*row.time = DwordMillis{*verdict.value};
    if (row.count) reading.values.*row.count = *verdict.value;
  }
  return reading;
}

}  // namespace wsalive::policy
