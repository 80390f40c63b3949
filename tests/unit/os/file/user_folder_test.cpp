// A user's own folder among those of all users: if another user takes its name first, the user still gets one.

#include "os/memory/named_entry.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "support/child.hpp"
#include "support/temp_folder.hpp"

namespace wsalive::os {
namespace {

namespace fs = std::filesystem;

class UserFolder : public testing::Test {
 protected:
  [[nodiscard]] std::string in() const { return open_.path().string(); }
  [[nodiscard]] std::string usual() const {
    return in() + "/wsalive-" + std::to_string(::geteuid());
  }

  test::TempFolder open_;
};

TEST_F(UserFolder, IsMadeForTheUserAlone) {
  const auto folder = user_folder(in());
  ASSERT_TRUE(folder);
  EXPECT_EQ(*folder, usual());
  struct stat status {};
  ASSERT_EQ(::stat(folder->c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0700U);
  EXPECT_EQ(*user_folder(in()), usual());
}

TEST_F(UserFolder, IsAnotherWhereThatOneIsNotHisAlone) {
  ASSERT_EQ(::mkdir(usual().c_str(), 0700), 0);
  ASSERT_EQ(::chmod(usual().c_str(), 0777), 0);
  const auto folder = user_folder(in());
  ASSERT_TRUE(folder);
  EXPECT_TRUE(folder->starts_with(usual() + '.')) << *folder;
  EXPECT_EQ(*user_folder(in()), *folder) << "all processes of the user find the same";
}

TEST_F(UserFolder, IsAnotherWhereALinkOrAFileHasTheName) {
  fs::create_symlink("/tmp", usual());
  const auto folder = user_folder(in());
  ASSERT_TRUE(folder);
  EXPECT_NE(*folder, usual());
  fs::remove(usual());
  open_.write(fs::path{usual()}.filename().string(), "x");
  EXPECT_EQ(*user_folder(in()), *folder);
}

TEST_F(UserFolder, OfSomebodyElseIsNeverTaken) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to give folders to others";
  ASSERT_EQ(::mkdir(usual().c_str(), 0777), 0);
  if (::chown(usual().c_str(), 65534, 65534) != 0) GTEST_SKIP() << test::kNoOrdinaryUser;
  const std::string guessed = usual() + ".0000000000000000";  // The first by name.
  ASSERT_EQ(::mkdir(guessed.c_str(), 0700), 0);
  ASSERT_EQ(::chown(guessed.c_str(), 65534, 65534), 0);
  const auto folder = user_folder(in());
  ASSERT_TRUE(folder);
  EXPECT_NE(*folder, usual());
  EXPECT_NE(*folder, guessed);
  EXPECT_EQ(*user_folder(in()), *folder);
}

TEST_F(UserFolder, SaysWhyThereIsNone) {
  const auto folder = user_folder(in() + "/none");
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().code, ENOENT);
}

}  // namespace
}  // namespace wsalive::os
