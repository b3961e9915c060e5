#include "kizashi/store/sketch/sketches.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "kizashi/store/sketch/sketch_records.hpp"

namespace kizashi::store {
namespace {

using address_sink = std::function<void(sketched_addresses const&)>;

constexpr std::int64_t day_length = duration{std::chrono::days{1}}.count();

auto is_asked(sketch_question const& asked, sketch_day day) -> bool {
  if (day == 0) return true;
  if (asked.from.is_known() && day < asked.from.nanoseconds() / day_length) return false;
  return !asked.to.is_known() || day * day_length < asked.to.nanoseconds();
}

auto is_source(sketch_kind kind) -> bool {
  return kind == sketch_kind::ipv4_sources || kind == sketch_kind::ipv6_sources;
}

/// Kept from record to record.
struct value_buffers {
  std::vector<std::uint32_t> ipv4;
  std::vector<net::ipv6> ipv6;
};

auto search_records(std::string const& bytes, sketch_day day, std::optional<std::uint16_t> sensor,
                    sketch_question const& asked, value_buffers& buffers, address_sink const& to)
    -> status {
  record_walker records{{reinterpret_cast<std::uint8_t const*>(bytes.data()), bytes.size()}};
  for (;;) {
    KIZASHI_TRY(auto const record, records.next());
    if (!record) return {};
    auto const [of_sensor, kind] = record->of;
    if (!(is_source(kind) ? asked.sources : asked.destinations)) continue;
    if ((sensor && *sensor != of_sensor) || !asked.touches(record->where)) continue;
    sketched_addresses found{day, is_source(kind), {}, {}};
    if (is_ipv6(kind)) {
      KIZASHI_TRY(read_values(*record, buffers.ipv6));
      found.ipv6 = buffers.ipv6;
    } else {
      KIZASHI_TRY(read_values(*record, buffers.ipv4));
      found.ipv4 = buffers.ipv4;
    }
    to(found);
  }
}

auto search_day(std::filesystem::path const& folder, sketch_day day, sketch_file const& file,
                std::optional<std::uint16_t> sensor, sketch_question const& asked,
                value_buffers& buffers, address_sink const& to) -> status {
  KIZASHI_TRY(auto const bytes, read_sketch(folder, day, file));
  auto const done = search_records(bytes, day, sensor, asked, buffers, to);
  if (done) return done;
  return fail(
      done.error().code,
      fmt::format("{}: {}", sketch_path(folder, day, file.number).string(), done.error().message));
}

auto search_index(std::filesystem::path const& folder, sketch_index const& index,
                  sketch_question const& asked, address_sink const& to) -> result<bool> {
  std::optional<std::uint16_t> sensor;
  if (!asked.sensor.empty()) {
    auto const named = std::ranges::find(index.sensors, asked.sensor,
                                         [](auto const& each) { return each.second; });
    if (named == index.sensors.end()) return false;
    sensor = named->first;
  }
  // Of a day without a sketch it is not known which packets the engine has put there.
  for (auto const& [day, file] : index.days)
    if (file.number == 0) return false;
  value_buffers buffers;
  for (auto const& [day, file] : index.days)
    if (is_asked(asked, day))
      KIZASHI_TRY(search_day(folder, day, file, sensor, asked, buffers, to));
  return true;
}

}  // namespace

auto search_sketches(std::filesystem::path const& folder, sketch_question const& asked,
                     address_sink const& to) -> result<bool> {
  KIZASHI_TRY(auto index, sketch_index::load(folder));
  for (;;) {
    if (!index) return false;
    auto answered = search_index(folder, *index, asked, to);
    if (answered) return answered;
    // A writer may have put the file's runs together in another one: then the index says so.
    KIZASHI_TRY(auto next, sketch_index::load(folder));
    if (next == index) return answered;
    index = std::move(next);
  }
}

auto take_sketch_totals(std::filesystem::path const& folder) -> result<sketch_totals> {
  sketch_totals out;
  KIZASHI_TRY(auto const index, sketch_index::load(folder));
  if (!index) return out;
  for (auto const& [day, file] : index->days) {
    ++(file.number == 0 ? out.missing : out.days);
    out.bytes += file.bytes;
  }
  return out;
}

}  // namespace kizashi::store
