#include "kizashi/store/house/tidy.hpp"

#include <set>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "kizashi/base/text.hpp"
#include "kizashi/store/house/record.hpp"
#include "kizashi/store/inventory.hpp"
#include "kizashi/store/sketch/sketch_keeping.hpp"

namespace kizashi::store {
namespace {

namespace fs = std::filesystem;

auto merge_all(engine& in, step_listener const& at, std::function<bool()> const& wants_stop,
               tidied& out) -> status {
  KIZASHI_TRY(auto const rows,
              ask_rows(in,
                       "select table, partition_id, partition, count() as parts from system.parts "
                       "where database = 'default' and active and (table, partition) not in "
                       "(select table, max(partition) from system.parts where database = 'default' "
                       "and active and partition != 'tuple()' group by table) group by table, "
                       "partition_id, partition having parts > 1 order by table, partition"));
  for (auto const& row : rows) {
    if (wants_stop && wants_stop()) return fail(errc::interrupted, "stopped");
    if (at) at(fmt::format("merging {}, {}", row[0], row[2]));
    KIZASHI_TRY(in.run(
        fmt::format("optimize table default.{} partition id {} final", row[0], sql_text(row[1]))));
    KIZASHI_TRY(auto const parts, parse_unsigned(row[3], UINT64_MAX));
    ++out.merged_days;
    out.merged_parts += parts;
  }
  return {};
}

auto size_of(fs::path const& path) -> std::uint64_t {
  std::error_code ignored;
  if (!fs::is_directory(path, ignored)) {
    auto const size = fs::file_size(path, ignored);
    return ignored ? 0 : size;
  }
  std::uint64_t sum = 0;
  for (auto const& each : fs::recursive_directory_iterator{path, ignored})
    if (each.is_regular_file(ignored)) sum += each.file_size(ignored);
  return sum;
}

auto remove(fs::path const& path, tidied& out) -> status {
  auto const bytes = size_of(path);
  std::error_code wrong;
  if (fs::remove_all(path, wrong) == 0 || wrong)
    return wrong ? system_failure(path.string(), "remove", wrong.value()) : status{};
  ++out.removed;
  out.removed_bytes += bytes;
  return {};
}

/// What is in a folder; nothing when it is not there.
auto entries_of(fs::path const& folder) -> std::vector<fs::path> {
  std::vector<fs::path> out;
  std::error_code ignored;
  for (auto const& each : fs::directory_iterator{folder, ignored}) out.push_back(each.path());
  return out;
}

/// Opening the store has finished what the record has, so every .part is one that it never got.
auto remove_leftovers(engine& in, fs::path const& folder, tidied& out) -> status {
  for (auto const& table : entries_of(folder / "archive"))
    for (auto const& file : entries_of(table))
      if (file.extension() == ".part") KIZASHI_TRY(remove(file, out));
  for (auto const& frozen : entries_of(folder / "engine" / "shadow"))
    KIZASHI_TRY(remove(frozen, out));
  std::error_code ignored;
  if (fs::exists(folder / "record.part", ignored)) KIZASHI_TRY(remove(folder / "record.part", out));
  KIZASHI_TRY(auto const superseded,
              ask_rows(in,
                       "select path from system.detached_parts where database = 'default' and "
                       "reason in ('ignored', 'clone', 'attaching', 'deleting', 'tmp-fetch', "
                       "'covered-by-broken')"));
  for (auto const& row : superseded) KIZASHI_TRY(remove(row[0], out));
  return {};
}

}  // namespace

auto tidy(engine& in, fs::path const& folder, step_listener const& at,
          std::function<bool()> const& wants_stop) -> result<tidied> {
  tidied out;
  KIZASHI_TRY(merge_all(in, at, wants_stop, out));
  KIZASHI_TRY(remove_leftovers(in, folder, out));
  KIZASHI_TRY(out.sketches, keep_sketches(in, folder, at, wants_stop));
  return out;
}

}  // namespace kizashi::store
