// The registry as programs use it: reads follow the files, writes lose nothing and change nothing
// when they fail.

#include "registry/registry.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <thread>

#include "support/child.hpp"
#include "support/temp_folder.hpp"

namespace wsalive::registry {
namespace {

constexpr std::string_view kHeader = "Windows Registry Editor Version 5.00\n";
constexpr std::string_view kKey = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters";

class RegistryTest : public testing::Test {
 protected:
  [[nodiscard]] StoreFiles files() const {
    return {.machine = folder_.file("machine.reg"),
            .user = folder_.file("config/wsalive/user.reg")};
  }
  [[nodiscard]] std::string user_text() const { return test::content_of(*files().user); }
  void machine(std::string_view body) const {
    folder_.write("machine.reg", std::string{kHeader}.append(body));
  }
  static std::optional<std::uint32_t> number(Registry& registry, std::string_view name) {
    const auto found = registry.query(kKey, name);
    return found ? as_dword(found->value) : std::nullopt;
  }

  test::TempFolder folder_;
};

TEST_F(RegistryTest, AWriteGoesToTheUsersFileAndMakesIt) {  // K-86
  Registry registry{files()};
  ASSERT_TRUE(registry.set_value(kKey, "KeepAliveTime", dword_value(60'000)));
  EXPECT_EQ(number(registry, "keepalivetime"), 60'000U);
  EXPECT_EQ(registry.query(kKey, "KeepAliveTime")->origin, Origin::user);
  EXPECT_FALSE(std::filesystem::exists(*files().machine));
}

TEST_F(RegistryTest, TheToolCanWriteTheMachinesFile) {  // K-86
  Registry tool{files(), Origin::machine};
  ASSERT_TRUE(tool.set_value(kKey, "KeepAliveTime", dword_value(7)));
  EXPECT_FALSE(std::filesystem::exists(*files().user));
  Registry program{files()};
  EXPECT_EQ(program.query(kKey, "KeepAliveTime")->origin, Origin::machine);
}

TEST_F(RegistryTest, SeesAtOnceWhatAnotherWrote) {  // K-85, K-87
  Registry one{files()};
  Registry other{files()};
  EXPECT_FALSE(one.has_key(kKey));
  ASSERT_TRUE(other.set_value(kKey, "a", dword_value(1)));
  EXPECT_EQ(number(one, "a"), 1U);
  ASSERT_TRUE(other.set_value(kKey, "a", dword_value(2)));
  EXPECT_EQ(number(one, "a"), 2U);
}

TEST_F(RegistryTest, DeletingAValueOfTheMachineHidesIt) {  // K-85, K-86
  machine("[HKLM\\SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters]\n\"a\"=dword:1\n");
  Registry registry{files()};
  ASSERT_TRUE(registry.set_value(kKey, "b", dword_value(2)));
  ASSERT_TRUE(registry.delete_value(kKey, "A"));
  ASSERT_TRUE(registry.delete_value(kKey, "b"));
  EXPECT_EQ(number(registry, "a"), std::nullopt);
  EXPECT_EQ(number(registry, "b"), std::nullopt);
  EXPECT_NE(user_text().find("\"A\"=-\n"), std::string::npos);
  EXPECT_EQ(user_text().find("\"b\""), std::string::npos);
  EXPECT_EQ(registry.delete_value(kKey, "a").error().code, ENOENT);
}

TEST_F(RegistryTest, CreatesAndDeletesKeys) {  // K-86
  Registry registry{files()};
  EXPECT_EQ(*registry.create_key("HKCU\\Software\\One\\Two"), Created::made);
  EXPECT_EQ(*registry.create_key("HKEY_CURRENT_USER\\SOFTWARE\\one"), Created::opened);
  EXPECT_EQ(registry.delete_key("HKCU\\Software\\One").error().code, ENOTEMPTY);
  ASSERT_TRUE(registry.delete_key("HKCU\\Software\\One\\Two"));
  EXPECT_FALSE(registry.has_key("HKCU\\Software\\One\\Two"));
  EXPECT_TRUE(registry.has_key("HKCU\\Software\\One"));
  EXPECT_EQ(registry.delete_key("HKCU\\Software\\One\\Two").error().code, ENOENT);
}

TEST_F(RegistryTest, DeletingAKeyOfTheMachineHidesIt) {  // K-85
  machine("[HKLM\\SOFTWARE\\Gone]\n\"a\"=dword:1\n");
  Registry registry{files()};
  ASSERT_TRUE(registry.delete_key("HKLM\\SOFTWARE\\Gone"));
  EXPECT_FALSE(registry.has_key("HKLM\\SOFTWARE\\Gone"));
  EXPECT_EQ(*registry.create_key("HKLM\\SOFTWARE\\Gone"), Created::made);
  EXPECT_TRUE(registry.has_key("HKLM\\SOFTWARE\\Gone"));
  EXPECT_TRUE(registry.values("HKLM\\SOFTWARE\\Gone").empty());
}

TEST_F(RegistryTest, NamesThatNoFileCanCarryAreRefused) {  // K-86
  Registry registry{files()};
  EXPECT_EQ(registry.set_value(kKey, "a\nb", dword_value(1)).error().code, EINVAL);
  EXPECT_EQ(registry.set_value("HKLM\\a\r\nb", "x", dword_value(1)).error().code, EINVAL);
  EXPECT_EQ(registry.set_value("Elsewhere\\a", "x", dword_value(1)).error().code, EINVAL);
  EXPECT_EQ(registry.create_key("").error().code, EINVAL);
  EXPECT_FALSE(std::filesystem::exists(folder_.file("config")));
}

TEST_F(RegistryTest, ABrokenFileIsNotWrittenOver) {  // K-85
  std::filesystem::create_directories(folder_.file("config/wsalive"));
  const std::string broken = std::string{kHeader} + "[HKLM\\A]\nKeepAliveTime=7\n";
  folder_.write("config/wsalive/user.reg", broken);
  Registry registry{files()};
  const auto refused = registry.set_value(kKey, "a", dword_value(1));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message(), *files().user + ":3: neither a key, a value nor a comment");
  EXPECT_EQ(user_text(), broken);
  ASSERT_EQ(registry.problems().size(), 1U);
}

TEST_F(RegistryTest, WithoutTheRightNothingChanges) {  // K-86
  ASSERT_EQ(::chmod(folder_.path().c_str(), 0755), 0);
  std::filesystem::create_directories(folder_.file("config/wsalive"));
  const std::string before = std::string{kHeader} + "[HKLM\\A]\n\"a\"=dword:1\n";
  folder_.write("config/wsalive/user.reg", before);
  ASSERT_EQ(::chmod(files().user->c_str(), 0444), 0);
  ASSERT_EQ(::chmod(folder_.file("config").c_str(), 0755), 0);
  ASSERT_EQ(::chmod(folder_.file("config/wsalive").c_str(), 0555), 0);
  if (test::as_ordinary_user([this] { return ::access(files().user->c_str(), R_OK); }) != 0) {
    GTEST_SKIP() << "another user may not enter the temporary folder, or is not to be had here";
  }
  EXPECT_EQ(test::as_ordinary_user([this] {
              Registry registry{files()};
              const auto done = registry.set_value("HKLM\\A", "a", dword_value(2));
              if (done || done.error().code != EACCES) return 1;
              const auto read = registry.query("HKLM\\A", "a");  // Reading goes on.
              return read && as_dword(read->value) == 1U ? 0 : 2;
            }),
            0);
  EXPECT_EQ(user_text(), before);
  int entries = 0;
  for ([[maybe_unused]] const auto& each :
       std::filesystem::directory_iterator{folder_.file("config/wsalive")}) {
    ++entries;
  }
  EXPECT_EQ(entries, 1);
  ASSERT_EQ(::chmod(folder_.file("config/wsalive").c_str(), 0755), 0);
}

TEST_F(RegistryTest, WithoutAnyUsersFileAWriteIsRefused) {  // K-86
  Registry registry{{.machine = files().machine, .user = std::nullopt}};
  EXPECT_EQ(registry.set_value(kKey, "a", dword_value(1)).error().code, EACCES);
  EXPECT_FALSE(std::filesystem::exists(*files().machine));
}

TEST_F(RegistryTest, ProcessesThatWriteAtOnceLoseNothing) {  // K-85
  constexpr int kProcesses = 6;
  constexpr int kEach = 15;
  std::vector<pid_t> children;
  for (int process = 0; process < kProcesses; ++process) {
    children.push_back(test::start_child([this, process] {
      Registry registry{files()};
      for (int i = 0; i < kEach; ++i) {
        const std::string name = std::to_string(process) + "-" + std::to_string(i);
        if (!registry.set_value(kKey, name, dword_value(static_cast<std::uint32_t>(i)))) return 1;
      }
      return 0;
    }));
  }
  // A reader meanwhile never sees a broken file.
  Registry reader{files()};
  for (int i = 0; i < 200; ++i) EXPECT_TRUE(reader.problems().empty());
  for (const pid_t child : children) EXPECT_EQ(test::finish_child(child), 0);
  EXPECT_EQ(reader.values(kKey).size(), std::size_t{kProcesses * kEach});
}

TEST_F(RegistryTest, ThreadsThatWriteAtOnceLoseNothing) {  // K-85
  Registry shared{files()};
  constexpr int kThreads = 4;
  constexpr int kEach = 10;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&shared, thread] {
      for (int i = 0; i < kEach; ++i) {
        const std::string name = std::to_string(thread) + "-" + std::to_string(i);
        EXPECT_TRUE(shared.set_value(kKey, name, dword_value(1)));
      }
    });
  }
  for (std::thread& each : threads) each.join();
  EXPECT_EQ(shared.values(kKey).size(), std::size_t{kThreads * kEach});
}

}  // namespace
}  // namespace wsalive::registry
