#include "registry/encoding.hpp"

#include <clocale>
#include <cwctype>

#include "base/utf8.hpp"

namespace wsalive::registry {
namespace {

constexpr std::string_view kUtf8Mark = "\xEF\xBB\xBF";
constexpr std::string_view kUtf16leMark = "\xFF\xFE";
constexpr std::string_view kUtf16beMark = "\xFE\xFF";

constexpr std::uint32_t byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

void append_utf16(std::string& out, std::uint32_t code) {
  const auto put = [&out](std::uint32_t unit) {
    out.push_back(static_cast<char>(unit & 0xFF));
    out.push_back(static_cast<char>(unit >> 8));
  };
  if (code < 0x10000) return put(code);
  put(0xD800 | (code - 0x10000) >> 10);
  put(0xDC00 | ((code - 0x10000) & 0x3FF));
}

bool is_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = decode_utf8(text, at).length;
    if (length == 0) return false;
    at += length;
  }
  return true;
}

std::string utf16_from(std::string_view utf8) {
  std::string out;
  const bool latin1 = !is_utf8(utf8);
  for (std::size_t at = 0; at < utf8.size();) {
    const DecodedCharacter next =
        latin1 ? DecodedCharacter{byte_at(utf8, at), 1} : decode_utf8(utf8, at);
    append_utf16(out, next.code);
    at += next.length;
  }
  return out;
}

std::string utf8_from_units(std::string_view bytes) {
  std::string out;
  const auto unit = [&bytes](std::size_t at) {
    return byte_at(bytes, at) | byte_at(bytes, at + 1) << 8;
  };
  for (std::size_t at = 0; at + 1 < bytes.size(); at += 2) {
    std::uint32_t code = unit(at);
    if ((code & 0xFC00) == 0xD800 && at + 3 < bytes.size() && (unit(at + 2) & 0xFC00) == 0xDC00) {
      code = 0x10000 + ((code & 0x3FF) << 10 | (unit(at + 2) & 0x3FF));
      at += 2;
    }
    append_utf8(out, code);
  }
  return out;
}

/// The C library's own table of cases, whatever locale the program has chosen.
std::uint32_t upper(std::uint32_t code) {
  static const locale_t kUnicode = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  if (code < 0x80) return code >= 'a' && code <= 'z' ? code - 0x20 : code;
  return kUnicode ? static_cast<std::uint32_t>(::towupper_l(code, kUnicode)) : code;
}

}  // namespace

std::optional<DecodedText> decode_file(std::string_view bytes) {
  if (bytes.starts_with(kUtf16beMark)) return std::nullopt;
  if (bytes.starts_with(kUtf16leMark)) {
    if (bytes.size() % 2 != 0) return std::nullopt;
    return DecodedText{Encoding::utf16le, utf8_from_units(bytes.substr(kUtf16leMark.size()))};
  }
  if (bytes.starts_with(kUtf8Mark)) {
    return DecodedText{Encoding::utf8_with_mark, std::string{bytes.substr(kUtf8Mark.size())}};
  }
  return DecodedText{Encoding::plain, std::string{bytes}};
}

std::string encode_file(Encoding encoding, std::string_view text) {
  switch (encoding) {
    case Encoding::plain:
      return std::string{text};
    case Encoding::utf8_with_mark:
      return std::string{kUtf8Mark}.append(text);
    case Encoding::utf16le:
      return std::string{kUtf16leMark}.append(utf16_from(text));
  }
  return {};
}

std::vector<std::byte> utf16_bytes(std::string_view utf8) {
  std::vector<std::byte> out;
  for (const char each : utf16_from(utf8)) out.push_back(static_cast<std::byte>(each));
  return out;
}

std::string utf8_from(const std::vector<std::byte>& utf16) {
  std::string units;
  for (const std::byte each : utf16) units.push_back(std::to_integer<char>(each));
  return utf8_from_units(units);
}

std::string folded(std::string_view name) {
  std::string out;
  for (std::size_t at = 0; at < name.size();) {
    const DecodedCharacter next = decode_utf8(name, at);
    if (next.length == 0) {
      out.push_back(name[at++]);
      continue;
    }
    append_utf8(out, upper(next.code));
    at += next.length;
  }
  return out;
}

}  // namespace wsalive::registry
