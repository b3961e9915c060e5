#include "kizashi/screening/internal/rule_book.hpp"

#include <algorithm>
#include <bit>
#include <numeric>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "kizashi/base/text.hpp"

namespace kizashi::screening::internal {
namespace {

using recognise::fingerprint_kind;

auto tag_of(fingerprint_kind kind) -> std::string_view {
  switch (kind) {
    case fingerprint_kind::malware:
      return "known malware";
    case fingerprint_kind::tool:
      return "known tool";
    case fingerprint_kind::research:
      return "known research scan";
    case fingerprint_kind::unknown:
      break;
  }
  return "known cluster";
}

auto describe_pattern(pattern const& each, std::string_view tool) -> std::string {
  std::string ports;
  for (auto const key : each.key.ports)
    if (key != 0) ports += (ports.empty() ? "" : ", ") + describe_port(key);
  if (ports.empty()) ports = "many ports";
  if (std::popcount(each.sequence) > 1) ports += " in the same order";
  auto const has_syn = each.key.options != absent;
  auto header = describe({feature::options, each.key.options, each.key.options});
  if (has_syn)
    header += ", " + describe({feature::initial_ttl, each.key.initial_ttl, each.key.initial_ttl});
  return fmt::format("{}, {}: {} of {} known sources with it are {}", ports, header,
                     with_thousands(each.right), with_thousands(each.labelled), tool);
}

auto ratio(std::uint64_t part, std::uint64_t all) -> double {
  return all == 0 ? 0 : static_cast<double>(part) / static_cast<double>(all);
}

}  // namespace

label_book::label_book(analysis_options const& options)
    : fingerprints_{options.fingerprints},
      labels_{options.labels},
      first_given_{static_cast<std::uint16_t>(2 + options.fingerprints->entries().size())} {
  if (labels_ == nullptr) return;
  auto const& names = labels_->names();
  auto const found = std::ranges::find(names, background_label);
  if (found != names.end())
    background_ = static_cast<std::uint16_t>(first_given_ + (found - names.begin()));
}

auto label_book::label_of(source_record const& source) const noexcept -> std::uint16_t {
  auto const given = labels_ == nullptr ? std::uint16_t{0} : labels_->find(source.address);
  if (given != 0) return static_cast<std::uint16_t>(first_given_ + given - 1);
  if (source.scanner != 0) return known_scanner;
  return source.tool == 0 ? std::uint16_t{0} : static_cast<std::uint16_t>(source.tool + 1);
}

auto label_book::name(std::uint16_t label) const -> std::string {
  if (label == 0) return {};
  if (label == known_scanner) return "known scanner";
  if (label < first_given_) return fingerprints_->entries()[label - 2U].name;
  return std::string{labels_->name(given(label))};
}

rule_book::rule_book(analysis_options const& options, label_book const& labels)
    : labels_{labels}, fingerprints_{options.fingerprints} {
  scanner_ = add({screening_method::list, "known scanner",
                  "its address is on a list of scanners that say who they are"});
  add_verdicts(options);
  first_label_ = static_cast<std::uint32_t>(sums_.rules.size());
  if (options.labels != nullptr)
    for (auto const& name : options.labels->names())
      add({screening_method::label, "label " + name, "named so in the file of labels"});
  first_coordinated_ = static_cast<std::uint32_t>(sums_.rules.size());
  for (auto const& each : options.coordinated)
    add({screening_method::targets, "shares targets",
         fmt::format("{} to port {} with header {:08x}: sources that share their targets",
                     name_of(each.type), each.port, each.quirk)});
}

void rule_book::add_verdicts(analysis_options const& options) {
  first_verdict_ = static_cast<std::uint32_t>(sums_.rules.size());
  for (auto const& each : options.fingerprints->entries()) {
    auto const words = each.description.empty() ? each.name : each.name + ": " + each.description;
    add({screening_method::verdict, std::string{tag_of(each.kind)}, words});
  }
}

auto rule_book::add(screening_row row) -> std::uint32_t {
  sums_.rules.push_back(std::move(row));
  return static_cast<std::uint32_t>(sums_.rules.size() - 1);
}

void rule_book::add_campaigns(std::vector<campaign_row> const& campaigns) {
  by_campaign_.assign(campaigns.size(), absent);
  for (std::size_t i = 0; i < campaigns.size(); ++i)
    if (campaigns[i].is_synchronous)
      by_campaign_[i] = add({screening_method::timing, "acts together",
                             fmt::format("{}: {} sources are active in the same minutes",
                                         campaigns[i].name, with_thousands(campaigns[i].sources))});
}

void rule_book::add_patterns(std::vector<pattern> found) {
  patterns_ = std::move(found);
  first_pattern_ = static_cast<std::uint32_t>(sums_.rules.size());
  for (auto const& each : patterns_) {
    auto const& tool = fingerprints_->entries()[each.tool].name;
    auto const number =
        add({screening_method::sequence, "same sequence as " + tool, describe_pattern(each, tool)});
    sums_.rules[number].labelled = each.labelled;
    sums_.rules[number].precision = ratio(each.right, each.labelled);
  }
}

void rule_book::add_learnt(std::vector<learnt_rule> learnt) {
  learnt_ = std::move(learnt);
  first_learnt_ = static_cast<std::uint32_t>(sums_.rules.size());
  for (auto const& each : learnt_) {
    auto const number =
        add({screening_method::learnt, "like " + labels_.name(each.label), describe(each)});
    sums_.rules[number].labelled = each.labelled;
    sums_.rules[number].precision = each.precision();
  }
}

void rule_book::tag(source_record const& source, bool has_behaviour,
                    std::vector<std::uint32_t>& tags) const {
  tags.clear();
  if (source.label != 0 && source.label == labels_.background()) return;
  if (source.scanner != 0) tags.push_back(scanner_);
  for (auto left = source.tools; left != 0; left &= left - 1)
    tags.push_back(first_verdict_ + static_cast<std::uint32_t>(std::countr_zero(left)));
  if (auto const given = labels_.given(source.label); given != 0)
    tags.push_back(first_label_ + given - 1);
  if (source.coordinated != 0) tags.push_back(first_coordinated_ + source.coordinated - 1);
  if (has_behaviour) {
    auto const campaign = static_cast<std::size_t>(source.campaign);
    if (source.campaign >= 0 && by_campaign_[campaign] != absent)
      tags.push_back(by_campaign_[campaign]);
    if (source.label == 0 && source.tools == 0) {
      if (auto const* const fits = find_pattern(patterns_, source))
        tags.push_back(first_pattern_ + static_cast<std::uint32_t>(fits - patterns_.data()));
      auto const covering = std::ranges::find_if(
          learnt_, [&source](learnt_rule const& each) { return each.covers(source); });
      if (covering != learnt_.end())
        tags.push_back(first_learnt_ + static_cast<std::uint32_t>(covering - learnt_.begin()));
    }
  }
  if (!new_numbers_.empty())
    for (auto& each : tags) each = new_numbers_[each];
  std::ranges::sort(tags);
}

void rule_book::count(std::uint64_t packets, std::span<std::uint32_t const> tags) {
  ++sums_.sources;
  sums_.packets += packets;
  for (auto const each : tags) {
    ++sums_.rules[each].sources;
    sums_.rules[each].packets += packets;
  }
  if (!tags.empty()) return;
  ++sums_.sources_left;
  sums_.packets_left += packets;
}

auto rule_book::finish() -> screening_summary {
  std::vector<std::uint32_t> order(sums_.rules.size());
  std::iota(order.begin(), order.end(), 0U);
  auto const& rules = sums_.rules;
  std::erase_if(order, [&rules](std::uint32_t each) { return rules[each].sources == 0; });
  std::ranges::stable_sort(order, [&rules](std::uint32_t a, std::uint32_t b) {
    return std::tie(rules[b].packets, rules[a].tag, rules[a].reason) <
           std::tie(rules[a].packets, rules[b].tag, rules[b].reason);
  });
  screening_summary summary = sums_;
  summary.rules.clear();
  new_numbers_.assign(rules.size(), absent);
  for (auto const each : order) {
    new_numbers_[each] = static_cast<std::uint32_t>(summary.rules.size());
    summary.rules.push_back(rules[each]);
  }
  return summary;
}

}  // namespace kizashi::screening::internal
