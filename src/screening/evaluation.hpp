// How right screening was, where the truth is known.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "kizashi/net/address.hpp"
#include "kizashi/screening/conclusions.hpp"

namespace kizashi::screening {

/// What each source really is. An empty label, or `background_label`, is a source that should be
/// left; any other one should be set aside.
using source_truth = std::map<net::address, std::string>;

struct rule_evaluation {
  std::uint64_t sources = 0;     ///< with the tag, of known truth
  std::uint64_t right = 0;       ///< of those, that should be set aside
  std::string label;             ///< that most of the right ones have; empty: none is right
  std::uint64_t with_label = 0;  ///< of `right`: with `label`
  std::uint64_t of_label = 0;    ///< sources with `label`, tagged or not

  [[nodiscard]] auto precision() const noexcept -> double;
  /// Of the sources with `label`, the share that the rule tags.
  [[nodiscard]] auto recall() const noexcept -> double;
};

/// Sources or packets, of known truth.
struct evaluation_counts {
  std::uint64_t right = 0;   ///< set aside, as it should be
  std::uint64_t wrong = 0;   ///< set aside, but should be left
  std::uint64_t missed = 0;  ///< left, but should be set aside
  std::uint64_t left = 0;    ///< left, as it should be

  [[nodiscard]] auto precision() const noexcept -> double;
  [[nodiscard]] auto recall() const noexcept -> double;
};

struct evaluation_report {
  std::vector<rule_evaluation> rules;  ///< as `screening_summary::rules`
  evaluation_counts sources;
  evaluation_counts packets;
  std::uint64_t unknown = 0;  ///< sources of which the truth does not speak
};

/// Fed with every source and what was concluded of it. A share of nothing is 0.
class evaluation {
public:
  evaluation(source_truth truth, screening_summary const& of);
  void add(telescope::source_profile const& source, source_conclusion const& concluded);
  [[nodiscard]] auto report() const -> evaluation_report;

private:
  source_truth truth_;
  evaluation_report sums_;
  std::map<std::string, std::uint64_t> by_label_;
  std::vector<std::map<std::string, std::uint64_t>> by_rule_;
};

}  // namespace kizashi::screening
