#include "kizashi/engine/evaluation/planted_month.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <tuple>

#include "kizashi/net/packet_batch.hpp"

namespace kizashi::engine {
namespace {

/// Dark-TRACER's ground truth of October 2018, and the ports that it leaves out because they are
/// always busy (see docs/engines/evaluation.md).
constexpr std::array<std::uint16_t, 35> outbreak_ports{
    21,   25,   82,   83,   84,   85,   88,   110,   443,   444,   1701, 2004,
    2480, 5358, 5379, 5431, 5900, 5984, 6379, 7379,  7547,  8000,  8001, 8010,
    8081, 8088, 8181, 8291, 8443, 8888, 9000, 23023, 37215, 49152, 65000};
constexpr std::array<std::uint16_t, 11> busy_ports{22,   23,   80,   81,   445,  1433,
                                                   2323, 3389, 5555, 8080, 52869};
/// 2018-10-01T00:00:00Z.
constexpr timestamp month_start{1'538'352'000'000'000'000};
constexpr std::size_t units_a_day = 144;

struct background_port {
  service at;
  double mean = 0;    // sources in an interval
  double size = 1;    // of the negative binomial distribution
  double rhythm = 0;  // share by which the day moves the mean
};

/// Somebody asked.
struct asked {
  std::uint32_t source;
  service at;
  std::uint16_t scanner;
  std::uint32_t beat;  // acts in the parts of the interval that this number says; 0: at any time
};

class month_chance {
public:
  explicit month_chance(std::uint64_t seed) : from_{seed} {}
  [[nodiscard]] auto unit() -> double { return from_.unit(); }
  [[nodiscard]] auto below(std::uint32_t bound) -> std::uint32_t { return from_.below(bound); }
  [[nodiscard]] auto normal() -> double {
    auto const radius = std::sqrt(-2 * std::log(1 - from_.unit()));
    return radius * std::cos(2 * std::numbers::pi * from_.unit());
  }
  /// D. E. Knuth's method; above 30 the normal distribution does.
  [[nodiscard]] auto poisson(double mean) -> std::uint32_t {
    if (mean > 30)
      return static_cast<std::uint32_t>(std::max(0.0, mean + std::sqrt(mean) * normal() + 0.5));
    std::uint32_t count = 0;
    auto const least = std::exp(-mean);
    for (auto product = from_.unit(); product > least; product *= from_.unit()) ++count;
    return count;
  }
  /// G. Marsaglia, W. W. Tsang, ACM TOMS 26, 2000.
  [[nodiscard]] auto gamma(double shape) -> double {
    if (shape < 1) return gamma(shape + 1) * std::pow(1 - unit(), 1 / shape);
    auto const d = shape - 1.0 / 3;
    auto const c = 1 / std::sqrt(9 * d);
    for (;;) {
      auto const x = normal();
      auto const v = std::pow(1 + c * x, 3);
      if (v > 0 && std::log(1 - unit()) < 0.5 * x * x + d - d * v + d * std::log(v)) return d * v;
    }
  }
  /// An address of somebody on the internet; which one does not matter.
  [[nodiscard]] auto address() -> std::uint32_t { return 0x01000000 + from_.below(0xDE000000); }

private:
  random_source from_;
};

/// A window of the length, the `part`-th of the ten minutes that begin at `start`.
[[nodiscard]] auto month_window(std::vector<asked> const& all, timestamp start, duration length,
                                std::uint32_t part, std::uint32_t parts) -> activity_window {
  activity_window out;
  out.sensor = "telescope";
  out.start = start + part * length;
  out.length = length;
  for (auto const& each : all) {  // ascending (source, service)
    if (parts > 1) {
      auto const what = std::uint64_t{each.source} << 24 ^ std::uint64_t{each.at.port} << 3 ^
                        static_cast<std::uint64_t>(start.nanoseconds());
      auto const moment = each.beat != 0
                              ? mix64(each.beat ^ static_cast<std::uint64_t>(start.nanoseconds()))
                              : mix64(what);
      if (moment % parts != part) continue;
    }
    if (out.sources.empty() || out.sources.back().address != net::address{net::ipv4{each.source}})
      out.sources.push_back({net::ipv4{each.source}, each.scanner});
    auto const source = static_cast<std::uint32_t>(out.sources.size() - 1);
    if (!out.rows.empty() && out.rows.back().source == source && out.rows.back().at() == each.at)
      continue;
    // Destinations are drawn anew for each source: none is asked for by all.
    out.rows.push_back({source, 1, 1 + (each.source & 0x3FFFF), each.at.port, each.at.protocol});
    ++out.packets;
  }
  return out;
}

}  // namespace

struct planted_month::world {
  explicit world(month_settings const& with);
  [[nodiscard]] auto interval(std::size_t number) -> std::vector<asked>;
  void add_background(std::size_t number, std::vector<asked>& out);
  void add_scanners(std::vector<asked>& out);
  void add_outbreaks(timestamp at, std::vector<asked>& out);

