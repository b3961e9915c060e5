// Reading a TOML table key by key: every value with its type and range, every key that nobody asked
// for refused, and each mistake with its place. All mistakes of a file are told at once.
//
//   return read_toml(text, "pets.toml", [](toml::table const& root, toml_mistakes& mistakes) {
//     toml_reader in{root, "", mistakes};
//     in.refuse_others("name legs", "a pet");
//     return pet{in.text("name", "Tama"), in.integer("legs", 0, 8, 4)};
//   });
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <toml++/toml.h>

#include "kizashi/base/error.hpp"
#include "kizashi/base/time.hpp"

namespace kizashi {

/// Mistakes in one file.
class toml_mistakes {
public:
  explicit toml_mistakes(std::string_view file) : file_{file} {}
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

/// A table and where in the file it is. Each function that reads a key leaves a mistake when the
/// value is not as expected, and answers the default then or when the key is not there.
class toml_reader {
public:
  /// `path` names the table in messages: "actor.bots", or "" for the whole file.
  toml_reader(toml::table const& table, std::string path, toml_mistakes& out)
      : table_{&table}, path_{std::move(path)}, out_{&out} {}

  [[nodiscard]] auto has(std::string_view key) const -> bool { return table_->contains(key); }
  [[nodiscard]] auto find(std::string_view key) const -> toml::node const* {
    return table_->get(key);
  }

  [[nodiscard]] auto text(std::string_view key, std::string fallback) -> std::string;
  /// A text that is not empty. Where it is not there: a mistake if it is needed.
  [[nodiscard]] auto filled_text(std::string_view key, std::string_view expected, bool is_needed)
      -> std::optional<std::string>;
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
  /// In whole seconds, not before 1970.
  [[nodiscard]] auto time(std::string_view key, timestamp fallback) -> timestamp;
  /// A table; null when it is not there.
  [[nodiscard]] auto table(std::string_view key) -> toml::table const*;
  /// The tables of an array of tables; empty when it is not there.
  [[nodiscard]] auto tables(std::string_view key) -> std::vector<toml::table const*>;

  /// "KEY is VALUE; expected ..." or "KEY is missing; expected ...".
  void complain(std::string_view key, std::string_view expected);
  /// The same at a node, which may be a part of the key's value.
  void complain_at(toml::node const& node, std::string_view key, std::string_view expected);
  /// "KEY is VALUE; REASON"
  void explain_at(toml::node const& node, std::string_view key, std::string_view reason);
  /// Refuses keys that are not in `permitted` (separated by spaces). `owner` is who may have those.
  void refuse_others(std::string_view permitted, std::string_view owner);

protected:
  /// The key with the path before it.
  [[nodiscard]] auto full(std::string_view key) const -> std::string;
  [[nodiscard]] auto mistakes() const -> toml_mistakes& { return *out_; }

private:
  toml::table const* table_;
  std::string path_;
  toml_mistakes* out_;
};

/// Whether `word` is among the words of `list`, which are separated by spaces.
[[nodiscard]] auto is_listed(std::string_view word, std::string_view list) -> bool;
/// "a, b, c" of "a b c".
[[nodiscard]] auto with_commas(std::string_view list) -> std::string;
/// A value as a person would write it, without control characters and cut where it becomes long.
[[nodiscard]] auto shown(toml::node const& node) -> std::string;

/// Fails with "FILE:LINE:COLUMN: not TOML: ...".
[[nodiscard]] auto parse_toml(std::string_view text, std::string_view file) -> result<toml::table>;

/// What `read(root, mistakes)` makes of a text. Fails with all mistakes that it left.
template <class Read>
[[nodiscard]] auto read_toml(std::string_view text, std::string_view file, Read&& read)
    -> result<decltype(read(toml::table{}, std::declval<toml_mistakes&>()))> {
  KIZASHI_TRY(auto const root, parse_toml(text, file));
  toml_mistakes mistakes{file};
  auto answer = read(root, mistakes);
  if (mistakes.is_empty()) return answer;
  return fail(errc::parse_error, mistakes.text());
}

}  // namespace kizashi
