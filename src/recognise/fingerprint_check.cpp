#include "kizashi/recognise/fingerprint_check.hpp"

#include <memory>

#include <fmt/format.h>

#include "kizashi/base/text.hpp"
#include "kizashi/recognise/internal/fingerprint_ordinary.hpp"
#include "kizashi/recognise/traffic.hpp"

namespace kizashi::recognise {
namespace {

constexpr std::size_t batches = 64;

auto is_syn(tag_columns const& tags, std::size_t row) -> bool {
  return tags.type[row] == static_cast<std::uint8_t>(packet_type::tcp_syn);
}

auto is_in_scope(fingerprint_scope scope, net::packet_batch const& batch, tag_columns const& tags,
                 std::size_t row) -> bool {
  switch (scope) {
    case fingerprint_scope::tcp_syn:
      return is_syn(tags, row);
    case fingerprint_scope::tcp:
      return batch.ip_protocol[row] == net::protocol::tcp;
    case fingerprint_scope::udp:
      return batch.ip_protocol[row] == net::protocol::udp;
    case fingerprint_scope::icmp:
      return batch.ip_protocol[row] == net::protocol::icmp;
    case fingerprint_scope::any:
      break;
  }
  return true;
}

void count_marks(fingerprint const& entry, net::packet_batch const& batch, tag_columns const& tags,
                 ordinary_rate& to) {
  for (std::size_t row = 0; row < batch.size(); ++row) {
    if (!is_in_scope(entry.scope, batch, tags, row)) continue;
    ++to.tried;
    to.matched += tags.fingerprints[row] >> to.fingerprint & 1;
  }
}

void count_pairs(std::size_t key, net::packet_batch const& batch, tag_columns const& tags,
                 ordinary_rate& to) {
  for (std::size_t row = 0; row + 1 < batch.size(); row += 2) {
    if (!is_syn(tags, row) || batch.tcp_sequence[row] == batch.tcp_sequence[row + 1]) continue;
    ++to.tried;
    to.matched += tags.keys[key][row] == tags.keys[key][row + 1] ? 1 : 0;
  }
}

auto sentence(fingerprint const& entry, ordinary_rate const& rate) -> std::string {
  auto const share = static_cast<double>(rate.matched) / static_cast<double>(rate.tried);
  return fmt::format(
      "{}: it matched {:.3g} % of {} ordinary {}, but its false_match is {:.3g} %; add conditions "
      "or raise false_match",
      entry.name, 100 * share, with_thousands(rate.tried),
      entry.same.empty() ? "packets" : "pairs of packets", 100 * entry.false_match);
}

}  // namespace

auto measure_ordinary(fingerprint_table const& table, std::uint64_t seed)
    -> std::vector<ordinary_rate> {
  auto const batch = std::make_unique<net::packet_batch>();
  auto const tags = std::make_unique<tag_columns>();
  net::frame_block frames;
  internal::ordinary_traffic traffic{seed};
  auto const entries = table.entries();
  std::vector<ordinary_rate> answer(entries.size());
  for (std::size_t i = 0; i < batches; ++i) {
    traffic.fill(*batch, frames, *tags);
    table.match(*batch, frames, *tags);
    std::size_t key = 0;
    for (std::size_t e = 0; e < entries.size(); ++e) {
      answer[e].fingerprint = static_cast<std::uint8_t>(e);
      if (entries[e].same.empty())
        count_marks(entries[e], *batch, *tags, answer[e]);
      else
        count_pairs(key++, *batch, *tags, answer[e]);
    }
  }
  for (auto& each : answer) {
    auto const expected = entries[each.fingerprint].false_match * static_cast<double>(each.tried);
    each.is_far_above = static_cast<double>(each.matched) > 4 * expected + 5;
  }
  return answer;
}

auto check_ordinary(fingerprint_table const& table, std::uint64_t seed)
    -> std::vector<std::string> {
  std::vector<std::string> answer;
  for (auto const& each : measure_ordinary(table, seed))
    if (each.is_far_above) answer.push_back(sentence(table.entries()[each.fingerprint], each));
  return answer;
}

}  // namespace kizashi::recognise
