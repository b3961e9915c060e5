#include "kizashi/capture/inputs.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sys/resource.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kizashi/base/random.hpp"
#include "kizashi/capture/internal/reading.hpp"
#include "kizashi/capture/pcap_writer.hpp"

namespace kizashi::capture {
namespace {

namespace fs = std::filesystem;
using internal::reading;
using internal::seen_frame;
using testing::ElementsAre;
using testing::IsEmpty;

/// A folder for each test, gone afterwards.
class captures : public testing::Test {
protected:
  captures() {
    std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
    std::replace(name.begin(), name.end(), '/', '_');
    folder_ =
        fs::path{testing::TempDir()} / fmt::format("kizashi_captures_{}_{}", name, ::getpid());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~captures() override { fs::remove_all(folder_); }
  captures(captures const&) = delete;
  auto operator=(captures const&) -> captures& = delete;

  [[nodiscard]] auto path(std::string const& name) const -> std::string { return folder_ / name; }
  auto write(std::string const& name, std::string_view bytes) const -> std::string {
    fs::create_directories(fs::path{path(name)}.parent_path());
    std::ofstream{path(name), std::ios::binary} << bytes;
    return path(name);
  }
  auto write(std::string const& name, std::vector<seen_frame> const& frames) const -> std::string {
    auto out = pcap_writer::create(path(name), net::link_type::ethernet);
    EXPECT_TRUE(out);
    for (auto const& each : frames) {
      EXPECT_TRUE(
          out->write(each.time, each.wire,
                     {reinterpret_cast<std::uint8_t const*>(each.data.data()), each.data.size()}));
    }
    EXPECT_TRUE(out->close());
    return path(name);
  }

  fs::path folder_;
};

auto read(std::vector<std::string> paths) -> reading {
  reading made;
  auto source = open_captures(std::move(paths));
  if (!source) {
    made.failure = source.error().message;
    return made;
  }
  read_all(**source, made);
  auto const end = (*source)->position();
  if (made.notes.empty()) {
    EXPECT_EQ(end.read_bytes, end.total_bytes);
  }
  return made;
}

/// The frame number `i` at `seconds`; unknown for 0.
auto frame_at(std::int64_t seconds, std::size_t i = 0) -> seen_frame {
  auto data = fmt::format("frame {}", i);
  auto const time = seconds == 0 ? timestamp::unknown() : timestamp{seconds * 1'000'000'000};
  auto const wire = static_cast<std::uint32_t>(data.size());
  return {time, 1, wire, std::move(data)};
}

TEST_F(captures, equal_times_come_in_the_order_of_the_paths) {
  auto const a = write("a", std::vector{frame_at(1, 1), frame_at(3, 2), frame_at(5, 3)});
  auto const b = write("b", std::vector{frame_at(1, 4), frame_at(3, 5), frame_at(4, 6)});
  EXPECT_THAT(read({a, b}).frames, ElementsAre(frame_at(1, 1), frame_at(1, 4), frame_at(3, 2),
                                               frame_at(3, 5), frame_at(4, 6), frame_at(5, 3)));
  EXPECT_THAT(read({b, a}).frames, ElementsAre(frame_at(1, 4), frame_at(1, 1), frame_at(3, 5),
                                               frame_at(3, 2), frame_at(4, 6), frame_at(5, 3)));
}

TEST_F(captures, each_files_own_order_is_kept) {
  auto const a = write("a", std::vector{frame_at(5, 1), frame_at(2, 2), frame_at(6, 3)});
  auto const b = write("b", std::vector{frame_at(3, 4), frame_at(7, 5)});
  EXPECT_THAT(read({a, b}).frames, ElementsAre(frame_at(3, 4), frame_at(5, 1), frame_at(2, 2),
                                               frame_at(6, 3), frame_at(7, 5)));
}

TEST_F(captures, frames_without_a_time_stay_behind_the_frame_before_them) {
  auto const a =
      write("a", std::vector{frame_at(0, 1), frame_at(5, 2), frame_at(0, 3), frame_at(6, 4)});
  auto const b = write("b", std::vector{frame_at(1, 5), frame_at(5, 6), frame_at(0, 7)});
  auto const got = read({a, b});
  EXPECT_THAT(got.frames,
              ElementsAre(frame_at(1, 5), frame_at(0, 1), frame_at(5, 2), frame_at(0, 3),
                          frame_at(5, 6), frame_at(0, 7), frame_at(6, 4)));
  EXPECT_THAT(
      got.notes,
      ElementsAre(b + ": 1 frame has no time or an impossible one; it is at offset 86",
                  a + ": 2 frames have no time or an impossible one; the first is at offset 40"));
}

/// Splits a capture into files at random, in runs of about `run` frames; each file keeps the order.
class splits : public captures, public testing::WithParamInterface<std::uint32_t> {};
INSTANTIATE_TEST_SUITE_P(inputs, splits, testing::Values(1, 20, 3'000, 100'000));

TEST_P(splits, merged_give_the_unsplit_capture) {
  random_source random{GetParam()};
  std::vector<seen_frame> all;
  for (std::size_t i = 0; i < 60'000; ++i) {
    // Times are told apart, so that one order alone is right.
    all.push_back(frame_at(static_cast<std::int64_t>(i) * 3 + 1 + random.below(3), i));
    all.back().data.resize(random.below(100) == 0 ? 1'500 : random.below(80), 'x');
  }
  std::vector<std::vector<seen_frame>> parts(7);
  std::size_t part = 0;
  for (auto const& each : all) {
    if (random.below(GetParam()) == 0) part = random.below(7);
    parts[part].push_back(each);
  }
  std::vector<std::string> paths;
  for (auto const& each : parts) paths.push_back(write(fmt::format("part{}", paths.size()), each));
  auto const got = read(paths);
  EXPECT_EQ(got.failure, "");
  EXPECT_THAT(got.notes, IsEmpty());
  EXPECT_TRUE(got.frames == all) << got.frames.size();
}

TEST_F(captures, more_files_than_may_be_open_at_once) {
  std::vector<seen_frame> all;
  std::vector<std::string> paths;
  for (std::size_t i = 0; i < 500; ++i) {
    auto const begin = static_cast<std::int64_t>(i) * 10 + 1;
    all.push_back(frame_at(begin, i));
    all.push_back(frame_at(begin + 9, i));
    paths.push_back(write(fmt::format("{:03}", i), std::vector{all[2 * i], all[2 * i + 1]}));
  }
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit const few{64, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
  auto const got = read(paths);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_THAT(got.notes, IsEmpty());
  EXPECT_EQ(got.frames, all);
}

TEST_F(captures, files_that_overlap_beyond_the_limit_are_named) {
  std::vector<std::string> paths;
  for (std::size_t i = 0; i < 100; ++i) {
    paths.push_back(write(fmt::format("{:03}", i), std::vector{frame_at(1, i), frame_at(2, i)}));
  }
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit const few{64, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
  auto const got = read(paths);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  ASSERT_FALSE(got.notes.empty());
  EXPECT_THAT(
      got.notes.front(),
      testing::EndsWith(": cannot open: Too many open files; more captures overlap in time than "
                        "may be open at once; raise the limit with ulimit -n"));
  EXPECT_EQ(got.frames.size(), 2 * (100 - got.notes.size()));
}

TEST_F(captures, what_cannot_be_read_leaves_a_note_and_the_others_are_read) {
  auto const good = write("good", std::vector{frame_at(1)});
  auto const text = write("text", "a text of some length, and no capture");
  auto const empty = write("empty", "");
  auto const got = read({text, good, empty, path("gone")});
  EXPECT_EQ(got.failure, "");
  EXPECT_THAT(got.frames, ElementsAre(frame_at(1)));
  EXPECT_THAT(
      got.notes,
      ElementsAre("loss: " + text +
                      ": not a capture: it begins with the bytes 61 20 74 65 78 74 20 6f; expected "
                      "pcap, pcapng or ERF, as it is or packed with gzip, zstd, bzip2 or xz",
                  "loss: " + empty + ": it is empty; expected a capture",
                  "loss: " + path("gone") + ": cannot open: No such file or directory"));
}

TEST_F(captures, when_none_can_be_read_that_is_a_failure) {
  auto const empty = write("empty", "");
  EXPECT_EQ(read({empty}).failure, empty + ": it is empty; expected a capture");
  EXPECT_EQ(read({path("gone")}).failure,
            path("gone") + ": cannot open: No such file or directory");
  EXPECT_EQ(read({folder_}).failure, folder_.string() + ": cannot read: Is a directory");
  EXPECT_EQ(read({empty, path("gone")}).failure,
            "none of 2 files can be read as a capture; the first: " + empty +
                ": it is empty; expected a capture");
}

TEST_F(captures, no_permission) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  auto const file = write("secret", std::vector{frame_at(1)});
  fs::permissions(file, fs::perms::none);
  EXPECT_EQ(read({file}).failure, file + ": cannot open: Permission denied");
}

TEST_F(captures, a_cut_file_among_others) {
  auto const a = write("a", std::vector{frame_at(1, 1), frame_at(3, 2)});
  auto const b = write("b", std::vector{frame_at(2, 3)});
  fs::resize_file(a, fs::file_size(a) - 1);
  auto const got = read({a, b});
  EXPECT_THAT(got.frames, ElementsAre(frame_at(1, 1), frame_at(2, 3)));
  EXPECT_THAT(got.notes,
              ElementsAre("loss: " + a +
                          ": offset 47: the file ends inside a record; 22 bytes came, 23 were "
                          "expected; the rest of the file is not read"));
}

TEST_F(captures, captures_without_frames) {
  auto const a = write("a", std::vector<seen_frame>{});
  auto const b = write("b", std::vector<seen_frame>{});
  EXPECT_EQ(read({a}).failure, "");
  EXPECT_EQ(read({a, b}).failure, "");
  EXPECT_THAT(read({a, b}).frames, IsEmpty());
}

TEST_F(captures, a_pipe_can_be_merged_though_it_cannot_be_opened_twice) {
  auto const a = write("a", std::vector{frame_at(1, 1), frame_at(3, 2)});
  auto const b = write("b", std::vector{frame_at(2, 3), frame_at(4, 4)});
  auto const pipe = path("pipe");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  std::thread writer{[&] { std::ofstream{pipe, std::ios::binary} << std::ifstream{b}.rdbuf(); }};
  reading got;
  auto source = open_captures({a, pipe});
  ASSERT_TRUE(source);
  read_all(**source, got);
  writer.join();
  EXPECT_THAT(got.frames,
              ElementsAre(frame_at(1, 1), frame_at(2, 3), frame_at(3, 2), frame_at(4, 4)));
  EXPECT_EQ((*source)->position().total_bytes, 0U) << "a pipe's length is not known";
}

TEST_F(captures, the_position_is_of_the_packed_bytes) {
  std::vector<seen_frame> frames;
  for (int i = 0; i < 100'000; ++i) frames.push_back(frame_at(i + 1));
  auto const file = write("a", frames);
  auto source = open_captures({file});
  ASSERT_TRUE(source);
  net::frame_block block;
  ASSERT_TRUE((*source)->next(block));
  EXPECT_EQ((*source)->position().total_bytes, fs::file_size(file));
  EXPECT_GT((*source)->position().read_bytes, 0U);
  EXPECT_LT((*source)->position().read_bytes, fs::file_size(file));
}

auto find(std::vector<std::string> const& arguments) -> std::vector<std::string> {
  auto const found = find_captures(arguments);
  return found ? found->paths : std::vector{"failure: " + found.error().message};
}

TEST_F(captures, folders_are_searched_through_all_levels_by_name) {
  auto const c = write("c.pcap", "");
  auto const b = write("b/x/y.pcapng.gz", "");
  auto const d = write("d.pcap12", "");
  auto const e = write("e.pcap3.zst", "");
  auto const f = write("f.erf", "");
  for (auto const* const other :
       {"readme.txt", "pcap", "a.pcap.txt", "b/z.gz", "1234", "x.pcapx"}) {
    write(other, "");
  }
  EXPECT_THAT(find({folder_}), ElementsAre(b, c, d, e, f));
  EXPECT_THAT(find({c, folder_}), ElementsAre(c, b, d, e, f)) << "no file twice";
}

TEST_F(captures, files_are_taken_as_they_are_and_once) {
  auto const a = write("no-capture-name", "");
  auto const b = write("[b].pcap", "");
  fs::create_symlink(a, path("link"));
  EXPECT_THAT(find({a, b, path("./no-capture-name"), path("link"), "-"}), ElementsAre(a, b, "-"));
}

TEST_F(captures, patterns) {
  auto const a = write("a1.x", "");
  auto const b = write("a2.x", "");
  auto const c = write("b/c.pcap", "");
  write("b/c.txt", "");
  write("e/nothing.txt", "");
  EXPECT_THAT(find({path("a?.x")}), ElementsAre(a, b));
  EXPECT_THAT(find({path("a[2-9].*")}), ElementsAre(b));
  EXPECT_THAT(find({path("*")}), ElementsAre(a, b, c));
}

TEST_F(captures, arguments_that_name_nothing) {
  fs::create_directory(path("empty"));
  EXPECT_THAT(
      find({path("empty")}),
      ElementsAre("failure: " + path("empty") +
                  ": no captures in this folder; expected names ending in .pcap, .cap, .pcapng, "
                  ".ntar, .erf or .dmp, perhaps with a number behind, and perhaps packed (.gz, "
                  ".zst, .bz2, .xz)"));
  EXPECT_THAT(find({path("*.pcap")}),
              ElementsAre("failure: " + path("*.pcap") + ": no file matches this pattern"));
  EXPECT_THAT(find({path("emp*")}),
              ElementsAre("failure: " + path("emp*") + ": no captures match this pattern"));
  EXPECT_THAT(find({path("gone.pcap")}), ElementsAre("failure: " + path("gone.pcap") +
                                                     ": cannot open: No such file or directory"));
  EXPECT_THAT(
      find({"-", "-"}),
      ElementsAre("failure: -: standard input was given more than once; it can be read once"));
}

auto notes_of(std::vector<std::string> const& arguments) -> std::vector<std::string> {
  std::vector<std::string> all;
  auto const found = find_captures(arguments);
  if (!found) return {"failure: " + found.error().message};
  for (auto const& each : found->notes)
    all.push_back((each.is_loss ? "loss: " : "") + each.message);
  return all;
}

TEST_F(captures, an_empty_argument) {
  EXPECT_THAT(find({""}), ElementsAre("failure: a name is empty; expected a file, a folder, a "
                                      "pattern or -"));
}

TEST_F(captures, links_to_folders_are_not_followed) {
  auto const a = write("a/a.pcap", "");
  fs::create_symlink(folder_, path("a/up"));
  fs::create_symlink("nowhere", path("a/gone.pcap"));
  fs::create_symlink(a, path("a/other.pcap"));
  EXPECT_THAT(find({folder_}), ElementsAre(a, path("a/gone.pcap")));
  EXPECT_THAT(notes_of({folder_, folder_}),
              ElementsAre(path("a/up") + ": a link to a folder; it is not followed"));
  EXPECT_THAT(find({path("a/up/a")}), ElementsAre(path("a/up/a/a.pcap"), path("a/up/a/gone.pcap")))
      << "but for one that was named";
}

TEST_F(captures, pipes_sockets_and_devices_are_captures_only_when_named) {
  auto const a = write("a.pcap", "");
  auto const pipe = path("b.pcap");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  fs::create_symlink("/dev/null", path("c.pcap"));
  EXPECT_THAT(find({folder_}), ElementsAre(a));
  EXPECT_THAT(find({path("*.pcap")}), ElementsAre(a));
  EXPECT_THAT(find({path("b*")}),
              ElementsAre("failure: " + path("b*") + ": no captures match this pattern"));
  EXPECT_THAT(find({pipe, path("c.pcap")}), ElementsAre(pipe, path("c.pcap")));
}

TEST_F(captures, folders_that_cannot_be_listed_are_named) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  auto const a = write("a.pcap", "");
  auto const closed = path("closed");
  fs::create_directory(closed);
  fs::permissions(closed, fs::perms::none);
  auto const why = closed + ": cannot list: Permission denied";
  EXPECT_THAT(find({folder_}), ElementsAre(a));
  EXPECT_THAT(notes_of({folder_}), ElementsAre("loss: " + why));
  EXPECT_THAT(notes_of({path("*")}), ElementsAre("loss: " + why));
  EXPECT_THAT(find({closed}), ElementsAre("failure: " + why));
  EXPECT_THAT(find({path("c*/*.pcap")}), ElementsAre("failure: " + why));
  fs::permissions(closed, fs::perms::owner_all);
}

}  // namespace
}  // namespace kizashi::capture
