#include "kizashi/screening/internal/campaigns.hpp"

#include <algorithm>
#include <bit>
#include <functional>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "kizashi/base/random.hpp"
#include "kizashi/base/text.hpp"
#include "kizashi/screening/internal/behaviours.hpp"

namespace kizashi::screening::internal {
namespace {

using recognise::traffic_class;

/// A port with this share is always part of a name, one with less than the other never.
constexpr double surely_named_share = 1.0 / 4;
constexpr double least_named_share = 1.0 / 50;
/// Until a name is no other's.
constexpr std::size_t name_attempts = 5;

auto hash_text(std::string_view text) -> std::uint64_t {
  std::uint64_t hash = 0;
  for (auto const letter : text) hash = mix64(hash ^ static_cast<unsigned char>(letter));
  return hash;
}

/// The looks of a source's SYN again, as the words for them want it.
auto sample_of(source_record const& source) -> telescope::header_sample {
  telescope::header_sample sample;
  sample.tcp_window = static_cast<std::uint16_t>(source.at(feature::window));
  sample.tcp_options = source.at(feature::options);
  sample.tcp_mss = static_cast<std::uint16_t>(source.at(feature::mss));
  sample.tcp_window_scale = static_cast<std::uint8_t>(source.at(feature::window_scale));
  sample.ttl = static_cast<std::uint8_t>(source.at(feature::initial_ttl));
  sample.dont_fragment = source.at(feature::dont_fragment) == 1;
  return sample;
}

/// By `port_key`: the mean share of a campaign's sources.
using port_shares = std::map<std::uint32_t, double>;

/// The ports that stand in a name: those above the widest gap between neighbouring shares, the two
/// limits being its neighbours as well. A limit of its own for all would sooner or later lie where
/// some tool has a port. Of equal gaps the lower one counts.
auto named_ports(port_shares const& of) -> std::vector<std::uint32_t> {
  std::vector<double> steps{surely_named_share, least_named_share};
  for (auto const& [key, share] : of)
    if (share > least_named_share && share < surely_named_share) steps.push_back(share);
  std::ranges::sort(steps, std::greater{});
  auto least = surely_named_share;
  double widest = 0;
  for (std::size_t i = 1; i < steps.size(); ++i) {
    if (steps[i - 1] < widest * steps[i]) continue;
    widest = steps[i - 1] / steps[i];
    least = steps[i - 1];
  }
  std::vector<std::uint32_t> named;
  for (auto const& [key, share] : of)
    if (share >= least) named.push_back(key);
  return named;
}

/// A campaign before it has a row.
struct group {
  behaviour const* of = nullptr;
  std::vector<std::uint32_t> members;
  bool is_synchronous = false;
};

class namer {
public:
  namer(std::span<source_record const> sources, campaign_options const& options)
      : sources_{sources}, options_{options} {}

  /// Name, description, tool, quirk and ports.
  void describe(group const& of, campaign_row& row) const {
    auto const& first = sources_[of.members.front()];
    auto const ports = mean_ports(of);
    if (first.tool != 0)
      row.tool = options_.tool_name(static_cast<std::uint8_t>(first.tool - 1));
    else if (first.quirk != 0)
      row.quirk =
          telescope::describe_quirk(sample_of(first), first.at(feature::window) == varying_window);
    auto const header = header_words(first, row);
    auto const kind = name_of(static_cast<traffic_class>(first.at(feature::traffic_class)));
    row.name = short_name(first, row, ports);
    row.description = fmt::format("{}: {}, {}", kind, header, port_words(of, ports));
    if (of.is_synchronous) row.description += ", at the same times";
    for (auto const& [key, share] : ports)
      row.ports.push_back({static_cast<std::uint16_t>(key), static_cast<std::uint8_t>(key >> 16),
                           static_cast<std::uint64_t>(share * static_cast<double>(row.packets))});
    std::ranges::stable_sort(row.ports,
                             [](auto const& a, auto const& b) { return a.packets > b.packets; });
  }

  /// What the letters of the name follow from: nothing that changes from day to day.
  [[nodiscard]] auto canonical(group const& of, campaign_row const& row) const -> std::string {
    auto const& first = sources_[of.members.front()];
    auto text = fmt::format("{}|{}|{}|{}|{}", row.tool, first.tool == 0 ? first.quirk : 0,
                            first.quirk == 0 ? first.at(feature::length) : 0,
                            first.at(feature::traffic_class), of.of->spread);
    for (auto const key : named_ports(mean_ports(of))) text += fmt::format("|{}", key);
    return text;
  }

private:
  [[nodiscard]] auto mean_ports(group const& of) const -> port_shares {
    port_shares shares;
    for (auto const member : of.members) {
      auto const& ports = sources_[member].ports;
      for (std::size_t i = 0; i < ports.count(); ++i)
        shares[ports.keys[i]] += double{ports.shares[i]};
    }
    for (auto& [key, share] : shares) share /= static_cast<double>(of.members.size());
    std::erase_if(shares, [](auto const& each) { return each.second < least_named_share; });
    return shares;
  }

