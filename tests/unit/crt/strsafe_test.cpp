// strsafe.h, narrow and wide, sizes in characters and in bytes: one table of answers for all spellings.

#include "windows.h"

#include <strsafe.h>

#include <cstdarg>
#include <string>
#include <type_traits>

#include <gtest/gtest.h>

namespace wsalive::test {
namespace {

/// The functions of one spelling, and its texts.
struct Narrow {
  using Character = char;
  static constexpr const char* kOne = "one";
  static constexpr const char* kTwo = "two";
  static constexpr const char* kFormat = "%d %s";
  static constexpr auto copy = StringCchCopyA;
  static constexpr auto copy_bytes = StringCbCopyA;
  static constexpr auto copy_some = StringCchCopyNA;
  static constexpr auto append = StringCchCatA;
  static constexpr auto append_bytes = StringCbCatA;
  static constexpr auto print = StringCchPrintfA;
  static constexpr auto print_bytes = StringCbPrintfA;
  static constexpr auto print_list = StringCchVPrintfA;
  static constexpr auto length = StringCchLengthA;
  static constexpr auto length_bytes = StringCbLengthA;
};
struct Wide {
  using Character = wchar_t;
  static constexpr const wchar_t* kOne = L"one";
  static constexpr const wchar_t* kTwo = L"two";
  static constexpr const wchar_t* kFormat = L"%d %s";
  static constexpr auto copy = StringCchCopyW;
  static constexpr auto copy_bytes = StringCbCopyW;
  static constexpr auto copy_some = StringCchCopyNW;
  static constexpr auto append = StringCchCatW;
  static constexpr auto append_bytes = StringCbCatW;
  static constexpr auto print = StringCchPrintfW;
  static constexpr auto print_bytes = StringCbPrintfW;
  static constexpr auto print_list = StringCchVPrintfW;
  static constexpr auto length = StringCchLengthW;
  static constexpr auto length_bytes = StringCbLengthW;
};

template <typename Spelling>
class StrSafeOf : public testing::Test {
 protected:
  using Character = typename Spelling::Character;
  static constexpr std::size_t kUnit = sizeof(Character);

  /// What the buffer holds, as ASCII.
  [[nodiscard]] std::string text() const {
    const std::basic_string<Character> held = buffer_;
    return {held.begin(), held.end()};
  }
  static HRESULT print_through(Character* to, std::size_t size, const Character* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const HRESULT result = Spelling::print_list(to, size, format, arguments);
    va_end(arguments);
    return result;
  }

  Character buffer_[16] = {};
};

using Spellings = testing::Types<Narrow, Wide>;
TYPED_TEST_SUITE(StrSafeOf, Spellings);

TYPED_TEST(StrSafeOf, CopiesAndAppendsWhatFits) {
  constexpr std::size_t unit = TestFixture::kUnit;
  EXPECT_EQ(TypeParam::copy(this->buffer_, 16, TypeParam::kOne), S_OK);
  EXPECT_EQ(this->text(), "one");
  EXPECT_EQ(TypeParam::append(this->buffer_, 16, TypeParam::kTwo), S_OK);
  EXPECT_EQ(this->text(), "onetwo");
  EXPECT_EQ(TypeParam::append_bytes(this->buffer_, 16 * unit, TypeParam::kOne), S_OK);
  EXPECT_EQ(this->text(), "onetwoone");
  EXPECT_EQ(TypeParam::copy_bytes(this->buffer_, 16 * unit, TypeParam::kTwo), S_OK);
  EXPECT_EQ(this->text(), "two");
  EXPECT_EQ(TypeParam::copy_some(this->buffer_, 16, TypeParam::kOne, 2), S_OK);
  EXPECT_EQ(this->text(), "on");
}

TYPED_TEST(StrSafeOf, CutsWhatIsTooLongAndSaysSo) {
  constexpr std::size_t unit = TestFixture::kUnit;
  EXPECT_EQ(TypeParam::copy(this->buffer_, 3, TypeParam::kOne), STRSAFE_E_INSUFFICIENT_BUFFER);
  EXPECT_EQ(this->text(), "on");
  EXPECT_EQ(TypeParam::append(this->buffer_, 5, TypeParam::kTwo), STRSAFE_E_INSUFFICIENT_BUFFER);
  EXPECT_EQ(this->text(), "ontw");
  EXPECT_EQ(TypeParam::copy_bytes(this->buffer_, 2 * unit, TypeParam::kTwo),
            STRSAFE_E_INSUFFICIENT_BUFFER);
  EXPECT_EQ(this->text(), "t");
  EXPECT_EQ(TypeParam::append_bytes(this->buffer_, 3 * unit, TypeParam::kOne),
            STRSAFE_E_INSUFFICIENT_BUFFER);
  EXPECT_EQ(this->text(), "to");
  EXPECT_EQ(TypeParam::print(this->buffer_, 4, TypeParam::kFormat, 7, TypeParam::kOne),
            STRSAFE_E_INSUFFICIENT_BUFFER);
  EXPECT_EQ(this->text(), "7 o");
}

TYPED_TEST(StrSafeOf, PrintsByListToo) {
  constexpr std::size_t unit = TestFixture::kUnit;
  EXPECT_EQ(TypeParam::print(this->buffer_, 16, TypeParam::kFormat, 7, TypeParam::kOne), S_OK);
  EXPECT_EQ(this->text(), "7 one");
  EXPECT_EQ(
      TypeParam::print_bytes(this->buffer_, 16 * unit, TypeParam::kFormat, 8, TypeParam::kTwo),
      S_OK);
  EXPECT_EQ(this->text(), "8 two");
  EXPECT_EQ(this->print_through(this->buffer_, 16, TypeParam::kFormat, 9, TypeParam::kOne), S_OK);
  EXPECT_EQ(this->text(), "9 one");
}

TYPED_TEST(StrSafeOf, MeasuresWithinALimit) {
  constexpr std::size_t unit = TestFixture::kUnit;
  std::size_t length = 99;
  EXPECT_EQ(TypeParam::length(TypeParam::kOne, 4, &length), S_OK);
  EXPECT_EQ(length, 3U);
  EXPECT_EQ(TypeParam::length_bytes(TypeParam::kOne, 4 * unit, &length), S_OK);
  EXPECT_EQ(length, 3 * unit);
  EXPECT_EQ(TypeParam::length(TypeParam::kOne, 3, &length), STRSAFE_E_INVALID_PARAMETER);
  EXPECT_EQ(length, 0U);
  EXPECT_EQ(TypeParam::length(nullptr, 3, &length), STRSAFE_E_INVALID_PARAMETER);
  EXPECT_EQ(TypeParam::length(TypeParam::kOne, std::size_t{STRSAFE_MAX_CCH} + 1, nullptr),
            STRSAFE_E_INVALID_PARAMETER);
}

TYPED_TEST(StrSafeOf, RefusesABufferOfNoSizeAndTouchesNothing) {
  this->buffer_[0] = 'x';
  EXPECT_EQ(TypeParam::copy(this->buffer_, 0, TypeParam::kOne), STRSAFE_E_INVALID_PARAMETER);
  EXPECT_EQ(TypeParam::append(this->buffer_, 1, TypeParam::kOne), STRSAFE_E_INVALID_PARAMETER);
  EXPECT_EQ(TypeParam::print(this->buffer_, 0, TypeParam::kFormat, 1, TypeParam::kOne),
            STRSAFE_E_INVALID_PARAMETER);
  EXPECT_EQ(this->text(), "x");
}

}  // namespace
}  // namespace wsalive::test
