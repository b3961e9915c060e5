// Kizashi's own format:
//
//   [[scanner]]
//   organisation = "Example Research"
//   source = "https://scan.example.org/"
//   prefixes = ["192.0.2.0/24", "2001:db8::/48", "198.51.100.4-198.51.100.9"]
#include <algorithm>
#include <array>
#include <sstream>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "kizashi/base/config.hpp"
#include "kizashi/recognise/internal/scanner_formats.hpp"

namespace kizashi::recognise::internal {
namespace {

constexpr std::array<std::string_view, 3> keys{"organisation", "source", "prefixes"};

auto place_of(std::string_view file, toml::source_region const& where) -> std::string {
  return fmt::format("{}:{}:{}", file, where.begin.line, where.begin.column);
}

auto unknown_key(std::string_view file, toml::key const& key,
                 std::span<std::string_view const> known) -> tl::unexpected<error> {
  auto const near = closest(key.str(), known);
  return fail(errc::parse_error,
              fmt::format("{}: there is no key {}; expected {}{}", place_of(file, key.source()),
                          key.str(), fmt::join(known, ", "),
                          near.empty() ? "" : fmt::format("; did you mean {}?", near)));
}

auto text_at(std::string_view file, toml::table const& table, std::string_view key)
    -> result<std::string> {
  auto const* const node = table.get(key);
  auto const text = node == nullptr ? std::nullopt : node->value_exact<std::string>();
  if (text && !text->empty()) return *text;
  return fail(errc::parse_error,
              fmt::format("{}: {} is missing or no text",
                          place_of(file, node == nullptr ? table.source() : node->source()), key));
}

auto read_scanner(std::string_view file, toml::table const& table, scanner_writer& out) -> status {
  for (auto const& [key, value] : table)
    if (std::ranges::find(keys, key.str()) == keys.end()) return unknown_key(file, key, keys);
  KIZASHI_TRY(auto const organisation, text_at(file, table, "organisation"));
  KIZASHI_TRY(auto const source, text_at(file, table, "source"));
  auto const* const prefixes = table.get_as<toml::array>("prefixes");
  if (prefixes == nullptr || prefixes->empty())
    return fail(errc::parse_error,
                fmt::format("{}: prefixes of {} are missing; expected a list of texts",
                            place_of(file, table.source()), organisation));
  for (auto const& each : *prefixes) {
    auto const text = each.value_exact<std::string>();
    if (text) {
      KIZASHI_TRY(out.add(each.source().begin.line, *text, organisation, source));
    } else {
      out.refuse(each.source().begin.line, "an item of prefixes is no text");
    }
  }
  return {};
}

}  // namespace

auto read_scanner_toml(std::string_view file, std::string_view text, scanner_draft& to) -> status {
  toml::table root;
  try {
    root = toml::parse(text, file);
  } catch (toml::parse_error const& wrong) {
    return fail(errc::parse_error,
                fmt::format("{}: {}", place_of(file, wrong.source()), wrong.description()));
  }
  constexpr std::array<std::string_view, 1> outer{"scanner"};
  for (auto const& [key, value] : root)
    if (key.str() != outer[0]) return unknown_key(file, key, outer);
  auto const* const all = root.get_as<toml::array>(outer[0]);
  if (all == nullptr || !all->is_array_of_tables())
    return fail(errc::parse_error, fmt::format("{}: there is no [[scanner]]", file));
  scanner_writer out{to, file, "TOML"};
  for (auto const& each : *all) KIZASHI_TRY(read_scanner(file, *each.as_table(), out));
  return {};
}

}  // namespace kizashi::recognise::internal
