#include "kizashi/store/packet_search.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kizashi/store/internal/address_sql.hpp"
#include "kizashi/store/native_reader.hpp"
#include "kizashi/store/schema.hpp"

namespace kizashi::store {
namespace {

/// Addresses that a question names; beyond it asks for what they lie in.
constexpr std::size_t most_named = std::size_t{1} << 18;
/// Ranges that a question has.
constexpr std::size_t most_ranges = 32;

auto read_rows(engine& from, question const& asked, native_reader::sink to) -> status {
  native_reader reader{std::move(to)};
  KIZASHI_TRY(
      from.ask(asked, [&](std::span<std::uint8_t const> bytes) { return reader.feed(bytes); }));
  return reader.finish();
}

auto sensor_number(engine& in, std::string const& name) -> result<std::uint16_t> {
  std::optional<std::uint16_t> number;
  std::vector<std::string> others;
  constexpr std::string_view sql =
      "select name, number from names where kind = 'sensor' order by name";
  KIZASHI_TRY(read_rows(in, {sql, answer_form::native, {}}, [&](native_rows const& rows) -> status {
    for (std::size_t i = 0; i < rows.count; ++i) {
      others.emplace_back(rows.columns[0].text_at(i));
      if (others.back() == name)
        number = static_cast<std::uint16_t>(rows.columns[1].unsigned_at(i));
    }
    return {};
  }));
  if (number) return *number;
  return fail(errc::not_found,
              others.empty()
                  ? fmt::format("there is no sensor \"{}\" in the store, which is empty", name)
                  : fmt::format("there is no sensor \"{}\" in the store; it has {}", name,
                                fmt::join(others, ", ")));
}

auto ipv6_of(std::string_view bytes) -> net::ipv6 {
  std::array<std::uint64_t, 2> halves{};
  for (std::size_t i = 0; i < 16; ++i)
    halves[i / 8] = halves[i / 8] << 8 | static_cast<std::uint8_t>(bytes[i]);
  return {halves[0], halves[1]};
}

/// Microseconds since 1970, of a part one more.
auto microseconds(timestamp t) -> std::int64_t {
  return (t.nanoseconds() + 999) / 1000;
}

/// The columns of an answer and what of a batch they become.
constexpr std::array<std::string_view, 4> counted = {"src", "ts", "attributes", "dst"};
constexpr std::array<std::string_view, 5> written = {"src_port", "dst_port", "protocol",
                                                     "tcp_flags", "ip_length"};

template <class Column>
void copy(native_column const& from, std::size_t first, std::size_t count, Column& to) {
  auto const values = from.values();
  constexpr auto width = sizeof to[0];
  KIZASHI_ASSERT(from.type.width == width);
  std::memcpy(to.data(), values.data() + first * width, count * width);
}

/// Blocks of an answer as batches.
class batch_maker {
public:
  batch_maker(wanted_packets const& wanted, packet_search::batch_sink const& to)
      : is_ipv6_{wanted.is_ipv6},
        has_headers_{!wanted.is_to_count},
        has_destination_{!wanted.destinations.empty()},
        to_{to} {}

  auto add(native_rows const& rows) -> status {
    constexpr auto most = net::packet_batch::capacity;
    for (std::size_t first = 0; first < rows.count; first += most) {
      auto const count = std::min(most, rows.count - first);
      batch_->clear();
      batch_->resize(count);
      fill(rows, first, count);
      KIZASHI_TRY(to_(*batch_));
    }
    return {};
  }

private:
  void fill(native_rows const& rows, std::size_t first, std::size_t count) {
    auto const& columns = rows.columns;
    auto& to = *batch_;
    for (std::size_t i = 0; i < count; ++i) {
      auto const at = columns[1].unsigned_at(first + i);
      to.time[i] =
          at == 0 ? timestamp::unknown().nanoseconds() : static_cast<std::int64_t>(at * 1000);
    }
    copy(columns[2], first, count, to.attributes);
    if (is_ipv6_) {
      fill_ipv6(columns, first, count);
    } else {
      copy(columns[0], first, count, to.source);
      if (has_destination_)
        copy(columns[3], first, count, to.destination);
      else
        std::fill_n(to.destination.begin(), count, 0U);
    }
    if (!has_headers_) return;
    auto const* const headers = columns.data() + (has_destination_ ? 4 : 3);
    copy(headers[0], first, count, to.source_port);
    copy(headers[1], first, count, to.destination_port);
    copy(headers[2], first, count, to.ip_protocol);
    copy(headers[3], first, count, to.tcp_flags);
    copy(headers[4], first, count, to.ip_length);
  }

