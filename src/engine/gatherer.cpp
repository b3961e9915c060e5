#include "kizashi/engine/gatherer.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>

#include "kizashi/base/random.hpp"
#include "kizashi/engine/internal/activity_list.hpp"

namespace kizashi::engine {
namespace {

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

constexpr duration longest_silence = std::chrono::hours{168};

/// How long parts are of which the windows of all lengths consist; 0: they would be too short.
[[nodiscard]] auto part_of(std::vector<duration> const& lengths) -> std::int64_t {
  constexpr std::int64_t most_parts = 12;  // of the shortest window
  std::int64_t common = 0;
  for (auto const& each : lengths) common = std::gcd(common, each.count());
  return lengths.empty() || common * most_parts < lengths.front().count() ? 0 : common;
}

}  // namespace

struct gatherer::stream {
  /// The windows of one length.
  struct layer {
    duration length;
    std::int64_t closed = timestamp::unknown().nanoseconds();  // all windows before are closed
    /// Where the next window begins; unknown: nothing has come, or not for a week.
    std::int64_t next = timestamp::unknown().nanoseconds();
    std::uint64_t empty = 0;  // windows without packets since the last with
    std::map<std::int64_t, internal::activity_list> open;  // by start

    /// The start of the window that closes next; unknown: none will.
    [[nodiscard]] auto first() const -> std::int64_t {
      return next != timestamp::unknown().nanoseconds() || open.empty() ? next
                                                                        : open.begin()->first;
    }
    /// Takes that window out.
    [[nodiscard]] auto take_first() -> activity_window;
  };
  /// What was counted once, for the windows of all layers.
  struct part {
    std::int64_t start = 0;
    internal::activity_list* counts = nullptr;
  };
  std::string sensor;
  std::int64_t watermark = timestamp::unknown().nanoseconds();
  std::vector<layer> layers;
  std::int64_t next_close = 0;   // nothing closes before the watermark has come here
  std::int64_t part_length = 0;  // 0: there are none
  std::map<std::int64_t, internal::activity_list> parts;  // by start
  part newest;                                            // the one that had the last packet

  /// Where a packet of that time is counted; null: by each layer, for one of them has closed its
  /// window, or there are no parts.
  [[nodiscard]] auto part_at(std::int64_t time) -> internal::activity_list*;
  /// Gives parts that end by then to the windows that they are of.
  void hand_over(std::int64_t until);

  /// The layer whose window ends next, the shorter of equal ones; null: nothing has come.
  [[nodiscard]] auto next_layer() -> layer* {
    layer* out = nullptr;
    for (auto& each : layers) {
      if (each.first() == timestamp::unknown().nanoseconds()) continue;
      if (out == nullptr || each.first() + each.length.count() < out->first() + out->length.count())
        out = &each;
    }
    return out;
  }
};

auto gatherer::stream::layer::take_first() -> activity_window {
  activity_window out;
  out.start = timestamp{first()};
  out.length = length;
  next = first() + length.count();
  auto const at = open.begin();
  if (at != open.end() && at->first == out.start.nanoseconds()) {
    at->second.give_to(out);
    open.erase(at);
    empty = 0;
  } else if (++empty >= static_cast<std::uint64_t>(longest_silence / length)) {
    next = timestamp::unknown().nanoseconds();  // what comes then is a new beginning
  }
  return out;
}

auto gatherer::stream::part_at(std::int64_t time) -> internal::activity_list* {
  if (newest.counts != nullptr && time >= newest.start && time - newest.start < part_length)
    return newest.counts;
  if (part_length == 0) return nullptr;
  auto const start = start_of(time, duration{part_length});
  for (auto const& layer : layers)
    if (start < layer.closed) return nullptr;
  auto const [place, is_new] = parts.try_emplace(start);
  if (is_new)
    for (auto& layer : layers) layer.open.try_emplace(start_of(start, layer.length));
  newest = {start, &place->second};
  return newest.counts;
}

void gatherer::stream::hand_over(std::int64_t until) {
  while (!parts.empty() && parts.begin()->first <= until - part_length) {
    auto& [start, counts] = *parts.begin();
    for (auto& layer : layers) layer.open[start_of(start, layer.length)].add(counts);
    parts.erase(parts.begin());
    newest = {};
  }
}

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
  made.part_length = part_of(lengths_);
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
    ++counted_;
    if (auto* const part = in.part_at(time); part != nullptr) {
      part->add(source, at, target, tags.scanner[row]);
      continue;
    }
    bool is_late = false;
    for (auto& layer : in.layers) {
      auto const start = start_of(time, layer.length);
      if (start < layer.closed) {
        is_late = true;
        continue;
      }
      layer.open[start].add(source, at, target, tags.scanner[row]);
    }
    late_ += is_late ? 1 : 0;
  }
  return {};
}

