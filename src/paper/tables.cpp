#include "kizashi/paper/internal/tables.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kizashi/base/text.hpp"
#include "kizashi/base/time.hpp"
#include "kizashi/paper/changes.hpp"

namespace kizashi::paper::internal {
namespace {

auto grouped(json const& of) -> std::string {
  return with_thousands(of.get<std::uint64_t>());
}

/// "CN · AS4134 Example".
auto place_text(json const& row, words const& in) -> std::string {
  auto const country = row["country"].is_null() ? std::string{} : row["country"].get<std::string>();
  auto const network = row["as"].is_null() ? std::string{} : network_text(row, "as_name", in);
  return country + (country.empty() || network.empty() ? "" : " · ") + network;
}

auto ports_text(json const& ports, std::size_t all, words const& in) -> std::string {
  constexpr std::size_t most_told = 3;
  std::vector<std::string> told;
  for (auto const& each : ports)
    if (told.size() < most_told) told.push_back(port_text(each));
  auto out = fmt::format("{}", fmt::join(told, ", "));
  if (all > told.size()) out += " · " + in.say("port.count", {{"count", with_thousands(all)}});
  return out;
}

/// The protocol of a scan event's packets, by its type ("tcp-syn", "udp").
auto event_target(json const& row, words const& in) -> std::string {
  if (row["port"].is_null()) return in.say("port.count", {{"count", grouped(row["ports"])}});
  auto const type = row["type"].get<std::string>();
  if (type.starts_with("icmp")) return type;
  return port_text({{"protocol", type.starts_with("udp") ? "udp" : "tcp"}, {"port", row["port"]}});
}

auto events_table(json const& rows, words const& in) -> markup {
  paper_table table{{{in.say("source"), false},
                     {in.say("target"), false},
                     {in.say("by"), false},
                     {in.say("began"), false, true},
                     {in.say("length")},
                     {in.say("packets")}}};
  for (auto const& row : rows) {
    auto by = row["pattern"].get<std::string>();
    for (auto const& tool : row["tools"]) by += ", " + tool.get<std::string>();
    if (!row["known_scanner"].is_null()) by += ", " + row["known_scanner"].get<std::string>();
    table.add({row["source"].get<std::string>() + "\n" + place_text(row, in), event_target(row, in),
               by, minute_in(row["first"]), length_text(row), grouped(row["packets"])});
  }
  return with_title(in.say("largest.events"), table, in);
}

auto attacks_table(json const& rows, words const& in) -> markup {
  paper_table table{{{in.say("victim"), false},
                     {in.say("target"), false},
                     {in.say("began"), false, true},
                     {in.say("length")},
                     {in.say("packets")},
                     {in.say("busiest.minute")}}};
  for (auto const& row : rows)
    table.add({row["victim"].get<std::string>() + "\n" + place_text(row, in),
               ports_text(row["ports"], row["port_count"].get<std::size_t>(), in),
               minute_in(row["first"]), length_text(row), grouped(row["packets"]),
               grouped(row["most_per_minute"])});
  return with_title(in.say("largest.attacks"), table, in);
}

auto campaigns_table(json const& rows, words const& in) -> markup {
  if (rows.is_null())
    return element("h3", {}, text(in.say("campaigns"))) +
           element("p", {}, text(in.say("campaigns.limit")));
  paper_table table{{{in.say("campaign"), false},
                     {in.say("target"), false},
                     {in.say("began"), false, true},
                     {in.say("members")},
                     {in.say("networks")},
                     {in.say("packets")}}};
  for (auto const& row : rows)
    table.add({row["name"].get<std::string>(), ports_text(row["ports"], row["ports"].size(), in),
               minute_in(row["first"]), grouped(row["members"]), grouped(row["networks"]),
               grouped(row["packets"])});
  return with_title(in.say("campaigns"), table, in);
}

auto new_ports_table(json const& report, words const& in) -> markup {
  if (report["before"].is_null()) return {};
  paper_table table{
      {{in.say("port"), false}, {in.say("packets")}, {in.say("share")}, {in.say("sources")}}};
  for (auto const& row : report["ports"])
    if (row["before"]["packets"] == 0)
      table.add({port_text(row), grouped(row["packets"]), percent(row["share"].get<double>()),
                 grouped(row["sources"])});
  return with_title(in.say("new.ports"), table, in);
}

}  // namespace

void paper_table::add(std::vector<std::string> const& cells) {
  markup row;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    auto const lines = split(cells[i], '\n');
    auto cell = text(lines[0]);
    if (lines.size() > 1) cell += element("small", {}, text(lines[1]));
    row += columns_[i].is_number ? element("td", {{"class", "number"}}, cell)
           : columns_[i].is_time ? element("td", {{"class", "time"}}, cell)
                                 : element("td", {}, cell);
  }
  rows_ += element("tr", {}, row);
}

