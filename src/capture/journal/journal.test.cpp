#include "kizashi/capture/journal/journal.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kizashi/base/random.hpp"

namespace kizashi::capture {
namespace {

using ::testing::HasSubstr;

class Journal : public testing::Test {
protected:
  Journal() {
    auto name = (std::filesystem::temp_directory_path() / "kizashi-journal-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~Journal() override { std::filesystem::remove_all(folder_); }

  /// A block that follows from its number.
  static auto block_of(std::uint64_t number) -> net::frame_block {
    net::frame_block out;
    random_source dice{number};
    for (std::uint64_t i = 0; i <= number % 5; ++i) {
      std::vector<std::uint8_t> bytes(dice.below(100));
      for (auto& each : bytes) each = static_cast<std::uint8_t>(dice.below(256));
      auto const link = i % 2 == 0 ? net::link_type::ethernet : net::link_type::raw_ip;
      out.append(timestamp{static_cast<std::int64_t>(number * 1000 + i)}, link,
                 static_cast<std::uint32_t>(bytes.size() + 7), bytes);
    }
    return out;
  }

  static void expect_equal(net::frame_block const& is, net::frame_block const& should) {
    ASSERT_EQ(is.frames.size(), should.frames.size());
    for (std::size_t i = 0; i < is.frames.size(); ++i) {
      EXPECT_EQ(is.frames[i].time, should.frames[i].time);
      EXPECT_EQ(is.frames[i].wire, should.frames[i].wire);
      EXPECT_EQ(is.frames[i].link, should.frames[i].link);
      EXPECT_TRUE(std::ranges::equal(is.data(is.frames[i]), should.data(should.frames[i])));
    }
  }

  /// Expects the blocks `first` to `last` - 1 from a place on, and nothing behind them.
  void expect_blocks(journal_position from, std::uint64_t first, std::uint64_t last) {
    auto reader = journal_reader::open(folder_, from);
    ASSERT_TRUE(reader) << reader.error().message;
    net::frame_block block;
    for (auto number = first; number < last; ++number) {
      auto const found = reader->next(block);
      ASSERT_TRUE(found) << found.error().message;
      ASSERT_EQ(*found, journal_reader::found::frames) << number;
      expect_equal(block, block_of(number));
    }
    EXPECT_EQ(reader->next(block), journal_reader::found::end);
  }

  [[nodiscard]] auto only_file() const -> std::filesystem::path {
    return std::filesystem::directory_iterator {
      folder_
      } -> path();
  }

  std::filesystem::path folder_;
};

TEST_F(Journal, GivesBackWhatItGot) {
  {
    auto writer = journal_writer::open(folder_).value();
    for (std::uint64_t i = 0; i < 20; ++i) ASSERT_TRUE(writer.append(block_of(i)));
  }
  expect_blocks({1, 0}, 0, 20);
}

TEST_F(Journal, MarksStandWhereTheyWereMade) {
  auto writer = journal_writer::open(folder_).value();
  ASSERT_TRUE(writer.append(block_of(1)));
  auto const behind = writer.mark(77);
  ASSERT_TRUE(behind);
  EXPECT_EQ(*behind, writer.end());
  ASSERT_TRUE(writer.append(block_of(2)));
  auto reader = journal_reader::open(folder_, {1, 0}).value();
  net::frame_block block;
  EXPECT_EQ(reader.next(block), journal_reader::found::frames);
  EXPECT_EQ(reader.next(block), journal_reader::found::mark);
  EXPECT_EQ(reader.number(), 77U);
  EXPECT_EQ(reader.position(), *behind);
  expect_blocks(*behind, 2, 3);
}

TEST_F(Journal, TicksAndNotesComeBack) {
  auto writer = journal_writer::open(folder_).value();
  ASSERT_TRUE(writer.append(block_of(1), "night.pcap 17"));
  ASSERT_TRUE(writer.tick(timestamp{1'234}));
  ASSERT_TRUE(writer.append(block_of(2)));
  auto reader = journal_reader::open(folder_, {1, 0}).value();
  net::frame_block block;
  EXPECT_EQ(reader.next(block), journal_reader::found::frames);
  EXPECT_EQ(reader.last_note(), "night.pcap 17");
  EXPECT_EQ(reader.next(block), journal_reader::found::tick);
  EXPECT_EQ(reader.time(), timestamp{1'234});
  EXPECT_EQ(reader.next(block), journal_reader::found::frames);
  expect_equal(block, block_of(2));
  EXPECT_EQ(reader.last_note(), "night.pcap 17");
}

TEST_F(Journal, IsReadWhileItIsWritten) {
  auto writer = journal_writer::open(folder_).value();
  auto reader = journal_reader::open(folder_, {1, 0}).value();
  net::frame_block large, block;
  large.append(timestamp{1}, net::link_type::ethernet, 1,
               std::vector<std::uint8_t>(std::size_t{40} << 20));
  for (std::uint64_t i = 0; i < 5; ++i) {
    EXPECT_EQ(reader.next(block), journal_reader::found::end);
    ASSERT_TRUE(writer.append(large));
    ASSERT_TRUE(writer.append(block_of(i)));
    EXPECT_EQ(reader.next(block), journal_reader::found::frames);
    expect_equal(block, large);
    EXPECT_EQ(reader.next(block), journal_reader::found::frames);
    expect_equal(block, block_of(i));
  }
  EXPECT_EQ(reader.position().segment, 3U);
}

TEST_F(Journal, GoesOnWhereItEnded) {
  for (std::uint64_t i = 0; i < 5; ++i) {
    auto writer = journal_writer::open(folder_).value();
    ASSERT_TRUE(writer.append(block_of(i)));
  }
  expect_blocks({1, 0}, 0, 5);
}

TEST_F(Journal, WhatWasBeingWrittenWhenItEndedIsCutOff) {
  {
    auto writer = journal_writer::open(folder_).value();
    for (std::uint64_t i = 0; i < 3; ++i) ASSERT_TRUE(writer.append(block_of(i)));
  }
  auto const file = only_file();
  auto const whole = std::filesystem::file_size(file);
  auto last = std::string{};
  internal::write_frames(last, block_of(2), {});
  for (std::uint64_t cut = 1; cut <= last.size(); ++cut) {
    std::filesystem::resize_file(file, whole - cut);
    expect_blocks({1, 0}, 0, 2);
    auto writer = journal_writer::open(folder_).value();
    ASSERT_TRUE(writer.append(block_of(2)));
    EXPECT_EQ(std::filesystem::file_size(file), whole);
    expect_blocks({1, 0}, 0, 3);
  }
}

TEST_F(Journal, DamageEndsIt) {
  {
    auto writer = journal_writer::open(folder_).value();
    for (std::uint64_t i = 0; i < 3; ++i) ASSERT_TRUE(writer.append(block_of(i)));
  }
  std::string first;
  internal::write_frames(first, block_of(0), {});
  auto const file = only_file();
  int whole = 0;
  for (std::size_t at = first.size(); at < std::filesystem::file_size(file); ++at) {
    std::fstream bytes{file, std::ios::in | std::ios::out | std::ios::binary};
    bytes.seekg(static_cast<std::streamoff>(at));
    auto const was = static_cast<char>(bytes.get());
    bytes.seekp(static_cast<std::streamoff>(at)).put(static_cast<char>(was ^ 0x40)).flush();
    auto reader = journal_reader::open(folder_, {1, 0}).value();
    net::frame_block block;
    std::uint64_t given = 0;
    for (; reader.next(block) == journal_reader::found::frames; ++given)
      expect_equal(block, block_of(given));
    EXPECT_GE(given, 1U);
    whole += given == 3 ? 1 : 0;
    bytes.seekp(static_cast<std::streamoff>(at)).put(was);
  }
  EXPECT_EQ(whole, 2 * 3);  // three bytes of each head mean nothing and are not read
}

TEST_F(Journal, ForgetsWholeSegments) {
  auto writer = journal_writer::open(folder_).value();
  net::frame_block large;
  large.append(timestamp{1}, net::link_type::ethernet, 1,
               std::vector<std::uint8_t>(std::size_t{24} << 20));
  std::vector<journal_position> ends;
  for (int i = 0; i < 7; ++i) {
    ASSERT_TRUE(writer.append(large));
    ends.push_back(writer.mark(static_cast<std::uint64_t>(i)).value());
  }
  EXPECT_EQ(writer.end().segment, 3U);
  EXPECT_GT(writer.bytes(), std::uint64_t{7 * 24} << 20);
  ASSERT_TRUE(writer.forget_before(ends[4]));
  EXPECT_FALSE(journal_reader::open(folder_, {1, 0}));
  auto const none = journal_reader::open(folder_, ends[0]);
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().message,
              HasSubstr("does not reach back to where it is to be read from"));
  auto reader = journal_reader::open(folder_, ends[4]).value();
  net::frame_block block;
  EXPECT_EQ(reader.next(block), journal_reader::found::frames);
  EXPECT_LT(writer.bytes(), std::uint64_t{7 * 24} << 20);
}

TEST_F(Journal, DamageInTheMiddleIsAFailure) {
  {
    auto writer = journal_writer::open(folder_).value();
    net::frame_block large;
    large.append(timestamp{1}, net::link_type::ethernet, 1,
                 std::vector<std::uint8_t>(std::size_t{40} << 20));
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(writer.append(large));
  }
  auto const first = folder_ / "000000000001.frames";
  std::filesystem::resize_file(first, std::filesystem::file_size(first) - 1);
  auto reader = journal_reader::open(folder_, {1, 0}).value();
  net::frame_block block;
  EXPECT_EQ(reader.next(block), journal_reader::found::frames);
  auto const failed = reader.next(block);
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().message,
              HasSubstr("000000000001.frames: byte 41943084: the record is cut or damaged"));
}

}  // namespace
}  // namespace kizashi::capture
