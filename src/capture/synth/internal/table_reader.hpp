// Reading a TOML table key by key, with messages that point at the place. Every key that is not
// asked for is an error.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <toml++/toml.h>

#include "kizashi/base/time.hpp"
#include "kizashi/capture/synth/scenario.hpp"

namespace kizashi::capture::synth {

/// Mistakes in one file, in the order of their places.
class diagnostics {
public:
  explicit diagnostics(std::string file) : file_{std::move(file)} {}
  void add(toml::source_position where, std::string message);
  [[nodiscard]] auto is_empty() const noexcept -> bool { return entries_.empty(); }
  /// "FILE:LINE:COLUMN: message", one per line, sorted by place; at most 20 and then how many more.
  [[nodiscard]] auto text() const -> std::string;

private:
  struct entry {
    toml::source_position where;
    std::string message;
  };
  std::string file_;
  std::vector<entry> entries_;
};

/// A table and where in the file it is. Each function reads one key, leaves a message when the
/// value is not as expected, and answers the default then or when the key is not there.
class table_reader {
public:
  /// `path` names the table in messages: "actor.bots" or "" for the whole file.
  table_reader(toml::table const& table, std::string path, diagnostics& out)
      : table_{&table}, path_{std::move(path)}, out_{&out} {}

  [[nodiscard]] auto has(std::string_view key) const -> bool { return table_->contains(key); }
  [[nodiscard]] auto text(std::string_view key, std::string fallback) -> std::string;
  /// One of the words in `permitted`, which are separated by spaces.
  [[nodiscard]] auto word(std::string_view key, std::string_view permitted, std::string fallback)
      -> std::string;
  [[nodiscard]] auto boolean(std::string_view key, bool fallback) -> bool;
  [[nodiscard]] auto integer(std::string_view key, std::uint64_t low, std::uint64_t high,
                             std::uint64_t fallback) -> std::uint64_t;
  [[nodiscard]] auto number(std::string_view key, double low, double high, double fallback)
      -> double;
  /// A length of time in whole seconds, such as "90s".
  [[nodiscard]] auto length(std::string_view key, duration low, duration high, duration fallback)
      -> duration;
  [[nodiscard]] auto time(std::string_view key, timestamp fallback) -> timestamp;
  [[nodiscard]] auto prefixes(std::string_view key) -> std::vector<net::prefix>;
  /// A list of ports with equal weights or a table of ports with weights.
  [[nodiscard]] auto ports(std::string_view key) -> std::vector<port_weight>;
  /// A list of names with equal weights or a table of names with weights; names from `permitted`.
  [[nodiscard]] auto weights(std::string_view key, std::string_view permitted)
      -> std::vector<named_weight>;
  /// A table; null when it is not there.
  [[nodiscard]] auto table(std::string_view key) -> toml::table const*;
  /// The tables of an array of tables; empty when it is not there.
  [[nodiscard]] auto tables(std::string_view key) -> std::vector<toml::table const*>;

  /// A message at `key`, or at the table when it has no such key.
  void complain(std::string_view key, std::string const& expected);
  /// Refuses keys that are not in `permitted` (separated by spaces).
  void refuse_others(std::string_view permitted, std::string_view owner);

private:
  using entry_taker = std::function<bool(std::string_view text, std::uint32_t weight)>;

  /// The entries of a list (each with weight 1) or of a table (name = weight), one by one; a
  /// message for each that `take` refuses.
  void entries(std::string_view key, std::string const& expected, bool are_numbers,
               entry_taker const& take);
  [[nodiscard]] auto find(std::string_view key) const -> toml::node const* {
    return table_->get(key);
  }
  [[nodiscard]] auto full(std::string_view key) const -> std::string;
  void complain_at(toml::node const& node, std::string_view key, std::string const& expected);

  toml::table const* table_;
  std::string path_;
  diagnostics* out_;
};

}  // namespace kizashi::capture::synth
