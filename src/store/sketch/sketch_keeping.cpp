#include "kizashi/store/sketch/sketch_keeping.hpp"

#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "kizashi/base/durable_file.hpp"
#include "kizashi/store/internal/address_sql.hpp"
#include "kizashi/store/internal/ask_rows.hpp"
#include "kizashi/store/internal/names.hpp"
#include "kizashi/store/native_reader.hpp"
#include "kizashi/store/sketch/sketch_records.hpp"
#include "kizashi/store/sketch/sketch_writer.hpp"

namespace kizashi::store {
namespace {

namespace fs = std::filesystem;

/// Rows (sensor, value), ascending, as values by key.
template <class Value, class ValueAt>
auto ask_values(engine& in, std::string const& sql, sketch_kind kind, ValueAt value_at,
                std::map<sketch_key, std::vector<Value>>& to) -> status {
  native_reader reader{[&](native_rows const& rows) -> status {
    for (std::size_t i = 0; i < rows.count; ++i) {
      internal::native_row const row{rows, i};
      to[{row.narrow<std::uint16_t>(0), kind}].push_back(value_at(row));
    }
    return {};
  }};
  KIZASHI_TRY(in.ask({sql, answer_form::native, {}},
                     [&](std::span<std::uint8_t const> bytes) { return reader.feed(bytes); }));
  return reader.finish();
}

auto sets_of_packets(engine& in, sketch_day day) -> result<sketch_sets> {
  auto const asked = [&](std::string_view table, std::string_view value) {
    return fmt::format(
        "select distinct sensor, {} as value from {} where {} order by sensor, value", value, table,
        internal::in_days({&day, 1}));
  };
  auto const number = [](internal::native_row const& row) { return row.narrow<std::uint32_t>(1); };
  auto const address = [](internal::native_row const& row) { return row.source(1).as_ipv6(); };
  sketch_sets out;
  KIZASHI_TRY(ask_values(in, asked("packets", "src"), sketch_kind::ipv4_sources, number, out.ipv4));
  KIZASHI_TRY(ask_values(in, asked("packets", "bitShiftRight(dst, 8)"), sketch_kind::ipv4_blocks,
                         number, out.ipv4));
  KIZASHI_TRY(
      ask_values(in, asked("packets6", "src"), sketch_kind::ipv6_sources, address, out.ipv6));
  KIZASHI_TRY(
      ask_values(in, asked("packets6", "dst"), sketch_kind::ipv6_destinations, address, out.ipv6));
  return out;
}

auto read_sets(fs::path const& folder, sketch_day day, sketch_file const& file)
    -> result<sketch_sets> {
  KIZASHI_TRY(auto const bytes, read_sketch(folder, day, file));
  return sketch_sets::read({reinterpret_cast<std::uint8_t const*>(bytes.data()), bytes.size()});
}

/// Days that have packets no more leave the index; their files follow as ones that it does not
/// name.
auto forget_days(engine& in, fs::path const& folder, sketch_index& index) -> status {
  KIZASHI_TRY(auto const there, index_without_sketches(in));
  auto changed = index;
  std::erase_if(changed.days, [&](auto const& each) {
    return each.first != 0 && !there.days.contains(each.first);
  });
  // A part that a person attached again may have a day that was forgotten.
  for (auto const& [day, file] : there.days) changed.days.try_emplace(day);
  changed.sensors = there.sensors;
  if (changed == index) return {};
  KIZASHI_TRY(changed.save(folder));
  index = std::move(changed);
  return {};
}

auto make_day(engine& in, fs::path const& folder, sketch_day day, sketch_index& index) -> status {
  KIZASHI_TRY(auto const sets, sets_of_packets(in, day));
  auto changed = index;
  KIZASHI_TRY(changed.days[day], write_sketch(folder, day, sets.to_bytes()));
  KIZASHI_TRY(changed.save(folder));
  index = std::move(changed);
  return {};
}

auto remove_leftovers(fs::path const& folder, sketch_index const& index) -> status {
  std::set<fs::path> named{sketch_folder(folder) / "index"};
  for (auto const& [day, file] : index.days) named.insert(sketch_path(folder, day, file.number));
  std::error_code wrong;
  std::vector<fs::path> leftovers;
  for (auto const& each : fs::directory_iterator{sketch_folder(folder), wrong})
    if (!named.contains(each.path()) && each.path().extension() != ".damaged")
      leftovers.push_back(each.path());
  for (auto const& each : leftovers) {
    fs::remove(each, wrong);
    if (wrong) return system_failure(each.string(), "remove", wrong.value());
  }
  return {};
}

/// The index; one is made when there is none that can be read.
auto index_to_keep(engine& in, fs::path const& folder) -> result<sketch_index> {
  auto loaded = sketch_index::load(folder);
  if (loaded && *loaded) return std::move(**loaded);
  auto const file = sketch_folder(folder) / "index";
  if (!loaded) KIZASHI_TRY(rename_durably(file, file.string() + ".damaged"));
  KIZASHI_TRY(auto made, index_without_sketches(in));
  KIZASHI_TRY(made.save(folder));
  return made;
}

}  // namespace

auto keep_sketches(engine& in, fs::path const& folder, sketch_listener const& at,
                   std::function<bool()> const& wants_stop) -> result<std::uint64_t> {
  std::uint64_t made = 0;
  KIZASHI_TRY(auto index, index_to_keep(in, folder));
  KIZASHI_TRY(forget_days(in, folder, index));
  auto const days = index.days;
  for (auto const& [day, file] : days) {
    if (wants_stop && wants_stop()) return fail(errc::interrupted, "stopped");
    if (at) at(fmt::format("sketch of {}", name_of_day(day)));
    auto const is_damaged = file.number != 0 && !read_sets(folder, day, file);
    if (is_damaged) KIZASHI_TRY(put_sketch_aside(folder, day, index));
    if (is_damaged || file.number == 0) {
      KIZASHI_TRY(make_day(in, folder, day, index));
      ++made;
    } else if (file.runs > 1) {
      KIZASHI_TRY(compact_sketch(folder, day, index));
    }
  }
  KIZASHI_TRY(remove_leftovers(folder, index));
  return made;
}

auto check_sketches(engine& in, fs::path const& folder, sketch_listener const& at,
                    std::function<bool()> const& wants_stop) -> result<std::vector<sketch_defect>> {
  std::vector<sketch_defect> out;
  auto const index = sketch_index::load(folder);
  if (!index) {
    out.push_back({{}, "index", index.error().message});
    return out;
  }
  if (!*index) return out;
  for (auto const& [day, file] : (*index)->days) {
    if (file.number == 0) continue;
    if (wants_stop && wants_stop()) break;
    auto const name = name_of_day(day);
    if (at) at(fmt::format("sketch of {}", name));
    auto const path = sketch_path(folder, day, file.number);
    auto const sets = read_sets(folder, day, file);
    if (!sets) {
      auto why = sets.error().message;
      if (auto const begin = path.string() + ": "; why.starts_with(begin))
        why.erase(0, begin.size());
      out.push_back({name, path.filename().string(), std::move(why)});
      continue;
    }
    // Packets that cannot be read are another defect, and named as one.
    auto const packets = sets_of_packets(in, day);
    auto const lacking = packets ? sets->lacks(*packets) : 0;
    if (lacking > 0)
      out.push_back({name, path.filename().string(),
                     fmt::format("{} addresses of packets are not in it", lacking)});
  }
  return out;
}

auto isolate_sketch(fs::path const& folder, sketch_defect const& what) -> result<fs::path> {
  auto const path = sketch_folder(folder) / what.name;
  fs::path const aside = path.string() + ".damaged";
  if (what.day.empty()) {
    KIZASHI_TRY(rename_durably(path, aside));
    return aside;
  }
  KIZASHI_TRY(auto const day, parse_sketch_day(what.day));
  KIZASHI_TRY(auto index, sketch_index::load(folder));
  if (index) KIZASHI_TRY(put_sketch_aside(folder, day, *index));
  return aside;
}

}  // namespace kizashi::store
