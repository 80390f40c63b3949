// The demo: wsalive-demo [--svg FILE] [--client PROGRAM]. The client stands beside it unless another one is named.
// `wsalive demo` and `make demo` both start it.
//
// Plays the main job on made-up hosts and judges it against the prediction. Exit status 0: as
// predicted; 1: not as predicted; 2: the command line was not understood; 7: it could not be played.

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

#include "picture.hpp"
#include "stage.hpp"
#include "verdict.hpp"

namespace wsalive::demo {
namespace {

constexpr std::chrono::seconds kAtMost{28};
constexpr std::chrono::milliseconds kEcho{200};  // For what is still on the wire at the end.

// As src/cli/frame/failure.hpp has them.
enum Exit : int { as_predicted = 0, not_as_predicted = 1, usage = 2, not_played = 7 };

int give_up(const std::string& why) {
  fmt::print(stderr, "wsalive demo: {}\n", why);
  return not_played;
}

/// What another program said goes over several lines.
std::string in_one_line(std::string text) {
  text.resize(std::min(text.size(), text.find('\n')));
  return text;
}

lab::Setup<std::unique_ptr<Stage>> set_up(const std::string& program) {
  std::string missing;
  if (const Status own = lab::enter_private_namespaces(); !own) {
    missing = fmt::format("Namespaces are denied here: {}: {}", own.error().attempt,
                          std::strerror(own.error().code));
  } else if (lab::Setup<Wires> wires = lay_wires()) {
    return Stage::with_firewall(program, std::move(*wires));
  } else {
    missing = "No network with a firewall can be made here: " + in_one_line(wires.error());
  }
  fmt::print(
      "\n  {}.\n"
      "  So there is no firewall and no wire to watch; on loopback, parts 1 and 3 of the demo:\n"
      "  a connection that dies in silence, and one whose death is noticed.\n",
      missing);
  return Stage::on_loopback(program);
}

lab::Setup<void> play(Stage& stage, LiveView& view) {
  const Instant deadline = now() + kAtMost;
  std::optional<Instant> curtain;
  while (now() < curtain.value_or(deadline)) {
    if (auto stepped = stage.step(); !stepped) return stepped;
    if (stage.over() && !curtain) curtain = now() + kEcho;
    view.show(stage.record(), now());
  }
  view.close(stage.record(), now());
  return {};
}

struct Words {
  std::string client;
  std::string picture;  ///< Empty: none.
};

/// nullopt where the words are not understood.
std::optional<Words> read(int argc, char** argv) {
  Words words;
  for (int at = 1; at < argc; at += 2) {
    const std::string_view word = argv[at];
    if (at + 1 == argc || (word != "--svg" && word != "--client")) return std::nullopt;
    (word == "--svg" ? words.picture : words.client) = argv[at + 1];
  }
  if (!words.client.empty()) return words;
  std::error_code trouble;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", trouble);
  words.client = (self.parent_path() / "keepalive_client").string();
  return words;
}

/// Before anything is played: reports a picture that cannot be written at once.
bool is_writable(const std::string& picture) {
  return picture.empty() || std::ofstream{picture, std::ios::app}.good();
}

int run(const Words& words) {
  const lab::Setup<std::unique_ptr<Stage>> stage = set_up(words.client);
  if (!stage) return give_up(stage.error());
  const Setting setting = (*stage)->has_firewall() ? Setting::firewall : Setting::loopback;
  if (setting == Setting::firewall && !is_writable(words.picture)) {
    return give_up(fmt::format(
        "cannot write the picture {}: {}; name a file in a folder that you may write to",
        words.picture, std::strerror(errno)));
  }
  const ColouredText coloured = ColouredText::of_stdout();
  LiveView view{setting, coloured};
  view.open();
  if (const auto played = play(**stage, view); !played) return give_up(played.error());

  const Verdict verdict = judge((*stage)->record(), setting);
  print_verdict(verdict, setting, coloured);
  if (!words.picture.empty() && setting == Setting::firewall) {
    std::ofstream{words.picture} << draw((*stage)->record());
    fmt::print("    {}\n\n",
               coloured(drawing::Tone::faint, fmt::format("Picture: {}", words.picture)));
  }
  return verdict.wrong.empty() ? as_predicted : not_as_predicted;
}

}  // namespace
}  // namespace wsalive::demo

int main(int argc, char** argv) {
  const auto words = wsalive::demo::read(argc, argv);
  if (!words) {
    fmt::print(stderr, "usage: wsalive-demo [--svg FILE] [--client PROGRAM]\n");
    return wsalive::demo::usage;
  }
  return wsalive::demo::run(*words);
}
