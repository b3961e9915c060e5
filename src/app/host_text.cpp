#include <algorithm>
#include <array>
#include <functional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kizashi/answer/names.hpp"
#include "kizashi/app/host_output.hpp"
#include "kizashi/app/report_page.hpp"
#include "kizashi/app/text_layout.hpp"
#include "kizashi/base/text.hpp"

namespace kizashi::app {
namespace {

using store::kind_count;
using store::statistics_row;

constexpr std::uint32_t hour = 3600, day = 24 * hour;

/// Writes one answer; the members share where and how.
class host_page {
public:
  host_page(host_answer const& what, text_style const& style, text_sink& out)
      : what_{what}, of_{what.profile}, style_{style}, out_{out} {}

  [[nodiscard]] auto write() -> status {
    KIZASHI_TRY(out_.write(
        paint(fmt::format("Kizashi host {}", what_.name()), ink::strong, style_) + "\n"));
    if (of_.packets == 0) return nothing();
    KIZASHI_TRY(head());
    KIZASHI_TRY(days());
    KIZASHI_TRY(hours());
    KIZASHI_TRY(kinds());
    KIZASHI_TRY(ports());
    KIZASHI_TRY(names("Tools and malware, by fingerprints", of_.fingerprints, what_.fingerprints));
    KIZASHI_TRY(names("Known scanners", of_.scanners, what_.scanners));
    KIZASHI_TRY(busiest());
    KIZASHI_TRY(events());
    return findings();
  }

private:
  [[nodiscard]] auto heading(std::string_view title, std::size_t all) -> status {
    auto const top = what_.question.options.top;
    auto const tail = top != 0 && all > top
                          ? fmt::format(" ({} of {})", with_thousands(top), with_thousands(all))
                          : "";
    return out_.write(fmt::format("\n{}{}\n", paint(title, ink::strong, style_), tail));
  }
  [[nodiscard]] auto count(std::size_t rows) const -> std::size_t {
    auto const top = what_.question.options.top;
    return top == 0 ? rows : std::min(top, rows);
  }
  [[nodiscard]] auto share(std::uint64_t packets) const -> std::string {
    return share_text(packets, of_.packets);
  }
  [[nodiscard]] auto line(std::string_view text) -> status {
    for (auto const& each : wrap(text, style_.width)) KIZASHI_TRY(out_.write(each + "\n"));
    return {};
  }

  auto nothing() -> status {
    auto const& filter = what_.question.filter;
    bool const is_narrow =
        filter.from.is_known() || filter.to.is_known() || !filter.sensors.empty();
    return line(fmt::format("not seen{}", is_narrow ? " at that time and by those sensors" : ""));
  }

  auto head() -> status {
    auto const text = of_.first.is_known()
                          ? fmt::format("seen {} to {} UTC, on {}", seconds_text(of_.first),
                                        seconds_text(of_.last), counted(timed_days(), "day"))
                          : std::string{"seen without times"};
    KIZASHI_TRY(line(fmt::format("{}, by {}", text, sensors())));
    auto const from =
        what_.is_one() ? "" : fmt::format(", from {}", counted(of_.sources, "source"));
    KIZASHI_TRY(
        line(fmt::format("{}, {}{} to {}", counted(of_.packets, "packet"), short_bytes(of_.bytes),
                         from, counted(of_.destinations, "destination"))));
    return line(places());
  }
  [[nodiscard]] auto timed_days() const -> std::uint64_t {
    return static_cast<std::uint64_t>(std::ranges::count_if(
        of_.days, [](statistics_row const& each) { return each.key.time != 0; }));
  }
  [[nodiscard]] auto sensors() const -> std::string {
    return first_of(of_.sensors, [&](statistics_row const& each) {
      return printable(what_.question.sensor_name(each.key.sensor));
    });
  }
  /// "local, south and 2 more".
  static auto first_of(std::vector<statistics_row> const& rows,
                       std::function<std::string(statistics_row const&)> const& name)
      -> std::string {
    constexpr std::size_t most = 3;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < std::min(most, rows.size()); ++i) names.push_back(name(rows[i]));
    auto const rest =
        rows.size() > most ? fmt::format(" and {} more", with_thousands(rows.size() - most)) : "";
    return fmt::format("{}{}", fmt::join(names, ", "), rest);
  }
  [[nodiscard]] auto places() const -> std::string {
    auto const country = first_of(of_.countries, [](statistics_row const& each) {
      return each.key.country == recognise::country_code{} ? "unknown"
                                                           : printable(each.key.country.text());
    });
    auto const system = first_of(of_.systems, [&](statistics_row const& each) {
      auto const name = what_.question.places->name(each.key.asn);
      if (each.key.asn.number() == 0) return std::string{"AS unknown"};
      return fmt::format("AS{}{}{}", each.key.asn.number(), name.empty() ? "" : " ",
                         printable(name));
    });
    return fmt::format("country {}; {}", country, system);
  }

