#include "kizashi/store/tuple_writer.hpp"

#include <algorithm>
#include <bit>
#include <numeric>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "kizashi/base/random.hpp"
#include "kizashi/store/internal/ledger.hpp"
#include "kizashi/store/internal/names.hpp"
#include "kizashi/store/schema.hpp"
#include "kizashi/store/tuple_columns.hpp"

namespace kizashi::store {
namespace {

/// So many tuples at the begin of a stream, or all, tell it from others.
constexpr std::size_t epoch_tuples = 1024;
/// Tuples are no packets: a stream of them has another epoch.
constexpr std::uint64_t epoch_salt = 0x7475'706C'6573'0001;

auto digest(std::span<foreign_tuple const> tuples) -> std::uint64_t {
  auto sum = mix64(tuples.size());
  for (auto const& t : tuples) {
    sum = std::rotl(sum, 5) ^ mix64(std::uint64_t{t.source.value()} << 32 | t.destination.value());
    sum = (sum ^ std::uint64_t{t.minute} << 32 ^ std::uint64_t{t.source_port} << 16 ^
           t.destination_port) *
          0xBF58476D1CE4E5B9;
    sum ^= mix64(t.packets << 32 | std::uint64_t{t.ip_length} << 16 | std::uint64_t{t.ttl} << 8 |
                 t.tcp_flags) +
           t.ip_protocol;
  }
  return mix64(sum);
}

}  // namespace

class tuple_writer::state {
public:
  state(std::shared_ptr<engine> into, writer_options options, std::uint16_t sensor,
        std::vector<std::uint16_t> scanners)
      : engine_{std::move(into)},
        options_{std::move(options)},
        sensor_{sensor},
        scanners_{std::move(scanners)} {}

  auto add(foreign_tuple const& tuple) -> status {
    filling_.push_back(tuple);
    ++counts_.packets;
    return filling_.size() < options_.block_rows ? status{} : store(false);
  }
  auto finish(bool is_whole) -> status {
    // A part that is too short to tell the stream would be another one when all of it comes.
    bool const is_nameless = !is_whole && counts_.packets < epoch_tuples;
    return filling_.empty() || is_nameless ? status{} : store(!is_whole);
  }
  [[nodiscard]] auto counts() const -> writer_counts { return counts_; }

private:
  [[nodiscard]] auto store(bool is_cut) -> status;
  /// How many first tuples of the block are in; fails when something else is.
  [[nodiscard]] auto known_part(internal::ledger_key const& key, bool is_cut) const
      -> result<std::size_t>;
  [[nodiscard]] auto arrange(std::size_t first) const -> tuple_columns<std::uint32_t>;

  std::shared_ptr<engine> engine_;
  writer_options options_;
  std::uint16_t sensor_;
  std::vector<std::uint16_t> scanners_;
  internal::block_ledger known_;
  std::vector<foreign_tuple> filling_;
  std::optional<std::uint64_t> epoch_;
  std::uint64_t sequence_ = 0;
  writer_counts counts_;
};

auto tuple_writer::state::known_part(internal::ledger_key const& key, bool is_cut) const
    -> result<std::size_t> {
  auto const found = known_.find(key);
  if (found == known_.end()) return std::size_t{0};
  auto const& part = found->second;
  if (part.ipv4 <= filling_.size()) {
    if (digest(std::span{filling_}.first(part.ipv4)) == part.digest) return part.ipv4;
  } else if (is_cut) {
    return filling_.size();  // what was read is a part of what the store has
  }
  return fail(errc::unsupported,
              fmt::format("block {} differs from what the store has of this stream: it was stored "
                          "from input that began the same and went on differently; store it for "
                          "another sensor (--sensor)",
                          key.sequence + 1));
}

auto tuple_writer::state::store(bool is_cut) -> status {
  if (!epoch_) {
    epoch_ =
        digest(std::span{filling_}.first(std::min(epoch_tuples, filling_.size()))) ^ epoch_salt;
    KIZASHI_TRY(known_, internal::read_ledger(*engine_, sensor_, {*epoch_, 0}));
  }
  internal::ledger_key const key{*epoch_, sequence_++};
  KIZASHI_TRY(auto const old, known_part(key, is_cut));
  auto const fresh = filling_.size() - old;
  if (fresh > 0) {
    internal::ledger_entry const entry{digest(filling_), filling_.size(), 0};
    auto const token = fmt::format("{}/{:016x}/{}/{}/{:016x}", sensor_, key.epoch, key.sequence,
                                   old, entry.digest);
    auto rows = arrange(old);
    native_block out{0};
    rows.write(sensor_, out);
    KIZASHI_TRY(engine_->insert("tuples", out, token));
    rows.write_hours(sensor_, out);
    KIZASHI_TRY(engine_->insert("source_hour", out, token));
    KIZASHI_TRY(internal::write_ledger(*engine_, sensor_, key, entry, token));
    ++counts_.blocks;
  }
  counts_.known += old;
  counts_.stored += fresh;
  filling_.clear();
  return {};
}

/// By source and minute, as the tables are sorted.
auto tuple_writer::state::arrange(std::size_t first) const -> tuple_columns<std::uint32_t> {
  auto rows = std::vector(filling_.begin() + static_cast<std::ptrdiff_t>(first), filling_.end());
  std::ranges::stable_sort(rows, {}, [](foreign_tuple const& t) {
    return std::uint64_t{t.source.value()} << 32 | t.minute;
  });
  tuple_columns<std::uint32_t> out;
  for (auto const& t : rows) {
    auto const at =
        options_.places != nullptr ? options_.places->find(t.source) : recognise::place{};
    auto const letters = at.country.text();
    out.add({.minute = t.minute,
             .source = t.source.value(),
             .destination = t.destination.value(),
             .source_port = t.source_port,
             .destination_port = t.destination_port,
             .protocol = t.ip_protocol,
             .tcp_flags = t.tcp_flags,
             .ttl = t.ttl,
             .ip_length = t.ip_length,
             .window = 0,
             .attributes = t.attributes,
             .derived = 0,
             .type = t.type,
             .traffic_class = t.traffic_class,
             .scanner = scanners_[t.scanner],
             .fingerprints = 0,
             .country = {letters[0], letters[1]},
             .system = at.asn.number(),
             .packets = t.packets,
             .bytes = t.packets * t.ip_length});
  }
  return out;
}

auto tuple_writer::open(std::shared_ptr<engine> into, writer_options options)
    -> result<tuple_writer> {
  KIZASHI_TRY(prepare_schema(*into));
  KIZASHI_TRY(auto const sensor,
              internal::numbers_of(*into, "sensor", std::span{&options.sensor, 1}));
  KIZASHI_TRY(auto scanners, internal::numbers_of(*into, "scanner", options.scanners));
  scanners.insert(scanners.begin(), 0);
  return tuple_writer{std::make_unique<state>(std::move(into), std::move(options), sensor.front(),
                                              std::move(scanners))};
}

tuple_writer::tuple_writer(std::unique_ptr<state> made) : state_{std::move(made)} {}
tuple_writer::tuple_writer(tuple_writer&&) noexcept = default;
auto tuple_writer::operator=(tuple_writer&&) noexcept -> tuple_writer& = default;
tuple_writer::~tuple_writer() = default;

auto tuple_writer::add(foreign_tuple const& tuple) -> status {
  return state_->add(tuple);
}
auto tuple_writer::finish(bool is_whole) -> status {
  return state_->finish(is_whole);
}
auto tuple_writer::counts() const -> writer_counts {
  return state_->counts();
}

}  // namespace kizashi::store
