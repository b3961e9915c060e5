#include "kizashi/engine/finding.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include <fmt/format.h>

#include "kizashi/base/random.hpp"
#include "kizashi/net/address_state.hpp"

namespace kizashi::engine {
namespace {

void add_to_id(std::uint64_t& id, std::uint64_t value) noexcept {
  id = mix64(id ^ value);
}
void add_to_id(std::uint64_t& id, std::string_view text) noexcept {
  add_to_id(id, text.size());
  for (auto const letter : text) add_to_id(id, static_cast<unsigned char>(letter));
}

/// Room for a vector of a state: no more at first than bytes that are there can fill.
template <class T, class Read>
void read_all(state_reader& in, std::vector<T>& to, Read&& read) {
  auto const many = in.count(1);
  for (std::size_t i = 0; i < many && in.is_good(); ++i) to.push_back(read());
}

}  // namespace

auto name_of(finding_level each) noexcept -> std::string_view {
  switch (each) {
    case finding_level::note:
      return "note";
    case finding_level::low:
      return "low";
    case finding_level::medium:
      return "medium";
    case finding_level::high:
      return "high";
    case finding_level::critical:
      return "critical";
  }
  return "";
}

auto finding::id() const -> std::uint64_t {
  std::uint64_t id = 0;
  add_to_id(id, engine);
  add_to_id(id, engine_version);
  add_to_id(id, sensor);
  add_to_id(id, kind);
  for (auto const& each : services) add_to_id(id, std::uint64_t{each.protocol} << 16 | each.port);
  add_to_id(id, static_cast<std::uint64_t>(first.nanoseconds()));
  return id;
}

auto id_text(std::uint64_t id) -> std::string {
  return fmt::format("{:016x}", id);
}

auto check(finding const& each) -> status {
  auto const wrong = [&](std::string_view what) -> status {
    return fail(errc::out_of_range, fmt::format("finding of {}: {}", each.engine, what));
  };
  if (!std::isfinite(each.score)) return wrong("its score is not a number");
  if (!std::isfinite(each.threshold)) return wrong("its threshold is not a number");
  if (!(each.confidence >= 0 && each.confidence <= 1))
    return wrong("its confidence is not within 0 .. 1");
  for (auto const& value : each.values)
    if (auto const* number = std::get_if<double>(&value.value);
        number != nullptr && !std::isfinite(*number))
      return wrong(fmt::format("evidence \"{}\" is not a number", value.name));
  for (auto const& series : each.series) {
    if (series.values.size() > finding::most_values)
      return wrong(fmt::format("series \"{}\" is too long", series.name));
    if (!std::ranges::all_of(series.values, [](double v) { return std::isfinite(v); }))
      return wrong(fmt::format("series \"{}\" has what is not a number", series.name));
  }
  if (each.sources.size() > finding::most_sources) return wrong("it lists too many sources");
  if (each.sources.size() > each.source_count)
    return wrong("it counts fewer sources than it lists");
  if (!std::ranges::is_sorted(each.sources)) return wrong("its sources do not ascend");
  if (!std::ranges::is_sorted(each.services)) return wrong("its services do not ascend");
  return {};
}

auto confidence_of(double score, double threshold) noexcept -> double {
  auto const above = (score - threshold) / std::max(std::abs(threshold), 0.5);
  return std::clamp(1 - 0.5 * std::exp(-1.61 * above), 0.5, 0.99);
}

void write_finding(state_writer& out, finding const& each) {
  out.text(each.engine);
  out(each.engine_version);
  out.text(each.sensor);
  out.text(each.kind);
  out(each.first, each.last);
  out.number(each.services.size());
  for (auto const& one : each.services) out(one.protocol, one.port);
  out(each.source_count);
  out.number(each.sources.size());
  for (auto const& one : each.sources) out(one);
  out(each.score, each.threshold, each.confidence, static_cast<std::uint8_t>(each.level));
  out.number(each.values.size());
  for (auto const& one : each.values) {
    out.text(one.name);
    auto const* number = std::get_if<double>(&one.value);
    out(number != nullptr);
    if (number != nullptr)
      out(*number);
    else
      out.text(std::get<std::string>(one.value));
  }
  out.number(each.series.size());
  for (auto const& one : each.series) {
    out.text(one.name);
    out(one.start, one.step);
    out.number(one.values.size());
    for (auto const value : one.values) out(value);
  }
  for (auto const* names : {&each.engines, &each.sensors}) {
    out.number(names->size());
    for (auto const& name : *names) out.text(name);
  }
  out.text(each.reason);
}

auto read_finding(state_reader& in) -> finding {
  finding out;
  out.engine = in.text();
  in(out.engine_version);
  out.sensor = in.text();
  out.kind = in.text();
  in(out.first, out.last);
  read_all(in, out.services, [&] {
    service one;
    in(one.protocol, one.port);
    return one;
  });
  in(out.source_count);
  read_all(in, out.sources, [&] {
    net::address one;
    in(one);
    return one;
  });
  in(out.score, out.threshold, out.confidence);
  out.level =
      static_cast<finding_level>(in.at_most(static_cast<std::uint64_t>(finding_level::critical)));
  read_all(in, out.values, [&] {
    evidence one{std::string{in.text()}, 0.0};
    bool is_number = false;
    in(is_number);
    double number = 0;
    if (is_number) {
      in(number);
      one.value = number;
    } else {
      one.value = std::string{in.text()};
    }
    return one;
  });
  read_all(in, out.series, [&] {
    evidence_series one;
    one.name = in.text();
    in(one.start, one.step);
    read_all(in, one.values, [&] {
      double value = 0;
      in(value);
      return value;
    });
    return one;
  });
  for (auto* names : {&out.engines, &out.sensors})
    read_all(in, *names, [&] { return std::string{in.text()}; });
  out.reason = in.text();
  if (in.is_good())
    if (auto const good = check(out); !good)
      in.refuse_with(errc::parse_error, good.error().message);
  return out;
}

}  // namespace kizashi::engine
