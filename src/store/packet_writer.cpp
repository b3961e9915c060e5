#include "kizashi/store/packet_writer.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <new>
#include <optional>
#include <span>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "kizashi/base/text.hpp"
#include "kizashi/store/internal/ledger.hpp"
#include "kizashi/store/internal/names.hpp"
#include "kizashi/store/schema.hpp"
#include "kizashi/store/sketch/sketch_writer.hpp"
#include "kizashi/store/tuple_columns.hpp"

namespace kizashi::store {
namespace {

/// So many packets at the begin of a stream, or all, tell it from others.
constexpr std::size_t epoch_packets = 1024;

using internal::block_ledger;
using internal::ledger_entry;
using internal::ledger_key;

struct waiting_block {
  std::unique_ptr<packet_rows> rows;
  std::uint64_t sequence = 0;
  bool is_cut = false;  ///< somebody stopped the reading inside of it
};

/// What one thread needs to write blocks, kept from one to the next: fresh memory costs more than
/// the sorting.
struct writing_room {
  packet_columns<std::uint32_t> ipv4;
  packet_columns<native_block::address16> ipv6;
  tuple_columns<std::uint32_t> tuples;
  tuple_columns<native_block::address16> tuples6;
  native_block out{0};
};

/// Where the packets of a family go.
struct family_tables {
  std::string_view packets;
  std::string_view tuples;
  std::string_view hours;
};

/// The store's numbers for what the stream's numbers stand for.
auto context_of(engine& in, writer_options const& options) -> result<block_context> {
  block_context with;
  with.places = options.places;
  KIZASHI_TRY(auto const sensor, internal::numbers_of(in, "sensor", std::span{&options.sensor, 1}));
  with.sensor = sensor.front();
  KIZASHI_TRY(with.scanners, internal::numbers_of(in, "scanner", options.scanners));
  with.scanners.insert(with.scanners.begin(), 0);
  KIZASHI_TRY(auto const fingerprints,
              internal::numbers_of(in, "fingerprint", options.fingerprints));
  for (auto const number : fingerprints)
    with.fingerprints.push_back(number <= 64 ? std::uint64_t{1} << (number - 1) : 0);
  return with;
}

}  // namespace

class packet_writer::state {
public:
  state(std::shared_ptr<engine> into, writer_options options, block_context with,
        std::shared_ptr<sketch_writer> sketches)
      : engine_{std::move(into)},
        options_{std::move(options)},
        with_{std::move(with)},
        sketches_{std::move(sketches)},
        filling_{new_rows()},
        sequence_{options_.stream ? options_.stream->sequence : 0} {
    for (unsigned i = 0; i < options_.threads; ++i) threads_.emplace_back([this] { work(); });
  }
  ~state() { stop(); }

  auto add(net::packet_batch const& batch, recognise::tag_columns const& tags) -> status {
    count_first(batch);
    filling_->add(batch, tags);
    counts_.packets += batch.size();
    return filling_->size() < options_.block_rows ? status{} : hand_over(false);
  }
  auto finish(bool is_whole) -> status {
    // A part that is too short to tell the stream would be another one when all of it comes.
    bool const is_nameless =
        !options_.stream && !is_whole && first_.ipv4 + first_.ipv6 < epoch_packets;
    if (filling_->size() > 0 && !is_nameless) KIZASHI_TRY(hand_over(!is_whole));
    stop();
    if (sketches_) sketches_->compact();
    return std::exchange(failure_, {});
  }
  auto flush() -> status {
    KIZASHI_ASSERT(options_.stream);
    return filling_->size() > 0 ? hand_over(false) : status{};
  }
  auto wait() -> status {
    std::unique_lock held{mutex_};
    changed_.wait(held, [&] { return !failure_ || (queue_.empty() && in_work_ == 0); });
    return failure_;
  }
  [[nodiscard]] auto next_sequence() const -> std::uint64_t { return sequence_; }
  [[nodiscard]] auto counts() -> writer_counts {
    std::lock_guard const held{mutex_};
    return counts_;
  }
  [[nodiscard]] auto numbers() const -> block_context const& { return with_; }
  [[nodiscard]] auto epoch() const -> std::uint64_t {
    return options_.stream ? options_.stream->epoch : epoch_.value_or(0);
  }

private:
  [[nodiscard]] auto new_rows() const -> std::unique_ptr<packet_rows> {
    auto made = std::make_unique<packet_rows>();
    made->reserve(options_.block_rows + net::packet_batch::capacity);
    return made;
  }
  /// Notes of which family the packets are that tell the stream.
  void count_first(net::packet_batch const& batch);
  /// Finds out which stream it is, and which of its blocks are in.
  auto name_stream() -> status;
  /// Puts the filled block in the queue, and waits while that is full.
  auto hand_over(bool is_cut) -> status;
  void stop();
  void work();
  /// Gives the rows of `block` back as soon as they are arranged.
  [[nodiscard]] auto store(waiting_block& block, writing_room& in) -> status;
  void give_back(waiting_block& block);
  template <class Address>
  [[nodiscard]] auto store_family(family_tables const& tables, std::string const& token,
                                  packet_columns<Address> const& arranged,
                                  tuple_columns<Address>& tuples, native_block& out) -> status;
  /// What the ledger has of a block; fails when it has something else.
  [[nodiscard]] auto known_part(waiting_block const& block) const -> result<ledger_entry>;

