// Sorted addresses as bytes of a sketch: records of up to 4,096 of them, each with its range and
// two sums, so that what nobody asks for is skipped and what is damaged is noticed.
//
// A record, little-endian: mark (4 bytes), sensor (2), kind (1), 0 (1), values (4), bytes of the
// payload (4), first value (16), last value (16), sum of the payload (8), sum of what stands before
// (8). The payload has what follows the first value: IPv4 as differences in LEB128, IPv6 as halves
// of 8 bytes. A sketch is a head of 8 bytes and records; values ascend within a run of records.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/base/error.hpp"
#include "kizashi/net/address_range.hpp"

namespace kizashi::store {

/// With it each file of a sketch begins.
inline constexpr std::string_view sketch_head = "KZSKETC1";

/// What the values of a record are.
enum class sketch_kind : std::uint8_t {
  ipv4_sources,
  ipv4_blocks,  ///< of 256 destinations: address / 256
  ipv6_sources,
  ipv6_destinations,
};
[[nodiscard]] constexpr auto is_ipv6(sketch_kind kind) noexcept -> bool {
  return kind >= sketch_kind::ipv6_sources;
}

/// Whose values they are.
struct sketch_key {
  std::uint16_t sensor = 0;
  sketch_kind kind = sketch_kind::ipv4_sources;
  friend auto operator<=>(sketch_key, sketch_key) noexcept = default;
};

/// Appends `values`, ascending and none twice, as records.
void append_records(sketch_key of, std::span<std::uint32_t const> values, std::string& to);
void append_records(sketch_key of, std::span<net::ipv6 const> values, std::string& to);

struct sketch_record {
  sketch_key of;
  net::address_range where;  ///< of addresses, of a block all
  std::uint32_t count = 0;
  std::span<std::uint8_t const> payload;
  std::uint64_t sum = 0;  ///< that the payload should have
};

/// From record to record through the bytes of a sketch, which may be anybody's.
class record_walker {
public:
  explicit record_walker(std::span<std::uint8_t const> bytes) noexcept : bytes_{bytes} {}
  /// The next record, or none at the end. Fails where no record is, or a damaged one.
  [[nodiscard]] auto next() -> result<std::optional<sketch_record>>;

private:
  std::span<std::uint8_t const> bytes_;
  std::size_t at_ = 0;
};

/// The values of a record, in place of what is in `to`. Fails when they are not those that were
/// written. The record's kind must be of the family.
[[nodiscard]] auto read_values(sketch_record const& of, std::vector<std::uint32_t>& to) -> status;
[[nodiscard]] auto read_values(sketch_record const& of, std::vector<net::ipv6>& to) -> status;

/// All of a sketch: by key the different values, ascending.
struct sketch_sets {
  std::map<sketch_key, std::vector<std::uint32_t>> ipv4;
  std::map<sketch_key, std::vector<net::ipv6>> ipv6;

  /// Fails as `record_walker` and `read_values` do.
  [[nodiscard]] static auto read(std::span<std::uint8_t const> bytes) -> result<sketch_sets>;
  /// As the bytes of a sketch, its head included.
  [[nodiscard]] auto to_bytes() const -> std::string;
  /// How many values of `other` are not in here.
  [[nodiscard]] auto lacks(sketch_sets const& other) const -> std::uint64_t;
  friend auto operator==(sketch_sets const&, sketch_sets const&) -> bool = default;
};

/// A number that tells bytes from others, for damage and not against an enemy.
[[nodiscard]] auto sum_of(std::span<std::uint8_t const> bytes) noexcept -> std::uint64_t;

}  // namespace kizashi::store
