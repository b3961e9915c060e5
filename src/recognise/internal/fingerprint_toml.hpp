// Reading a TOML table key by key, with messages that point at the place.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <toml++/toml.h>

namespace kizashi::recognise::internal {

/// Mistakes in one file.
class mistake_list {
public:
  explicit mistake_list(std::string_view file) : file_{file} {}
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

/// One table. Each function reads one key and leaves a message when the value is not as expected;
/// the answer is then empty, as it is when an optional key is not there.
class toml_entry {
public:
  /// `path` names the table in messages: "fingerprint.mirai".
  toml_entry(toml::table const& table, std::string path, mistake_list& out)
      : table_{&table}, path_{std::move(path)}, out_{&out} {}

  [[nodiscard]] auto find(std::string_view key) const -> toml::node const* {
    return table_->get(key);
  }
  [[nodiscard]] auto text(std::string_view key, std::string_view expected, bool is_needed)
      -> std::optional<std::string>;
  void complain(std::string_view key, std::string_view expected);
  void complain_at(toml::node const& node, std::string_view key, std::string_view expected);
  /// "KEY is VALUE; REASON"
  void explain_at(toml::node const& node, std::string_view key, std::string_view reason);
  void refuse_others(std::span<std::string_view const> permitted, std::string_view owner);

private:
  toml::table const* table_;
  std::string path_;
  mistake_list* out_;
};

}  // namespace kizashi::recognise::internal
