// The state of something that goes on: written between two steps, read by another process that goes
// on from there.
//
//   struct counts {
//     std::uint64_t packets = 0;
//     timestamp last;
//     template <class Io, class Self>
//     static void state_fields(Io& io, Self& self) { io(self.packets, self.last); }
//   };
//   out.begin("counts"), out(mine), out.end();   // state_writer
//   in.begin("counts"), in(mine), in.end();      // state_reader: the same members, the same order
//
// One function names the members for both directions, so they cannot differ. Neither direction has
// to be asked after each member: what fails is remembered and told at the end.
//
// The form: 8 bytes of magic, the version (32 bits), sections, and a last section "end" with the
// CRC-32C of all bytes before its sum. A section is a byte that says whether it continues the one
// before it, the length of its name and the name, its length (32 bits) and its bytes. Integers
// stand in 7-bit groups (LEB128), signed ones zigzag; times as the difference from the one before
// in the section.
#pragma once

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "kizashi/base/error.hpp"
#include "kizashi/base/time.hpp"

namespace kizashi {

/// Times that may stand in a state besides unknown: some windows begin before 1970 or end after the
/// latest time. Differences of two of them never overflow.
[[nodiscard]] constexpr auto is_state_time(std::int64_t time) noexcept -> bool {
  constexpr std::int64_t days = 86'400'000'000'000;
  return time >= -days && time <= timestamp::latest().nanoseconds() + 99 * days;
}

namespace internal {

template <std::unsigned_integral T>
void put_little(std::uint8_t* to, T value) noexcept {
  if constexpr (std::endian::native == std::endian::little)
    std::memcpy(to, &value, sizeof(T));
  else
    for (unsigned i = 0; i < sizeof(T); ++i) to[i] = static_cast<std::uint8_t>(value >> 8 * i);
}
template <std::unsigned_integral T>
[[nodiscard]] auto get_little(std::uint8_t const* from) noexcept -> T {
  T value = 0;
  for (unsigned i = 0; i < sizeof(T); ++i) value |= T{from[i]} << 8 * i;
  return value;
}

template <class Io, class T>
void state_field(Io& io, T& value) {
  using type = std::remove_const_t<T>;
  if constexpr (requires { type::state_fields(io, value); }) {
    type::state_fields(io, value);
  } else if constexpr (requires { state_fields(io, value); }) {
    state_fields(io, value);
  } else if constexpr (std::is_same_v<type, timestamp> || std::is_same_v<type, duration> ||
                       std::is_arithmetic_v<type>) {
    io.scalar(value);
  } else {
    for (auto& each : value) state_field(io, each);  // an array
  }
}

}  // namespace internal

class state_writer {
public:
  static constexpr bool is_reading = false;
  /// Gets the bytes in their order.
  using sink = std::function<status(std::string_view)>;

  /// `version`: of what the sections hold.
  state_writer(sink to, std::uint32_t version);
  state_writer(state_writer const&) = delete;  // it points into its buffer
  auto operator=(state_writer const&) -> state_writer& = delete;

  /// Begins a section. `name`: for messages, at most 255 bytes.
  void begin(std::string_view name);
  /// Between two records of a section that may be long: what has come together is handed on, and
  /// the section goes on in another piece.
  void next_record() {
    if (size() >= piece) hand_on(true);
  }
  void end() { hand_on(false); }
  /// Ends the state. Fails as the sink did, at whichever step.
  [[nodiscard]] auto finish() -> status;

