#include "kizashi/recognise/discover/address_guard.hpp"

#include <gtest/gtest.h>

namespace kizashi::recognise::discover {
namespace {

auto guard_of(std::vector<char const*> const& darknet) -> address_guard {
  std::vector<net::prefix> prefixes;
  for (auto const* each : darknet) prefixes.push_back(net::prefix::parse(each).value());
  return address_guard{prefixes};
}

/// "ip.id == ..." of a constant and these columns of the destination, as one byte lane after the
/// other.
auto relation_of(std::uint32_t value, std::uint32_t first_column, std::uint32_t second_column)
    -> relation {
  relation made;
  made.lanes[0] = 1U << 22 | first_column;
  made.lanes[1] = 1U << 23 | second_column;
  made.value = value;
  return made;
}

TEST(AddressGuard, KeepsNothingOfATelescopeThatDoesNotExist) {
  address_guard const guard;
  EXPECT_FALSE(guard.tells(0xC612, 2));
  EXPECT_FALSE(guard.tells(relation_of(1, 1, 2)));
}

TEST(AddressGuard, FindsPartsOfGivenPrefixesInEitherOrderOfBytes) {
  auto const guard = guard_of({"198.18.64.0/18", "203.0.113.0/24"});
  for (auto const value : {0xC612U, 0x12C6U, 0xCB00U, 0x0071U, 0x7100U})
    EXPECT_TRUE(guard.tells(value, 2)) << value;
  for (auto const value : {0xC6120001U, 0x00C61200U, 0x0000C612U, 0xAA12C6BBU})
    EXPECT_TRUE(guard.tells(value, 4)) << value;
  EXPECT_FALSE(guard.tells(54321, 2));
  EXPECT_FALSE(guard.tells(2654435769, 4));
  EXPECT_FALSE(guard.tells(0x0C612000, 4));  // not at the border of a byte
  EXPECT_FALSE(guard.tells(0, 4));
}

TEST(AddressGuard, HasAllHalvesOfAShortPrefix) {
  auto const guard = guard_of({"10.0.0.0/15"});
  EXPECT_TRUE(guard.tells(0x0A00, 2));
  EXPECT_TRUE(guard.tells(0x0A01, 2));
  EXPECT_FALSE(guard.tells(0x0A02, 2));
}

TEST(AddressGuard, WithholdsConstantsBesideBytesThatNeverChange) {
  // 198.18.64.0/18 fixes the first two bytes; with 203.0.113.0/24 none is the same in all.
  auto const one = guard_of({"198.18.64.0/18"});
  EXPECT_TRUE(one.tells(relation_of(0x1234, 1, 2)));
  EXPECT_TRUE(one.tells(relation_of(0x1234, 8, 2)));
  EXPECT_FALSE(one.tells(relation_of(0x1234, 4, 8)));
  EXPECT_FALSE(one.tells(relation_of(0, 1, 2)));
  EXPECT_FALSE(guard_of({"198.18.64.0/18", "203.0.113.0/24"}).tells(relation_of(0x1234, 1, 2)));
  EXPECT_TRUE(guard_of({"198.18.64.0/24"}).tells(relation_of(0x1234, 4, 8)));
}

TEST(AddressGuard, WithoutPrefixesTakesTheUpperHalfAsFixedAndWhatItSees) {
  auto guard = guard_of({});
  EXPECT_TRUE(guard.tells(relation_of(0x1234, 1, 2)));
  EXPECT_FALSE(guard.tells(relation_of(0x1234, 4, 8)));
  EXPECT_FALSE(guard.tells(0xC612, 2));
  for (int i = 0; i < 4095; ++i) guard.see(0xC6120000U + static_cast<std::uint32_t>(i));
  guard.see(0x08080808);  // one of 4,096
  EXPECT_TRUE(guard.tells(0xC612, 2));
  EXPECT_TRUE(guard.tells(0x0808, 2));
  guard.see(0xC6120000);
  EXPECT_FALSE(guard.tells(0x0808, 2));
}

TEST(AddressGuard, LetsKeysPassWhoseValueIsNotShown) {
  auto key = relation_of(0xC612, 1, 2);
  key.is_key = true;
  EXPECT_FALSE(guard_of({"198.18.0.0/16"}).tells(key));
}

}  // namespace
}  // namespace kizashi::recognise::discover
