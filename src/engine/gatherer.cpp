#include "kizashi/engine/gatherer.hpp"

#include <algorithm>
#include <map>
#include <random>

#include "kizashi/engine/internal/activity_table.hpp"

namespace kizashi::engine {
namespace internal {

void activity_table::give_to(activity_window& out) const {
  std::vector<slot> order;
  order.reserve(used_);
  for (auto const& each : slots_)
    if (each.key != 0) order.push_back(each);
  std::ranges::sort(order, {}, &slot::key);
  auto const add = [&](net::address const& source, service at, counts const& of) {
    if (out.sources.empty() || out.sources.back().address != source) {
      auto const scanner = scanners_.find(source);
      out.sources.push_back(
          {source, scanner == scanners_.end() ? std::uint16_t{0} : scanner->second});
    }
    out.rows.push_back({static_cast<std::uint32_t>(out.sources.size() - 1), of.packets, of.target,
                        at.port, at.protocol});
    out.packets += of.packets;
  };
  out.rows.reserve(order.size() + ipv6_.size());
  for (auto const& each : order)
    add(net::ipv4{static_cast<std::uint32_t>(each.key >> 24)},
        {static_cast<std::uint8_t>(each.key >> 16 & 255),
         static_cast<std::uint16_t>(each.key & 65535)},
        each.of);
  for (auto const& [key, of] : ipv6_) add(key.first, key.second, of);
}

}  // namespace internal

namespace {

/// Whoever knows it could send packets that all fall on one place of a table. Answers do not depend
/// on it.
[[nodiscard]] auto table_secret() -> std::uint64_t {
  static auto const secret = [] {
    std::random_device system;
    return std::uint64_t{system()} << 32 | system();
  }();
  return secret;
}

[[nodiscard]] auto start_of(std::int64_t time, duration length) noexcept -> std::int64_t {
  auto const rest = time % length.count();
  return time - (rest < 0 ? rest + length.count() : rest);
}

/// A number of a destination that is never `several`; which one it is cannot be told from it.
[[nodiscard]] auto target_of(net::address const& destination) noexcept -> std::uint32_t {
  auto const raw = destination.is_ipv6()
                       ? destination.as_ipv6().high() ^ mix64(destination.as_ipv6().low())
                       : std::uint64_t{destination.as_ipv4().value()};
  auto const number = static_cast<std::uint32_t>(mix64(raw ^ 0x7461726765740000) >> 32);
  return number == activity_row::several ? 1 : number;
}

}  // namespace

struct gatherer::stream {
  std::string sensor;
  std::int64_t watermark = timestamp::unknown().nanoseconds();
  std::int64_t closed_until = timestamp::unknown().nanoseconds();  // watermark of the last closing
  struct layer {
    duration length;
    std::int64_t closed = timestamp::unknown().nanoseconds();  // all windows before are closed
    std::map<std::int64_t, internal::activity_table> open;     // by start
  };
  std::vector<layer> layers;
  std::int64_t next_close = 0;  // nothing closes before the watermark has come here
};

gatherer::gatherer(std::vector<duration> lengths, sink to, duration lateness)
    : lengths_{std::move(lengths)}, to_{std::move(to)}, lateness_{lateness} {
  std::ranges::sort(lengths_);
  KIZASHI_ASSERT(lengths_.empty() || lengths_.front() > lateness_);
}
gatherer::~gatherer() = default;

auto gatherer::stream_of(std::string_view sensor) -> stream& {
  for (auto const& each : streams_)
    if (each->sensor == sensor) return *each;
  auto& made = *streams_.emplace_back(std::make_unique<stream>());
  made.sensor = sensor;
  for (auto const length : lengths_) made.layers.push_back({.length = length, .open = {}});
  return made;
}

auto gatherer::take(net::packet_batch const& packets, recognise::tag_columns const& tags,
                    std::string_view sensor, std::size_t begin, std::size_t end) -> status {
  auto& in = stream_of(sensor);
  for (auto row = begin; row < end; ++row) {
    auto const time = packets.time[row];
    if (time == timestamp::unknown().nanoseconds()) continue;
    if (time > in.watermark) {
      in.watermark = time;
      if (time >= in.next_close) KIZASHI_TRY(close_until(in, time));
    }
    auto const type = static_cast<recognise::packet_type>(tags.type[row]);
    if (!is_asking(type)) continue;
    if (tags.traffic_class[row] == static_cast<std::uint8_t>(recognise::traffic_class::unroutable))
      continue;
    auto const is_icmp = type == recognise::packet_type::icmp_request;
    service const at{packets.ip_protocol[row],
                     is_icmp ? static_cast<std::uint16_t>(packets.source_port[row] << 8 |
                                                          (packets.destination_port[row] & 255))
                             : packets.destination_port[row]};
    auto const source = packets.source_address(row);
    auto const target = target_of(packets.destination_address(row));
    bool is_late = false;
    for (auto& layer : in.layers) {
      auto const start = start_of(time, layer.length);
      if (start < layer.closed) {
        is_late = true;
        continue;
      }
      auto const [place, is_new] = layer.open.try_emplace(start, table_secret());
      place->second.add(source, at, target, tags.scanner[row]);
    }
    late_ += is_late ? 1 : 0;
    ++counted_;
  }
  return {};
}

auto gatherer::close_until(stream& in, std::int64_t watermark) -> status {
  auto const time = watermark - lateness_.count();
  for (;;) {  // in the order of their ends, then of their lengths
    stream::layer* first = nullptr;
    for (auto& layer : in.layers)
      if (!layer.open.empty() &&
          (first == nullptr || layer.open.begin()->first + layer.length.count() <
                                   first->open.begin()->first + first->length.count()))
        first = &layer;
    if (first == nullptr || first->open.begin()->first + first->length.count() > time) break;
    activity_window closed;
    closed.sensor = in.sensor;
    closed.start = timestamp{first->open.begin()->first};
    closed.length = first->length;
    first->open.begin()->second.give_to(closed);
    first->open.erase(first->open.begin());
    KIZASHI_TRY(to_(closed));
  }
  in.next_close = std::numeric_limits<std::int64_t>::max();
  for (auto& layer : in.layers) {
    layer.closed = std::max(layer.closed, start_of(time, layer.length));
    in.next_close =
        std::min(in.next_close, layer.closed + layer.length.count() + lateness_.count());
  }
  return {};
}

auto gatherer::finish() -> status {
  for (auto const& in : streams_) {
    KIZASHI_TRY(close_until(*in, in->watermark));
    for (auto& layer : in->layers)
      for (auto& [start, table] : layer.open) {
        activity_window closed;
        closed.sensor = in->sensor;
        closed.start = timestamp{start};
        closed.length = layer.length;
        closed.is_missing = in->watermark < start + layer.length.count() / 10 * 9;
        table.give_to(closed);
        KIZASHI_TRY(to_(closed));
      }
    for (auto& layer : in->layers) layer.open.clear();
  }
  return {};
}

}  // namespace kizashi::engine
