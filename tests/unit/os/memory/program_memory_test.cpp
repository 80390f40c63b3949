// Copies from and to a program's pointers (K-26): good ones arrive, bad ones are errors, and a refused
// write has changed nothing.

#include "os/memory/program_memory.hpp"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <memory>
#include <thread>

#include "support/child.hpp"
#include "support/pages.hpp"
#include "support/system_calls.hpp"

namespace wsalive::os {
namespace {

using test::Pages;
constexpr std::size_t kPage = Pages::kSize;

TEST(ProgramMemory, GoodPointersAreCopied) {
  auto from = std::make_unique<int>(42);
  int to = 0;
  EXPECT_TRUE(read_program(from.get(), &to, sizeof to));
  EXPECT_EQ(to, 42);
  EXPECT_TRUE(write_program(from.get(), "\1\0\0\0", 4));
  EXPECT_EQ(*from, 1);
  EXPECT_TRUE(is_writable(from.get(), sizeof *from));
  EXPECT_EQ(*from, 1);
}

TEST(ProgramMemory, BadPointersAreRefused) {  // K-26
  const Pages pages;
  std::array<char, 8> buffer{};
  for (char* bad : {static_cast<char*>(nullptr), reinterpret_cast<char*>(1), pages.at(2 * kPage),
                    pages.at(2 * kPage - 2)}) {
    EXPECT_FALSE(read_program(bad, buffer.data(), 4)) << static_cast<void*>(bad);
    EXPECT_FALSE(write_program(bad, buffer.data(), 4)) << static_cast<void*>(bad);
    EXPECT_FALSE(is_writable(bad, 4)) << static_cast<void*>(bad);
  }
  EXPECT_TRUE(read_program(pages.at(kPage), buffer.data(), 4));
  EXPECT_FALSE(write_program(pages.at(kPage), buffer.data(), 4));
}

TEST(ProgramMemory, ARefusedWriteOverAPageEdgeChangesNothing) {  // K-13, K-26
  const Pages pages;
  std::memset(pages.at(kPage - 2), 'x', 2);
  EXPECT_FALSE(write_program(pages.at(kPage - 2), "abcd", 4));
  EXPECT_EQ(std::memcmp(pages.at(kPage - 2), "xx", 2), 0);
  EXPECT_FALSE(is_writable(pages.at(kPage - 2), 4));
}

TEST(ProgramMemory, OfTwoPiecesEachMustBeWritableHoweverTheyLie) {  // K-26
  const Pages pages;
  char* const good = pages.at(kPage - 16);
  char* const last = reinterpret_cast<char*>(-4L);
  EXPECT_TRUE(are_writable(good, 8, good + 8, 8));
  EXPECT_TRUE(are_writable(good + 8, 8, good, 8));
  EXPECT_TRUE(are_writable(good, 16, good + 8, 8)) << "one within the other";
  EXPECT_TRUE(are_writable(pages.at(0), kPage, good, 8));
  for (char* bad : {pages.at(kPage), good + 12, pages.at(2 * kPage), static_cast<char*>(nullptr),
                    last, pages.at(kPage) - 1}) {
    EXPECT_FALSE(are_writable(good, 8, bad, 8)) << static_cast<void*>(bad);
    EXPECT_FALSE(are_writable(bad, 8, good, 8)) << static_cast<void*>(bad);
  }
  const auto far = std::make_unique<int>(7);
  EXPECT_TRUE(are_writable(far.get(), sizeof *far, good, 8));
  EXPECT_EQ(*far, 7);
}

// The answer is learnt once in a process, so a new one is asked: with a madvise that says yes to everything.
TEST(ProgramMemory, AMadviseThatAgreesToAllIsNotBelieved) {  // K-26
  if (::prctl(PR_GET_SECCOMP) < 0) GTEST_SKIP() << "there is no seccomp here, as under an emulator";
  const pid_t child = test::start_child([] {
    test::deny_system_call(SYS_madvise, 0);
    ::execl(
        "/proc/self/exe", "program_memory", "--gtest_brief=1",
        "--gtest_filter=ProgramMemory.BadPointers*:ProgramMemory.ARefused*:ProgramMemory.OfTwo*",
        nullptr);
    return 99;
  });
  EXPECT_EQ(test::finish_child(child), 0);
}

/// As our exported functions ask: of what a caller's frame holds.
[[gnu::noinline]] bool callee_knows(const void* at, std::size_t size) {
  return is_on_stack(at, size);
}

TEST(ProgramMemory, OnlyTheStackInUseIsKnownToBeGood) {
  int local = 0;
  EXPECT_TRUE(callee_knows(&local, sizeof local));
  const auto heap = std::make_unique<int>(0);
  EXPECT_FALSE(callee_knows(heap.get(), sizeof *heap));
  EXPECT_FALSE(callee_knows(nullptr, 4));
  EXPECT_FALSE(callee_knows(reinterpret_cast<void*>(-2L), 4));
  std::thread{[&] {
    int own = 0;
    EXPECT_TRUE(callee_knows(&own, sizeof own));
    EXPECT_FALSE(callee_knows(&local, sizeof local));
  }}.join();
}

}  // namespace
}  // namespace wsalive::os