  month_settings with;
  month_chance chance;
  std::vector<background_port> ports;
  std::vector<std::uint32_t> scanners;
  std::vector<planted_outbreak> outbreaks;
};

planted_month::world::world(month_settings const& settings)
    : with{settings}, chance{settings.seed} {
  for (std::size_t i = 0; i < busy_ports.size(); ++i)
    ports.push_back({{net::protocol::tcp, busy_ports[i]},
                     with.loudness * 300 / static_cast<double>(i + 1),
                     8 + 3.0 * chance.unit(),
                     0.3});
  for (std::uint32_t i = 0; i < with.quiet_ports; ++i) {
    auto const protocol = chance.below(4) == 0 ? net::protocol::udp : net::protocol::tcp;
    service const at{protocol, static_cast<std::uint16_t>(1 + chance.below(10'000))};
    auto const mean = with.loudness * 12 * std::pow(static_cast<double>(i + 1), -0.8);
    ports.push_back({at, mean, 0.8 + 4 * chance.unit(), 0.4 * chance.unit()});
  }
  for (int i = 0; i < 300; ++i) scanners.push_back(chance.address());
  for (std::uint32_t i = 0; i < std::min<std::uint32_t>(with.outbreaks, outbreak_ports.size());
       ++i) {
    planted_outbreak one;
    one.at = {net::protocol::tcp, outbreak_ports[i]};
    // Nobody's port, or one that is asked for all the time.
    one.background = with.loudness * 0.02 * std::exp(6 * chance.unit());  // 0.02 .. 8
    std::erase_if(ports, [&](background_port const& port) { return port.at == one.at; });
    ports.push_back({one.at, one.background, 0.8 + 4 * chance.unit(), 0.3});
    one.doubling = 1 + 5 * chance.unit();
    one.sources = 40 * std::exp(3 * chance.unit());  // 40 .. 800
    auto const first = 3.0;
    auto const room = static_cast<double>(with.days) - first - 2.5;
    auto const day = first + room * (i + chance.unit()) / with.outbreaks;
    one.start = month_start +
                std::chrono::duration_cast<duration>(std::chrono::duration<double>{day * 86'400});
    one.end = one.start + std::chrono::hours{48 + chance.below(72)};
    // From one source to five, or to four times the background more: log2 of it doublings.
    auto const visible = std::max(5.0, 4 * one.background);
    auto const hours = one.doubling * std::log2(visible * (one.sources - 1) /
                                                std::max(one.sources - visible, 1.0));
    one.seen = one.start + std::chrono::duration_cast<duration>(
                               std::chrono::duration<double>{std::max(hours, 0.0) * 3600});
    outbreaks.push_back(one);
  }
}

void planted_month::world::add_background(std::size_t number, std::vector<asked>& out) {
  auto const hour = static_cast<double>(number % units_a_day) / 6;
  auto const day = std::cos((hour - 13) / 24 * 2 * std::numbers::pi);
  for (auto const& port : ports) {
    // Now and then a burst, without which nothing is real.
    auto const burst = chance.unit() < 0.001 ? 1 + 2 * chance.unit() : 1.0;
    auto const mean = port.mean * (1 + port.rhythm * day) * burst;
    for (auto many = chance.poisson(mean / port.size * chance.gamma(port.size)); many > 0; --many)
      out.push_back({chance.address(), port.at, 0, 0});
  }
  for (auto many = chance.poisson(40 * with.loudness); many > 0; --many)
    out.push_back({chance.address(),
                   {net::protocol::tcp, static_cast<std::uint16_t>(1 + chance.below(65'535))},
                   0,
                   0});
  // A network of one owner that sweeps a port: many sources, one actor.
  if (chance.unit() < 0.01) {
    auto const network = chance.address() & 0xFFFFFF00;
    service const at{net::protocol::tcp, static_cast<std::uint16_t>(1 + chance.below(65'535))};
    for (std::uint32_t i = 1; i < 200; ++i) out.push_back({network + i, at, 0, 0});
  }
}

void planted_month::world::add_scanners(std::vector<asked>& out) {
  for (int i = 0; i < 40; ++i) {
    auto const source = scanners[chance.below(static_cast<std::uint32_t>(scanners.size()))];
    auto const first = chance.below(60'000);
    for (auto port = first; port < first + 1 + chance.below(20); ++port)
      out.push_back({source, {net::protocol::tcp, static_cast<std::uint16_t>(port + 1)}, 1, 0});
  }
}

void planted_month::world::add_outbreaks(timestamp at, std::vector<asked>& out) {
  for (std::size_t i = 0; i < outbreaks.size(); ++i) {
    auto const& each = outbreaks[i];
    if (at < each.start || at >= each.end) continue;
    auto const hours = static_cast<double>((at - each.start).count()) / 3.6e12;
    auto const level = each.sources / (1 + (each.sources - 1) * std::exp2(-hours / each.doubling));
    // Three times as many are infected as act in an interval; every third outbreak acts in step.
    auto const infected = static_cast<std::uint32_t>(3 * level) + 1;
    for (auto many = chance.poisson(level); many > 0; --many) {
      auto const bot = mix64(with.seed << 32 ^ i << 24 ^ chance.below(infected));
      out.push_back({0x01000000 + static_cast<std::uint32_t>(bot % 0xDE000000), each.at, 0,
                     i % 3 == 0 ? static_cast<std::uint32_t>(i + 1) : 0});
    }
  }
}

auto planted_month::world::interval(std::size_t number) -> std::vector<asked> {
  std::vector<asked> out;
  add_background(number, out);
  add_scanners(out);
  add_outbreaks(month_start + static_cast<std::int64_t>(number) * unit, out);
  std::ranges::stable_sort(out, [](asked const& a, asked const& b) {
    return std::tie(a.source, a.at) < std::tie(b.source, b.at);
  });
  return out;
}

planted_month::planted_month(month_settings const& with) : world_{std::make_unique<world>(with)} {}
planted_month::~planted_month() = default;

auto planted_month::outbreaks() const noexcept -> std::vector<planted_outbreak> const& {
  return world_->outbreaks;
}

auto planted_month::play(std::vector<duration> const& lengths,
                         std::function<status(activity_window const&)> const& to,
                         std::function<bool(std::uint32_t)> const& progress) -> status {
  auto const units = std::size_t{world_->with.days} * units_a_day;
  for (std::size_t i = 0; i < units; ++i) {
    auto const all = world_->interval(i);
    auto const start = month_start + static_cast<std::int64_t>(i) * unit;
    for (auto const length : lengths) {
      if (length <= duration{0} || unit % length != duration{0}) continue;
      auto const parts = static_cast<std::uint32_t>(unit / length);
      for (std::uint32_t part = 0; part < parts; ++part)
        KIZASHI_TRY(to(month_window(all, start, length, part, parts)));
    }
    if ((i + 1) % units_a_day == 0 && !progress(static_cast<std::uint32_t>((i + 1) / units_a_day)))
      return fail(errc::interrupted, "stopped before the month was over");
  }
  return {};
}

}  // namespace kizashi::engine
