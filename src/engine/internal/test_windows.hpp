// Windows for tests, made of numbers.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "kizashi/base/random.hpp"
#include "kizashi/engine/engine.hpp"
#include "kizashi/engine/registry.hpp"

namespace kizashi::engine::test {

/// 2026-01-05T00:00:00Z, a Monday.
inline constexpr timestamp monday{1'767'571'200'000'000'000};

/// A window in which `sources` sources send `packets` packets to tcp/23 together. Addresses are
/// those of different /24, beginning at `first_network`.
[[nodiscard]] inline auto window_of(std::uint64_t packets, std::uint32_t sources, timestamp start,
                                    duration length) -> activity_window {
  activity_window out;
  out.sensor = "north";
  out.start = start;
  out.length = length;
  out.packets = packets;
  for (std::uint32_t i = 0; i < sources; ++i) {
    out.sources.push_back({net::ipv4{0x01000000 + i * 256}, 0});
    auto const share = packets / sources + (i < packets % sources ? 1 : 0);
    out.rows.push_back({i, static_cast<std::uint32_t>(share), i + 1, 23, 6});
  }
  return out;
}

/// Sources at services, put together into a window.
class window_maker {
public:
  explicit window_maker(timestamp start, duration length, std::string sensor = "north") {
    out_.sensor = std::move(sensor);
    out_.start = start;
    out_.length = length;
  }
  /// One source more, with one packet each to `services`. Addresses must ascend.
  void add(std::uint32_t address, std::vector<service> const& services, std::uint16_t scanner = 0) {
    auto const index = static_cast<std::uint32_t>(out_.sources.size());
    out_.sources.push_back({net::ipv4{address}, scanner});
    for (auto const& at : services) {
      out_.rows.push_back({index, 1, index + 1, at.port, at.protocol});
      ++out_.packets;
    }
  }
  [[nodiscard]] auto done() -> activity_window { return std::move(out_); }

private:
  activity_window out_;
};

[[nodiscard]] inline auto gaussian(random_source& from) -> double {
  auto const radius = std::sqrt(-2 * std::log(1 - from.unit()));
  return radius * std::cos(6.283185307179586 * from.unit());
}

/// D. E. Knuth's method; for large means in pieces.
[[nodiscard]] inline auto poisson(random_source& from, double mean) -> std::uint32_t {
  std::uint32_t count = 0;
  for (; mean > 30; mean -= 30) count += poisson(from, 30);
  auto const least = std::exp(-mean);
  for (auto product = from.unit(); product > least; product *= from.unit()) ++count;
  return count;
}

/// G. Marsaglia, W. W. Tsang 2000; scale 1.
[[nodiscard]] inline auto gamma(random_source& from, double shape) -> double {
  if (shape < 1) return gamma(from, shape + 1) * std::pow(1 - from.unit(), 1 / shape);
  auto const d = shape - 1.0 / 3;
  auto const c = 1 / std::sqrt(9 * d);
  for (;;) {
    auto const x = gaussian(from);
    auto const v = std::pow(1 + c * x, 3);
    if (v > 0 && std::log(1 - from.unit()) < 0.5 * x * x + d - d * v + d * std::log(v))
      return d * v;
  }
}

/// Mean m and size k: variance m + m^2 / k.
[[nodiscard]] inline auto negative_binomial(random_source& from, double mean, double size)
    -> std::uint32_t {
  return poisson(from, mean / size * gamma(from, size));
}

/// The engine `name` with options "NAME.OPTION=VALUE"; a test must not give wrong ones.
[[nodiscard]] inline auto made(std::string_view name,
                               std::vector<std::pair<std::string, std::string>> const& options = {})
    -> std::unique_ptr<engine> {
  auto const about = find_engine(name);
  KIZASHI_ASSERT(about.has_value());
  option_set set{(*about)->options};
  for (auto const& [key, value] : options) KIZASHI_ASSERT(set.set(key, value).has_value());
  auto out = (*about)->make(set);
  KIZASHI_ASSERT(out.has_value());
  return std::move(*out);
}

[[nodiscard]] inline auto saved(engine const& each) -> std::vector<std::uint8_t> {
  std::vector<std::uint8_t> bytes;
  state_writer out{[&](std::string_view more) -> status {
                     bytes.insert(bytes.end(), more.begin(), more.end());
                     return {};
                   },
                   1};
  out.begin("engine");
  each.save(out);
  out.end();
  KIZASHI_ASSERT(out.finish().has_value());
  return bytes;
}

[[nodiscard]] inline auto restored(engine& into, std::vector<std::uint8_t> const& bytes) -> status {
  KIZASHI_TRY(auto in, state_reader::open(bytes, "test", 1));
  in.begin("engine");
  into.restore(in);
  in.end();
  return in.finish();
}

}  // namespace kizashi::engine::test
