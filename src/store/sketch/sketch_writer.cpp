#include "kizashi/store/sketch/sketch_writer.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "kizashi/base/durable_file.hpp"
#include "kizashi/base/file_descriptor.hpp"
#include "kizashi/base/text.hpp"
#include "kizashi/store/house/record.hpp"
#include "kizashi/store/internal/names.hpp"
#include "kizashi/store/inventory.hpp"
#include "kizashi/store/sketch/sketch_records.hpp"

namespace kizashi::store {
namespace {

namespace fs = std::filesystem;

/// Runs of a sketch before they are put together: a question looks through each.
constexpr std::uint64_t most_runs = 16;

/// Writes at a place of a file and has the system bring it to the disk; what stood behind goes.
auto write_at(fs::path const& path, std::uint64_t at, std::string_view bytes) -> status {
  file_descriptor const file{
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644)};
  if (!file.is_open() || ::ftruncate(file.get(), static_cast<off_t>(at)) != 0)
    return system_failure(path.string(), "write", errno);
  while (!bytes.empty()) {
    auto const size = ::pwrite(file.get(), bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return system_failure(path.string(), "write", errno);
    bytes.remove_prefix(static_cast<std::size_t>(size));
    at += static_cast<std::uint64_t>(size);
  }
  if (::fsync(file.get()) != 0) return system_failure(path.string(), "write", errno);
  return {};
}

/// A number that no file of the day has.
auto new_number(fs::path const& folder, sketch_day day) -> std::uint64_t {
  std::uint64_t number = 1;
  std::error_code ignored;
  auto const begin = name_of_day(day) + ".";
  for (auto const& each : fs::directory_iterator{sketch_folder(folder), ignored}) {
    auto const name = each.path().filename().string();
    if (!name.starts_with(begin)) continue;
    auto const digits = std::string_view{name}.substr(begin.size());
    auto const has = parse_unsigned(digits.substr(0, digits.find('.')), UINT32_MAX);
    if (has) number = std::max(number, *has + 1);
  }
  return number;
}

auto is_shorter(fs::path const& folder, sketch_day day, sketch_file const& file) -> bool {
  std::error_code wrong;
  auto const size = fs::file_size(sketch_path(folder, day, file.number), wrong);
  return wrong || size < file.bytes;
}

auto ipv6_of(native_block::address16 const& a) -> net::ipv6 {
  std::uint64_t high = 0, low = 0;
  for (unsigned i = 0; i < 8; ++i) high = high << 8 | a[i], low = low << 8 | a[8 + i];
  return {high, low};
}

/// Different blocks of 256 destinations, ascending. A darknet has few blocks and a block has many
/// packets: a bit for each of the 2^24 is faster than sorting them.
class block_collector {
public:
  void add(std::uint32_t destination) {
    auto const block = destination >> 8;
    auto& word = words_[block / 64];
    auto const bit = std::uint64_t{1} << (block % 64);
    if ((word & bit) != 0) return;
    word |= bit;
    blocks_.push_back(block);
  }
  [[nodiscard]] auto take() -> std::vector<std::uint32_t> {
    std::ranges::sort(blocks_);
    for (auto const block : blocks_) words_[block / 64] = 0;
    return std::exchange(blocks_, {});
  }

private:
  std::vector<std::uint64_t> words_ = std::vector<std::uint64_t>(std::size_t{1} << 18);
  std::vector<std::uint32_t> blocks_;
};

/// The rows of one day, by family.
struct ipv4_rows {
  std::vector<std::uint32_t> sources;
  block_collector* blocks = nullptr;

  void add(std::uint32_t source, std::uint32_t destination) {
    if (sources.empty() || sources.back() != source) sources.push_back(source);
    blocks->add(destination);
  }
  void write(std::uint16_t sensor, std::string& to) {
    append_records({sensor, sketch_kind::ipv4_sources}, sources, to);
    auto const all = blocks->take();
    append_records({sensor, sketch_kind::ipv4_blocks}, all, to);
  }
};

struct ipv6_rows {
  std::vector<net::ipv6> sources;
  std::vector<net::ipv6> destinations;

