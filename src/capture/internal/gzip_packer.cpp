#include "kizashi/capture/internal/gzip_packer.hpp"

#include <zlib.h>

namespace kizashi::capture::internal {

struct gzip_packer::state {
  z_stream stream{};
  std::string out;
  state() = default;
  state(state const&) = delete;
  auto operator=(state const&) -> state& = delete;
  ~state() { ::deflateEnd(&stream); }
};

gzip_packer::gzip_packer(std::unique_ptr<state> made) : state_{std::move(made)} {}
gzip_packer::gzip_packer(gzip_packer&&) noexcept = default;
auto gzip_packer::operator=(gzip_packer&&) noexcept -> gzip_packer& = default;
gzip_packer::~gzip_packer() = default;

auto gzip_packer::create() -> result<gzip_packer> {
  auto made = std::make_unique<state>();
  // Headers are all alike: the fastest level packs them nearly as well as the others.
  if (::deflateInit2(&made->stream, Z_BEST_SPEED, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) !=
      Z_OK)
    return fail(errc::limit_reached, "not enough memory to pack by gzip");
  return gzip_packer{std::move(made)};
}

auto gzip_packer::pack(std::string_view bytes, bool is_end) -> std::string_view {
  auto& [stream, out] = *state_;
  out.resize(::deflateBound(&stream, static_cast<uLong>(bytes.size())) + (std::size_t{1} << 18));
  stream.next_in =  // zlib does not write to it
      reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  auto const answer = ::deflate(&stream, is_end ? Z_FINISH : Z_NO_FLUSH);
  // There is room for all that it can hold.
  KIZASHI_ASSERT(stream.avail_in == 0 && (answer == Z_OK || answer == Z_BUF_ERROR || is_end));
  KIZASHI_ASSERT(!is_end || answer == Z_STREAM_END);
  return std::string_view{out}.substr(0, out.size() - stream.avail_out);
}

}  // namespace kizashi::capture::internal
