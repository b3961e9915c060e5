#include "kizashi/capture/pcap_writer.hpp"

#include <filesystem>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kizashi/capture/inputs.hpp"
#include "kizashi/capture/internal/reading.hpp"

namespace kizashi::capture {
namespace {

using internal::seen_frame;

auto test_file() -> std::string {
  auto const* const name = testing::UnitTest::GetInstance()->current_test_info()->name();
  return testing::TempDir() + "kizashi_pcap_writer_" + name + std::to_string(::getpid()) + ".pcap";
}

auto bytes_of(std::string_view text) -> std::span<std::uint8_t const> {
  return {reinterpret_cast<std::uint8_t const*>(text.data()), text.size()};
}

auto read_file(std::string const& path) -> internal::reading {
  internal::reading made;
  auto source = open_captures({path});
  if (source)
    internal::read_all(**source, made);
  else
    made.failure = source.error().message;
  std::filesystem::remove(path);
  return made;
}

TEST(pcap_writer, what_is_written_is_read_back) {
  auto const file = test_file();
  auto out = pcap_writer::create(file, net::link_type::raw_ip);
  ASSERT_TRUE(out) << out.error().message;
  std::vector<seen_frame> written;
  for (std::uint32_t i = 0; i < 50'000; ++i) {
    seen_frame const each{timestamp{1'600'000'000'000'000'000 + i}, 101, i,
                          std::string(i % 97, 'x')};
    ASSERT_TRUE(out->write(each.time, each.wire, bytes_of(each.data)));
    written.push_back(each);
  }
  auto const size = out->size();
  ASSERT_TRUE(out->close());
  EXPECT_EQ(std::filesystem::file_size(file), size);
  auto const got = read_file(file);
  EXPECT_EQ(got.frames, written);
  EXPECT_EQ(got.notes, std::vector<std::string>{});
}

TEST(pcap_writer, a_name_that_ends_in_gz_is_packed) {
  auto const file = test_file() + ".gz";
  auto out = pcap_writer::create(file, net::link_type::raw_ip);
  ASSERT_TRUE(out) << out.error().message;
  std::vector<seen_frame> written;
  for (std::uint32_t i = 0; i < 100'000; ++i) {
    auto const number = i * 2654435761U;  // bytes that do not pack well
    std::string data(reinterpret_cast<char const*>(&number), sizeof number);
    written.push_back({timestamp{1'600'000'000'000'000'000 + number}, 101, i, data});
    ASSERT_TRUE(out->write(written.back().time, i, bytes_of(data)));
  }
  ASSERT_TRUE(out->close());
  EXPECT_LT(std::filesystem::file_size(file), out->size());
  auto const got = read_file(file);
  EXPECT_EQ(got.frames, written);
  EXPECT_EQ(got.notes, std::vector<std::string>{});
}

TEST(pcap_writer, microseconds_cut_off_what_is_finer) {
  auto const file = test_file();
  auto out = pcap_writer::create(file, net::link_type::ethernet, pcap_resolution::microseconds);
  ASSERT_TRUE(out);
  ASSERT_TRUE(out->write(timestamp{1'000'001'999}, 3, bytes_of("abc")));
  ASSERT_TRUE(out->close());
  EXPECT_THAT(read_file(file).frames,
              testing::ElementsAre(seen_frame{timestamp{1'000'001'000}, 1, 3, "abc"}));
}

TEST(pcap_writer, an_unknown_time_is_written_as_zero_and_a_long_frame_is_cut) {
  auto const file = test_file();
  auto out = pcap_writer::create(file, net::link_type::ethernet);
  ASSERT_TRUE(out);
  std::string const longest(300'000, 'x');
  ASSERT_TRUE(out->write(timestamp::unknown(), 300'000, bytes_of(longest)));
  ASSERT_TRUE(out->close());
  EXPECT_THAT(read_file(file).frames,
              testing::ElementsAre(
                  seen_frame{timestamp::unknown(), 1, 300'000, longest.substr(0, 262'144)}));
}

TEST(pcap_writer, a_time_that_does_not_fit) {
  auto const file = test_file();
  auto out = pcap_writer::create(file, net::link_type::ethernet);
  ASSERT_TRUE(out);
  auto const outcome = out->write(timestamp{5'000'000'000'000'000'000}, 1, bytes_of("a"));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().message,
            file +
                ": a frame's time is 2128-06-11T08:53:20.000000000Z; pcap can "
                "hold 1970 to 2106 only");
  std::filesystem::remove(file);
}

TEST(pcap_writer, one_link_type_in_a_file) {
  auto const file = test_file();
  auto out = pcap_writer::create(file, net::link_type::ethernet);
  ASSERT_TRUE(out);
  net::frame_block block;
  block.append(timestamp{1}, net::link_type::ethernet, 1, bytes_of("a"));
  EXPECT_TRUE(out->write(block));
  block.append(timestamp{1}, net::link_type::raw_ip, 1, bytes_of("a"));
  auto const outcome = out->write(block);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(
      outcome.error().message,
      file +
          ": a frame of link type 101 came; a pcap file holds one link type, here 1; write the "
          "others to a file of their own");
  std::filesystem::remove(file);
}

TEST(pcap_writer, without_closing_what_was_there_stays) {
  auto const file = test_file();
  auto const write = [&file](std::string_view data, int count) {
    auto out = pcap_writer::create(file, net::link_type::ethernet);
    ASSERT_TRUE(out) << out.error().message;
    for (int i = 0; i < count; ++i) ASSERT_TRUE(out->write(timestamp{1}, 1, bytes_of(data)));
    if (count == 1) {
      ASSERT_TRUE(out->close());
    }
  };
  write("a", 1);
  write(std::string(1000, 'b'), 5000);  // more than the buffer
  EXPECT_THAT(read_file(file).frames, testing::ElementsAre(seen_frame{timestamp{1}, 1, 1, "a"}));
  write("c", 2);
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST(pcap_writer, a_folder_that_is_not_there) {
  auto const out = pcap_writer::create("/nowhere/at/all.pcap", net::link_type::ethernet);
  ASSERT_FALSE(out);
  EXPECT_EQ(out.error().message, "/nowhere/at/all.pcap: cannot write: No such file or directory");
}

TEST(pcap_writer, a_full_disk) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "there is no /dev/full";
  auto out = pcap_writer::create("/dev/full", net::link_type::ethernet);
  ASSERT_TRUE(out);
  ASSERT_TRUE(out->write(timestamp{1}, 1, bytes_of("a")));
  auto const outcome = out->close();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().message, "/dev/full: cannot write: No space left on device");
}

TEST(pcap_writer, after_closing_nothing_can_be_written) {
  auto const file = test_file();
  auto out = pcap_writer::create(file, net::link_type::ethernet);
  ASSERT_TRUE(out);
  ASSERT_TRUE(out->close());
  auto const again = out->close();
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().message, file + ": cannot write: it is closed already");
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace kizashi::capture
