// Every capture with an expected answer, read through the room's front door.
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "kizashi/capture/inputs.hpp"

namespace kizashi::capture {
namespace {

struct totals {
  std::uint64_t packets = 0;
  std::uint64_t wire_bytes = 0;
  std::map<std::string, std::uint64_t> links;
  std::int64_t first = std::numeric_limits<std::int64_t>::max();
  std::int64_t last = 0;
};

auto totals_of(std::string const& path, totals& sum) -> testing::AssertionResult {
  auto source = open_captures({path});
  if (!source) return testing::AssertionFailure() << source.error().message;
  net::frame_block block;
  while (true) {
    auto const outcome = (*source)->next(block);
    if (!outcome) return testing::AssertionFailure() << outcome.error().message;
    if (block.frames.empty()) break;
    for (auto const& each : block.frames) {
      ++sum.packets;
      sum.wire_bytes += each.wire;
      ++sum.links[std::to_string(static_cast<unsigned>(each.link))];
      if (block.data(each).size() != each.captured) {
        return testing::AssertionFailure()
               << "frame " << sum.packets << " lies outside of its block";
      }
      if (!each.time.is_known()) continue;
      sum.first = std::min(sum.first, each.time.nanoseconds());
      sum.last = std::max(sum.last, each.time.nanoseconds());
    }
  }
  for (auto const& each : (*source)->notes()) {
    if (each.is_loss) return testing::AssertionFailure() << each.message;
  }
  auto const position = (*source)->position();
  if (position.read_bytes != position.total_bytes) {
    return testing::AssertionFailure() << "only " << position.read_bytes << " bytes were read";
  }
  return testing::AssertionSuccess();
}

TEST(golden_captures, every_capture_gives_what_is_written) {
  std::ifstream list{KIZASHI_SHARED_DIR "/golden/pcap_expected.jsonl"};
  if (!list) GTEST_SKIP() << "there is no " KIZASHI_SHARED_DIR;
  auto const folder = std::filesystem::path{KIZASHI_SHARED_DIR} / "data";
  std::size_t files = 0;
  for (std::string line; std::getline(list, line); ++files) {
    auto const expected = nlohmann::json::parse(line);
    auto path = folder / expected["path"].get<std::string>();
    if (!std::filesystem::exists(path))
      path = folder / "pcap" / expected["path"].get<std::string>();
    SCOPED_TRACE(path.string());
    totals sum;
    ASSERT_TRUE(totals_of(path.string(), sum));
    EXPECT_EQ(sum.packets, expected["n"].get<std::uint64_t>());
    EXPECT_EQ(sum.wire_bytes, expected["by"].get<std::uint64_t>());
    EXPECT_EQ(nlohmann::json(sum.links), expected["lt"]);
    EXPECT_NEAR(static_cast<double>(sum.first) / 1e9, expected["t0"].get<double>(), 1e-6);
    EXPECT_NEAR(static_cast<double>(sum.last - sum.first) / 1e9, expected["span"].get<double>(),
                0.0051);
  }
  EXPECT_EQ(files, 242U);
}

}  // namespace
}  // namespace kizashi::capture
