// Time is cut into slices. For each slice every actor says how many packets it has; their times are
// drawn and sorted; then the actors plan their packets one by one in the order of time, so that an
// actor may have state.
#include "kizashi/capture/synth/synthetic_source.hpp"

#include <algorithm>
#include <array>
#include <numeric>

#include <fmt/format.h>

#include "kizashi/capture/synth/frame_writer.hpp"
#include "kizashi/capture/synth/internal/actor.hpp"
#include "kizashi/capture/synth/internal/schedule.hpp"

namespace kizashi::capture::synth {

namespace {

constexpr double slice_packets = 16384;
constexpr double most_per_second = 200e6;

/// FNV-1a (Fowler, Noll, Vo): an actor's seed comes from its name, so that other actors may come
/// and go.
auto name_hash(std::string_view name) noexcept -> std::uint64_t {
  std::uint64_t hash = 0xCBF29CE484222325;
  for (auto const c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3;
  return hash;
}

/// Into how many slices a second is cut: divisors of a million, so that a slice is whole
/// microseconds.
auto choose_slices(double packets_per_second) noexcept -> std::uint32_t {
  for (auto const slices : {1U, 2U, 4U, 5U, 10U, 20U, 50U, 100U, 200U, 500U, 1000U, 2000U, 5000U})
    if (packets_per_second <= slice_packets * slices) return slices;
  return 10000;
}

/// Shares `packets` out in proportion to `expected`, by largest remainder.
auto share_out(std::uint64_t packets, std::span<double const> expected)
    -> std::vector<std::uint64_t> {
  auto const sum = std::accumulate(expected.begin(), expected.end(), 0.0);
  std::vector<std::uint64_t> shares;
  std::vector<std::pair<double, std::size_t>> rest;
  std::uint64_t given = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    auto const exact = sum > 0 ? static_cast<double>(packets) * (expected[i] / sum) : 0.0;
    shares.push_back(std::min(packets - given, static_cast<std::uint64_t>(exact)));
    given += shares.back();
    if (expected[i] > 0) rest.emplace_back(static_cast<double>(shares[i]) - exact, i);
  }
  std::sort(rest.begin(), rest.end());
  for (std::size_t i = 0; given < packets && !rest.empty(); i = (i + 1) % rest.size(), ++given)
    ++shares[rest[i].second];
  return shares;
}

}  // namespace

class synthetic_source::state {
public:
  explicit state(scenario of)
      : scene{std::move(of)}, day_{scene}, times_{mix64(scene.seed ^ 0x71)} {
    on_.dark = address_space{scene.dark};
    for (auto const& each : scene.dark)
      if (each.first().is_ipv6()) on_.dark_ipv6.push_back(each);
    std::vector<double> expected;
    for (auto const& spec : scene.actors) {
      auto const seed = mix64(scene.seed ^ name_hash(spec.name));
      cast_.push_back(make_actor(spec, on_, seed));
      schedules_.emplace_back(spec, scene, *cast_.back(), day_, seed);
      expected.push_back(schedules_.back().expected());
    }
    if (scene.packets > 0) {
      auto const shares = share_out(scene.packets, expected);
      for (std::size_t i = 0; i < shares.size(); ++i) schedules_[i].fix(shares[i]);
    }
    for (auto const& each : schedules_) {
      expected_packets += each.expected();
      peak += each.peak();
    }
    slices_ = choose_slices(peak);
    slice_length_ = 1'000'000 / slices_;
    seconds_ = scene.length.count() / 1'000'000'000;
  }

  /// Draws and sorts the next slice's packets; false at the end of the scenario.
  auto fill_slice() -> bool {
    keys_.clear();
    position_ = 0;
    if (second_ >= seconds_) return false;
    if (slice_ == 0)
      for (auto& each : schedules_) each.enter(second_);
    for (std::uint32_t who = 0; who < schedules_.size(); ++who)
      for (auto left = schedules_[who].count(slice_, slices_); left > 0; --left)
        keys_.push_back(times_.below(slice_length_) << actor_bits | who);
    sort_keys();
    slice_second_ = second_;
    slice_start_ = second_ * 1'000'000 + std::int64_t{slice_} * slice_length_;
    is_gap_ = std::any_of(scene.gaps.begin(), scene.gaps.end(), [this](gap_spec const& each) {
      auto const now = std::chrono::seconds{second_};
      return now >= each.from && now < each.to;
    });
    if (++slice_ == slices_) {
      slice_ = 0;
      ++second_;
    }
    return true;
  }

