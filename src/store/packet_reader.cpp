#include "kizashi/store/packet_reader.hpp"

#include <algorithm>
#include <iterator>
#include <memory>

#include <fmt/format.h>

#include "kizashi/net/byte_reader.hpp"
#include "kizashi/store/native_reader.hpp"

namespace kizashi::store {
namespace {

/// The place of a column in the answer.
consteval auto place_of(std::string_view name) -> std::size_t {
  return static_cast<std::size_t>(std::ranges::find(row_columns, name) - std::begin(row_columns));
}

auto time_of(std::uint64_t microseconds) -> timestamp {
  return timestamp::from_parts(microseconds / 1'000'000, microseconds % 1'000'000 * 1000);
}

class batch_filler {
public:
  explicit batch_filler(stored_packets_sink const& sink) : sink_{sink} {}

  auto add(native_rows const& rows) -> status {
    if (rows.columns.size() != std::size(row_columns))
      return fail(errc::parse_error, fmt::format("the engine answers with {} columns; expected {}",
                                                 rows.columns.size(), std::size(row_columns)));
    for (std::size_t done = 0; done < rows.count;) {
      auto const room = net::packet_batch::capacity - filled_;
      auto const count = std::min(room, rows.count - done);
      fill(rows, done, count);
      KIZASHI_TRY(add_addresses(rows, done, count));
      filled_ += count;
      done += count;
      if (filled_ == net::packet_batch::capacity) KIZASHI_TRY(flush());
    }
    return {};
  }
  auto flush() -> status {
    if (filled_ == 0) return {};
    batch_->packets.resize(filled_);
    KIZASHI_TRY(sink_(*batch_));
    filled_ = 0;
    batch_->packets.clear();
    return {};
  }

private:
  void fill(native_rows const& rows, std::size_t begin, std::size_t count) {
    auto const take = [&](auto& to, std::size_t place) {
      auto const& from = rows.columns[place];
      using number = std::remove_reference_t<decltype(to[0])>;
      for (std::size_t i = 0; i < count; ++i)
        to[filled_ + i] = static_cast<number>(from.unsigned_at(begin + i));
    };
    auto& to = batch_->packets;
    auto const& times = rows.columns[place_of("ts")];
    for (std::size_t i = 0; i < count; ++i)
      to.time[filled_ + i] = time_of(times.unsigned_at(begin + i)).nanoseconds();
    take(batch_->sensor, place_of("sensor"));
    take(to.source, place_of("src4"));
    take(to.destination, place_of("dst4"));
    take(to.source_port, place_of("src_port"));
    take(to.destination_port, place_of("dst_port"));
    take(to.ip_protocol, place_of("protocol"));
    take(to.tcp_flags, place_of("tcp_flags"));
    take(to.ttl, place_of("ttl"));
    take(to.ip_length, place_of("ip_length"));
    take(to.wire_length, place_of("wire_length"));
    take(to.payload_length, place_of("payload_length"));
    take(to.attributes, place_of("attributes"));
    take(to.ip_id, place_of("ip_id"));
    take(to.tcp_sequence, place_of("seq"));
    take(to.tcp_acknowledgement, place_of("ack"));
    take(to.tcp_window, place_of("window"));
    take(to.tcp_options, place_of("options"));
    take(to.tcp_mss, place_of("mss"));
    take(to.tcp_window_scale, place_of("window_scale"));
    take(batch_->tags.type, place_of("type"));
    take(batch_->tags.traffic_class, place_of("class"));
    take(batch_->tags.scanner, place_of("scanner"));
    take(batch_->tags.fingerprints, place_of("fingerprints"));
    std::fill_n(to.payload_offset.begin() + static_cast<std::ptrdiff_t>(filled_), count, 0);
    std::fill_n(to.frame_index.begin() + static_cast<std::ptrdiff_t>(filled_), count, 0);
  }

  /// IPv6 rows are those with addresses; the attribute and the side table must agree on it.
  auto add_addresses(native_rows const& rows, std::size_t begin, std::size_t count) -> status {
    auto const& addresses = rows.columns[place_of("addresses6")];
    auto& to = batch_->packets;
    for (std::size_t i = 0; i < count; ++i) {
      auto const text = addresses.text_at(begin + i);
      auto const row = filled_ + i;
      if (text.empty()) {
        to.attributes[row] &= static_cast<std::uint16_t>(~net::bit(net::attribute::ipv6));
        continue;
      }
      if (text.size() != 32)
        return fail(
            errc::parse_error,
            fmt::format("the engine answers with {} bytes of addresses; expected 32", text.size()));
      net::byte_reader in{{reinterpret_cast<std::uint8_t const*>(text.data()), text.size()}};
      auto const half = [&] { return in.big64(); };
      auto const s0 = half(), s1 = half(), d0 = half(), d1 = half();
      to.attributes[row] |= net::bit(net::attribute::ipv6);
      to.source[row] = to.destination[row] = static_cast<std::uint32_t>(to.ipv6.size());
      to.ipv6.push_back({net::ipv6{s0, s1}, net::ipv6{d0, d1}});
    }
    return {};
  }

  stored_packets_sink const& sink_;
  std::unique_ptr<stored_packets> batch_ = std::make_unique<stored_packets>();
  std::size_t filled_ = 0;
};

}  // namespace

auto read_packets(engine& from, chosen_packets const& chosen, ask_limits const& limits,
                  stored_packets_sink const& sink, std::function<bool()> const& wants_stop)
    -> status {
  batch_filler filler{sink};
  for (auto const& piece : chosen.pieces()) {
    native_reader reader{[&](native_rows const& rows) { return filler.add(rows); }};
    auto const sql = chosen.rows(piece);
    KIZASHI_TRY(from.ask({sql, answer_form::native, limits, wants_stop},
                         [&](std::span<std::uint8_t const> bytes) { return reader.feed(bytes); }));
    KIZASHI_TRY(reader.finish());
  }
  return filler.flush();
}

}  // namespace kizashi::store
