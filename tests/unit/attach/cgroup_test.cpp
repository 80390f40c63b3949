// Control groups of units and containers, in made-up trees as systemd, docker, podman, containerd, CRI-O and
// Kubernetes lay them out.

#include "attach/cgroup.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

#include "support/temp_folder.hpp"

namespace wsalive::attach {
namespace {

namespace fs = std::filesystem;

const std::string kId = "3f2a91c04d7e5b8896aa01bb23cc45dd67ee89ff0011223344556677889900aa";
const std::string kOther = "3f2bffff4d7e5b8896aa01bb23cc45dd67ee89ff0011223344556677889900aa";

class Tree : public testing::Test {
 protected:
  std::string add(const std::string& folder) {
    const fs::path path = fs::path{root_} / folder;
    fs::create_directories(path);
    return path.string();
  }
  test::TempFolder folder_;
  std::string root_ = folder_.path().string();
};

using Found = std::vector<std::string>;

TEST_F(Tree, AUnitIsFoundInAnySlice) {
  const std::string nginx = add("system.slice/nginx.service");
  add("system.slice/nginx-debug.service");
  const std::string getty = add("system.slice/system-getty.slice/getty@tty1.service");
  EXPECT_EQ(groups_of_unit(root_, "nginx"), Found{nginx});
  EXPECT_EQ(groups_of_unit(root_, "nginx.service"), Found{nginx});
  EXPECT_EQ(groups_of_unit(root_, "getty@tty1"), Found{getty});
  EXPECT_EQ(groups_of_unit(root_, "system-getty.slice"),
            Found{fs::path{getty}.parent_path().string()});
  EXPECT_EQ(groups_of_unit(root_, "ngin"), Found{});
}

TEST(SocketUnit, StandsForAServiceAndForNothingElse) {
  EXPECT_EQ(socket_unit_of("nginx"), "nginx.socket");
  EXPECT_EQ(socket_unit_of("nginx.service"), "nginx.socket");
  for (const char* other : {"", ".service", "nginx.socket", "user.slice", "a.timer"})
    EXPECT_EQ(socket_unit_of(other), std::nullopt) << other;
}

TEST_F(Tree, AUnitOfSeveralManagersIsFoundInEach) {
  const std::string one =
      add("user.slice/user-1000.slice/user@1000.service/app.slice/sync.service");
  const std::string two =
      add("user.slice/user-1001.slice/user@1001.service/app.slice/sync.service");
  EXPECT_EQ(groups_of_unit(root_, "sync"), (Found{one, two}));
}

TEST_F(Tree, ANameThatTheKernelHasAMeaningForIsFoundBehindItsUnderscore) {
  const std::string group = add("system.slice/_tasks.service");
  EXPECT_EQ(groups_of_unit(root_, "tasks"), Found{group});
}

TEST_F(Tree, AContainerIsFoundInEveryLayout) {
  for (const std::string& layout : {
           "docker/" + kId,
           "system.slice/docker-" + kId + ".scope",
           "machine.slice/libpod-" + kId + ".scope",
           "user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" + kId + ".scope",
           "kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1.slice/cri-containerd-" +
               kId + ".scope",
           "kubepods.slice/kubepods-pod1.slice/crio-" + kId + ".scope",
           "kubepods/besteffort/pod1/" + kId,
           "system.slice/nerdctl-" + kId + ".scope",
       }) {
    const std::string group = add(layout);
    EXPECT_EQ(groups_of_container(root_, kId.substr(0, 12)), Found{group}) << layout;
    EXPECT_EQ(groups_of_container(root_, kId), Found{group}) << layout;
    fs::remove(group);
  }
}

TEST_F(Tree, AContainersKeeperIsNotTheContainer) {
  const std::string group = add("machine.slice/libpod-" + kId + ".scope");
  add("machine.slice/libpod-" + kId + ".scope/container");
  add("machine.slice/libpod-conmon-" + kId + ".scope");
  EXPECT_EQ(groups_of_container(root_, kId.substr(0, 12)), Found{group});
}

TEST_F(Tree, TheBeginningOfTwoContainersFindsBoth) {
  const std::string one = add("docker/" + kId);
  const std::string two = add("docker/" + kOther);
  EXPECT_EQ(groups_of_container(root_, "3f2"), (Found{one, two}));
  EXPECT_EQ(groups_of_container(root_, "3f2b"), Found{two});
  EXPECT_EQ(groups_of_container(root_, "docker"), Found{fs::path{one}.parent_path().string()});
}

TEST_F(Tree, AShortNameOfContainerdIsTakenWhole) {
  const std::string group = add("default/web");
  EXPECT_EQ(groups_of_container(root_, "web"), Found{group});
  EXPECT_EQ(groups_of_container(root_, "we"), Found{});
}

TEST_F(Tree, AScopeOfAShortNameIsAContainersUnlessItIsTheManagersOwn) {
  const std::string one = add("system.slice/nerdctl-c2.scope");
  const std::string two = add("system.slice/nerdctl-my-c2.scope");
  const std::string pod = add("kubepods.slice/cri-containerd-c3.scope");
  add("user.slice/session-c4.scope");
  add("machine.slice/libpod-conmon-c5.scope");
  EXPECT_EQ(groups_of_container(root_, "c2"), Found{one});
  EXPECT_EQ(groups_of_container(root_, "my-c2"), Found{two});
  EXPECT_EQ(groups_of_container(root_, "c3"), Found{pod});
  EXPECT_EQ(groups_of_container(root_, "c4"), Found{});
  EXPECT_EQ(groups_of_container(root_, "c5"), Found{});
}

TEST_F(Tree, ProcessesBelowAGroupCountToIt) {
  const std::string group = add("a.slice");
  std::ofstream{group + "/cgroup.procs"} << "11\n12\n";
  std::ofstream{add("a.slice/b.service") + "/cgroup.procs"} << "13\n";
  EXPECT_EQ(processes_in(group), (std::vector<pid_t>{11, 12, 13}));
}

TEST_F(Tree, AFolderThatIsNoGroupIsTold) {
  EXPECT_EQ(cgroup_number(root_).error().code, EINVAL);
  EXPECT_EQ(cgroup_number(root_ + "/none").error().code, ENOENT);
}

}  // namespace
}  // namespace wsalive::attach
