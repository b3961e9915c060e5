// Where an address is registered (country) and who routes it (autonomous system).
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "kizashi/net/address.hpp"

namespace kizashi::recognise {

/// ISO 3166-1 alpha-2, or "--" when not known.
class country_code {
public:
  constexpr country_code() noexcept = default;
  constexpr country_code(char first, char second) noexcept : letters_{first, second} {}
  [[nodiscard]] constexpr auto text() const noexcept -> std::string_view {
    return {letters_.data(), letters_.size()};
  }
  friend constexpr auto operator<=>(country_code, country_code) noexcept = default;

private:
  std::array<char, 2> letters_{'-', '-'};
};

/// An autonomous system number (RFC 6793); 0 when not known.
class asn {
public:
  constexpr asn() noexcept = default;
  constexpr explicit asn(std::uint32_t number) noexcept : number_{number} {}
  [[nodiscard]] constexpr auto number() const noexcept -> std::uint32_t { return number_; }
  friend constexpr auto operator<=>(asn, asn) noexcept = default;

private:
  std::uint32_t number_ = 0;
};

struct place {
  country_code country;
  recognise::asn asn;
  friend auto operator<=>(place const&, place const&) noexcept = default;
};

/// Country and AS of every address, from one table file that `compile_places` made. Immutable,
/// shared by all workers. Without a table every address is at `place{}`.
class place_table {
public:
  place_table();
  ~place_table();
  place_table(place_table&&) noexcept;
  auto operator=(place_table&&) noexcept -> place_table&;

  /// Maps the file; nothing is read but its head. Fails with a message that says how to make the
  /// file anew when it is no table, of another version or damaged.
  [[nodiscard]] static auto open(std::filesystem::path const& file) -> result<place_table>;

  [[nodiscard]] auto is_empty() const noexcept -> bool;
  [[nodiscard]] auto find(net::ipv4 a) const noexcept -> place;
  [[nodiscard]] auto find(net::ipv6 a) const noexcept -> place;
  [[nodiscard]] auto find(net::address a) const noexcept -> place {
    return a.is_ipv6() ? find(a.as_ipv6()) : find(a.as_ipv4());
  }
  /// The name of an AS as the table has it; empty when not known.
  [[nodiscard]] auto name(asn number) const noexcept -> std::string_view;
  /// What the table was made from, for reports: one line, such as the names and dates of its
  /// sources.
  [[nodiscard]] auto origin() const noexcept -> std::string_view;

private:
  struct mapped;
  std::unique_ptr<mapped> mapped_;
};

struct place_sources {
  std::filesystem::path country;  ///< .mmdb with `country_code` or MaxMind's `country.iso_code`
  /// .mmdb with `autonomous_system_number` and `autonomous_system_organization`, or .csv with the
  /// rows first address, last address, number, name
  std::filesystem::path asn;
  std::filesystem::path asn_ipv6;  ///< a second .csv, for IPv6; may be empty
  /// The line of `place_table::origin`; empty: the names of the files, with dates where they carry
  /// one.
  std::string origin;
};

/// What went into a table.
struct place_counts {
  std::size_t ipv4_ranges = 0;  ///< stretches of addresses at one place
  std::size_t ipv6_ranges = 0;
  std::size_t systems = 0;   ///< AS with a name
  std::size_t overlaps = 0;  ///< rows of the sources that began inside of another; the later holds
};

/// Reads the sources and writes one table file, whole or not at all. Deterministic: the same
/// sources give the same bytes.
[[nodiscard]] auto compile_places(place_sources const& from, std::filesystem::path const& to)
    -> result<place_counts>;

}  // namespace kizashi::recognise
