#include "kizashi/screening/analysis.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "kizashi/screening/internal/campaigns.hpp"
#include "kizashi/screening/internal/record.hpp"
#include "kizashi/screening/internal/rule_book.hpp"

namespace kizashi::screening {
namespace {

using internal::source_record;
using telescope::source_profile;

auto verdicts_of(source_profile const& source, recognise::fingerprint_table const& table)
    -> std::vector<recognise::verdict> {
  return source.evidence.judge(
      table, {source.tcp_syn, source.tcp, source.udp, source.icmp, source.packets},
      source.fingerprints);
}

auto protocol_of(recognise::packet_type type) -> std::uint8_t {
  using recognise::packet_type;
  if (type <= packet_type::tcp_exploit) return 6;
  return type <= packet_type::udp_exploit ? 17 : 1;
}

/// Of the groups that are looked at, the first that the source fits, from 1.
auto find_coordinated(source_profile const& source, std::vector<coordinated_group> const& groups)
    -> std::uint16_t {
  for (std::size_t i = 0; i < groups.size(); ++i) {
    auto const& group = groups[i];
    if (group.quirk != source.quirk) continue;
    auto const uses = [&group](telescope::port_use const& each) {
      return each.packets > 0 && each.port == group.port &&
             each.ip_protocol == protocol_of(group.type);
    };
    if (std::ranges::any_of(source.top_ports, uses)) return static_cast<std::uint16_t>(i + 1);
  }
  return 0;
}

template <class Row, class Name>
void sort_rows(std::vector<Row>& rows, Name name) {
  std::erase_if(rows, [](Row const& each) { return each.sources == 0; });
  std::ranges::sort(rows, [&name](Row const& a, Row const& b) {
    return a.packets != b.packets ? a.packets > b.packets : name(a) < name(b);
  });
}

}  // namespace

auto name_of(screening_method method) noexcept -> std::string_view {
  static constexpr std::array<std::string_view, 7> names{"list",   "verdict",  "label", "targets",
                                                         "timing", "sequence", "learnt"};
  return names[static_cast<std::size_t>(method)];
}

struct analysis::parts {
  explicit parts(analysis_options chosen)
      : options{std::move(chosen)}, labels{options}, rules{options, labels} {
    auto const entries = options.fingerprints->entries();
    for (auto const& each : entries) tools.push_back({each.name, each.kind});
    for (std::size_t i = 0; i < recognise::traffic_classes; ++i)
      classes.push_back({static_cast<recognise::traffic_class>(i)});
    if (options.scanners == nullptr) return;
    for (std::size_t i = 0; i <= options.scanners->organisations(); ++i)
      scanners.push_back(
          {i == 0 ? std::string{}
                  : std::string{options.scanners->organisation(static_cast<std::uint16_t>(i))}});
  }

  [[nodiscard]] auto record_of(source_profile const& source,
                               std::vector<recognise::verdict> const& verdicts) const
      -> source_record {
    auto record = internal::make_record(source);
    for (auto const& each : verdicts) record.tools |= std::uint64_t{1} << each.fingerprint;
    if (!verdicts.empty()) {
      auto const surest = verdicts.front();
      record.tool = static_cast<std::uint8_t>(surest.fingerprint + 1);
      record.confidence = static_cast<float>(surest.confidence);
      record.is_malware = options.fingerprints->entries()[surest.fingerprint].kind ==
                          recognise::fingerprint_kind::malware;
    }
    record.label = labels.label_of(record);
    record.coordinated = find_coordinated(source, options.coordinated);
    return record;
  }

  void count(source_profile const& source, std::vector<recognise::verdict> const& verdicts) {
    for (auto const& each : verdicts) {
      auto& row = tools[each.fingerprint];
      ++row.sources;
      row.packets += each.packets;
      row.confidence += each.confidence;  // the mean, once all are in
    }
    for (std::size_t i = 0; i < recognise::traffic_classes; ++i) {
      classes[i].packets += source.by_class[i];
      classes[i].sources += source.by_class[i] > 0;
    }
    if (source.scanner == 0 || source.scanner >= scanners.size()) return;
    ++scanners[source.scanner].sources;
    scanners[source.scanner].packets += source.packets;
  }

  void find_groups() {
    internal::campaign_options campaigns;
    campaigns.least_sources = options.least_sources;
    campaigns.timing.least_sources = options.least_sources;
    campaigns.places =
        options.places != nullptr && !options.places->is_empty() ? options.places : nullptr;
    campaigns.tool_name = [this](std::uint8_t tool) {
      return options.fingerprints->entries()[tool].name;
    };
    found.campaigns = internal::find_campaigns(records, campaigns);
  }

  void find_rules() {
    rules.add_campaigns(found.campaigns);
    rules.add_patterns(internal::find_patterns(records));
    internal::rule_options learning;
    learning.background = labels.background();
    rules.add_learnt(internal::learn_rules(records, learning));
    std::vector<std::uint32_t> tags;
    for (auto const& each : records) {
      rules.tag(each, true, tags);
      rules.count(each.packets, tags);
    }
    found.screening = rules.finish();
  }

  void finish_rows() {
    for (auto& each : tools) each.confidence /= static_cast<double>(std::max(each.sources, 1UL));
    sort_rows(tools, [](tool_row const& each) { return each.name; });
    sort_rows(classes, [](class_row const& each) { return each.traffic_class; });
    sort_rows(scanners, [](scanner_row const& each) { return each.organisation; });
    found.tools = std::move(tools);
    found.classes = std::move(classes);
    found.known_scanners = std::move(scanners);
  }

  analysis_options options;
  internal::label_book labels;
  internal::rule_book rules;
  std::vector<source_record> records;  // with behaviour; by address once concluded
  std::vector<tool_row> tools;
  std::vector<class_row> classes;
  std::vector<scanner_row> scanners;  // by number
  conclusions found;
  std::vector<std::uint32_t> scratch;
};

analysis::analysis(analysis_options options)
    : parts_{std::make_unique<parts>(std::move(options))} {}
analysis::analysis(analysis&&) noexcept = default;
auto analysis::operator=(analysis&&) noexcept -> analysis& = default;
analysis::~analysis() = default;

void analysis::learn(source_profile const& source) {
  auto const verdicts = verdicts_of(source, *parts_->options.fingerprints);
  parts_->count(source, verdicts);
  auto const record = parts_->record_of(source, verdicts);
  if (source.packets >= parts_->options.least_packets) {
    parts_->records.push_back(record);
    return;
  }
  parts_->rules.tag(record, false, parts_->scratch);
  parts_->rules.count(source.packets, parts_->scratch);
}

auto analysis::conclude() -> conclusions const& {
  if (!std::ranges::is_sorted(parts_->records, {}, &source_record::address))
    std::ranges::sort(parts_->records, {}, &source_record::address);
  parts_->find_groups();
  parts_->find_rules();
  parts_->finish_rows();
  return parts_->found;
}

auto analysis::conclude(source_profile const& source) const -> source_conclusion {
  source_conclusion answer;
  answer.tools = verdicts_of(source, *parts_->options.fingerprints);
  answer.traffic_class = internal::main_class(source);
  answer.scanner = source.scanner;
  auto const& records = parts_->records;
  auto const known = std::ranges::lower_bound(records, source.address, {}, &source_record::address);
  if (known != records.end() && known->address == source.address) {
    answer.campaign = known->campaign;
    answer.neighbours = known->neighbours;
    parts_->rules.tag(*known, true, answer.rules);
  } else {
    parts_->rules.tag(parts_->record_of(source, answer.tools), false, answer.rules);
  }
  return answer;
}

}  // namespace kizashi::screening