  void play(net::frame_block& out) {
    out.storage.resize(net::frame_block::target_bytes + longest_frame);
    out.frames.reserve(net::frame_block::max_frames);
    auto* const bytes = out.storage.data();
    std::size_t used = 0;
    while (out.frames.size() < net::frame_block::max_frames &&
           used < net::frame_block::target_bytes) {
      if (position_ == keys_.size()) {
        if (!fill_slice()) break;
        continue;
      }
      auto const key = keys_[position_++];
      auto const who = key & ((1U << actor_bits) - 1);
      packet_plan plan;
      cast_[who]->plan(slice_second_, plan);
      if (is_gap_) continue;
      auto const length = static_cast<std::uint32_t>(write_frame(plan, bytes + used));
      auto const time = scene.start + std::chrono::microseconds{slice_start_ + (key >> actor_bits)};
      out.frames.push_back(
          {time, static_cast<std::uint32_t>(used), length, length, net::link_type::ethernet});
      actors.push_back(static_cast<std::uint16_t>(who));
      if (observer != nullptr)
        observer->observe(time, static_cast<std::uint16_t>(who), plan, length);
      used += length;
    }
    out.storage.resize(used);
  }

  [[nodiscard]] auto position() const noexcept -> progress {
    auto const done =
        position_ == keys_.size() && second_ >= seconds_ ? seconds_ * 1'000'000 : slice_start_;
    return {static_cast<std::uint64_t>(done / 1000), static_cast<std::uint64_t>(seconds_ * 1000)};
  }

  scenario scene;
  std::vector<std::uint16_t> actors;
  plan_observer* observer = nullptr;
  double expected_packets = 0;
  double peak = 0;

private:
  static constexpr unsigned actor_bits = 12;
  static_assert(most_actors <= 1U << actor_bits && 1'000'000 <= 1U << (32 - actor_bits));

  /// By time, in two passes of ten bits; equal times in the order of the actors.
  void sort_keys() {
    spare_.resize(keys_.size());
    for (unsigned shift = actor_bits; shift < 32; shift += 10) {
      std::array<std::uint32_t, 1025> starts{};
      for (auto const key : keys_) ++starts[(key >> shift & 1023) + 1];
      std::partial_sum(starts.begin(), starts.end(), starts.begin());
      for (auto const key : keys_) spare_[starts[key >> shift & 1023]++] = key;
      keys_.swap(spare_);
    }
  }

  stage on_;
  rhythm day_;
  random_source times_;
  std::vector<std::unique_ptr<actor>> cast_;
  std::vector<schedule> schedules_;
  std::vector<std::uint32_t> keys_;  // of the slice: microsecond << actor_bits | actor
  std::vector<std::uint32_t> spare_;
  std::size_t position_ = 0;  // of the next key
  std::uint32_t slices_ = 1;  // of one second
  std::uint32_t slice_length_ = 1'000'000;
  std::int64_t seconds_ = 0;
  std::int64_t second_ = 0;  // the next slice to fill
  std::uint32_t slice_ = 0;
  std::int64_t slice_second_ = 0;  // the slice in `keys_`
  std::int64_t slice_start_ = 0;
  bool is_gap_ = false;
};

auto synthetic_source::create(scenario of) -> result<std::unique_ptr<synthetic_source>> {
  auto play = std::make_unique<state>(std::move(of));
  if (play->peak > most_per_second)
    return fail(errc::limit_reached, fmt::format("the actors of scenario {} send up to {:.0f} "
                                                 "packets per second together; expected at most "
                                                 "{:.0f}; lower their rates",
                                                 play->scene.name, play->peak, most_per_second));
  return std::unique_ptr<synthetic_source>{new synthetic_source{std::move(play)}};
}

synthetic_source::synthetic_source(std::unique_ptr<state> play) : state_{std::move(play)} {}
synthetic_source::~synthetic_source() = default;

auto synthetic_source::next(net::frame_block& out) -> status {
  out.clear();
  state_->actors.clear();
  state_->play(out);
  return {};
}

auto synthetic_source::position() const -> progress {
  return state_->position();
}
auto synthetic_source::actors_of_block() const noexcept -> std::span<std::uint16_t const> {
  return state_->actors;
}
auto synthetic_source::played() const noexcept -> scenario const& {
  return state_->scene;
}
auto synthetic_source::expected_packets() const noexcept -> double {
  return state_->expected_packets;
}
void synthetic_source::set_observer(plan_observer* observer) noexcept {
  state_->observer = observer;
}

}  // namespace kizashi::capture::synth
