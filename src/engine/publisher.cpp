#include "engine/publisher.hpp"

#include <algorithm>
#include <cstring>
#include <new>

#include "engine/drivers/repair.hpp"
#include "engine/published_table.hpp"

namespace wsalive::engine {
namespace {

bool is_told(Course course) noexcept {
  const policy::DriverKind driver = driver_of(course);
  if (driver == policy::DriverKind::off) return false;
  return mechanism_of(course) != Mechanism::kernel;
}

PublishedRecord record_of(const Slot& slot) noexcept {
  const Course course = course_of(slot);
  const Times times = slot.times.load(std::memory_order_relaxed);
  const bool counts = mechanism_of(course) == Mechanism::repair;
  return {
      .cookie_low = static_cast<std::uint32_t>(slot.cookie.load(std::memory_order_relaxed)),
      .idle_ms = times.idle,
      .interval_ms = times.interval,
      .probes = static_cast<std::uint8_t>(course.probes),
      .driver = static_cast<std::uint8_t>(course.driver),
      .sources = static_cast<std::uint8_t>(course.sources),
      .unanswered = static_cast<std::uint8_t>(
          counts ? std::min<std::uint32_t>(RepairDriver::unanswered(slot), 255) : 0),
  };
}

}  // namespace

void Publisher::open() noexcept {
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
      .reserved = {},
  };
}

void Publisher::update(int fd) noexcept {
  const Slot& slot = slots_.at(fd);
  const bool told = is_told(course_of(slot));
  if (!memory_ && told && !was_refused_) open();
  if (!memory_) return;
  void* const at = memory_->data() + sizeof(PublishedHeader) +
                   static_cast<std::size_t>(fd) * sizeof(PublishedRecord);
  volatile auto* const record = static_cast<volatile PublishedRecord*>(at);
  const PublishedRecord next = told ? record_of(slot) : PublishedRecord{};
  if (record->cookie_low == 0 && next.cookie_low == 0) return;
  record->cookie_low = 0;  // A reader sees that it is changing.
  std::atomic_thread_fence(std::memory_order_release);
  record->idle_ms = next.idle_ms;
  record->interval_ms = next.interval_ms;
  record->probes = next.probes;
  record->driver = next.driver;
  record->sources = next.sources;
  record->unanswered = next.unanswered;
  std::atomic_thread_fence(std::memory_order_release);
  record->cookie_low = next.cookie_low;
}

}  // namespace wsalive::engine
