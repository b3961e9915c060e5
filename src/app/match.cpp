// kizashi match: packets from or to a list of addresses, in captures or in a store.
#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "kizashi/app/batch_filter.hpp"
#include "kizashi/app/command.hpp"
#include "kizashi/app/filter_option.hpp"
#include "kizashi/app/json_document.hpp"
#include "kizashi/app/match_output.hpp"
#include "kizashi/app/match_store.hpp"
#include "kizashi/app/open_source.hpp"
#include "kizashi/app/open_store.hpp"
#include "kizashi/app/progress_bar.hpp"
#include "kizashi/app/report.hpp"
#include "kizashi/app/standard_input.hpp"
#include "kizashi/app/terminal.hpp"
#include "kizashi/app/text_layout.hpp"
#include "kizashi/app/text_sink.hpp"
#include "kizashi/base/text.hpp"
#include "kizashi/match/address_matcher.hpp"
#include "kizashi/net/decode.hpp"

namespace kizashi::app {
namespace {

constexpr auto match_name = "kizashi match";

constexpr auto match_examples =
    "Examples:\n"
    "  kizashi match --list bad.txt night.pcap.gz                 the packets, as CSV\n"
    "  kizashi match --list bad.txt night.pcap.gz -o bad.pcap     ... as they were captured\n"
    "  kizashi match --list bad.txt nights/ --count               packets by entry\n"
    "  kizashi match --list ours.txt night.pcap --side source     what our networks sent\n"
    "  kizashi match --list ours.txt --store seen --from 2026-01-15 --count    ... since that day\n"
    "  kizashi match --list ours.txt --store seen --filter \"tool == mirai\" --count\n"
    "\n"
    "A list has an address, a prefix (192.0.2.0/24) or a range (192.0.2.8-192.0.2.11) on each\n"
    "line, IPv4 or IPv6; #, ; and // begin comments, and what stands behind a space, tab or comma\n"
    "is not read. Entries may nest: a packet is named by the longest, and counted by all around "
    "it.\n"
    "\n"
    "From a store nothing is read but what matches: it knows which sources and destinations it "
    "has.\n"
    "Its packets come by source, each source's by time, IPv4 before IPv6.";

struct match_choice {
  std::string list;
  std::vector<std::string> inputs;
  store_choice store;  // without a folder: captures
  std::string side = "either";
  std::string output;
  bool is_count = false;
  bool is_json = false;
  bool skips_bad = false;
  bool is_quiet = false;
};

/// What was looked for and found.
struct match_result {
  std::unique_ptr<match::address_matcher> matcher;
  std::optional<match::match_counts> counts;
  std::vector<capture::note> notes;
  std::uint64_t packets = 0;
  bool is_partial = false;
};

/// The first bad lines of a list as lines of a message.
auto describe_bad(std::string const& file, match::address_list const& list) -> std::string {
  constexpr std::size_t most = 10;
  std::string text;
  auto const bad = list.bad_lines();
  for (auto const& each : bad.first(std::min(most, bad.size())))
    text += fmt::format("{}:{}: {}\n", file, each.line, each.message);
  if (bad.size() > most)
    text += fmt::format("{}: and {} more bad lines\n", file, with_thousands(bad.size() - most));
  return text;
}

auto read_list(match_choice const& choice) -> result<match::address_list> {
  KIZASHI_TRY(auto list, match::address_list::read(choice.list));
  if (!list.bad_lines().empty()) {
    auto const text = describe_bad(choice.list, list);
    if (!choice.skips_bad)
      return fail(errc::parse_error,
                  text +
                      "nothing was matched; mend the list, or leave its bad lines out with "
                      "--skip-bad");
    say_failure({errc::parse_error, text + counted(list.bad_lines().size(), "bad line") +
                                        " left out, as --skip-bad says"});
  }
  if (list.entries().empty())
    return fail(errc::parse_error,
                fmt::format("{}: no address, prefix or range in it", choice.list));
  return list;
}

auto match_all(capture::frame_source& source, match_choice const& choice, batch_filter* only,
               match_output* output, match_result& to) -> status {
  net::frame_block block;
  auto const batch = std::make_unique<net::packet_batch>();
  match::matched_rows rows;
  auto const where = side_of(choice.side);
  progress_bar bar{!choice.is_quiet};
  for (;;) {
    KIZASHI_TRY(source.next(block));
    if (block.frames.empty()) return {};
    net::decode(block, *batch);
    to.packets += batch->size();
    if (only != nullptr) only->apply(block, *batch);
    to.matcher->match(*batch, where, rows);
    to.counts->add(*batch, rows);
    if (output != nullptr) KIZASHI_TRY(output->write(block, *batch, rows));
    bar.show(to.packets, source.position());
    if (is_stop_wanted()) {
      to.is_partial = true;
      return {};
    }
  }
}

auto match_captures(match_choice const& choice, match_output* output, match_result& to) -> status {
  std::optional<stoppable_input> input;
  if (std::ranges::find(choice.inputs, "-") != choice.inputs.end()) input.emplace();
  KIZASHI_TRY(auto const source, open_source(choice.inputs, {}, to.notes));
  KIZASHI_TRY(auto const wanted, wanted_filter(choice.store.filter, filter::target::packets));
  std::unique_ptr<batch_filter> only;
  if (wanted) {
    KIZASHI_TRY(only, batch_filter::make(*wanted));
  }
  KIZASHI_TRY(match_all(*source, choice, only.get(), output, to));
  for (auto& each : source->notes()) to.notes.push_back(std::move(each));
  for (auto const& each : to.notes) to.is_partial = to.is_partial || each.is_loss;
  if (input && input->was_stopped()) to.is_partial = true;
  return {};
}

/// Whether the sketches say that nothing of the list is in the store: then nobody need open it.
auto is_nowhere(match_choice const& choice, list_query const& query) -> result<bool> {
  KIZASHI_TRY(expect_store(choice.store.folder));
  KIZASHI_TRY(auto const scope, scope_of(choice.store));
  auto const found = find_in_sketches(choice.store.folder, scope, query);
  if (found) return *found && (*found)->is_empty();
  say_failure({found.error().code, found.error().message +
                                       "; the store is searched without it, and 'kizashi store "
                                       "vacuum' makes it anew"});
  return false;
}

auto match_stored(match_choice const& choice, match_output* output, match_result& to) -> status {
  auto const done = [&]() -> status {
    list_query const query{*to.matcher, side_of(choice.side)};
    bool const has_total = choice.is_count || choice.is_json;
    KIZASHI_TRY(auto const is_settled, is_nowhere(choice, query));
    if (is_settled && !has_total) return {};
    KIZASHI_TRY(auto const search, open_search(choice.store, match_name));
    if (has_total) {
      KIZASHI_TRY(to.packets, search.packets());
    }
    return is_settled ? status{} : match_store(search, query, *to.counts, output);
  }();
  if (done || !is_stop_wanted()) return done;
  to.is_partial = true;
  return {};
}

auto find_matches(match_choice const& choice) -> result<match_result> {
  match_result out;
  KIZASHI_TRY(auto list, read_list(choice));
  out.matcher = std::make_unique<match::address_matcher>(std::move(list));
  out.counts.emplace(out.matcher->list());
  std::unique_ptr<match_output> output;
  bool const writes_matches = !choice.output.empty() || (!choice.is_count && !choice.is_json);
  if (writes_matches) {
    KIZASHI_TRY(output, open_match_output(choice.output, out.matcher->list()));
  }
  KIZASHI_TRY(choice.store.folder.empty() ? match_captures(choice, output.get(), out)
                                          : match_stored(choice, output.get(), out));
  if (output) KIZASHI_TRY(output->close());
  return out;
}

struct counted_entry {
  match::list_entry of;
  match::entry_count count;
};

/// The entries that something matched, those with most packets first.
auto busiest(match_result const& found) -> std::vector<counted_entry> {
  std::vector<counted_entry> out;
  auto const entries = found.matcher->list().entries();
  auto const totals = found.counts->totals();
  for (std::size_t i = 0; i < entries.size(); ++i)
    if (totals[i].packets_from + totals[i].packets_to > 0) out.push_back({entries[i], totals[i]});
  std::ranges::stable_sort(out, std::greater{}, [](counted_entry const& each) {
    return each.count.packets_from + each.count.packets_to;
  });
  return out;
}

auto summary_of(match_result const& found, std::size_t entries) -> std::string {
  return fmt::format(
      "{} of {} matched {} of {} entries{}\n", with_thousands(found.counts->packets()),
      counted(found.packets, "packet"), with_thousands(entries),
      with_thousands(found.matcher->list().entries().size()), found.is_partial ? "; partial" : "");
}

auto write_text(match_result const& found) -> status {
  standard_output out;
  text_table table{{{"line", true}, {"entry"}, {"from", true}, {"to", true}, {"first"}, {"last"}}};
  auto const rows = busiest(found);
  for (auto const& [of, count] : rows)
    table.add({with_thousands(of.line), of.where.to_string(), with_thousands(count.packets_from),
               with_thousands(count.packets_to), count.first.to_string(), count.last.to_string()});
  if (!rows.empty()) KIZASHI_TRY(table.write(uncut_style(), out));
  KIZASHI_TRY(out.write(summary_of(found, rows.size())));
  return out.flush();
}

auto write_json(match_result const& found, match_choice const& choice) -> status {
  standard_output out;
  json_document document{out};
  auto const& list = found.matcher->list();
  auto const rows = busiest(found);
  KIZASHI_TRY(document.member("schema", "kizashi-match/1"));
  KIZASHI_TRY(document.member("list", choice.list));
  KIZASHI_TRY(document.member("side", choice.side));
  for (auto const& [member, value] :
       {std::pair{"store", &choice.store.folder}, std::pair{"sensor", &choice.store.sensor},
        std::pair{"from", &choice.store.from}, std::pair{"to", &choice.store.to},
        std::pair{"filter", &choice.store.filter}})
    if (!value->empty()) KIZASHI_TRY(document.member(member, *value));
  KIZASHI_TRY(document.member("partial", found.is_partial));
  KIZASHI_TRY(document.member("packets", found.packets));
  KIZASHI_TRY(document.member("matched", found.counts->packets()));
  KIZASHI_TRY(document.member("list_entries", list.entries().size()));
  KIZASHI_TRY(document.member("repeated_lines", list.repeated()));
  KIZASHI_TRY(document.list("bad_lines", list.bad_lines(), list.bad_lines().size(),
                            [](match::bad_line const& each) {
                              return json{{"line", each.line}, {"message", each.message}};
                            }));
  KIZASHI_TRY(document.list("entries", rows, rows.size(), [](counted_entry const& each) {
    return json{{"line", each.of.line},
                {"entry", each.of.where.to_string()},
                {"packets_from", each.count.packets_from},
                {"packets_to", each.count.packets_to},
                {"first", time_json(each.count.first)},
                {"last", time_json(each.count.last)}};
  }));
  KIZASHI_TRY(document.close());
  return out.flush();
}

auto check(match_choice const& choice) -> status {
  auto const& store = choice.store;
  if (choice.inputs.empty() && store.folder.empty())
    return fail(errc::parse_error,
                "nothing to match; expected captures (a file, a folder, a pattern or -), or a "
                "store by --store");
  if (!choice.inputs.empty() && !store.folder.empty())
    return fail(errc::parse_error, "captures and --store are given; expected one of the two");
  if (store.folder.empty() && !(store.sensor + store.from + store.to).empty())
    return fail(errc::parse_error,
                "--sensor, --from and --to choose from a store; expected "
                "--store as well");
  if (!store.folder.empty() && choice.output.ends_with(".pcap"))
    return fail(errc::unsupported,
                fmt::format("-o {}: a store keeps header fields and no frames; expected a name "
                            "that ends in .csv or .jsonl",
                            choice.output));
  KIZASHI_TRY(scope_of(store));
  KIZASHI_TRY(wanted_filter(store.filter, filter::target::packets));
  if (choice.list == "-")
    return fail(errc::parse_error, "--list is a file; standard input may hold a capture");
  return {};
}

auto run(match_choice const& choice) -> int {
  if (auto const good = check(choice); !good) return say_usage(good.error(), match_name);
  listen_for_stop();
  auto const found = find_matches(choice);
  if (!found)
    return found.error().code == errc::interrupted ? exit_done : say_failure(found.error());
  auto const written = choice.is_json    ? write_json(*found, choice)
                       : choice.is_count ? write_text(*found)
                                         : status{};
  if (!written && written.error().code != errc::interrupted) return say_failure(written.error());
  for (auto const& each : found->notes) say_failure({errc::io_error, each.message});
  if (!found->is_partial) return exit_done;
  return say_failure({errc::io_error, "partial: not all packets of the input were matched"});
}

}  // namespace

void add_match(CLI::App& program, int& exit_code) {
  auto* const command =
      program.add_subcommand("match", "Find what is from or to a list of addresses");
  command->footer(match_examples);
  auto const choice = std::make_shared<match_choice>();
  command->add_option("input", choice->inputs, "Captures: files, folders, patterns in quotes, or -")
      ->type_name("FILE|DIR|GLOB|-");
  command->add_option("--store", choice->store.folder, "A store's folder, instead of captures")
      ->type_name("DIR");
  command->add_option("--sensor", choice->store.sensor, "Of the store, what this sensor saw")
      ->type_name("NAME");
  command
      ->add_option("--from", choice->store.from,
                   "Of the store, what was seen then or later: a day, or a time such as "
                   "2026-01-15T09:00:00Z")
      ->type_name("TIME");
  command->add_option("--to", choice->store.to, "Of the store, what was seen before")
      ->type_name("TIME");
  add_filter_option(*command, choice->store.filter);
  command->add_option("--list", choice->list, "Addresses, prefixes and ranges to look for")
      ->required()
      ->type_name("FILE");
  command
      ->add_option("--side", choice->side,
                   "Which address must be in the list: source, destination or either (default)")
      ->check(CLI::IsMember({"source", "destination", "either"}))
      ->type_name("SIDE");
  command
      ->add_option("-o,--output", choice->output,
                   "Write the packets that match there: .pcap, .csv or .jsonl (default: CSV on "
                   "standard output)")
      ->type_name("FILE");
  command->add_flag("--count", choice->is_count, "Print packets by entry instead of the packets");
  command->add_flag("--json", choice->is_json, "The same as a JSON document");
  command->add_flag("--skip-bad", choice->skips_bad,
                    "Leave lines out that are no address, prefix or range");
  command->add_flag("--no-progress", choice->is_quiet, "No progress bar, even on a terminal");
  command->callback([choice, &exit_code] { exit_code = run(*choice); });
}

}  // namespace kizashi::app
