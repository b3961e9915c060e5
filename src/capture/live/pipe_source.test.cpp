#include "kizashi/capture/live/pipe_source.hpp"

#include <array>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kizashi/base/file_descriptor.hpp"
#include "kizashi/capture/internal/reading.hpp"
#include "kizashi/capture/live/internal/live_testing.hpp"

namespace kizashi::capture::live {
namespace {

using namespace std::chrono_literals;
using capture::internal::bytes_by_hand;
using testing::ElementsAre;
using testing::IsEmpty;

/// A named pipe that the test writes into and the source reads.
class named_pipe : public testing::Test {
protected:
  named_pipe() {
    path_ = std::filesystem::path{testing::TempDir()} /
            fmt::format("kizashi_pipe_{}_{}",
                        testing::UnitTest::GetInstance()->current_test_info()->name(), ::getpid());
    std::filesystem::remove(path_);
    EXPECT_EQ(::mkfifo(path_.c_str(), 0600), 0);
    auto opened = open_pipe(path_);
    EXPECT_TRUE(opened);
    source_ = std::move(*opened);
  }
  ~named_pipe() override { std::filesystem::remove(path_); }
  named_pipe(named_pipe const&) = delete;
  auto operator=(named_pipe const&) -> named_pipe& = delete;

  void write(bytes_by_hand const& made) {
    if (!writer_.is_open())
      writer_ = file_descriptor{::open(path_.c_str(), O_WRONLY | O_CLOEXEC | O_NONBLOCK)};
    auto const count = ::write(writer_.get(), made.bytes().data(), made.bytes().size());
    ASSERT_EQ(count, static_cast<ssize_t>(made.bytes().size()));
  }
  void close() { file_descriptor{std::move(writer_)}; }
  auto step(duration patience = 0s) -> std::string {
    auto const came = source_->receive(block_, patience);
    if (!came) return came.error().message;
    if (came->state != flow::frames) return came->state == flow::idle ? "idle" : "ended";
    std::string letters;
    for (auto const& each : internal::data_of(block_)) letters += each;
    return letters;
  }

