// A Winsock program's connection on a made-up network, watched at its own plug. The fixtures with
// their networks are in private_network.hpp. The registry is a file of the test's own, so that the releases' default timing can be
// scaled down to seconds.
#pragma once

#include <gtest/gtest.h>
#include <winsock2.h>

#include <optional>
#include <string>
#include <vector>

#include "lab/capture.hpp"
#include "support/plain_socket.hpp"
#include "support/private_network.hpp"
#include "support/temp_folder.hpp"
#include "support/wire_timeline.hpp"

namespace wsalive::test {

/// Values below Tcpip\Parameters; absent where nullopt.
struct Stored {
  std::optional<DWORD> keep_alive_time{};
  std::optional<DWORD> keep_alive_interval{};
  std::optional<DWORD> data_retransmissions{};
  std::optional<DWORD> pptp_data_retransmissions{};
};

/// A started Winsock of one release with these registry values; the environment is put back at the
/// end.
class StartedFromStore {
 public:
  StartedFromStore(const std::string& release, const Stored& stored);
  ~StartedFromStore();
  StartedFromStore(const StartedFromStore&) = delete;
  StartedFromStore& operator=(const StartedFromStore&) = delete;

 private:
  TempFolder folder_;
};

/// One connection: our SOCKET on the client, the kernel's own socket on the server.
class WireTalk {
 public:
  /// Connects; the capture begins before the first segment. `server_buffer`: 0 is the default.
  explicit WireTalk(const lab::Network& network, int server_buffer = 0);
  ~WireTalk();
  WireTalk(const WireTalk&) = delete;
  WireTalk& operator=(const WireTalk&) = delete;

  [[nodiscard]] SOCKET client() const { return client_; }
  PlainSocket& server() { return server_; }

  /// SO_KEEPALIVE on. The instant is when the call returned.
  Instant switch_on();
  /// SIO_KEEPALIVE_VALS {1, time, interval}.
  Instant set_values(DWORD time_ms, DWORD interval_ms);

  /// How far captured instants may be off: what the read-back promises (K-96), and what a stalled host
  /// adds.
  [[nodiscard]] Tolerance tolerance() const;

  /// Sends; what WSAGetLastError says if that fails, 0 otherwise.
  int send(const std::string& octets);
  /// Blocks in recv; what WSAGetLastError says, 0 for an orderly end, -1 for data.
  int receive();
  /// FIONBIO.
  void never_block();

  /// All segments of the connection so far.
  std::vector<lab::Event> story();
  std::string told();

 private:
  WireTalk(const lab::Network& network, const PlainSocket& listener);

  lab::Capture capture_;
  SOCKET client_;
  PlainSocket server_;
  std::uint16_t port_;
  std::vector<lab::Segment> seen_;
};

/// The clock of the capture.
[[nodiscard]] Instant wire_now();

}  // namespace wsalive::test
