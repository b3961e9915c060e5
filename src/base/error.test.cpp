#include "kizashi/base/error.hpp"

#include <cerrno>
#include <memory>

#include <gtest/gtest.h>

#include "kizashi/base/text.hpp"

namespace kizashi {
namespace {

auto half(std::string_view text) -> result<std::uint64_t> {
  KIZASHI_TRY(auto const number, parse_unsigned(text, 100));
  if (number % 2 != 0) return fail(errc::out_of_range, "odd");
  return number / 2;
}

auto check_all(std::string_view a, std::string_view b) -> status {
  KIZASHI_TRY(half(a));
  KIZASHI_TRY(half(b));
  return {};
}

auto sum_of_halves(std::string_view a, std::string_view b) -> result<std::uint64_t> {
  std::uint64_t sum = 0;
  KIZASHI_TRY(auto const first, half(a));
  KIZASHI_TRY(auto const second, half(b));
  KIZASHI_TRY(sum, half("8"));  // what is there already can take it as well
  return first + second + sum;
}

auto own(bool works) -> result<std::unique_ptr<int>> {
  if (!works) return fail(errc::not_found, "none");
  return std::make_unique<int>(7);
}

auto own_through(bool works) -> result<int> {
  KIZASHI_TRY(auto const owned, own(works));  // moved, not copied
  return *owned;
}

TEST(kizashi_try, hands_the_value_on) {
  EXPECT_EQ(half("42").value(), 21U);
  EXPECT_EQ(sum_of_halves("2", "4").value(), 7U);
  EXPECT_TRUE(check_all("2", "4"));
  EXPECT_EQ(own_through(true).value(), 7);
}

TEST(kizashi_try, leaves_with_the_first_failure) {
  EXPECT_EQ(half("x").error().message, "\"x\" is not a whole number");
  EXPECT_EQ(half("x").error().code, errc::parse_error);
  EXPECT_EQ(sum_of_halves("2", "3").error().message, "odd");
  EXPECT_EQ(sum_of_halves("102", "3").error().message, "102 is above 100");
  EXPECT_EQ(check_all("2", "5").error().code, errc::out_of_range);
  EXPECT_EQ(check_all("y", "5").error().message, "\"y\" is not a whole number");
  EXPECT_EQ(own_through(false).error().message, "none");
}

TEST(kizashi_try, evaluates_once) {
  int calls = 0;
  auto const once = [&]() -> result<int> { return ++calls; };
  auto const through = [&]() -> result<int> {
    KIZASHI_TRY(once());
    KIZASHI_TRY(auto const value, once());
    return value;
  };
  EXPECT_EQ(through().value(), 2);
}

TEST(error, the_words_of_the_system) {
  EXPECT_EQ(system_error_text(ENOENT), "No such file or directory");
  auto const failure = system_failure("a/b.pcap", "read", EACCES).value();
  EXPECT_EQ(failure.message, "a/b.pcap: cannot read: Permission denied");
  EXPECT_EQ(failure.code, errc::permission);
}

TEST(error, codes_of_the_system) {
  EXPECT_EQ(system_error_code(ENOENT), errc::not_found);
  EXPECT_EQ(system_error_code(ENOTDIR), errc::not_found);
  for (auto const number : {EACCES, EPERM, EROFS})
    EXPECT_EQ(system_error_code(number), errc::permission);
  for (auto const number : {EIO, ENOSPC, EISDIR})
    EXPECT_EQ(system_error_code(number), errc::io_error);
}

TEST(assertion_death, says_where_and_what) {
  EXPECT_DEATH(KIZASHI_ASSERT(1 + 1 == 3),
               "error.test.cpp:[0-9]+: this must hold and does not: 1 . 1 == 3");
  KIZASHI_ASSERT(1 + 1 == 2);
}

}  // namespace
}  // namespace kizashi
