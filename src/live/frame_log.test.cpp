#include "kizashi/live/frame_log.hpp"

#include <gmock/gmock.h>

namespace kizashi::live {
namespace {

constexpr timestamp begin{1'768'467'600'000'000'000};

auto number(std::string const& in, std::size_t at, std::size_t width) -> std::uint64_t {
  std::uint64_t out = 0;
  for (std::size_t i = width; i-- > 0;) out = out << 8 | static_cast<unsigned char>(in.at(at + i));
  return out;
}

auto some_frame() -> frame {
  frame out;
  out.number = 5;
  out.begin = begin;
  out.length = std::chrono::milliseconds{250};
  out.packets = 1000;
  out.marks = {
      {begin + duration{7000}, net::ipv4{0xC6336401U}, 0x12345, 1111, 23, 1, 9, 6, 2, {'J', 'P'}},
      {begin + duration{9000}, net::ipv6{0x20010DB8'00000001U, 5}, 0x200, 2222, 80, 2, 0, 17, 3}};
  return out;
}

// As docs/api.md has the layout.
TEST(frames, have_their_layout) {
  auto const bytes = frame_bytes(some_frame(), {destination_view::offset, true, {}, {}});
  EXPECT_EQ(bytes.size(), 36U + 2 * 23U);
  EXPECT_EQ(number(bytes, 0, 4), bytes.size() - 4);
  EXPECT_EQ(number(bytes, 4, 1), 2U);
  EXPECT_EQ(number(bytes, 5, 1), 0U);
  EXPECT_EQ(number(bytes, 6, 2), 2U);
  EXPECT_EQ(number(bytes, 8, 8), 5U);
  EXPECT_EQ(number(bytes, 16, 8), 1'768'467'600'000'000U);
  EXPECT_EQ(number(bytes, 24, 4), 250'000U);
  EXPECT_EQ(number(bytes, 28, 4), 1000U);
  EXPECT_EQ(number(bytes, 36, 4), 7U);
  EXPECT_EQ(number(bytes, 40, 4), 9U);
  EXPECT_EQ(number(bytes, 44, 4), 0xC6336401U);
  EXPECT_EQ(number(bytes, 48, 4), 0x20010DB8U);
  EXPECT_EQ(number(bytes, 52, 4), 0x12345U);
  EXPECT_EQ(number(bytes, 60, 2), 1111U);
  EXPECT_EQ(number(bytes, 64, 2), 23U);
  EXPECT_EQ(number(bytes, 68, 2), 9U);
  EXPECT_EQ(number(bytes, 72, 1), 6U);
  EXPECT_EQ(number(bytes, 74, 1), 2U);
  EXPECT_EQ(number(bytes, 76, 1), 0U);
  EXPECT_EQ(number(bytes, 77, 1), 1U);
  EXPECT_EQ(bytes.substr(78), std::string("JP\0\0", 4));
}

TEST(frames, show_of_destinations_what_may_be_seen) {
  auto const block = frame_bytes(some_frame(), {destination_view::block, true, {}, {}});
  EXPECT_EQ(number(block, 52, 4), 0x123U);
  auto const hidden = frame_bytes(some_frame(), {destination_view::hidden, true, {}, {}});
  EXPECT_EQ(number(hidden, 52, 4), 0xFFFFFFFFU);
}

TEST(frames, show_a_scope_alone) {
  auto const count = [](frame_view const& view) {
    auto const bytes = frame_bytes(some_frame(), view);
    EXPECT_EQ(number(bytes, 28, 4), view.is_everything ? 1000U : number(bytes, 6, 2));
    return number(bytes, 6, 2);
  };
  using enum destination_view;
  EXPECT_EQ(count({hidden, true, {}, {}}), 2U);
  EXPECT_EQ(count({hidden, false, {}, {}}), 0U);
  EXPECT_EQ(count({hidden, false, {2}, {}}), 1U);
  EXPECT_EQ(count({hidden, false, {}, {*net::prefix::parse("198.51.100.0/24")}}), 1U);
  EXPECT_EQ(count({hidden, false, {2}, {*net::prefix::parse("198.51.100.0/24")}}), 0U);
}

TEST(frames, of_other_kinds) {
  EXPECT_EQ(number(heartbeat_bytes(), 0, 4), 32U);
  EXPECT_EQ(number(heartbeat_bytes(), 5, 1), 1U);
  EXPECT_EQ(number(gap_bytes(), 5, 1), 2U);
}

TEST(frame_log, goes_on_with_the_newest) {
  frame_log log{3};
  EXPECT_EQ(log.end(), 0U);
  EXPECT_TRUE(log.read(0).frames.empty());
  for (auto i = 0; i < 5; ++i) log.add(some_frame());
  auto const late = log.read(0);
  EXPECT_TRUE(late.has_gap);
  ASSERT_EQ(late.frames.size(), 1U);
  EXPECT_EQ(late.frames[0]->number, 5U);
  auto const next = log.read(2, 2);
  EXPECT_FALSE(next.has_gap);
  ASSERT_EQ(next.frames.size(), 2U);
  EXPECT_EQ(next.next, 4U);
  EXPECT_TRUE(log.read(99).frames.empty());
}

TEST(frame_log, makes_bytes_once_for_all) {
  frame_log log;
  log.add(some_frame());
  auto const frame = log.read(0).frames[0];
  auto const one = log.shared_bytes(frame, destination_view::offset);
  EXPECT_EQ(one, log.shared_bytes(frame, destination_view::offset));
  EXPECT_EQ(*one, frame_bytes(*frame, {destination_view::offset, true, {}, {}}));
  EXPECT_NE(*one, *log.shared_bytes(frame, destination_view::block));
}

TEST(frame_sampler, draws_each_with_the_same_chance) {
  // 100 of 1,000, 2,000 times: each comes 200 times, give or take; 5 sigma are 67.
  frame_sampler sampler{7, 100};
  std::vector<int> drawn(1000);
  for (auto round = 0; round < 2000; ++round) {
    for (std::uint32_t i = 0; i < 1000; ++i)
      if (auto* const to = sampler.draw()) *to = {.time = begin + duration{i}, .destination = i};
    auto const made = sampler.take(begin, std::chrono::milliseconds{250});
    EXPECT_EQ(made.packets, 1000U);
    ASSERT_EQ(made.marks.size(), 100U);
    EXPECT_TRUE(std::ranges::is_sorted(made.marks, {}, &mark::time));
    for (auto const& each : made.marks) ++drawn[each.destination];
  }
  for (auto const each : drawn) EXPECT_NEAR(each, 200, 67);
  EXPECT_EQ(sampler.take(begin, {}).packets, 0U);
}

}  // namespace
}  // namespace kizashi::live
