#include "kizashi/capture/live/replay_bookmark.hpp"

#include <gtest/gtest.h>

namespace kizashi::capture::live {
namespace {

auto read_replay(std::string_view text) -> std::string {
  auto const read = replay_bookmark::parse(text);
  return read ? read->to_string() : read.error().message;
}

TEST(replay_bookmark, text_and_back) {
  replay_bookmark const mark{17, timestamp{1'768'467'600'000'000'000}, 4096};
  EXPECT_EQ(mark.to_string(), "kizashi-replay-1 17 1768467600000000000 4096");
  for (auto const& each : {mark, replay_bookmark{}, replay_bookmark{1, timestamp::unknown(), 2}}) {
    auto const back = replay_bookmark::parse(each.to_string());
    ASSERT_TRUE(back);
    EXPECT_EQ(*back, each);
  }
}

TEST(replay_bookmark, what_is_none) {
  EXPECT_EQ(read_replay("kizashi-replay-2 1 2 3"),
            "bookmark of a replay: the text is \"kizashi-replay-2 1 2 3\"; expected 4 parts that "
            "begin with kizashi-replay-1");
  EXPECT_EQ(read_replay("kizashi-replay-1 x 2 3"),
            "bookmark of a replay: what is replayed is \"x\"; expected a number");
  EXPECT_EQ(read_replay("kizashi-replay-1 1 9223372036854775808 3"),
            "bookmark of a replay: the first time is \"9223372036854775808\"; expected a number");
  EXPECT_EQ(read_replay("kizashi-replay-1 1 2 "),
            "bookmark of a replay: the count of frames is \"\"; expected a number");
}

}  // namespace
}  // namespace kizashi::capture::live
