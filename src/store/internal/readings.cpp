#include "kizashi/store/internal/readings.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <tuple>

#include <fmt/format.h>

#include "kizashi/store/native_reader.hpp"

namespace kizashi::store::internal {
namespace {

constexpr std::uint8_t begun = 0, ended = 1, alone = 2;
/// How far a stream is read that never ends.
constexpr std::uint64_t endless = UINT64_MAX;

}  // namespace

auto stream_readings::load() -> status {
  auto const sql = fmt::format(
      "select generation, packets, digest, state from readings where sensor = {} and epoch = {}",
      sensor_, epoch_);
  native_reader reader{[&](native_rows const& rows) -> status {
    for (std::size_t i = 0; i < rows.count; ++i) {
      auto const value = [&](std::size_t column) { return rows.columns[column].unsigned_at(i); };
      reading const row{value(0), value(1), value(2), static_cast<std::uint8_t>(value(3))};
      is_first_ = false;
      last_ = std::max(last_, row.generation);
      if (row.state >= ended &&
          std::tie(row.generation, row.state) > std::tie(true_.generation, true_.state))
        true_ = row;
    }
    return {};
  }};
  KIZASHI_TRY(engine_.ask({sql, answer_form::native, {}},
                          [&](std::span<std::uint8_t const> bytes) { return reader.feed(bytes); }));
  return reader.finish();
}

auto stream_readings::begin_endless() -> result<std::uint64_t> {
  constexpr std::uint64_t generation = 1;
  if (is_first_) {
    true_ = {generation, endless, 0, alone};
    KIZASHI_TRY(write(true_));
  }
  if (true_.packets != endless)
    return fail(
        errc::unsupported,
        "the store has observations of this stream from a reading that came to an end; a stream "
        "that never ends needs a name of its own");
  return generation;
}

auto stream_readings::begin(std::uint64_t packets, std::uint64_t digest) -> result<std::uint64_t> {
  bool const is_known = true_.state >= ended && true_.generation == last_ &&
                        true_.packets == packets && true_.digest == digest;
  if (is_known) return 0;
  true_ = {last_ + 1, packets, digest, begun};
  KIZASHI_TRY(write(true_));
  return true_.generation;
}

auto stream_readings::end() -> status {
  if (true_.state == alone) return {};
  if (!is_first_) {
    true_.state = ended;
    KIZASHI_TRY(write(true_));
    auto const* const wait =
        engine_.capabilities().has_mutation_wait ? " settings mutations_sync=1" : "";
    for (auto const* const table : {"windows", "events", "attacks"})
      KIZASHI_TRY(engine_.run(fmt::format(
          "alter table {} delete where sensor = {} and epoch = {} and generation != {}{}", table,
          sensor_, epoch_, true_.generation, wait)));
  }
  true_.state = alone;
  return write(true_);
}

auto stream_readings::write(reading const& row) -> status {
  native_block block{1};
  block.add("sensor", std::array{sensor_});
  block.add("epoch", std::array{epoch_});
  block.add("generation", std::array{row.generation});
  block.add("packets", std::array{row.packets});
  block.add("digest", std::array{row.digest});
  block.add("state", std::array{row.state});
  return engine_.insert("readings", block, {});
}

}  // namespace kizashi::store::internal
