#include "kizashi/engine/internal/group_window.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "kizashi/net/address_state.hpp"

namespace kizashi::engine::internal {

namespace {

constexpr std::uint8_t tcp_number = 6;

[[nodiscard]] auto add_up(std::uint32_t a, std::uint32_t b) noexcept -> std::uint32_t {
  return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

/// Whether one destination has most of what a service got.
class target_counts {
public:
  void add(std::uint32_t source, std::uint32_t target, std::uint32_t packets) {
    packets_ += packets;
    sources_.insert(source);
    if (target == activity_row::several) return;
    auto& of = by_target_[target];
    of.packets += packets;
    of.sources.insert(source);
  }
  void fill(asked_service& out) const {
    constexpr double most = 0.7;
    out.packets = packets_;
    out.sources = static_cast<std::uint32_t>(sources_.size());
    for (auto const& [target, of] : by_target_)
      out.has_single_target |=
          static_cast<double>(of.packets) > most * static_cast<double>(packets_) &&
          static_cast<double>(of.sources.size()) > most * static_cast<double>(sources_.size());
  }

private:
  struct one {
    std::uint64_t packets = 0;
    std::set<std::uint32_t> sources;
  };
  std::uint64_t packets_ = 0;
  std::set<std::uint32_t> sources_;
  std::map<std::uint32_t, one> by_target_;
};

struct source_volume {
  std::uint64_t packets = 0;
  std::size_t rows = 0;
};

auto volumes_of(std::span<open_rows const> bins) -> std::map<net::address, source_volume> {
  std::map<net::address, source_volume> answer;
  for (auto const& bin : bins) {
    open_rows::cursor rows{bin};
    while (auto const* row = rows.next()) {
      auto& of = answer[row->source];
      of.packets += row->packets;
      ++of.rows;
    }
  }
  return answer;
}

/// Rows by source and bin from their `places` on, those of a bin by service. Each has one place:
/// what is sorted otherwise would be there twice, and there are millions.
void place_rows(std::span<open_rows const> bins, std::vector<std::size_t>& places, group_rows& to) {
  for (std::uint32_t bin = 0; bin < bins.size(); ++bin) {
    auto const before = places;
    open_rows::cursor rows{bins[bin]};
    while (auto const* row = rows.next()) {
      auto const at = std::ranges::lower_bound(to.sources, row->source);
      if (at == to.sources.end() || *at != row->source) continue;
      auto const source = static_cast<std::uint32_t>(at - to.sources.begin());
      to.rows[places[source]++] = {source, bin, row->packets, row->target, row->at};
    }
    for (std::size_t i = 0; i < places.size(); ++i) {
      auto const placed = std::span{to.rows}.subspan(before[i], places[i] - before[i]);
      if (!std::ranges::is_sorted(placed, {}, &group_row::at))
        std::ranges::stable_sort(placed, {}, &group_row::at);
    }
  }
}

}  // namespace

auto is_usual_port(std::uint16_t port) noexcept -> bool {
  constexpr std::array<std::uint16_t, 11> usual{22,   23,   80,   81,   445,  1433,
                                                2323, 3389, 5555, 8080, 52869};
  return std::ranges::binary_search(usual, port);
}

auto group_rows::counts() const -> std::vector<std::uint32_t> {
  std::vector<std::uint32_t> answer(sources.size() * bins);
  for (auto const& row : rows) {
    auto& count = answer[row.source * bins + row.bin];
    count = add_up(count, row.packets);
  }
  return answer;
}

auto group_window::add(activity_window const& closed) -> std::optional<group_rows> {
  auto const whole = length();
  auto const begin =
      timestamp{closed.start.nanoseconds() - closed.start.nanoseconds() % whole.count()};
  if (begin != start_) {
    broken_ += seen_ > 0;
    start_ = begin;
    seen_ = 0;
    forget();
  }
  sensor_ = closed.sensor;
  end_ = closed.end();
  auto const bin = static_cast<std::uint32_t>((closed.start - begin) / scope_.bin);
  if (!closed.is_missing && bin < scope_.bins) {
    ++seen_;
    take(closed, bin);
  }
  if (bin + 1 != scope_.bins) return std::nullopt;
  auto const is_whole = seen_ == scope_.bins;
  seen_ = 0;
  if (!is_whole) {
    ++broken_;
    forget();
    return std::nullopt;
  }
  ++whole_;
  auto answer = gather(scope_.bins);
  forget();
  return answer;
}

void group_window::take(activity_window const& closed, std::uint32_t bin) {
  auto& into = rows_[bin];
  for (auto const& row : closed.rows) {
    auto const& from = closed.sources[row.source];
    if (scope_.has_only_tcp && row.protocol != tcp_number) continue;
    if (scope_.leaves_out_scanners && from.scanner != 0) continue;
    if (scope_.leaves_out_usual && row.protocol == tcp_number && is_usual_port(row.port)) continue;
    auto const length = from.address.is_ipv6() ? scope_.ipv6_length : scope_.ipv4_length;
    into.push({net::prefix{from.address, length}.first(), row.packets, row.target, row.at()});
  }
  into.close();
}

auto group_window::gather(std::uint32_t bins) const -> group_rows {
  group_rows answer;
  answer.sensor = sensor_;
  answer.start = start_;
  answer.length = scope_.bin * bins;
  answer.bins = bins;
  auto const taken = std::span{rows_}.first(bins);
  auto const all = volumes_of(taken);
  answer.sources_seen = all.size();
  std::vector<std::pair<net::address, source_volume>> order(all.begin(), all.end());
  std::ranges::sort(order, [](auto const& a, auto const& b) {
    return a.second.packets != b.second.packets ? a.second.packets > b.second.packets
                                                : a.first < b.first;
  });
  if (order.size() > scope_.most_sources) order.resize(scope_.most_sources);
  std::ranges::sort(order, {}, [](auto const& each) { return each.first; });
  std::vector<std::size_t> places;  // of the next row of each source
  std::size_t rows = 0;
  for (auto const& [source, of] : order) {
    answer.sources.push_back(source);
    places.push_back(rows);
    rows += of.rows;
  }
  answer.rows.resize(rows);
  place_rows(taken, places, answer);
  return answer;
}

void group_window::save(state_writer& out) const {
  out.text(sensor_);
  out(start_, end_, seen_, whole_, broken_);
  for (auto const& bin : rows_) {
    out.number(bin.size());
    open_rows::cursor rows{bin};
    while (auto const* row = rows.next())
      out(row->source, row->packets, row->target, row->at.protocol, row->at.port);
  }
}

void group_window::restore(state_reader& in) {
  sensor_ = in.text();
  in(start_, end_, seen_, whole_, broken_);
  in.expect(seen_ < scope_.bins, "bins of an open window");
  forget();
  for (auto& bin : rows_) {
    auto const many = in.count(10);
    for (std::size_t i = 0; i < many && in.is_good(); ++i) {
      open_row row;
      in(row.source, row.packets, row.target, row.at.protocol, row.at.port);
      bin.push(row);
    }
  }
}

auto services_of(group_rows const& of, std::span<std::uint32_t const> members)
    -> std::vector<asked_service> {
  std::map<service, target_counts> found;
  for (auto const& row : of.rows)
    if (std::ranges::binary_search(members, row.source))
      found[row.at].add(row.source, row.target, row.packets);
  std::vector<asked_service> answer;
  for (auto const& [at, counts] : found) {
    asked_service one;
    one.at = at;
    counts.fill(one);
    one.share = static_cast<double>(one.sources) / static_cast<double>(members.size());
    answer.push_back(one);
  }
  return answer;
}

}  // namespace kizashi::engine::internal
