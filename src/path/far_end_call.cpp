#include "path/far_end_call.hpp"

#include <cerrno>

#include "os/socket/poll.hpp"
#include "os/socket/socket_calls.hpp"
#include "os/socket/socket_io.hpp"
#include "path/idle_connection.hpp"

namespace wsalive::path {
namespace {

CallEnd failed(int error) { return {.kind = CallEnd::Kind::failed, .error = error}; }

CallEnd foreign(std::string said) {
  return {.kind = CallEnd::Kind::foreign, .said = std::move(said)};
}

}  // namespace

Result<FarEndCall> FarEndCall::begin(const FarEnd& far_end, PathVerb verb) {
  constexpr int kTcp = 6;
  const int made = os::create_socket(far_end.endpoint.family, os::SocketType::stream, kTcp);
  if (made < 0) return failure(-made, "socket");
  Fd fd{made};
  if (const int error = os::set_blocking(fd.get(), os::Blocking::no); error != 0) {
    return failure(-error, "fcntl O_NONBLOCK");
  }
  const int error = os::connect_socket(fd.get(), os::socket_address_of(far_end.endpoint));
  if (error != 0 && error != -EINPROGRESS) return failure(-error, "connect");
  return FarEndCall{std::move(fd), far_end, verb};
}

std::optional<CallEnd> FarEndCall::look() {
  if (stage_ == Stage::connecting) {
    os::Watched watched{fd_.get(), os::kWritable};
    if (os::wait_for(&watched, 1, std::chrono::nanoseconds{0}) <= 0) return std::nullopt;
    if (const int error = os::take_pending_error(fd_.get()); error != 0) return failed(error);
    stage_ = Stage::awaits_greeting;
  }
  const Intake intake = lines_.take_in(fd_.get());
  while (const auto line = lines_.line()) {
    if (auto end = read(*line)) return end;
  }
  if (lines_.is_overlong()) return foreign(lines_.rest());
  if (intake == Intake::open) return std::nullopt;
  return lines_.rest().empty() ? failed(ECONNRESET) : foreign(lines_.rest());
}

std::optional<CallEnd> FarEndCall::read(const std::string& line) {
  const auto reply = read_reply(line);
  if (reply && is_refusal(reply->word)) {
    return CallEnd{.kind = CallEnd::Kind::refused, .word = reply->word};
  }
  if (stage_ == Stage::awaits_greeting) {
    const auto greeting = read_greeting(line);
    return greeting ? ask(*greeting) : foreign(line);
  }
  const PathWord wanted = verb_ == PathVerb::hold ? PathWord::held : PathWord::ready;
  if (!reply || reply->word != wanted) return foreign(line);
  return CallEnd{.kind = CallEnd::Kind::done, .word = reply->word, .id = reply->id};
}

std::optional<CallEnd> FarEndCall::ask(const PathGreeting& greeting) {
  if (greeting.wants_key && !far_end_->key) {
    return CallEnd{.kind = CallEnd::Kind::refused, .word = PathWord::no_key};
  }
  const std::string proof =
      greeting.wants_key ? far_end_->key->proof_of(text_to_prove(greeting, verb_)) : "-";
  const std::string line = write_line(PathRequest{verb_, far_end_->session, proof});
  const long sent = os::send_bytes(fd_.get(), line.data(), line.size(), os::kDontBlock);
  if (sent != static_cast<long>(line.size()))
    return failed(sent < 0 ? static_cast<int>(-sent) : EPIPE);
  stage_ = Stage::awaits_reply;
  return std::nullopt;
}

Result<Opening> Opening::begin(const FarEnd& far_end, bool served) {
  if (served) {
    auto call = FarEndCall::begin(far_end, PathVerb::hold);
    if (!call) return tl::unexpected(call.error());
    return Opening{std::move(*call)};
  }
  auto plain = IdleConnection::begin(far_end.endpoint);
  if (!plain) return tl::unexpected(plain.error());
  return Opening{std::move(*plain)};
}

Opening::State Opening::look() {
  if (auto* const plain = std::get_if<IdleConnection>(&way_)) {
    const IdleSight sight = plain->look();
    if (sight == IdleSight::quiet) return State::under_way;
    error_ = plain->error();
    return sight == IdleSight::connected ? State::made : State::refused;
  }
  const auto end = std::get<FarEndCall>(way_).look();
  if (!end) return State::under_way;
  id_ = end->id;
  error_ = end->error;
  return end->kind == CallEnd::Kind::done ? State::made : State::refused;
}

Waiting Opening::take() {
  if (auto* const plain = std::get_if<IdleConnection>(&way_)) return {std::move(*plain), {}};
  return {IdleConnection::adopt(std::get<FarEndCall>(way_).take()), id_};
}

}  // namespace wsalive::path
