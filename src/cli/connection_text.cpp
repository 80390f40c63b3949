#include "cli/connection_text.hpp"

#include "cli/keepalive_text.hpp"
#include "policy/duration.hpp"

namespace wsalive::cli {

using policy::Millis;

bool is_on(const Connection& connection) {
  return connection.keep_alive && connection.keep_alive->driver != policy::DriverKind::off;
}

std::string values_of(const Connection& connection) {
  if (!connection.keep_alive) return "? " + connection.unknown_because;
  if (!is_on(connection)) return "off";
  return in_short(connection.keep_alive->timing);
}

std::string rough(Millis time) {
  if (time >= Millis{60'000}) time -= time % Millis{1000};
  return policy::format_duration(time);
}

std::string notice_of(const Connection& connection, std::uint32_t retries2) {
  if (connection.socket.state == os::TcpState::listen || !connection.keep_alive) return "-";
  const policy::Noticed noticed = connection.noticed(retries2);
  return noticed.after ? rough(*noticed.after) : "never";
}

}  // namespace wsalive::cli
