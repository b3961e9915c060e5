#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "kizashi/answer/names.hpp"
#include "kizashi/app/detect_output.hpp"
#include "kizashi/app/report_page.hpp"
#include "kizashi/base/text.hpp"

namespace kizashi::app {
namespace {

/// Writes one report; the members share where and how.
class text_report {
public:
  text_report(report const& what, text_style const& style, text_sink& out)
      : what_{what}, sum_{what.summary}, style_{style}, out_{out}, page_{what, style, out} {}

  [[nodiscard]] auto write() -> status {
    KIZASHI_TRY(head());
    if (sum_.packets.total > 0) {
      KIZASHI_TRY(histogram());
      KIZASHI_TRY(totals());
      KIZASHI_TRY(ports());
      KIZASHI_TRY(icmp());
      if (what_.found) KIZASHI_TRY(write_findings_text(page_));
      if (what_.detected) KIZASHI_TRY(write_detected_text(*what_.detected, page_));
      KIZASHI_TRY(sources());
      KIZASHI_TRY(countries());
      KIZASHI_TRY(systems());
    }
    KIZASHI_TRY(oddities());
    return notes();
  }

private:
  // --- the whole ---
  auto line(std::string_view text, ink colour = ink::plain) -> status {
    return page_.line(text, colour);
  }
  auto heading(std::string_view title, std::size_t rows = 0) -> status {
    return page_.heading(title, rows);
  }
  [[nodiscard]] auto share(std::uint64_t packets) const -> std::string {
    return page_.share(packets);
  }

  auto head() -> status {
    KIZASHI_TRY(line(fmt::format("Kizashi read {}", names_of(what_.inputs)), ink::strong));
    if (what_.is_partial)
      KIZASHI_TRY(line(what_.stopped_by.empty()
                           ? "PARTIAL: packets are missing, see the notes below"
                           : fmt::format("PARTIAL: {}", printable(what_.stopped_by)),
                       ink::warning));
    if (!what_.filter.empty())
      KIZASHI_TRY(line(fmt::format("filter: {}", printable(what_.filter))));
    if (sum_.packets.total == 0) return no_packets();
    KIZASHI_TRY(times());
    return line(fmt::format("{}, {}, from {} to {}", counted(sum_.packets.total, "packet"),
                            short_bytes(sum_.wire_bytes), counted(sum_.sources, "source"),
                            counted(sum_.destinations, "destination")));
  }

  /// A pattern that a shell expanded can be thousands.
  static auto names_of(std::vector<std::string> const& inputs) -> std::string {
    constexpr std::size_t most = 3;
    std::string names;
    for (std::size_t i = 0; i < std::min(most, inputs.size()); ++i)
      names += fmt::format("{}{}", i == 0 ? "" : ", ", printable(inputs[i]));
    if (inputs.size() > most)
      names += fmt::format(" and {} more", with_thousands(inputs.size() - most));
    return names;
  }

  auto no_packets() -> status {
    if (what_.filtered > 0)
      return line(fmt::format("No packets for which the filter holds: it left {} out",
                              with_thousands(what_.filtered)));
    if (sum_.outside == 0) return line("No packets");
    return line(fmt::format("No packets to the darknet: {} went elsewhere; is --darknet right?",
                            with_thousands(sum_.outside)));
  }

  auto times() -> status {
    if (!sum_.first.is_known()) return line("No packet has a time");
    auto const length = sum_.last - sum_.first;
    auto const first = seconds_text(sum_.first);
    auto const last = seconds_text(sum_.last);
    auto text = first == last ? last + " UTC" : fmt::format("{} to {} UTC", first, last);
    if (length.count() > 0) text += ", " + short_duration(length);
    // A rate over less says more of the clock than of the traffic.
    if (length >= std::chrono::milliseconds{1})
      text += ", " + rate_text(sum_.packets.total, length);
    return line(text);
  }

  /// In the unit that makes it a number of one digit or more.
  static auto rate_text(std::uint64_t packets, duration length) -> std::string {
    struct {
      double seconds;
      char const* name;
    } const units[] = {{1, "s"}, {60, "min"}, {3600, "h"}, {86400, "d"}, {31'556'952, "year"}};
    auto const per_second =
        static_cast<double>(packets) / std::chrono::duration<double>(length).count();
    auto const* unit = std::begin(units);
    while (per_second * unit->seconds < 1 && unit + 1 != std::end(units)) ++unit;
    auto const rate = per_second * unit->seconds;
    auto const number = rate < 100 ? fmt::format("{:.2g}", rate) : short_number(rate);
    return fmt::format("{} packet{}/{}", number, number == "1" ? "" : "s", unit->name);
  }

