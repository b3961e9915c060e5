// What a run's sources amount to: which tools, classes, known scanners and campaigns they are, and
// how much of the traffic is left when the known is set aside. Plain data, in a fixed order.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/base/time.hpp"
#include "kizashi/net/address.hpp"
#include "kizashi/recognise/fingerprint.hpp"
#include "kizashi/recognise/traffic.hpp"
#include "kizashi/telescope/sources/source_profile.hpp"

namespace kizashi::screening {

/// Sources whose surest verdict or one of whose verdicts is this fingerprint.
struct tool_row {
  std::string name;
  recognise::fingerprint_kind kind = recognise::fingerprint_kind::unknown;
  std::uint64_t packets = 0;  ///< that matched, of those sources
  std::uint64_t sources = 0;
  double confidence = 0;  ///< mean over the sources
};

struct class_row {
  recognise::traffic_class traffic_class = recognise::traffic_class::other;
  std::uint64_t packets = 0;
  std::uint64_t sources = 0;  ///< with at least one such packet
};

struct scanner_row {
  std::string organisation;
  std::uint64_t sources = 0;
  std::uint64_t packets = 0;
};

/// Sources that behave alike: the same tool or header, ports and times of activity.
/// docs/campaigns.md says when.
struct campaign_row {
  std::string name;         ///< follows from the behaviour alone: the same on every day
  std::string description;  ///< the behaviour in words
  std::string tool;         ///< fingerprint's name; empty: none
  std::string quirk;        ///< header in words
  std::vector<telescope::port_use> ports;
  std::uint64_t sources = 0;
  std::uint64_t packets = 0;
  std::uint64_t networks = 0;   ///< different /24 (IPv6: /64) of the sources
  std::uint64_t systems = 0;    ///< different AS; 0 without a table of places
  std::uint64_t countries = 0;  ///< different ones; 0 without a table
  timestamp first;
  timestamp last;
  std::uint32_t days = 0;       ///< `source_profile::days` of any
  bool is_synchronous = false;  ///< its sources are active in the same minutes more than chance has
  /// How alike they are, 0 .. 1: mean over the sources of the likeness of their ports to the
  /// campaign's, times the confidence of the verdict (equal header: 0.9, equal length: 0.5).
  double confidence = 0;
};

/// How a rule came about.
enum class screening_method : std::uint8_t {
  list,      ///< published scanners
  verdict,   ///< fingerprints
  label,     ///< a person's
  targets,   ///< coordinated groups: they share their targets
  timing,    ///< synchronous campaigns
  sequence,  ///< like malware, unsupervised
  learnt,    ///< semi-supervised
};
[[nodiscard]] auto name_of(screening_method method) noexcept -> std::string_view;

/// One rule by which packets are set aside, in words. A source may have several tags, so rows add
/// up to more than was set aside. docs/screening.md.
struct screening_row {
  screening_method method = screening_method::list;
  std::string tag;             ///< "known scanner", "known malware", "same sequence as mirai" ...
  std::string reason;          ///< the rule in words
  std::uint64_t sources = 0;   ///< that have the tag
  std::uint64_t packets = 0;   ///< of those sources
  std::uint64_t labelled = 0;  ///< sources on which `precision` was measured
  double precision = 0;        ///< of `labelled`; 0 when that is 0
};

struct screening_summary {
  std::vector<screening_row> rules;
  std::uint64_t packets = 0;       ///< all
  std::uint64_t packets_left = 0;  ///< without a tag
  std::uint64_t sources = 0;
  std::uint64_t sources_left = 0;
};

struct conclusions {
  std::vector<tool_row> tools;  ///< descending packets, as all lists; ties by name
  std::vector<class_row> classes;
  std::vector<scanner_row> known_scanners;
  std::vector<campaign_row> campaigns;
  screening_summary screening;
};

/// What is concluded of one source.
struct source_conclusion {
  std::vector<recognise::verdict> tools;                                     ///< surest first
  recognise::traffic_class traffic_class = recognise::traffic_class::other;  ///< of most packets
  std::uint16_t scanner = 0;
  std::int32_t campaign = -1;        ///< index in `conclusions::campaigns`
  std::uint32_t neighbours = 0;      ///< other sources of its campaign in its /24 (IPv6: /64)
  std::vector<std::uint32_t> rules;  ///< indices in `screening_summary::rules`; empty: it is left
};

}  // namespace kizashi::screening
