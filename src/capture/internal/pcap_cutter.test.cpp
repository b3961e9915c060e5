#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kizashi/capture/internal/reading.hpp"

namespace kizashi::capture::internal {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

auto header(bytes_by_hand& out, std::uint32_t mark, std::uint32_t link = 1) -> bytes_by_hand& {
  return out.u32(mark).u16(2).u16(4).u32(0).u32(0).u32(65535).u32(link);
}

auto at(std::int64_t nanoseconds) -> timestamp {
  return timestamp{nanoseconds};
}

TEST(pcap, microseconds_in_both_byte_orders) {
  for (auto const order : {std::endian::little, std::endian::big}) {
    bytes_by_hand file{order};
    header(file, 0xa1b2c3d4).u32(10).u32(20).u32(4).u32(60).text("abcd");
    file.u32(11).u32(999999).u32(2).u32(2).text("ef");
    auto const got = read_bytes(file.bytes());
    EXPECT_EQ(got.failure, "");
    EXPECT_THAT(got.notes, IsEmpty());
    EXPECT_THAT(got.frames, ElementsAre(seen_frame{at(10'000'020'000), 1, 60, "abcd"},
                                        seen_frame{at(11'999'999'000), 1, 2, "ef"}));
  }
}

TEST(pcap, nanoseconds_in_both_byte_orders) {
  for (auto const order : {std::endian::little, std::endian::big}) {
    bytes_by_hand file{order};
    header(file, 0xa1b23c4d, 276).u32(0xffffffff).u32(999'999'999).u32(4).u32(60).text("abcd");
    auto const got = read_bytes(file.bytes());
    EXPECT_THAT(got.frames,
                ElementsAre(seen_frame{at(4'294'967'295'999'999'999), 276, 60, "abcd"}));
  }
}

TEST(pcap, the_modified_mark_has_longer_record_headers) {
  for (auto const order : {std::endian::little, std::endian::big}) {
    bytes_by_hand file{order};
    header(file, 0xa1b2cd34);
    file.u32(10).u32(20).u32(4).u32(60).u32(3).u16(0x800).u8(0).u8(0).text("abcd");
    file.u32(10).u32(21).u32(1).u32(1).u32(3).u16(0x800).u8(0).u8(0).text("e");
    EXPECT_THAT(read_bytes(file.bytes()).frames,
                ElementsAre(seen_frame{at(10'000'020'000), 1, 60, "abcd"},
                            seen_frame{at(10'000'021'000), 1, 1, "e"}));
  }
}

TEST(pcap, before_version_2_3_the_lengths_stand_the_other_way_round) {
  bytes_by_hand file;
  file.u32(0xa1b2c3d4).u16(2).u16(2).u32(0).u32(0).u32(65535).u32(1);
  file.u32(10).u32(20).u32(60).u32(4).text("abcd");
  EXPECT_THAT(read_bytes(file.bytes()).frames,
              ElementsAre(seen_frame{at(10'000'020'000), 1, 60, "abcd"}));
}

TEST(pcap, the_upper_bits_of_the_link_type_tell_of_check_sequences) {
  bytes_by_hand file;
  header(file, 0xa1b2c3d4, 0x24000071).u32(10).u32(20).u32(1).u32(60).text("a");
  EXPECT_THAT(read_bytes(file.bytes()).frames,
              ElementsAre(seen_frame{at(10'000'020'000), 113, 60, "a"}));
}

TEST(pcap, an_unknown_link_type_is_handed_on) {
  bytes_by_hand file;
  header(file, 0xa1b2c3d4, 147).u32(10).u32(20).u32(1).u32(60).text("a");
  auto const got = read_bytes(file.bytes());
  EXPECT_THAT(got.frames, ElementsAre(seen_frame{at(10'000'020'000), 147, 60, "a"}));
  EXPECT_THAT(got.notes, IsEmpty());
}

TEST(pcap, a_header_alone_is_a_capture_without_frames) {
  bytes_by_hand file;
  header(file, 0xa1b2c3d4);
  auto const got = read_bytes(file.bytes());
  EXPECT_EQ(got.failure, "");
  EXPECT_THAT(got.frames, IsEmpty());
  EXPECT_THAT(got.notes, IsEmpty());
}

TEST(pcap, impossible_times_become_unknown_and_are_counted_in_one_note) {
  bytes_by_hand file;
  header(file, 0xa1b2c3d4).u32(10).u32(1'000'000).u32(1).u32(1).text("a");
  file.u32(0).u32(0).u32(1).u32(1).text("b");
  file.u32(5).u32(0).u32(1).u32(1).text("c");
  file.u32(5).u32(0xffffffff).u32(1).u32(1).text("d");
  auto const got = read_bytes(file.bytes());
  EXPECT_THAT(got.frames, ElementsAre(seen_frame{timestamp::unknown(), 1, 1, "a"},
                                      seen_frame{timestamp::unknown(), 1, 1, "b"},
                                      seen_frame{at(5'000'000'000), 1, 1, "c"},
                                      seen_frame{timestamp::unknown(), 1, 1, "d"}));
  EXPECT_THAT(
      got.notes,
      ElementsAre("FILE: 3 frames have no time or an impossible one; the first is at offset 40"));
}

TEST(pcap, a_cut_file_header) {
  bytes_by_hand file;
  file.u32(0xa1b2c3d4).u16(2).u16(4);
  EXPECT_EQ(read_bytes(file.bytes()).failure,
            "FILE: offset 0: the file ends inside the pcap header; 8 bytes came, 24 were expected");
}

TEST(pcap, another_version) {
  bytes_by_hand file;
  file.u32(0xa1b2c3d4).u16(3).u16(1).fill(16);
  EXPECT_EQ(read_bytes(file.bytes()).failure, "FILE: offset 4: pcap version 3.1 came; expected 2");
}

TEST(pcap, a_cut_record_header) {
  bytes_by_hand file;
  header(file, 0xa1b2c3d4).u32(10).u32(20).u32(1).u32(60).text("a").u32(10).u32(21);
  auto const got = read_bytes(file.bytes());
  EXPECT_EQ(got.frames.size(), 1U);
  EXPECT_THAT(got.notes,
              ElementsAre("loss: FILE: offset 41: the file ends inside a record's header; 8 "
                          "bytes came, 16 were expected; the rest of the file is not read"));
}

TEST(pcap, a_record_longer_than_the_file) {
  bytes_by_hand file;
  header(file, 0xa1b2c3d4).u32(10).u32(20).u32(1).u32(60).text("a");
  file.u32(10).u32(20).u32(200'000).u32(60).text("bcd");
  auto const got = read_bytes(file.bytes());
  EXPECT_EQ(got.frames.size(), 1U);
  EXPECT_THAT(
      got.notes,
      ElementsAre(
          "loss: FILE: offset 41: the file ends inside a record; 19 bytes came, 200016 were "
          "expected; the rest of the file is not read"));
}

TEST(pcap, an_absurd_length) {
  bytes_by_hand file;
  header(file, 0xa1b2c3d4).u32(10).u32(20).u32(1).u32(60).text("a");
  file.u32(10).u32(20).u32(0xfffffff0).u32(60).fill(100);
  auto const got = read_bytes(file.bytes());
  EXPECT_EQ(got.frames.size(), 1U);
  EXPECT_THAT(
      got.notes,
      ElementsAre("loss: FILE: offset 41: a record of 4294967280 bytes came; expected at most "
                  "262144; the rest of the file is not read"));
}

TEST(pcap, zero_bytes_behind_the_last_record) {
  for (auto const mark : {0xa1b2c3d4U, 0xa1b2cd34U}) {
    bytes_by_hand file;
    header(file, mark).u32(10).u32(20).u32(1).u32(60).fill(mark == 0xa1b2cd34U ? 8 : 0).text("a");
    auto const end = file.bytes().size();
    file.fill(5000);
    auto const got = read_bytes(file.bytes());
    EXPECT_EQ(got.frames.size(), 1U);
    EXPECT_THAT(got.notes,
                ElementsAre("loss: FILE: offset " + std::to_string(end) +
                            ": zero bytes instead of a record; the file was probably not closed "
                            "in order; the rest of the file is not read"));
  }
}

TEST(pcap, a_frame_without_bytes_is_a_frame) {
  bytes_by_hand file;
  header(file, 0xa1b2c3d4).u32(0).u32(0).u32(0).u32(60).u32(10).u32(0).u32(0).u32(0);
  file.u32(0xa1b2c3d4).u32(5).u32(0).u32(60);
  EXPECT_THAT(read_bytes(file.bytes()).frames,
              ElementsAre(seen_frame{timestamp::unknown(), 1, 60, ""},
                          seen_frame{at(10'000'000'000), 1, 0, ""},
                          seen_frame{at(2'712'847'316'000'005'000), 1, 60, ""}));
}

TEST(pcap, another_file_behind_the_last_record) {
  for (auto const order : {std::endian::little, std::endian::big}) {
    for (auto const mark : {0xa1b2c3d4U, 0xa1b23c4dU, 0xa1b2cd34U}) {
      bytes_by_hand file;
      header(file, 0xa1b2c3d4).u32(10).u32(20).u32(1).u32(60).text("a");
      bytes_by_hand other{order};
      header(other, mark).u32(10).u32(20).u32(1).u32(60).text("b");
      file.text({reinterpret_cast<char const*>(other.bytes().data()), other.bytes().size()});
      auto const got = read_bytes(file.bytes());
      EXPECT_EQ(got.frames.size(), 1U);
      EXPECT_THAT(
          got.notes,
          ElementsAre("loss: FILE: offset 41: another pcap file begins here; expected a record; "
                      "split the files or read them one by one; the rest of the file is not read"));
    }
  }
}

TEST(pcap, the_longest_frame_and_whatever_the_steps) {
  bytes_by_hand file;
  header(file, 0xa1b2c3d4);
  for (std::uint32_t i = 0; i < 5000; ++i) {
    auto const size = i == 100 ? 262144U : i % 97;
    file.u32(i + 1).u32(i).u32(size).u32(size).fill(size);
  }
  auto const whole = read_bytes(file.bytes());
  EXPECT_EQ(whole.frames.size(), 5000U);
  for (std::size_t const step : {1U, 7U, 100U, 16384U, 65537U}) {
    auto const got = read_bytes(file.bytes(), step);
    EXPECT_EQ(got.frames, whole.frames) << step;
    EXPECT_EQ(got.notes, whole.notes);
  }
}

TEST(pcap, small_frames_fill_blocks_to_the_brim) {
  bytes_by_hand file;
  header(file, 0xa1b2c3d4);
  for (std::uint32_t i = 0; i < 20'000; ++i) file.u32(i + 1).u32(0).u32(60).u32(60).fill(60);
  auto source = capture_file::open(open_bytes(file.bytes(), "FILE"));
  ASSERT_TRUE(source);
  std::vector<std::size_t> sizes;
  net::frame_block block;
  while ((*source)->next(block) && !block.frames.empty()) {
    sizes.push_back(block.frames.size());
    EXPECT_LE(block.storage.size(), net::frame_block::target_bytes);
  }
  EXPECT_THAT(sizes, ElementsAre(215, 4096, 4096, 4096, 4096, 3401));
}

}  // namespace
}  // namespace kizashi::capture::internal
