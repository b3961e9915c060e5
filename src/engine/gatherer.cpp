#include "kizashi/engine/gatherer.hpp"

#include <algorithm>
#include <map>
#include <random>

#include "kizashi/engine/internal/activity_table.hpp"
#include "kizashi/net/address_state.hpp"

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

void activity_table::save(state_writer& out) const {
  out.number(used_);
  for (auto const& each : slots_) {
    if (each.key == 0) continue;
    out.number(each.key);
    out.number(each.of.packets);
    out.half(each.of.target);
    out.next_record();
  }
  out.number(ipv6_.size());
  for (auto const& [key, of] : ipv6_) {
    out(key.first.as_ipv6(), key.second.protocol, key.second.port, of.packets, of.target);
    out.next_record();
  }
  out.number(scanners_.size());
  for (auto const& [source, number] : scanners_) {
    out(source, number);
    out.next_record();
  }
}

void activity_table::restore(state_reader& in) {
  for (auto many = in.number(); many > 0 && in.has_record(); --many) {
    auto const key = in.number();
    in.expect((key >> 16 & 255) != 0 && key >> 56 == 0, "a source at a service");
    if (!in.is_good()) return;
    auto& of = counts_of(key);
    in.expect(of.packets == 0, "sources that differ");
    of.packets = static_cast<std::uint32_t>(in.at_most(UINT32_MAX));
    in.expect(of.packets != 0, "packets");
    of.target = in.half();
    if (used_ * 2 > slots_.size()) grow();
  }
  for (auto many = in.number(); many > 0 && in.has_record(); --many) {
    net::ipv6 source;
    service at;
    counts of;
    in(source, at.protocol, at.port, of.packets, of.target);
    in.expect(of.packets != 0, "packets");
    ipv6_[{source, at}] = of;
  }
  for (auto many = in.number(); many > 0 && in.has_record(); --many) {
    net::address source;
    std::uint16_t number = 0;
    in(source, number);
    scanners_[source] = number;
  }
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

constexpr duration longest_silence = std::chrono::hours{168};

}  // namespace

struct gatherer::stream {
  /// The windows of one length.
  struct layer {
    duration length;
    std::int64_t closed = timestamp::unknown().nanoseconds();  // all windows before are closed
    /// Where the next window begins; unknown: nothing has come, or not for a week.
    std::int64_t next = timestamp::unknown().nanoseconds();
    std::uint64_t empty = 0;  // windows without packets since the last with
    std::map<std::int64_t, internal::activity_table> open;  // by start

    /// The start of the window that closes next; unknown: none will.
    [[nodiscard]] auto first() const -> std::int64_t {
      return next != timestamp::unknown().nanoseconds() || open.empty() ? next
                                                                        : open.begin()->first;
    }
    /// Takes that window out.
    [[nodiscard]] auto take_first() -> activity_window;
  };
  std::string sensor;
  std::int64_t watermark = timestamp::unknown().nanoseconds();
  std::vector<layer> layers;
  std::int64_t next_close = 0;  // nothing closes before the watermark has come here

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
      for (auto const& [start, table] : layer.open) {
        out.time(start);
        table.save(out);
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
        auto const [place, is_new] = layer.open.try_emplace(start, table_secret());
        in.expect(is_new, "windows that differ");
        place->second.restore(in);
      }
      in.end();
      each->layers.push_back(std::move(layer));
    }
  if (!in.is_good() || lengths != lengths_) return;
  late_ = late;
  counted_ = counted;
  streams_ = std::move(streams);
}

}  // namespace kizashi::engine
