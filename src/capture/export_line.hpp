// Lines of what `kizashi store export` writes: a packet each, as CSV under a line of names or as
// JSON objects. Which of the two it is follows from the first line.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/base/error.hpp"
#include "kizashi/net/packet_batch.hpp"

namespace kizashi::capture {

struct exported_packet {
  /// `source` and `destination` are those of IPv4; 0 for IPv6, whose addresses stand in `ipv6`, and
  /// without IP.
  net::packet row;
  std::optional<net::ipv6_pair> ipv6;
  std::string sensor;
  std::string type;           ///< names, as the store has them
  std::string traffic_class;  ///< likewise
  std::string scanner;        ///< empty: none
  std::string fingerprints;   ///< with a blank between; empty: none
};

/// Columns may come in any order. All must be there but `country` and `asn`, which are not read;
/// one that the export does not have is a mistake. A failure names the column, what came and what
/// was expected.
class export_reader {
public:
  static constexpr std::size_t columns = 26;

  /// The packet of the next line, until the next call; null when the line has none: it is empty, or
  /// the first one, with the names.
  [[nodiscard]] auto read(std::string_view line) -> result<exported_packet const*>;

private:
  enum class form : std::uint8_t { unknown, csv, json_lines };
  struct value {
    std::string text;
    bool is_there = false;
  };

  [[nodiscard]] auto read_names(std::string_view line) -> status;
  [[nodiscard]] auto read_csv(std::string_view line) -> status;
  [[nodiscard]] auto read_json(std::string_view line) -> status;
  [[nodiscard]] auto put(std::size_t column, std::string text) -> status;
  [[nodiscard]] auto convert() -> status;
  [[nodiscard]] auto convert_addresses() -> status;
  template <class Number>
  [[nodiscard]] auto number(std::size_t column, Number& to) const -> status;

  form form_ = form::unknown;
  std::vector<std::size_t> order_;  // CSV: the column of each field
  std::array<value, columns> values_;
  exported_packet packet_;
};

}  // namespace kizashi::capture