  void fill_ipv6(std::vector<native_column> const& columns, std::size_t first, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      batch_->source[i] = batch_->destination[i] = static_cast<std::uint32_t>(i);
      auto const destination =
          has_destination_ ? ipv6_of(columns[3].text_at(first + i)) : net::ipv6{};
      batch_->ipv6.push_back({ipv6_of(columns[0].text_at(first + i)), destination});
    }
  }

  bool is_ipv6_;
  bool has_headers_;
  bool has_destination_;
  packet_search::batch_sink const& to_;
  std::unique_ptr<net::packet_batch> batch_ = std::make_unique<net::packet_batch>();
};

auto columns_of(wanted_packets const& wanted) -> std::string {
  auto const addresses = std::span{counted}.first(wanted.destinations.empty() ? 3 : 4);
  auto const text = fmt::format("{}", fmt::join(addresses, ", "));
  return wanted.is_to_count ? text : fmt::format("{}, {}", text, fmt::join(written, ", "));
}

auto coarse_ranges(std::span<net::address_range const> ranges) -> std::vector<net::address_range> {
  return net::coarsen(ranges, most_ranges);
}

auto sources_of(std::span<net::address const> sources) -> std::string {
  if (sources.size() <= most_named) return internal::in_addresses("src", sources);
  std::vector<net::address_range> ranges;
  for (auto const& each : sources) net::append(ranges, {each, each});
  return internal::in_ranges("src", coarse_ranges(ranges));
}

auto destinations_of(std::span<net::address_range const> blocks) -> std::string {
  std::vector<net::address_range> ranges;
  for (auto const& each : blocks) net::append(ranges, each);
  if (ranges.size() <= most_ranges || blocks.size() > most_named)
    return internal::in_ranges("dst", coarse_ranges(ranges));
  return internal::in_blocks("dst", blocks);
}

/// Which packets are wanted; empty when none is.
auto addresses_of(wanted_packets const& wanted) -> std::string {
  auto const& sources = wanted.sources;
  auto const& destinations = wanted.destinations;
  if (destinations.empty()) return sources.empty() ? "" : sources_of(sources);
  if (sources.empty()) return destinations_of(destinations);
  return fmt::format("({} or {})", sources_of(sources), destinations_of(destinations));
}

}  // namespace

auto packet_search::open(std::shared_ptr<engine> of, search_scope scope) -> result<packet_search> {
  KIZASHI_TRY(prepare_schema(*of));
  std::uint16_t sensor = 0;
  if (!scope.sensor.empty()) {
    KIZASHI_TRY(sensor, sensor_number(*of, scope.sensor));
  }
  return packet_search{std::move(of), std::move(scope), sensor};
}

auto packet_search::question_of(std::string_view sql) const -> question {
  return {sql, answer_form::native, {}, scope_.wants_stop};
}

auto packet_search::condition(bool is_ipv6) const -> std::string {
  std::string sql = sensor_ == 0 ? "1" : fmt::format("sensor = {}", sensor_);
  if (scope_.from.is_known() || scope_.to.is_known()) sql += " and ts > 0";
  if (scope_.from.is_known()) sql += fmt::format(" and ts >= {}", microseconds(scope_.from));
  if (scope_.to.is_known()) sql += fmt::format(" and ts < {}", microseconds(scope_.to));
  if (scope_.where)
    sql += fmt::format(" and {}", scope_.where->condition(is_ipv6 ? stored_table::packets6
                                                                  : stored_table::packets));
  return sql;
}

