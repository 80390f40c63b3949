#include "path/opening.hpp"

namespace wsalive::path {

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
