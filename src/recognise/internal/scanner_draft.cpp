#include "kizashi/recognise/internal/scanner_draft.hpp"

#include <bit>
#include <limits>

#include <fmt/format.h>

#include "kizashi/base/text.hpp"
#include "kizashi/recognise/internal/scanner_names.hpp"

namespace kizashi::recognise::internal {
namespace {

constexpr std::size_t most_messages = 5;
/// The widest prefix that is taken for a list of scanners and not for a mistake.
constexpr unsigned shortest_ipv4 = 8;
constexpr unsigned shortest_ipv6 = 16;

/// A strange line for a message: without control characters, and not endless.
auto shown(std::string_view text) -> std::string {
  auto out = std::string{text.substr(0, 60)};
  for (auto& each : out)
    if (static_cast<unsigned char>(each) < 0x20 || static_cast<unsigned char>(each) > 0x7E)
      each = '?';
  return text.size() > 60 ? out + "..." : out;
}

auto is_too_wide(net::prefix const& each) -> bool {
  return each.length() < (each.first().is_ipv6() ? shortest_ipv6 : shortest_ipv4);
}

auto no_address(std::string_view text) -> tl::unexpected<error> {
  return fail(errc::parse_error, fmt::format("\"{}\" is no address, prefix or range", shown(text)));
}

/// "first-last", with or without spaces around the dash.
auto parse_range(std::string_view text) -> result<std::vector<net::prefix>> {
  auto const dash = text.find('-');
  auto const first = net::address::parse(trim(text.substr(0, dash)));
  auto const last = net::address::parse(trim(text.substr(dash + 1)));
  if (!first || !last) return no_address(text);
  if (first->is_ipv6() != last->is_ipv6() || *last < *first)
    return fail(errc::out_of_range,
                fmt::format("the range {} is reversed or mixes IPv4 and IPv6", shown(text)));
  return prefixes_of(*first, *last);
}

auto parse_where(std::string_view text) -> result<std::vector<net::prefix>> {
  std::vector<net::prefix> prefixes;
  if (text.find('-') != std::string_view::npos) {
    KIZASHI_TRY(prefixes, parse_range(text));
  } else {
    auto const one = net::prefix::parse(text);
    // An address with a wrong length behind it: then the parser knows more.
    if (!one && net::address::parse(text.substr(0, text.find('/'))))
      return tl::unexpected(one.error());
    if (!one) return no_address(text);
    prefixes.push_back(*one);
  }
  for (auto const& each : prefixes)
    if (is_too_wide(each))
      return fail(
          errc::out_of_range,
          fmt::format("{} is wider than /{}; no scanner has so many addresses", each.to_string(),
                      each.first().is_ipv6() ? shortest_ipv6 : shortest_ipv4));
  return prefixes;
}

/// Zero bits at the end of an address; its width for the first address of all.
auto trailing_zeros(net::address a) -> unsigned {
  if (!a.is_ipv6())
    return static_cast<unsigned>(std::min(std::countr_zero(a.as_ipv4().value()), 32));
  auto const value = a.as_ipv6();
  return static_cast<unsigned>(value.low() != 0 ? std::countr_zero(value.low())
                                                : 64 + std::countr_zero(value.high()));
}

auto after(net::address a) -> net::address {
  if (!a.is_ipv6()) return net::ipv4{a.as_ipv4().value() + 1};
  auto const value = a.as_ipv6();
  return net::ipv6{value.high() + (value.low() == std::numeric_limits<std::uint64_t>::max()),
                   value.low() + 1};
}

}  // namespace

auto stem_of(std::string_view file) -> std::string {
  auto name = file.substr(file.find_last_of('/') + 1);
  if (name.ends_with(".gz")) name.remove_suffix(3);
  if (auto const dot = name.find_last_of('.'); dot != std::string_view::npos && dot > 0)
    name = name.substr(0, dot);
  return std::string{name};
}

auto prefixes_of(net::address first, net::address last) -> std::vector<net::prefix> {
  unsigned const width = first.is_ipv6() ? 128 : 32;
  std::vector<net::prefix> out;
  while (true) {
    // The widest prefix that begins here and does not pass the end.
    auto length = width - trailing_zeros(first);
    while (net::prefix{first, length}.last() > last) ++length;
    out.emplace_back(first, length);
    if (out.back().last() == last) return out;
    first = after(out.back().last());
  }
}

scanner_writer::scanner_writer(scanner_draft& to, std::string_view file, std::string_view format)
    : to_{&to} {
  to.notes.push_back({.file = std::string{file}, .format = std::string{format}, .messages = {}});
}

auto scanner_writer::add(std::size_t line, std::string_view where, std::string_view organisation,
                         std::string_view source) -> status {
  return add(line, where, organisation, source, naming::list);
}

auto scanner_writer::add_unnamed(std::size_t line, std::string_view where) -> status {
  return add(line, where, stem_of(note().file), note().file, naming::file);
}

auto scanner_writer::add(std::size_t line, std::string_view where, std::string_view organisation,
                         std::string_view source, naming named_by) -> status {
  auto const prefixes = parse_where(where);
  if (!prefixes) {
    refuse(line, prefixes.error().message);
    return {};
  }
  KIZASHI_TRY(auto const number, number_of(organisation, source));
  auto const file = static_cast<std::uint32_t>(to_->notes.size() - 1);
  if (to_->names[number - 1U] == unknown_scanner) named_by = naming::none;
  for (auto const& each : *prefixes) to_->entries.push_back({each, number, named_by, file});
  ++note().entries;
  return {};
}

void scanner_writer::refuse(std::size_t line, std::string_view why) {
  auto& to = note();
  ++to.refused;
  if (to.messages.size() < most_messages)
    to.messages.push_back(fmt::format("{}:{}: {}", to.file, line, why));
}

auto scanner_writer::first_message() const -> std::string {
  return note().messages.empty() ? std::string{} : note().messages.front();
}

auto scanner_writer::number_of(std::string_view organisation, std::string_view source)
    -> result<std::uint16_t> {
  std::string spelling{organisation};
  if (auto const known = spellings_.find(spelling); known != spellings_.end()) return known->second;
  auto name = organisation_name(organisation);
  auto const next = to_->names.size() + 1;
  auto const [at, is_new] = to_->numbers.try_emplace(name, static_cast<std::uint16_t>(next));
  if (is_new && next > std::numeric_limits<std::uint16_t>::max()) {
    to_->numbers.erase(at);
    return fail(errc::limit_reached,
                fmt::format("{}: more than {} organisations in all lists; expected fewer: is its "
                            "second column really a name?",
                            note().file, with_thousands(next - 1)));
  }
  if (is_new) {
    to_->names.push_back(std::move(name));
    to_->sources.emplace_back(source);
  }
  spellings_.emplace(std::move(spelling), at->second);
  return at->second;
}

}  // namespace kizashi::recognise::internal
