#include "kizashi/capture/internal/unpacker.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include <bzlib.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

namespace kizashi::capture::internal {
namespace {

using bytes_in = std::span<std::uint8_t const>;
using bytes_out = std::span<std::uint8_t>;

/// The libraries count bytes in `unsigned`.
auto counted(std::size_t size) -> unsigned {
  return static_cast<unsigned>(std::min<std::size_t>(size, std::numeric_limits<unsigned>::max()));
}

auto begins_with(bytes_in bytes, std::initializer_list<std::uint8_t> mark) -> bool {
  return bytes.size() >= mark.size() && std::equal(mark.begin(), mark.end(), bytes.begin());
}

/// Tapes and some tools fill a file up with zeros behind the last stream: how many there are.
auto padding(bytes_in in) -> std::size_t {
  auto const end = std::find_if(in.begin(), in.end(), [](auto byte) { return byte != 0; });
  return static_cast<std::size_t>(end - in.begin());
}

class gzip_unpacker final : public unpacker {
public:
  gzip_unpacker() { is_ready_ = ::inflateInit2(&state_, 15 + 16) == Z_OK; }
  ~gzip_unpacker() override { ::inflateEnd(&state_); }
  gzip_unpacker(gzip_unpacker const&) = delete;
  auto operator=(gzip_unpacker const&) -> gzip_unpacker& = delete;
  [[nodiscard]] auto is_ready() const -> bool { return is_ready_; }

  auto step(bytes_in in, bytes_out out) -> unpacked override {
    if (is_between_) {
      if (auto const zeros = padding(in); zeros > 0 || in.empty()) return {zeros, 0, true};
      ::inflateReset(&state_);
      is_between_ = false;
    }
    state_.next_in = const_cast<Bytef*>(in.data());  // zlib does not write to it
    state_.avail_in = counted(in.size());
    state_.next_out = out.data();
    state_.avail_out = counted(out.size());
    auto const answer = ::inflate(&state_, Z_NO_FLUSH);
    is_between_ = answer == Z_STREAM_END;
    unpacked made{counted(in.size()) - state_.avail_in, counted(out.size()) - state_.avail_out,
                  is_between_};
    if (answer == Z_MEM_ERROR)
      made.damage = "no memory to unpack it";
    else if (answer == Z_NEED_DICT)
      made.damage = "it needs a dictionary";
    else if (answer != Z_OK && answer != Z_STREAM_END && answer != Z_BUF_ERROR)
      made.damage = state_.msg != nullptr ? state_.msg : "invalid data";
    return made;
  }
  auto kind() const noexcept -> std::string_view override { return "gzip"; }

private:
  z_stream state_{};
  bool is_ready_ = false;
  bool is_between_ = false;
};

class zstd_unpacker final : public unpacker {
public:
  zstd_unpacker() : state_{::ZSTD_createDStream()} {
    is_ready_ =
        state_ != nullptr && ::ZSTD_isError(::ZSTD_DCtx_setParameter(state_, ZSTD_d_windowLogMax,
                                                                     largest_zstd_window_log)) == 0;
  }
  ~zstd_unpacker() override { ::ZSTD_freeDStream(state_); }
  zstd_unpacker(zstd_unpacker const&) = delete;
  auto operator=(zstd_unpacker const&) -> zstd_unpacker& = delete;
  [[nodiscard]] auto is_ready() const -> bool { return is_ready_; }

  auto step(bytes_in in, bytes_out out) -> unpacked override {
    if (is_between_) {
      if (auto const zeros = padding(in); zeros > 0 || in.empty()) return {zeros, 0, true};
    }
    // One block at a time: of a call that meets damage the library gives out nothing, not even the
    // blocks before it.
    ZSTD_inBuffer from{in.data(), std::min(in.size(), wanted_), 0};
    ZSTD_outBuffer to{out.data(), out.size(), 0};
    auto const answer = ::ZSTD_decompressStream(state_, &to, &from);
    is_between_ = answer == 0;
    wanted_ = is_between_ ? first_wanted : answer;
    unpacked made{from.pos, to.pos, is_between_};
    if (::ZSTD_isError(answer) != 0) made.damage = ::ZSTD_getErrorName(answer);
    return made;
  }
  auto kind() const noexcept -> std::string_view override { return "zstd"; }

private:
  /// The shortest beginning of a frame.
  static constexpr std::size_t first_wanted = 5;

  ZSTD_DStream* state_;
  std::size_t wanted_ = first_wanted;  // what the library asks for: the rest of a header or a block
  bool is_ready_ = false;
  bool is_between_ = false;
};

class bzip2_unpacker final : public unpacker {
public:
  bzip2_unpacker() { is_ready_ = ::BZ2_bzDecompressInit(&state_, 0, 0) == BZ_OK; }
  ~bzip2_unpacker() override { ::BZ2_bzDecompressEnd(&state_); }
  bzip2_unpacker(bzip2_unpacker const&) = delete;
  auto operator=(bzip2_unpacker const&) -> bzip2_unpacker& = delete;
  [[nodiscard]] auto is_ready() const -> bool { return is_ready_; }

