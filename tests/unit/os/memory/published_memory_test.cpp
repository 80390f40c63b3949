// What other programs may read of this one.

#include "os/memory/published_memory.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cerrno>

namespace wsalive::os {
namespace {

class LimitOfDescriptors {
 public:
  explicit LimitOfDescriptors(rlim_t most) {
    EXPECT_EQ(::getrlimit(RLIMIT_NOFILE, &before_), 0);
    const rlimit low{most, before_.rlim_max};
    EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
  }
  LimitOfDescriptors(const LimitOfDescriptors&) = delete;
  LimitOfDescriptors& operator=(const LimitOfDescriptors&) = delete;
  ~LimitOfDescriptors() { EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &before_), 0); }

 private:
  rlimit before_{};
};

TEST(PublishedMemory, TakesNoneOfAProgramsLastDescriptors) {
  const int lowest_free = Fd{::open("/dev/null", O_RDONLY | O_CLOEXEC)}.get();
  {
    const LimitOfDescriptors few{static_cast<rlim_t>(lowest_free) + 8};
    const auto made = PublishedMemory::create("wsalive-test", 4096);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, EMFILE);
  }
  EXPECT_TRUE(PublishedMemory::create("wsalive-test", 4096));
}

}  // namespace
}  // namespace wsalive::os
