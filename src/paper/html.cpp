#include "kizashi/paper/html.hpp"

#include <cmath>
#include <functional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kizashi/base/text.hpp"
#include "kizashi/paper/changes.hpp"
#include "kizashi/paper/internal/embedded_texts.hpp"
#include "kizashi/paper/internal/tables.hpp"
#include "kizashi/paper/plots.hpp"

namespace kizashi::paper {
namespace {

using internal::paper_table;
using internal::section;

auto date_in(json const& time) -> std::string {
  return time.get<std::string>().substr(0, 10);
}

auto number_in(json const& of) -> std::string {
  return of.is_null() ? "–" : with_thousands(of.get<std::uint64_t>());
}

auto short_in(json const& of, words const& in) -> std::string {
  return of.is_null() ? "–" : in.count(of.get<double>());
}

auto header(json const& of, words const& in) -> markup {
  auto const& period = of["period"];
  auto out = element("p", {{"class", "kicker"}},
                     text(in.say("kind." + period["kind"].get<std::string>())));
  out += element("h1", {}, text(in.say("title", {{"name", period["name"].get<std::string>()}})));
  auto span = in.say("span", {{"from", date_in(period["from"])}, {"to", date_in(period["to"])}});
  if (!of["before"].is_null())
    span += " · " + in.say("compared", {{"name", of["earlier"]["name"].get<std::string>()}});
  out += element("p", {}, text(span));
  auto const sensors = of["observed"]["sensors"].get<std::vector<std::string>>();
  if (!sensors.empty())
    out += element(
        "p", {},
        text(in.say("sensors", {{"sensors", fmt::format("{}", fmt::join(sensors, ", "))}})));
  if (!of["filter"].is_null())
    out +=
        element("p", {}, text(in.say("filtered", {{"filter", of["filter"].get<std::string>()}})));
  if (!of["is_over"].get<bool>()) {
    auto const last = internal::minute_in(of["observed"]["last_minute"]);
    out += element("p", {{"class", "open"}},
                   text(last.empty() ? in.say("open.nothing") : in.say("open", {{"last", last}})));
  }
  return element("header", {}, out);
}

auto changes(json const& of, words const& in) -> markup {
  markup out;
  for (auto const& each : of["changes"])
    out += element("li", {}, text(each["text"][std::string{code_of(in.of())}].get<std::string>()));
  return section("changed", "changed", in.say("changed"), element("ul", {}, out));
}

auto tile(std::string const& name, std::string const& value, std::string const& under) -> markup {
  return element("div", {},
                 element("span", {}, text(name)) + element("b", {}, text(value)) +
                     element("small", {}, text(under)));
}

auto totals(json const& of, words const& in) -> markup {
  auto const& all = of["totals"];
  auto const before = [&](char const* key) -> std::string {
    if (of["before"].is_null()) return {};
    auto const number = of["before"][key].get<std::uint64_t>();
    auto const value = std::string_view{key} == "sources" ? in.sources(number)
                                                          : in.count(static_cast<double>(number));
    return in.say("before.value", {{"value", value}});
  };
  auto out = tile(in.say("packets"), short_in(all["packets"], in), before("packets"));
  out +=
      tile(in.say("sources"), in.sources(all["sources"].get<std::uint64_t>()), before("sources"));
  out += tile(in.say("per.address"), short_in(all["packets_per_address"], in),
              in.say("per.address.under", {{"count", number_in(of["addresses"])}}));
  out += tile(in.say("events"), number_in(of["events"]["count"]), {});
  out += tile(in.say("attacks"), number_in(of["attacks"]["count"]), {});
  return element("section", {{"class", "numbers"}}, out);
}

/// Packets and sources in time, as two plots.
auto timeline(json const& of, words const& in) -> markup {
  bool const is_day = of["period"]["kind"] == "day";
  auto const& rows = of[is_day ? "hours" : "days"];
  if (rows.size() < 2) return {};
  auto const plot = [&](char const* key, std::string const& title) {
    std::vector<plot_column> columns;
    for (auto const& row : rows) {
      auto const name = is_day ? internal::minute_in(row["time"]) : row["day"].get<std::string>();
      columns.push_back({name.substr(is_day ? 11 : 5),
                         fmt::format("{}: {}", name, number_in(row[key])), row[key].get<double>()});
    }
    return element("figure", {},
                   element("figcaption", {}, text(title)) + plot_columns(columns, title, in));
  };
  auto const unit = std::string{is_day ? "hours" : "days"};
  return section(
      "timeline", "timeline", in.say(unit),
      plot("packets", in.say(unit + ".packets")) + plot("sources", in.say(unit + ".sources")));
}

/// The period beside those before it.
auto history(json const& of, words const& in) -> markup {
  if (of["history"].empty()) return {};
  paper_table table{{{in.say("period"), false},
                     {in.say("packets")},
                     {in.say("sources")},
                     {in.say("addresses")},
                     {in.say("per.address")}}};
  std::vector<plot_column> columns;
  auto const add = [&](std::string const& name, json const& row, json const& addresses) {
    table.add({name, number_in(row["packets"]), number_in(row["sources"]), number_in(addresses),
               short_in(row["packets_per_address"], in)});
    columns.insert(columns.begin(), {name, fmt::format("{}: {}", name, number_in(row["packets"])),
                                     row["packets"].get<double>()});
  };
  add(of["period"]["name"].get<std::string>(), of["totals"], of["addresses"]);
  for (auto const& row : of["history"]) add(row["name"].get<std::string>(), row, row["addresses"]);
  return section(
      "history", "history", in.say("history"),
      element("figure", {}, plot_columns(columns, in.say("history"), in)) + table.done());
}

using row_namer = std::function<std::string(json const&)>;

/// A list as bars and as a table. `label`: the name beside a bar, where that is another one.
auto list(json const& of, words const& in, char const* key, char const* column,
          std::size_t most_rows, row_namer const& name, row_namer const& label = {}) -> markup {
  auto const& rows = of[key];
  auto const title = in.say(key);
  if (rows.empty()) return section("list", key, title, element("p", {}, text(in.say("nothing"))));
  bool const has_change = !of["before"].is_null();
  std::vector<internal::table_column> columns{
      {in.say(column), false}, {in.say("packets")}, {in.say("share")}, {in.say("sources")}};
  if (has_change) columns.push_back({in.say("change")});
  paper_table table{std::move(columns)};
  std::vector<plot_bar> bars;
  for (auto const& row : rows) {
    if (bars.size() == most_rows) break;
    std::vector<std::string> cells{name(row), number_in(row["packets"]),
                                   percent(row["share"].get<double>()), number_in(row["sources"])};
    if (has_change) cells.push_back(internal::change_text(row, in));
    table.add(cells);
    bars.push_back(
        {(label ? label : name)(row), row["packets"].get<double>(),
         has_change ? std::optional{row["before"]["packets"].get<double>()} : std::nullopt});
  }
  return section("list", key, title,
                 element("figure", {}, plot_bars(bars, title, in)) + table.done());
}

auto lists(json const& of, words const& in) -> markup {
  constexpr std::size_t few = 10, many = 20;
  auto const named = [&](char const* key) {
    return [&in, key](json const& row) {
      return row[key].is_null() ? in.say("none") : row[key].get<std::string>();
    };
  };
  auto out = list(of, in, "ports", "port", many, port_text);
  out += list(of, in, "countries", "country", few, [&](json const& row) {
    return in.country(row["country"].is_null() ? "" : row["country"].get<std::string>());
  });
  // Bars have room for a name alone, and the table has the number.
  out += list(
      of, in, "as", "as", few,
      [&](json const& row) { return internal::network_text(row, "name", in); },
      [&](json const& row) {
        return row["name"].is_null() ? internal::network_text(row, "name", in)
                                     : row["name"].get<std::string>();
      });
  out += list(of, in, "tools", "tool", few, named("tool"));
  out += list(of, in, "classes", "class", few, [&](json const& row) {
    auto const name = row["class"].get<std::string>();
    return in.has("class." + name) ? in.say("class." + name) : name;
  });
  out += list(of, in, "scanners", "scanner", few, named("scanner"));
  return out;
}

/// Links to the chapters of `body`.
auto contents(markup const& body, json const& of, words const& in) -> markup {
  bool const is_day = of["period"]["kind"] == "day";
  auto const days = is_day ? "hours" : "days";
  std::pair<char const*, char const*> const chapters[] = {
      {"timeline", days},     {"history", "history"},
      {"ports", "ports"},     {"countries", "countries"},
      {"as", "as"},           {"tools", "tools"},
      {"classes", "classes"}, {"scanners", "scanners"},
      {"notable", "notable"}};
  markup out;
  for (auto const& [id, title] : chapters)
    if (body.str().find(fmt::format("id=\"{}\"", id)) != std::string::npos)
      out += element("a", {{"href", fmt::format("#{}", id)}}, text(in.say(title)));
  return out.is_empty() ? out : element("nav", {{"aria-label", in.say("contents")}}, out);
}

/// What stands below each printed page. The title has nothing in it that CSS would take for an end.
auto page_style(std::string const& title) -> std::string {
  return fmt::format("@page {{ @bottom-left {{ content: \"{}\"; }} }}", title);
}

auto footer(json const& of, words const& in) -> markup {
  auto const made = in.say("made", {{"version", of["kizashi"].get<std::string>()},
                                    {"store", of["store"].get<std::string>()}});
  auto out = element("h2", {}, text(in.say("method.title")));
  out += element("p", {}, text(in.say("method"))) + element("p", {}, text(in.say("caveat")));
  // Who shows networks by this table owes the link (NOTICE).
  out += element("p", {},
                 text(made + " " + in.say("places") + " (") +
                     element("a", {{"href", "https://db-ip.com/"}}, text("https://db-ip.com/")) +
                     text(")."));
  return element("footer", {}, out);
}

}  // namespace

auto html_of(json const& report, language of) -> std::string {
  words const in{of};
  auto const title = in.say("title", {{"name", report["period"]["name"].get<std::string>()}});
  auto head = element("meta", {{"charset", "utf-8"}});
  head += element("meta", {{"name", "viewport"}, {"content", "width=device-width"}});
  head += element("meta", {{"http-equiv", "Content-Security-Policy"},
                           {"content", "default-src 'none'; style-src 'unsafe-inline'"}});
  head += element("title", {}, text(title)) + style_sheet(internal::embedded_text("paper"));
  head += style_sheet(page_style(title));
  markup body;
  if (report["totals"]["packets"] != 0) {
    body += totals(report, in) + timeline(report, in) + history(report, in) + lists(report, in);
    body += internal::notable_section(report, in) + internal::days_table(report, in);
  }
  body = header(report, in) + contents(body, report, in) + changes(report, in) + body +
         footer(report, in);
  auto const page =
      element("html", {{"lang", std::string{code_of(of)}}},
              element("head", {}, head) + element("body", {}, element("main", {}, body)));
  return "<!doctype html>\n" + page.str() + "\n";
}

}  // namespace kizashi::paper
