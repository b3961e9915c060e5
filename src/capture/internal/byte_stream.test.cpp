#include "kizashi/capture/internal/byte_stream.hpp"

#include <functional>
#include <string>
#include <vector>

#include <bzlib.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include "kizashi/base/random.hpp"
#include "kizashi/capture/internal/reading.hpp"

namespace kizashi::capture::internal {
namespace {

using bytes = std::vector<std::uint8_t>;

auto pack_gzip(bytes const& plain) -> bytes {
  z_stream state{};
  ::deflateInit2(&state, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  bytes packed(::deflateBound(&state, plain.size()) + 100);
  state.next_in = const_cast<Bytef*>(plain.data());
  state.avail_in = static_cast<unsigned>(plain.size());
  state.next_out = packed.data();
  state.avail_out = static_cast<unsigned>(packed.size());
  EXPECT_EQ(::deflate(&state, Z_FINISH), Z_STREAM_END);
  packed.resize(state.total_out);
  ::deflateEnd(&state);
  return packed;
}

auto pack_zstd(bytes const& plain) -> bytes {
  bytes packed(::ZSTD_compressBound(plain.size()));
  auto* const state = ::ZSTD_createCCtx();
  ::ZSTD_CCtx_setParameter(state, ZSTD_c_checksumFlag, 1);
  packed.resize(::ZSTD_compress2(state, packed.data(), packed.size(), plain.data(), plain.size()));
  ::ZSTD_freeCCtx(state);
  return packed;
}

auto pack_bzip2(bytes plain) -> bytes {
  plain.reserve(1);  // the library refuses a null pointer, even to no bytes
  bytes packed(plain.size() * 2 + 1000);
  auto size = static_cast<unsigned>(packed.size());
  auto* const from = reinterpret_cast<char*>(plain.data());
  EXPECT_EQ(::BZ2_bzBuffToBuffCompress(reinterpret_cast<char*>(packed.data()), &size, from,
                                       static_cast<unsigned>(plain.size()), 1, 0, 0),
            BZ_OK);
  packed.resize(size);
  return packed;
}

auto pack_xz_with(std::uint32_t dictionary, bytes const& plain) -> bytes {
  lzma_options_lzma options{};
  ::lzma_lzma_preset(&options, 0);
  options.dict_size = dictionary;
  lzma_filter const filters[]{{LZMA_FILTER_LZMA2, &options}, {LZMA_VLI_UNKNOWN, nullptr}};
  bytes packed(::lzma_stream_buffer_bound(plain.size()));
  std::size_t size = 0;
  EXPECT_EQ(
      ::lzma_stream_buffer_encode(const_cast<lzma_filter*>(filters), LZMA_CHECK_CRC64, nullptr,
                                  plain.data(), plain.size(), packed.data(), &size, packed.size()),
      LZMA_OK);
  packed.resize(size);
  return packed;
}
auto pack_xz(bytes const& plain) -> bytes {
  return pack_xz_with(1U << 16, plain);
}

struct packing {
  std::string name;
  std::function<bytes(bytes const&)> pack;
};

class packed : public testing::TestWithParam<packing> {
protected:
  auto pack(bytes const& plain) -> bytes { return GetParam().pack(plain); }
};

INSTANTIATE_TEST_SUITE_P(byte_stream, packed,
                         testing::Values(packing{"gzip", pack_gzip}, packing{"zstd", pack_zstd},
                                         packing{"bzip2", pack_bzip2}, packing{"xz", pack_xz}),
                         [](auto const& one) { return one.param.name; });

struct outcome {
  bytes plain;
  std::string failure;
};

auto unpack(bytes const& from, std::size_t step = SIZE_MAX, std::size_t ask = 50'000) -> outcome {
  outcome made;
  auto stream = open_stream(open_bytes(from, "FILE", step));
  if (!stream) return {{}, stream.error().message};
  while (true) {
    bytes more(ask);
    auto const count = (*stream)->read(more);
    if (!count) made.failure = count.error().message;
    if (!count || *count == 0) return made;
    made.plain.insert(made.plain.end(), more.begin(), more.begin() + static_cast<long>(*count));
  }
}

/// Bytes that pack to about half.
auto sample(std::size_t size) -> bytes {
  random_source random{7};
  bytes made(size);
  for (auto& each : made) each = static_cast<std::uint8_t>(random.next() & 15);
  return made;
}

auto operator+(bytes left, bytes const& right) -> bytes {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

TEST(byte_stream, plain_bytes_come_as_they_are) {
  auto const plain = sample(200'000);
  for (std::size_t const step : {SIZE_MAX, std::size_t{1}, std::size_t{3'000}}) {
    EXPECT_EQ(unpack(plain, step).plain, plain);
  }
  EXPECT_EQ(unpack({}).plain, bytes{});
  EXPECT_EQ(unpack({0x1f}).plain, bytes{0x1f});
}

TEST_P(packed, gives_the_plain_bytes_whatever_the_steps) {
  auto const plain = sample(300'000);
  auto const from = pack(plain);
  for (std::size_t const step : {SIZE_MAX, std::size_t{1}, std::size_t{1'000}}) {
    auto const got = unpack(from, step);
    EXPECT_EQ(got.failure, "");
    EXPECT_EQ(got.plain, plain);
  }
  EXPECT_EQ(unpack(pack(sample(500)), 1, 1).plain, sample(500));
}

TEST_P(packed, an_empty_file) {
  auto const got = unpack(pack({}));
  EXPECT_EQ(got.failure, "");
  EXPECT_EQ(got.plain, bytes{});
}

TEST_P(packed, streams_one_after_the_other_with_zeros_behind) {
  auto const one = sample(70'000);
  auto const two = sample(333);
  for (std::size_t const step : {SIZE_MAX, std::size_t{1}}) {
    auto const got = unpack(pack(one) + pack({}) + pack(two) + bytes(512), step);
    EXPECT_EQ(got.failure, "");
    EXPECT_EQ(got.plain, one + two);
  }
}

TEST_P(packed, a_cut_file_gives_what_came_before) {
  auto const plain = sample(3'000'000);
  auto from = pack(plain);
  from.resize(from.size() - 1'000);
  auto const got = unpack(from);
  EXPECT_EQ(got.failure, "FILE: offset " + std::to_string(from.size()) + ": cannot unpack " +
                             GetParam().name +
                             ": the file ends inside the packed data; the rest is not read");
  ASSERT_GT(got.plain.size(), 1'000'000U);
  EXPECT_TRUE(std::equal(got.plain.begin(), got.plain.end(), plain.begin()));
}

TEST_P(packed, a_damaged_file_gives_what_came_before) {
  auto const plain = sample(3'000'000);
  auto from = pack(plain);
  for (std::size_t i = 0; i < 64; ++i) from[from.size() - 60'000 + i] ^= 0x55;
  auto const got = unpack(from);
  EXPECT_THAT(got.failure, testing::MatchesRegex("FILE: offset [0-9]+: cannot unpack " +
                                                 GetParam().name + ": .*; the rest is not read"));
  EXPECT_GT(got.plain.size(), 500'000U);
}

TEST_P(packed, something_else_behind_it) {
  auto const plain = sample(1'000);
  auto const got = unpack(pack(plain) + bytes(40, 'x'));
  EXPECT_THAT(got.failure, testing::MatchesRegex("FILE: offset [0-9]+: cannot unpack " +
                                                 GetParam().name + ": .*; the rest is not read"));
  EXPECT_EQ(got.plain, plain);
}

TEST_P(packed, a_capture_gives_the_same_frames) {
  bytes_by_hand file;
  file.u32(0xa1b2c3d4).u16(2).u16(4).u32(0).u32(0).u32(65535).u32(1);
  for (std::uint32_t i = 0; i < 30'000; ++i)
    file.u32(i + 1).u32(i).u32(i % 60).u32(60).fill(i % 60);
  auto const plain = read_bytes(file.bytes());
  auto const got = read_bytes(pack(file.bytes()));
  EXPECT_EQ(plain.frames.size(), 30'000U);
  EXPECT_EQ(got.frames, plain.frames);
  EXPECT_EQ(got.notes, plain.notes);
  EXPECT_EQ(read_bytes(pack({})).failure, "FILE: it is empty when unpacked; expected a capture");
}

TEST_P(packed, damage_inside_the_capture_is_named_by_its_place_in_the_plain_bytes) {
  bytes_by_hand file;
  file.u32(0xa1b2c3d4).u16(2).u16(4).u32(0).u32(0).u32(65535).u32(1).u32(10).u32(20).u32(9).u32(9);
  EXPECT_THAT(
      read_bytes(pack(file.bytes())).notes,
      testing::ElementsAre("loss: FILE: offset 24 of the unpacked data: the file ends inside a "
                           "record; 16 bytes came, 25 were expected; the rest of the file is not "
                           "read"));
}

TEST(byte_stream, zstd_skippable_frames) {
  auto const plain = sample(100);
  bytes const skippable{0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 'a', 'b', 'c'};
  EXPECT_EQ(unpack(skippable + pack_zstd(plain)).plain, plain);
}

TEST(byte_stream, a_small_damaged_zstd_frame_gives_the_blocks_before_the_damage) {
  constexpr std::size_t block = std::size_t{128} << 10;
  random_source random{7};
  bytes plain(5 * block);
  for (std::size_t i = 0; i < plain.size(); i += 64)
    plain[i] = static_cast<std::uint8_t>(random.next());
  auto from = pack_zstd(plain);
  ASSERT_LT(from.size(), 60'000U) << "the whole frame is there at once";
  for (std::size_t i = 0; i < 64; ++i) from[from.size() - 200 + i] ^= 0x55;
  for (std::size_t const step : {SIZE_MAX, std::size_t{1'000}}) {
    auto const got = unpack(from, step, 2 * plain.size());
    EXPECT_THAT(got.failure, testing::StartsWith("FILE: offset "));
    plain.resize(4 * block);
    EXPECT_EQ(got.plain.size(), plain.size());
    EXPECT_TRUE(std::equal(plain.begin(), plain.end(), got.plain.begin(), got.plain.end()));
  }
}

TEST(byte_stream, a_zstd_window_that_is_too_large) {
  // A frame header that asks for a window of 2^31 bytes: descriptor 0, window exponent 21 above
  // 2^10.
  bytes const hostile{0x28, 0xb5, 0x2f, 0xfd, 0x00, 21 << 3, 0x01, 0x00, 0x00, 0x00};
  EXPECT_EQ(unpack(hostile).failure,
            "FILE: offset 5: cannot unpack zstd: Frame requires too much memory for decoding; the "
            "rest is "
            "not read");
}

TEST(byte_stream, an_xz_dictionary_that_is_too_large) {
  auto hostile = pack_xz_with(1U << 16, sample(100));
  hostile[16] = 40;  // the dictionary's size, here 4 GiB - 1
  EXPECT_THAT(unpack(hostile).failure, testing::StartsWith("FILE: offset "));
}

}  // namespace
}  // namespace kizashi::capture::internal
