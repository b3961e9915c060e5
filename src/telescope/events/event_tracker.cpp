#include "kizashi/telescope/events/event_tracker.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "kizashi/telescope/events/internal/live_sources.hpp"
#include "kizashi/telescope/events/internal/live_sources_state.hpp"

namespace kizashi::telescope {
namespace {

using namespace internal;

constexpr auto unknown = timestamp::unknown().nanoseconds();
/// Times end a hundred days before the numbers do.
constexpr duration longest = std::chrono::hours{24 * 30};

auto state_of(tracker_options const& options) -> tracker_state {
  KIZASHI_ASSERT(options.timeout > duration{0} && options.lateness >= duration{0});
  KIZASHI_ASSERT(options.fingerprints != nullptr);
  tracker_state state;
  state.options = options;
  state.options.timeout = std::min(options.timeout, longest);
  state.timeout = state.options.timeout.count();
  state.lateness = std::min(options.lateness, longest).count();
  state.share = options.memory / shards;
  return state;
}

}  // namespace

void tracker_counts::add(tracker_counts const& other) noexcept {
  events += other.events;
  cut += other.cut;
  late += other.late;
  untimed += other.untimed;
  live_sources += other.live_sources;
  open += other.open;
  bytes += other.bytes;
}

class event_tracker::state final : public relief {
public:
  state(tracker_options const& options, unsigned worker)
      : worker_{worker}, shared_{state_of(options)} {}

  auto track(net::packet_batch const& batch, recognise::tag_columns const& tags,
             batch_plan const& plan, std::vector<scan_event>& closed) -> status {
    shared_.closed = &closed;
    auto const* const marks = marks_of(batch, plan);
    for (std::size_t begin = 0; begin < batch.size();) {
      // Sources are looked after between two rows, wherever batches end.
      auto const end = next_step(batch.size(), marks, begin);
      timed_rows const of{batch, tags, marks};
      ipv4_.track(of, rows_of(plan, row_kind::ipv4_source, begin, end));
      ipv6_.track(of, rows_of(plan, row_kind::ipv6_source, begin, end));
      begin = end;
    }
    return std::exchange(shared_.failure, {});
  }

  auto advance_to(std::int64_t now, std::vector<scan_event>& closed) -> status {
    shared_.closed = &closed;
    watermark_ = std::max(watermark_, now);
    if (ipv4_.is_step(watermark_)) {
      ipv4_.advance(watermark_);
      ipv6_.advance(watermark_);
    }
    return std::exchange(shared_.failure, {});
  }

  static auto save(std::span<event_tracker* const> all, state_writer& out) -> status;
  static auto restore(std::span<event_tracker* const> all, state_reader& in) -> status;

  auto finish(unsigned shard, std::vector<scan_event>& closed) -> status {
    shared_.closed = &closed;
    ipv4_.finish(shard, watermark_);
    ipv6_.finish(shard, watermark_);
    return std::exchange(shared_.failure, {});
  }

  void make_room(unsigned shard, std::int64_t now) override {
    for (auto in_use = ipv4_.in_use(shard) + ipv6_.in_use(shard); in_use > shared_.share;
         in_use = ipv4_.in_use(shard) + ipv6_.in_use(shard)) {
      if (ipv4_.in_use(shard) >= ipv6_.in_use(shard))
        ipv4_.relieve(shard, now);
      else
        ipv6_.relieve(shard, now);
    }
  }

  [[nodiscard]] auto counts() const noexcept -> tracker_counts {
    auto answer = shared_.counts;
    answer.live_sources = ipv4_.most_sources() + ipv6_.most_sources();
    answer.open = ipv4_.open_events() + ipv6_.open_events();
    answer.bytes = ipv4_.bytes() + ipv6_.bytes();
    return answer;
  }
  [[nodiscard]] auto shared() noexcept -> tracker_state& { return shared_; }

private:
  using ipv4_state = live_sources_state<net::ipv4>;
  using ipv6_state = live_sources_state<net::ipv6>;

  /// What the parts of all trackers are called.
  struct parts {
    std::vector<ipv4_state> ipv4;
    std::vector<ipv6_state> ipv6;
    std::vector<target_groups*> groups;
    std::vector<profile_book*> books;
  };
  [[nodiscard]] static auto parts_of(std::span<event_tracker* const> all) -> parts;

  /// The watermark at each row.
  [[nodiscard]] auto marks_of(net::packet_batch const& batch, batch_plan const& plan)
      -> std::int64_t const* {
    if (plan.is_in_order() && batch.size() > 0 && batch.time[0] >= watermark_) {
      watermark_ = batch.time[batch.size() - 1];
      return batch.time.data();
    }
    marks_.resize(net::packet_batch::capacity);
    for (std::size_t row = 0; row < batch.size(); ++row)
      marks_[row] = watermark_ = std::max(watermark_, batch.time[row]);
    return marks_.data();
  }
  /// Looks after sources if the watermark at row `begin` makes it time to. Answers the row where it
  /// is time again.
  [[nodiscard]] auto next_step(std::size_t size, std::int64_t const* marks, std::size_t begin)
      -> std::size_t {
    if (marks[begin] != unknown && ipv4_.is_step(marks[begin])) {
      ipv4_.advance(marks[begin]);
      ipv6_.advance(marks[begin]);
    }
    return static_cast<std::size_t>(
        std::partition_point(marks + begin, marks + size,
                             [&](std::int64_t mark) { return !ipv4_.is_step(mark); }) -
        marks);
  }
  [[nodiscard]] auto rows_of(batch_plan const& plan, row_kind kind, std::size_t begin,
                             std::size_t end) const noexcept -> std::span<std::uint16_t const> {
    auto const all = plan.rows(worker_, kind);
    auto const from = std::lower_bound(all.begin(), all.end(), begin);
    return {from, std::lower_bound(from, all.end(), end)};
  }

