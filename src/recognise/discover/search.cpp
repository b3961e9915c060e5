#include "kizashi/recognise/discover/search.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "kizashi/recognise/discover/evidence.hpp"
#include "kizashi/recognise/discover/looks.hpp"
#include "kizashi/recognise/discover/packet_sample.hpp"
#include "kizashi/recognise/discover/relation_text.hpp"
#include "kizashi/recognise/discover/voting.hpp"

namespace kizashi::recognise::discover {

namespace {

using member = packet_sample::member;
using member_span = std::span<member const>;

/// A relation that more of all other packets have is ordinary.
constexpr double most_rest_rate = 0.01;
/// The logarithm of what a relation must be better than chance by.
constexpr double least_pair_surprise = 40;

auto condition_of(scope where) -> std::string {
  switch (where) {
    case scope::tcp_syn:
      return "tcp.syn";
    case scope::tcp_other:
      return "tcp.flags & 0x17 != 0x02";
    case scope::udp:
      return "udp";
    case scope::icmp:
      return "icmp";
  }
  return "";
}

/// A relation of 16 bits passes by chance often enough that looks which others seldom have are
/// worth asking for: the two rarest.
void use_looks(proposal& to) {
  if (to.bits > 16 || !to.same.empty()) return;
  auto by_rest = to.looks;
  std::stable_sort(by_rest.begin(), by_rest.end(),
                   [](auto const& a, auto const& b) { return a.rest < b.rest; });
  std::size_t used = 0;
  for (auto& each : to.looks) {
    auto const is_rare = std::any_of(
        by_rest.begin(), by_rest.begin() + std::min<std::ptrdiff_t>(2, std::ssize(by_rest)),
        [&](auto const& rare) { return rare.condition == each.condition && rare.rest < 0.2; });
    if (!is_rare || used == 2) continue;
    each.is_used = true;
    to.match.push_back(each.condition);
    ++used;
  }
}

auto propose(evidence const& of, member_span members, scope where, std::uint64_t sampled_packets,
             address_guard const& guard) -> proposal {
  proposal out;
  out.where = where;
  out.relation = to_text(of.of, where);
  out.match.push_back(condition_of(where));
  if (of.of.is_key)
    out.same = out.relation;
  else
    out.match.push_back(out.relation);
  out.bits = of.of.bits();
  out.sources = of.supporters.size();
  out.packets = of.packets;
  out.sampled_sources = members.size();
  out.sampled_packets = sampled_packets;
  out.rest_packets = of.rest_packets;
  out.rest_matches = of.rest_matches;
  out.surprise = of.surprise;
  auto const chance = -std::log2(std::max(of.theory(), of.rest_rate()));
  out.verdict_packets = static_cast<std::uint32_t>(std::ceil(30 / chance)) + (of.of.is_key ? 1 : 0);
  out.looks = find_looks(of, members, where);
  std::erase_if(out.looks, [&](look const& each) { return guard.tells(each.value, 4); });
  use_looks(out);
  std::uint64_t hash = 0xCBF29CE484222325;
  for (auto const c : std::string{name_of(where)} + " " + out.relation)
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3;
  out.name = fmt::format("found-{:08x}", static_cast<std::uint32_t>(hash >> 32 ^ hash));
  return out;
}

/// Relations in the order of their surprise, each weighed on what stronger ones have left.
class selection {
public:
  selection(std::vector<member> members, scope where, search_options const& options)
      : members_{std::move(members)}, where_{where}, options_{&options} {
    for (auto const& each : members_) sampled_packets_ += each.rows.size();
    auto const least_votes = std::min<std::size_t>(options.least_sources, 2);
    for (auto const& each : vote(members_, least_votes)) keep(weigh(each, members_));
    for (auto& each : find_constants(members_, where, options.least_sources)) keep(std::move(each));
  }

  auto run() -> std::vector<proposal> {
    std::vector<proposal> out;
    while (!queue_.empty() && out.size() < options_->most_proposals) {
      auto best = std::min_element(queue_.begin(), queue_.end(), is_before);
      auto entry = std::move(*best);
      *best = std::move(queue_.back());
      queue_.pop_back();
      if (entry.round != round_) {
        auto const& of = entry.found.of;
        keep(is_constant(of) ? weigh_constant(of, members_) : weigh(of, members_));
        continue;
      }
      if (options_->guard.tells(entry.found.of))
        ++withheld_;
      else
        out.push_back(propose(entry.found, members_, where_, sampled_packets_, options_->guard));
      explain(entry.found);
    }
    return out;
  }

