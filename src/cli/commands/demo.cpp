// wsalive demo: what `make demo` runs. The demo is a program of its own, in the folder for those that nobody starts
// by hand; this command becomes it.

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "cli/commands/commands.hpp"
#include "cli/frame/messages.hpp"

namespace wsalive::cli {
namespace {

namespace fs = std::filesystem;

/// Where it is installed, or in the build tree; empty: not there.
std::string demo_program() {
  std::error_code trouble;
  const fs::path folder = fs::read_symlink("/proc/self/exe", trouble).parent_path();
  for (const char* place : {WSALIVE_DEMO_FROM_BIN, "../demo"}) {
    const fs::path program = folder / place / "wsalive-demo";
    if (::access(program.c_str(), X_OK) == 0) return fs::weakly_canonical(program, trouble);
  }
  return {};
}

class Demo final : public Command {
 public:
  void declare(CLI::App& parser) override {
    parser.add_option("--svg", picture_, "Write a picture of what happened")->type_name("FILE");
  }

  Outcome run() override {
    std::string program = demo_program();
    if (program.empty()) {
      return tl::unexpected(failure_of(Message::no_demo, kPlaying));
    }
    std::vector<char*> words{program.data()};
    std::string option = "--svg";
    if (!picture_.empty()) words.insert(words.end(), {option.data(), picture_.data()});
    words.push_back(nullptr);
    ::execv(program.c_str(), words.data());
    return tl::unexpected(
        failure_of(Message::system_refused, kPlaying, {}, {::strerrordesc_np(errno)}));
  }

 private:
  static constexpr const char* kPlaying = "cannot play the demo";

  std::string picture_;
};

}  // namespace

std::unique_ptr<Command> make_demo() { return std::make_unique<Demo>(); }

}  // namespace wsalive::cli
