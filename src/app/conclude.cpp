#include "kizashi/app/conclude.hpp"

#include <iterator>
#include <optional>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "kizashi/app/csv.hpp"
#include "kizashi/app/fingerprint_files.hpp"
#include "kizashi/base/text.hpp"
#include "kizashi/screening/analysis.hpp"

namespace kizashi::app {
namespace {

using telescope::profile_book;
using telescope::source_profile;

auto read_labels(std::string const& file) -> result<screening::source_labels> {
  if (file.empty()) return screening::source_labels{};
  return screening::source_labels::read(file);
}

auto coordinated_keys(std::vector<telescope::target_group> const& groups)
    -> std::vector<screening::coordinated_group> {
  std::vector<screening::coordinated_group> keys;
  for (auto const& each : groups) keys.push_back({each.type, each.port, each.quirk});
  return keys;
}

auto names_of(std::vector<recognise::verdict> const& verdicts,
              recognise::fingerprint_table const& table) -> std::vector<std::string> {
  std::vector<std::string> names;
  for (auto const& each : verdicts) names.push_back(table.entries()[each.fingerprint].name);
  return names;
}

/// Asks about each source once more: for the report, for profiles.csv and against the truth.
class second_pass {
public:
  second_pass(report& out, screening::analysis const& all, screening::source_truth truth)
      : out_{out}, all_{all} {
    for (auto const& each : out.summary.top_sources) shown_.insert(each.address.to_string());
    if (!truth.empty()) evaluation_.emplace(std::move(truth), out.found->conclusions.screening);
  }

  [[nodiscard]] auto open_table(std::filesystem::path const& folder) -> status {
    if (folder.empty()) return {};
    KIZASHI_TRY(table_, output_file::create(folder / "profiles.csv"));
    return table_->write(
        "address,first,last,packets,wire_bytes,class,tools,known_scanner,campaign,neighbours,"
        "tags,events,ports,destinations,top_ports,header,days,spoofable,country,as\n");
  }

  [[nodiscard]] auto visit(source_profile const& source) -> status {
    auto const said = all_.conclude(source);
    auto const address = source.address.to_string();
    if (shown_.contains(address)) show(address, said);
    if (evaluation_) evaluation_->add(source, said);
    return table_ ? write(source, said) : status{};
  }

  [[nodiscard]] auto commit() -> status {
    if (evaluation_) out_.found->evaluation = evaluation_->report();
    return table_ ? table_->commit() : status{};
  }

private:
  [[nodiscard]] auto tables() const -> recognition_tables const& { return *out_.found->tables; }
  [[nodiscard]] auto campaign_of(screening::source_conclusion const& said) const
      -> std::string_view {
    if (said.campaign < 0) return {};
    return out_.found->conclusions.campaigns[static_cast<std::size_t>(said.campaign)].name;
  }

  void show(std::string const& address, screening::source_conclusion const& said) {
    shown_source row;
    row.tools = names_of(said.tools, tables().fingerprints);
    row.traffic_class = said.traffic_class;
    row.organisation = tables().scanners.organisation(said.scanner);
    row.campaign = campaign_of(said);
    row.neighbours = said.neighbours;
    out_.found->sources.emplace(address, std::move(row));
  }

  [[nodiscard]] auto tags_of(screening::source_conclusion const& said) const -> std::string {
    std::string text;
    for (auto const each : said.rules)
      text += fmt::format("{}{}", text.empty() ? "" : "; ",
                          out_.found->conclusions.screening.rules[each].tag);
    return text;
  }

  static auto ports_of(source_profile const& source) -> std::string {
    std::string text;
    for (auto const& each : source.top_ports)
      if (each.ip_protocol != 0)
        text += fmt::format("{}{}/{}:{}", text.empty() ? "" : " ", each.port,
                            protocol_name(each.ip_protocol), each.packets);
    return text;
  }

