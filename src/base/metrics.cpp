#include "kizashi/base/metrics.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "kizashi/base/error.hpp"

namespace kizashi {
namespace {

auto escaped(std::string_view text, bool is_label) -> std::string {
  std::string out;
  for (auto const letter : text) {
    if (letter == '\\')
      out += "\\\\";
    else if (letter == '\n')
      out += "\\n";
    else if (letter == '"' && is_label)
      out += "\\\"";
    else
      out += letter;
  }
  return out;
}

auto is_name(std::string_view text) -> bool {
  return !text.empty() && std::ranges::all_of(text, [](char each) {
    return (each >= 'a' && each <= 'z') || (each >= '0' && each <= '9') || each == '_';
  });
}

/// `{a="b",c="d"}` without the last brace; "{" when there are none.
auto label_text(metrics::labels const& all) -> std::string {
  std::string out;
  for (auto const& [name, value] : all)
    out += fmt::format("{}{}=\"{}\"", out.empty() ? "" : ",", name, escaped(value, true));
  return out;
}

auto line(std::string_view name, std::string const& with, std::string const& value) -> std::string {
  return with.empty() ? fmt::format("{} {}\n", name, value)
                      : fmt::format("{}{{{}}} {}\n", name, with, value);
}

auto number_text(double value) -> std::string {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  return fmt::format("{}", value);
}

}  // namespace

struct metrics::series {
  labels with;
  metric_counter counter;
  metric_gauge gauge;
  std::unique_ptr<metric_histogram> histogram;
  std::function<double()> asked;
};

struct metrics::family {
  std::string name, help, type;
  std::deque<series> all;  // stay where they are
};

metric_histogram::metric_histogram(std::span<double const> bounds)
    : bounds_{bounds.begin(), bounds.end()},
      counts_{std::make_unique<std::atomic<std::uint64_t>[]>(bounds.size() + 1)} {}

void metric_histogram::see(double value) noexcept {
  auto const at = std::ranges::lower_bound(bounds_, value) - bounds_.begin();
  counts_[static_cast<std::size_t>(at)].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(value, std::memory_order_relaxed);
}

auto metrics::series_of(std::string_view name, std::string_view help, std::string_view type,
                        labels const& with) -> series& {
  KIZASHI_ASSERT(is_name(name));
  auto at = std::ranges::find(families_, name, [](auto const& each) { return each->name; });
  if (at == families_.end())
    at = families_.insert(families_.end(),
                          std::make_shared<family>(
                              family{std::string{name}, std::string{help}, std::string{type}, {}}));
  KIZASHI_ASSERT((*at)->type == type);
  auto const is_same = [&](series const& each) {
    return label_text(each.with) == label_text(with);
  };
  auto& all = (*at)->all;
  if (auto const found = std::ranges::find_if(all, is_same); found != all.end()) return *found;
  auto& made = all.emplace_back();
  made.with = with;
  return made;
}

auto metrics::counter(std::string_view name, std::string_view help, labels with)
    -> metric_counter& {
  std::scoped_lock const only{lock_};
  return series_of(name, help, "counter", with).counter;
}

auto metrics::gauge(std::string_view name, std::string_view help, labels with) -> metric_gauge& {
  std::scoped_lock const only{lock_};
  return series_of(name, help, "gauge", with).gauge;
}

auto metrics::histogram(std::string_view name, std::string_view help,
                        std::span<double const> bounds, labels with) -> metric_histogram& {
  std::scoped_lock const only{lock_};
  auto& of = series_of(name, help, "histogram", with);
  if (!of.histogram) of.histogram = std::make_unique<metric_histogram>(bounds);
  return *of.histogram;
}

void metrics::ask(std::string_view name, std::string_view help, std::function<double()> value,
                  labels with) {
  std::scoped_lock const only{lock_};
  series_of(name, help, name.ends_with("_total") ? "counter" : "gauge", with).asked =
      std::move(value);
}

auto metrics::write() const -> std::string {
  std::scoped_lock const only{lock_};
  auto sorted = families_;
  std::ranges::sort(sorted, {}, [](auto const& each) { return each->name; });
  std::string out;
  for (auto const& each : sorted) {
    auto const& name = each->name;
    out += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, escaped(each->help, false), name,
                       each->type);
    for (auto const& of : each->all) {
      auto const with = label_text(of.with);
      if (!of.histogram) {
        auto const value = of.asked                  ? number_text(of.asked())
                           : each->type == "counter" ? fmt::format("{}", of.counter.value())
                                                     : number_text(of.gauge.value());
        out += line(name, with, value);
        continue;
      }
      std::uint64_t sum = 0;
      auto const& bounds = of.histogram->bounds_;
      for (std::size_t i = 0; i <= bounds.size(); ++i) {
        sum += of.histogram->counts_[i].load(std::memory_order_relaxed);
        auto const bound = i == bounds.size() ? "+Inf" : number_text(bounds[i]);
        out += line(name + "_bucket",
                    fmt::format("{}{}le=\"{}\"", with, with.empty() ? "" : ",", bound),
                    fmt::format("{}", sum));
      }
      out += line(name + "_sum", with, number_text(of.histogram->sum_.load()));
      out += line(name + "_count", with, fmt::format("{}", sum));
    }
  }
  return out;
}

}  // namespace kizashi
