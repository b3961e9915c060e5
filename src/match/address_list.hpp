// Addresses, prefixes and ranges that somebody looks for, as text files have them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/base/error.hpp"
#include "kizashi/net/address.hpp"

namespace kizashi::match {

/// One line of a list, or a part of it: a range that is no prefix makes several.
struct list_entry {
  net::prefix where;
  std::uint32_t line = 0;  ///< from 1
};

/// A line that is none of what a list may have.
struct bad_line {
  std::uint32_t line = 0;
  std::string message;  ///< what is wrong with it; the text of the line is in it, shortened
};

/// What a text says. On each line an address, a prefix ("192.0.2.0/24") or a range
/// ("192.0.2.8-192.0.2.11"), IPv4 or IPv6. "#", ";" and "//" begin comments; what stands behind a
/// space, tab or comma is the line's own remark and not read. Empty lines count for line numbers
/// only. Entries are in ascending order, wider ones before those inside of them, none twice.
class address_list {
public:
  /// Longest text that is read.
  static constexpr std::size_t most_bytes = std::size_t{1} << 30;

  [[nodiscard]] static auto parse(std::string_view text) -> address_list;
  /// Fails when the file cannot be read or is too long; bad lines are no failure.
  [[nodiscard]] static auto read(std::string const& path) -> result<address_list>;

  [[nodiscard]] auto entries() const noexcept -> std::span<list_entry const> { return entries_; }
  /// In the order of their lines.
  [[nodiscard]] auto bad_lines() const noexcept -> std::span<bad_line const> { return bad_; }
  /// Lines with an entry that an earlier line has already.
  [[nodiscard]] auto repeated() const noexcept -> std::size_t { return repeated_; }

private:
  void add_line(std::string_view line, std::uint32_t number);
  void sort();

  std::vector<list_entry> entries_;
  std::vector<bad_line> bad_;
  std::size_t repeated_ = 0;
};

}  // namespace kizashi::match
