#include "engine/slot_publisher.hpp"

#include <algorithm>
#include <cstring>
#include <new>

#include "engine/drivers/repair.hpp"
#include "engine/make_engine.hpp"
#include "engine/published_table.hpp"

namespace wsalive::engine {
namespace {

bool is_told(Course course) noexcept {
  const policy::DriverKind driver = kind_of(course);
  if (driver == policy::DriverKind::off) return false;
  return driver_of(course) != Driver::kernel;
}

PublishedRecord record_of(const Slot& slot) noexcept {
  const Course course = course_of(slot);
  const Times times = slot.times.load(std::memory_order_relaxed);
  const bool counts = driver_of(course) == Driver::repair;
  return {
      .cookie_low = static_cast<std::uint32_t>(slot.cookie.load(std::memory_order_relaxed)),
      .idle_ms = times.idle,
      .interval_ms = times.interval,
      .probes = static_cast<std::uint8_t>(course.probes),
      .driver = static_cast<std::uint8_t>(course.kind),
      .sources = static_cast<std::uint8_t>(course.sources),
      .unanswered = static_cast<std::uint8_t>(
          counts ? std::min<std::uint32_t>(RepairDriver::unanswered(slot), 255) : 0),
  };
}

}  // namespace

void SlotPublisher::open() noexcept {
  const std::size_t size = sizeof(PublishedHeader) + slots_.size() * sizeof(PublishedRecord);
  auto made = os::PublishedMemory::create(kPublishedName, size);
  was_refused_ = !made;
  if (!made) return;
  memory_.emplace(std::move(*made));
  new (memory_->data()) PublishedHeader{
      .magic = kPublishedMagic,
      .header_size = sizeof(PublishedHeader),
      .record_size = sizeof(PublishedRecord),
      .records = slots_.size(),
      .tick_ns = static_cast<std::uint64_t>(ticks_.length.count()),
      .faces = faces(),
      .reserved_half = 0,
      .reserved = {},
  };
}

void SlotPublisher::update(int fd) noexcept {
  const Slot& slot = slots_.at(fd);
  const bool told = is_told(course_of(slot));
  if (!memory_ && told && !was_refused_) open();
  if (!memory_) return;
  auto* const header = static_cast<PublishedHeader*>(static_cast<void*>(memory_->data()));
  __atomic_store_n(&header->faces, faces(), __ATOMIC_RELAXED);  // One may have been added.
  void* const at = memory_->data() + sizeof(PublishedHeader) +
                   static_cast<std::size_t>(fd) * sizeof(PublishedRecord);
  auto* const record = static_cast<PublishedRecord*>(at);
  const PublishedRecord next = told ? record_of(slot) : PublishedRecord{};
  if (record->cookie_low == 0 && next.cookie_low == 0) return;
  // Each store keeps the earlier ones before it: a reader sees that the record is changing.
  __atomic_store_n(&record->cookie_low, 0, __ATOMIC_RELEASE);
  __atomic_store_n(&record->idle_ms, next.idle_ms, __ATOMIC_RELEASE);
  __atomic_store_n(&record->interval_ms, next.interval_ms, __ATOMIC_RELEASE);
  __atomic_store_n(&record->probes, next.probes, __ATOMIC_RELEASE);
  __atomic_store_n(&record->driver, next.driver, __ATOMIC_RELEASE);
  __atomic_store_n(&record->sources, next.sources, __ATOMIC_RELEASE);
  __atomic_store_n(&record->unanswered, next.unanswered, __ATOMIC_RELEASE);
  __atomic_store_n(&record->cookie_low, next.cookie_low, __ATOMIC_RELEASE);
}

}  // namespace wsalive::engine
