#include "engine/close_cause.hpp"

#include <cerrno>

namespace wsalive::engine {
namespace {

// Nothing unacknowledged, nothing unsent, and probes without an answer: only keep-alive ends a
// connection so. tcpi_unacked and tcpi_backoff are cleared at the end in every case and say nothing.
bool only_probes_were_unanswered(Host& host, int fd) noexcept {
  const auto left = host.unacknowledged_bytes(fd);
  if (!left || *left != 0) return false;
  const auto facts = host.facts(fd);
  return facts && facts->probes > 0;
}

}  // namespace

CloseCause close_cause_from_records(Host& host, int fd, int error) noexcept {
  switch (error) {
    case ETIMEDOUT:
      return only_probes_were_unanswered(host, fd) ? CloseCause::keep_alive
                                                   : CloseCause::retransmission;
    case EHOSTUNREACH:
    case ENETUNREACH:
      return CloseCause::retransmission;
    case ECONNRESET:
      return CloseCause::reset;
    default:
      return CloseCause::none;
  }
}

}  // namespace wsalive::engine
