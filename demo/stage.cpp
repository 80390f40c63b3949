#include "stage.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <cstring>

namespace wsalive::demo {
namespace {

using lab::Setup;
using lab::Wiring;

Setup<lab::Capture> watch(const lab::NetworkNamespace& host, std::string_view interface) {
  const lab::Visit visit{host};
  Result<lab::Capture> capture = lab::Capture::start(interface);
  if (capture) return std::move(*capture);
  return tl::unexpected(
      fmt::format("{}: {}", capture.error().attempt, std::strerror(capture.error().code)));
}

Setup<void> take(lab::Capture& capture, std::vector<lab::Segment>& into) {
  Result<std::vector<lab::Segment>> more = capture.take();
  if (!more) {
    return tl::unexpected(
        fmt::format("{}: {}", more.error().attempt, std::strerror(more.error().code)));
  }
  into.insert(into.end(), more->begin(), more->end());
  return {};
}

}  // namespace

Setup<Wires> lay_wires() {
  Setup<lab::Network> network = lab::Network::make(lab::Shape::through_firewall);
  if (!network) return tl::unexpected(network.error());
  const Setup<void> forgets = network->forget_after(kFirewallForgetsAfter);
  if (!forgets) return tl::unexpected(forgets.error());
  Setup<lab::Capture> inside = watch(network->client(), Wiring::client_interface);
  if (!inside) return tl::unexpected(inside.error());
  Setup<lab::Capture> outside = watch(network->server(), Wiring::server_interface);
  if (!outside) return tl::unexpected(outside.error());
  return Wires{std::move(*network), std::move(*inside), std::move(*outside)};
}

Setup<std::unique_ptr<Stage>> Stage::with_firewall(const std::string& program, Wires wires) {
  std::unique_ptr<Stage> stage{new Stage};
  stage->wires_.emplace(std::move(wires));
  const lab::Network& network = stage->wires_->network;
  const auto ready = Server::start(&network.server(), Wiring::server_v4)
                         .and_then([&](std::unique_ptr<Server> made) -> Setup<void> {
                           stage->server_ = std::move(made);
                           const lab::Visit visit{network.client()};
                           return stage->start_clients(program, Wiring::server_v4);
                         });
  if (!ready) return tl::unexpected(ready.error());
  return stage;
}

Setup<std::unique_ptr<Stage>> Stage::on_loopback(const std::string& program) {
  std::unique_ptr<Stage> stage{new Stage};
  const auto ready = Server::start(nullptr, "127.0.0.1")
                         .and_then([&](std::unique_ptr<Server> made) -> Setup<void> {
                           stage->server_ = std::move(made);
                           return stage->start_clients(program, "127.0.0.1");
                         });
  if (!ready) return tl::unexpected(ready.error());
  return stage;
}

Setup<void> Stage::start_clients(const std::string& program, std::string_view address) {
  for (const Lane lane : kLanes) {
    // Nothing can forget the second connection on loopback, so its idle time would show nothing.
    const bool short_idle = !has_firewall() && lane == Lane::kept;
    std::vector<std::string> words{program, std::string{address},
                                   std::to_string(server_->port(lane)),
                                   std::to_string(short_idle ? 100 : kIdle.count())};
    if (lane == Lane::kept) {
      words.push_back(std::to_string(kAsked.idle.count()));
      words.push_back(std::to_string(kAsked.interval.count()));
    }
    Setup<Child> child = Child::start(words);
    if (!child) return tl::unexpected(child.error());
    clients_[index_of(lane)].emplace(std::move(*child));
  }
  return {};
}

bool Stage::over() const noexcept {
  return clients_[0] && clients_[0]->ended() && clients_[1] && clients_[1]->ended();
}

Setup<void> Stage::step() {
  constexpr int kStepMs = 20;
  std::array<pollfd, 2> wait{};
  for (std::size_t i = 0; i < 2; ++i) wait[i] = {clients_[i]->output(), POLLIN, 0};
  ::poll(wait.data(), wait.size(), kStepMs);
  read_clients();
  if (!has_firewall()) note_answers();
  return read_wires().and_then([&] { return play_own_part(); });
}

void Stage::read_clients() {
  for (const Lane lane : kLanes) {
    for (const Line& line : clients_[index_of(lane)]->lines()) note(lane, line);
  }
}

/// The program's lines that matter: "waiting", and "CALL: error NUMBER NAME".
void Stage::note(Lane lane, const Line& line) {
  constexpr std::string_view kError = ": error ";
  if (line.text == "waiting" && lane == Lane::kept) kept_waits_ = true;
  if (line.text.find(kError) == std::string::npos) return;
  record_.notes.push_back({.at = line.at,
                           .lane = lane,
                           .kind = Kind::told,
                           .text = line.text.substr(line.text.rfind(' ') + 1)});
}

Setup<void> Stage::read_wires() {
  if (!has_firewall()) return {};
  return take(wires_->outside, record_.outside).and_then([&] {
    return take(wires_->inside, record_.inside);
  });
}

Setup<void> Stage::play_own_part() {
  if (!has_firewall()) play_firewall();
  if (record_.cut || !kept_waits_) return {};
  if (has_firewall() && !(clients_[0]->ended() && amid_silence())) return {};
  return cut();
}

/// Well away from any probe, so that each is either before the cut or after it.
bool Stage::amid_silence() const {
  const auto last = last_sign_of_life(record_, Lane::kept);
  const auto silence = now() - last.value_or(now());
  return silence > kAsked.idle / 4 && silence < kAsked.idle / 2;
}

Setup<void> Stage::cut() {
  if (has_firewall()) {
    if (Setup<void> done = wires_->network.cut_cable(); !done) return done;
  } else if (!server_->deafen(Lane::kept)) {
    return tl::unexpected(std::string{"cannot silence the server's socket"});
  }
  record_.cut = now();
  record_.notes.push_back({.at = *record_.cut, .lane = Lane::kept, .kind = Kind::cut});
  return {};
}

void Stage::play_firewall() {
  const Instant heard = server_->answered_at(Lane::plain);
  if (forgotten_ || heard == Instant{} || now() - heard < kFirewallForgetsAfter) return;
  forgotten_ = server_->deafen(Lane::plain);
  if (!forgotten_) return;
  record_.notes.push_back({.at = now(), .lane = Lane::plain, .kind = Kind::forgotten});
}

/// Without a capture, what the server says must do.
void Stage::note_answers() {
  for (const Lane lane : kLanes) {
    const Instant at = server_->answered_at(lane);
    if (at == noted_[index_of(lane)]) continue;
    noted_[index_of(lane)] = at;
    record_.notes.push_back(
        {.at = at, .lane = lane, .kind = Kind::question_answered, .answered_at = at});
  }
}

}  // namespace wsalive::demo
