// The protocol between `wsalive path` and `wsalive serve` (docs/serve.md): lines of ASCII that end with a line feed. Anything
// else is refused.
//
//     serve: wsalive-path 1 NONCE open            or ... key
//     path:  hold SESSION PROOF                   a connection to be kept silent
//     serve: held ID
//
//     path:  control SESSION PROOF                another connection, which gives orders
//     serve: ready
//     path:  probe ID  |  drop ID  |  ping
//     serve: answered ID MS  |  silent ID MS  |  reset ID MS  |  gone ID  |  dropped ID  |  pong
//
// Pure layer: text in, values out.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "policy/timeline.hpp"

namespace wsalive::path {

inline constexpr std::uint16_t kServePort = 7350;
/// With its line feed. Longer lines are refused unread.
inline constexpr std::size_t kLongestPathLine = 128;
inline constexpr std::size_t kPathIdSize =
    32;  ///< Hexadecimal digits of an ID, a NONCE and a SESSION.
inline constexpr std::size_t kPathProofSize =
    64;  ///< Hexadecimal digits of a PROOF; "-" without a key.

struct PathGreeting {
  std::string nonce;
  bool wants_key = false;
};

enum class PathVerb : std::uint8_t { hold, control, probe, drop, ping };

struct PathRequest {
  PathVerb verb = PathVerb::ping;
  std::string id{};     ///< The session of hold and control, the ID of probe and drop.
  std::string proof{};  ///< Of hold and control.
};

enum class PathWord : std::uint8_t {
  held,
  ready,
  answered,  ///< The far end's probe was answered.
  silent,    ///< None of its probes was.
  reset,     ///< A reset came in answer.
  gone,      ///< No such connection: it has ended.
  dropped,
  pong,
  no_key,      ///< The key is wrong or missing.
  no_room,     ///< Too many connections in all.
  no_share,    ///< Too many connections of this host.
  no_pace,     ///< Too many in a short time.
  no_meaning,  ///< The line is not one of the protocol.
};

struct PathReply {
  PathWord word = PathWord::no_meaning;
  std::string id{};  ///< Of held, answered, silent, reset, gone, dropped.
  policy::Millis
      idle{};  ///< Of answered, silent, reset: the silence before the first probe, as the far end measured it.
};

[[nodiscard]] constexpr bool is_refusal(PathWord word) noexcept { return word >= PathWord::no_key; }

// Lines without their line feed. nullopt: not a line of the protocol.
[[nodiscard]] std::optional<PathGreeting> read_greeting(std::string_view line);
[[nodiscard]] std::optional<PathRequest> read_request(std::string_view line);
[[nodiscard]] std::optional<PathReply> read_reply(std::string_view line);

// Whole lines, with their line feed.
[[nodiscard]] std::string write_line(const PathGreeting& greeting);
[[nodiscard]] std::string write_line(const PathRequest& request);
[[nodiscard]] std::string write_line(const PathReply& reply);

/// The text of which a proof is the HMAC-SHA256 under the key: binds the connection's nonce to the request.
[[nodiscard]] std::string text_to_prove(const PathGreeting& greeting, PathVerb verb);

}  // namespace wsalive::path
