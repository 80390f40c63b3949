// The engine's table as other processes see it: the layout, for writers and readers alike.
//
// Every process whose engine drives connections has an open memfd of the name kPublishedName; it is
// the link "/memfd:wsalive-engine (deleted)" in /proc/PID/fd. It holds one PublishedHeader and then one
// PublishedRecord for each descriptor number; pages never written read as zero, which is an empty record.
//
// Ours is sealed, but anybody may give a memfd that name: read it by pread, never by a mapping, which ends the
// reader if its owner cuts the file; and take what it says for data. Records change while they are read: the same
// twice, with a `cookie_low` that is not 0 and is the low half of the socket's own SO_COOKIE, it is the record of
// that socket.
// Descriptors that the kernel alone keeps alive are not in the table: there the kernel says the truth.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "engine/slot.hpp"

namespace wsalive::engine {

inline constexpr char kPublishedName[] = "wsalive-engine";
inline constexpr std::uint64_t kPublishedMagic = 0x314556494c415357;  ///< "WSALIVE1" in memory.

struct PublishedHeader {
  std::uint64_t magic;
  std::uint32_t header_size;  ///< Of this structure: where the records begin.
  std::uint32_t record_size;
  std::uint64_t records;  ///< How many there are.
  std::uint64_t tick_ns;  ///< The kernel's tick.
  std::uint32_t faces;    ///< Bits of engine::Face (face.hpp); 0: not told.
  std::uint32_t reserved_half;
  std::uint64_t reserved[3];
};
static_assert(sizeof(PublishedHeader) == 64);

struct PublishedRecord {
  std::uint32_t cookie_low;   ///< 0: empty.
  std::uint32_t idle_ms;      ///< T as asked for.
  std::uint32_t interval_ms;  ///< I as asked for.
  std::uint8_t probes;        ///< N as asked for.
  std::uint8_t driver;        ///< A policy::DriverKind.
  std::uint8_t sources;       ///< policy::Source, two bits each: idle, interval, probes.
  std::uint8_t unanswered;    ///< repair only: probes sent in this silence; else ask tcpi_probes.

  friend constexpr bool operator==(const PublishedRecord&, const PublishedRecord&) = default;
};
static_assert(sizeof(PublishedRecord) == 16);

/// A record as the read-back's values.
constexpr policy::SourcedTiming timing_of(const PublishedRecord& record) noexcept {
  Course course;
  course.probes = record.probes;
  course.sources = record.sources & 0x3FU;
  return unpack({record.idle_ms, record.interval_ms}, course);
}

/// Whether a record says what an engine may say. Any process may publish one.
constexpr bool is_sound(const PublishedRecord& record) noexcept {
  const auto driver = static_cast<policy::DriverKind>(record.driver);
  return driver != policy::DriverKind::off && driver <= policy::DriverKind::late;
}

/// The record of a descriptor's number, out of a table that is being written; nullopt where there is none, or what is
/// there is no table.
///
/// \param copy  `bool copy(std::uint64_t at, void* into, std::size_t size)`: copies octets of the table, or says that there
///              are not so many. Sizes are read once, from a copy: the table may be anybody's.
template <typename Copy>
[[nodiscard]] std::optional<PublishedRecord> published_record(Copy copy, std::uint64_t fd) {
  PublishedHeader header{};
  if (!copy(0, &header, sizeof header) || header.magic != kPublishedMagic) return std::nullopt;
  if (header.record_size < sizeof(PublishedRecord) || fd >= header.records) return std::nullopt;
  std::uint64_t at = 0;
  if (__builtin_mul_overflow(fd, std::uint64_t{header.record_size}, &at) ||
      __builtin_add_overflow(at, std::uint64_t{header.header_size}, &at)) {
    return std::nullopt;
  }
  // A copy is not taken in one step: the same twice, it was not changing.
  PublishedRecord record{};
  PublishedRecord again{};
  for (int attempt = 0; attempt < 3; ++attempt) {
    if (!copy(at, &record, sizeof record) || !copy(at, &again, sizeof again)) return std::nullopt;
    if (record == again) break;
  }
  const bool steady = record == again && record.cookie_low != 0;
  return steady && is_sound(record) ? std::optional{record} : std::nullopt;
}

}  // namespace wsalive::engine
