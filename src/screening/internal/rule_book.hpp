// All rules by which sources are set aside, and which of them a source has as tags.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "kizashi/screening/analysis.hpp"
#include "kizashi/screening/conclusions.hpp"
#include "kizashi/screening/internal/patterns.hpp"
#include "kizashi/screening/internal/record.hpp"
#include "kizashi/screening/internal/rules.hpp"

namespace kizashi::screening::internal {

/// The numbers of labels: 1 known scanner, then the fingerprints, then a person's.
class label_book {
public:
  explicit label_book(analysis_options const& options);
  static constexpr std::uint16_t known_scanner = 1;

  /// A person's label counts before a list, a list before a verdict.
  [[nodiscard]] auto label_of(source_record const& source) const noexcept -> std::uint16_t;
  [[nodiscard]] auto name(std::uint16_t label) const -> std::string;
  /// Of sources that are not to be set aside; 0: no such label.
  [[nodiscard]] auto background() const noexcept -> std::uint16_t { return background_; }
  /// A person's label, from 1; 0: it is none.
  [[nodiscard]] auto given(std::uint16_t label) const noexcept -> std::uint16_t {
    return label >= first_given_ ? static_cast<std::uint16_t>(label - first_given_ + 1)
                                 : std::uint16_t{0};
  }

private:
  recognise::fingerprint_table const* fingerprints_;
  source_labels const* labels_;
  std::uint16_t first_given_ = 0;
  std::uint16_t background_ = 0;
};

class rule_book {
public:
  /// With the rules that need no learning.
  rule_book(analysis_options const& options, label_book const& labels);

  void add_campaigns(std::vector<campaign_row> const& campaigns);
  void add_patterns(std::vector<pattern> found);
  void add_learnt(std::vector<learnt_rule> learnt);

  /// The source's tags, ascending. Those that need its behaviour only with `has_behaviour`.
  void tag(source_record const& source, bool has_behaviour, std::vector<std::uint32_t>& tags) const;
  /// Adds a source with these tags to the sums.
  void count(std::uint64_t packets, std::span<std::uint32_t const> tags);
  /// The sums so far: rules that nothing has are left out; descending packets. From then on `tag`
  /// gives numbers of these rows.
  [[nodiscard]] auto finish() -> screening_summary;

private:
  auto add(screening_row row) -> std::uint32_t;
  void add_verdicts(analysis_options const& options);

  label_book const& labels_;
  recognise::fingerprint_table const* fingerprints_;
  screening_summary sums_;
  std::vector<std::uint32_t> new_numbers_;  // once finished: of each rule its row
  std::uint32_t scanner_ = 0;
  std::uint32_t first_verdict_ = 0;
  std::uint32_t first_label_ = 0;
  std::uint32_t first_coordinated_ = 0;
  std::vector<std::uint32_t> by_campaign_;  // `absent`: not synchronous
  std::vector<pattern> patterns_;
  std::uint32_t first_pattern_ = 0;
  std::vector<learnt_rule> learnt_;
  std::uint32_t first_learnt_ = 0;
};

}  // namespace kizashi::screening::internal
