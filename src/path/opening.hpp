// A connection that is being made for a search: any TCP server's, or one that `wsalive serve` then holds under an ID.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "path/far_end_call.hpp"
#include "path/idle_connection.hpp"

namespace wsalive::path {

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
