#include "kizashi/engine/ntd/tucker_stream.hpp"

#include <algorithm>
#include <array>
#include <set>

#include <gtest/gtest.h>

#include "kizashi/engine/ntd/blocks.hpp"
#include "kizashi/engine/ntd/internal/test_tensors.hpp"

namespace kizashi::engine::ntd {
namespace {

using namespace test;
using slices = std::vector<std::vector<slice_entry>>;

/// The first `length` minutes, and the ones after it.
auto divided(tensor const& all, std::uint32_t length) -> std::pair<tensor, slices> {
  std::pair<tensor, slices> answer{{{length, all.lengths[1], all.lengths[2]}, {}},
                                   slices(all.lengths[0] - length)};
  for (auto const& each : all.entries) {
    if (each.at[minutes] < length)
      answer.first.entries.push_back(each);
    else
      answer.second[each.at[minutes] - length].push_back(
          {each.at[sources], each.at[ports], each.count});
  }
  return answer;
}

auto best_of(tensor const& of) -> tucker {
  auto const all = decompose(of, {});
  EXPECT_TRUE(all);
  return *std::ranges::max_element(*all, {}, &tucker::fit);
}

/// The product of the cosines of sources and ports; minutes are slots of a ring.
auto stream_match(tucker const& of, planted const& block) -> double {
  double answer = 1;
  for (auto const which : {sources, ports}) {
    double best = 0;
    for (std::size_t k = 0; k < of.rank; ++k)
      best = std::max(best, cosine(of, which, k, block.at[which]));
    answer *= best;
  }
  return answer;
}

// The slow twin decomposes the window anew after each minute.
TEST(tucker_stream, keeps_up_with_a_full_run_at_each_minute) {
  auto const input = planted_counts(12'000, 90, 3);
  auto const [first, later] = divided(input.counts, 30);
  tucker_stream stream{first, best_of(first)};
  for (std::size_t i = 0; i < later.size(); ++i) {
    stream.push(later[i]);
    EXPECT_EQ(stream.newest(), i % 30);
    if (i % 6 != 5) continue;
    auto const streamed = stream.current();
    expect_sane(streamed);
    EXPECT_GT(stream.fit(), 0.9 * best_of(stream.window()).fit) << i;
    for (auto const& block : input.blocks) EXPECT_GT(stream_match(streamed, block), 0.85) << i;
  }
}

/// Whether a block has these sources, no more than a tenth others, and the port.
auto has_block(tucker_stream const& of, std::set<std::uint32_t> const& members, std::uint32_t port)
    -> bool {
  for (auto const& each : find_blocks(of.current(), {})) {
    std::size_t both = 0;
    for (auto const source : each.sources) both += members.count(source);
    if (both * 10 >= members.size() * 9 && both * 10 >= each.sources.size() * 9 &&
        std::ranges::binary_search(each.ports, port))
      return true;
  }
  return false;
}

TEST(tucker_stream, has_a_column_for_new_sources_at_a_new_port) {
  auto const input = planted_counts(12'000, 40, 5);
  auto [first, later] = divided(input.counts, 30);
  tucker_stream stream{first, best_of(first)};
  std::set<std::uint32_t> members;
  for (std::size_t i = 0; i < later.size(); ++i) {
    // Thirty in the first minute, thirty others in the next one, then all of them.
    for (std::uint32_t source = 8000; source < 8060; ++source) {
      if ((i == 0 && source >= 8030) || (i == 1 && source < 8030)) continue;
      later[i].push_back({source, 3000, 2.0F});
      members.insert(source);
    }
    stream.push(later[i]);
    EXPECT_TRUE(has_block(stream, members, 3000)) << i;
    EXPECT_EQ(stream.current().rank, 6U);
  }
}

TEST(tucker_stream, goes_on_from_a_saved_state_as_if_never_stopped) {
  auto const input = planted_counts(4'000, 70, 6);
  auto const [first, later] = divided(input.counts, 30);
  auto const bytes_of = [](tucker_stream const& of) {
    std::vector<std::uint8_t> bytes;
    state_writer out{[&](std::string_view more) -> status {
                       bytes.insert(bytes.end(), more.begin(), more.end());
                       return {};
                     },
                     1};
    out.begin("stream");
    of.save(out);
    out.end();
    EXPECT_TRUE(out.finish());
    return bytes;
  };
  tucker_stream stream{first, best_of(first)};
  for (std::size_t i = 0; i < 33; ++i) stream.push(later[i]);
  auto const bytes = bytes_of(stream);
  auto in = state_reader::open(bytes, "test", 1);
  ASSERT_TRUE(in);
  in->begin("stream");
  auto again = tucker_stream::restore(*in, 30);
  in->end();
  ASSERT_TRUE(in->finish());
  for (std::size_t i = 33; i < later.size(); ++i) {
    stream.push(later[i]);
    again.push(later[i]);
  }
  EXPECT_EQ(bytes_of(stream), bytes_of(again));
}

TEST(tucker_stream, has_no_column_to_spare_of_eight) {
  auto const counts = small_tensor(4);
  auto const begin = decompose(counts, {.rank = most_rank, .restarts = 1});
  ASSERT_TRUE(begin);
  tucker_stream stream{counts, begin->front()};
  stream.push(std::vector<slice_entry>{{9, 7, 9.0F}, {10, 7, 9.0F}, {11, 7, 9.0F}});
  EXPECT_EQ(stream.current().rank, most_rank);
  expect_sane(stream.current());
}

TEST(tucker_stream, says_its_fit_and_takes_new_numbers_and_empty_minutes) {
  auto const counts = small_tensor(9);
  auto const begin = decompose(counts, {.rank = 3, .restarts = 1});
  ASSERT_TRUE(begin);
  tucker_stream stream{counts, (*begin)[0]};
  EXPECT_NEAR(stream.fit(), slow_fit(counts, stream.current()), 1e-3);
  stream.push(std::vector<slice_entry>{{0, 0, 4.0F}, {20, 1, 3.0F}, {2, 11, 5.0F}});
  auto const window = stream.window();
  EXPECT_EQ(window.lengths, (std::array<std::size_t, 3>{6, 21, 12}));
  EXPECT_NEAR(stream.fit(), slow_fit(window, stream.current()), 1e-3);
  for (int i = 0; i < 6; ++i) stream.push({});
  EXPECT_TRUE(stream.window().entries.empty());
  expect_sane(stream.current());
  stream.push(std::vector<slice_entry>{{1, 1, 2.0F}});
  expect_sane(stream.current());
}

}  // namespace
}  // namespace kizashi::engine::ntd
