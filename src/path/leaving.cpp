#include "path/leaving.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "os/socket/socket_calls.hpp"

namespace wsalive::path {
namespace {

using policy::Millis;

constexpr Millis kEndPatience{1'000};  // The kernel retransmits a FIN after about 200 ms.

}  // namespace

void Leaving::take(Waiting waiting, PathSight sight, Millis now, Millis round_trip) {
  if (control_) control_->drop(waiting.id);
  if (sight == PathSight::reset || sight == PathSight::cut_short) return count(News::reset);
  if (!waiting.connection.finish()) {  // It no longer exists.
    waiting.connection.close(Farewell::reset);
    return count(News::untold);
  }
  going_.push_back({std::move(waiting.connection), now + std::max(kEndPatience, round_trip * 3)});
}

void Leaving::look(Millis now) {
  std::erase_if(going_, [&](Going& going) {
    const News news = news_of(going, now);
    if (news == News::none) return false;
    count(news);
    going.connection.close(news == News::told ? Farewell::finish : Farewell::reset);
    return true;
  });
}

Leaving::News Leaving::news_of(const Going& going, Millis now) noexcept {
  switch (os::tcp_state(going.connection.fd())) {
    case os::TcpState::fin_wait2:
    case os::TcpState::time_wait:
    case os::TcpState::last_ack:  // The far end has closed it first.
      return News::told;
    case os::TcpState::close: {
      const int error = os::take_pending_error(going.connection.fd());
      if (error == 0) return News::told;  // Both FINs are acknowledged.
      return error == ECONNRESET || error == EPIPE ? News::reset : News::untold;
    }
    default:
      return now >= going.until ? News::untold : News::none;
  }
}

void Leaving::count(News news) noexcept {
  if (news == News::told) ++counted_.told;
  if (news == News::reset) ++counted_.reset;
  if (news == News::untold) ++counted_.untold;
}

Farewells Leaving::farewells() const noexcept {
  const bool are_ordered = control_ && control_->is_ready() && control_->is_idle();
  if (!are_ordered) return counted_;
  return {.told = counted_.told + counted_.untold + counted_.reset};
}

}  // namespace wsalive::path
