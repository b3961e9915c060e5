#include "kizashi/app/store_sink.hpp"

#include <cstdlib>
#include <set>

#include <fmt/format.h>

#include "kizashi/app/engine_run.hpp"
#include "kizashi/app/findings.hpp"
#include "kizashi/app/open_store.hpp"
#include "kizashi/app/text_layout.hpp"
#include "kizashi/base/text.hpp"
#include "kizashi/store/house/record.hpp"

namespace kizashi::app {
namespace {

/// "3 days from 2026-06-01 to 2026-06-04" of packets that were dropped.
auto dropped_days(std::string const& folder) -> result<std::string> {
  KIZASHI_TRY(auto const record, store::store_record::load(folder));
  std::set<std::string> days;
  for (auto const& day : record.days)
    if (day.state == store::day_state::dropped && day.table.starts_with("packets"))
      days.insert(day.day);
  if (days.size() < 2) return days.empty() ? std::string{} : *days.begin();
  return fmt::format("{} from {} to {}", counted(days.size(), "day"), *days.begin(),
                     *days.rbegin());
}

/// Packets of a block. The environment can make blocks small where tests need many of them; what
/// was stored in blocks of one size cannot be read on in those of another.
auto block_rows() -> std::size_t {
  auto const* const text = std::getenv("KIZASHI_TEST_BLOCK_ROWS");
  auto const rows = parse_unsigned(text == nullptr ? "" : text, 1'000'000);
  return rows && *rows >= 1024 ? static_cast<std::size_t>(*rows)
                               : store::writer_options{}.block_rows;
}

}  // namespace

auto store_sink::open(std::string const& folder, std::string const& sensor, report const& with)
    -> result<store_sink> {
  KIZASHI_TRY(auto engine, open_with_door(folder, "kizashi read"));
  store::writer_options options;
  options.sensor = sensor;
  options.block_rows = block_rows();
  options.places = with.places.is_empty() ? nullptr : &with.places;
  auto const& tables = *with.found->tables;
  for (std::uint16_t i = 1; i <= tables.scanners.organisations(); ++i)
    options.scanners.emplace_back(tables.scanners.organisation(i));
  for (auto const& each : tables.fingerprints.entries()) options.fingerprints.push_back(each.name);
  KIZASHI_TRY(auto dropped, dropped_days(folder));
  KIZASHI_TRY(auto writer, store::packet_writer::open(engine, std::move(options)));
  auto found = std::make_unique<store::observation_writer>(engine, writer.numbers());
  return store_sink{std::move(engine), folder, std::move(dropped), std::move(writer),
                    std::move(found)};
}

auto store_sink::keep(std::vector<engine::finding> const& found) -> status {
  KIZASHI_TRY(auto const kept, keep_in_store(engine_, found));
  (void)kept;
  return {};
}

auto store_sink::describe() const -> std::string {
  auto const counts = writer_.counts();
  auto text = fmt::format("{} stored in {}", counted(counts.stored, "packet"), folder_);
  if (counts.known > 0) text += fmt::format("; {} were there before", with_thousands(counts.known));
  if (counts.known > 0 && !dropped_.empty())
    text += fmt::format("; those of {} were dropped since and are not stored again", dropped_);
  if (counts.waits > 0)
    text += fmt::format("; reading waited {} for the disk", counted(counts.waits, "time"));
  return text;
}

}  // namespace kizashi::app
