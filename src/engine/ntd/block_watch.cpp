#include "kizashi/engine/ntd/block_watch.hpp"

#include <algorithm>
#include <array>
#include <tuple>

#include "kizashi/net/address_state.hpp"

namespace kizashi::engine::ntd {

using kizashi::engine::internal::group_rows;
using kizashi::engine::internal::open_rows;

namespace {

/// A source of a block that was at one of its services. Bit i of `blocks`: of block i.
struct block_hit {
  std::uint32_t port = 0;
  std::uint32_t source = 0;
  std::uint32_t bin = 0;
  std::uint8_t blocks = 0;
};
static_assert(most_rank <= 8, "a block for each column");

/// Of one port, by source and bin.
[[nodiscard]] auto watched_at(std::span<block_hit const> hits,
                              std::vector<net::address> const& sources) -> watched_service {
  std::array<std::uint32_t, 8> sizes{};
  for (std::size_t i = 0; i < hits.size(); ++i) {
    if (i > 0 && hits[i].source == hits[i - 1].source) continue;
    for (std::size_t block = 0; block < sizes.size(); ++block)
      sizes[block] += hits[i].blocks >> block & 1U;
  }
  watched_service answer;
  std::uint8_t counted = 0;
  for (std::size_t block = 0; block < sizes.size(); ++block) {
    if (sizes[block] < 2) continue;
    counted = static_cast<std::uint8_t>(counted | 1U << block);
    ++answer.blocks;
    answer.largest = std::max(answer.largest, sizes[block]);
  }
  for (std::size_t i = 0; i < hits.size(); ++i) {
    if ((hits[i].blocks & counted) == 0) continue;
    answer.bins.insert(hits[i].bin);
    if (i == 0 || hits[i].source != hits[i - 1].source)
      answer.sources.push_back(sources[hits[i].source]);
  }
  std::ranges::sort(answer.sources);
  return answer;
}

}  // namespace

void block_watch::begin(group_rows const& whole, service_tensor const& input, tucker const& model) {
  next_ = whole.start + whole.length;
  sources_ = whole.sources;
  services_ = input.services;
  index();
  stream_.emplace(input.counts, model);
}

void block_watch::stop() {
  stream_.reset();
  sources_.clear();
  services_.clear();
  index();
}

void block_watch::index() {
  source_numbers_.clear();
  service_numbers_.clear();
  for (std::uint32_t i = 0; i < sources_.size(); ++i)
    source_numbers_.emplace_hint(source_numbers_.end(), sources_[i], i);
  for (std::uint32_t i = 0; i < services_.size(); ++i)
    service_numbers_.emplace(key_of(services_[i]), i);
}

auto block_watch::source_number(net::address const& of) -> std::optional<std::uint32_t> {
  if (auto const known = source_numbers_.find(of); known != source_numbers_.end())
    return known->second;
  if (sources_.size() >= with_.most_sources) return std::nullopt;
  auto const number = static_cast<std::uint32_t>(sources_.size());
  source_numbers_.emplace(of, number);
  sources_.push_back(of);
  return number;
}

auto block_watch::service_number(service of) -> std::optional<std::uint32_t> {
  if (auto const known = service_numbers_.find(key_of(of)); known != service_numbers_.end())
    return known->second;
  if (services_.size() >= with_.most_ports) return std::nullopt;
  auto const number = static_cast<std::uint32_t>(services_.size());
  service_numbers_.emplace(key_of(of), number);
  services_.push_back(of);
  return number;
}

void block_watch::push(open_rows const& came, timestamp end) {
  std::vector<std::tuple<net::address, service, std::uint64_t>> sums;
  open_rows::cursor rows{came};
  while (auto const* row = rows.next()) sums.emplace_back(row->source, row->at, row->packets);
  std::ranges::sort(sums);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < sums.size(); ++i) {
    auto const is_same = kept > 0 && std::get<0>(sums[kept - 1]) == std::get<0>(sums[i]) &&
                         std::get<1>(sums[kept - 1]) == std::get<1>(sums[i]);
    if (is_same)
      std::get<2>(sums[kept - 1]) += std::get<2>(sums[i]);
    else
      sums[kept++] = sums[i];
  }
  sums.resize(kept);
  std::vector<slice_entry> slice;
  for (auto const& [from, at, packets] : sums) {
    if (packets < with_.least_packets || packets == 0) continue;
    auto const source = source_number(from);
    if (!source) continue;
    if (auto const port = service_number(at))
      slice.push_back({*source, *port, static_cast<float>(packets)});
  }
  stream_->push(slice);
  next_ = end;
}

auto block_watch::look() const -> std::map<service, watched_service> {
  std::vector<std::uint8_t> of_source(stream_->length(sources));
  std::vector<std::uint8_t> of_port(stream_->length(ports));
  std::uint8_t bit = 1;
  for (auto const& each : find_blocks(stream_->current(), with_.rule)) {
    for (auto const source : each.sources) of_source[source] |= bit;
    for (auto const port : each.ports) of_port[port] |= bit;
    bit = static_cast<std::uint8_t>(bit << 1);
  }
  // A window begins at slot 0, where the one before has its first bin.
  std::vector<block_hit> hits;
  for (std::uint32_t bin = 0; bin <= stream_->newest(); ++bin)
    for (auto const& each : stream_->slot(bin))
      if (auto const blocks = of_source[each.at[sources]] & of_port[each.at[ports]]; blocks != 0)
        hits.push_back({each.at[ports], each.at[sources], bin, static_cast<std::uint8_t>(blocks)});
  std::ranges::sort(hits, {}, [](block_hit const& each) {
    return std::tuple{each.port, each.source, each.bin};
  });
  std::map<service, watched_service> answer;
  for (auto at = hits.begin(); at != hits.end();) {
    auto const end =
        std::find_if(at, hits.end(), [&](block_hit const& each) { return each.port != at->port; });
    auto found = watched_at({at, end}, sources_);
    if (found.blocks > 0) answer.emplace(services_[at->port], std::move(found));
    at = end;
  }
  return answer;
}

void block_watch::save(state_writer& out) const {
  out(stream_.has_value());
  if (!stream_) return;
  out(next_);
  stream_->save(out);
  for (auto const& each : sources_) out(each);
  for (auto const& each : services_) out(each.protocol, each.port);
}

void block_watch::restore(state_reader& in) {
  stop();
  bool is_there = false;
  in(is_there);
  if (!is_there) return;
  in(next_);
  auto stream = tucker_stream::restore(in, with_.bins);
  if (!in.is_good()) return;
  for (auto left = stream.length(sources); left > 0 && in.is_good(); --left)
    in(sources_.emplace_back());
  for (auto left = stream.length(ports); left > 0 && in.is_good(); --left) {
    auto& each = services_.emplace_back();
    in(each.protocol, each.port);
  }
  index();
  in.expect(
      source_numbers_.size() == sources_.size() && service_numbers_.size() == services_.size(),
      "sources and services once each");
  if (in.is_good())
    stream_.emplace(std::move(stream));
  else
    stop();
}

}  // namespace kizashi::engine::ntd
