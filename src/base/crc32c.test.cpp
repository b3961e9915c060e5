// Expected sums: RFC 3720, appendix B.4, and the check value of the catalogue of CRC algorithms.
#include "kizashi/base/crc32c.hpp"

#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "kizashi/base/random.hpp"

namespace kizashi {
namespace {

TEST(crc32c, is_that_of_the_standard) {
  std::string_view const digits = "123456789";
  std::span const bytes{reinterpret_cast<std::uint8_t const*>(digits.data()), digits.size()};
  EXPECT_EQ(crc32c(0, bytes), 0xE3069283U);
  EXPECT_EQ(crc32c(0, std::vector<std::uint8_t>(32, 0)), 0x8A9136AAU);
  EXPECT_EQ(crc32c(0, std::vector<std::uint8_t>(32, 0xFF)), 0x62A8AB43U);
  EXPECT_EQ(crc32c(0, {}), 0U);
}

TEST(crc32c, is_that_of_the_table_in_any_pieces) {
  random_source random{3};
  std::vector<std::uint8_t> bytes(1000);
  for (auto& each : bytes) each = static_cast<std::uint8_t>(random.below(256));
  auto const whole = crc32c_by_table(0, bytes);
  for (std::size_t cut = 0; cut <= bytes.size(); cut += 13) {
    auto const first = crc32c(0, std::span{bytes}.first(cut));
    EXPECT_EQ(crc32c(first, std::span{bytes}.subspan(cut)), whole) << cut;
  }
}

}  // namespace
}  // namespace kizashi