  // --- time ---
  auto histogram() -> status {
    if (sum_.windows.size() < 2 || sum_.window_length.count() <= 0) return {};
    auto const first = sum_.windows.front().start;
    auto const index = [&](timestamp start) {
      return static_cast<std::uint64_t>((start - first) / sum_.window_length);
    };
    auto const windows = index(sum_.windows.back().start) + 1;
    std::uint64_t const room = style_.width - 2;
    auto const together = (windows + room - 1) / room;
    std::vector<std::uint64_t> columns((windows + together - 1) / together);
    for (auto const& each : sum_.windows) columns[index(each.start) / together] += each.packets;
    auto const highest = *std::ranges::max_element(columns);
    auto const length = sum_.window_length * static_cast<std::int64_t>(together);
    KIZASHI_TRY(heading(fmt::format("Packets per {}", short_duration(length))));
    // A few windows are drawn wider, so that the picture is one.
    auto const wide = std::clamp<std::uint64_t>(room / columns.size(), 1, 4);
    std::vector<std::uint64_t> drawn;
    for (auto const each : columns) drawn.insert(drawn.end(), wide, each);
    for (auto const& each : draw_histogram(drawn, 3, style_.is_utf8))
      KIZASHI_TRY(out_.write(fmt::format("  {}\n", each)));
    auto const legend = fmt::format("from {} UTC; the highest column is {}", seconds_text(first),
                                    with_thousands(highest));
    return out_.write(fmt::format("  {}\n", paint(legend, ink::faint, style_)));
  }

  // --- totals ---
  static void add(text_block& block, char const* name, std::uint64_t number, bool always = false) {
    if (number > 0 || always) block.lines.push_back({name, with_thousands(number)});
  }

  auto totals() -> status {
    KIZASHI_TRY(out_.write("\n"));
    text_block packets{"Packets", {}};
    add(packets, "IPv4", sum_.packets.ipv4, true);
    add(packets, "IPv6", sum_.packets.ipv6, true);
    add(packets, "ARP", sum_.packets.arp);
    add(packets, "other", sum_.packets.other);
    text_block protocols{"Protocols", {}};
    add(protocols, "TCP", sum_.protocols.tcp, true);
    add(protocols, "UDP", sum_.protocols.udp, true);
    add(protocols, "ICMP", sum_.protocols.icmp, true);
    add(protocols, "ICMPv6", sum_.protocols.icmp6);
    add(protocols, "other", sum_.protocols.other);
    text_block flags{"TCP flags", {}};
    add(flags, "SYN", sum_.tcp_flags.syn, true);
    add(flags, "SYN-ACK", sum_.tcp_flags.synack);
    add(flags, "ACK", sum_.tcp_flags.ack);
    add(flags, "RST", sum_.tcp_flags.rst);
    add(flags, "FIN", sum_.tcp_flags.fin);
    add(flags, "none", sum_.tcp_flags.null);
    add(flags, "FIN-PSH-URG", sum_.tcp_flags.xmas);
    add(flags, "other", sum_.tcp_flags.other);
    std::array const blocks{packets, protocols, flags};
    return write_blocks(blocks, style_, out_);
  }

  // --- lists ---
  auto ports() -> status {
    if (sum_.ports.empty()) return {};
    KIZASHI_TRY(heading("Destination ports", sum_.ports.size()));
    text_table table{{{"port", false},
                      {"packets", true},
                      {"share", true},
                      {"sources", true},
                      {"destinations", true},
                      {"service", false}}};
    for (std::size_t i = 0; i < shown(sum_.ports, what_.top); ++i) {
      auto const& row = sum_.ports[i];
      table.add({fmt::format("{}/{}", row.port.value(), protocol_name(row.ip_protocol)),
                 with_thousands(row.packets), share(row.packets), with_thousands(row.sources),
                 with_thousands(row.destinations),
                 std::string{answer::service_name(row.ip_protocol, row.port.value())}});
    }
    return table.write(style_, out_);
  }

  auto icmp() -> status {
    if (sum_.icmp.empty()) return {};
    KIZASHI_TRY(heading("ICMP", sum_.icmp.size()));
    text_table table{
        {{"type/code", false}, {"packets", true}, {"share", true}, {"message", false}}};
    for (std::size_t i = 0; i < shown(sum_.icmp, what_.top); ++i) {
      auto const& row = sum_.icmp[i];
      table.add({fmt::format("{} {}/{}", protocol_name(row.ip_protocol), row.type, row.code),
                 with_thousands(row.packets), share(row.packets),
                 std::string{answer::icmp_name(row.ip_protocol, row.type, row.code)}});
    }
    return table.write(style_, out_);
  }

  static auto system_text(recognise::asn number, std::string_view name) -> std::string {
    if (number.number() == 0) return "unknown";
    return fmt::format("AS{}{}{}", number.number(), name.empty() ? "" : " ", printable(name));
  }
  static auto country_text(recognise::country_code code) -> std::string {
    return code == recognise::country_code{} ? "unknown" : std::string{code.text()};
  }