  [[nodiscard]] auto write(source_profile const& source, screening::source_conclusion const& said)
      -> status {
    auto const place =
        out_.places.is_empty() ? recognise::place{} : out_.places.find(source.address);
    line_.clear();
    fmt::format_to(
        std::back_inserter(line_), "{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n",
        source.address.to_string(), csv_time(source.first), csv_time(source.last), source.packets,
        source.wire_bytes, name_of(said.traffic_class),
        fmt::join(names_of(said.tools, tables().fingerprints), " "),
        csv_text(tables().scanners.organisation(said.scanner)), csv_text(campaign_of(said)),
        said.neighbours, csv_text(tags_of(said)), source.events, source.ports, source.destinations,
        ports_of(source),
        csv_text(source.quirk == 0 ? std::string{} : telescope::describe_quirk(source.header)),
        __builtin_popcount(source.days), source.is_spoofable, csv_country(place.country),
        csv_system(place.asn));
    return table_->write(line_);
  }

  report& out_;
  screening::analysis const& all_;
  std::unordered_set<std::string> shown_;
  std::optional<screening::evaluation> evaluation_;
  std::optional<output_file> table_;
  std::string line_;
};

}  // namespace

auto open_findings(settings const& set, std::string const& truth, std::vector<capture::note>& notes)
    -> result<findings> {
  auto tables = std::make_shared<recognition_tables>();
  KIZASHI_TRY(auto fingerprints, load_fingerprints(set.fingerprints));
  for (auto& each : fingerprints.warnings) notes.push_back({std::move(each), false});
  tables->fingerprints = std::move(fingerprints.table);
  std::vector<std::filesystem::path> const lists{set.scanners.begin(), set.scanners.end()};
  KIZASHI_TRY(tables->scanners, recognise::scanner_list::read_with_shipped(lists));
  for (auto const& list : tables->scanners.notes()) {
    for (auto const& each : list.messages) notes.push_back({each, false});
    if (list.refused > list.messages.size()) {
      auto const more = list.refused - list.messages.size();
      notes.push_back({fmt::format("{}: {} more {} refused", list.file, with_thousands(more),
                                   more == 1 ? "line is" : "lines are"),
                       false});
    }
  }
  KIZASHI_TRY(tables->labels, read_labels(set.labels));
  KIZASHI_TRY(tables->truth, read_labels(truth));
  findings out;
  out.tables = std::move(tables);
  out.event_timeout = set.event_timeout;
  return out;
}

auto conclude(pipeline::observations const& observed, std::filesystem::path const& folder,
              report& out) -> status {
  auto& found = *out.found;
  found.event_counts = observed.events;
  found.dos_counts = observed.dos;
  found.coordinated = observed.targets.find(out.darknet_ipv4_addresses);
  coordinated_events const coordinated{found.coordinated};
  for (auto& each : found.events) each.pattern = coordinated.pattern_of(each);
  screening::analysis_options options;
  options.fingerprints = &found.tables->fingerprints;
  options.scanners = &found.tables->scanners;
  options.places = out.places.is_empty() ? nullptr : &out.places;
  options.labels = found.tables->labels.is_empty() ? nullptr : &found.tables->labels;
  options.coordinated = coordinated_keys(found.coordinated);
  screening::analysis all{std::move(options)};
  auto const& labels = found.tables->truth;
  screening::source_truth truth;
  std::vector<profile_book const*> books;
  for (auto const& each : observed.profiles) books.push_back(&each);
  KIZASHI_TRY(profile_book::for_each(books, [&](source_profile const& each) {
    all.learn(each);
    if (auto const label = labels.find(each.address); label != 0)
      truth.emplace(each.address, labels.name(label));
    return status{};
  }));
  found.conclusions = all.conclude();
  second_pass again{out, all, std::move(truth)};
  KIZASHI_TRY(again.open_table(folder));
  KIZASHI_TRY(
      profile_book::for_each(books, [&](source_profile const& each) { return again.visit(each); }));
  return again.commit();
}

}  // namespace kizashi::app
