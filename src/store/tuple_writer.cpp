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
        std::vector<std::uint16_t> scanners, internal::block_ledger known)
      : engine_{std::move(into)},
        options_{std::move(options)},
        sensor_{sensor},
        scanners_{std::move(scanners)},
        known_{std::move(known)} {}

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
  void write(std::size_t first, native_block& to) const;

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
  if (!epoch_)
    epoch_ =
        digest(std::span{filling_}.first(std::min(epoch_tuples, filling_.size()))) ^ epoch_salt;
  internal::ledger_key const key{*epoch_, sequence_++};
  KIZASHI_TRY(auto const old, known_part(key, is_cut));
  auto const fresh = filling_.size() - old;
  if (fresh > 0) {
    internal::ledger_entry const entry{digest(filling_), filling_.size(), 0};
    auto const token = fmt::format("{}/{:016x}/{}/{}/{:016x}", sensor_, key.epoch, key.sequence,
                                   old, entry.digest);
    native_block out{0};
    write(old, out);
    KIZASHI_TRY(engine_->insert("tuples", out, token));
    KIZASHI_TRY(internal::write_ledger(*engine_, sensor_, key, entry, token));
    ++counts_.blocks;
  }
  counts_.known += old;
  counts_.stored += fresh;
  filling_.clear();
  return {};
}

/// By source and minute, as the table is sorted.
void tuple_writer::state::write(std::size_t first, native_block& to) const {
  auto rows = std::vector(filling_.begin() + static_cast<std::ptrdiff_t>(first), filling_.end());
  std::ranges::stable_sort(rows, {}, [](foreign_tuple const& t) {
    return std::uint64_t{t.source.value()} << 32 | t.minute;
  });
  to.clear(rows.size());
  auto const add = [&]<class T>(std::string_view name, T, auto value_of) {
    std::vector<T> values;
    values.reserve(rows.size());
    for (auto const& t : rows) values.push_back(static_cast<T>(value_of(t)));
    to.add(name, values);
  };
  constexpr std::uint8_t byte = 0;
  constexpr std::uint16_t half = 0;
  constexpr std::uint32_t word = 0;
  constexpr std::uint64_t large = 0;
  using tuple = foreign_tuple const&;
  add("sensor", half, [&](tuple) { return sensor_; });
  add("minute", word, [](tuple t) { return t.minute; });
  add("src", word, [](tuple t) { return t.source.value(); });
  add("dst", word, [](tuple t) { return t.destination.value(); });
  add("src_port", half, [](tuple t) { return t.source_port; });
  add("dst_port", half, [](tuple t) { return t.destination_port; });
  add("protocol", byte, [](tuple t) { return t.ip_protocol; });
  add("tcp_flags", byte, [](tuple t) { return t.tcp_flags; });
  add("ttl", byte, [](tuple t) { return t.ttl; });
  add("ip_length", half, [](tuple t) { return t.ip_length; });
  add("attributes", half, [](tuple t) { return t.attributes; });
  add("type", byte, [](tuple t) { return t.type; });
  add("class", byte, [](tuple t) { return t.traffic_class; });
  add("scanner", half, [&](tuple t) { return scanners_[t.scanner]; });
  add("packets", large, [](tuple t) { return t.packets; });
  add("bytes", large, [](tuple t) { return t.packets * t.ip_length; });
  std::vector<std::byte> countries;
  std::vector<std::uint32_t> systems;
  for (auto const& t : rows) {
    auto const at =
        options_.places != nullptr ? options_.places->find(t.source) : recognise::place{};
    for (auto const letter : at.country.text()) countries.push_back(static_cast<std::byte>(letter));
    systems.push_back(at.asn.number());
  }
  to.add_raw("country", "FixedString(2)", countries, 2);
  to.add("asn", systems);
}

auto tuple_writer::open(std::shared_ptr<engine> into, writer_options options)
    -> result<tuple_writer> {
  KIZASHI_TRY(prepare_schema(*into));
  KIZASHI_TRY(auto const sensor,
              internal::numbers_of(*into, "sensor", std::span{&options.sensor, 1}));
  KIZASHI_TRY(auto scanners, internal::numbers_of(*into, "scanner", options.scanners));
  scanners.insert(scanners.begin(), 0);
  KIZASHI_TRY(auto known, internal::read_ledger(*into, sensor.front()));
  return tuple_writer{std::make_unique<state>(std::move(into), std::move(options), sensor.front(),
                                              std::move(scanners), std::move(known))};
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