  auto sources() -> status {
    if (sum_.top_sources.empty()) return {};
    KIZASHI_TRY(heading("Sources", sum_.sources));
    std::vector<text_table::column> columns{
        {"address", false}, {"packets", true}, {"share", true}, {"ports", true}};
    auto const has_places = !what_.places.is_empty();
    if (has_places) columns.insert(columns.end(), {{"country", false}, {"AS", false}});
    text_table table{std::move(columns)};
    for (std::size_t i = 0; i < shown(sum_.top_sources, what_.top); ++i) {
      auto const& row = sum_.top_sources[i];
      std::vector<std::string> cells{row.address.to_string(), with_thousands(row.packets),
                                     share(row.packets), with_thousands(row.ports)};
      if (has_places) {
        cells.push_back(country_text(row.place.country));
        cells.push_back(system_text(row.place.asn, what_.places.name(row.place.asn)));
      }
      table.add(std::move(cells));
    }
    return table.write(style_, out_);
  }

  auto countries() -> status {
    if (what_.places.is_empty() || sum_.countries.empty()) return {};
    KIZASHI_TRY(heading("Countries", sum_.countries.size()));
    text_table table{{{"country", false}, {"packets", true}, {"share", true}, {"sources", true}}};
    for (std::size_t i = 0; i < shown(sum_.countries, what_.top); ++i) {
      auto const& row = sum_.countries[i];
      table.add({country_text(row.country), with_thousands(row.packets), share(row.packets),
                 with_thousands(row.sources)});
    }
    return table.write(style_, out_);
  }

  auto systems() -> status {
    if (what_.places.is_empty() || sum_.as.empty()) return {};
    KIZASHI_TRY(heading("Autonomous systems", sum_.as.size()));
    text_table table{{{"packets", true}, {"share", true}, {"sources", true}, {"AS", false}}};
    for (std::size_t i = 0; i < shown(sum_.as, what_.top); ++i) {
      auto const& row = sum_.as[i];
      table.add({with_thousands(row.packets), share(row.packets), with_thousands(row.sources),
                 system_text(row.asn, row.name)});
    }
    return table.write(style_, out_);
  }

  // --- what was unusual ---
  auto oddities() -> status {
    auto const& packets = sum_.packets;
    struct oddity {
      std::uint64_t count;
      char const* name;
      char const* reason;
    };
    oddity const all[] = {
        {sum_.outside, "outside", "not to the darknet: in no other number here"},
        {what_.filtered, "filtered", "left out by the filter: in no other number here"},
        {packets.malformed, "malformed", "headers contradict themselves or the frame"},
        {packets.truncated, "truncated", "the capture cut the headers"},
        {packets.fragments, "fragments", "parts of IP datagrams, the first ones included"},
        {packets.later_fragments, "  later ones", "without a transport header: no port"},
        {packets.tunnelled, "tunnelled", "GRE, IP in IP, ESP or AH: noted, not entered"},
        {packets.unknown_link, "unknown link", "a link type that Kizashi does not know"},
        {sum_.order.out_of_order, "out of order", "earlier than a packet before them"},
        {sum_.order.late, "late", "their window had closed: in all totals, in no window"},
        {sum_.order.untimed, "without time", "in all totals, in no window"},
        {sum_.order.false_times, "  false times", "far in the future, and the next ones came back"},
    };
    text_table table{{{"packets", true}, {"what", false}, {"why", false}}};
    auto is_any = false;
    for (auto const& each : all) {
      if (each.count == 0) continue;
      table.add({with_thousands(each.count), each.name, each.reason});
      is_any = true;
    }
    if (!is_any) return {};
    KIZASHI_TRY(heading("Unusual"));
    return table.write(style_, out_);
  }

  auto notes() -> status {
    if (!what_.place_hint.empty() && sum_.packets.total > 0) {
      KIZASHI_TRY(out_.write("\n"));
      KIZASHI_TRY(line(what_.place_hint));
    }
    if (!what_.places.is_empty() && sum_.packets.total > 0) {
      KIZASHI_TRY(out_.write("\n"));
      auto const origin = printable(what_.places.origin());
      KIZASHI_TRY(line(fmt::format("Countries and ASes by {}", origin), ink::faint));
    }
    if (what_.notes.empty()) return {};
    KIZASHI_TRY(heading("Notes"));
    for (auto const& each : what_.notes) {
      auto const text = printable(each.message) + (each.is_loss ? " (packets are missing)" : "");
      for (auto const& part : wrap(text, style_.width - 2))
        KIZASHI_TRY(out_.write(fmt::format("  {}\n", part)));
    }
    return {};
  }

  report const& what_;
  telescope::summary const& sum_;
  text_style const& style_;
  text_sink& out_;
  report_page page_;
};

}  // namespace

auto write_text(report const& what, text_style const& style, text_sink& out) -> status {
  return text_report{what, style, out}.write();
}

}  // namespace kizashi::app
