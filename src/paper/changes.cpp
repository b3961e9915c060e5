#include "kizashi/paper/changes.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kizashi/answer/names.hpp"
#include "kizashi/base/text.hpp"
#include "kizashi/engine/finding.hpp"

namespace kizashi::paper {
namespace {

using kind = fact::value_kind;

constexpr double least_change = 0.05;
constexpr double least_share = 0.01;
constexpr double least_rise = 0.5;
/// Of a country's packets.
constexpr double least_country_rise = 1;
constexpr double least_peak = 2;
constexpr std::size_t least_days = 5;
/// So many are named of each kind of change.
constexpr std::size_t most_named = 2;

auto whole(std::uint64_t number) -> std::string {
  return with_thousands(number);
}
auto packets_of(json const& row) -> fact::value {
  return {"packets", {}, row["packets"].get<double>(), kind::count};
}
auto sources_of(json const& row) -> fact::value {
  return {"sources", {}, row["sources"].get<double>(), kind::sources};
}
auto share_value(json const& row) -> fact::value {
  return {"share", percent(row["share"].get<double>())};
}
/// Packets over those of the period before, less 1; nothing when it had none or is not known.
auto change_in(json const& row) -> std::optional<double> {
  return row["change"].is_null() ? std::nullopt : std::optional{row["change"].get<double>()};
}
auto times_value(json const& row) -> fact::value {
  return {"times", times(change_in(row).value_or(0) + 1)};
}

auto minute_of(json const& time) -> std::string {
  auto text = time.get<std::string>().substr(0, 16);
  std::ranges::replace(text, 'T', ' ');
  return text;
}

/// How much of the period there is.
void say_span(json const& in, std::vector<fact>& out) {
  auto const& observed = in["observed"];
  if (!in["is_over"].get<bool>()) {
    out.push_back({"open", {{"last", minute_of(observed["last_minute"])}}});
    return;
  }
  auto const days = observed["days"].get<std::uint64_t>(),
             all = in["period"]["days"].get<std::uint64_t>();
  if (days < all) out.push_back({"gap", {{"missing", whole(all - days)}, {"all", whole(all)}}});
}

void say_total(json const& in, std::vector<fact>& out) {
  auto const& totals = in["totals"];
  fact said{"first", {packets_of(totals), sources_of(totals)}};
  if (!in["before"].is_null()) {
    auto const before = in["before"]["packets"].get<double>();
    auto const change = totals["packets"].get<double>() / before - 1;
    said.is = std::abs(change) < least_change ? "same" : change > 0 ? "rise" : "fall";
    said.values.push_back({"change", percent(std::abs(change))});
    said.values.push_back({"before", {}, before, kind::count});
  }
  out.push_back(std::move(said));
  if (totals["packets_per_address"].is_null()) return;
  fact each{"address", {{"count", {}, totals["packets_per_address"].get<double>(), kind::count}}};
  auto const& history = in["history"];
  if (!history.empty() && !history[0]["packets_per_address"].is_null()) {
    each.is = "address.change";
    each.values.push_back(
        {"before", {}, history[0]["packets_per_address"].get<double>(), kind::count});
  }
  out.push_back(std::move(each));
}

using row_list = std::vector<json const*>;

/// Rows that are spoken of: with a name, and not small.
auto spoken(json const& rows, char const* name) -> row_list {
  row_list out;
  for (auto const& row : rows)
    if (!row[name].is_null() && row["share"].get<double>() >= least_share) out.push_back(&row);
  return out;
}

/// The rows that changed by `least` at least, those that changed most first.
auto risen(row_list rows, double least) -> row_list {
  std::erase_if(rows, [&](json const* row) { return change_in(*row).value_or(-1) < least; });
  std::ranges::stable_sort(rows, std::greater{}, [](json const* row) { return *change_in(*row); });
  return rows;
}
auto fallen(row_list rows) -> row_list {
  std::erase_if(rows, [](json const* row) { return change_in(*row).value_or(0) > -least_rise; });
  std::ranges::stable_sort(rows, {}, [](json const* row) { return *change_in(*row); });
  return rows;
}
/// The rows that the period before had none of.
auto fresh(row_list rows) -> row_list {
  std::erase_if(rows, [](json const* row) {
    return (*row)["before"].is_null() || (*row)["before"]["packets"].get<std::uint64_t>() > 0;
  });
  return rows;
}

/// The first of them, `most` at most.
auto first(row_list rows, std::size_t most) -> row_list {
  if (rows.size() > most) rows.resize(most);
  return rows;
}

void say_ports(json const& in, std::vector<fact>& out) {
  auto const rows = spoken(in["ports"], "port");
  auto const say = [&](char const* is, json const& row) {
    out.push_back({is,
                   {{"port", port_text(row)},
                    share_value(row),
                    packets_of(row),
                    sources_of(row),
                    times_value(row),
                    {"change", percent(std::abs(change_in(row).value_or(0)))}}});
  };
  if (!rows.empty()) say("port", *rows[0]);
  for (auto const* row : first(fresh(rows), most_named)) say("port.new", *row);
  for (auto const* row : first(risen(rows, least_rise), most_named)) say("port.rise", *row);
  for (auto const* row : first(fallen(rows), 1)) say("port.fall", *row);
}

void say_countries(json const& in, std::vector<fact>& out) {
  auto const rows = spoken(in["countries"], "country");
  if (rows.empty()) return;
  auto const name = [](json const& row) {
    return fact::value{"country", row["country"].get<std::string>(), 0, kind::country};
  };
  out.push_back({"country", {name(*rows[0]), share_value(*rows[0])}});
  for (auto const* row : first(risen({rows.begin() + 1, rows.end()}, least_country_rise), 1))
    out.push_back({"country.rise", {name(*row), times_value(*row)}});
}

void say_tools(json const& in, std::vector<fact>& out) {
  auto const rows = spoken(in["tools"], "tool");
  auto const say = [&](char const* is, json const& row) {
    out.push_back({is,
                   {{"tool", row["tool"].get<std::string>()},
                    share_value(row),
                    packets_of(row),
                    sources_of(row),
                    times_value(row)}});
  };
  if (!rows.empty()) say("tool", *rows[0]);
  for (auto const* row : first(fresh(rows), 1)) say("tool.new", *row);
  for (auto const* row : first(risen(rows, least_rise), 1)) say("tool.rise", *row);
  if (auto const share = in["scanner_share"].get<double>(); share >= least_share)
    out.push_back({"scanners", {{"share", percent(share)}}});
}

void say_peak(json const& in, std::vector<fact>& out) {
  auto const& days = in["days"];
  if (days.size() < least_days) return;
  std::vector<double> packets;
  for (auto const& day : days) packets.push_back(day["packets"].get<double>());
  auto const most = static_cast<std::size_t>(std::ranges::max_element(packets) - packets.begin());
  auto const peak = packets[most];
  std::ranges::sort(packets);
  auto const median = packets[packets.size() / 2];
  if (median == 0 || peak < least_peak * median) return;
  out.push_back({"peak",
                 {{"day", days[most]["day"].get<std::string>()},
                  packets_of(days[most]),
                  {"times", times(peak / median)}}});
}

void say_findings(json const& in, std::vector<fact>& out) {
  if (in["notable"].is_null()) return;
  auto const& told = in["notable"]["findings"];
  auto const count = told["count"].get<std::uint64_t>();
  if (count == 0) return;
  auto const severe =
      told["levels"]["high"].get<std::uint64_t>() + told["levels"]["critical"].get<std::uint64_t>();
  out.push_back({"findings", {{"count", whole(count)}, {"severe", whole(severe)}}});
  for (auto const& row : told["rows"]) {
    auto const& finding = row["finding"];
    auto const service = services_text(finding["services"]);
    if (service.empty()) continue;  // of no single port there is little to say in a sentence
    out.push_back({"findings.first",
                   {{"kind", term_of_kind(finding), 0, kind::term},
                    {"service", service},
                    {"sources", whole(row["source_count"].get<std::uint64_t>())},
                    {"day", minute_of(row["first"])},
                    {"confidence", fmt::format("{:.2f}", finding["confidence"].get<double>())}}});
    return;
  }
}

}  // namespace

auto port_text(json const& row) -> std::string {
  auto const protocol = row["protocol"].get<std::string>();
  auto const port = row["port"].get<std::uint16_t>();
  auto const service = answer::service_name(protocol == "udp"   ? 17
                                            : protocol == "tcp" ? 6
                                                                : 0,
                                            port);
  return service.empty() ? fmt::format("{}/{}", port, protocol)
                         : fmt::format("{}/{} ({})", port, protocol, service);
}

auto services_text(json const& services) -> std::string {
  constexpr std::size_t most_named_services = 3;
  std::vector<std::string> out;
  for (auto const& each : services) {
    if (out.size() == most_named_services) break;
    auto const name = each["name"].get<std::string>();
    auto const protocol = name.substr(0, name.find('/'));
    out.push_back(protocol == "tcp" || protocol == "udp"
                      ? port_text({{"protocol", protocol}, {"port", each["port"]}})
                      : name);
  }
  auto const rest = services.size() - out.size();
  return fmt::format("{}{}", fmt::join(out, ", "), rest > 0 ? fmt::format(" +{}", rest) : "");
}

auto term_of_kind(json const& finding) -> std::string {
  auto kind = finding["kind"].get<std::string>();
  auto const& engines = finding["engines"];
  if (kind == engine::kind::fused && engines.size() == 1) {
    kind = engines[0].get<std::string>();
    if (kind == "glasso" || kind == "nmf" || kind == "ntd") kind = engine::kind::group;
  }
  return "finding." + kind;
}

auto facts_of(json const& report) -> std::vector<fact> {
  if (report["totals"]["packets"] == 0) return {{"empty"}};
  std::vector<fact> out;
  say_span(report, out);
  say_total(report, out);
  say_ports(report, out);
  say_countries(report, out);
  say_tools(report, out);
  say_peak(report, out);
  auto const &events = report["events"]["count"], &attacks = report["attacks"]["count"];
  if (!events.is_null() && !attacks.is_null())
    out.push_back({"events",
                   {{"events", whole(events.get<std::uint64_t>())},
                    {"attacks", whole(attacks.get<std::uint64_t>())}}});
  say_findings(report, out);
  return out;
}

auto text_of(fact const& what, words const& in) -> std::string {
  std::vector<words::value> values;
  for (auto const& each : what.values) {
    auto text = each.text;
    if (each.kind == kind::country) text = in.country(each.text);
    if (each.kind == kind::count) text = in.count(each.number);
    if (each.kind == kind::term && in.has(each.text)) text = in.say(each.text);
    if (each.kind == kind::sources) text = in.sources(static_cast<std::uint64_t>(each.number));
    values.emplace_back(each.name, std::move(text));
  }
  return in.say("fact." + what.is, values);
}

auto changes_json(json const& report) -> json {
  auto out = json::array();
  for (auto const& each : facts_of(report)) {
    json texts;
    for (auto const of : languages) texts[std::string{code_of(of)}] = text_of(each, words{of});
    out.push_back({{"is", each.is}, {"text", std::move(texts)}});
  }
  return out;
}

}  // namespace kizashi::paper
