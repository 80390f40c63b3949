// Files that are read, replaced and locked whole; what is refused leaves everything as it was.

#include "os/file/file.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <vector>

#include "support/child.hpp"
#include "support/temp_folder.hpp"

namespace wsalive::os {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& each : fs::directory_iterator{folder}) names.push_back(each.path().filename());
  std::ranges::sort(names);
  return names;
}

TEST(ReadFile, GivesTheWholeContent) {
  const test::TempFolder folder;
  const std::string content(200'000, 'x');
  EXPECT_EQ(*read_file(folder.write("f", content)), content);
  EXPECT_EQ(*read_file(folder.write("empty", "")), "");
}

TEST(ReadFile, RefusesWhatIsNoRegularFileWithoutWaiting) {
  const test::TempFolder folder;
  EXPECT_EQ(read_file(folder.file("none")).error().code, ENOENT);
  EXPECT_EQ(read_file(folder.path().string()).error().code, EISDIR);
  ASSERT_EQ(::mkfifo(folder.file("pipe").c_str(), 0600), 0);
  EXPECT_EQ(read_file(folder.file("pipe")).error().code, EINVAL);
}

TEST(ReplaceFile, MakesAFileAndLeavesNothingElse) {
  const test::TempFolder folder;
  ASSERT_TRUE(replace_file(folder.file("f"), "one", 0640));
  EXPECT_EQ(test::content_of(folder.file("f")), "one");
  EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{"f"});
  struct stat status {};
  ASSERT_EQ(::stat(folder.file("f").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0640U);
}

TEST(ReplaceFile, KeepsModeAndOwner) {
  const test::TempFolder folder;
  const std::string path = folder.write("f", "one");
  ASSERT_EQ(::chmod(path.c_str(), 0606), 0);
  if (::geteuid() == 0 && test::has_ordinary_user()) {
    ASSERT_EQ(::chown(path.c_str(), 1234, 4321), 0);
  }
  struct stat before {};
  ASSERT_EQ(::stat(path.c_str(), &before), 0);
  ASSERT_TRUE(replace_file(path, "two"));
  struct stat after {};
  ASSERT_EQ(::stat(path.c_str(), &after), 0);
  EXPECT_EQ(after.st_mode, before.st_mode);
  EXPECT_EQ(after.st_uid, before.st_uid);
  EXPECT_EQ(after.st_gid, before.st_gid);
  EXPECT_EQ(test::content_of(path), "two");
}

TEST(ReplaceFile, FollowsASymbolicLinkAndKeepsIt) {
  const test::TempFolder folder;
  const std::string target = folder.write("target", "one");
  fs::create_symlink(target, folder.file("link"));
  ASSERT_TRUE(replace_file(folder.file("link"), "two"));
  EXPECT_TRUE(fs::is_symlink(folder.file("link")));
  EXPECT_EQ(test::content_of(target), "two");
}

TEST(ReplaceFile, MakesTheFileThatALinkLeadsTo) {
  const test::TempFolder folder;
  fs::create_symlink("second", folder.file("first"));
  fs::create_symlink(folder.file("new"), folder.file("second"));
  ASSERT_TRUE(replace_file(folder.file("first"), "one"));
  EXPECT_EQ(test::content_of(folder.file("new")), "one");
  EXPECT_TRUE(fs::is_symlink(folder.file("first")));
  EXPECT_TRUE(fs::is_symlink(folder.file("second")));
  fs::create_symlink("round", folder.file("round"));
  EXPECT_EQ(replace_file(folder.file("round"), "one").error().code, ELOOP);
}

TEST(ReplaceFile, AnOpenReaderKeepsTheOldContent) {
  const test::TempFolder folder;
  const std::string path = folder.write("f", "old");
  std::ifstream reader{path};
  ASSERT_TRUE(replace_file(path, "new"));
  std::string seen;
  std::getline(reader, seen);
  EXPECT_EQ(seen, "old");
}

TEST(ReplaceFile, WithoutTheRightChangesNothing) {
  if (!test::has_ordinary_user()) GTEST_SKIP() << test::kNoOrdinaryUser;
  const test::TempFolder folder;
  const std::string path = folder.write("f", "old");
  ASSERT_EQ(::chmod(path.c_str(), 0444), 0);
  ASSERT_EQ(::chmod(folder.path().c_str(), 0777), 0);  // The file's own mode forbids.
  EXPECT_EQ(test::as_ordinary_user([&] {
              const Status done = replace_file(path, "new");
              return done ? 1 : done.error().code == EACCES ? 0 : 2;
            }),
            0);
  ASSERT_EQ(::chmod(path.c_str(), 0666), 0);
  ASSERT_EQ(::chmod(folder.path().c_str(), 0555), 0);  // The folder's mode forbids.
  EXPECT_EQ(test::as_ordinary_user([&] {
              const Status done = replace_file(path, "new");
              return done ? 1 : done.error().code == EACCES ? 0 : 2;
            }),
            0);
  EXPECT_EQ(test::content_of(path), "old");
  EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{"f"});
  ASSERT_EQ(::chmod(folder.path().c_str(), 0700), 0);
}

TEST(ReplaceFile, AFolderInItsPlaceIsRefused) {
  const test::TempFolder folder;
  fs::create_directory(folder.file("d"));
  const Status done = replace_file(folder.file("d"), "new");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, EISDIR);
  EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{"d"});
}

