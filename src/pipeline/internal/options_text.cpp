#include "kizashi/pipeline/internal/options_text.hpp"

#include <cstdint>
#include <span>
#include <string_view>

#include <fmt/format.h>

#include "kizashi/base/sha256.hpp"

namespace kizashi::pipeline::internal {
namespace {

/// The first digits of a text's sum.
auto sum_of(std::string_view text) -> std::string {
  sha256 sum;
  sum.add({reinterpret_cast<std::uint8_t const*>(text.data()), text.size()});
  return sum.finish().substr(0, 16);
}

auto text_of(net::prefix_set const& darknet) -> std::string {
  if (darknet.is_empty()) return "not set";
  std::string text;
  darknet.for_each_range([&](net::address first, net::address last) {
    text += fmt::format("{}-{},", first.to_string(), last.to_string());
  });
  return fmt::format("of {} IPv4 addresses ({})", darknet.ipv4_size(), sum_of(text));
}

auto text_of(recognise::fingerprint_table const& table) -> std::string {
  std::string text;
  for (auto const& each : table.entries())
    text += fmt::format("{}|{}|{}|{}|{}|{}|{}\n", each.name, fmt::join(each.match, "&"), each.same,
                        each.false_match, each.packets, each.is_independent,
                        static_cast<int>(each.scope));
  return fmt::format("of {} entries ({})", table.entries().size(), sum_of(text));
}

/// Their numbers stand in the state, their prefixes do not.
auto text_of(recognise::scanner_list const& list) -> std::string {
  std::string text;
  for (std::size_t number = 1; number <= list.organisations(); ++number)
    text += fmt::format("{}\n", list.organisation(static_cast<std::uint16_t>(number)));
  return fmt::format("of {} organisations ({})", list.organisations(), sum_of(text));
}

auto text_of(telescope::dos_options const& dos) -> std::string {
  return fmt::format("{} packets, {}, {} a minute, silent for {}, {} victims, {}, {} bytes",
                     dos.least_packets, to_string(dos.least_duration), dos.least_per_minute,
                     to_string(dos.timeout), dos.carpet_victims,
                     dos.counts_udp ? "UDP counts" : "UDP does not count", dos.memory);
}

}  // namespace

auto describe(road_options const& options) -> std::vector<std::pair<std::string, std::string>> {
  std::vector<std::pair<std::string, std::string>> answer{
      {"a window of", to_string(options.window_length)},
      {"a lateness of", to_string(options.lateness)},
      {"a darknet", text_of(options.darknet)},
      {"totals of sources by window", options.source_totals ? "kept" : "not kept"},
      {"totals of the run", options.run_totals ? "kept" : "not kept"},
      {"recognition", options.recognition ? "wanted" : "not wanted"}};
  if (!options.recognition) return answer;
  auto const& wanted = *options.recognition;
  answer.emplace_back("an event timeout of", to_string(wanted.event_timeout));
  answer.emplace_back("memory for events of", fmt::format("{} bytes", wanted.event_memory));
  answer.emplace_back("thresholds of denial of service", text_of(wanted.dos));
  answer.emplace_back("fingerprints", text_of(*wanted.fingerprints));
  answer.emplace_back("known scanners", text_of(*wanted.scanners));
  return answer;
}

}  // namespace kizashi::pipeline::internal
