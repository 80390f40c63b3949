// /dev/shm of the test's own, as small as it wants, so that nothing else is there and it can be filled.
#pragma once

#include <gtest/gtest.h>
#include <sys/mount.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "support/private_network.hpp"

namespace wsalive::test {

class PrivateSharedMemory : public PrivateNetwork {
 protected:
  /// \param options  Of mount(8), for tmpfs.
  explicit PrivateSharedMemory(const char* options) : options_(options) {}

  void SetUp() override {
    PrivateNetwork::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    ASSERT_EQ(::mount("tmpfs", "/dev/shm", "tmpfs", 0, options_), 0) << errno;
    is_mounted_ = true;
  }
  void TearDown() override {
    if (!is_mounted_) return;
    EXPECT_EQ(::umount2("/dev/shm", MNT_DETACH), 0) << errno;
  }

  /// Where the names of this user are.
  [[nodiscard]] static std::string folder() {
    return "/dev/shm/wsalive-" + std::to_string(::geteuid());
  }
  /// The entries that are there.
  [[nodiscard]] static std::vector<std::string> entries() {
    std::vector<std::string> names;
    if (!std::filesystem::exists(folder())) return names;
    for (const auto& each : std::filesystem::directory_iterator{folder()}) {
      names.push_back(each.path().filename());
    }
    return names;
  }

 private:
  const char* options_;
  bool is_mounted_ = false;
};

}  // namespace wsalive::test
