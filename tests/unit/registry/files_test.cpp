// Where the store's files are, and how the user's is laid over the machine's.

#include "registry/store.hpp"

#include <gtest/gtest.h>

#include <cerrno>

#include "support/temp_folder.hpp"

namespace wsalive::registry {
namespace {

constexpr std::string_view kKey = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Example";

std::string reg(std::string_view body) {
  return std::string{"Windows Registry Editor Version 5.00\n\n"}.append(body);
}

std::optional<std::uint32_t> number(const Store& store, std::string_view name) {
  const StoredValue* const found = store.find(kKey, name);
  return found ? as_dword(found->value) : std::nullopt;
}

TEST(StorePaths, AreTheMachinesAndTheUsers) {  // K-85
  Environment environment;
  environment.home = "/home/alice";
  EXPECT_EQ(store_files(environment).machine, "/etc/wsalive/registry.reg");
  EXPECT_EQ(store_files(environment).user, "/home/alice/.config/wsalive/registry.reg");

  environment.config_home = "/home/alice/settings";
  EXPECT_EQ(store_files(environment).user, "/home/alice/settings/wsalive/registry.reg");

  environment.config_home = "settings";  // Only absolute paths count.
  EXPECT_EQ(store_files(environment).user, "/home/alice/.config/wsalive/registry.reg");
}

TEST(StorePaths, AreOneFileWhereTheEnvironmentNamesIt) {  // K-85
  Environment environment;
  environment.home = "/home/alice";
  environment.registry = "/tmp/own.reg";
  EXPECT_EQ(store_files(environment).machine, std::nullopt);
  EXPECT_EQ(store_files(environment).user, "/tmp/own.reg");
}

TEST(StorePaths, WithoutAnyVariableThereIsOnlyTheMachines) {  // K-85: so it is under AT_SECURE.
  EXPECT_EQ(store_files({}).machine, "/etc/wsalive/registry.reg");
  EXPECT_EQ(store_files({}).user, std::nullopt);
}

TEST(LoadStore, LaysTheUsersFileOverTheMachinesValueByValue) {  // K-85
  const test::TempFolder folder;
  const StoreFiles files{
      .machine =
          folder.write("m.reg", reg("[HKLM\\SOFTWARE\\Example]\n\"A\"=dword:1\n\"B\"=dword:2\n"
                                    "\"C\"=dword:3\n[HKLM\\SOFTWARE\\Gone\\Below]\n@=\"x\"\n")),
      .user = folder.write("u.reg", reg("[hkey_local_machine\\software\\EXAMPLE]\n\"b\"=dword:20\n"
                                        "\"C\"=-\n[-HKLM\\SOFTWARE\\Gone]\n"))};
  const LoadedStore loaded = load_store(files);
  EXPECT_TRUE(loaded.problems.empty());
  EXPECT_EQ(number(loaded.store, "a"), 1U);
  EXPECT_EQ(number(loaded.store, "B"), 0x20U);
  EXPECT_EQ(number(loaded.store, "C"), std::nullopt);
  EXPECT_EQ(loaded.store.find(kKey, "A")->origin, Origin::machine);
  EXPECT_EQ(loaded.store.find(kKey, "B")->origin, Origin::user);
  EXPECT_FALSE(loaded.store.has_key("HKLM\\SOFTWARE\\Gone\\Below"));
  EXPECT_TRUE(loaded.store.has_key("HKLM\\software"));
}

TEST(LoadStore, ListsKeysAndValues) {  // K-85
  const test::TempFolder folder;
  const LoadedStore loaded = load_store(
      {.machine = std::nullopt,
       .user = folder.write("u.reg", reg("[HKLM\\SOFTWARE\\Beta\\Deep]\n[HKLM\\SOFTWARE\\alpha]\n"
                                         "\"z\"=\"1\"\n@=\"2\"\n\"Y\"=\"3\"\n"))});
  EXPECT_EQ(loaded.store.subkeys("HKLM\\SOFTWARE"), (std::vector<std::string>{"alpha", "Beta"}));
  EXPECT_EQ(loaded.store.subkeys("HKLM\\SOFTWARE\\None"), std::vector<std::string>{});
  const std::vector<StoredValue> values = loaded.store.values("HKLM\\SOFTWARE\\ALPHA");
  ASSERT_EQ(values.size(), 3U);
  EXPECT_EQ(values[0].name, "");
  EXPECT_EQ(values[1].name, "Y");
  EXPECT_EQ(values[2].name, "z");
}

TEST(LoadFile, WhatIsNoFileIsAProblem) {  // K-85
  const test::TempFolder folder;
  const auto loaded = load_file(folder.path().string());
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, EISDIR);
  EXPECT_EQ(loaded.error().message(), folder.path().string() + ": read: Is a directory");
}

TEST(LoadFile, AMissingOrEmptyFileIsEmpty) {  // K-85
  const test::TempFolder folder;
  EXPECT_TRUE(load_file(folder.file("none"))->statements().empty());
  EXPECT_TRUE(load_file(folder.write("empty", ""))->statements().empty());
}

}  // namespace
}  // namespace wsalive::registry