  std::shared_ptr<engine> engine_;
  writer_options options_;
  block_context with_;
  block_ledger known_;                       // of the stream; set with its epoch
  std::shared_ptr<sketch_writer> sketches_;  // none where the engine has no folder
  std::unique_ptr<packet_rows> filling_;
  struct {
    std::size_t ipv4 = 0;
    std::size_t ipv6 = 0;
  } first_;                             // of the first `epoch_packets`
  std::optional<std::uint64_t> epoch_;  // set before the first block is in the queue
  std::uint64_t sequence_;              // of the block that is being filled

  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  std::deque<waiting_block> queue_;
  std::size_t in_work_ = 0;  // blocks that threads took out of it
  std::vector<std::unique_ptr<packet_rows>> spare_;
  writer_counts counts_;
  status failure_;
  bool is_ended_ = false;
  std::vector<std::jthread> threads_;
};

void packet_writer::state::count_first(net::packet_batch const& batch) {
  for (std::size_t row = 0; row < batch.size(); ++row) {
    if (first_.ipv4 + first_.ipv6 == epoch_packets) return;
    ++(batch.has(row, net::attribute::ipv6) ? first_.ipv6 : first_.ipv4);
  }
}

auto packet_writer::state::name_stream() -> status {
  auto const named = options_.stream;
  auto const epoch = named ? named->epoch
                           : filling_->digest(std::min(first_.ipv4, filling_->ipv4.size()),
                                              std::min(first_.ipv6, filling_->ipv6.size()));
  KIZASHI_TRY(known_, internal::read_ledger(*engine_, with_.sensor, {epoch, sequence_}));
  epoch_ = epoch;
  return {};
}

auto packet_writer::state::hand_over(bool is_cut) -> status {
  if (!epoch_) KIZASHI_TRY(name_stream());
  std::unique_lock held{mutex_};
  if (queue_.size() >= options_.threads && failure_) {
    ++counts_.waits;
    changed_.wait(held, [&] { return queue_.size() < options_.threads || !failure_; });
  }
  if (!failure_) return failure_;
  queue_.push_back({std::move(filling_), sequence_++, is_cut});
  if (!spare_.empty()) {
    filling_ = std::move(spare_.back());
    spare_.pop_back();
  }
  held.unlock();
  changed_.notify_all();
  if (!filling_) filling_ = new_rows();
  return {};
}

void packet_writer::state::stop() {
  {
    std::lock_guard const held{mutex_};
    is_ended_ = true;
  }
  changed_.notify_all();
  threads_.clear();
}

void packet_writer::state::work() {
  writing_room room;
  std::unique_lock held{mutex_};
  for (;;) {
    changed_.wait(held, [&] { return !queue_.empty() || is_ended_; });
    if (queue_.empty() || !failure_) return;
    auto block = std::move(queue_.front());
    queue_.pop_front();
    ++in_work_;
    changed_.notify_all();
    held.unlock();
    auto done = [&]() -> status {
      try {
        return store(block, room);
      } catch (std::bad_alloc const&) {
        return fail(errc::limit_reached, "not enough memory to sort a block for the store");
      }
    }();
    give_back(block);
    held.lock();
    --in_work_;
    if (!done && failure_) failure_ = std::move(done);
    changed_.notify_all();
  }
}

void packet_writer::state::give_back(waiting_block& block) {
  if (!block.rows) return;
  block.rows->clear();
  std::lock_guard const held{mutex_};
  spare_.push_back(std::move(block.rows));
}

auto packet_writer::state::known_part(waiting_block const& block) const -> result<ledger_entry> {
  auto const& rows = *block.rows;
  auto const found = known_.find({*epoch_, block.sequence});
  if (found == known_.end()) return ledger_entry{};
  auto const& part = found->second;
  bool const has_all = rows.ipv4.size() >= part.ipv4 && rows.ipv6.size() >= part.ipv6;
  if (has_all && rows.digest(part.ipv4, part.ipv6) == part.digest) return part;
  // Stopped earlier than last time: what was read is a part of what the store has.
  if (!has_all && block.is_cut) return ledger_entry{0, rows.ipv4.size(), rows.ipv6.size()};
  return fail(errc::unsupported,
              fmt::format("block {} differs from what the store has of this stream: it was stored "
                          "from input that began the same and went on differently; store it for "
                          "another sensor (--sensor)",
                          block.sequence + 1));
}

template <class Address>
auto packet_writer::state::store_family(family_tables const& tables, std::string const& token,
                                        packet_columns<Address> const& arranged,
                                        tuple_columns<Address>& tuples, native_block& out)
    -> status {
  if (arranged.size() == 0) return {};
  if (sketches_)
    KIZASHI_TRY(sketches_->add(with_.sensor, arranged.times(), arranged.sources(),
                               arranged.destinations()));
  arranged.write(with_.sensor, out);
  KIZASHI_TRY(engine_->insert(tables.packets, out, token));
  tuples.collect(arranged);
  tuples.write(with_.sensor, out);
  KIZASHI_TRY(engine_->insert(tables.tuples, out, token));
  tuples.write_hours(with_.sensor, out);
  return engine_->insert(tables.hours, out, token);
}

auto packet_writer::state::store(waiting_block& block, writing_room& in) -> status {
  auto const& rows = *block.rows;
  auto const begin = std::chrono::steady_clock::now();
  KIZASHI_TRY(auto const known, known_part(block));
  auto const old = known.ipv4 + known.ipv6, fresh = rows.size() - old;
  if (fresh > 0) {
    ledger_key const key{*epoch_, block.sequence};
    ledger_entry const entry{rows.digest(rows.ipv4.size(), rows.ipv6.size()), rows.ipv4.size(),
                             rows.ipv6.size()};
    auto const token = fmt::format("{}/{:016x}/{}/{}/{:016x}", with_.sensor, key.epoch,
                                   key.sequence, old, entry.digest);
    rows.ipv4.arrange(with_, known.ipv4, in.ipv4);
    rows.ipv6.arrange(with_, known.ipv6, in.ipv6);
    give_back(block);
    KIZASHI_TRY(
        store_family({"packets", "tuples", "source_hour"}, token, in.ipv4, in.tuples, in.out));
    KIZASHI_TRY(
        store_family({"packets6", "tuples6", "source6_hour"}, token, in.ipv6, in.tuples6, in.out));
    KIZASHI_TRY(internal::write_ledger(*engine_, with_.sensor, key, entry, token));
  }
  std::lock_guard const held{mutex_};
  counts_.known += old;
  counts_.stored += fresh;
  if (fresh == 0) return {};
  ++counts_.blocks;
  counts_.took += std::chrono::steady_clock::now() - begin;
  return {};
}

auto packet_writer::open(std::shared_ptr<engine> into, writer_options options)
    -> result<packet_writer> {
  KIZASHI_TRY(prepare_schema(*into));
  KIZASHI_TRY(auto with, context_of(*into, options));
  KIZASHI_TRY(auto sketches, sketch_writer::open(*into));
  if (sketches) KIZASHI_TRY(sketches->name_sensor(with.sensor, options.sensor));
  return packet_writer{std::make_unique<state>(std::move(into), std::move(options), std::move(with),
                                               std::move(sketches))};
}

packet_writer::packet_writer(std::unique_ptr<state> made) : state_{std::move(made)} {}
packet_writer::packet_writer(packet_writer&&) noexcept = default;
auto packet_writer::operator=(packet_writer&&) noexcept -> packet_writer& = default;
packet_writer::~packet_writer() = default;

auto packet_writer::add(net::packet_batch const& batch, recognise::tag_columns const& tags)
    -> status {
  return state_->add(batch, tags);
}
auto packet_writer::finish(bool is_whole) -> status {
  return state_->finish(is_whole);
}
auto packet_writer::flush() -> status {
  return state_->flush();
}
auto packet_writer::wait() -> status {
  return state_->wait();
}
auto packet_writer::next_sequence() const -> std::uint64_t {
  return state_->next_sequence();
}
auto packet_writer::counts() const -> writer_counts {
  return state_->counts();
}
auto packet_writer::numbers() const -> block_context const& {
  return state_->numbers();
}
auto packet_writer::epoch() const -> std::uint64_t {
  return state_->epoch();
}

}  // namespace kizashi::store