auto gatherer::close_until(stream& in, std::int64_t watermark) -> status {
  auto const time = watermark - lateness_.count();
  in.hand_over(time);
  for (auto* layer = in.next_layer();
       layer != nullptr && layer->first() + layer->length.count() <= time; layer = in.next_layer())
    KIZASHI_TRY(give(in, layer->take_first()));
  in.next_close = std::numeric_limits<std::int64_t>::max();
  for (auto& layer : in.layers) {
    layer.closed = std::max(layer.closed, start_of(time, layer.length));
    in.next_close =
        std::min(in.next_close, layer.closed + layer.length.count() + lateness_.count());
  }
  return {};
}

auto gatherer::give(stream const& of, activity_window closed) -> status {
  closed.sensor = of.sensor;
  return to_(closed);
}

auto gatherer::advance_to(std::string_view sensor, timestamp now) -> status {
  for (auto const& each : streams_) {
    if (each->sensor != sensor || now.nanoseconds() <= each->watermark) continue;
    each->watermark = now.nanoseconds();
    if (each->watermark >= each->next_close) KIZASHI_TRY(close_until(*each, each->watermark));
  }
  return {};
}

auto gatherer::finish() -> status {
  for (auto const& in : streams_) {
    KIZASHI_TRY(close_until(*in, in->watermark));
    in->hand_over(std::numeric_limits<std::int64_t>::max());
    for (auto& layer : in->layers)
      while (!layer.open.empty()) {
        auto closed = layer.take_first();
        closed.is_missing =
            in->watermark < closed.start.nanoseconds() + layer.length.count() / 10 * 9;
        KIZASHI_TRY(give(*in, std::move(closed)));
      }
    for (auto& layer : in->layers) layer.next = timestamp::unknown().nanoseconds();
  }
  return {};
}

void gatherer::save(state_writer& out) const {
  out.begin("activity");
  out.number(lengths_.size());
  for (auto const each : lengths_) out(each);
  out(late_, counted_);
  out.number(streams_.size());
  for (auto const& in : streams_) {
    out.text(in->sensor);
    out.time(in->watermark);
  }
  out.end();
  for (auto const& in : streams_)
    for (auto const& layer : in->layers) {
      out.begin("open activity");
      out.time(layer.closed);
      out.time(layer.next);
      out(layer.empty);
      out.number(layer.open.size());
      for (auto const& [start, counts] : layer.open) {
        std::vector<internal::activity_list const*> parts;
        for (auto const& [begin, part] : in->parts)
          if (start_of(begin, layer.length) == start) parts.push_back(&part);
        out.time(start);
        counts.save(out, parts);
      }
      out.end();
    }
}

void gatherer::restore(state_reader& in) {
  in.begin("activity");
  std::vector<duration> lengths(in.count(1));
  for (auto& each : lengths) in(each);
  std::uint64_t late = 0;
  std::uint64_t counted = 0;
  in(late, counted);
  std::vector<std::unique_ptr<stream>> streams(in.count(2));
  for (auto& each : streams) {
    each = std::make_unique<stream>();
    each->sensor = in.text();
    each->watermark = in.time();
  }
  in.end();
  for (auto const& each : streams)
    for (auto const length : lengths) {
      stream::layer layer{.length = length, .open = {}};
      in.begin("open activity");
      layer.closed = in.time();
      layer.next = in.time();
      in(layer.empty);
      for (auto many = in.count(2); many > 0 && in.is_good(); --many) {
        auto const start = in.time();
        in.expect(start != timestamp::unknown().nanoseconds() && length > duration{0} &&
                      start_of(start, length) == start,
                  "the start of a window");
        auto const [place, is_new] = layer.open.try_emplace(start);
        in.expect(is_new, "windows that differ");
        place->second.restore(in);
      }
      in.end();
      each->layers.push_back(std::move(layer));
    }
  if (!in.is_good() || lengths != lengths_) return;
  late_ = late;
  counted_ = counted;
  for (auto const& each : streams) each->part_length = part_of(lengths_);
  streams_ = std::move(streams);
}

}  // namespace kizashi::engine