  [[nodiscard]] static auto header_words(source_record const& first, campaign_row const& row)
      -> std::string {
    if (!row.tool.empty()) return row.tool;
    if (!row.quirk.empty()) return row.quirk;
    return internal::describe({feature::length, first.at(feature::length), 0});
  }

  [[nodiscard]] static auto short_name(source_record const& first, campaign_row const& row,
                                       port_shares const& ports) -> std::string {
    std::string list;
    for (auto const key : named_ports(ports))
      list += fmt::format("{}{}", list.empty() ? "" : "+", key & 0xFFFF);
    auto const protocol = first.at(feature::protocol);
    auto const* const plain = protocol == 6 ? "tcp" : protocol == 17 ? "udp" : "ip";
    auto const head = !row.tool.empty() ? row.tool : protocol == 1 ? "icmp" : plain;
    if (list == "0") list.clear();  // ICMP
    if (list.empty() && protocol != 1) list = "many";
    return list.empty() ? head : head + " " + list;
  }

  [[nodiscard]] static auto port_words(group const& of, port_shares const& ports) -> std::string {
    if (of.of->ports.count() == 0)
      return internal::describe({feature::ports, of.of->spread, of.of->spread});
    std::string text;
    for (auto const& [key, share] : ports)
      text +=
          fmt::format("{}{} {:.0f} %", text.empty() ? "" : ", ", describe_port(key), share * 100);
    return text;
  }

  std::span<source_record const> sources_;
  campaign_options const& options_;
};

/// The smallest hashes of the networks of a group, ascending (Broder's MinHash, 1997): two sets of
/// networks have the same smallest one with the probability of their Jaccard similarity.
auto network_hashes(group const& of, std::span<source_record const> sources)
    -> std::vector<std::uint64_t> {
  std::set<std::uint64_t> hashes;
  for (auto const member : of.members) {
    hashes.insert(hash_text(network_of(sources[member].address).to_string()));
    if (hashes.size() > name_attempts) hashes.erase(std::prev(hashes.end()));
  }
  return {hashes.begin(), hashes.end()};
}

void count_places(group const& of, std::span<source_record const> sources,
                  recognise::place_table const& places, campaign_row& row) {
  std::set<recognise::asn> systems;
  std::set<recognise::country_code> countries;
  for (auto const member : of.members) {
    auto const place = places.find(sources[member].address);
    if (place.asn != recognise::asn{}) systems.insert(place.asn);
    if (place.country != recognise::country_code{}) countries.insert(place.country);
  }
  row.systems = systems.size();
  row.countries = countries.size();
}

void count_members(group const& of, std::span<source_record const> sources, campaign_row& row) {
  std::set<net::prefix> networks;
  double confidence = 0;
  for (auto const member : of.members) {
    auto const& each = sources[member];
    ++row.sources;
    row.packets += each.packets;
    row.first = row.sources == 1 ? each.first : std::min(row.first, each.first);
    row.last = std::max(row.last, each.last);
    row.days |= each.days;
    networks.insert(network_of(each.address));
    auto const likeness = of.of->ports.count() == 0 ? 0.5 : port_likeness(each.ports, of.of->ports);
    confidence += likeness * (each.tool != 0    ? double{each.confidence}
                              : each.quirk != 0 ? 0.9
                                                : 0.5);
  }
  row.networks = networks.size();
  row.is_synchronous = of.is_synchronous;
  row.confidence = confidence / static_cast<double>(of.members.size());
}

auto all_minutes(std::span<source_record const> sources) -> std::uint64_t {
  std::uint64_t seen = 0;
  for (auto const& each : sources) seen |= each.activity;
  return seen;
}

/// Parts of a behaviour that act together, and the rest of it.
void split(behaviour const& whole, std::span<source_record const> sources, minute_ring const& ring,
           campaign_options const& options, std::vector<group>& out) {
  if (whole.members.size() < options.least_sources) return;
  std::vector<std::uint64_t> masks;
  for (auto const member : whole.members) masks.push_back(ring.compact(sources[member].activity));
  auto const numbers = find_synchronous(masks, ring, options.timing);
  auto const most = *std::ranges::max_element(numbers);
  std::vector<group> parts(static_cast<std::size_t>(most + 2));
  for (std::size_t i = 0; i < numbers.size(); ++i)
    parts[static_cast<std::size_t>(numbers[i] + 1)].members.push_back(whole.members[i]);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    parts[i].of = &whole;
    parts[i].is_synchronous = i > 0;
    if (parts[i].members.size() >= options.least_sources) out.push_back(std::move(parts[i]));
  }
}

struct named_group {
  group members;
  campaign_row row;
  std::string canonical;
};

/// Adds letters to all names. Where two would be equal, the second one has more letters, and of
/// groups that share a network the next one counts.
void finish_names(std::vector<named_group>& all, std::span<source_record const> sources) {
  std::set<std::string> taken;
  for (auto& each : all) {
    auto const base = each.row.name;
    auto const hash = hash_text(each.canonical);
    auto const networks = each.members.is_synchronous ? network_hashes(each.members, sources)
                                                      : std::vector<std::uint64_t>{};
    for (std::size_t attempt = 0; attempt < name_attempts; ++attempt) {
      auto const letters = 4 + 2 * attempt;
      each.row.name = fmt::format("{} · {}", base, name_letters(hash, letters));
      if (!networks.empty())
        each.row.name +=
            "-" + name_letters(networks[std::min(attempt, networks.size() - 1)], letters);
      if (taken.insert(each.row.name).second) break;
    }
  }
}

void count_neighbours(std::span<source_record> sources) {
  for (std::size_t begin = 0, end = 0; begin < sources.size(); begin = end) {
    auto const network = network_of(sources[begin].address);
    std::map<std::int32_t, std::uint32_t> members;
    for (end = begin; end < sources.size() && network.contains(sources[end].address); ++end)
      ++members[sources[end].campaign];
    for (auto i = begin; i < end; ++i)
      sources[i].neighbours = sources[i].campaign < 0 ? 0 : members[sources[i].campaign] - 1;
  }
}

auto is_actor(traffic_class each) -> bool {
  return each == traffic_class::scan || each == traffic_class::amplifier_probe ||
         each == traffic_class::payload;
}

}  // namespace

