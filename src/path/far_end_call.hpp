// One new connection to `wsalive serve`, up to its first reply: made, greeted, and told what it is for. Nothing
// waits: `look` goes as far as it can.
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
#include "path/line_buffer.hpp"
#include "path/plan/protocol.hpp"
#include "path/shared_key.hpp"

namespace wsalive::path {

/// Where to connect.
struct FarEnd {
  os::Endpoint endpoint;
  std::optional<SharedKey> key;
  std::string session{};  ///< Under which it keeps our connections together; it cannot be guessed.
};

/// How a call ended.
struct CallEnd {
  enum class Kind : std::uint8_t {
    done,     ///< held or ready; the connection is there to be taken.
    refused,  ///< In words: `word`.
    foreign,  ///< What listens there speaks something else: `said`.
    failed,   ///< `error` has the errno.
  };
  Kind kind = Kind::failed;
  PathWord word = PathWord::no_meaning;
  std::string id{};  ///< Of what is held.
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
  /// Somebody listens there.
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

// A connection that is being made for a search: any TCP server's, or one that `wsalive serve` then holds under an ID.

/// A connection that waits in silence.
struct Waiting {
  IdleConnection connection;
  std::string id{};  ///< By which the far end knows it; empty for any other server's.
};

class Opening {
 public:
  /// \param served  The far end is `wsalive serve`.
  [[nodiscard]] static Result<Opening> begin(const FarEnd& far_end, bool served);

  enum class State : std::uint8_t { under_way, made, refused };
  [[nodiscard]] State look();
  /// After `made`.
  [[nodiscard]] Waiting take();
  /// The errno of what was refused; 0: it was refused in words.
  [[nodiscard]] int error() const noexcept { return error_; }

 private:
  explicit Opening(IdleConnection plain) noexcept : way_(std::move(plain)) {}
  explicit Opening(FarEndCall call) noexcept : way_(std::move(call)) {}

  std::variant<IdleConnection, FarEndCall> way_;
  std::string id_;
  int error_ = 0;
};

}  // namespace wsalive::path
