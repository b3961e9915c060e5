#include "kizashi/capture/packed_lines.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "kizashi/capture/internal/byte_source.hpp"
#include "kizashi/capture/internal/byte_stream.hpp"

namespace kizashi::capture {

struct packed_lines::state {
  std::unique_ptr<internal::byte_stream> from;
  std::array<char, std::size_t{64} << 10> buffer;
  std::string_view left;  // of the buffer
  std::string line;       // the begin of one that goes on behind the buffer
  std::uint64_t number = 0;
  bool is_over = false;

  /// Fills the buffer; false at the end.
  auto refill() -> result<bool> {
    std::span<std::uint8_t> const room{reinterpret_cast<std::uint8_t*>(buffer.data()),
                                       buffer.size()};
    KIZASHI_TRY(auto const count, from->read(room));
    left = {buffer.data(), count};
    return count > 0;
  }
  /// Keeps what a line may have, and a byte more, by which it is known to be too long.
  void keep(std::string_view more) {
    line += more.substr(
        0, std::min(more.size(), most_line_bytes + 2 - std::min(line.size(), most_line_bytes + 2)));
  }
  auto take(std::string_view text) -> text_line {
    if (text.ends_with('\r')) text.remove_suffix(1);
    return {++number, text.substr(0, most_line_bytes), text.size() > most_line_bytes};
  }
};

packed_lines::packed_lines(std::unique_ptr<state> made) : state_{std::move(made)} {}
packed_lines::packed_lines(packed_lines&&) noexcept = default;
auto packed_lines::operator=(packed_lines&&) noexcept -> packed_lines& = default;
packed_lines::~packed_lines() = default;

auto packed_lines::open(std::string const& path) -> result<packed_lines> {
  KIZASHI_TRY(auto file, internal::open_file(path));
  auto made = std::make_unique<state>();
  KIZASHI_TRY(made->from, internal::open_stream(std::move(file)));
  return packed_lines{std::move(made)};
}

auto packed_lines::next() -> result<std::optional<text_line>> {
  auto& in = *state_;
  in.line.clear();
  for (;;) {
    auto const end = in.left.find('\n');
    if (end != std::string_view::npos) {
      auto const text = std::exchange(in.left, in.left.substr(end + 1)).substr(0, end);
      if (in.line.empty()) return in.take(text);
      in.keep(text);
      return in.take(in.line);
    }
    in.keep(in.left);
    in.left = {};
    if (!in.is_over) {
      KIZASHI_TRY(auto const has_more, in.refill());
      in.is_over = !has_more;
    }
    if (!in.is_over) continue;
    if (in.line.empty()) return std::nullopt;
    return in.take(in.line);
  }
}

auto packed_lines::position() const -> progress {
  auto const& source = state_->from->source();
  return {source.position(), source.total()};
}

}  // namespace kizashi::capture
