// What a run's sources amount to, from their profiles alone; no packet is looked at.
//
//   analysis all{options};
//   book.for_each([&](source_profile const& each) { all.learn(each); return status{}; });
//   auto const& found = all.conclude();
//   book.for_each([&](source_profile const& each) { show(each, all.conclude(each)); ... });
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "kizashi/recognise/fingerprint.hpp"
#include "kizashi/recognise/place.hpp"
#include "kizashi/recognise/scanner_list.hpp"
#include "kizashi/screening/conclusions.hpp"
#include "kizashi/screening/labels.hpp"
#include "kizashi/telescope/sources/source_profile.hpp"

namespace kizashi::screening {

/// Sources found to share their targets: those with this header that knock at this port.
struct coordinated_group {
  recognise::packet_type type = recognise::packet_type::other_ip;
  std::uint16_t port = 0;
  std::uint32_t quirk = 0;
  friend auto operator==(coordinated_group const&, coordinated_group const&) -> bool = default;
};

/// What is pointed at must outlive the analysis.
struct analysis_options {
  recognise::fingerprint_table const* fingerprints = nullptr;  ///< needed
  recognise::scanner_list const* scanners = nullptr;           ///< may be null: no names
  recognise::place_table const* places = nullptr;              ///< may be null
  source_labels const* labels = nullptr;                       ///< may be null
  std::vector<coordinated_group> coordinated;
  /// Sources with fewer packets have no behaviour: lists, verdicts and coordinated groups set them
  /// aside, but they are in no campaign, teach nothing and fit no pattern.
  std::uint64_t least_packets = 5;
  std::uint64_t least_sources = 5;  ///< of a campaign
};

/// Fed twice with the same profiles, by ascending address: to learn, and to ask. Answers depend on
/// the profiles alone. Memory: about 250 B for each source with `least_packets` packets; the others
/// leave counters only.
class analysis {
public:
  explicit analysis(analysis_options options);
  analysis(analysis&&) noexcept;
  auto operator=(analysis&&) noexcept -> analysis&;
  ~analysis();

  /// Takes a source; each once, before `conclude`. Addresses may come in any order.
  void learn(telescope::source_profile const& source);

  /// Finds campaigns, patterns and rules, and sums up. To be called once; valid while this lives.
  auto conclude() -> conclusions const&;

  /// What is concluded of a source that was learnt. After `conclude()`.
  [[nodiscard]] auto conclude(telescope::source_profile const& source) const -> source_conclusion;

private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

}  // namespace kizashi::screening
