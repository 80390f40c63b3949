// main() of the C++ tests: GoogleTest, and a record of every skip with its reason.
//
// A skip is a result. Each one is printed by GoogleTest and written to
// $WSALIVE_BUILD/skips/<test>[.<shard>], one line `<test> <suite.case>: <reason>`; tools/check-skips compares
// the lines with tests/allowed-skips.txt.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace {

std::string environment(const char* name) {
  const char* const value = std::getenv(name);
  return value ? value : "";
}

class SkipRecorder : public testing::EmptyTestEventListener {
 public:
  void OnTestProgramStart(const testing::UnitTest& /*tests*/) override {
    if (!path_.empty()) std::filesystem::remove(path_);
  }

  void OnTestEnd(const testing::TestInfo& info) override {
    if (path_.empty() || !info.result()->Skipped()) return;
    std::filesystem::create_directories(path_.parent_path());
    std::ofstream{path_, std::ios::app} << environment("WSALIVE_TEST_NAME") << ' '
                                        << info.test_suite_name() << '.' << info.name() << ": "
                                        << reason(info) << '\n';
  }

 private:
  static std::string reason(const testing::TestInfo& info) {
    for (int i = 0; i < info.result()->total_part_count(); ++i) {
      const testing::TestPartResult& part = info.result()->GetTestPartResult(i);
      if (part.skipped()) return part.message();
    }
    return "no reason given";
  }

  static std::filesystem::path record() {
    const std::string build = environment("WSALIVE_BUILD");
    const std::string name = environment("WSALIVE_TEST_NAME");
    if (build.empty() || name.empty()) return {};
    const std::string shard = environment("GTEST_SHARD_INDEX");
    return std::filesystem::path{build} / "skips" / (shard.empty() ? name : name + '.' + shard);
  }

  std::filesystem::path path_ = record();
};

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  testing::UnitTest::GetInstance()->listeners().Append(new SkipRecorder);
  return RUN_ALL_TESTS();
}