auto paper_table::done() const -> markup {
  markup titles;
  for (auto const& each : columns_)
    titles += each.is_number ? element("th", {{"class", "number"}}, text(each.title))
                             : element("th", {}, text(each.title));
  return element("table", {},
                 element("thead", {}, element("tr", {}, titles)) + element("tbody", {}, rows_));
}

auto length_text(json const& row) -> std::string {
  auto const first = timestamp::parse(row["first"].get<std::string>()),
             last = timestamp::parse(row["last"].get<std::string>());
  if (!first || !last) return {};
  auto const minutes = std::chrono::duration_cast<std::chrono::minutes>(*last - *first).count();
  if (minutes < 1) return "<1 min";
  if (minutes < 60) return fmt::format("{} min", minutes);
  if (minutes < 48 * 60) return fmt::format("{} h {} min", minutes / 60, minutes % 60);
  return fmt::format("{} d {} h", minutes / 1440, minutes / 60 % 24);
}

auto with_title(std::string const& title, paper_table const& table, words const& in) -> markup {
  return element("h3", {}, text(title)) +
         (table.is_empty() ? element("p", {}, text(in.say("nothing"))) : table.done());
}

auto section(std::string_view kind, std::string_view id, std::string const& title,
             markup const& inside) -> markup {
  return element("section", {{"class", std::string{kind}}, {"id", std::string{id}}},
                 element("h2", {}, text(title)) + inside);
}

auto change_text(json const& row, words const& in) -> std::string {
  if (row["before"].is_null()) return {};
  if (row["change"].is_null()) return in.say("new");
  auto const part = std::llround(row["change"].get<double>() * 100);
  if (part == 0) return "±0 %";
  return fmt::format("{}{} %", part > 0 ? "+" : "−",
                     with_thousands(static_cast<std::uint64_t>(std::llabs(part))));
}

auto network_text(json const& row, char const* name_key, words const& in) -> std::string {
  if (row["as"].is_null()) return in.say("as.none");
  auto const number = fmt::format("AS{}", row["as"].get<std::uint64_t>());
  return row[name_key].is_null() ? number : number + " " + row[name_key].get<std::string>();
}

auto minute_in(json const& time) -> std::string {
  if (time.is_null()) return {};
  auto out = time.get<std::string>().substr(0, 16);
  std::ranges::replace(out, 'T', ' ');
  return out;
}

auto notable_section(json const& report, words const& in) -> markup {
  auto const& notable = report["notable"];
  markup out;
  if (notable.is_null())
    out += element("p", {}, text(in.say("notable.none")));
  else
    out += findings_table(notable["findings"], in) + events_table(notable["events"], in) +
           attacks_table(notable["attacks"], in) + campaigns_table(notable["campaigns"], in);
  return section("notable", "notable", in.say("notable"), out + new_ports_table(report, in));
}

auto days_table(json const& report, words const& in) -> markup {
  auto const kind = report["period"]["kind"].get<std::string>();
  if (kind == "quarter" || kind == "year") {
    // Numbers of sources of days do not add up to those of a month.
    struct month {
      std::uint64_t packets = 0, bytes = 0;
    };
    std::map<std::string, month> months;
    for (auto const& row : report["days"]) {
      auto& to = months[row["day"].get<std::string>().substr(0, 7)];
      to.packets += row["packets"].get<std::uint64_t>();
      to.bytes += row["wire_bytes"].get<std::uint64_t>();
    }
    paper_table table{{{in.say("period"), false}, {in.say("packets")}, {in.say("bytes")}}};
    for (auto const& [name, sums] : months)
      table.add({name, with_thousands(sums.packets), short_bytes(sums.bytes)});
    return section("rows", "rows", in.say("history"), table.done());
  }
  bool const is_day = kind == "day";
  paper_table table{{{in.say(is_day ? "hour" : "day"), false},
                     {in.say("packets")},
                     {in.say("bytes")},
                     {in.say("sources")}}};
  for (auto const& row : report[is_day ? "hours" : "days"])
    table.add({is_day ? minute_in(row["time"]) : row["day"].get<std::string>(),
               grouped(row["packets"]), short_bytes(row["wire_bytes"].get<std::uint64_t>()),
               grouped(row["sources"])});
  return section("rows", "rows", in.say(is_day ? "hours" : "days"), table.done());
}

}  // namespace kizashi::paper::internal
