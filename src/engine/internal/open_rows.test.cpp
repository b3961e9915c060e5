#include "kizashi/engine/internal/open_rows.hpp"

#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace kizashi::engine::internal {
namespace {

TEST(open_rows, gives_back_what_came_whatever_it_is) {
  std::mt19937_64 random{7};
  auto const one_of = [&](auto... values) {
    std::vector<std::uint64_t> const all{static_cast<std::uint64_t>(values)...};
    return all[random() % all.size()];
  };
  std::vector<open_row> came;
  open_rows packed;
  for (int i = 0; i < 20'000; ++i) {
    open_row row;
    row.source =
        one_of(0, 0, 1) != 0
            ? net::address{net::ipv6{one_of(0, UINT64_MAX, 5), one_of(0, UINT64_MAX)}}
            : net::address{net::ipv4{static_cast<std::uint32_t>(one_of(0, 1, UINT32_MAX))}};
    row.packets = static_cast<std::uint32_t>(one_of(0, 1, 1, 2, UINT32_MAX));
    row.target = static_cast<std::uint32_t>(one_of(0, 1, UINT32_MAX));
    row.at = {static_cast<std::uint8_t>(one_of(0, 6, 17, 255)),
              static_cast<std::uint16_t>(one_of(0, 23, 65535))};
    came.push_back(row);
    packed.push(row);
  }
  packed.close();
  ASSERT_EQ(packed.size(), came.size());
  open_rows::cursor at{packed};
  for (auto const& row : came) {
    auto const* const got = at.next();
    ASSERT_NE(got, nullptr);
    EXPECT_EQ(*got, row);
  }
  EXPECT_EQ(at.next(), nullptr);
  EXPECT_EQ(open_rows::cursor{open_rows{}}.next(), nullptr);
}

}  // namespace
}  // namespace kizashi::engine::internal
