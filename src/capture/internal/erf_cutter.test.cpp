#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kizashi/capture/internal/reading.hpp"

namespace kizashi::capture::internal {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

void header(bytes_by_hand& out, std::uint8_t type, std::size_t length, std::size_t wire,
            std::uint32_t seconds = 1000, std::uint32_t parts = 0x80000000) {
  out.u32(parts).u32(seconds).u8(type).u8(4).big16(length).big16(0).big16(wire);
}

void ethernet(bytes_by_hand& out, std::string_view data, std::uint32_t seconds = 1000) {
  header(out, 2, 18 + data.size() + 5, data.size(), seconds);
  out.u16(0).text(data).fill(5);  // filled up, which the length on the wire tells
}

constexpr std::int64_t half = 1'000'500'000'000;

TEST(erf, ethernet_with_padding_and_times_in_parts_of_two) {
  bytes_by_hand file;
  ethernet(file, "abcd");
  header(file, 2, 18 + 3, 900, 1001, 0xffffffff);
  file.u16(0).text("efg");
  auto const got = read_bytes(file.bytes());
  EXPECT_EQ(got.failure, "");
  EXPECT_THAT(got.notes, IsEmpty());
  EXPECT_THAT(got.frames, ElementsAre(seen_frame{timestamp{half}, 1, 4, "abcd"},
                                      seen_frame{timestamp{1'002'000'000'000}, 1, 900, "efg"}));
}

TEST(erf, types_and_their_links) {
  bytes_by_hand file;
  for (int const type : {22, 23, 1, 24, 21}) {
    header(file, static_cast<std::uint8_t>(type), 17, 1);
    file.text("x");
  }
  EXPECT_THAT(read_bytes(file.bytes()).frames,
              ElementsAre(seen_frame{timestamp{half}, 228, 1, "x"},
                          seen_frame{timestamp{half}, 229, 1, "x"},
                          seen_frame{timestamp{half}, 104, 1, "x"},
                          seen_frame{timestamp{half}, 197, 1, "x"},
                          seen_frame{timestamp{half}, 197, 1, "x"}));
}

TEST(erf, records_without_frames_are_stepped_over) {
  bytes_by_hand file;
  ethernet(file, "a");
  for (int const type : {27, 48, 13}) {
    header(file, static_cast<std::uint8_t>(type), 24, 0);
    file.fill(8);
  }
  ethernet(file, "b");
  EXPECT_THAT(read_bytes(file.bytes()).frames, ElementsAre(seen_frame{timestamp{half}, 1, 1, "a"},
                                                           seen_frame{timestamp{half}, 1, 1, "b"}));
}

TEST(erf, extension_headers_are_stepped_over) {
  bytes_by_hand file;
  header(file, 2 | 0x80, 16 + 16 + 2 + 3, 3);
  file.u8(0x83).fill(7).u8(0x04).fill(7).u16(0).text("abc");
  ethernet(file, "d");
  EXPECT_THAT(read_bytes(file.bytes()).frames, ElementsAre(seen_frame{timestamp{half}, 1, 3, "abc"},
                                                           seen_frame{timestamp{half}, 1, 1, "d"}));
}

TEST(erf, extension_headers_without_end_leave_an_empty_frame) {
  bytes_by_hand file;
  header(file, 2 | 0x80, 16 + 12, 60);
  file.u8(0x83).fill(7).u8(0x83).fill(3);
  ethernet(file, "d");
  EXPECT_THAT(read_bytes(file.bytes()).frames, ElementsAre(seen_frame{timestamp{half}, 1, 60, ""},
                                                           seen_frame{timestamp{half}, 1, 1, "d"}));
}

TEST(erf, a_cut_record) {
  bytes_by_hand file;
  ethernet(file, "abcd");
  ethernet(file, "efgh");
  auto bytes = file.bytes();
  bytes.resize(bytes.size() - 7);
  EXPECT_THAT(
      read_bytes(bytes).notes,
      ElementsAre("loss: FILE: offset 27: the file ends inside a record; 20 bytes came, 27 were "
                  "expected; the rest of the file is not read"));
}

TEST(erf, a_record_that_is_too_short) {
  bytes_by_hand file;
  for (int i = 0; i < 10; ++i) ethernet(file, "abcd");
  header(file, 2, 15, 60);
  EXPECT_THAT(
      read_bytes(file.bytes()).notes,
      ElementsAre(
          "loss: FILE: offset 270: a record of 15 bytes came; expected 16 or more; the rest "
          "of the file is not read"));
}

TEST(erf, one_record_alone_must_be_the_whole_file) {
  bytes_by_hand file;
  ethernet(file, "abcd");
  EXPECT_EQ(read_bytes(file.bytes()).frames.size(), 1U);
  file.u8(0);
  EXPECT_EQ(read_bytes(file.bytes()).failure,
            "FILE: not a capture: it begins with the bytes 00 00 00 80 e8 03 00 00; expected pcap, "
            "pcapng "
            "or ERF, as it is or packed with gzip, zstd, bzip2 or xz");
}

TEST(erf, texts_are_no_captures) {
  bytes_by_hand file;
  for (int i = 0; i < 10'000; ++i) file.text("tab\tand new line\n");
  EXPECT_EQ(read_bytes(file.bytes()).failure,
            "FILE: not a capture: it begins with the bytes 74 61 62 09 61 6e 64 20; expected pcap, "
            "pcapng "
            "or ERF, as it is or packed with gzip, zstd, bzip2 or xz");
}

}  // namespace
}  // namespace kizashi::capture::internal
