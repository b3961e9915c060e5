// `list_packets`: two tables as one list.
#include <algorithm>
#include <optional>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kizashi/store/internal/page_sql.hpp"
#include "kizashi/store/internal/source_counting.hpp"
#include "kizashi/store/internal/stored_rows.hpp"
#include "kizashi/store/pages.hpp"

namespace kizashi::store {
namespace {

using internal::family;
using internal::native_row;

constexpr std::string_view columns =
    "ts, src, dst, sensor, attributes, protocol, src_port, dst_port, tcp_flags, ttl, ip_length, "
    "wire_length, payload_length, ip_id, seq, ack, window, type, class, scanner, fingerprints, "
    "country, asn";
/// Behind (ts, src): all that tells two packets apart, so that the order does not depend on how
/// parts were merged.
constexpr std::string_view rest_of_order =
    "dst, sensor, protocol, src_port, dst_port, seq, ip_id, ack, tcp_flags, window, ttl, "
    "ip_length, "
    "wire_length, payload_length, attributes";

/// The place behind a row: its time, family and source, and how many rows with these were given.
struct packet_place {
  std::uint64_t time = 0;
  bool is_ipv6 = false;
  net::address source;
  std::uint64_t given = 0;
};

auto place_of(std::vector<std::uint64_t> const& words) -> result<packet_place> {
  if (words.size() != 5 || words[1] > 1)
    return fail(errc::parse_error, "the place of the page is not one of this list");
  bool const is_ipv6 = words[1] == 1;
  net::address const source = is_ipv6 ? net::address{net::ipv6{words[2], words[3]}}
                                      : net::ipv4{static_cast<std::uint32_t>(words[3])};
  return packet_place{words[0], is_ipv6, source, words[4]};
}

auto words_of(packet_place const& of) -> std::vector<std::uint64_t> {
  bool const is_six = of.is_ipv6;
  return {of.time, is_six ? 1U : 0U, is_six ? of.source.as_ipv6().high() : 0,
          is_six ? of.source.as_ipv6().low() : of.source.as_ipv4().value(), of.given};
}

auto read_packet(native_row const& row, bool is_ipv6) -> listed_packet {
  listed_packet is;
  is.time = internal::time_of_microseconds(row.number(0));
  is.source = row.source(1);
  is.destination = row.source(2);
  is.sensor = row.narrow<std::uint16_t>(3);
  is.has_ip = is_ipv6 || (row.number(4) & net::bit(net::attribute::no_ip)) == 0;
  is.ip_protocol = row.narrow<std::uint8_t>(5);
  is.source_port = row.narrow<std::uint16_t>(6);
  is.destination_port = row.narrow<std::uint16_t>(7);
  is.tcp_flags = row.narrow<std::uint8_t>(8);
  is.ttl = row.narrow<std::uint8_t>(9);
  is.ip_length = row.narrow<std::uint16_t>(10);
  is.wire_length = row.narrow<std::uint32_t>(11);
  is.payload_length = row.narrow<std::uint16_t>(12);
  is.ip_id = row.narrow<std::uint16_t>(13);
  is.seq = row.narrow<std::uint32_t>(14);
  is.ack = row.narrow<std::uint32_t>(15);
  is.window = row.narrow<std::uint16_t>(16);
  is.type = row.narrow<std::uint8_t>(17);
  is.traffic_class = row.narrow<std::uint8_t>(18);
  is.scanner = row.narrow<std::uint16_t>(19);
  is.fingerprints = row.number(20);
  is.country = row.country(21);
  is.asn = recognise::asn{row.narrow<std::uint32_t>(22)};
  return is;
}

class packet_list {
public:
  packet_list(engine& in, page_request const& asked) : in_{in}, asked_{asked} {}

