// kizashi store export: packets of a store as a file for other programs.
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "kizashi/app/command.hpp"
#include "kizashi/app/filter_option.hpp"
#include "kizashi/app/open_store.hpp"
#include "kizashi/app/part_file.hpp"
#include "kizashi/app/progress_bar.hpp"
#include "kizashi/app/query_output.hpp"
#include "kizashi/app/settings.hpp"
#include "kizashi/app/store_commands.hpp"
#include "kizashi/app/terminal.hpp"
#include "kizashi/app/text_layout.hpp"
#include "kizashi/app/text_sink.hpp"
#include "kizashi/base/output_file.hpp"
#include "kizashi/base/text.hpp"
#include "kizashi/capture/pcap_writer.hpp"
#include "kizashi/net/rebuild.hpp"
#include "kizashi/store/packet_reader.hpp"

namespace kizashi::app {
namespace {

constexpr auto store_export_name = "kizashi store export";

constexpr auto store_export_examples =
    "Examples:\n"
    "  kizashi store export --store seen -o night.pcap.gz       headers, for any capture tool\n"
    "  kizashi store export --store seen -o day.parquet --from 2026-01-15 --to 2026-01-16\n"
    "  kizashi store export --store seen -o telnet.csv --port 23 --sensor north\n"
    "  kizashi store export --store seen -o mirai.csv --filter \"tool == mirai and ttl < 64\"\n"
    "  kizashi store export --store seen -o one.jsonl --of 192.0.2.1 --of 198.51.100.0/24\n"
    "  kizashi store export --store seen -o public.csv --without-destinations\n"
    "\n"
    "Packets come in the order of time. A capture has the headers that the store keeps, and no\n"
    "payload: docs/import-export.md says what can be rebuilt. Times are UTC: 2026-01-15 or\n"
    "2026-01-15T09:00:00Z. With the darknet's addresses in it an export is as confidential as the\n"
    "store; --without-destinations leaves them out.";

enum class export_format : std::uint8_t { pcap, csv, json_lines, parquet };

struct export_choice {
  std::string store;
  std::string sensor;
  std::string from;
  std::string to;
  std::vector<std::string> of;
  std::string port;
  std::string filter;
  std::string output;
  std::string memory = "2GiB";
  bool hides_destinations = false;
  bool is_quiet = false;
};

/// The choice, checked.
struct export_plan {
  export_format format = export_format::csv;
  std::string output;
  store::packet_selection selection;
  store::ask_limits limits;
  bool has_destinations = true;
  bool is_quiet = false;
};

auto format_of(std::string_view file) -> result<export_format> {
  if (file.ends_with(".pcap") || file.ends_with(".pcap.gz")) return export_format::pcap;
  if (file.ends_with(".csv")) return export_format::csv;
  if (file.ends_with(".jsonl")) return export_format::json_lines;
  if (file.ends_with(".parquet")) return export_format::parquet;
  return fail(errc::parse_error,
              fmt::format("-o {}: expected a name that ends in .pcap, .pcap.gz, .csv, .jsonl or "
                          ".parquet",
                          file));
}

/// RFC 3339, or a day for its begin.
auto time_of(std::string_view option, std::string const& text) -> result<timestamp> {
  if (text.empty()) return timestamp::unknown();
  auto const time = timestamp::parse(text.size() == 10 ? text + "T00:00:00Z" : text);
  if (time) return *time;
  return fail(errc::parse_error,
              fmt::format("{} {}: expected a day or a time with its zone, such as 2026-01-15 or "
                          "2026-01-15T09:00:00Z",
                          option, text));
}

auto plan_of(export_choice const& choice) -> result<export_plan> {
  export_plan plan;
  plan.output = choice.output;
  plan.has_destinations = !choice.hides_destinations;
  plan.is_quiet = choice.is_quiet;
  KIZASHI_TRY(plan.format, format_of(choice.output));
  KIZASHI_TRY(plan.limits.memory, parse_memory(choice.memory));
  auto& wanted = plan.selection;
  wanted.sensor = choice.sensor;
  KIZASHI_TRY(wanted.from, time_of("--from", choice.from));
  KIZASHI_TRY(wanted.to, time_of("--to", choice.to));
  if (wanted.from.is_known() && wanted.to.is_known() && wanted.to <= wanted.from)
    return fail(errc::out_of_range,
                fmt::format("--to {} is not after --from {}", choice.to, choice.from));
  for (auto const& each : choice.of) {
    KIZASHI_TRY(auto const where, net::prefix::parse(each));
    wanted.of.push_back(where);
  }
  if (!choice.port.empty()) {
    KIZASHI_TRY(auto const port, net::port::parse(choice.port));
    wanted.port = port;
  }
  KIZASHI_TRY(wanted_filter(choice.filter, filter::target::packets));
  return plan;
}

/// What an export amounted to.
struct export_counts {
  std::uint64_t packets = 0;
  std::uint64_t without_ip = 0;  ///< left out
  std::uint64_t pseudonyms = 0;  ///< left out
};

/// Destinations, and what may tell them, as `store::text_options` has it.
void hide_destinations(net::packet_batch& in) {
  for (auto& each : in.ipv6) {
    if (each.source == each.destination) each.source = net::ipv6{};
    each.destination = net::ipv6{};
  }
  for (std::size_t row = 0; row < in.size(); ++row) {
    in.tcp_sequence[row] = in.tcp_acknowledgement[row] = in.ip_id[row] = 0;
    if (in.has(row, net::attribute::ipv6)) continue;
    if (in.source[row] == in.destination[row]) in.source[row] = 0;
    in.destination[row] = 0;
  }
}

auto export_pcap(store::engine& from, store::chosen_packets const& chosen, export_plan const& plan)
    -> result<export_counts> {
  KIZASHI_TRY(auto out, capture::pcap_writer::create(plan.output, net::link_type::raw_ip,
                                                     capture::pcap_resolution::microseconds));
  export_counts counts;
  progress_bar bar{!plan.is_quiet};
  std::uint64_t seen = 0;
  KIZASHI_TRY(store::read_packets(
      from, chosen, plan.limits,
      [&](store::stored_packets& in) -> status {
        if (!plan.has_destinations) hide_destinations(in.packets);
        net::headers_buffer buffer;
        for (std::size_t row = 0; row < in.packets.size(); ++row) {
          if (in.packets.has(row, net::attribute::pseudonym)) {
            ++counts.pseudonyms;
            continue;
          }
          auto const length = net::rebuild_headers(in.packets, row, buffer);
          counts.without_ip += length == 0 ? 1 : 0;
          if (length == 0) continue;
          KIZASHI_TRY(out.write(timestamp{in.packets.time[row]}, in.packets.wire_length[row],
                                std::span{buffer}.first(length)));
          ++counts.packets;
        }
        seen += in.packets.size();
        bar.show(seen, {seen, chosen.packets()});
        return {};
      },
      is_stop_wanted));
  bar.clear();
  KIZASHI_TRY(out.close());
  return counts;
}

/// CSV and JSON lines: the answers to one question per piece, one behind the other.
auto export_text(store::engine& from, store::chosen_packets const& chosen, export_plan const& plan)
    -> status {
  KIZASHI_TRY(auto file, output_file::create(plan.output));
  file_sink out{std::move(file)};
  bool const is_csv = plan.format == export_format::csv;
  // Without packets too a table has the names of its columns.
  auto const pieces = chosen.pieces().empty() ? std::vector{chosen.whole()} : chosen.pieces();
  progress_bar bar{!plan.is_quiet};
  std::uint64_t seen = 0;
  for (auto const& piece : pieces) {
    auto const writer =
        is_csv ? make_csv_output(out, &piece == pieces.data()) : make_json_lines_output(out);
    auto const sql = chosen.text(piece, {.has_destinations = plan.has_destinations});
    KIZASHI_TRY(
        from.ask({sql, writer->form(), plan.limits, is_stop_wanted},
                 [&](std::span<std::uint8_t const> bytes) { return writer->write(bytes); }));
    KIZASHI_TRY(writer->finish());
    seen += piece.ipv4 + piece.ipv6;
    bar.show(seen, {seen, chosen.packets()});
  }
  return out.commit();
}

auto export_parquet(store::engine& from, store::chosen_packets const& chosen,
                    export_plan const& plan) -> status {
  KIZASHI_TRY(auto part, part_file::create(plan.output));
  auto const sql = chosen.text(chosen.whole(), {.has_destinations = plan.has_destinations});
  KIZASHI_TRY(from.ask_parquet({sql, store::answer_form::native, plan.limits, is_stop_wanted},
                               part.path()));
  return part.commit();
}

auto export_packets(export_choice const& choice, export_plan const& plan) -> result<export_counts> {
  KIZASHI_TRY(auto const opened, open_store_to_ask(choice.store, store_export_name));
  auto selection = plan.selection;
  KIZASHI_TRY(selection.where,
              stored_filter_of(*opened, choice.filter, {plan.limits, is_stop_wanted}));
  KIZASHI_TRY(auto const chosen,
              store::chosen_packets::find(*opened, selection, plan.limits, is_stop_wanted));
  if (plan.format == export_format::pcap) return export_pcap(*opened, chosen, plan);
  KIZASHI_TRY(plan.format == export_format::parquet ? export_parquet(*opened, chosen, plan)
                                                    : export_text(*opened, chosen, plan));
  return export_counts{.packets = chosen.packets()};
}

auto describe(export_counts const& counts, export_plan const& plan) -> std::string {
  auto text = fmt::format("{} written to {}", counted(counts.packets, "packet"), plan.output);
  if (counts.without_ip > 0)
    text += fmt::format("; left out: {} without IP, whose headers the store does not have",
                        counted(counts.without_ip, "packet"));
  if (counts.pseudonyms > 0)
    text += fmt::format("; left out: {} from pseudonyms, which are no addresses",
                        counted(counts.pseudonyms, "packet"));
  if (!plan.has_destinations && plan.format == export_format::pcap)
    text += "; destinations, IP IDs, sequence and acknowledgement numbers are 0";
  return text;
}

auto run(export_choice const& choice) -> int {
  auto const plan = plan_of(choice);
  if (!plan) return say_usage(plan.error(), store_export_name);
  listen_for_stop();
  auto const done = export_packets(choice, *plan);
  if (!done && is_stop_wanted())
    return say_failure({errc::io_error, fmt::format("stopped; {} was not written", plan->output)});
  if (!done) return say_failure(done.error());
  if (!plan->is_quiet) fmt::print(stderr, "kizashi: {}\n", printable(describe(*done, *plan)));
  return exit_done;
}

}  // namespace

void add_store_export(CLI::App& store, int& exit_code) {
  auto* const command =
      store.add_subcommand("export", "Write packets as pcap, CSV, JSON lines or Parquet");
  command->footer(store_export_examples);
  auto const choice = std::make_shared<export_choice>();
  add_store_option(*command, choice->store);
  command
      ->add_option("-o,--output", choice->output,
                   "The file: .pcap, .pcap.gz, .csv, .jsonl or .parquet; it appears when it is "
                   "complete")
      ->required()
      ->type_name("FILE");
  command->add_option("--sensor", choice->sensor, "Only what this sensor saw")->type_name("NAME");
  command->add_option("--from", choice->from, "Only packets since this time, in UTC")
      ->type_name("TIME");
  command->add_option("--to", choice->to, "Only packets before this time")->type_name("TIME");
  command
      ->add_option("--of", choice->of,
                   "Only packets from or to this address or prefix; may be given several times")
      ->type_name("ADDRESS|PREFIX");
  command->add_option("--port", choice->port, "Only packets from or to this port of TCP or UDP")
      ->type_name("NUMBER");
  add_filter_option(*command, choice->filter);
  command->add_flag("--without-destinations", choice->hides_destinations,
                    "Leave the darknet's addresses out, and fields that may tell them");
  command
      ->add_option("--memory", choice->memory,
                   "What a question to the store may take; larger sorts go to the disk (default "
                   "2GiB)")
      ->type_name("SIZE");
  command->add_flag("--no-progress", choice->is_quiet,
                    "Write nothing but failures to the terminal");
  command->callback([choice, &exit_code] { exit_code = run(*choice); });
}

}  // namespace kizashi::app
