#include "path/serve/server.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "os/socket/poll.hpp"
#include "os/socket/socket_calls.hpp"
#include "os/socket/socket_io.hpp"
#include "os/tcp/tcp_info.hpp"

namespace wsalive::path::serve {
namespace {

using policy::Millis;
using Stage = Peer::Stage;

constexpr Millis kProbeGlance{20};  // Between two looks at a connection under probe.
constexpr Millis kShortage{1'000};  // The pause in accepting when the system is out of descriptors.
constexpr int kAtOnce = 64;  // Connections to accept before the existing ones get their turn.
constexpr Millis kLongestNap{10'000};

HostKey key_of(const os::SocketAddress& address) {
  const auto endpoint = os::endpoint_of(address);
  HostKey key{};
  if (!endpoint) return key;
  const os::Endpoint plain = os::unmapped(*endpoint);
  const std::size_t octets = std::min(os::address_size(plain.family), key.size());
  std::copy_n(plain.address.begin(), octets, key.begin());
  return key;
}

PathWord word_of(Admit verdict) {
  switch (verdict) {
    case Admit::full:
      return PathWord::no_room;
    case Admit::host_full:
      return PathWord::no_share;
    default:
      return PathWord::no_pace;
  }
}

PathWord word_of(PathSight sight) {
  switch (sight) {
    case PathSight::kept:
      return PathWord::answered;
    case PathSight::silent:
      return PathWord::silent;
    case PathSight::reset:
      return PathWord::reset;
    default:
      return PathWord::gone;
  }
}

/// Without blocking: a peer that does not read is closed at its deadline.
void send_line(int fd, const std::string& line) {
  (void)os::send_bytes(fd, line.data(), line.size(), os::kDontBlock);
}

}  // namespace

Server::Server(std::vector<Listener> listeners, const ServeLimits& limits,
               std::optional<SharedKey> key, const Clock& clock, os::StopSignals& stop)
    : listeners_(std::move(listeners)),
      limits_(limits),
      key_(std::move(key)),
      clock_(clock),
      stop_(stop),
      began_(clock.now()),
      admission_(limits) {}

Millis Server::now() const { return std::chrono::floor<Millis>(clock_.now() - began_); }

void Server::run() {
  while (!stop_.taken()) {
    const Millis now = this->now();
    for (const PeerNumber number : std::exchange(ready_, {})) look(number, now);
    close_late_ones(now);
    if (now >= no_accept_before_) {
      for (const Listener& each : listeners_) accept_from(each, now);
    }
    wait(now);
  }
}

void Server::wait(Millis now) {
  const bool accepts = now >= no_accept_before_;
  Millis until = accepts ? now + std::min(kLongestNap, limits_.session) : no_accept_before_;
  std::vector<os::Watched> watched{{stop_.fd(), os::kReadable}};
  for (const Listener& each : listeners_)
    watched.emplace_back(accepts ? each.fd.get() : -1, os::kReadable);
  const std::size_t first = watched.size();
  std::vector<PeerNumber> numbers;
  for (const auto& [number, peer] : peers_) {
    watched.emplace_back(peer.descriptor(), os::kReadable);
    numbers.push_back(number);
    until = std::min(until, peer.probing ? now + kProbeGlance : peer.deadline);
  }
  (void)os::wait_for(watched.data(), watched.size(), std::max(until - now, Millis{0}));
  for (std::size_t at = 0; at < numbers.size(); ++at) {
    const bool probing = peers_.at(numbers[at]).probing.has_value();
    if (probing || watched[first + at].ready() != 0) ready_.push_back(numbers[at]);
  }
}

void Server::accept_from(const Listener& listener, Millis now) {
  for (int count = 0; count < kAtOnce; ++count) {
    os::SocketAddress from;
    const int made = os::accept_on(listener.fd.get(), os::Blocking::no, &from);
    if (made == -EMFILE || made == -ENFILE || made == -ENOBUFS || made == -ENOMEM) {
      no_accept_before_ = now + kShortage;
      return;
    }
    if (made == -EAGAIN) return;
    if (made < 0) continue;  // Ended before it was accepted.
    admit(Fd{made}, key_of(from), now);
  }
}

void Server::admit(Fd fd, const HostKey& host, Millis now) {
  if (const Admit verdict = admission_.admit(host, now); verdict != Admit::yes) {
    ++counts_.refused;
    send_line(fd.get(), write_line(PathReply{.word = word_of(verdict)}));
    return;
  }
  Peer peer{.host = host, .deadline = now + kRequestPatience};
  peer.nonce = random_digits(kPathIdSize);
  send_line(fd.get(), write_line(PathGreeting{peer.nonce, key_.has_value()}));
  peer.fd = std::move(fd);
  peers_.emplace(next_++, std::move(peer));
}

void Server::look(PeerNumber number, Millis now) {
  const auto at = peers_.find(number);
  if (at == peers_.end()) return;
  Peer& peer = at->second;
  if (peer.probing) return look_at_probing(number, peer, now);
  if (peer.held) return look_at_held(number, peer);
  listen_to(number, peer, now);
}

void Server::listen_to(PeerNumber number, Peer& peer, Millis now) {
  const Intake intake = peer.lines.take_in(peer.fd.get());
  while (peer.fd) {
    const auto line = peer.lines.line();
    if (!line) break;
    if (!obey(number, peer, *line, now)) return;
  }
  if (peer.stage == Stage::held) return;
  if (peer.lines.is_overlong()) {
    refuse(number, PathWord::no_meaning);
  } else if (intake != Intake::open) {
    close(number);
  }
}

bool Server::obey(PeerNumber number, Peer& peer, const std::string& line, Millis now) {
  const auto request = read_request(line);
  if (!request) return refuse(number, PathWord::no_meaning);
  const bool begins = request->verb == PathVerb::hold || request->verb == PathVerb::control;
  if (begins != (peer.stage == Stage::greeted)) return refuse(number, PathWord::no_meaning);
  return begins ? begin(number, peer, *request, now) : order(number, peer, *request, now);
}

/// The first line of a connection.
bool Server::begin(PeerNumber number, Peer& peer, const PathRequest& request, Millis now) {
  const std::string text = text_to_prove({.nonce = peer.nonce, .wants_key = true}, request.verb);
  const bool proved = !peer.nonce.empty() && (!key_ || key_->proves(text, request.proof));
  if (!proved) return refuse(number, PathWord::no_key);
  ++counts_.served;
  peer.session = request.id;
  sessions_[peer.session] = now;
  if (request.verb == PathVerb::control) {
    peer.stage = Stage::control;
    peer.deadline = now + kControlPatience;
    say(peer, {.word = PathWord::ready});
    return true;
  }
  peer.id = random_digits(kPathIdSize);
  peer.stage = Stage::held;
  peer.deadline = now + limits_.longest_hold;
  held_[peer.id] = number;
  say(peer, {.word = PathWord::held, .id = peer.id});
  peer.held.emplace(IdleConnection::adopt(std::move(peer.fd)));
  return true;
}

bool Server::order(PeerNumber number, Peer& peer, const PathRequest& request, Millis now) {
  if (!peer.pace.take(now)) return refuse(number, PathWord::no_pace);
  peer.deadline = now + kControlPatience;
  sessions_[peer.session] = now;
  if (request.verb == PathVerb::ping) {
    say(peer, {.word = PathWord::pong});
    return true;
  }
  const auto known = held_.find(request.id);
  if (known == held_.end()) {
    say(peer, {.word = PathWord::gone, .id = request.id});
  } else if (request.verb == PathVerb::drop) {
    close(known->second, Farewell::reset);
    say(peer, {.word = PathWord::dropped, .id = request.id});
  } else {
    begin_probing(peers_.at(known->second), number);
  }
  return true;
}

void Server::begin_probing(Peer& held, PeerNumber asked_by) {
  held.asked_by = asked_by;
  if (held.probing) return;  // A repeated order: its verdict is pending.
  if (const auto facts = os::tcp_facts(held.held->fd())) held.idle = facts->heard;
  held.probing.emplace(std::move(*held.held), Millis{});
  held.held.reset();
}

void Server::look_at_probing(PeerNumber number, Peer& peer, Millis now) {
  const auto sight = peer.probing->look(now);
  if (!sight) return;
  peer.held.emplace(peer.probing->take());
  peer.probing.reset();
  if (const auto asker = peers_.find(peer.asked_by); asker != peers_.end()) {
    say(asker->second, {.word = word_of(*sight), .id = peer.id, .idle = peer.idle});
  }
  if (*sight != PathSight::kept && *sight != PathSight::silent) close(number);
}

/// A held connection may send nothing.
void Server::look_at_held(PeerNumber number, Peer& peer) {
  const IdleSight sight = peer.held->look();
  if (sight != IdleSight::quiet && sight != IdleSight::answered) close(number);
}

bool Server::refuse(PeerNumber number, PathWord why) {
  ++counts_.refused;
  say(peers_.at(number), {.word = why});
  close(number);
  return false;
}

void Server::say(const Peer& peer, const PathReply& reply) {
  if (peer.fd) send_line(peer.fd.get(), write_line(reply));
}

void Server::close(PeerNumber number, Farewell farewell) {
  const auto at = peers_.find(number);
  if (at == peers_.end()) return;
  Peer& peer = at->second;
  if (!peer.id.empty()) held_.erase(peer.id);
  if (peer.probing) peer.held.emplace(peer.probing->take());
  if (peer.held) peer.held->close(farewell);
  admission_.left(peer.host);
  peers_.erase(at);
}

void Server::close_late_ones(Millis now) {
  for (auto at = peers_.begin(); at != peers_.end();) {
    const auto [number, late] = std::pair{at->first, is_late(at->second, now)};
    ++at;
    if (late) close(number);
  }
  forget_sessions(now);
}

/// Also a held one of a silent session: its client has ended, and its FIN was lost.
bool Server::is_late(const Peer& peer, Millis now) const {
  if (now >= peer.deadline) return true;
  if (peer.stage != Stage::held) return false;
  const auto session = sessions_.find(peer.session);
  return session == sessions_.end() || now - session->second > limits_.session;
}

void Server::forget_sessions(Millis now) {
  std::erase_if(sessions_,
                [&](const auto& entry) { return now - entry.second > limits_.session * 2; });
}

using os::Endpoint;

Result<Listener> listen_at(const Endpoint& at) {
  constexpr int kTcp = 6;
  constexpr int kBacklog = 64;
  const int made = os::create_socket(at.family, os::SocketType::stream, kTcp);
  if (made < 0) return failure(-made, "socket");
  Fd fd{made};
  os::share_with_ended(fd.get(), os::Share::yes);
  if (const int error = os::bind_socket(fd.get(), os::socket_address_of(at)); error != 0) {
    return failure(-error, "bind");
  }
  if (const int error = os::listen_on(fd.get(), kBacklog); error != 0) {
    return failure(-error, "listen");
  }
  (void)os::set_blocking(fd.get(), os::Blocking::no);
  os::SocketAddress name;
  Endpoint given = at;
  if (os::name_of(fd.get(), os::End::own, name) == 0) given.port = name.port();
  return Listener{std::move(fd), given};
}

}  // namespace wsalive::path::serve
