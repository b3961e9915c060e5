#include "kizashi/capture/live/folder_source.hpp"

#include <algorithm>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kizashi/capture/internal/reading.hpp"
#include "kizashi/capture/live/internal/live_testing.hpp"
#include "kizashi/capture/pcap_writer.hpp"

namespace kizashi::capture::live {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using capture::internal::bytes_by_hand;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr timestamp start{1'600'000'000'000'000'000};

auto text_of(bytes_by_hand const& made) -> std::string {
  return {made.bytes().begin(), made.bytes().end()};
}
auto header() -> std::string {
  return text_of(bytes_by_hand{}.u32(0xa1b2c3d4).u16(2).u16(4).fill(8).u32(65535).u32(101));
}
/// Records whose data are the letters.
auto records(std::string_view letters) -> std::string {
  bytes_by_hand made;
  for (auto const each : letters)
    made.u32(1'600'000'000).u32(0).u32(1).u32(1).text(std::string{each});
  return text_of(made);
}

class folder : public testing::Test {
protected:
  folder() {
    path_ = fs::path{testing::TempDir()} /
            fmt::format("kizashi_folder_{}_{}",
                        testing::UnitTest::GetInstance()->current_test_info()->name(), ::getpid());
    fs::remove_all(path_);
    fs::create_directories(path_);
    options_.folder = path_;
    options_.use_notification = false;
  }
  ~folder() override { fs::remove_all(path_); }
  folder(folder const&) = delete;
  auto operator=(folder const&) -> folder& = delete;

  /// The time of the file is the clock's.
  void append(std::string const& name, std::string const& bytes) {
    std::ofstream{path_ / name, std::ios::binary | std::ios::app} << bytes;
    touch(name);
  }
  void touch(std::string const& name) {
    auto const now = clock_.now().nanoseconds();
    timespec const time{now / 1'000'000'000, now % 1'000'000'000};
    std::array const both{time, time};
    ASSERT_EQ(::utimensat(AT_FDCWD, (path_ / name).c_str(), both.data(), 0), 0);
  }
  /// A packed capture with the letters.
  void pack(std::string const& name, std::string_view letters) {
    auto made = pcap_writer::create((path_ / name).string(), net::link_type::raw_ip);
    ASSERT_TRUE(made);
    for (auto const each : letters) {
      auto const byte = static_cast<std::uint8_t>(each);
      ASSERT_TRUE(made->write(start, 1, {&byte, 1}));
    }
    ASSERT_TRUE(made->close());
    touch(name);
  }
  void open() {
    auto opened = folder_source::open(options_, clock_);
    ASSERT_TRUE(opened) << opened.error().message;
    source_ = std::move(*opened);
  }
  /// As after a restart with what was saved.
  void restart() {
    auto const saved = folder_bookmark::parse(source_->bookmark().to_string());
    ASSERT_TRUE(saved);
    options_.from = *saved;
    open();
  }
  /// What comes until nothing does, and a moment later.
  auto read() -> std::string {
    std::string letters;
    for (int idle = 0; idle < 3;) {
      auto const came = source_->receive(block_, 1s);
      if (!came) return came.error().message;
      idle += came->state == flow::idle ? 1 : 0;
      for (auto const& each : internal::data_of(block_)) letters += each;
    }
    return letters;
  }
  auto notes() -> std::vector<std::string> {
    std::vector<std::string> all;
    for (auto const& each : source_->notes()) {
      auto words = (each.is_loss ? "loss: " : "") + each.message;
      if (auto const at = words.find(path_.string()); at != std::string::npos)
        words.replace(at, path_.string().size() + 1, "");
      all.push_back(words);
    }
    return all;
  }

  fs::path path_;
  folder_options options_;
  internal::fake_clock clock_{start};
  std::unique_ptr<folder_source> source_;
  net::frame_block block_;
};

TEST_F(folder, files_in_the_order_of_their_names) {
  append("b.pcap", header() + records("cd"));
  append("a.pcap", header() + records("ab"));
  append("notes.txt", "x");
  fs::create_directory(path_ / "c.pcap");
  clock_.pass(1h);
  open();
  EXPECT_EQ(read(), "abcd");
  EXPECT_THAT(notes(), IsEmpty());
  EXPECT_EQ(source_->statistics().received, 4U);
}

TEST_F(folder, files_by_the_time_of_their_change) {
  options_.order = folder_order::modified;
  append("b.pcap", header() + records("ab"));
  clock_.pass(1s);
  append("a.pcap", header() + records("cd"));
  clock_.pass(1h);
  open();
  EXPECT_EQ(read(), "abcd");
}

TEST_F(folder, a_file_is_read_while_it_grows_record_by_record) {
  open();
  EXPECT_EQ(read(), "");
  append("a.pcap", header().substr(0, 10));
  EXPECT_EQ(read(), "");
  append("a.pcap", header().substr(10));
  EXPECT_EQ(read(), "");
  auto const both = records("ab");
  append("a.pcap", both.substr(0, 20));
  EXPECT_EQ(read(), "a");
  append("a.pcap", both.substr(20));
  EXPECT_EQ(read(), "b");
  clock_.pass(24h);
  EXPECT_EQ(read(), "");
  append("a.pcap", records("c"));
  EXPECT_EQ(read(), "c") << "however long the writer was silent";
  EXPECT_THAT(notes(), IsEmpty());
}

TEST_F(folder, the_next_file_is_read_when_the_one_before_is_quiet) {
  open();
  append("a.pcap", header() + records("a"));
  EXPECT_EQ(read(), "a");
  append("b.pcap", header() + records("c"));
  append("a.pcap", records("b"));  // the last of the one before, written late
  EXPECT_EQ(read(), "b") << "and not yet c";
  clock_.pass(10s);
  EXPECT_EQ(read(), "c");
  EXPECT_THAT(notes(), IsEmpty());
}

TEST_F(folder, a_packed_file_waits_until_it_is_complete) {
  options_.handover = 1min;
  clock_.pass(1h);
  pack("a.pcap.gz", "ab");
  open();
  EXPECT_EQ(read(), "");
  clock_.pass(options_.settled);
  EXPECT_EQ(read(), "ab") << "it has settled";
  pack("b.pcap.gz", "cd");
  EXPECT_EQ(read(), "");
  append("c.pcap", header() + records("e"));
  EXPECT_EQ(read(), "");
  clock_.pass(options_.handover);
  EXPECT_EQ(read(), "cde") << "a later one is there";
}

TEST_F(folder, a_file_that_is_moved_into_place_is_complete_at_once) {
  options_.use_notification = true;
  open();
  if (!source_->is_notified()) GTEST_SKIP() << "no inotify here";
  pack("a.tmp.gz", "ab");
  fs::rename(path_ / "a.tmp.gz", path_ / "a.pcap.gz");
  net::frame_block block;
  std::string letters;
  for (int i = 0; i < 100 && letters.empty(); ++i) {
    ASSERT_TRUE(source_->receive(block, 100ms));
    for (auto const& each : internal::data_of(block)) letters += each;
  }
  EXPECT_EQ(letters, "ab") << "though its name does not end in .gz to those who only unpack";
}

TEST_F(folder, a_file_and_its_packed_form_are_one) {
  open();
  append("a.pcap", header() + records("ab"));
  EXPECT_EQ(read(), "ab");
  append("b.pcap", header() + records("c"));
  clock_.pass(1min);
  EXPECT_EQ(read(), "c");
  pack("a.pcap.gz", "ab");
  fs::remove(path_ / "a.pcap");
  clock_.pass(1h);
  EXPECT_EQ(read(), "");
  restart();
  clock_.pass(1h);
  EXPECT_EQ(read(), "");
  EXPECT_THAT(notes(), IsEmpty());
}

TEST_F(folder, the_bookmark_is_kept_when_its_file_was_packed_meanwhile) {
  append("a.pcap", header() + records("ab"));
  open();
  EXPECT_EQ(read(), "ab");
  fs::remove(path_ / "a.pcap");
  pack("a.pcap.gz", "abc");
  clock_.pass(1h);
  restart();
  EXPECT_EQ(read(), "c");
}

TEST_F(folder, after_a_restart_nothing_is_read_twice_and_nothing_left_out) {
  for (auto const order : {folder_order::name, folder_order::modified}) {
    for (int stop_after = 0; stop_after <= 6; ++stop_after) {
      for (auto const& each : fs::directory_iterator{path_}) fs::remove(each);
      options_.order = order;
      options_.from.reset();
      append("a.pcap", header() + records("ab"));
      clock_.pass(1min);
      pack("b.pcap.gz", "cd");
      clock_.pass(1min);
      append("c.pcap", header() + records("ef"));
      clock_.pass(1min);
      open();
      std::string before;
      // Blocks hold a file each: what comes after `stop_after` calls is as good as lost.
      for (int i = 0; i < stop_after; ++i) {
        ASSERT_TRUE(source_->receive(block_, 1s));
        for (auto const& each : internal::data_of(block_)) before += each;
      }
      restart();
      append("c.pcap", records("g"));
      EXPECT_EQ(before + read(), "abcdefg") << stop_after;
      EXPECT_THAT(notes(), IsEmpty());
    }
  }
}

TEST_F(folder, the_bookmark_goes_into_the_middle_of_a_file) {
  append("a.pcap", header() + records("abcdef"));
  append("b.pcap", header() + records("g"));
  clock_.pass(1min);
  open();
  auto mark = source_->bookmark();
  EXPECT_EQ(mark.file, "");
  EXPECT_EQ(read(), "abcdefg");
  struct stat facts {};
  ASSERT_EQ(::stat((path_ / "a.pcap").c_str(), &facts), 0);
  for (unsigned frames = 0; frames <= 6; ++frames) {
    options_.from = folder_bookmark{folder_order::name,
                                    "a.pcap",
                                    facts.st_dev,
                                    facts.st_ino,
                                    static_cast<std::uint64_t>(facts.st_size),
                                    0,
                                    frames};
    open();
    EXPECT_EQ(read(), std::string{"abcdefg"}.substr(frames));
  }
}

TEST_F(folder, the_file_of_the_bookmark_is_gone_or_another) {
  append("a.pcap", header() + records("abc"));
  append("b.pcap", header() + records("d"));
  clock_.pass(1min);
  open();
  ASSERT_TRUE(source_->receive(block_, 0s));
  EXPECT_EQ(source_->bookmark().file, "a.pcap");
  fs::remove(path_ / "a.pcap");
  restart();
  EXPECT_EQ(read(), "d");
  EXPECT_THAT(notes(), IsEmpty());

  append("c.pcap", header() + records("ef"));
  clock_.pass(1min);
  EXPECT_EQ(read(), "ef");
  append("x", header() + records("g"));
  fs::rename(path_ / "x", path_ / "c.pcap");  // another inode, and shorter
  restart();
  EXPECT_EQ(read(), "g");
  EXPECT_THAT(notes(), ElementsAre("c.pcap: it is another file than the one that was read; it is "
                                   "read from its beginning"));
}

TEST_F(folder, damage_is_told_and_the_next_file_is_read) {
  append("a.pcap", header() + records("a") + records("b").substr(0, 12));
  append("b.pcap", "no capture at all");
  pack("c.pcap.gz", "c");
  fs::resize_file(path_ / "c.pcap.gz", 20);
  append("d.pcap", "");
  append("e.pcap", header() + records("e"));
  clock_.pass(1h);
  open();
  EXPECT_EQ(read(), "ae");
  EXPECT_THAT(
      notes(),
      ElementsAre("loss: a.pcap: offset 41: the capture ends inside a record's header; 12 bytes "
                  "came, 16 were expected; the rest is not read",
                  testing::StartsWith("loss: b.pcap: not a capture"),
                  testing::StartsWith("loss: c.pcap.gz: "),
                  "loss: d.pcap: it is empty; expected a capture"));
  restart();
  EXPECT_EQ(read(), "");
}

TEST_F(folder, a_damaged_record_ends_its_file) {
  append("a.pcap",
         header() + records("a") + text_of(bytes_by_hand{}.fill(8).u32(0xffffffff).u32(1)));
  append("b.pcap", header() + records("b"));
  clock_.pass(1h);
  open();
  EXPECT_EQ(read(), "ab");
  EXPECT_THAT(notes(),
              ElementsAre("loss: a.pcap: offset 41: a record of 4294967295 bytes came; expected at "
                          "most 262144; the rest is not read"));
}

TEST_F(folder, a_file_that_is_cut_or_deleted_while_it_is_read) {
  append("a.pcap", header() + records("ab"));
  open();
  EXPECT_EQ(read(), "ab");
  fs::resize_file(path_ / "a.pcap", 30);
  EXPECT_EQ(read(), "");
  EXPECT_THAT(notes(), ElementsAre("loss: a.pcap: it was cut to 30 bytes after 58 were read"));
  append("b.pcap", header() + records("c"));
  EXPECT_EQ(read(), "c");
  fs::remove(path_ / "b.pcap");
  append("c.pcap", header() + records("d"));
  EXPECT_EQ(read(), "d");
}

TEST_F(folder, a_file_that_gets_another_name_while_it_is_read_is_the_same) {
  append("a.pcap", header() + records("ab"));
  open();
  EXPECT_EQ(read(), "ab");
  fs::rename(path_ / "a.pcap", path_ / "a-done.pcap");
  append("a-done.pcap", records("c"));
  EXPECT_EQ(read(), "c");
  EXPECT_EQ(source_->bookmark().file, "a-done.pcap");
}

TEST_F(folder, a_file_that_comes_too_late_is_told) {
  append("b.pcap", header() + records("b"));
  open();
  EXPECT_EQ(read(), "b");
  append("a.pcap", header() + records("a"));
  clock_.pass(1min);
  EXPECT_EQ(read(), "");
  EXPECT_THAT(notes(), ElementsAre("loss: a.pcap: it came when later files were read already; it "
                                   "is left out"));
}

TEST_F(folder, a_file_thought_complete_that_grows_is_read_on) {
  append("a.pcap", header() + records("a"));
  append("b.pcap", header() + records("x"));
  clock_.pass(1min);
  open();
  fs::remove(path_ / "b.pcap");
  clock_.pass(1min);
  ASSERT_TRUE(source_->receive(block_, 0s));
  pack("c.pcap.gz", "c");
  clock_.pass(1s);
  EXPECT_EQ(read(), "") << "c is not complete and a is left behind";
  append("a.pcap", records("b"));
  EXPECT_EQ(read(), "b");
}

TEST_F(folder, messages_of_the_folder) {
  options_.folder = path_ / "none";
  auto opened = folder_source::open(options_, clock_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().message,
            (path_ / "none").string() + ": cannot list: No such file or directory");

  options_.folder = path_;
  options_.from = folder_bookmark{folder_order::modified, "a", 1, 2, 3, 4, 5};
  opened = folder_source::open(options_, clock_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().message,
            path_.string() +
                ": the bookmark is one of another order of files; read in that order or begin "
                "without it");
}

TEST_F(folder, a_folder_that_goes_and_comes_back) {
  append("a.pcap", header() + records("a"));
  open();
  EXPECT_EQ(read(), "a");
  fs::remove_all(path_);
  EXPECT_EQ(read(), path_.string() + ": cannot list: No such file or directory");
  EXPECT_FALSE(source_->reopen());
  fs::create_directories(path_);
  append("b.pcap", header() + records("b"));
  ASSERT_TRUE(source_->reopen());
  EXPECT_EQ(read(), "b");
  EXPECT_EQ(source_->statistics().reopened, 1U);
}

}  // namespace
}  // namespace kizashi::capture::live