auto behaviour_header(source_record const& source) noexcept -> std::uint64_t {
  auto const kind = source.at(feature::traffic_class);
  if (!is_actor(static_cast<traffic_class>(kind))) return 0;
  auto const of_class = std::uint64_t{kind + 1} << 40;
  if (source.tool != 0) return of_class | std::uint64_t{1} << 32 | source.tool;
  if (source.quirk != 0) return of_class | std::uint64_t{2} << 32 | source.quirk;
  auto const length = source.at(feature::length);
  return length == absent ? 0 : of_class | std::uint64_t{3} << 32 | length;
}

auto port_likeness(main_ports const& a, main_ports const& b) noexcept -> double {
  double both = 0;
  double either = 0;
  auto const count_a = a.count();
  auto const count_b = b.count();
  for (std::size_t i = 0, j = 0; i < count_a || j < count_b;) {
    auto const key_a = i < count_a ? a.keys[i] : absent;
    auto const key_b = j < count_b ? b.keys[j] : absent;
    auto const share_a = key_a <= key_b ? double{a.shares[i]} : 0;
    auto const share_b = key_b <= key_a ? double{b.shares[j]} : 0;
    both += std::min(share_a, share_b);
    either += std::max(share_a, share_b);
    i += key_a <= key_b;
    j += key_b <= key_a;
  }
  return either > 0 ? both / either : 0;
}

auto name_letters(std::uint64_t hash, std::size_t letters) -> std::string {
  static constexpr std::string_view alphabet = "23456789bcdfghjkmnpqrstvwxyz";
  std::string text;
  for (std::size_t i = 0; i < letters; ++i, hash /= alphabet.size())
    text += alphabet[hash % alphabet.size()];
  return text;
}

auto find_campaigns(std::span<source_record> sources, campaign_options const& options)
    -> std::vector<campaign_row> {
  auto const behaviours = find_behaviours(sources, options.least_alike);
  minute_ring const ring{all_minutes(sources)};
  std::vector<group> groups;
  for (auto const& each : behaviours) split(each, sources, ring, options, groups);
  std::vector<named_group> named;
  namer const names{sources, options};
  for (auto& each : groups) {
    auto& next = named.emplace_back();
    count_members(each, sources, next.row);
    if (options.places != nullptr) count_places(each, sources, *options.places, next.row);
    names.describe(each, next.row);
    next.canonical = names.canonical(each, next.row);
    next.members = std::move(each);
  }
  finish_names(named, sources);
  std::ranges::sort(named, [](named_group const& a, named_group const& b) {
    return std::tie(b.row.packets, a.row.name) < std::tie(a.row.packets, b.row.name);
  });
  std::vector<campaign_row> rows;
  for (auto& each : named) {
    for (auto const member : each.members.members)
      sources[member].campaign = static_cast<std::int32_t>(rows.size());
    rows.push_back(std::move(each.row));
  }
  count_neighbours(sources);
  return rows;
}

}  // namespace kizashi::screening::internal
