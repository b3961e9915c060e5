#include "kizashi/recognise/internal/fingerprint_toml.hpp"

#include <algorithm>
#include <sstream>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kizashi/base/config.hpp"

namespace kizashi::recognise::internal {
namespace {

/// Text of a stranger without control characters, cut where it becomes long.
auto shortened(std::string text) -> std::string {
  for (auto& each : text)
    if (static_cast<unsigned char>(each) < 0x20 || each == 0x7F) each = ' ';
  if (text.size() > 90) text = text.substr(0, 87) + "...";
  return text;
}

/// A value as a person would write it.
auto shown(toml::node const& node) -> std::string {
  if (auto const* text = node.as_string()) return shortened("\"" + text->get() + "\"");
  if (node.is_table()) return "a table";
  if (node.is_array()) return "a list";
  std::ostringstream out;
  out << toml::node_view<toml::node const>{node};
  return shortened(out.str());
}

}  // namespace

void mistake_list::add(toml::source_position where, std::string message) {
  entries_.push_back({where, std::move(message)});
}

auto mistake_list::text() const -> std::string {
  auto sorted = entries_;
  std::ranges::stable_sort(sorted, {}, [](entry const& each) {
    return std::tuple{each.where.line, each.where.column};
  });
  constexpr std::size_t most = 20;
  std::string answer;
  for (std::size_t i = 0; i < std::min(most, sorted.size()); ++i)
    answer += fmt::format("{}{}:{}:{}: {}", i == 0 ? "" : "\n", file_, sorted[i].where.line,
                          sorted[i].where.column, sorted[i].message);
  if (sorted.size() > most) answer += fmt::format("\n{}: {} more", file_, sorted.size() - most);
  return answer;
}

auto toml_entry::text(std::string_view key, std::string_view expected, bool is_needed)
    -> std::optional<std::string> {
  auto const* const node = find(key);
  if (node == nullptr) {
    if (is_needed) complain(key, expected);
    return std::nullopt;
  }
  if (auto const* const value = node->as_string(); value != nullptr && !value->get().empty())
    return value->get();
  complain_at(*node, key, expected);
  return std::nullopt;
}

void toml_entry::complain(std::string_view key, std::string_view expected) {
  if (auto const* const node = find(key)) return complain_at(*node, key, expected);
  out_->add(table_->source().begin,
            fmt::format("{}.{} is missing; expected {}", path_, key, expected));
}

void toml_entry::complain_at(toml::node const& node, std::string_view key,
                             std::string_view expected) {
  explain_at(node, key, fmt::format("expected {}", expected));
}

void toml_entry::explain_at(toml::node const& node, std::string_view key, std::string_view reason) {
  out_->add(node.source().begin, fmt::format("{}.{} is {}; {}", path_, key, shown(node), reason));
}

void toml_entry::refuse_others(std::span<std::string_view const> permitted,
                               std::string_view owner) {
  for (auto const& [name, value] : *table_) {
    if (std::ranges::find(permitted, name.str()) != permitted.end()) continue;
    auto const near = closest(name.str(), permitted);
    out_->add(name.source().begin,
              fmt::format("{}{}{} is not known;{} {} may have {}", path_, path_.empty() ? "" : ".",
                          shortened(std::string{name.str()}),
                          near.empty() ? "" : fmt::format(" did you mean {}?", near), owner,
                          fmt::join(permitted, ", ")));
  }
}

}  // namespace kizashi::recognise::internal
