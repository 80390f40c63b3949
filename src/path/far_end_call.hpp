// One new connection to `wsalive serve`, up to its first reply: connect, greeting, request. Nothing blocks: `look` makes
// progress as far as possible.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "base/owned.hpp"
#include "base/result.hpp"
#include "os/socket/address.hpp"
#include "path/idle_connection.hpp"
#include "path/plan/protocol.hpp"
#include "path/protocol_io.hpp"

namespace wsalive::path {

/// Where to connect.
struct FarEnd {
  os::Endpoint endpoint;
  std::optional<SharedKey> key;
  std::string session{};  ///< Identifies the connections of one search; unguessable.
};

/// The outcome of a call.
struct CallEnd {
  enum class Kind : std::uint8_t {
    done,     ///< held or ready; `take` gives the connection.
    refused,  ///< In words: `word`.
    foreign,  ///< The server speaks another protocol: `said`.
    failed,   ///< `error` has the errno.
  };
  Kind kind = Kind::failed;
  PathWord word = PathWord::no_meaning;
  std::string id{};  ///< Of the held connection.
  std::string said{};
  int error = 0;
};

class FarEndCall {
 public:
  /// \param verb  hold or control. Errors: those of socket and connect.
  [[nodiscard]] static Result<FarEndCall> begin(const FarEnd& far_end, PathVerb verb);

  /// nullopt: not yet.
  [[nodiscard]] std::optional<CallEnd> look();
  /// The connection, after `done`.
  [[nodiscard]] Fd take() noexcept { return std::move(fd_); }
  [[nodiscard]] int fd() const noexcept { return fd_.get(); }
  /// Whether a server has accepted.
  [[nodiscard]] bool is_connected() const noexcept { return stage_ != Stage::connecting; }

 private:
  enum class Stage : std::uint8_t { connecting, awaits_greeting, awaits_reply };

  FarEndCall(Fd fd, const FarEnd& far_end, PathVerb verb)
      : fd_(std::move(fd)), far_end_(&far_end), verb_(verb) {}
  [[nodiscard]] std::optional<CallEnd> read(const std::string& line);
  [[nodiscard]] std::optional<CallEnd> ask(const PathGreeting& greeting);

  Fd fd_;
  const FarEnd* far_end_;
  PathVerb verb_;
  Stage stage_ = Stage::connecting;
  LineBuffer lines_;
};

// A connection in the making for a search: to any TCP server, or to `wsalive serve`, which then holds it under an ID.

/// An idle connection of a search.
struct Waiting {
  IdleConnection connection;
  std::string id{};  ///< Its ID at `wsalive serve`; empty for any other server.
};

class Opening {
 public:
  /// \param served  The far end is `wsalive serve`.
  [[nodiscard]] static Result<Opening> begin(const FarEnd& far_end, bool served);

  enum class State : std::uint8_t { under_way, made, refused };
  [[nodiscard]] State look();
  /// After `made`.
  [[nodiscard]] Waiting take();
  /// The errno after `refused`; 0: the far end refused in words.
  [[nodiscard]] int error() const noexcept { return error_; }

 private:
  explicit Opening(IdleConnection plain) noexcept : way_(std::move(plain)) {}
  explicit Opening(FarEndCall call) noexcept : way_(std::move(call)) {}

  std::variant<IdleConnection, FarEndCall> way_;
  std::string id_;
  int error_ = 0;
};

}  // namespace wsalive::path