  [[nodiscard]] auto withheld() const noexcept -> std::uint64_t { return withheld_; }

private:
  struct waiting {
    evidence found;
    std::size_t length = 0;  // of the text: of equals the shorter one explains
    unsigned round = 0;      // when it was weighed
  };

  static auto is_before(waiting const& a, waiting const& b) -> bool {
    if (a.found.surprise != b.found.surprise) return a.found.surprise > b.found.surprise;
    if (a.length != b.length) return a.length < b.length;
    return hash_of(a.found.of) < hash_of(b.found.of);
  }

  void keep(evidence found) {
    if (found.supporters.size() < options_->least_sources || found.surprise < least_pair_surprise ||
        found.rest_rate() > most_rest_rate)
      return;
    auto const length = to_text(found.of, where_).size();
    queue_.push_back({std::move(found), length, round_});
  }

  /// Takes the rows that the relation explains away from the members.
  void explain(evidence const& by) {
    for (auto const index : by.supporters) {
      auto const rows = members_[index].rows;
      auto const mask = matching_rows(by.of, members_[index]);
      std::size_t left = 0;
      for (std::size_t i = 0; i < rows.size(); ++i)
        if ((mask >> i & 1) == 0) std::swap(rows[left++], rows[i]);
      members_[index].rows = rows.first(left);
    }
    ++round_;
  }

  std::vector<member> members_;
  scope where_;
  search_options const* options_;
  std::uint64_t sampled_packets_ = 0;
  std::vector<waiting> queue_;
  unsigned round_ = 0;
  std::uint64_t withheld_ = 0;
};

}  // namespace

struct fingerprint_search::state {
  search_options options;
  std::vector<packet_sample> samples;
  std::uint64_t packets = 0;
  std::uint64_t usable = 0;
  std::uint64_t withheld = 0;
};

fingerprint_search::fingerprint_search(search_options const& options)
    : state_{std::make_unique<state>()} {
  auto& set = state_->options;
  set = options;
  set.sources = std::clamp<std::size_t>(set.sources, 1, 1'000'000);
  set.packets_of_source = std::clamp<std::size_t>(set.packets_of_source, 6, 32);
  set.least_sources = std::max<std::size_t>(set.least_sources, 1);
  for (std::size_t i = 0; i < scopes; ++i)
    state_->samples.emplace_back(set.sources, set.packets_of_source);
}

fingerprint_search::~fingerprint_search() = default;
fingerprint_search::fingerprint_search(fingerprint_search&&) noexcept = default;

void fingerprint_search::add(net::packet_batch const& batch) {
  state_->packets += batch.size();
  for (std::size_t row = 0; row < batch.size(); ++row) {
    auto const chosen = choose(batch, row);
    if (!chosen.is_chosen) continue;
    ++state_->usable;
    state_->options.guard.see(batch.destination[row]);
    state_->samples[static_cast<std::size_t>(chosen.where)].add(take_row(batch, row));
  }
}

auto fingerprint_search::packets() const noexcept -> std::uint64_t {
  return state_->packets;
}

auto fingerprint_search::usable_packets() const noexcept -> std::uint64_t {
  return state_->usable;
}

auto fingerprint_search::withheld() const noexcept -> std::uint64_t {
  return state_->withheld;
}

auto fingerprint_search::find() -> std::vector<proposal> {
  std::vector<proposal> out;
  for (std::size_t i = 0; i < scopes; ++i) {
    selection chosen{state_->samples[i].finish(), static_cast<scope>(i), state_->options};
    for (auto& each : chosen.run()) out.push_back(std::move(each));
    state_->withheld += chosen.withheld();
  }
  std::stable_sort(out.begin(), out.end(),
                   [](auto const& a, auto const& b) { return a.surprise > b.surprise; });
  return out;
}

}  // namespace kizashi::recognise::discover
