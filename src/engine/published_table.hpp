// The engine's table as other processes see it: the layout, for writers and readers alike.
//
// Every process whose engine drives connections has an open memfd of the name kPublishedName; it is
// the link "/memfd:wsalive-engine (deleted)" in /proc/PID/fd. It is sealed: map it read-only. It holds
// one PublishedHeader and then one PublishedRecord for each descriptor number; pages never written
// read as zero, which is an empty record.
//
// Records change while they are read. Read `cookie_low`, then the rest, then `cookie_low` again: equal
// and not 0, and equal to the low half of the socket's own SO_COOKIE, it is the record of that socket.
// Descriptors that the kernel alone keeps alive are not in the table: there the kernel says the truth.
#pragma once

#include <cstdint>

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
  std::uint64_t reserved[4];
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
};
static_assert(sizeof(PublishedRecord) == 16);

/// A record as the read-back's values.
constexpr policy::SourcedTiming timing_of(const PublishedRecord& record) noexcept {
  Course course;
  course.probes = record.probes;
  course.sources = record.sources & 0x3FU;
  return unpack({record.idle_ms, record.interval_ms}, course);
}

/// Copies one record out of a table that is being written. False if it is empty or was changing.
/// `table` is the mapping's first byte; `fd` must be below PublishedHeader::records.
[[nodiscard]] inline bool read_record(const void* table, std::uint64_t fd,
                                      PublishedRecord& out) noexcept {
  const auto* const header = static_cast<const PublishedHeader*>(table);
  const auto* const bytes = static_cast<const unsigned char*>(table) + header->header_size;
  const void* const at = bytes + fd * header->record_size;
  const auto* const record = static_cast<const PublishedRecord*>(at);
  // Each load keeps the later ones behind it.
  out.cookie_low = __atomic_load_n(&record->cookie_low, __ATOMIC_ACQUIRE);
  out.idle_ms = __atomic_load_n(&record->idle_ms, __ATOMIC_ACQUIRE);
  out.interval_ms = __atomic_load_n(&record->interval_ms, __ATOMIC_ACQUIRE);
  out.probes = __atomic_load_n(&record->probes, __ATOMIC_ACQUIRE);
  out.driver = __atomic_load_n(&record->driver, __ATOMIC_ACQUIRE);
  out.sources = __atomic_load_n(&record->sources, __ATOMIC_ACQUIRE);
  out.unanswered = __atomic_load_n(&record->unanswered, __ATOMIC_ACQUIRE);
  const std::uint32_t now = __atomic_load_n(&record->cookie_low, __ATOMIC_ACQUIRE);
  return out.cookie_low != 0 && out.cookie_low == now;
}

}  // namespace wsalive::engine
