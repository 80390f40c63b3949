#include "path/control.hpp"

#include <cerrno>

#include "os/socket/socket_io.hpp"

namespace wsalive::path {
namespace {

using policy::Millis;

constexpr Millis kPing{400};  // Shorter than the time-out of any path that a search can measure.
constexpr Millis kPatience{10'000};  // For a silent far end.
constexpr int kMostFailures = 4;     // In a row, with pauses that double.
constexpr Millis kFirstPause{500};
constexpr std::size_t kAtOnce = 8;  // Orders in one look: the far end limits their rate.

}  // namespace

void Control::look(Millis now) {
  if (end_) return;
  if (call_) look_at_call(now);
  if (!ready_ && !call_ && !end_ && now >= next_call_) call(now);
  if (!ready_) return;
  read(now);
  if (ready_ && now - heard_ > kPatience) {
    lose(now, {.kind = CallEnd::Kind::failed, .error = ETIMEDOUT});
  }
  if (ready_) send_orders(now);
}

void Control::call(Millis now) {
  call_began_ = now;
  auto begun = FarEndCall::begin(far_end_, PathVerb::control);
  if (!begun) return lose(now, {.kind = CallEnd::Kind::failed, .error = begun.error().code});
  call_.emplace(std::move(*begun));
}

void Control::look_at_call(Millis now) {
  const auto end = call_->look();
  if (!end && now - call_began_ <= kPatience) return;
  FarEndCall call = std::move(*call_);
  call_.reset();
  if (!end) {
    // A server that accepts and sends nothing speaks another protocol, in which the client speaks first.
    const auto kind = call.is_connected() ? CallEnd::Kind::foreign : CallEnd::Kind::failed;
    return lose(now, {.kind = kind, .error = ETIMEDOUT});
  }
  if (end->kind != CallEnd::Kind::done) return lose(now, *end);
  fd_ = call.take();
  lines_ = {};
  ready_ = true;
  failures_ = 0;
  trouble_.reset();
  heard_ = now;
  pinged_ = now;
  for (auto& [id, order] : orders_) order.sent = order.reply.has_value();
}

/// A refusal in words is final, unless the far end is busy; all else is retried.
void Control::lose(Millis now, CallEnd why) {
  ready_ = false;
  fd_.reset();
  const bool is_final = why.kind == CallEnd::Kind::foreign ||
                        (why.kind == CallEnd::Kind::refused &&
                         (why.word == PathWord::no_key || why.word == PathWord::no_meaning));
  trouble_ = why;
  if (is_final || ++failures_ >= kMostFailures) end_ = std::move(why);
  next_call_ = now + kFirstPause * (1LL << failures_);
}

void Control::read(Millis now) {
  const Intake intake = lines_.take_in(fd_.get());
  while (const auto line = lines_.line()) {
    const auto reply = read_reply(*line);
    if (!reply) return lose(now, {.kind = CallEnd::Kind::foreign, .said = *line});
    heard_ = now;
    take_note(*reply);
  }
  if (lines_.is_overlong()) {
    return lose(now, {.kind = CallEnd::Kind::foreign, .said = lines_.rest()});
  }
  if (intake != Intake::open) lose(now, {.kind = CallEnd::Kind::failed, .error = ECONNRESET});
}

void Control::take_note(const PathReply& reply) {
  const auto order = orders_.find(reply.id);
  const bool is_verdict = reply.word == PathWord::answered || reply.word == PathWord::silent ||
                          reply.word == PathWord::reset || reply.word == PathWord::gone;
  if (is_verdict && order != orders_.end()) order->second.reply = reply;
}

void Control::send_orders(Millis now) {
  std::size_t left = kAtOnce;
  for (auto& [id, order] : orders_) {
    if (order.sent || left == 0) continue;
    --left;
    order.sent = send(PathVerb::probe, id);
  }
  while (left > 0 && !drops_.empty()) {
    --left;
    (void)send(PathVerb::drop, drops_.back());
    drops_.pop_back();
  }
  if (now - pinged_ < kPing) return;
  pinged_ = now;
  (void)send(PathVerb::ping, {});
}

/// A line that does not fit breaks the connection, which the next look then finds silent.
bool Control::send(PathVerb verb, const std::string& word) {
  const std::string line = write_line(PathRequest{.verb = verb, .id = word});
  return os::send_bytes(fd_.get(), line.data(), line.size(), os::kDontBlock) ==
         static_cast<long>(line.size());
}

std::optional<PathReply> Control::verdict_on(const std::string& id) {
  const auto order = orders_.find(id);
  if (order == orders_.end() || !order->second.reply) return std::nullopt;
  PathReply reply = *order->second.reply;
  orders_.erase(order);
  return reply;
}

void Control::drop(const std::string& id) {
  orders_.erase(id);
  drops_.push_back(id);
}

}  // namespace wsalive::path