  auto step(bytes_in in, bytes_out out) -> unpacked override {
    if (is_between_) {
      if (auto const zeros = padding(in); zeros > 0 || in.empty()) return {zeros, 0, true};
      ::BZ2_bzDecompressEnd(&state_);
      state_ = {};
      if (::BZ2_bzDecompressInit(&state_, 0, 0) != BZ_OK)
        return {.damage = "no memory to unpack it"};
      is_between_ = false;
    }
    state_.next_in = reinterpret_cast<char*>(const_cast<std::uint8_t*>(in.data()));
    state_.avail_in = counted(in.size());
    state_.next_out = reinterpret_cast<char*>(out.data());
    state_.avail_out = counted(out.size());
    auto const answer = ::BZ2_bzDecompress(&state_);
    is_between_ = answer == BZ_STREAM_END;
    unpacked made{counted(in.size()) - state_.avail_in, counted(out.size()) - state_.avail_out,
                  is_between_};
    if (answer == BZ_MEM_ERROR)
      made.damage = "no memory to unpack it";
    else if (answer == BZ_DATA_ERROR_MAGIC)
      made.damage = "what follows is no bzip2 stream";
    else if (answer != BZ_OK && answer != BZ_STREAM_END)
      made.damage = "a checksum or a code is wrong";
    return made;
  }
  auto kind() const noexcept -> std::string_view override { return "bzip2"; }

private:
  bz_stream state_{};
  bool is_ready_ = false;
  bool is_between_ = false;
};

class xz_unpacker final : public unpacker {
public:
  xz_unpacker() {
    is_ready_ = ::lzma_stream_decoder(&state_, largest_xz_memory, LZMA_CONCATENATED) == LZMA_OK;
  }
  ~xz_unpacker() override { ::lzma_end(&state_); }
  xz_unpacker(xz_unpacker const&) = delete;
  auto operator=(xz_unpacker const&) -> xz_unpacker& = delete;
  [[nodiscard]] auto is_ready() const -> bool { return is_ready_; }

  auto step(bytes_in in, bytes_out out) -> unpacked override {
    if (is_ended_) return {0, 0, true};
    state_.next_in = in.data();
    state_.avail_in = in.size();
    state_.next_out = out.data();
    state_.avail_out = out.size();
    auto const answer = ::lzma_code(&state_, in.empty() ? LZMA_FINISH : LZMA_RUN);
    is_ended_ = answer == LZMA_STREAM_END;
    return {in.size() - state_.avail_in, out.size() - state_.avail_out, is_ended_, words(answer)};
  }
  auto kind() const noexcept -> std::string_view override { return "xz"; }

private:
  static auto words(lzma_ret answer) -> std::string_view {
    switch (answer) {
      case LZMA_OK:
      case LZMA_STREAM_END:
      case LZMA_BUF_ERROR:
        return {};
      case LZMA_MEMLIMIT_ERROR:
        return "it needs more than 128 MiB of memory to unpack";
      case LZMA_MEM_ERROR:
        return "no memory to unpack it";
      case LZMA_FORMAT_ERROR:
        return "what follows is no xz stream";
      case LZMA_OPTIONS_ERROR:
        return "it uses a filter that is not known";
      default:
        return "a checksum or a code is wrong";
    }
  }

  lzma_stream state_ = LZMA_STREAM_INIT;
  bool is_ready_ = false;
  bool is_ended_ = false;
};

template <class Unpacker>
auto make() -> result<std::unique_ptr<unpacker>> {
  auto made = std::make_unique<Unpacker>();
  if (!made->is_ready()) return fail(errc::limit_reached, "no memory to unpack it");
  return made;
}

auto is_zstd(bytes_in head) -> bool {
  auto const is_skippable = head.size() >= 4 && (head[0] & 0xf0) == 0x50 && head[1] == 0x2a &&
                            head[2] == 0x4d && head[3] == 0x18;
  return is_skippable || begins_with(head, {0x28, 0xb5, 0x2f, 0xfd});
}

auto is_bzip2(bytes_in head) -> bool {
  if (!begins_with(head, {'B', 'Z', 'h'}) || head.size() < 10) return false;
  if (head[3] < '1' || head[3] > '9') return false;
  auto const block = head.subspan(4);
  return begins_with(block, {0x31, 0x41, 0x59, 0x26, 0x53, 0x59}) ||  // a block
         begins_with(block, {0x17, 0x72, 0x45, 0x38, 0x50, 0x90});    // the end of an empty stream
}

}  // namespace

auto make_unpacker(bytes_in head) -> result<std::unique_ptr<unpacker>> {
  if (begins_with(head, {0x1f, 0x8b})) return make<gzip_unpacker>();
  if (is_zstd(head)) return make<zstd_unpacker>();
  if (is_bzip2(head)) return make<bzip2_unpacker>();
  if (begins_with(head, {0xfd, '7', 'z', 'X', 'Z', 0})) return make<xz_unpacker>();
  return std::unique_ptr<unpacker>{};
}

}  // namespace kizashi::capture::internal