  unsigned worker_;
  tracker_state shared_;
  live_sources<net::ipv4> ipv4_{shared_, *this};
  live_sources<net::ipv6> ipv6_{shared_, *this};
  std::int64_t watermark_ = unknown;
  std::vector<std::int64_t> marks_;  // of a batch that is not in order
};

auto event_tracker::state::parts_of(std::span<event_tracker* const> all) -> parts {
  parts answer;
  for (auto* each : all) {
    auto& of = *each->state_;
    answer.ipv4.emplace_back(of.ipv4_);
    answer.ipv6.emplace_back(of.ipv6_);
    answer.groups.push_back(&of.shared_.groups);
    answer.books.push_back(&of.shared_.book);
  }
  return answer;
}

auto event_tracker::state::save(std::span<event_tracker* const> all, state_writer& out) -> status {
  auto of = parts_of(all);
  tracker_counts counts;
  for (auto const* each : all) counts.add(each->state_->shared_.counts);
  out.begin("events");
  out.time(all[0]->state_->watermark_);
  out(of.ipv4[0].tick(), counts);
  out.end();
  for (auto& each : of.ipv4) each.gather();
  for (auto& each : of.ipv6) each.gather();
  for (unsigned shard = 0; shard < shards; ++shard) {
    out.begin("sources of a shard");
    of.ipv4[shard % all.size()].save(shard, out);
    out.end();
    out.begin("IPv6 sources of a shard");
    of.ipv6[shard % all.size()].save(shard, out);
    out.end();
  }
  target_groups::save(of.groups, out);
  return profile_book::save(of.books, out);
}

auto event_tracker::state::restore(std::span<event_tracker* const> all, state_reader& in)
    -> status {
  auto of = parts_of(all);
  auto& first = *all[0]->state_;
  std::int64_t tick = 0;
  in.begin("events");
  in.time_field(first.watermark_);
  in(tick, first.shared_.counts);
  in.expect(tick >= 0 && !first.ipv4_.is_step(0) && tick <= timestamp::latest().nanoseconds(),
            "a step of the time");
  in.end();
  for (auto* each : all) each->state_->watermark_ = first.watermark_;
  for (auto& each : of.ipv4) each.set_time(tick, first.watermark_);
  for (auto& each : of.ipv6) each.set_time(tick, first.watermark_);
  for (unsigned shard = 0; shard < shards && in.is_good(); ++shard) {
    in.begin("sources of a shard");
    of.ipv4[shard % all.size()].restore(shard, in);
    in.end();
    in.begin("IPv6 sources of a shard");
    of.ipv6[shard % all.size()].restore(shard, in);
    in.end();
  }
  target_groups::restore(of.groups, in);
  auto const entries = first.shared_.options.fingerprints->entries().size();
  auto const known = entries >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << entries) - 1;
  return profile_book::restore(of.books, known, in);
}

event_tracker::event_tracker(tracker_options const& options, unsigned worker)
    : state_{std::make_unique<state>(options, worker)} {}
event_tracker::event_tracker(event_tracker&&) noexcept = default;
event_tracker::~event_tracker() = default;

auto event_tracker::track(net::packet_batch const& batch, recognise::tag_columns const& tags,
                          batch_plan const& plan, std::vector<scan_event>& closed) -> status {
  return state_->track(batch, tags, plan, closed);
}

auto event_tracker::advance_to(timestamp now, std::vector<scan_event>& closed) -> status {
  return now.is_known() ? state_->advance_to(now.nanoseconds(), closed) : status{};
}

auto event_tracker::save(std::span<event_tracker* const> all, state_writer& out) -> status {
  return state::save(all, out);
}

auto event_tracker::restore(std::span<event_tracker* const> all, state_reader& in) -> status {
  return state::restore(all, in);
}

auto event_tracker::finish(unsigned shard, std::vector<scan_event>& closed) -> status {
  return state_->finish(shard, closed);
}

auto event_tracker::finish(std::vector<scan_event>& closed) -> status {
  for (unsigned shard = 0; shard < shards; ++shard) KIZASHI_TRY(finish(shard, closed));
  return {};
}

auto event_tracker::profiles() noexcept -> profile_book& {
  return state_->shared().book;
}
auto event_tracker::groups() noexcept -> target_groups& {
  return state_->shared().groups;
}
auto event_tracker::counts() const noexcept -> tracker_counts {
  return state_->counts();
}

}  // namespace kizashi::telescope
