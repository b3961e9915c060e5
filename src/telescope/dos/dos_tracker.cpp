#include "kizashi/telescope/dos/dos_tracker.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <span>
#include <vector>

#include "kizashi/telescope/dos/internal/dos_shard.hpp"

namespace kizashi::telescope {
namespace {

using namespace internal;

/// Answers whose records are fetched ahead.
constexpr std::size_t attack_stride = 64;

/// The latest time of the stream up to a row, and where in the stream silent vectors are looked
/// for. Nothing but the rows and their order decides, so all workers agree.
class sweep_clock {
public:
  explicit sweep_clock(duration timeout) : step_{std::max<std::int64_t>(timeout.count() / 4, 1)} {}

  /// The first row from `begin` on at which the watermark reaches the next multiple of the step;
  /// the batch's size when there is none.
  [[nodiscard]] auto next(net::packet_batch const& batch, batch_plan const& plan,
                          std::size_t begin) const -> std::size_t {
    if (!plan.last().is_known() || plan.last().nanoseconds() < next_) return batch.size();
    auto const* const times = batch.time.data();
    auto const* const end = times + batch.size();
    auto const* const found =
        plan.is_in_order()
            ? std::lower_bound(times + begin, end, next_)
            : std::find_if(times + begin, end, [&](std::int64_t time) { return time >= next_; });
    return static_cast<std::size_t>(found - times);
  }
  /// To be told of each time that is known, in the order of the stream; some that are not later
  /// than one before may be left out.
  void advance(std::int64_t time) noexcept { watermark_ = std::max(watermark_, time); }
  /// Calls `sweep(multiple of the step)` for each that the watermark has reached, as long as
  /// `is_of_use()`. Not for the last one alone: what ends at one of them would then depend on when
  /// a packet came behind it.
  template <class Sweep, class IsOfUse>
  void take_steps(Sweep&& sweep, IsOfUse&& is_of_use) {
    if (watermark_ < next_) return;
    auto const passed = watermark_ - watermark_ % step_;
    for (auto at = next_; at <= passed && is_of_use(); at += step_) sweep(at);
    constexpr auto never = std::numeric_limits<std::int64_t>::max();
    next_ = passed > never - step_ ? never : passed + step_;
  }
  template <class Io, class Self>
  static void state_fields(Io& io, Self& self) {
    io.time_field(self.watermark_);
    io.time_field(self.next_);
    if constexpr (Io::is_reading)
      io.expect(self.watermark_ >= 0 && self.next_ >= 0 && self.next_ % self.step_ == 0,
                "a step of the time");
  }
  [[nodiscard]] auto watermark() const noexcept -> std::int64_t { return watermark_; }

private:
  std::int64_t step_;
  std::int64_t watermark_ = 0;
  std::int64_t next_ = 0;
};

}  // namespace

void dos_counts::add(dos_counts const& other) noexcept {
  vectors += other.vectors;
  cut += other.cut;
  joined += other.joined;
  late += other.late;
  untimed += other.untimed;
  udp += other.udp;
  bytes += other.bytes;
}

class dos_tracker::state {
public:
  state(dos_options const& options, unsigned worker)
      : rules_{options}, worker_{worker}, clock_{options.timeout}, shards_(shards) {
    constexpr duration longest = std::chrono::hours{24 * 365};
    KIZASHI_ASSERT(options.timeout > duration{0} && options.timeout <= longest);
    KIZASHI_ASSERT(options.lateness >= duration{0} && options.lateness <= longest);
  }

  void track(net::packet_batch const& batch, recognise::tag_columns const& tags,
             batch_plan const& plan, std::vector<dos_event>& closed) {
    auto const before = closed.size();
    auto rows = plan.victims(worker_);
    scanned_ = 0;
    for (std::size_t begin = 0; begin < batch.size();) {
      auto const end = clock_.next(batch, plan, begin);
      auto const here =
          std::ranges::lower_bound(rows, static_cast<std::uint16_t>(end)) - rows.begin();
      see(batch, tags, plan, rows.first(static_cast<std::size_t>(here)), closed);
      rows = rows.subspan(static_cast<std::size_t>(here));
      if (end < batch.size()) {
        clock_.advance(batch.time[end]);
        sweep(closed);
      }
      begin = end;
    }
    if (plan.last().is_known()) clock_.advance(plan.last().nanoseconds());
    sort_from(before, closed);
  }

  void advance_to(std::int64_t now, std::vector<dos_event>& closed) {
    auto const before = closed.size();
    clock_.advance(now);
    sweep(closed);
    sort_from(before, closed);
  }

  void finish(std::vector<dos_event>& closed) {
    auto const before = closed.size();
    for (auto& each : shards_) each.finish(clock_.watermark(), rules_, closed);
    sort_from(before, closed);
  }

