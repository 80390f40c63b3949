// The control connection to `wsalive serve`, which carries orders while a search runs. It is never idle, so that no path
// forgets it; if it is lost all the same, it reconnects and repeats unanswered orders.
//
// One thread; nothing blocks.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "path/far_end_call.hpp"

namespace wsalive::path {

class Control {
 public:
  explicit Control(const FarEnd& far_end) : far_end_(far_end) {}

  /// Makes progress without blocking. Call it about every 20 ms while it awaits an answer, else every 250 ms.
  void look(policy::Millis now);

  /// Whether the far end answers orders.
  [[nodiscard]] bool is_ready() const noexcept { return ready_; }
  /// Why the far end is lost for good; nullopt: it is not.
  [[nodiscard]] const std::optional<CallEnd>& end() const noexcept { return end_; }
  /// Why the last attempt failed; nullopt: none has since it was ready.
  [[nodiscard]] const std::optional<CallEnd>& trouble() const noexcept { return trouble_; }

  /// Orders a probe of that connection.
  void probe(const std::string& id) { orders_[id] = {}; }
  /// Its verdict, once; nullopt: not yet.
  [[nodiscard]] std::optional<PathReply> verdict_on(const std::string& id);
  /// Orders the far end to drop that connection; nothing waits for the answer.
  void drop(const std::string& id);
  /// Whether all orders are sent.
  [[nodiscard]] bool is_idle() const noexcept { return drops_.empty(); }

  /// Negative: there is none now.
  [[nodiscard]] int fd() const noexcept { return ready_ ? fd_.get() : -1; }

 private:
  struct Order {
    bool sent = false;
    std::optional<PathReply> reply;
  };

  void call(policy::Millis now);
  void look_at_call(policy::Millis now);
  void read(policy::Millis now);
  void take_note(const PathReply& reply);
  void send_orders(policy::Millis now);
  [[nodiscard]] bool send(PathVerb verb, const std::string& word);
  void lose(policy::Millis now, CallEnd why);

  const FarEnd& far_end_;
  std::optional<FarEndCall> call_;
  Fd fd_;
  bool ready_ = false;
  LineBuffer lines_;
  std::map<std::string, Order> orders_;
  std::vector<std::string> drops_;
  policy::Millis call_began_{};
  policy::Millis next_call_{};
  policy::Millis heard_{};
  policy::Millis pinged_{};
  int failures_ = 0;  ///< In a row.
  std::optional<CallEnd> trouble_;
  std::optional<CallEnd> end_;
};

}  // namespace wsalive::path