  // --- activity ---
  /// Packets from `begin` to `end` in steps, drawn as wide as there is room for.
  auto draw(std::string_view title, std::vector<statistics_row> const& rows, std::uint32_t begin,
            std::uint32_t end, std::uint32_t step) -> status {
    std::uint64_t const steps = (end - begin) / step, room = style_.width - 2;
    auto const together = (steps + room - 1) / room;
    std::vector<std::uint64_t> columns((steps + together - 1) / together);
    for (auto const& each : rows)
      if (each.key.time >= begin && each.key.time < end)
        columns[(each.key.time - begin) / step / together] += each.packets;
    auto const wide = std::clamp<std::uint64_t>(room / columns.size(), 1, 4);
    std::vector<std::uint64_t> drawn;
    for (auto const each : columns) drawn.insert(drawn.end(), wide, each);
    auto const per = together == 1 ? std::string{title} : fmt::format("{} {}s", together, title);
    KIZASHI_TRY(out_.write(
        fmt::format("\n{}\n", paint(fmt::format("Packets per {}", per), ink::strong, style_))));
    for (auto const& each : draw_histogram(drawn, 3, style_.is_utf8))
      KIZASHI_TRY(out_.write(fmt::format("  {}\n", each)));
    auto const from = step == day ? day_text(begin) : hour_text(begin);
    auto const legend = fmt::format("from {} UTC; the highest column is {}", from,
                                    with_thousands(*std::ranges::max_element(columns)));
    return out_.write(fmt::format("  {}\n", paint(legend, ink::faint, style_)));
  }
  auto days() -> status {
    auto const first = std::ranges::find_if(
        of_.days, [](statistics_row const& each) { return each.key.time != 0; });
    if (first == of_.days.end() || of_.days.end() - first < 2) return {};
    return draw("day", of_.days, first->key.time, of_.days.back().key.time + day, day);
  }
  auto hours() -> status {
    auto const [begin, end] = newest_days_of(of_);
    return begin == end ? status{} : draw("hour", of_.hours, begin, end, hour);
  }

  // --- what it sent ---
  auto kinds() -> status {
    KIZASHI_TRY(out_.write("\n"));
    text_block protocols{"Protocols", {}}, types{"Types", {}}, classes{"Classes", {}};
    for (auto const& each : of_.protocols)
      protocols.lines.push_back(
          {stored_protocol_name(each.key.ip_protocol), with_thousands(each.packets)});
    for (auto const& each : of_.types)
      types.lines.push_back({type_name(each.number), with_thousands(each.packets)});
    for (auto const& each : of_.classes)
      classes.lines.push_back({class_name(each.number), with_thousands(each.packets)});
    std::array const blocks{protocols, types, classes};
    return write_blocks(blocks, style_, out_);
  }

