// Where the two sides of a measurement run. Where the scheduler puts them decides by a factor of two how long a lone
// message takes, and stays for many turns; so each side is given a processor of its own.
#pragma once

namespace wsalive::bench {

/// The first and the last of the processors that this process may use. Does nothing where there is but one.
class Places {
 public:
  Places() noexcept;
  /// For this process, and for those that it starts from now on.
  void take_first() const noexcept { take(first_); }
  void take_last() const noexcept { take(last_); }

 private:
  void take(int processor) const noexcept;

  int first_ = -1;
  int last_ = -1;
};

}  // namespace wsalive::bench
