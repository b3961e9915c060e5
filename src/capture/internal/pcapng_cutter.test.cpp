#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kizashi/capture/internal/reading.hpp"

namespace kizashi::capture::internal {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// Writes pcapng blocks in one byte order.
class section {
public:
  explicit section(std::endian order = std::endian::little) : order_{order} {
    bytes_by_hand body{order};
    body.u32(0x1a2b3c4d).u16(1).u16(0).u64(~std::uint64_t{0});
    block(0x0a0d0d0a, body);
  }
  [[nodiscard]] auto body() const -> bytes_by_hand { return bytes_by_hand{order_}; }
  void block(std::uint32_t type, bytes_by_hand padded) {
    padded.fill((4 - padded.bytes().size() % 4) % 4);
    auto const length = padded.bytes().size() + 12;
    bytes_by_hand whole{order_};
    whole.u32(type).u32(length);
    whole.text({reinterpret_cast<char const*>(padded.bytes().data()), padded.bytes().size()});
    whole.u32(length);
    bytes_.insert(bytes_.end(), whole.bytes().begin(), whole.bytes().end());
  }
  void interface(std::uint16_t link, std::uint32_t snap_length = 0) {
    block(1, body().u16(link).u16(0).u32(snap_length));
  }
  void interface(std::uint16_t link, std::uint8_t resolution, std::int64_t offset) {
    auto with = body();
    with.u16(link).u16(0).u32(0);
    with.u16(2).u16(3).text("eth").u8(0);  // a name, which is of no interest
    with.u16(9).u16(1).u8(resolution).fill(3);
    with.u16(14).u16(8).u64(static_cast<std::uint64_t>(offset)).u16(0).u16(0);
    block(1, with);
  }
  void packet(std::uint32_t number, std::uint64_t ticks, std::string_view data) {
    block(6, body().u32(number).u32(ticks >> 32).u32(ticks).u32(data.size()).u32(60).text(data));
  }
  void append(section const& other) {
    bytes_.insert(bytes_.end(), other.bytes_.begin(), other.bytes_.end());
  }
  [[nodiscard]] auto bytes() const -> std::vector<std::uint8_t> const& { return bytes_; }
  void cut_off(std::size_t count) { bytes_.resize(bytes_.size() - count); }
  auto at(std::size_t offset) -> std::uint8_t& { return bytes_[offset]; }

private:
  std::endian order_;
  std::vector<std::uint8_t> bytes_;
};

TEST(pcapng, sections_of_both_byte_orders_describe_their_interfaces_anew) {
  section first{std::endian::big};
  first.interface(1);
  first.packet(0, 5'000'001, "abc");
  section second{std::endian::little};
  second.interface(101);
  second.interface(276);
  second.packet(1, 6'000'000, "defg");
  second.packet(0, 7'000'000, "");
  first.append(second);
  auto const got = read_bytes(first.bytes());
  EXPECT_EQ(got.failure, "");
  EXPECT_THAT(got.notes, IsEmpty());
  EXPECT_THAT(got.frames, ElementsAre(seen_frame{timestamp{5'000'001'000}, 1, 60, "abc"},
                                      seen_frame{timestamp{6'000'000'000}, 276, 60, "defg"},
                                      seen_frame{timestamp{7'000'000'000}, 101, 60, ""}));
}

TEST(pcapng, each_interface_has_its_clock) {
  for (auto const order : {std::endian::little, std::endian::big}) {
    section file{order};
    file.interface(1, 9, 0);
    file.interface(1, 0x80 | 10, 1000);
    file.interface(1, 0, -5);
    file.packet(0, 1'600'000'000'000'000'001, "a");
    file.packet(1, 2048 + 512, "b");
    file.packet(2, 6, "c");
    EXPECT_THAT(read_bytes(file.bytes()).frames,
                ElementsAre(seen_frame{timestamp{1'600'000'000'000'000'001}, 1, 60, "a"},
                            seen_frame{timestamp{1002'500'000'000}, 1, 60, "b"},
                            seen_frame{timestamp{1'000'000'000}, 1, 60, "c"}));
  }
}

TEST(pcapng, times_at_the_end_of_64_bits_are_impossible_ones) {
  section file;
  file.interface(1, 9, 0);
  file.packet(0, ~std::uint64_t{0} >> 1, "a");
  file.packet(0, ~std::uint64_t{0}, "b");
  file.packet(0, static_cast<std::uint64_t>(timestamp::latest().nanoseconds()), "c");
  auto const got = read_bytes(file.bytes());
  EXPECT_THAT(got.frames, ElementsAre(seen_frame{timestamp::unknown(), 1, 60, "a"},
                                      seen_frame{timestamp::unknown(), 1, 60, "b"},
                                      seen_frame{timestamp::latest(), 1, 60, "c"}));
  EXPECT_THAT(
      got.notes,
      ElementsAre("FILE: 2 frames have no time or an impossible one; the first is at offset 108"));
}

TEST(pcapng, simple_and_old_packet_blocks) {
  section file;
  file.interface(1, 4);
  file.interface(113);
  file.block(3, file.body().u32(60).text("abcd"));  // cut to the interface's 4 bytes
  file.block(3, file.body().u32(3).text("efg"));    // and one byte of padding
  file.block(2, file.body().u16(1).u16(9).u32(0).u32(8'000'000).u32(2).u32(70).text("hi"));
  auto const got = read_bytes(file.bytes());
  EXPECT_THAT(got.frames, ElementsAre(seen_frame{timestamp::unknown(), 1, 60, "abcd"},
                                      seen_frame{timestamp::unknown(), 1, 3, "efg"},
                                      seen_frame{timestamp{8'000'000'000}, 113, 70, "hi"}));
  EXPECT_THAT(
      got.notes,
      ElementsAre("FILE: 2 frames have no time or an impossible one; the first is at offset 80"));
}

TEST(pcapng, a_simple_packet_has_no_time_whatever_the_offset) {
  section file;
  file.interface(1, 6, 100);
  file.block(3, file.body().u32(1).text("a"));
  auto const got = read_bytes(file.bytes());
  EXPECT_THAT(got.frames, ElementsAre(seen_frame{timestamp::unknown(), 1, 1, "a"}));
  EXPECT_THAT(got.notes,
              ElementsAre("FILE: 1 frame has no time or an impossible one; it is at offset 92"));
}

TEST(pcapng, unknown_blocks_are_stepped_over_whatever_their_length) {
  section file;
  file.interface(1);
  file.block(0x0bad, file.body().fill(3'000'000));
  file.packet(0, 5'000'000, "a");
  file.block(5, file.body().u32(0));
  file.packet(0, 6'000'000, "b");
  for (std::size_t const step : {SIZE_MAX, std::size_t{1000}}) {
    auto const got = read_bytes(file.bytes(), step);
    EXPECT_THAT(got.frames, ElementsAre(seen_frame{timestamp{5'000'000'000}, 1, 60, "a"},
                                        seen_frame{timestamp{6'000'000'000}, 1, 60, "b"}));
    EXPECT_THAT(got.notes, IsEmpty());
  }
}

/// The note that a file leaves whose only packet is followed by `block`.
auto note_of(section& file) -> std::string {
  auto const got = read_bytes(file.bytes());
  EXPECT_EQ(got.frames.size(), 1U);
  EXPECT_EQ(got.notes.size(), 1U);
  return got.notes.empty() ? "" : got.notes.front();
}

auto one_packet() -> section {
  section file;                      // 28 bytes
  file.interface(1);                 // 20 bytes
  file.packet(0, 5'000'000, "abc");  // 36 bytes
  return file;
}

TEST(pcapng, a_cut_block) {
  auto file = one_packet();
  file.packet(0, 6'000'000, "def");
  file.cut_off(5);
  EXPECT_EQ(
      note_of(file),
      "loss: FILE: offset 84: the file ends inside a block; 31 bytes came, 36 were expected; the "
      "rest of the file is not read");
}

TEST(pcapng, a_cut_block_header) {
  auto file = one_packet();
  file.packet(0, 6'000'000, "def");
  file.cut_off(30);
  EXPECT_EQ(note_of(file),
            "loss: FILE: offset 84: the file ends inside a block's header; 6 bytes came, 12 were "
            "expected; the rest of the file is not read");
}

TEST(pcapng, a_cut_unknown_block) {
  auto file = one_packet();
  file.block(0x0bad, file.body().fill(100'000));
  file.cut_off(70'000);
  EXPECT_EQ(note_of(file),
            "loss: FILE: offset 84: the file ends inside a block; 30012 bytes came, 100012 were "
            "expected; the rest of the file is not read");
  auto longer = one_packet();
  longer.block(0x0bad, longer.body().fill(1'000'000));
  longer.cut_off(70'000);
  EXPECT_EQ(
      note_of(longer),
      "loss: FILE: offset 930096: the file ends inside a block; 70000 more bytes were expected; "
      "the rest of the file is not read");
}

TEST(pcapng, the_two_lengths_of_every_block_are_compared) {
  for (std::size_t const size : {0U, 4U, 100'000U, 524'276U}) {
    for (std::uint32_t const type : {0x0badU, 5U, 0x0a0d0d0aU}) {
      auto file = one_packet();
      auto body = file.body();
      if (type == 0x0a0d0d0a) body.u32(0x1a2b3c4d).u16(1).u16(0).u64(~std::uint64_t{0});
      body.fill(size - std::min(size, body.bytes().size()));
      auto const length = body.bytes().size() + 12;
      file.block(type, body);
      file.at(84 + length - 4) ^= 1;
      file.packet(0, 6'000'000, "def");
      EXPECT_EQ(note_of(file), "loss: FILE: offset 84: a block begins with the length " +
                                   std::to_string(length) + " and ends with " +
                                   std::to_string(length ^ 1) +
                                   "; expected the same; the rest of the file is not read");
    }
  }
}

TEST(pcapng, lengths_that_cannot_be) {
  auto short_block = one_packet();
  short_block.packet(0, 6'000'000, "def");
  short_block.at(88) = 8;
  EXPECT_EQ(note_of(short_block),
            "loss: FILE: offset 84: a block of 8 bytes came; expected a multiple of 4 from 12; the "
            "rest of "
            "the file is not read");
  auto long_block = one_packet();
  long_block.packet(0, 6'000'000, "def");
  long_block.at(91) = 0x7f;
  EXPECT_EQ(note_of(long_block),
            "loss: FILE: offset 84: a block of 2130706468 bytes came; expected at most 524288; the "
            "rest of "
            "the file is not read");
  auto other_end = one_packet();
  other_end.packet(0, 6'000'000, "def");
  other_end.at(84 + 32) = 40;
  EXPECT_EQ(note_of(other_end),
            "loss: FILE: offset 84: a block begins with the length 36 and ends with 40; expected "
            "the same; "
            "the rest of the file is not read");
  auto long_packet = one_packet();
  long_packet.packet(0, 6'000'000, "def");
  long_packet.at(84 + 20) = 5;
  EXPECT_EQ(note_of(long_packet),
            "loss: FILE: offset 84: a packet of 5 bytes came; expected at most 4; the rest of the "
            "file is "
            "not read");
}

TEST(pcapng, packets_and_interfaces_that_are_too_small) {
  auto packet = one_packet();
  packet.block(6, packet.body().fill(16));
  EXPECT_EQ(note_of(packet),
            "loss: FILE: offset 84: a packet block with 16 bytes came; expected 20 or more; the "
            "rest of the "
            "file is not read");
  auto old = one_packet();
  old.block(2, old.body().fill(16));
  EXPECT_EQ(note_of(old),
            "loss: FILE: offset 84: a packet block with 16 bytes came; expected 20 or more; the "
            "rest of the "
            "file is not read");
  auto simple = one_packet();
  simple.block(3, simple.body());
  EXPECT_EQ(note_of(simple),
            "loss: FILE: offset 84: a packet block with 0 bytes came; expected 4 or more; the rest "
            "of the "
            "file is not read");
  auto interface = one_packet();
  interface.block(1, interface.body().fill(4));
  EXPECT_EQ(note_of(interface),
            "loss: FILE: offset 84: an interface of 4 bytes came; expected 8 or more; the rest of "
            "the file "
            "is not read");
}

TEST(pcapng, a_packet_of_an_interface_that_is_not_there) {
  auto file = one_packet();
  file.packet(1, 6'000'000, "def");
  EXPECT_EQ(note_of(file),
            "loss: FILE: offset 84: a packet of interface 1 came; the section describes 1 so far; "
            "the rest "
            "of the file is not read");
}

TEST(pcapng, sections_that_are_none) {
  auto mark = one_packet();
  mark.append(section{});
  mark.at(84 + 8) = 0;
  EXPECT_EQ(note_of(mark),
            "loss: FILE: offset 84: the byte order mark 003c2b1a came; expected 1a2b3c4d or "
            "4d3c2b1a; the "
            "rest of the file is not read");
  auto version = one_packet();
  version.append(section{});
  version.at(84 + 12) = 2;
  EXPECT_EQ(note_of(version),
            "loss: FILE: offset 84: pcapng version 2.0 came; expected 1; the rest of the file is "
            "not read");
}

TEST(pcapng, options_that_run_out_of_their_block_are_left) {
  section file;
  file.block(1, file.body().u16(1).u16(0).u32(0).u16(9).u16(200).u32(0));
  file.packet(0, 5'000'000, "a");
  EXPECT_THAT(read_bytes(file.bytes()).frames,
              ElementsAre(seen_frame{timestamp{5'000'000'000}, 1, 60, "a"}));
}

}  // namespace
}  // namespace kizashi::capture::internal
