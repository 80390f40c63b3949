#include "attach/preload_settings.hpp"

#include <charconv>
#include <cstdint>

namespace wsalive::attach {
namespace {

/// Takes the words of the text one by one; a word that does not match fails the whole.
class Words {
 public:
  explicit Words(std::string_view text) noexcept : rest_(text) {}

  bool word(std::string_view expected) {
    if (!rest_.starts_with(expected)) return false;
    rest_.remove_prefix(expected.size());
    return true;
  }
  template <typename Number>
  bool number(Number& value) {
    const auto [stop, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error != std::errc{}) return false;
    rest_.remove_prefix(static_cast<std::size_t>(stop - rest_.data()));
    return true;
  }
  bool yes_or_no(bool& value) {
    value = word("yes");
    return value || word("no");
  }
  bool number_or_no(std::optional<std::uint32_t>& value) {
    if (word("no")) return true;
    std::uint32_t milliseconds = 0;
    if (!number(milliseconds) || !word("ms")) return false;
    value = milliseconds;
    return true;
  }
  [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }

 private:
  std::string_view rest_;
};

std::string yes_if(bool value) { return value ? "yes" : "no"; }

}  // namespace

std::string to_text(const PreloadSettings& settings) {
  return "time=" + std::to_string(settings.timing.idle.count()) +
         "ms interval=" + std::to_string(settings.timing.interval.count()) +
         "ms probes=" + std::to_string(settings.timing.probes) +
         " force=" + yes_if(settings.whose == Precedence::ours) +
         " listen=" + yes_if(!settings.connect_only) + " user=" +
         (settings.user_timeout_ms ? std::to_string(*settings.user_timeout_ms) + "ms" : "no") +
         " kernel=" + yes_if(settings.precision == policy::Precision::kernel);
}

std::optional<PreloadSettings> from_text(std::string_view text) {
  Words words{text};
  std::uint32_t idle = 0;
  std::uint32_t interval = 0;
  std::uint8_t probes = 0;
  bool force = false;
  bool listen = false;
  std::optional<std::uint32_t> user_timeout;
  bool by_kernel = false;
  const bool fits = words.word("time=") && words.number(idle) && words.word("ms interval=") &&
                    words.number(interval) && words.word("ms probes=") && words.number(probes) &&
                    words.word(" force=") && words.yes_or_no(force) && words.word(" listen=") &&
                    words.yes_or_no(listen) && words.word(" user=") &&
                    words.number_or_no(user_timeout) && words.word(" kernel=") &&
                    words.yes_or_no(by_kernel) && words.at_end();
  if (!fits || idle == 0 || interval == 0 || probes == 0) return std::nullopt;
  return PreloadSettings{
      .timing = {policy::DwordMillis{idle}, policy::DwordMillis{interval}, probes},
      .whose = force ? Precedence::ours : Precedence::program,
      .connect_only = !listen,
      .user_timeout_ms = user_timeout,
      .precision = by_kernel ? policy::Precision::kernel : policy::Precision::exact,
  };
}

}  // namespace wsalive::attach
