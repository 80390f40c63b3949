// wsalive serve: the far end of `wsalive path`.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <optional>
#include <string>

#include "cli/commands/commands.hpp"
#include "cli/frame/messages.hpp"
#include "cli/frame/option_types.hpp"
#include "cli/frame/out.hpp"
#include "cli/path/far_end.hpp"
#include "cli/serve/listen_addresses.hpp"
#include "os/clock.hpp"
#include "os/file/descriptor.hpp"
#include "path/serve/server.hpp"

namespace wsalive::cli {
namespace {

using policy::Millis;

constexpr std::size_t kFewestHeld = 16;
constexpr std::size_t kMostHeld = 10'000;

class Serve final : public Command {
 public:
  void declare(CLI::App& parser) override {
    parser.add_option("--listen", where_, "PORT, ADDRESS or ADDRESS:PORT (7350, every address)")
        ->type_name("WHERE");
    parser.add_option("--key-file", key_file_, "Serve only who has the same file")
        ->type_name("FILE");
    add_count(parser, "--connections", limits_.connections, {kFewestHeld, kMostHeld},
              "Most at the same time, a quarter for one host (256)");
    add_duration(parser, "--hold", hold_, "Longest time that one is held (3h)");
    parser.add_flag("--quiet", quiet_, "Say nothing");
  }

  Outcome run() override {
    constexpr Millis kShortest{1'000};
    if (hold_ && *hold_ < kShortest) {
      return tl::unexpected(failure_of(Message::out_of_range, "cannot hold connections for",
                                       policy::format_duration(*hold_),
                                       {"--hold takes 1s or more", "the default is 3h"}));
    }
    limits_.longest_hold = hold_.value_or(limits_.longest_hold);
    std::optional<path::SharedKey> key;
    if (!key_file_.empty()) {
      auto read = path_command::read_key(key_file_);
      if (!read) return tl::unexpected(read.error());
      key.emplace(std::move(*read));
    }
    auto listeners = serve::open_listeners(where_);
    if (!listeners) return tl::unexpected(listeners.error());
    // Those that are refused need one as well, for a moment.
    constexpr std::size_t kOthers = 64;
    (void)os::raise_descriptor_limit(limits_.connections + kOthers);
    os::StopSignals stop;
    announce(serve::names_of(*listeners), key.has_value());
    path::serve::Server server{std::move(*listeners), limits_, std::move(key),
                               os::monotonic_clock(), stop};
    server.run();
    if (!quiet_) {
      say(fmt::format("wsalive serve: ended; {} connections served, {} refused",
                      server.counts().served, server.counts().refused));
    }
    return Answer{};
  }

 private:
  void announce(const std::string& where, bool has_key) const {
    if (quiet_) return;
    say(fmt::format(
        "wsalive serve: listening on {}; {}; at most {} connections, {} to a host, each for {}",
        where, has_key ? "only for those with the key" : "for anybody (--key-file: not so)",
        limits_.connections, limits_.per_host(), policy::format_duration(limits_.longest_hold)));
  }

  std::string where_ = std::to_string(path::kServePort);
  std::string key_file_;
  path::ServeLimits limits_;
  std::optional<Millis> hold_;
  bool quiet_ = false;
};

}  // namespace

std::unique_ptr<Command> make_serve() { return std::make_unique<Serve>(); }

}  // namespace wsalive::cli
