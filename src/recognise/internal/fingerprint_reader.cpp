#include "kizashi/recognise/internal/fingerprint_reader.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "kizashi/base/text.hpp"
#include "kizashi/base/toml_reader.hpp"
#include "kizashi/recognise/internal/fingerprint_contradiction.hpp"

namespace kizashi::recognise::internal {
namespace {

constexpr std::size_t longest_file = 1 << 20;
constexpr std::uint32_t most_packets = 1'000'000;
/// A verdict by chance among a thousand million sources is one too many.
constexpr double rarest = 1e-9;

constexpr std::string_view keys =
    "name kind description match same source false_match packets independent";
constexpr auto kinds =
    std::to_array<fingerprint_kind>({fingerprint_kind::malware, fingerprint_kind::tool,
                                     fingerprint_kind::research, fingerprint_kind::unknown});

auto is_name(std::string_view text) -> bool {
  return text.size() <= 40 && std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '.';
         });
}

/// "2^-16", or a number as text or as itself.
auto chance_of(toml::node const& node) -> std::optional<double> {
  auto value = node.is_number() ? node.value<double>() : std::nullopt;
  if (auto const* const text = node.as_string()) {
    if (text->get().starts_with("2^-")) {
      auto const exponent = parse_unsigned(std::string_view{text->get()}.substr(3), 128);
      if (exponent) value = std::ldexp(1.0, -static_cast<int>(*exponent));
    }
  }
  if (!value || !(*value > 0 && *value <= 1)) return std::nullopt;
  return value;
}

class entry_reader {
public:
  entry_reader(toml::table const& table, toml_mistakes& out) : in_{table, label(table), out} {}

  auto read() -> read_fingerprint {
    in_.refuse_others(keys, "a fingerprint");
    read_words();
    read_match();
    read_same();
    read_chance();
    read_packets();
    read_scope();
    return std::move(out_);
  }
  void refuse_name() { in_.complain("name", "a name that no other fingerprint of the file has"); }

private:
  static auto label(toml::table const& table) -> std::string {
    auto const* const name = table.get_as<std::string>("name");
    return name != nullptr && !name->get().empty() && is_name(name->get())
               ? "fingerprint." + name->get()
               : "fingerprint";
  }

  void read_words() {
    constexpr std::string_view expected = "1 to 40 letters, digits, - and ., such as \"masscan\"";
    out_.entry.name = in_.filled_text("name", expected, true).value_or("");
    if (!is_name(out_.entry.name)) in_.complain("name", expected);
    constexpr std::string_view expected_kind = "malware, tool, research or unknown";
    if (auto const kind = in_.filled_text("kind", expected_kind, true)) {
      auto const* const found =
          std::ranges::find(kinds, *kind, [](auto each) { return std::string{name_of(each)}; });
      if (found == kinds.end())
        in_.complain("kind", expected_kind);
      else
        out_.entry.kind = *found;
    }
    out_.entry.description = in_.filled_text("description", "a sentence", false).value_or("");
    out_.entry.source = in_.filled_text("source", "where it is published", true).value_or("");
  }

  void read_match() {
    constexpr std::string_view expected =
        "a list of 1 to 16 conditions such as [\"tcp.syn\", \"tcp.seq == ip.dst\"]";
    auto const* const node = in_.find("match");
    auto const* const list = node == nullptr ? nullptr : node->as_array();
    if (list == nullptr || list->empty() || list->size() > most_conditions)
      return in_.complain("match", expected);
    conditions_ = list->size();
    for (std::size_t i = 0; i < list->size(); ++i) {
      auto const& item = (*list)[i];
      auto const key = fmt::format("match[{}]", i + 1);
      auto const* const text = item.as_string();
      if (text == nullptr) {
        in_.complain_at(item, key, "a condition in quotes");
      } else if (auto parsed = parse_condition(text->get())) {
        out_.test.match.push_back(std::move(*parsed));
        out_.entry.match.push_back(text->get());
      } else {
        in_.explain_at(item, key, parsed.error().message);
      }
    }
  }

  void read_same() {
    auto const text = in_.filled_text("same", "an expression such as \"tcp.seq ^ ip.dst\"", false);
    if (!text) return;
    out_.entry.same = *text;
    if (auto parsed = parse_expression(*text))
      out_.test.same = std::move(*parsed);
    else
      in_.explain_at(*in_.find("same"), "same", parsed.error().message);
    if (!out_.test.match.empty() && !has(word::tcp_syn))
      in_.complain("same", "tcp.syn among the conditions of match, as only SYN are compared");
  }

  void read_chance() {
    auto const* const node = in_.find("false_match");
    auto const value = node == nullptr ? std::nullopt : chance_of(*node);
    if (!value)
      return in_.complain("false_match",
                          "the share of ordinary packets that pass: \"2^-16\", or a number above 0 "
                          "and at most 1");
    out_.entry.false_match = *value;
  }

