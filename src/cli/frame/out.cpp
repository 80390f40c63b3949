#include "cli/frame/out.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <string>

#include "base/utf8.hpp"
#include "drawing/coloured_text.hpp"
#include "os/process/signals.hpp"

namespace wsalive::cli {
namespace {

constexpr std::array<std::string_view, 2> kLayout{"\n", "\t"};

bool put(std::FILE* file, std::string_view text) {
  const os::NoSignal quiet{SIGXFSZ};  // A file that may not grow is said, as a full disk is.
  const bool written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
  return std::fflush(file) == 0 && written;
}

}  // namespace

void say(std::string_view line) { (void)put(stderr, printable(line) + '\n'); }

void say_lines(std::string_view lines) { (void)put(stderr, printable(lines, kLayout)); }

void say_out_of_memory() noexcept {
  for (const std::string_view part :
       {std::string_view{"wsalive: "}, kNoMemory, std::string_view{"\n"}})
    std::fwrite(part.data(), 1, part.size(), stderr);
}

void say_over(std::string_view line) { (void)put(stderr, '\r' + printable(line) + "\033[K"); }

bool write_report(std::string_view report) {
  constexpr auto kKept = [] {
    std::array<std::string_view, kLayout.size() + drawing::kColourSequences.size()> kept{};
    auto at = std::copy(kLayout.begin(), kLayout.end(), kept.begin());
    std::copy(drawing::kColourSequences.begin(), drawing::kColourSequences.end(), at);
    return kept;
  }();
  const std::size_t allowed =
      drawing::ColouredText::of_stdout().colours() ? kKept.size() : kLayout.size();
  return put(stdout, printable(report, std::span{kKept}.first(allowed)));
}

}  // namespace wsalive::cli