  std::string path_;
  file_descriptor writer_;
  std::unique_ptr<live_source> source_;
  net::frame_block block_;
};

auto pcap_head() -> bytes_by_hand {
  return bytes_by_hand{}.u32(0xa1b2c3d4).u16(2).u16(4).fill(8).u32(65535).u32(101);
}
auto record(std::string_view data) -> bytes_by_hand {
  return bytes_by_hand{}.u32(1'600'000'000).u32(0).u32(data.size()).u32(data.size()).text(data);
}

TEST_F(named_pipe, frames_come_as_they_are_written) {
  EXPECT_EQ(step(), "idle") << "nobody writes yet";
  write(bytes_by_hand{}.u32(0xa1b2c3d4));
  EXPECT_EQ(step(), "idle");
  write(bytes_by_hand{}.u16(2).u16(4).fill(8).u32(65535).u32(101));
  EXPECT_EQ(step(), "idle");
  write(record("a"));
  write(bytes_by_hand{}.u32(1'600'000'000).u32(0).u32(1));
  EXPECT_EQ(step(), "a");
  EXPECT_EQ(step(), "idle");
  write(bytes_by_hand{}.u32(1).text("b"));
  EXPECT_EQ(step(), "b");
  close();
  EXPECT_EQ(step(), "ended");
  EXPECT_THAT(source_->notes(), IsEmpty());
  EXPECT_EQ(source_->statistics().received, 2U);
}

TEST_F(named_pipe, it_waits_for_a_writer) {
  write(pcap_head());
  EXPECT_EQ(step(), "idle");
  std::jthread const later{[this] { write(record("a")); }};
  std::string came = "idle";
  for (int i = 0; i < 1000 && came == "idle"; ++i) came = step(10ms);
  EXPECT_EQ(came, "a");
}

TEST_F(named_pipe, a_record_may_be_longer_than_the_pipe) {
  std::string const big(200'000, 'x');
  write(pcap_head());
  EXPECT_EQ(step(), "idle");
  std::jthread const slow{[&] {
    auto const made = record(big);
    file_descriptor const out{::open(path_.c_str(), O_WRONLY | O_CLOEXEC)};
    for (std::size_t done = 0; done < made.bytes().size();) {
      auto const count = ::write(out.get(), made.bytes().data() + done, made.bytes().size() - done);
      if (count <= 0) break;
      done += static_cast<std::size_t>(count);
    }
  }};
  std::string came = "idle";
  for (int i = 0; i < 10'000 && came == "idle"; ++i) came = step(10ms);
  EXPECT_EQ(came, big);
}

TEST_F(named_pipe, a_capture_that_is_cut) {
  write(pcap_head());
  write(record("a"));
  write(bytes_by_hand{}.u32(1).u32(2));
  close();
  EXPECT_EQ(step(), "a");
  EXPECT_EQ(step(), "ended");
  auto const notes = source_->notes();
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_EQ(notes[0].message, path_ +
                                  ": offset 41: the capture ends inside a record's header; 8 bytes "
                                  "came, 16 were expected; the rest is not read");
  EXPECT_TRUE(notes[0].is_loss);
}

TEST_F(named_pipe, blocks_of_no_interest_are_stepped_over) {
  // pcapng: section, interface, 100,000 bytes that hold no frame, a packet.
  write(bytes_by_hand{}.u32(0x0a0d0d0a).u32(28).u32(0x1a2b3c4d).u16(1).u16(0).u64(~0ULL).u32(28));
  write(bytes_by_hand{}.u32(1).u32(20).u16(101).u16(0).u32(0).u32(20));
  EXPECT_EQ(step(), "idle");
  auto other = bytes_by_hand{}.u32(5).u32(100'012);
  for (std::size_t left = 100'000; left > 0; left -= 20'000) {
    write(other.fill(20'000));
    EXPECT_EQ(step(), "idle");
    other = bytes_by_hand{};
  }
  write(bytes_by_hand{}.u32(100'012));
  write(
      bytes_by_hand{}.u32(6).u32(36).u32(0).u32(0).u32(1).u32(1).u32(1).text("p").fill(3).u32(36));
  EXPECT_EQ(step(), "p");
  close();
  EXPECT_EQ(step(), "ended");
  EXPECT_THAT(source_->notes(), IsEmpty());
}

TEST_F(named_pipe, what_is_no_capture) {
  write(bytes_by_hand{}.text("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
  auto const expected =
      path_ + ": it begins with the bytes 47 45 54 20 2f 20 48 54; expected pcap or pcapng";
  EXPECT_EQ(step(), expected);
  EXPECT_EQ(step(), expected) << "and stays so";
}

TEST_F(named_pipe, what_is_packed) {
  write(bytes_by_hand{}.u8(0x1f).u8(0x8b).u8(8).fill(40));
  EXPECT_EQ(step(), path_ +
                        ": it is packed with gzip; what is read as it comes must be unpacked "
                        "before");
}

TEST_F(named_pipe, nothing_at_all) {
  write(bytes_by_hand{});
  close();
  EXPECT_EQ(step(), path_ + ": it is empty; expected a capture");
}

TEST(pipe_source, standard_input) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  file_descriptor const read_end{ends[0]};
  file_descriptor write_end{ends[1]};
  file_descriptor const kept{::dup(STDIN_FILENO)};
  ASSERT_GE(::dup2(read_end.get(), STDIN_FILENO), 0);
  auto const opened = open_pipe("-");
  ::dup2(kept.get(), STDIN_FILENO);
  ASSERT_TRUE(opened);
  EXPECT_EQ((*opened)->name(), "standard input");
  net::frame_block block;
  auto const came = (*opened)->receive(block, 0s);
  ASSERT_TRUE(came);
  EXPECT_EQ(came->state, flow::idle);
}

TEST(pipe_source, what_cannot_be_opened) {
  EXPECT_EQ(open_pipe("/no/such/pipe").error().message,
            "/no/such/pipe: cannot open: No such file or directory");
  EXPECT_EQ(open_pipe("/tmp").error().message, "/tmp: cannot read: Is a directory");
}

}  // namespace
}  // namespace kizashi::capture::live
