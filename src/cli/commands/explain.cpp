// wsalive explain: when probes leave, when death is noticed and as what, in words and as a picture.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string>

#include "base/result.hpp"
#include "cli/commands/commands.hpp"
#include "cli/explain/render.hpp"
#include "cli/explain/scene.hpp"
#include "cli/frame/messages.hpp"
#include "cli/frame/option_types.hpp"
#include "cli/frame/refusals.hpp"
#include "cli/frame/timing_options.hpp"
#include "cli/live/live_socket.hpp"
#include "os/file/file.hpp"

namespace wsalive::cli {
namespace {

constexpr const char* kExplaining = "cannot explain";

class ExplainReport final : public Report {
 public:
  ExplainReport(explain::Scene scene, std::string picture)
      : scene_(std::move(scene)), picture_(std::move(picture)) {}

  [[nodiscard]] std::string text(const Page& page) const override {
    std::string text = explain::scene_text(scene_, page);
    if (!picture_.empty()) text += fmt::format("\nPicture: {}\n", picture_);
    return text;
  }
  [[nodiscard]] nlohmann::ordered_json json() const override { return explain::scene_json(scene_); }

 private:
  explain::Scene scene_;
  std::string picture_;
};

class Explain final : public Command {
 public:
  void declare(CLI::App& parser) override {
    parser.add_option("socket", socket_, "A socket that is open now, as wsalive ls shows it")
        ->type_name("PID:FD");
    static_cast<void>(selection_.declare(parser));
    timing_.declare(parser);
    timing_.declare_user_timeout(parser);
    add_time_out(parser, "--path-timeout", wish_.path_timeout,
                 "How long the path remembers an idle connection (350s)");
    add_word_option(parser, "--peer", wish_.peer, {"dead", "answers", "resets", "nat"},
                    "What is at the other end; nat: a path that forgets");
    parser
        .add_option("--compare", wish_.compare,
                    "Side by side: releases, and linux, with commas between them")
        ->delimiter(',')
        ->type_name("LIST");
    parser.add_option("--svg", picture_, "Also draw it into this file")->type_name("FILE");
  }

  Outcome run() override {
    const Fallible<ChosenTiming> chosen = timing_.resolve();
    if (!chosen) return tl::unexpected(chosen.error());
    const bool is_live = !socket_.empty() || selection_.is_given();
    if (is_live && (chosen->anything_asked || chosen->user_timeout || !wish_.compare.empty())) {
      return tl::unexpected(failure_of(Message::conflict, kExplaining, {},
                                       {"a live socket and other settings are asked for at once",
                                        "name the socket alone, or the settings alone"}));
    }
    if (!is_live) say_remarks(*chosen);
    Fallible<explain::Scene> scene = is_live ? live() : explain::make_scene(*chosen, wish_);
    if (!scene) return tl::unexpected(scene.error());
    if (const auto drawn = draw(*scene); !drawn) return tl::unexpected(drawn.error());
    return Answer{std::make_unique<ExplainReport>(std::move(*scene), picture_), 0};
  }

 private:
  Fallible<void> draw(const explain::Scene& scene) const {
    if (picture_.empty()) return {};
    const Status written = os::replace_file(picture_, explain::picture_of(scene));
    if (written) return {};
    return tl::unexpected(not_written("cannot write the picture", picture_, written.error().code));
  }

  Fallible<explain::Scene> live() const {
    if (selection_.is_given() && !socket_.empty()) {
      return tl::unexpected(failure_of(
          Message::conflict, kExplaining, {},
          {"a socket is named and others are chosen", "name PID:FD alone, or choose alone"}));
    }
    if (selection_.is_given()) {
      const Fallible<Connections> only = only_socket(selection_);
      if (!only) return tl::unexpected(only.error());
      return explain::live_scene(*only, wish_);
    }
    const auto name = SocketTarget::parse(socket_);
    if (!name || !name->fd) {
      return tl::unexpected(failure_of(Message::no_socket_name, kExplaining, {},
                                       {fmt::format("'{}' is no PID:FD", socket_)}));
    }
    const Fallible<Connections> socket = socket_named(*name);
    if (!socket) return tl::unexpected(socket.error());
    return explain::live_scene(*socket, wish_);
  }

  std::string socket_;
  Selection selection_;
  TimingOptions timing_;
  explain::Wish wish_;
  std::string picture_;
};

}  // namespace

std::unique_ptr<Command> make_explain() { return std::make_unique<Explain>(); }

}  // namespace wsalive::cli
