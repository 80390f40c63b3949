// Import of SYSTEM hives. The hives are made here: the smallest one by hand, the rest of it by libhivex.

#include "registry/registry.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "support/temp_folder.hpp"

#if WSALIVE_HAVE_HIVEX
#include <hivex.h>
#endif

namespace wsalive::registry {
namespace {

#if WSALIVE_HAVE_HIVEX

/// A block of bytes with little-endian numbers at given places.
class Block {
 public:
  explicit Block(std::size_t size) : bytes_(size, '\0') {}
  Block& text(std::size_t at, std::string_view value) {
    bytes_.replace(at, value.size(), value);
    return *this;
  }
  Block& number(std::size_t at, std::uint32_t value, std::size_t size = 4) {
    for (std::size_t i = 0; i < size; ++i)
      bytes_[at + i] = static_cast<char>(value >> 8 * i & 0xFF);
    return *this;
  }
  [[nodiscard]] std::uint32_t number(std::size_t at) const {
    std::uint32_t value = 0;
    for (std::size_t i = 4; i-- > 0;)
      value = value << 8 | static_cast<unsigned char>(bytes_[at + i]);
    return value;
  }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

constexpr std::uint32_t kNowhere = 0xFFFFFFFF;

/// A hive of nothing but its root: header, one page with the root's key record, its security record
/// (a descriptor that says nothing) and free space.
std::string smallest_hive() {
  constexpr std::uint32_t kRoot = 0x20, kSecurity = 0x78, kFree = 0xA8, kPage = 0x1000;
  Block header{kPage};
  header.text(0, "regf").number(4, 1).number(8, 1).number(20, 1).number(24, 3).number(32, 1);
  header.number(36, kRoot).number(40, kPage).number(44, 1);
  std::uint32_t sum = 0;
  for (std::size_t at = 0; at < 508; at += 4) sum ^= header.number(at);
  header.number(508, sum);

  Block page{kPage};
  page.text(0, "hbin").number(8, kPage);
  page.number(kRoot, ~(kSecurity - kRoot) + 1);  // A negative size: in use.
  constexpr std::size_t kKey = kRoot + 4;
  page.text(kKey, "nk").number(kKey + 2, 0x2C, 2).number(kKey + 16, kNowhere);
  for (const std::size_t none : {28U, 32U, 40U, 48U}) page.number(kKey + none, kNowhere);
  page.number(kKey + 44, kSecurity).number(kKey + 72, 4, 2).text(kKey + 76, "ROOT");
  page.number(kSecurity, ~(kFree - kSecurity) + 1);
  constexpr std::size_t kRecord = kSecurity + 4;
  page.text(kRecord, "sk").number(kRecord + 4, kSecurity).number(kRecord + 8, kSecurity);
  page.number(kRecord + 12, 1).number(kRecord + 16, 20).number(kRecord + 20, 0x80000001);
  page.number(kFree, kPage - kFree);
  return header.bytes() + page.bytes();
}

/// Writes into a hive; any refusal fails the test.
class HiveMaker {
 public:
  explicit HiveMaker(const std::string& path)
      : path_(path), hive_(::hivex_open(path.c_str(), HIVEX_OPEN_WRITE)) {
    EXPECT_NE(hive_, nullptr) << std::strerror(errno);
  }
  HiveMaker(const HiveMaker&) = delete;
  HiveMaker& operator=(const HiveMaker&) = delete;
  ~HiveMaker() {
    EXPECT_EQ(::hivex_commit(hive_, path_.c_str(), 0), 0);
    ::hivex_close(hive_);
  }

  hive_node_h key(std::initializer_list<const char*> names) {
    hive_node_h node = ::hivex_root(hive_);
    for (const char* const name : names) {
      const hive_node_h there = ::hivex_node_get_child(hive_, node, name);
      node = there != 0 ? there : ::hivex_node_add_child(hive_, node, name);
      EXPECT_NE(node, 0U) << name;
    }
    return node;
  }

  void set(hive_node_h node, std::string name, const Value& value) {
    std::string bytes;
    for (const std::byte each : value.bytes) bytes.push_back(std::to_integer<char>(each));
    const hive_set_value wanted{.key = name.data(),
                                .t = static_cast<hive_type>(value.type),
                                .len = bytes.size(),
                                .value = bytes.data()};
    EXPECT_EQ(::hivex_node_set_value(hive_, node, &wanted, 0), 0);
  }

 private:
  std::string path_;
  hive_h* hive_;
};

TEST(SystemHive, GivesTheParametersOfTheCurrentControlSet) {  // K-85
  const test::TempFolder folder;
  const std::string path = folder.write("SYSTEM", smallest_hive());
  {
    HiveMaker maker{path};
    maker.set(maker.key({"Select"}), "Current", dword_value(2));
    const auto wrong = maker.key({"ControlSet001", "Services", "Tcpip", "Parameters"});
    maker.set(wrong, "KeepAliveTime", dword_value(111));
    const auto right = maker.key({"ControlSet002", "services", "TCPIP", "Parameters"});
    maker.set(right, "KeepAliveTime", dword_value(300'000));
    maker.set(right, "KeepAliveInterval", dword_value(2000));
    maker.set(right, "Hostname", string_value("SERVER"));
  }
  const auto values = read_system_hive(path);
  ASSERT_TRUE(values) << values.error().message();
  ASSERT_EQ(values->size(), 3U);
  EXPECT_EQ((*values)[0].name, "KeepAliveTime");
  EXPECT_EQ((*values)[0].value, dword_value(300'000));
  EXPECT_EQ((*values)[1].value, dword_value(2000));
  EXPECT_EQ((*values)[2].value, string_value("SERVER"));
}

TEST(SystemHive, IsNeverWritten) {  // K-85
  const test::TempFolder folder;
  const std::string path = folder.write("SYSTEM", smallest_hive());
  EXPECT_FALSE(read_system_hive(path));
  EXPECT_EQ(test::content_of(path), smallest_hive());
}

TEST(SystemHive, AnotherHiveOrNoHiveIsRefused) {  // K-85
  const test::TempFolder folder;
  const auto other = read_system_hive(folder.write("SOFTWARE", smallest_hive()));
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, EINVAL);
  EXPECT_EQ(other.error().text, "Select\\Current is missing: this is no SYSTEM hive");

  const auto text =
      read_system_hive(folder.write("text", "Windows Registry Editor Version 5.00\n"));
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code, EINVAL);

  const auto none = read_system_hive(folder.file("none"));
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ENOENT);
}

TEST(SystemHive, ADamagedOneIsRefusedWithoutACrash) {  // K-85
  const test::TempFolder folder;
  const std::string path = folder.write("SYSTEM", smallest_hive());
  {
    HiveMaker maker{path};
    maker.set(maker.key({"Select"}), "Current", dword_value(1));
    maker.set(maker.key({"ControlSet001", "Services", "Tcpip", "Parameters"}), "KeepAliveTime",
              dword_value(1));
  }
  const std::string good = test::content_of(path);
  ASSERT_TRUE(read_system_hive(path));
  for (std::size_t length : {std::size_t{10}, std::size_t{4096}, std::size_t{5000}}) {
    EXPECT_FALSE(read_system_hive(folder.write("short", good.substr(0, length)))) << length;
  }
}

#else

TEST(SystemHive, NeedsLibhivex) {
  EXPECT_FALSE(can_read_hives());
  EXPECT_EQ(read_system_hive("SYSTEM").error().code, ENOSYS);
  GTEST_SKIP() << "built without libhivex (package libhivex-dev)";
}

#endif

}  // namespace
}  // namespace wsalive::registry
