#include "kizashi/base/state.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "kizashi/base/crc32c.hpp"

namespace kizashi {
namespace {

constexpr std::string_view magic = "KZSTATE\n";
constexpr std::string_view last_section = "end";
constexpr std::size_t head_size = magic.size() + 4;
constexpr std::size_t last_size = 2 + last_section.size() + 4 + 4;

auto as_bytes(std::string_view text) -> std::span<std::uint8_t const> {
  return {reinterpret_cast<std::uint8_t const*>(text.data()), text.size()};
}

auto as_text(std::span<std::uint8_t const> bytes) -> std::string_view {
  return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
}

auto little32(std::uint32_t value) -> std::array<std::uint8_t, 4> {
  return {static_cast<std::uint8_t>(value), static_cast<std::uint8_t>(value >> 8),
          static_cast<std::uint8_t>(value >> 16), static_cast<std::uint8_t>(value >> 24)};
}

auto from_little32(std::span<std::uint8_t const> at) -> std::uint32_t {
  return at[0] | std::uint32_t{at[1]} << 8 | std::uint32_t{at[2]} << 16 |
         std::uint32_t{at[3]} << 24;
}

/// What precedes a section's bytes.
auto head_of(std::string_view name, bool continues, std::uint32_t size) -> std::string {
  std::string head{static_cast<char>(continues), static_cast<char>(name.size())};
  head += name;
  head += as_text(little32(size));
  return head;
}

}  // namespace

state_writer::state_writer(sink to, std::uint32_t version) : to_{std::move(to)} {
  put(as_bytes(magic));
  put(little32(version));
}

void state_writer::put(std::span<std::uint8_t const> more) {
  sum_ = crc32c(sum_, more);
  written_ += more.size();
  if (failure_) failure_ = to_(as_text(more));
}

void state_writer::begin(std::string_view name) {
  KIZASHI_ASSERT(size() == 0 && name.size() < 256 && name != last_section);
  name_ = name;
  continues_ = false;
  time_ = 0;
}

void state_writer::grow(std::size_t bytes) {
  auto const used = size();
  buffer_.resize(2 * buffer_.size() + bytes);
  next_ = buffer_.data() + used;
  limit_ = buffer_.data() + buffer_.size();
}

void state_writer::hand_on(bool goes_on) {
  KIZASHI_ASSERT(size() <= 0xFFFF'FFFF);
  put(as_bytes(head_of(name_, continues_, static_cast<std::uint32_t>(size()))));
  put(std::span{buffer_}.first(size()));
  next_ = buffer_.data();
  continues_ = goes_on;
}

void state_writer::text(std::string_view value) {
  number(value.size());
  bytes(as_bytes(value));
}

auto state_writer::finish() -> status {
  put(as_bytes(head_of(last_section, false, 4)));
  put(little32(sum_));
  return failure_;
}

auto state_reader::open(std::span<std::uint8_t const> bytes, std::string_view name,
                        std::uint32_t version) -> result<state_reader> {
  if (bytes.size() < head_size || as_text(bytes.first(magic.size())) != magic)
    return fail(errc::parse_error,
                fmt::format("{}: not a saved state of Kizashi: its first bytes are others", name));
  auto const came = from_little32(bytes.subspan(magic.size()));
  if (came != version)
    return fail(errc::unsupported,
                fmt::format("{}: a state in form {}; this Kizashi reads form {}: begin without it, "
                            "or go on with the version that wrote it",
                            name, came, version));
  auto const end = bytes.size() < head_size + last_size ? head_size : bytes.size() - last_size;
  if (bytes.size() - end != last_size ||
      as_text(bytes.subspan(end, last_size - 4)) != head_of(last_section, false, 4))
    return fail(errc::parse_error,
                fmt::format("{}: cut short: {} bytes, and the last section is not the end", name,
                            bytes.size()));
  auto const sum = from_little32(bytes.last(4));
  auto const found = crc32c(0, bytes.first(bytes.size() - 4));
  if (sum != found)
    return fail(errc::parse_error,
                fmt::format("{}: damaged: the sum of its bytes is {:08x}; expected {:08x}", name,
                            found, sum));
  return state_reader{bytes.subspan(head_size, end - head_size), name};
}

auto state_reader::next_continues() const noexcept -> bool {
  return end_ < all_.size() && all_[end_] == 1;
}

auto state_reader::enter() -> std::string_view {
  at_ = end_;
  auto const rest = all_.subspan(at_);
  if (rest.size() < 2 || rest.size() < 2U + rest[1] + 4U) {
    refuse("the head of a section");
    return {};
  }
  auto const name = as_text(rest.subspan(2, rest[1]));
  auto const size = from_little32(rest.subspan(2 + name.size()));
  at_ += 2 + name.size() + 4;
  if (size > all_.size() - at_) {
    end_ = all_.size();
    refuse(fmt::format("a section of {} bytes", size));
    return {};
  }
  end_ = at_ + size;
  return name;
}

void state_reader::begin(std::string_view name) {
  if (!is_good()) return;
  section_ = name;
  time_ = 0;
  if (next_continues()) return refuse("the beginning of a section");
  auto const came = enter();
  if (is_good() && came != name)
    refuse_with(errc::parse_error, fmt::format("a section \"{}\" where \"{}\" was expected",
                                               came.substr(0, 32), name));
}

auto state_reader::has_record() -> bool {
  while (is_good() && at_ == end_ && next_continues())
    if (enter() != section_) refuse("another piece of the section");
  return is_good() && at_ < end_;
}

void state_reader::end() {
  expect(!has_record(), "the end of the section");
}

auto state_reader::finish() -> status {
  if (is_good() && end_ != all_.size()) refuse("no further section");
  return failure_;
}

auto state_reader::long_number() -> std::uint64_t {
  if (!has_record()) {
    refuse("a number");
    return 0;
  }
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (at_ == end_) break;
    auto const byte = all_[at_++];
    value |= std::uint64_t{byte & 0x7FU} << shift;
    if (byte < 0x80) return value;
  }
  refuse("a number");
  return 0;
}

auto state_reader::bytes(std::size_t count) -> std::span<std::uint8_t const> {
  if (count > 0) (void)has_record();
  if (count > end_ - at_) {
    refuse(fmt::format("{} bytes more", count));
    return {};
  }
  at_ += count;
  return all_.subspan(at_ - count, count);
}

auto state_reader::text() -> std::string_view {
  return as_text(bytes(count(1)));
}

auto state_reader::count(std::size_t least_bytes) -> std::size_t {
  auto const value = number();
  if (value <= (end_ - at_) / least_bytes) return static_cast<std::size_t>(value);
  refuse(fmt::format("a number of things that fit into {} bytes", end_ - at_));
  return 0;
}

auto state_reader::time() -> std::int64_t {
  auto const code = number();
  if (code == 0) return timestamp::unknown().nanoseconds();
  auto const value = time_ + static_cast<std::uint64_t>(unzigzag(code - 1));
  if (!is_state_time(static_cast<std::int64_t>(value))) {
    refuse("a time");
    return 0;
  }
  time_ = value;
  return static_cast<std::int64_t>(value);
}

auto state_reader::at_most(std::uint64_t most) -> std::uint64_t {
  auto const value = number();
  if (value <= most) return value;
  refuse(fmt::format("a number up to {}", most));
  return 0;
}

void state_reader::refuse(std::string_view expected) {
  refuse_with(errc::parse_error, fmt::format("byte {} of the sections, in \"{}\": expected {}", at_,
                                             section_, expected));
}

void state_reader::refuse_with(errc code, std::string message) {
  if (failure_) failure_ = fail(code, fmt::format("{}: {}", file_, message));
  // Nothing more is there to be read.
  at_ = end_ = all_.size();
}

}  // namespace kizashi