auto packet_search::day_condition() const -> std::string {
  constexpr std::int64_t day = 86'400'000'000;  // microseconds
  std::string sql = sensor_ == 0 ? "1" : fmt::format("sensor = {}", sensor_);
  if (scope_.from.is_known())
    sql += fmt::format(" and day >= {}", microseconds(scope_.from) / day * 86400);
  if (scope_.to.is_known())
    sql += fmt::format(" and day < {}", (microseconds(scope_.to) + day - 1) / day * 86400);
  return sql;
}

auto packet_search::packets() const -> result<std::uint64_t> {
  std::uint64_t sum = 0;
  for (bool const is_ipv6 : {false, true}) {
    auto const sql = fmt::format("select count() from {} where {}",
                                 is_ipv6 ? "packets6" : "packets", condition(is_ipv6));
    KIZASHI_TRY(read_rows(*engine_, question_of(sql), [&](native_rows const& rows) -> status {
      for (std::size_t i = 0; i < rows.count; ++i) sum += rows.columns[0].unsigned_at(i);
      return {};
    }));
  }
  return sum;
}

auto packet_search::sources(std::span<net::address_range const> ranges,
                            address_sink const& to) const -> status {
  if (ranges.empty()) return {};
  bool const is_ipv6 = ranges.front().first.is_ipv6();
  auto const sql =
      fmt::format("select src from {} where {} and {}", is_ipv6 ? "source6_day" : "source_day",
                  internal::in_ranges("src", coarse_ranges(ranges)), day_condition());
  std::vector<std::uint32_t> ipv4;
  std::vector<net::ipv6> ipv6;
  return read_rows(*engine_, question_of(sql), [&](native_rows const& rows) -> status {
    if (rows.count == 0) return {};
    auto const& column = rows.columns[0];
    if (is_ipv6) {
      ipv6.clear();
      for (std::size_t i = 0; i < rows.count; ++i) ipv6.push_back(ipv6_of(column.text_at(i)));
    } else {
      ipv4.resize(rows.count);
      copy(column, 0, rows.count, ipv4);
    }
    to({ipv4, ipv6});
    return {};
  });
}

auto packet_search::destinations(std::span<net::address_range const> ranges,
                                 range_sink const& to) const -> status {
  if (ranges.empty()) return {};
  bool const is_ipv6 = ranges.front().first.is_ipv6();
  if (is_ipv6) {
    auto const sql =
        fmt::format("select distinct dst from packets6 where {} and {}",
                    internal::in_ranges("dst", coarse_ranges(ranges)), condition(true));
    return read_rows(*engine_, question_of(sql), [&](native_rows const& rows) -> status {
      for (std::size_t i = 0; i < rows.count; ++i) {
        net::address const at = ipv6_of(rows.columns[0].text_at(i));
        to({at, at});
      }
      return {};
    });
  }
  auto const sql =
      fmt::format("select distinct block from destination_day where {}", day_condition());
  return read_rows(*engine_, question_of(sql), [&](native_rows const& rows) -> status {
    for (std::size_t i = 0; i < rows.count; ++i) {
      auto const first = static_cast<std::uint32_t>(rows.columns[0].unsigned_at(i)) << 8;
      to({net::ipv4{first}, net::ipv4{first | 255U}});
    }
    return {};
  });
}

auto packet_search::read(wanted_packets const& wanted, batch_sink const& to) const -> status {
  auto which = addresses_of(wanted);
  if (which.empty()) return {};
  if (!wanted.days.empty()) which += " and " + internal::in_days(wanted.days);
  auto const columns = columns_of(wanted);
  // As the table is ordered, so that nothing is kept back for sorting; then by all columns: rows
  // that are alike in these may change places, and nobody sees it.
  auto const order = wanted.is_to_count ? "" : fmt::format(" order by {}", columns);
  auto const sql =
      fmt::format("select {} from {} where {} and {}{}", columns,
                  wanted.is_ipv6 ? "packets6" : "packets", which, condition(wanted.is_ipv6), order);
  batch_maker out{wanted, to};
  return read_rows(*engine_, question_of(sql),
                   [&](native_rows const& rows) { return out.add(rows); });
}

}  // namespace kizashi::store
