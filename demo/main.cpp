// The demo: wsalive-demo CLIENT_PROGRAM [PICTURE.svg]
//
// Plays the main job on made-up hosts and judges it against the prediction. Exit status 0: as
// predicted; 1: not as predicted; 2: it could not be played.

#include <fmt/format.h>

#include <cstdio>
#include <cstring>
#include <fstream>

#include "picture.hpp"
#include "stage.hpp"
#include "verdict.hpp"

namespace wsalive::demo {
namespace {

constexpr std::chrono::seconds kAtMost{28};
constexpr std::chrono::milliseconds kEcho{200};  // For what is still on the wire at the end.

enum Exit : int { as_predicted = 0, not_as_predicted = 1, not_played = 2 };

int give_up(const std::string& why) {
  fmt::print(stderr, "wsalive demo: {}\n", why);
  return not_played;
}

os::Setup<std::unique_ptr<Stage>> set_up(const std::string& program) {
  const Status own = os::enter_private_namespaces();
  if (own) return Stage::with_firewall(program);
  fmt::print(
      "\n  Namespaces are denied here: {}: {}.\n"
      "  So there is no firewall and no wire to watch; on loopback, parts 1 and 3 of the demo:\n"
      "  a connection that dies in silence, and one whose death is noticed.\n",
      own.error().attempt, std::strerror(own.error().code));
  return Stage::on_loopback(program);
}

os::Setup<void> play(Stage& stage, LiveView& view) {
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

int run(const std::string& program, const char* picture) {
  const os::Setup<std::unique_ptr<Stage>> stage = set_up(program);
  if (!stage) return give_up(stage.error());
  const Setting setting = (*stage)->has_firewall() ? Setting::firewall : Setting::loopback;
  const Ink ink = Ink::of_stdout();
  LiveView view{setting, ink};
  view.open();
  if (const auto played = play(**stage, view); !played) return give_up(played.error());

  const Verdict verdict = judge((*stage)->record(), setting);
  print_verdict(verdict, setting, ink);
  if (picture && setting == Setting::firewall) {
    std::ofstream{picture} << draw((*stage)->record());
    fmt::print("    {}\n\n", ink(os::Tone::faint, fmt::format("Picture: {}", picture)));
  }
  return verdict.wrong.empty() ? as_predicted : not_as_predicted;
}

}  // namespace
}  // namespace wsalive::demo

int main(int argc, char** argv) {
  if (argc != 2 && argc != 3) {
    return wsalive::demo::give_up("usage: wsalive-demo CLIENT_PROGRAM [PICTURE.svg]");
  }
  return wsalive::demo::run(argv[1], argc == 3 ? argv[2] : nullptr);
}
