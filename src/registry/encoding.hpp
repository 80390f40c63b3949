// The encodings of .reg files, and of the strings inside the registry.
//
// In memory a file's text is UTF-8. It is written back byte for byte in its original encoding: UTF-16LE with a byte order
// mark, as regedit writes it, UTF-8 with a mark, or plain bytes (UTF-8, or the ANSI of old REGEDIT4 files, which stays
// unconverted). An unpaired surrogate, which UTF-8 does not have, becomes three bytes of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wsalive::registry {

enum class Encoding : std::uint8_t { plain, utf8_with_mark, utf16le };

/// A file's text without its byte order mark.
struct DecodedText {
  Encoding encoding = Encoding::plain;
  std::string text;
};

/// nullopt if the bytes cannot be text: UTF-16 of an odd length, or UTF-16BE. NUL characters are
/// left for the parser to refuse.
[[nodiscard]] std::optional<DecodedText> decode_file(std::string_view bytes);

/// The inverse of decode_file.
[[nodiscard]] std::string encode_file(Encoding encoding, std::string_view text);

/// UTF-16LE bytes, as the registry keeps its strings, from UTF-8. Bytes that are no UTF-8 are taken
/// as Latin-1, the nearest to what an old ANSI file meant.
[[nodiscard]] std::vector<std::byte> utf16_bytes(std::string_view utf8);

/// UTF-8 from UTF-16LE bytes; an odd last byte is left out.
[[nodiscard]] std::string utf8_from(const std::vector<std::byte>& utf16);

/// A key or value name in the form in which names compare: without case, as the registry does.  K-85
[[nodiscard]] std::string folded(std::string_view name);

}  // namespace wsalive::registry
