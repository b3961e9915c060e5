// Expected sums: FIPS 180-4's examples (NIST, "SHA256.pdf") and sha256sum of coreutils.
#include "kizashi/base/sha256.hpp"

#include <string_view>

#include <gtest/gtest.h>

namespace kizashi {
namespace {

auto bytes_of(std::string_view text) -> std::span<std::uint8_t const> {
  return {reinterpret_cast<std::uint8_t const*>(text.data()), text.size()};
}

auto sum_of(std::string_view text) -> std::string {
  sha256 sum;
  sum.add(bytes_of(text));
  return sum.finish();
}

TEST(Sha256, IsThatOfTheStandard) {
  EXPECT_EQ(sum_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sum_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sum_of(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sum_of(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, DoesNotDependOnThePieces) {
  std::string const text(200, 'k');
  for (std::size_t length = 0; length < text.size(); ++length) {
    auto const whole = sum_of(std::string_view{text}.substr(0, length));
    sha256 sum;
    for (std::size_t i = 0; i < length; ++i) sum.add(bytes_of({text.data() + i, 1}));
    EXPECT_EQ(sum.finish(), whole) << length;
  }
}

}  // namespace
}  // namespace kizashi