TEST(ReplaceFile, WritesToWhatIsNoRegularFileAndLeavesItThere) {
  const test::TempFolder folder;
  const std::string pipe = folder.file("pipe");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const Fd reader{::open(pipe.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK)};
  ASSERT_TRUE(reader);
  ASSERT_TRUE(replace_file(pipe, "one"));
  char text[8] = {};
  EXPECT_EQ(::read(reader.get(), text, sizeof text), 3);
  EXPECT_STREQ(text, "one");
  EXPECT_TRUE(fs::is_fifo(pipe));
  EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{"pipe"});
  // A device that takes nothing.
  EXPECT_EQ(replace_file("/dev/full", "one").error().code, ENOSPC);
  EXPECT_TRUE(fs::is_character_file("/dev/full"));
}

TEST(MakeFolders, MakesParentsAndAcceptsWhatIsThere) {
  const test::TempFolder folder;
  ASSERT_TRUE(make_folders(folder.file("a/b/c")));
  ASSERT_TRUE(make_folders(folder.file("a/b/c")));
  EXPECT_TRUE(fs::is_directory(folder.file("a/b/c")));
  folder.write("file", "");
  EXPECT_EQ(make_folders(folder.file("file")).error().code, ENOTDIR);
  EXPECT_EQ(make_folders(folder.file("file/below")).error().code, ENOTDIR);
}

TEST(FileStamp, TellsAReplacedFileFromTheOldOne) {
  const test::TempFolder folder;
  const std::string path = folder.write("f", "one");
  const auto before = file_stamp(path);
  EXPECT_EQ(file_stamp(path), before);
  ASSERT_TRUE(replace_file(path, "two"));
  EXPECT_NE(file_stamp(path), before);
  EXPECT_EQ(file_stamp(folder.file("none")), std::nullopt);
}

TEST(Lock, KeepsAnotherProcessOutUntilItGoes) {
  const test::TempFolder folder;
  const std::string path = folder.file("f");
  const auto try_in_child = [&path] {
    return test::finish_child(test::start_child([&path] {
      const auto lock = FileLock::take(path, 0ms);
      return lock ? 0 : lock.error().code == EWOULDBLOCK ? 1 : 2;
    }));
  };
  {
    const auto lock = FileLock::take(path, 0ms);
    ASSERT_TRUE(lock);
    EXPECT_EQ(try_in_child(), 1);
    EXPECT_EQ(FileLock::take(path, 0ms).error().code, EWOULDBLOCK);  // Nor another thread.
  }
  EXPECT_EQ(try_in_child(), 0);
}

TEST(Lock, FollowsNoLinkThatSomebodyPutInItsPlace) {
  const test::TempFolder folder;
  folder.write("victim", "kept");
  fs::create_symlink(folder.file("victim"), folder.file(".f.lock"));
  EXPECT_EQ(FileLock::take(folder.file("f"), 0ms).error().code, ELOOP);
  EXPECT_EQ(test::content_of(folder.file("victim")), "kept");
}

// Run by the test below in a copy of this program that belongs to root and has the setuid bit.
TEST(TrustedEnvironment, DISABLED_PrintsWhatItTrusts) {
  std::printf("trusted=%s\n", trusted_environment("WSALIVE_REGISTRY").value_or("none").c_str());
}

/// What that copy prints when an ordinary user runs it.
std::string output_of(const std::string& program) {
  const std::string command =
      "\"$COPY\" --gtest_also_run_disabled_tests "
      "--gtest_filter=TrustedEnvironment.DISABLED_PrintsWhatItTrusts >\"$COPY.out\"";
  ::setenv("COPY", program.c_str(), 1);
  ::unsetenv("WSALIVE_TEST_NAME");
  ::setenv("WSALIVE_REGISTRY", "/tmp/mine.reg", 1);
  const int status =
      test::as_ordinary_user([&] { return std::system(command.c_str()) == 0 ? 0 : 1; });
  EXPECT_EQ(status, 0);
  ::unsetenv("WSALIVE_REGISTRY");
  return test::content_of(program + ".out");
}

TEST(TrustedEnvironment, CountsForNothingInAProgramWithMoreRights) {  // K-85, K-121
  if (::geteuid() != 0) GTEST_SKIP() << "only root can make a setuid program";
  if (::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
    GTEST_SKIP() << "the setuid bit does not count here (no_new_privs)";
  const test::TempFolder folder;
  ASSERT_EQ(::chmod(folder.path().c_str(), 0777), 0);
  const std::string copy = folder.file("copy");
  fs::copy_file("/proc/self/exe", copy);
  ASSERT_EQ(::chmod(copy.c_str(), 0755), 0);
  if (test::as_ordinary_user([&] { return ::access(copy.c_str(), X_OK); }) != 0) {
    GTEST_SKIP() << "another user may not enter the temporary folder, or is not to be had here";
  }
  EXPECT_NE(output_of(copy).find("trusted=/tmp/mine.reg"), std::string::npos);
  ASSERT_EQ(::chmod(copy.c_str(), 04755), 0);
  struct statvfs mount {};
  ASSERT_EQ(::statvfs(copy.c_str(), &mount), 0);
  if ((mount.f_flag & ST_NOSUID) != 0) GTEST_SKIP() << "the temporary folder is mounted nosuid";
  EXPECT_NE(output_of(copy).find("trusted=none"), std::string::npos);
}

TEST(TrustedEnvironment, AnEmptyVariableIsAbsent) {  // K-121
  ::setenv("WSALIVE_RELEASE", "", 1);
  EXPECT_EQ(trusted_environment("WSALIVE_RELEASE"), std::nullopt);
  ::setenv("WSALIVE_RELEASE", "vista", 1);
  EXPECT_EQ(trusted_environment("WSALIVE_RELEASE"), "vista");
  ::unsetenv("WSALIVE_RELEASE");
  EXPECT_EQ(trusted_environment("WSALIVE_RELEASE"), std::nullopt);
}

}  // namespace
}  // namespace wsalive::os