  void add(native_block::address16 const& source, native_block::address16 const& destination) {
    auto const from = ipv6_of(source);
    if (sources.empty() || sources.back() != from) sources.push_back(from);
    destinations.push_back(ipv6_of(destination));
  }
  void write(std::uint16_t sensor, std::string& to) {
    std::ranges::sort(destinations);
    destinations.erase(std::unique(destinations.begin(), destinations.end()), destinations.end());
    append_records({sensor, sketch_kind::ipv6_sources}, sources, to);
    append_records({sensor, sketch_kind::ipv6_destinations}, destinations, to);
  }
};

/// The days of rows, ascending; one as a rule.
auto days_of(std::span<std::uint64_t const> times) -> std::vector<sketch_day> {
  std::vector<sketch_day> days;
  for (auto const time : times)
    if (auto const day = sketch_day_of(time); days.empty() || days.back() != day) {
      if (days.size() > 4096) {
        std::ranges::sort(days);
        days.erase(std::unique(days.begin(), days.end()), days.end());
      }
      days.push_back(day);
    }
  std::ranges::sort(days);
  days.erase(std::unique(days.begin(), days.end()), days.end());
  return days;
}

/// Calls `each` with a day and its row numbers.
template <class Each>
void by_day(std::span<std::uint64_t const> times, Each each) {
  auto const days = days_of(times);
  if (days.size() == 1)
    return each(days.front(), [&](auto use) {
      for (std::size_t row = 0; row < times.size(); ++row) use(row);
    });
  std::map<sketch_day, std::vector<std::uint32_t>> rows;
  for (std::size_t row = 0; row < times.size(); ++row)
    rows[sketch_day_of(times[row])].push_back(static_cast<std::uint32_t>(row));
  for (auto const& of_day : rows)  // no binding: a lambda cannot capture one (clang 14)
    each(of_day.first, [&](auto use) {
      for (auto const row : of_day.second) use(row);
    });
}

}  // namespace

auto sketch_writer::open(engine& into) -> result<std::shared_ptr<sketch_writer>> {
  static std::mutex opening;
  static std::weak_ptr<sketch_writer> open;
  static fs::path open_folder;
  std::scoped_lock const only{opening};
  auto folder = into.folder();
  if (folder.empty()) return std::shared_ptr<sketch_writer>{};
  if (auto there = open.lock(); there && open_folder == folder) return there;
  auto index = sketch_index::load(folder);
  if (!index) {
    auto const damaged = sketch_folder(folder) / "index";
    KIZASHI_TRY(rename_durably(damaged, damaged.string() + ".damaged"));
    index = std::optional<sketch_index>{};
  }
  if (!*index) {
    KIZASHI_TRY(*index, index_without_sketches(into));
    KIZASHI_TRY((*index)->save(folder));
  }
  auto made = std::make_shared<sketch_writer>(folder, std::move(**index));
  open = made;
  open_folder = folder;
  return made;
}

auto sketch_writer::name_sensor(std::uint16_t number, std::string const& name) -> status {
  std::scoped_lock const only{mutex_};
  auto changed = index_;
  changed.sensors[number] = name;
  if (changed == index_) return {};
  KIZASHI_TRY(changed.save(folder_));
  index_ = std::move(changed);
  return {};
}

auto sketch_writer::append(day_records const& records) -> status {
  std::scoped_lock const only{mutex_};
  auto changed = index_;
  for (auto const& [day, bytes] : records) {
    auto const is_new = !changed.days.contains(day);
    if (is_new) {
      KIZASHI_TRY(changed.days[day], write_sketch(folder_, day, std::string{sketch_head} + bytes));
      continue;
    }
    auto& file = changed.days[day];
    if (file.number != 0 && is_shorter(folder_, day, file)) {
      KIZASHI_TRY(put_sketch_aside(folder_, day, changed));
      index_ = changed;
    }
    if (file.number == 0) continue;
    KIZASHI_TRY(write_at(sketch_path(folder_, day, file.number), file.bytes, bytes));
    file.bytes += bytes.size();
    ++file.runs;
  }
  KIZASHI_TRY(changed.save(folder_));
  index_ = std::move(changed);
  for (auto const& [day, bytes] : records)
    if (index_.days[day].runs >= most_runs) (void)compact_sketch(folder_, day, index_);
  return {};
}

auto sketch_writer::add(std::uint16_t sensor, std::span<std::uint64_t const> times,
                        std::span<std::uint32_t const> sources,
                        std::span<std::uint32_t const> destinations) -> status {
  day_records records;
  block_collector blocks;
  by_day(times, [&](sketch_day day, auto const& for_each_row) {
    ipv4_rows rows{{}, &blocks};
    for_each_row([&](std::size_t row) { rows.add(sources[row], destinations[row]); });
    rows.write(sensor, records[day]);
  });
  return append(records);
}

auto sketch_writer::add(std::uint16_t sensor, std::span<std::uint64_t const> times,
                        std::span<address16 const> sources, std::span<address16 const> destinations)
    -> status {
  day_records records;
  by_day(times, [&](sketch_day day, auto const& for_each_row) {
    ipv6_rows rows;
    for_each_row([&](std::size_t row) { rows.add(sources[row], destinations[row]); });
    rows.write(sensor, records[day]);
  });
  return append(records);
}

void sketch_writer::compact() {
  std::scoped_lock const only{mutex_};
  std::vector<sketch_day> days;
  for (auto const& [day, file] : index_.days)
    if (file.runs > 1) days.push_back(day);
  for (auto const day : days) (void)compact_sketch(folder_, day, index_);
}

auto write_sketch(fs::path const& folder, sketch_day day, std::string_view bytes)
    -> result<sketch_file> {
  KIZASHI_TRY(make_folder(sketch_folder(folder)));
  sketch_file const made{new_number(folder, day), bytes.size(), 1};
  auto const path = sketch_path(folder, day, made.number);
  auto done = write_at(path, 0, bytes);
  if (done) done = make_durable(path.parent_path());
  if (done) return made;
  std::error_code ignored;
  fs::remove(path, ignored);
  return tl::unexpected{done.error()};
}

auto put_sketch_aside(fs::path const& folder, sketch_day day, sketch_index& index) -> status {
  auto changed = index;
  auto const path = sketch_path(folder, day, changed.days[day].number);
  changed.days[day] = {};
  KIZASHI_TRY(changed.save(folder));
  index = std::move(changed);
  std::error_code ignored;
  fs::rename(path, path.string() + ".damaged", ignored);
  return {};
}

auto compact_sketch(fs::path const& folder, sketch_day day, sketch_index& index) -> status {
  auto const old = index.days[day];
  auto const bytes = read_sketch(folder, day, old);
  if (!bytes && bytes.error().code == errc::io_error) return tl::unexpected{bytes.error()};
  auto sets =
      bytes
          ? sketch_sets::read({reinterpret_cast<std::uint8_t const*>(bytes->data()), bytes->size()})
          : tl::unexpected{bytes.error()};
  if (!sets) return put_sketch_aside(folder, day, index);
  KIZASHI_TRY(auto const made, write_sketch(folder, day, sets->to_bytes()));
  auto changed = index;
  changed.days[day] = made;
  KIZASHI_TRY(changed.save(folder));
  index = std::move(changed);
  std::error_code ignored;
  fs::remove(sketch_path(folder, day, old.number), ignored);
  return {};
}

auto index_without_sketches(engine& of) -> result<sketch_index> {
  sketch_index out;
  KIZASHI_TRY(out.sensors, internal::names_by_number(of, "sensor"));
  KIZASHI_TRY(auto const parts,
              ask_rows(of,
                       "select distinct partition from system.parts where database = 'default' and "
                       "active and table in ('packets', 'packets6')"));
  KIZASHI_TRY(auto const record, store_record::load(of.folder()));
  std::vector<std::string> days;
  for (auto const& row : parts) days.push_back(row[0]);
  for (auto const& each : record.days)
    if (each.state != day_state::dropped) days.push_back(each.day);
  for (auto const& each : days) {
    KIZASHI_TRY(auto const day, parse_sketch_day(each));
    out.days[day] = {};
  }
  // The engine's days end in 2106 and begin again; ours do not.
  if (!out.days.empty()) out.days[0] = {};
  return out;
}

}  // namespace kizashi::store
