#include "kizashi/base/state.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>
#include <unistd.h>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kizashi/base/random.hpp"
#include "kizashi/base/state_file.hpp"

namespace kizashi {
namespace {

constexpr std::uint32_t version = 7;

struct counts {
  std::uint64_t packets = 0;
  std::uint8_t kind = 0;
  std::int64_t balance = 0;
  bool is_open = false;
  double share = 0;
  float rate = 0;
  timestamp last;
  duration length{};
  std::array<std::uint16_t, 3> ports{};

  template <class Io, class Self>
  static void state_fields(Io& io, Self& self) {
    io(self.packets, self.kind, self.balance, self.is_open, self.share, self.rate, self.last,
       self.length, self.ports);
  }
  friend auto operator==(counts const&, counts const&) -> bool = default;
};

auto samples() -> std::vector<counts> {
  constexpr auto most = std::numeric_limits<std::uint64_t>::max();
  constexpr auto least = std::numeric_limits<std::int64_t>::min();
  return {{},
          {most, 255, least, true, 0.1, -2.5F, timestamp::latest(), duration{-5}, {1, 65535, 0}},
          {127, 0, -1, false, -0.0, 1e30F, timestamp{0}, duration::max(), {128, 0, 300}},
          {128, 1, 63, true, 1e300, 0, timestamp{1'700'000'000'000'000'000}, duration{0}, {}}};
}

using bytes = std::vector<std::uint8_t>;

auto written(std::function<void(state_writer&)> const& fill) -> bytes {
  bytes made;
  state_writer out{[&](std::string_view more) {
                     made.insert(made.end(), more.begin(), more.end());
                     return status{};
                   },
                   version};
  fill(out);
  EXPECT_TRUE(out.finish());
  return made;
}

auto written(std::vector<counts> const& all) -> bytes {
  return written([&](state_writer& out) {
    out.begin("counts");
    for (auto const& each : all) {
      out(each);
      out.next_record();
    }
    out.end();
  });
}

auto opened(bytes const& from) -> state_reader {
  auto in = state_reader::open(from, "a.state", version);
  EXPECT_TRUE(in) << in.error().message;
  return std::move(*in);
}

auto refusal(bytes const& from) -> std::string {
  auto const in = state_reader::open(from, "a.state", version);
  return in ? "" : in.error().message;
}

TEST(state, comes_back_as_it_was) {
  auto const from = written(samples());
  auto in = opened(from);
  std::vector<counts> got;
  in.begin("counts");
  while (in.has_record()) in(got.emplace_back());
  in.end();
  EXPECT_TRUE(in.finish());
  EXPECT_EQ(got, samples());
}

TEST(state, goes_on_over_pieces) {
  std::vector<counts> many;
  for (std::uint64_t i = 0; i < 200'000; ++i) {
    auto each = samples()[i % 4];
    each.packets = i;
    many.push_back(each);
  }
  auto const from = written(many);
  EXPECT_GT(from.size(), std::size_t{3} << 20);
  auto in = opened(from);
  std::vector<counts> got;
  in.begin("counts");
  while (in.has_record()) in(got.emplace_back());
  in.end();
  EXPECT_TRUE(in.finish());
  EXPECT_EQ(got, many);
}

TEST(state, a_foreign_file_is_told) {
  EXPECT_EQ(refusal({}), "a.state: not a saved state of Kizashi: its first bytes are others");
  EXPECT_EQ(refusal(bytes(100, 'x')),
            "a.state: not a saved state of Kizashi: its first bytes are others");
}

TEST(state, another_version_is_told) {
  auto from = written(samples());
  from[8] = 6;
  EXPECT_EQ(
      refusal(from),
      "a.state: a state in form 6; this Kizashi reads form 7: begin without it, or go on with the "
      "version that wrote it");
}

TEST(state, every_cut_is_found) {
  auto const from = written(samples());
  for (std::size_t size = 0; size < from.size(); ++size) {
    bytes const cut(from.begin(), from.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_NE(refusal(cut), "") << size;
  }
  bytes const cut(from.begin(), from.end() - 1);
  EXPECT_EQ(refusal(cut), "a.state: cut short: " + std::to_string(cut.size()) +
                              " bytes, and the last section is not the end");
}

TEST(state, every_changed_bit_is_found) {
  auto from = written(samples());
  for (std::size_t bit = 0; bit < 8 * from.size(); ++bit) {
    from[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    EXPECT_NE(refusal(from), "") << bit;
    from[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
  }
  from[20] ^= 1;
  EXPECT_THAT(refusal(from), testing::MatchesRegex("a.state: damaged: the sum of its bytes is "
                                                   "[0-9a-f]+; expected [0-9a-f]+"));
}

TEST(state, what_is_not_as_expected_is_told_with_its_place) {
  auto const from = written([](state_writer& out) {
    out.begin("numbers");
    out.number(300);
    out.end();
  });
  {
    auto in = opened(from);
    in.begin("numbers");
    std::uint8_t small = 0;
    in(small);
    EXPECT_EQ(small, 0);
    EXPECT_EQ(in.finish().error().message,
              "a.state: byte 15 of the sections, in \"numbers\": expected a number up to 255");
  }
  {
    auto in = opened(from);
    in.begin("counts");
    EXPECT_EQ(in.finish().error().message,
              "a.state: a section \"numbers\" where \"counts\" was expected");
  }
  {
    auto in = opened(from);
    in.begin("numbers");
    in.end();
    EXPECT_EQ(in.finish().error().message,
              "a.state: byte 13 of the sections, in \"numbers\": expected the end of the section");
  }
  {
    auto in = opened(from);
    in.begin("numbers");
    (void)in.number();
    EXPECT_EQ(in.number(), 0U);
    EXPECT_EQ(in.finish().error().message,
              "a.state: byte 15 of the sections, in \"numbers\": expected a number");
  }
  {
    auto in = opened(from);
    EXPECT_EQ(in.finish().error().message,
              "a.state: byte 0 of the sections, in \"\": expected no further section");
  }
}

TEST(state, no_length_is_believed) {
  auto const from = written([](state_writer& out) {
    out.begin("text");
    out.number(std::numeric_limits<std::uint64_t>::max());
    out.end();
  });
  auto in = opened(from);
  in.begin("text");
  EXPECT_EQ(in.text(), "");
  EXPECT_EQ(
      in.finish().error().message,
      "a.state: byte 20 of the sections, in \"text\": expected a number of things that fit into 0 "
      "bytes");
}

/// What the head of the form says, group by group.
void put_slowly(std::vector<std::uint8_t>& to, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) to.push_back(static_cast<std::uint8_t>(value | 0x80));
  to.push_back(static_cast<std::uint8_t>(value));
}

TEST(state, numbers_stand_in_groups_of_seven_bits) {
  std::vector<std::uint64_t> numbers;
  for (unsigned bits = 0; bits < 64; ++bits) {
    auto const power = std::uint64_t{1} << bits;
    numbers.insert(numbers.end(), {power - 1, power, power + 1, ~std::uint64_t{0} >> bits});
  }
  random_source random{4};
  for (unsigned i = 0; i < 5000; ++i) numbers.push_back(random.next() >> (i % 64));
  std::vector<std::uint8_t> wanted;
  for (auto const each : numbers) put_slowly(wanted, each);
  wanted.insert(wanted.end(), {4, 3, 2, 1});
  auto const got = written([&](state_writer& out) {
    out.begin("x");
    for (auto const each : numbers) out.number(each);
    out.half(0x01020304);
    out.end();
  });
  constexpr std::size_t head = 8 + 4 + 2 + 1 + 4;
  ASSERT_GT(got.size(), head + wanted.size());
  EXPECT_TRUE(std::equal(wanted.begin(), wanted.end(), got.begin() + head));
  auto in = opened(got);
  in.begin("x");
  for (auto const each : numbers) ASSERT_EQ(in.number(), each);
  EXPECT_EQ(in.half(), 0x01020304U);
  in.end();
  EXPECT_TRUE(in.finish());
}

TEST(state, a_full_disk_is_told_at_the_end) {
  state_writer out{
      [](std::string_view) { return fail(errc::io_error, "a.state: the disk is full"); }, version};
  out.begin("x");
  out.number(1);
  out.end();
  EXPECT_EQ(out.finish().error().message, "a.state: the disk is full");
}

class state_file : public testing::Test {
protected:
  void SetUp() override {
    folder_ =
        std::filesystem::path{testing::TempDir()} / ("kizashi_state_" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  [[nodiscard]] auto file() const -> std::filesystem::path { return folder_ / "a.state"; }
  [[nodiscard]] auto write(std::uint64_t number) const -> status {
    return write_state_file(file(), version, [&](state_writer& out) -> status {
      out.begin("number");
      out.number(number);
      out.end();
      return {};
    });
  }
  [[nodiscard]] auto read() const -> result<std::uint64_t> {
    std::uint64_t number = 0;
    KIZASHI_TRY(read_state_file(file(), version, [&](state_reader& in) -> status {
      in.begin("number");
      number = in.number();
      in.end();
      return {};
    }));
    return number;
  }

  std::filesystem::path folder_;
};

TEST_F(state_file, takes_the_place_of_the_one_before) {
  for (std::uint64_t const number : {1U, 2U}) {
    ASSERT_TRUE(write(number));
    EXPECT_EQ(read(), number);
  }
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator{folder_}, {}), 1);
}

TEST_F(state_file, a_failure_leaves_the_one_before) {
  ASSERT_TRUE(write(1));
  auto const failed = write_state_file(
      file(), version, [](state_writer&) -> status { return fail(errc::io_error, "no profiles"); });
  EXPECT_EQ(failed.error().message, "no profiles");
  EXPECT_EQ(read(), 1U);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator{folder_}, {}), 1);
}

TEST_F(state_file, names_itself) {
  EXPECT_EQ(read().error().message,
            file().string() + ": cannot read the state: No such file or directory");
  std::ofstream{file()} << "something else";
  EXPECT_EQ(read().error().message,
            file().string() + ": not a saved state of Kizashi: its first bytes are others");
}

}  // namespace
}  // namespace kizashi
