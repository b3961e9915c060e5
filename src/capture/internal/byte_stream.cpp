#include "kizashi/capture/internal/byte_stream.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "kizashi/capture/internal/unpacker.hpp"

namespace kizashi::capture::internal {
namespace {

constexpr std::size_t head_size = 10;  // what tells bzip2; the others need less
constexpr std::size_t packed_chunk = std::size_t{64} << 10;

/// The bytes as they are: first those that were looked at, then the source itself.
class plain_stream final : public byte_stream {
public:
  plain_stream(std::unique_ptr<byte_source> source, std::vector<std::uint8_t> head)
      : source_{std::move(source)}, head_{std::move(head)} {}

  auto read(std::span<std::uint8_t> into) -> result<std::size_t> override {
    if (head_.empty()) return source_->read(into);
    auto const count = std::min(into.size(), head_.size());
    std::memcpy(into.data(), head_.data(), count);
    head_.erase(head_.begin(), head_.begin() + static_cast<std::ptrdiff_t>(count));
    return count;
  }
  auto is_packed() const noexcept -> bool override { return false; }
  auto source() const noexcept -> byte_source const& override { return *source_; }

private:
  std::unique_ptr<byte_source> source_;
  std::vector<std::uint8_t> head_;
};

class packed_stream final : public byte_stream {
public:
  packed_stream(std::unique_ptr<byte_source> source, std::unique_ptr<unpacker> by,
                std::vector<std::uint8_t> head)
      : source_{std::move(source)}, by_{std::move(by)}, buffer_{std::move(head)} {
    left_ = buffer_;
  }

  auto read(std::span<std::uint8_t> into) -> result<std::size_t> override {
    std::size_t given = 0;
    while (given < into.size() && !is_over_) {
      if (left_.empty() && !is_source_over_) refill();
      auto const made = by_->step(left_, into.subspan(given));
      left_ = left_.subspan(made.taken);
      given += made.given;
      if (!made.damage.empty()) {
        give_up(made.damage);
      } else if (made.taken == 0 && made.given == 0) {
        is_over_ = true;
        if (!left_.empty())
          give_up("it comes to a halt");
        else if (!made.is_at_end && !failure_)
          give_up("the file ends inside the packed data");
      }
    }
    if (given == 0 && failure_) return tl::unexpected<error>{*failure_};
    return given;
  }
  auto is_packed() const noexcept -> bool override { return true; }
  auto source() const noexcept -> byte_source const& override { return *source_; }

private:
  void refill() {
    buffer_.resize(packed_chunk);
    auto const count = source_->read(buffer_);
    if (!count) failure_ = count.error();
    left_ = std::span{buffer_}.first(count.value_or(0));
    is_source_over_ = left_.empty();
  }
  void give_up(std::string_view why) {
    is_over_ = true;
    failure_ =
        error{errc::parse_error,
              fmt::format("{}: offset {}: cannot unpack {}: {}; the rest is not read",
                          source_->name(), source_->position() - left_.size(), by_->kind(), why)};
  }

  std::unique_ptr<byte_source> source_;
  std::unique_ptr<unpacker> by_;
  std::vector<std::uint8_t> buffer_;
  std::span<std::uint8_t const> left_;  // of the buffer, not yet unpacked
  bool is_source_over_ = false;
  bool is_over_ = false;
  std::optional<error> failure_;
};

/// The first bytes, however few the source gives at a time.
auto read_head(byte_source& source) -> result<std::vector<std::uint8_t>> {
  std::vector<std::uint8_t> head(head_size);
  std::size_t have = 0;
  while (have < head.size()) {
    KIZASHI_TRY(auto const count, source.read(std::span{head}.subspan(have)));
    if (count == 0) break;
    have += count;
  }
  head.resize(have);
  return head;
}

}  // namespace

auto open_stream(std::unique_ptr<byte_source> source) -> result<std::unique_ptr<byte_stream>> {
  KIZASHI_TRY(auto head, read_head(*source));
  auto by = make_unpacker(head);
  if (!by) return fail(by.error().code, fmt::format("{}: {}", source->name(), by.error().message));
  if (*by == nullptr) return std::make_unique<plain_stream>(std::move(source), std::move(head));
  return std::make_unique<packed_stream>(std::move(source), std::move(*by), std::move(head));
}

}  // namespace kizashi::capture::internal