  [[nodiscard]] auto read() -> result<page<listed_packet>> {
    if (!asked_.after.empty()) {
      KIZASHI_TRY(after_, place_of(asked_.after));
    }
    KIZASHI_TRY(auto steps,
                internal::time_steps::of(in_, asked_, {"packets", "packets6"}, "ts",
                                         internal::microseconds_of(asked_.filter.from)));
    auto given = after_ ? after_->given : 0;
    for (auto step = steps.next(); step && found_.size() <= asked_.rows; step = steps.next()) {
      for (bool const is_ipv6 : {false, true})
        KIZASHI_TRY(read_family(is_ipv6, *step, after_ && after_->is_ipv6 == is_ipv6 ? given : 0));
      given = 0;  // all of one time are in one step
    }
    std::ranges::stable_sort(found_, [&](listed_packet const& a, listed_packet const& b) {
      return asked_.is_newest_first ? key_of(b) < key_of(a) : key_of(a) < key_of(b);
    });
    page<listed_packet> out;
    bool const has_more = found_.size() > asked_.rows;
    if (has_more) found_.resize(asked_.rows);
    if (has_more && !found_.empty()) out.next = words_of(place_behind(found_.back()));
    out.rows = std::move(found_);
    return out;
  }

private:
  using key = std::tuple<timestamp, net::address>;
  static auto key_of(listed_packet const& of) -> key { return {of.time, of.source}; }

  /// Without the first `given` rows.
  [[nodiscard]] auto read_family(bool is_ipv6, internal::time_steps::step const& within,
                                 std::uint64_t given) -> status {
    auto const sources = internal::from_prefixes(asked_.filter.sources, is_ipv6);
    if (!asked_.filter.sources.empty() && sources.empty()) return {};
    auto const is_newest = asked_.is_newest_first;
    // Between two rows of one place the order is that of the other columns, whichever way the list
    // goes.
    auto const way = is_newest ? " desc" : "";
    auto const sql = fmt::format(
        "select {} from {} where {} order by ts{}, src{}, {} limit {}, {}", columns,
        is_ipv6 ? "packets6" : "packets",
        internal::all_of({"ts > 0", internal::in_sensors(asked_.filter), times(),
                          fmt::format("ts >= {} and ts < {}", within.from, within.to), sources,
                          is_ipv6 ? asked_.conditions.ipv6 : asked_.conditions.ipv4,
                          behind(is_ipv6)}),
        way, way, rest_of_order, given, asked_.rows + 1);
    return internal::ask_rows(in_, sql, asked_.ask, [&](native_row const& row) {
      found_.push_back(read_packet(row, is_ipv6));
    });
  }

  [[nodiscard]] auto times() const -> std::string {
    std::vector<std::string> out;
    auto const from = asked_.filter.from, to = asked_.filter.to;
    if (from.is_known()) out.push_back(fmt::format("ts >= {}", internal::microseconds_of(from)));
    if (to.is_known()) out.push_back(fmt::format("ts < {}", internal::microseconds_of(to)));
    return fmt::format("{}", fmt::join(out, " and "));
  }

  /// IPv4 stands before IPv6 at the same time (behind it, newest first).
  [[nodiscard]] auto behind(bool is_ipv6) const -> std::string {
    if (!after_) return {};
    auto const sign = asked_.is_newest_first ? '<' : '>';
    if (is_ipv6 == after_->is_ipv6)
      return fmt::format("ts {0}= {1} and (ts {0} {1} or src {0}= {2})", sign, after_->time,
                         internal::address_literal(after_->source));
    bool const is_later_family = is_ipv6 != asked_.is_newest_first;
    return fmt::format("ts {}{} {}", sign, is_later_family ? "=" : "", after_->time);
  }

  [[nodiscard]] auto place_behind(listed_packet const& last) const -> packet_place {
    packet_place out{internal::microseconds_of(last.time), last.source.is_ipv6(), last.source, 0};
    for (auto const& each : found_) out.given += key_of(each) == key_of(last) ? 1 : 0;
    // Those of the pages before, where the place is still the same.
    if (after_ && after_->time == out.time && after_->is_ipv6 == out.is_ipv6 &&
        after_->source == out.source)
      out.given += after_->given;
    return out;
  }

  engine& in_;
  page_request const& asked_;
  std::optional<packet_place> after_;
  std::vector<listed_packet> found_;
};

}  // namespace

auto list_packets(engine& in, page_request const& asked) -> result<page<listed_packet>> {
  return packet_list{in, asked}.read();
}

}  // namespace kizashi::store