  template <class... Fields>
  void operator()(Fields const&... values) {
    (internal::state_field(*this, values), ...);
  }
  /// A length of what follows, or any number.
  void number(std::uint64_t value) {
    auto* const at = room(10);
    if (value < 0x80) {
      *at = static_cast<std::uint8_t>(value);
      next_ = at + 1;
    } else if (value >> 56 == 0) {
      next_ = put_groups(at, value);
    } else {
      next_ = put_long(at, value);
    }
  }
  /// Eight bytes, for what fills most of them.
  void word(std::uint64_t value) {
    auto* const at = room(8);
    internal::put_little(at, value);
    next_ = at + 8;
  }
  /// Four bytes, likewise.
  void half(std::uint32_t value) {
    auto* const at = room(4);
    internal::put_little(at, value);
    next_ = at + 4;
  }
  void bytes(std::span<std::uint8_t const> values) {
    auto* const at = room(values.size());
    if (!values.empty()) std::memcpy(at, values.data(), values.size());
    next_ = at + values.size();
  }
  void text(std::string_view value);
  /// Nanoseconds since 1970, or those of `timestamp::unknown`.
  void time(std::int64_t value) {
    if (value == timestamp::unknown().nanoseconds()) return number(0);
    auto const change = static_cast<std::int64_t>(static_cast<std::uint64_t>(value) - time_);
    time_ = static_cast<std::uint64_t>(value);
    number(zigzag(change) + 1);
  }
  /// A time that is kept as nanoseconds.
  void time_field(std::int64_t value) { time(value); }
  template <class T>
  void scalar(T value) {
    if constexpr (std::is_same_v<T, timestamp>)
      time(value.nanoseconds());
    else if constexpr (std::is_same_v<T, duration>)
      number(zigzag(value.count()));
    else if constexpr (std::is_same_v<T, double>)
      word(std::bit_cast<std::uint64_t>(value));
    else if constexpr (std::is_same_v<T, float>)
      number(std::bit_cast<std::uint32_t>(value));
    else if constexpr (std::is_signed_v<T>)
      number(zigzag(value));
    else
      number(value);
  }
  /// Bytes handed on so far.
  [[nodiscard]] auto written() const noexcept -> std::uint64_t { return written_; }

private:
  static constexpr std::size_t piece = std::size_t{1} << 20;

  [[nodiscard]] static constexpr auto zigzag(std::int64_t value) noexcept -> std::uint64_t {
    return static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63);
  }
  /// The groups of a number below 2^56, without a loop: most of a state is numbers of two to seven
  /// groups, whose lengths no branch predictor guesses.
  [[nodiscard]] static auto put_groups(std::uint8_t* to, std::uint64_t value) noexcept
      -> std::uint8_t* {
    auto const groups = static_cast<unsigned>(std::bit_width(value) + 6) / 7;
    // From 56 bits in one piece to eight of seven bits, halving the pieces.
    auto spread = (value & 0x0FFF'FFFF) | (value & 0x00FF'FFFF'F000'0000) << 4;
    spread = (spread & 0x0000'3FFF'0000'3FFF) | (spread & 0x0FFF'C000'0FFF'C000) << 2;
    spread = (spread & 0x007F'007F'007F'007F) | (spread & 0x3F80'3F80'3F80'3F80) << 1;
    spread |= 0x8080'8080'8080'8080 & ((std::uint64_t{1} << 8 * (groups - 1)) - 1);
    internal::put_little(to, spread);
    return to + groups;
  }
  [[nodiscard]] static auto put_long(std::uint8_t* to, std::uint64_t value) noexcept
      -> std::uint8_t* {
    for (; value >= 0x80; value >>= 7) *to++ = static_cast<std::uint8_t>(value | 0x80);
    *to++ = static_cast<std::uint8_t>(value);
    return to;
  }
  [[nodiscard]] auto size() const noexcept -> std::size_t {
    return static_cast<std::size_t>(next_ - buffer_.data());
  }
  [[nodiscard]] auto room(std::size_t bytes) -> std::uint8_t* {
    if (static_cast<std::size_t>(limit_ - next_) < bytes) grow(bytes);
    return next_;
  }
  void grow(std::size_t bytes);
  void hand_on(bool goes_on);
  void put(std::span<std::uint8_t const> more);

  sink to_;
  std::vector<std::uint8_t> buffer_;  // of the open section
  std::uint8_t* next_ = nullptr;      // in `buffer_`, behind what is in use
  std::uint8_t* limit_ = nullptr;     // the end of `buffer_`
  std::string name_;
  bool continues_ = false;
  std::uint64_t time_ = 0;
  std::uint32_t sum_ = 0;
  std::uint64_t written_ = 0;
  status failure_;
};