  [[nodiscard]] auto counts() const noexcept -> dos_counts {
    auto sum = counts_;
    for (auto const& each : shards_) sum.add(each.counts());
    return sum;
  }

  static void save(std::span<dos_tracker* const> all, state_writer& out);
  static void restore(std::span<dos_tracker* const> all, state_reader& in);

private:
  struct pending {
    answer read;
    std::uint64_t hash = 0;
    std::size_t row = 0;
    dos_shard* home = nullptr;
  };

  void see(net::packet_batch const& batch, recognise::tag_columns const& tags,
           batch_plan const& plan, std::span<std::uint16_t const> rows,
           std::vector<dos_event>& closed) {
    for (; !rows.empty(); rows = rows.subspan(std::min(attack_stride, rows.size()))) {
      auto const size = std::min(attack_stride, rows.size());
      for (std::size_t i = 0; i < size; ++i) {
        auto& each = pending_[i];
        each.row = rows[i];
        each.read = read_answer(batch, tags, each.row);
        each.hash = hash_of(each.read.victim);
        each.home = &shards_[shard_of_victim(each.read.victim)];
        each.home->fetch_place(each.hash);
      }
      for (auto const& each : std::span{pending_}.first(size)) each.home->fetch_record(each.hash);
      for (auto const& each : std::span{pending_}.first(size)) {
        if (!timestamp{each.read.time}.is_known()) {
          ++counts_.untimed;
          continue;
        }
        read_clock(batch, plan, each.row);
        each.home->see(each.read, each.hash, clock_.watermark(), rules_, closed);
      }
    }
  }

  void sweep(std::vector<dos_event>& closed) {
    clock_.take_steps(
        [&](std::int64_t step) {
          for (auto& each : shards_) each.sweep(step, rules_, closed);
        },
        [&] {
          return !std::ranges::all_of(shards_, [](auto const& each) { return each.is_empty(); });
        });
  }

  /// Brings the watermark to `row`.
  void read_clock(net::packet_batch const& batch, batch_plan const& plan, std::size_t row) {
    if (plan.is_in_order()) return clock_.advance(batch.time[row]);
    for (; scanned_ <= row; ++scanned_) clock_.advance(batch.time[scanned_]);
  }

  static void sort_from(std::size_t first, std::vector<dos_event>& closed) {
    std::sort(closed.begin() + static_cast<std::ptrdiff_t>(first), closed.end(), is_before);
  }

  dos_rules rules_;
  unsigned worker_;
  sweep_clock clock_;
  std::vector<dos_shard> shards_;  // those of other workers stay empty
  std::array<pending, attack_stride> pending_;
  std::size_t scanned_ = 0;  // rows of the batch whose times are in the watermark
  dos_counts counts_;
};

void dos_tracker::state::save(std::span<dos_tracker* const> all, state_writer& out) {
  dos_counts counts;
  for (auto const* each : all) counts.add(each->state_->counts_);
  out.begin("victims");
  out(all[0]->state_->clock_, counts);
  out.end();
  for (unsigned shard = 0; shard < shards; ++shard) {
    out.begin("victims of a shard");
    all[shard % all.size()]->state_->shards_[shard].save(out);
    out.end();
  }
}

void dos_tracker::state::restore(std::span<dos_tracker* const> all, state_reader& in) {
  in.begin("victims");
  in(all[0]->state_->clock_, all[0]->state_->counts_);
  in.end();
  for (auto* each : all) each->state_->clock_ = all[0]->state_->clock_;
  for (unsigned shard = 0; shard < shards; ++shard) {
    in.begin("victims of a shard");
    all[shard % all.size()]->state_->shards_[shard].restore(shard,
                                                            all[0]->state_->clock_.watermark(), in);
    in.end();
  }
}

dos_tracker::dos_tracker(dos_options const& options, unsigned worker)
    : state_{std::make_unique<state>(options, worker)} {}
dos_tracker::dos_tracker(dos_tracker&&) noexcept = default;
dos_tracker::~dos_tracker() = default;

auto dos_tracker::track(net::packet_batch const& batch, recognise::tag_columns const& tags,
                        batch_plan const& plan, std::vector<dos_event>& closed) -> status {
  state_->track(batch, tags, plan, closed);
  return {};
}

auto dos_tracker::advance_to(timestamp now, std::vector<dos_event>& closed) -> status {
  if (now.is_known()) state_->advance_to(now.nanoseconds(), closed);
  return {};
}

void dos_tracker::save(std::span<dos_tracker* const> all, state_writer& out) {
  state::save(all, out);
}

void dos_tracker::restore(std::span<dos_tracker* const> all, state_reader& in) {
  state::restore(all, in);
}

auto dos_tracker::finish(std::vector<dos_event>& closed) -> status {
  state_->finish(closed);
  return {};
}

auto dos_tracker::counts() const noexcept -> dos_counts {
  return state_->counts();
}

}  // namespace kizashi::telescope
