// FormatMessage: texts of codes, or of the program, with inserts (%1 to %99, each with its own
// printf format: %1!d!).

#include "windows.h"

#include <array>
#include <cstdarg>
#include <cstdio>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "crt/format.hpp"
#include "kernel/last_error.hpp"
#include "kernel/text.hpp"
#include "win32/call.hpp"
#include "win32/text/messages.hpp"

namespace wsalive::win32 {
namespace {

/// The arguments of the inserts, counted from 1, as machine words. A va_list is
/// read in order, up to the highest insert used.
class Arguments {
 public:
  Arguments(DWORD flags, va_list* list) noexcept
      : array_(flags & FORMAT_MESSAGE_ARGUMENT_ARRAY ? reinterpret_cast<DWORD_PTR*>(list)
                                                     : nullptr),
        list_(array_ ? nullptr : list) {}

  [[nodiscard]] bool given() const noexcept { return array_ || list_; }
  DWORD_PTR get(std::size_t number) {
    if (array_) return array_[number - 1];
    // NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): the caller's list.
    while (read_.size() < number) read_.push_back(va_arg(*list_, DWORD_PTR));
    return read_[number - 1];
  }

 private:
  DWORD_PTR* array_;
  va_list* list_;
  std::vector<DWORD_PTR> read_;
};

template <typename Character>
class Expansion {
 public:
  Expansion(std::string_view source, DWORD flags, va_list* list)
      : source_(source), flags_(flags), arguments_(flags, list) {}

  /// \return nullopt for inserts without arguments.
  std::optional<std::string> run() {
    while (at_ < source_.size()) {
      const char character = source_[at_++];
      if (character != '%' || at_ == source_.size()) {
        plain(character);
      } else if (!escape(source_[at_++])) {
        break;
      }
    }
    if (failed_) return std::nullopt;
    return out_;
  }

 private:
  [[nodiscard]] bool ignores_inserts() const noexcept {
    return flags_ & FORMAT_MESSAGE_IGNORE_INSERTS;
  }

  /// A line break in the text; the width mask turns all of them into spaces.
  void plain(char character) {
    const bool one_line = (flags_ & FORMAT_MESSAGE_MAX_WIDTH_MASK) == FORMAT_MESSAGE_MAX_WIDTH_MASK;
    if (one_line && character == '\r') return;
    out_ += one_line && character == '\n' ? ' ' : character;
  }

  /// \return false where the text ends here.
  bool escape(char what) {
    if (what == '0') return false;
    if (what == 'n') {
      out_ += "\r\n";
    } else if (what == 'r') {
      out_ += '\r';
    } else if (what == 't') {
      out_ += '\t';
    } else if (what >= '1' && what <= '9') {
      return insert(what);
    } else {
      out_ += what;
    }
    return true;
  }

  bool insert(char first) {
    const std::size_t from = at_ - 2;
    auto number = static_cast<std::size_t>(first - '0');
    if (at_ < source_.size() && source_[at_] >= '0' && source_[at_] <= '9') {
      number = number * 10 + static_cast<std::size_t>(source_[at_++] - '0');
    }
    const std::string format = insert_format();
    if (ignores_inserts()) {
      out_ += source_.substr(from, at_ - from);
      return true;
    }
    if (!arguments_.given()) {
      failed_ = true;
      return false;
    }
    out_ += crt::format_word(format, crt::kDialectOf<Character>, arguments_.get(number));
    return true;
  }

  /// The format between exclamation marks behind the number; that of a string if there is none.
  std::string insert_format() {
    if (at_ == source_.size() || source_[at_] != '!') return "%s";
    const std::size_t end = source_.find('!', at_ + 1);
    if (end == std::string_view::npos) return "%s";
    std::string format = "%" + std::string{source_.substr(at_ + 1, end - at_ - 1)};
    at_ = end + 1;
    return format;
  }

  std::string_view source_;
  DWORD flags_;
  Arguments arguments_;
  std::size_t at_ = 0;
  std::string out_;
  bool failed_ = false;
};

/// The text before inserts; nullopt, with the code stored, if there is none.
template <typename Character>
std::optional<std::string> source_text(DWORD flags, LPCVOID source, DWORD id) {
  if (flags & FORMAT_MESSAGE_FROM_STRING)
    return kernel::utf8(static_cast<const Character*>(source));
  std::string_view text;
  if (flags & FORMAT_MESSAGE_FROM_SYSTEM) {
    const bool is_result = (id & 0xffff0000) == 0x80070000;  // HRESULT_FROM_WIN32.
    text = message_of(is_result ? id & 0xffff : id);
  }
  if (!text.empty()) return std::string{text} + "\r\n";
  fail(ERROR_MR_MID_NOT_FOUND);
  return std::nullopt;
}

template <typename Character>
DWORD give_message(const std::string& text, DWORD flags, Character* buffer, DWORD size) {
  const auto spelled = kernel::spelled_for<Character>(text);
  const std::size_t needed = spelled.size() + 1;
  if (flags & FORMAT_MESSAGE_ALLOCATE_BUFFER) {
    void* const block =
        LocalAlloc(LMEM_FIXED, std::max<std::size_t>(needed, size) * sizeof(Character));
    if (!block) return 0;
    *reinterpret_cast<void**>(buffer) = block;
    buffer = static_cast<Character*>(block);
  } else if (size < needed) {
    return fail(ERROR_INSUFFICIENT_BUFFER, DWORD{0});
  }
  std::copy_n(spelled.c_str(), needed, buffer);
  return static_cast<DWORD>(spelled.size());
}

template <typename Character>
DWORD format_message(DWORD flags, LPCVOID source, DWORD id, Character* buffer, DWORD size,
                     va_list* arguments) {
  constexpr DWORD kSources =
      FORMAT_MESSAGE_FROM_STRING | FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_FROM_HMODULE;
  const bool from_string = flags & FORMAT_MESSAGE_FROM_STRING;
  if (!buffer || !(flags & kSources) ||
      (from_string && (!source || flags & kSources & ~DWORD{FORMAT_MESSAGE_FROM_STRING}))) {
    return fail(ERROR_INVALID_PARAMETER, DWORD{0});
  }
  return guarded(DWORD{0}, [&]() -> DWORD {
    const auto text = source_text<Character>(flags, source, id);
    if (!text) return 0;
    const auto expanded = Expansion<Character>{*text, flags, arguments}.run();
    if (!expanded) return fail(ERROR_INVALID_PARAMETER, DWORD{0});
    return give_message(*expanded, flags, buffer, size);
  });
}

}  // namespace
}  // namespace wsalive::win32

DWORD FormatMessageA(DWORD dwFlags, LPCVOID lpSource, DWORD dwMessageId, DWORD /*dwLanguageId*/,
                     LPSTR lpBuffer, DWORD nSize, va_list* Arguments) {
  return wsalive::win32::format_message(dwFlags, lpSource, dwMessageId, lpBuffer, nSize, Arguments);
}

DWORD FormatMessageW(DWORD dwFlags, LPCVOID lpSource, DWORD dwMessageId, DWORD /*dwLanguageId*/,
                     LPWSTR lpBuffer, DWORD nSize, va_list* Arguments) {
  return wsalive::win32::format_message(dwFlags, lpSource, dwMessageId, lpBuffer, nSize, Arguments);
}

// GetLastError and SetLastError.

DWORD GetLastError() { return wsalive::kernel::last_error(); }

void SetLastError(DWORD dwErrCode) { wsalive::kernel::set_last_error(dwErrCode); }
