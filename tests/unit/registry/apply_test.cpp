// Registry::apply: several changes in one write, or none of them.

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "registry/registry.hpp"
#include "support/temp_folder.hpp"

namespace wsalive::registry {
namespace {

constexpr std::string_view kKey = R"(HKEY_LOCAL_MACHINE\SOFTWARE\wsalive)";

std::string content(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream{path, std::ios::binary}.rdbuf();
  return text.str();
}

class Apply : public testing::Test {
 protected:
  test::TempFolder folder_;
  StoreFiles files_{.machine = folder_.file("machine.reg"), .user = folder_.file("user.reg")};
  Registry registry_{files_};

  [[nodiscard]] std::optional<std::uint32_t> number(std::string_view name) {
    const auto stored = registry_.query(kKey, name);
    return stored ? as_dword(stored->value) : std::nullopt;
  }
};

TEST_F(Apply, SetsAndTakesAwayInOneWrite) {
  ASSERT_TRUE(registry_.set_value(kKey, "Old", dword_value(1)));
  ASSERT_TRUE(registry_.apply({{std::string{kKey}, "One", dword_value(1)},
                               {std::string{kKey}, "Two", dword_value(2)},
                               {std::string{kKey}, "Old", std::nullopt},
                               {std::string{kKey}, "NeverThere", std::nullopt}}));
  EXPECT_EQ(number("One"), 1U);
  EXPECT_EQ(number("Two"), 2U);
  EXPECT_FALSE(number("Old"));
}

TEST_F(Apply, HidesWhatTheMachinesFileHas) {
  Registry machine{files_, Origin::machine};
  ASSERT_TRUE(machine.set_value(kKey, "One", dword_value(1)));
  ASSERT_TRUE(registry_.apply({{std::string{kKey}, "One", std::nullopt}}));
  EXPECT_FALSE(number("One"));
}

TEST_F(Apply, OneBadChangeRefusesAll) {  // K-13
  ASSERT_TRUE(registry_.set_value(kKey, "One", dword_value(1)));
  const std::string before = content(*files_.user);
  const auto refused = registry_.apply(
      {{std::string{kKey}, "One", dword_value(2)}, {R"(NO_SUCH_ROOT\Key)", "Two", dword_value(2)}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, EINVAL);
  EXPECT_EQ(content(*files_.user), before);
}

TEST_F(Apply, ABrokenFileStaysAsItIs) {
  std::ofstream{*files_.user} << "no registry file\n";
  ASSERT_FALSE(registry_.apply({{std::string{kKey}, "One", dword_value(2)}}));
  EXPECT_EQ(content(*files_.user), "no registry file\n");
}

}  // namespace
}  // namespace wsalive::registry