  auto ports() -> status {
    if (of_.ports.empty()) return {};
    KIZASHI_TRY(heading("Destination ports", of_.ports.size()));
    std::vector<text_table::column> columns{{"port"}, {"packets", true}, {"share", true}};
    if (!what_.is_one()) columns.push_back({"sources", true});
    columns.push_back({"service"});
    text_table table{std::move(columns)};
    for (std::size_t i = 0; i < count(of_.ports.size()); ++i) {
      auto const& row = of_.ports[i];
      auto const& key = row.key;
      std::vector<std::string> cells{fmt::format("{}/{}", key.port, protocol_name(key.ip_protocol)),
                                     with_thousands(row.packets), share(row.packets)};
      if (!what_.is_one()) cells.push_back(with_thousands(row.sources));
      cells.emplace_back(answer::service_name(key.ip_protocol, key.port));
      table.add(std::move(cells));
    }
    return table.write(style_, out_);
  }

  auto names(std::string_view title, std::vector<kind_count> const& rows,
             std::map<std::uint16_t, std::string> const& all) -> status {
    if (rows.empty()) return {};
    KIZASHI_TRY(heading(title, rows.size()));
    text_table table{{{"packets", true}, {"share", true}, {"name"}}};
    for (std::size_t i = 0; i < count(rows.size()); ++i)
      table.add({with_thousands(rows[i].packets), share(rows[i].packets),
                 printable(name_in(all, rows[i].number))});
    return table.write(style_, out_);
  }

  auto busiest() -> status {
    if (of_.busiest.empty()) return {};
    KIZASHI_TRY(heading("Sources", of_.sources));
    text_table table{{{"address"}, {"packets", true}, {"share", true}}};
    for (auto const& row : of_.busiest)
      table.add({row.key.source.to_string(), with_thousands(row.packets), share(row.packets)});
    return table.write(style_, out_);
  }

  /// "46min18s", and more when it went on.
  static auto length_of(store::stored_event const& event) -> std::string {
    auto const length = std::chrono::floor<std::chrono::seconds>(event.last - event.first);
    return to_string(length) + (event.is_ongoing ? " .." : "");
  }
  /// The newest first.
  auto events() -> status {
    if (of_.events.empty()) return {};
    KIZASHI_TRY(heading("Scan events, the newest first", of_.event_count));
    std::vector<text_table::column> columns{{"begin"}, {"length"}, {"type"}, {"port"}};
    if (!what_.is_one()) columns.insert(columns.begin(), {"source"});
    columns.insert(columns.end(), {{"packets", true}, {"addresses", true}, {"tools"}});
    text_table table{std::move(columns)};
    for (auto const& each : of_.events) {
      auto const port = each.ports > 1 ? fmt::format("{} ports", with_thousands(each.ports))
                                       : fmt::format("{}", each.port);
      auto const tools = tool_names(each.tools, what_.fingerprints);
      std::vector<std::string> cells{
          seconds_text(each.first),
          length_of(each),
          type_name(each.type),
          port,
          with_thousands(each.packets),
          fmt::format("{}{}", each.is_exact ? "" : "~", with_thousands(each.destinations)),
          printable(fmt::format("{}", fmt::join(tools, " ")))};
      if (!what_.is_one()) cells.insert(cells.begin(), each.source.to_string());
      table.add(std::move(cells));
    }
    return table.write(style_, out_);
  }

  auto findings() -> status {
    if (what_.findings.empty()) return {};
    KIZASHI_TRY(heading("Findings of the engines, the newest first", what_.findings.size()));
    text_table table{{{"begin"}, {"engine"}, {"kind"}, {"level"}, {"sources", true}, {"id"}}};
    for (auto const& each : what_.findings)
      table.add({seconds_text(each.first), each.engine, each.kind,
                 std::string{engine::name_of(each.level)}, with_thousands(each.source_count),
                 engine::id_text(each.id())});
    return table.write(style_, out_);
  }

  host_answer const& what_;
  store::host_profile const& of_;
  text_style const& style_;
  text_sink& out_;
};

}  // namespace

auto write_text(host_answer const& what, text_style const& style, text_sink& out) -> status {
  return host_page{what, style, out}.write();
}

}  // namespace kizashi::app
