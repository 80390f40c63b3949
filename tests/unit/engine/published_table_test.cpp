// The table that other processes publish under our name is data: whatever it says, a reader copies within it or not at all.

#include "engine/published_table.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <functional>
#include <limits>
#include <string>
#include <vector>

namespace wsalive::engine {
namespace {

constexpr std::uint64_t kNumber = 3;
constexpr PublishedRecord kRecord{.cookie_low = 77,
                                  .idle_ms = 60'500,
                                  .interval_ms = 7000,
                                  .probes = 9,
                                  .driver = static_cast<std::uint8_t>(policy::DriverKind::rearm),
                                  .sources = 0,
                                  .unanswered = 0};

/// A table with one record, and a reader that counts what it would have read beyond the end.
class Table {
 public:
  Table() : bytes_(sizeof(PublishedHeader) + 8 * sizeof(PublishedRecord)) { put(header, kRecord); }

  void put(const PublishedHeader& head, const PublishedRecord& record) {
    std::memcpy(bytes_.data(), &head, sizeof head);
    std::memcpy(bytes_.data() + sizeof head + kNumber * sizeof record, &record, sizeof record);
  }
  [[nodiscard]] std::optional<PublishedRecord> read(std::uint64_t number = kNumber) {
    return published_record(
        [this](std::uint64_t at, void* into, std::size_t size) {
          if (before_copy) before_copy();
          if (at > bytes_.size() || bytes_.size() - at < size) return false;
          std::memcpy(into, bytes_.data() + at, size);
          return true;
        },
        number);
  }

  PublishedHeader header{.magic = kPublishedMagic,
                         .header_size = sizeof(PublishedHeader),
                         .record_size = sizeof(PublishedRecord),
                         .records = 8,
                         .tick_ns = 0,
                         .faces = 0,
                         .reserved_half = 0,
                         .reserved = {}};
  std::function<void()> before_copy;

 private:
  std::vector<char> bytes_;
};

TEST(PublishedTable, GivesTheRecordOfANumber) {
  Table table;
  EXPECT_EQ(table.read(), kRecord);
  EXPECT_FALSE(table.read(0));  // Empty.
}

struct Lie {
  std::string_view name;
  void (*tell)(PublishedHeader&, PublishedRecord&);
};
constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
constexpr std::array kLies{
    // clang-format off
    Lie{"OtherMagic",      [](PublishedHeader& h, PublishedRecord&) { h.magic = 1; }},
    Lie{"NoRecords",       [](PublishedHeader& h, PublishedRecord&) { h.records = 0; }},
    Lie{"FewRecords",      [](PublishedHeader& h, PublishedRecord&) { h.records = kNumber; }},
    Lie{"NoSize",          [](PublishedHeader& h, PublishedRecord&) { h.record_size = 0; }},
    Lie{"SmallSize",       [](PublishedHeader& h, PublishedRecord&) { h.record_size = 15; }},
    Lie{"LargeSize",       [](PublishedHeader& h, PublishedRecord&) { h.record_size = 0xFFFFFFFF; }},
    Lie{"LargeHeader",     [](PublishedHeader& h, PublishedRecord&) { h.header_size = 0xFFFFFFFF; }},
    Lie{"UnknownDriver",   [](PublishedHeader&, PublishedRecord& r) { r.driver = 6; }},
    Lie{"LargestDriver",   [](PublishedHeader&, PublishedRecord& r) { r.driver = 255; }},
    Lie{"DriverOff",       [](PublishedHeader&, PublishedRecord& r) { r.driver = 0; }},
    Lie{"NoCookie",        [](PublishedHeader&, PublishedRecord& r) { r.cookie_low = 0; }},
    // clang-format on
};

class PublishedLies : public testing::TestWithParam<Lie> {};

TEST_P(PublishedLies, GiveNoRecord) {
  Table table;
  PublishedRecord record = kRecord;
  GetParam().tell(table.header, record);
  table.put(table.header, record);
  EXPECT_FALSE(table.read());
}

INSTANTIATE_TEST_SUITE_P(Rows, PublishedLies, testing::ValuesIn(kLies),
                         [](const auto& row) { return std::string{row.param.name}; });

TEST(PublishedTable, OfAHugeNumberGivesNone) {
  Table table;
  table.header.records = kMost;
  table.header.record_size = 0xFFFFFFFF;
  table.put(table.header, kRecord);
  EXPECT_FALSE(table.read(kMost - 1));
  EXPECT_FALSE(table.read(kMost / 0xFFFFFFFF));
}

TEST(PublishedTable, ARecordThatChangesWhileItIsReadIsNone) {
  Table table;
  PublishedRecord record = kRecord;
  table.before_copy = [&] {
    ++record.idle_ms;
    table.put(table.header, record);
  };
  EXPECT_FALSE(table.read());
}

TEST(PublishedTable, ReadsItsSizesOnce) {
  Table table;
  int copies = 0;
  table.before_copy = [&] {
    if (++copies == 1) return;  // The header has been taken.
    PublishedHeader lying = table.header;
    lying.record_size = 0xFFFFFFFF;
    table.put(lying, kRecord);
  };
  EXPECT_EQ(table.read(), kRecord);
}

TEST(PublishedTable, AnySourcesAreTakenForSources) {
  PublishedRecord record = kRecord;
  record.sources = 0xFF;
  EXPECT_EQ(timing_of(record).probes_from, policy::Source::outside);
}

}  // namespace
}  // namespace wsalive::engine