  void read_packets() {
    out_.entry.is_independent = in_.boolean("independent", true);
    auto const* const node = in_.find("packets");
    auto const* const value = node == nullptr ? nullptr : node->as_integer();
    if (value == nullptr || value->get() < 1 || value->get() > most_packets)
      return in_.complain("packets", "how many packets make a verdict, from 1 to 1000000");
    out_.entry.packets = static_cast<std::uint32_t>(value->get());
    check_packets();
  }

  /// A verdict must not come by chance.
  void check_packets() {
    auto const& [entry, test] = out_;
    auto const is_pairs = !entry.same.empty();
    auto const tests = static_cast<double>(entry.packets) - (is_pairs ? 1 : 0);
    if (is_pairs && entry.packets < 2)
      return in_.complain("packets", "at least 2, as same compares packets");
    if (!entry.is_independent || entry.false_match <= 0) return;
    if (std::pow(entry.false_match, tests) < rarest) return;
    if (entry.false_match == 1)
      return in_.complain("false_match", "less than 1, as a test that all pass tells nothing");
    auto const least = std::floor(std::log(rarest) / std::log(entry.false_match)) + 1;
    in_.complain(
        "packets",
        fmt::format("at least {:.0f}, as by chance {:.2g} of ordinary {} pass and a "
                    "verdict must come by chance less than once in 1e9",
                    least + (is_pairs ? 1 : 0), entry.false_match, is_pairs ? "pairs" : "packets"));
  }

  [[nodiscard]] auto has(word kind) const -> bool {
    return std::ranges::any_of(out_.test.match, [&](condition const& each) {
      return each.is == condition::form::word && each.kind == kind;
    });
  }
  [[nodiscard]] auto names_field_of(word kind) const -> bool {
    auto const has_field = [&](expression const& all) {
      return std::ranges::any_of(all, [&](expression_node const& each) {
        return each.does == operation::field && word_of(static_cast<field>(each.value)) == kind;
      });
    };
    return (out_.test.same && has_field(*out_.test.same)) ||
           std::ranges::any_of(out_.test.match, [&](condition const& each) {
             return has_field(each.left) || has_field(each.right);
           });
  }

  void read_scope() {
    auto const types = static_cast<int>(has(word::tcp_syn)) + static_cast<int>(has(word::tcp_rst)) +
                       static_cast<int>(has(word::tcp_synack));
    auto const is_tcp = types > 0 || has(word::tcp) || names_field_of(word::tcp);
    auto const is_udp = has(word::udp) || names_field_of(word::udp);
    auto const is_icmp = has(word::icmp) || names_field_of(word::icmp);
    if (static_cast<int>(is_tcp) + static_cast<int>(is_udp) + static_cast<int>(is_icmp) > 1)
      return in_.complain("match", "one protocol, as no packet is TCP, UDP and ICMP at a time");
    if (types > 1)
      return in_.complain("match", "one of tcp.syn, tcp.synack and tcp.rst, as no packet is two");
    using enum fingerprint_scope;
    out_.entry.scope = has(word::tcp_syn) ? tcp_syn
                       : is_tcp           ? tcp
                       : is_udp           ? udp
                       : is_icmp          ? icmp
                                          : any;
    check_possible();
  }

  /// What no packet can pass would be silent for ever.
  void check_possible() {
    if (out_.test.match.empty() || out_.test.match.size() != conditions_) return;
    auto const found = find_contradiction(out_.test.match);
    if (!found) return;
    auto const& item = (*in_.find("match")->as_array())[found->condition];
    in_.explain_at(item, fmt::format("match[{}]", found->condition + 1), found->reason);
  }

  toml_reader in_;
  read_fingerprint out_;
  std::size_t conditions_ = 0;  ///< of match, those with mistakes too
};

auto read_root(toml::table const& root, toml_mistakes& mistakes) -> std::vector<read_fingerprint> {
  toml_reader{root, "", mistakes}.refuse_others("fingerprint", "a file of fingerprints");
  std::vector<read_fingerprint> answer;
  std::set<std::string> names;
  auto const* const list = root.get_as<toml::array>("fingerprint");
  if (list == nullptr || list->empty()) {
    mistakes.add({1, 1}, "no fingerprint; expected tables that begin with [[fingerprint]]");
    return answer;
  }
  for (auto const& item : *list) {
    auto const* const table = item.as_table();
    if (table == nullptr) {
      mistakes.add(item.source().begin,
                   "not a table; expected tables that begin with "
                   "[[fingerprint]]");
      continue;
    }
    entry_reader reader{*table, mistakes};
    answer.push_back(reader.read());
    auto const& name = answer.back().entry.name;
    if (!name.empty() && !names.insert(name).second) reader.refuse_name();
  }
  return answer;
}

}  // namespace

auto read_fingerprints(std::string_view text, std::string_view file)
    -> result<std::vector<read_fingerprint>> {
  if (text.size() > longest_file)
    return fail(errc::limit_reached,
                fmt::format("{}: {} bytes; expected at most {}", file, text.size(), longest_file));
  return read_toml(text, file, read_root);
}

}  // namespace kizashi::recognise::internal
