// The connection on which `wsalive serve` gets its orders while a search runs. It is never idle, so that no path
// forgets it; when it is lost all the same it is made anew, and orders that have no answer yet are given again.
//
// One thread; nothing waits.
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

  /// Goes as far as it can. Call it every 20 ms or so while something is awaited, else every 250 ms.
  void look(policy::Millis now);

  /// Whether orders are being answered.
  [[nodiscard]] bool is_ready() const noexcept { return ready_; }
  /// Why there is no far end any more; nullopt: there is, or it is still being tried.
  [[nodiscard]] const std::optional<CallEnd>& end() const noexcept { return end_; }
  /// Why the last try came to nothing; nullopt: none did since it was ready.
  [[nodiscard]] const std::optional<CallEnd>& trouble() const noexcept { return trouble_; }

  /// The far end probes that connection.
  void probe(const std::string& id) { orders_[id] = {}; }
  /// Its verdict, once; nullopt: not yet.
  [[nodiscard]] std::optional<PathReply> verdict_on(const std::string& id);
  /// The far end gives that connection up; its answer is not awaited.
  void drop(const std::string& id);
  /// Whether all orders have gone out.
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