/// Reads what strangers may have written: every access is checked against the end, and no length in
/// it decides how much memory is asked for. Behind the first thing that is wrong all reads answer
/// zero.
class state_reader {
public:
  static constexpr bool is_reading = true;
  /// The sections of a whole state. `name`: of the file, for messages; `bytes` must outlive the
  /// reader. Fails when it is no state, is of another version, or is damaged or cut short.
  [[nodiscard]] static auto open(std::span<std::uint8_t const> bytes, std::string_view name,
                                 std::uint32_t version) -> result<state_reader>;
  /// Of bare sections, checked by nobody.
  state_reader(std::span<std::uint8_t const> sections, std::string_view name)
      : all_{sections}, file_{name} {}

  /// Enters the next section, which must have that name.
  void begin(std::string_view name);
  /// Whether the section has another record.
  [[nodiscard]] auto has_record() -> bool;
  /// Leaves the section, all of which must have been read.
  void end();
  /// At the end: that all sections have been read and nothing was wrong; else what was.
  [[nodiscard]] auto finish() -> status;

  template <class... Fields>
  void operator()(Fields&... values) {
    (internal::state_field(*this, values), ...);
  }
  auto number() -> std::uint64_t {
    if (at_ < end_ && all_[at_] < 0x80) return all_[at_++];
    return long_number();
  }
  auto word() -> std::uint64_t {
    auto const raw = bytes(8);
    return raw.size() < 8 ? 0 : internal::get_little<std::uint64_t>(raw.data());
  }
  auto half() -> std::uint32_t {
    auto const raw = bytes(4);
    return raw.size() < 4 ? 0 : internal::get_little<std::uint32_t>(raw.data());
  }
  /// Fewer, and the state is refused, when they are not there.
  auto bytes(std::size_t count) -> std::span<std::uint8_t const>;
  auto text() -> std::string_view;
  /// A number of things that take at least `least_bytes` each, which is more than 0.
  auto count(std::size_t least_bytes) -> std::size_t;
  auto time() -> std::int64_t;
  void time_field(std::int64_t& value) { value = time(); }
  template <class T>
  void scalar(T& value) {
    if constexpr (std::is_same_v<T, timestamp>)
      value = timestamp{time()};
    else if constexpr (std::is_same_v<T, duration>)
      value = duration{unzigzag(number())};
    else if constexpr (std::is_same_v<T, double>)
      value = std::bit_cast<double>(word());
    else if constexpr (std::is_same_v<T, float>)
      value = std::bit_cast<float>(limited<std::uint32_t>());
    else if constexpr (std::is_same_v<T, bool>)
      value = at_most(1) == 1;
    else if constexpr (std::is_same_v<T, std::int64_t>)
      value = unzigzag(number());
    else
      value = limited<T>();
  }
  /// A number that is not larger.
  auto at_most(std::uint64_t most) -> std::uint64_t;
  /// Refuses the state unless `is_so`. `expected` says what should have been there.
  void expect(bool is_so, std::string_view expected) {
    if (!is_so) refuse(expected);
  }
  [[nodiscard]] auto is_good() const noexcept -> bool { return failure_.has_value(); }
  /// Likewise with a message of its own, which follows the name of the file.
  void refuse_with(errc code, std::string message);
  [[nodiscard]] auto failure() const -> status { return failure_; }

private:
  [[nodiscard]] static constexpr auto unzigzag(std::uint64_t value) noexcept -> std::int64_t {
    return static_cast<std::int64_t>(value >> 1 ^ (0 - (value & 1)));
  }
  template <std::unsigned_integral T>
  auto limited() -> T {
    return static_cast<T>(at_most(static_cast<std::uint64_t>(static_cast<T>(-1))));
  }
  [[nodiscard]] auto long_number() -> std::uint64_t;
  /// Enters the section that begins here; nothing when there is none.
  auto enter() -> std::string_view;
  void refuse(std::string_view expected);
  [[nodiscard]] auto next_continues() const noexcept -> bool;

  std::span<std::uint8_t const> all_;
  std::size_t at_ = 0;
  std::size_t end_ = 0;  // of the section
  std::string file_;
  std::string section_;
  std::uint64_t time_ = 0;
  status failure_;
};

}  // namespace kizashi
