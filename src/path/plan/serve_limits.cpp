#include "path/plan/serve_limits.hpp"

#include <algorithm>

namespace wsalive::path {
namespace {

constexpr std::size_t kMostHosts = 4'096;

}  // namespace

std::int64_t PaceKeeper::refilled(policy::Millis now) const noexcept {
  // A unit is what one millisecond adds: a thousandth of a second's share.
  return std::min(pace_.burst * kUnit, left_ + (now - last_).count() * pace_.a_second);
}

bool PaceKeeper::has(policy::Millis now) noexcept {
  left_ = refilled(now);
  last_ = now;
  return left_ >= kUnit;
}

bool PaceKeeper::take(policy::Millis now) noexcept {
  if (!has(now)) return false;
  left_ -= kUnit;
  return true;
}

bool PaceKeeper::is_rested(policy::Millis now) const noexcept {
  return refilled(now) == pace_.burst * kUnit;
}

/// nullptr if too many hosts are remembered and none may be dropped.
Admission::Host* Admission::host_for(const HostKey& key, policy::Millis now) {
  const auto known = hosts_.find(key);
  if (known != hosts_.end()) return &known->second;
  if (hosts_.size() >= kMostHosts) {
    std::erase_if(hosts_, [&](const auto& entry) {
      return entry.second.open == 0 && entry.second.pace.is_rested(now);
    });
  }
  if (hosts_.size() >= kMostHosts) return nullptr;
  return &hosts_[key];
}

Admit Admission::admit(const HostKey& key, policy::Millis now) {
  if (!pace_.has(now)) return Admit::too_fast;
  Host* const host = host_for(key, now);
  if (!host || !host->pace.take(now)) return Admit::too_fast;
  (void)pace_.take(
      now);  // After the host's own check: one host's flood takes nothing from the others.
  if (host->open >= limits_.per_host()) return Admit::host_full;
  if (open_ >= limits_.connections) return Admit::full;
  ++host->open;
  ++open_;
  return Admit::yes;
}

void Admission::left(const HostKey& key) {
  const auto host = hosts_.find(key);
  if (host == hosts_.end() || host->second.open == 0) return;
  --host->second.open;
  --open_;
}

}  // namespace wsalive::path
