#include "kizashi/paper/findings.hpp"

#include <algorithm>
#include <set>

#include "kizashi/answer/finding.hpp"
#include "kizashi/store/stored_findings.hpp"

namespace kizashi::paper {
namespace {

using engine::finding;

constexpr std::size_t most_looked_at = 500;
constexpr std::size_t most_told_findings = 10;
constexpr auto most_between = std::chrono::hours{24};

auto is_about_the_same(finding const& one, finding const& other) -> bool {
  if (one.sensor != other.sensor || one.sensors != other.sensors) return false;
  if (one.services != other.services) return false;
  return !one.services.empty() || (one.engine == other.engine && one.kind == other.kind);
}

auto is_near(told_findings const& one, finding const& other) -> bool {
  return other.first <= one.last + most_between && one.first <= other.last + most_between;
}

void join(finding const& each, told_findings& to, std::set<std::string>& engines) {
  to.first = to.count == 0 ? each.first : std::min(to.first, each.first);
  to.last = to.count == 0 ? each.last : std::max(to.last, each.last);
  to.source_count = std::max(to.source_count, each.source_count);
  if (each.engines.empty()) engines.insert(each.engine);
  engines.insert(each.engines.begin(), each.engines.end());
  ++to.count;
}

/// What the question may see. False: nothing.
auto narrow(answer::asked const& question, store::finding_request& to) -> bool {
  to.scope.sources = question.filter.sources;
  for (auto const number : question.filter.sensors) {
    auto const name = question.sensor_names.find(number);
    if (name != question.sensor_names.end()) to.scope.sensors.push_back(name->second);
  }
  return question.filter.sensors.empty() || !to.scope.sensors.empty();
}

auto told_json(told_findings const& of) -> json {
  json out{{"finding", answer::finding_row_json(of.strongest)}};
  out["first"] = answer::time_json(of.first);
  out["last"] = answer::time_json(of.last);
  out["source_count"] = of.source_count;
  out["engines"] = of.engines;
  out["count"] = of.count;
  return out;
}

}  // namespace

auto told_once(std::vector<finding> const& strongest_first) -> std::vector<told_findings> {
  std::vector<told_findings> out;
  std::vector<bool> is_told(strongest_first.size());
  for (std::size_t head = 0; head < strongest_first.size(); ++head) {
    if (is_told[head]) continue;
    auto const& strongest = strongest_first[head];
    told_findings of;
    of.strongest = strongest;
    std::set<std::string> engines;
    join(strongest, of, engines);
    // What joins makes it longer, and more may be near then.
    for (bool has_grown = true; has_grown;) {
      has_grown = false;
      for (auto each = head + 1; each < strongest_first.size(); ++each) {
        auto const& other = strongest_first[each];
        if (is_told[each] || !is_about_the_same(strongest, other) || !is_near(of, other)) continue;
        join(other, of, engines);
        is_told[each] = has_grown = true;
      }
    }
    of.engines.assign(engines.begin(), engines.end());
    out.push_back(std::move(of));
  }
  return out;
}

auto findings_json(store::engine& in, answer::asked const& question) -> result<json> {
  store::finding_request asked{.from = question.filter.from, .to = question.filter.to};
  asked.rows = most_looked_at;
  asked.is_strongest_first = true;
  asked.ask = question.options.ask;
  store::finding_tally tally;
  std::vector<finding> found;
  if (narrow(question, asked)) {
    KIZASHI_TRY(tally, store::tally_findings(in, asked));
    KIZASHI_TRY(auto const listed, store::list_findings(in, asked));
    for (auto const& each : listed.rows) found.push_back(each.found);
  }
  json levels;
  std::uint64_t count = 0;
  for (std::size_t i = tally.by_level.size(); i-- > 0;) {
    levels[std::string{engine::name_of(static_cast<engine::finding_level>(i))}] = tally.by_level[i];
    count += tally.by_level[i];
  }
  json out{{"levels", std::move(levels)}, {"count", count}, {"shortages", tally.shortages}};
  out["engines"] = tally.engines;
  out["rows"] = json::array();
  for (auto const& each : told_once(found))
    if (out["rows"].size() < most_told_findings) out["rows"].push_back(told_json(each));
  return out;
}

}  // namespace kizashi::paper
