#include "kizashi/engine/ntd/blocks.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <utility>

#include "kizashi/engine/internal/otsu.hpp"

namespace kizashi::engine::ntd {

namespace {

/// The rows of a factor above the border of a column.
auto members_of(tucker const& of, way which, std::size_t column, double border)
    -> std::vector<std::uint32_t> {
  auto const& factor = of.factors[which];
  std::vector<float> values;
  for (std::size_t i = column; i < factor.size(); i += of.rank) values.push_back(factor[i]);
  float largest = 0;
  for (auto const value : values) largest = std::max(largest, value);
  if (!(largest > 0)) return {};
  auto const share = border > 0 ? border : kizashi::engine::internal::otsu_border(values);
  std::vector<std::uint32_t> answer;
  for (std::uint32_t i = 0; i < values.size(); ++i)
    if (values[i] > 0 && static_cast<double>(values[i]) >= share * static_cast<double>(largest))
      answer.push_back(i);
  return answer;
}

/// Columns of the other two ways that the core joins with a source column.
struct joined_columns {
  double weight = 0;
  std::set<std::size_t> minutes, ports;
};
auto joined(tucker const& of, std::size_t column, double least) -> joined_columns {
  joined_columns answer;
  auto const at = [&](std::size_t a, std::size_t c) {
    return static_cast<double>(of.core[(a * of.rank + column) * of.rank + c]);
  };
  for (std::size_t a = 0; a < of.rank; ++a)
    for (std::size_t c = 0; c < of.rank; ++c) answer.weight = std::max(answer.weight, at(a, c));
  for (std::size_t a = 0; a < of.rank; ++a) {
    for (std::size_t c = 0; c < of.rank; ++c) {
      if (!(at(a, c) > 0) || at(a, c) < least * answer.weight) continue;
      answer.minutes.insert(a);
      answer.ports.insert(c);
    }
  }
  return answer;
}

/// The members of each column of one way, found when they are first asked for.
class column_members {
public:
  column_members(tucker const& of, way which, double border)
      : of_{of}, which_{which}, border_{border}, known_(of.rank) {}

  [[nodiscard]] auto of_all(std::set<std::size_t> const& columns) -> std::vector<std::uint32_t> {
    std::vector<std::uint32_t> all;
    for (auto const column : columns) {
      auto& members = known_[column];
      if (!members) members = members_of(of_, which_, column, border_);
      std::vector<std::uint32_t> both;
      std::ranges::set_union(all, *members, std::back_inserter(both));
      all = std::move(both);
    }
    return all;
  }

private:
  tucker const& of_;
  way which_;
  double border_;
  std::vector<std::optional<std::vector<std::uint32_t>>> known_;
};

}  // namespace

auto find_blocks(tucker const& of, block_rule const& rule) -> std::vector<block> {
  std::vector<block> answer;
  std::set<std::size_t> all_ports;
  column_members at_ports{of, ports, rule.border};
  column_members at_minutes{of, minutes, rule.border};
  for (std::size_t column = 0; column < of.rank; ++column) {
    auto const columns = joined(of, column, rule.least_weight);
    if (!(columns.weight > 0)) continue;
    block found;
    found.column = static_cast<std::uint32_t>(column);
    found.weight = columns.weight;
    found.sources = members_of(of, sources, column, rule.border);
    if (found.sources.size() < 2) continue;
    found.ports = at_ports.of_all(columns.ports);
    found.minutes = at_minutes.of_all(columns.minutes);
    all_ports.insert(columns.ports.begin(), columns.ports.end());
    if (!found.ports.empty()) answer.push_back(std::move(found));
  }
  if (rule.ports == port_rule::pooled) {
    auto const pooled = at_ports.of_all(all_ports);
    for (auto& each : answer) each.ports = pooled;
  }
  return answer;
}

}  // namespace kizashi::engine::ntd
