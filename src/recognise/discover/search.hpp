// Finding fingerprints that nobody has written down: relations between header fields that hold for
// a group of sources and not in general.
//
//   fingerprint_search search{search_options{}};
//   while (...) search.add(batch);
//   for (auto const& each : search.find()) print(to_toml(each));
//
// The question is that of the genetic search of NICT (Tanaka, Han, Takahashi, Fujisawa:
// "Internet-Wide Scanner Fingerprint Identifier Based on TCP/IP Header"); the answer is computed
// instead of evolved. docs/discover.md explains the way and its limits.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "kizashi/net/packet_batch.hpp"
#include "kizashi/recognise/discover/address_guard.hpp"
#include "kizashi/recognise/discover/sample_row.hpp"

namespace kizashi::recognise::discover {

struct search_options {
  std::size_t sources = 65536;         ///< sampled, of each kind of packet; 1 to 1,000,000
  std::size_t packets_of_source = 16;  ///< sampled; 6 to 32
  std::size_t least_sources = 3;       ///< a smaller group is not proposed; from 1
  std::size_t most_proposals = 32;     ///< of each kind of packet
  address_guard guard{};               ///< what it says to tell is withheld
};

/// A look that nearly all of a group's packets have: it narrows a relation and proves nothing
/// alone.
struct look {
  std::string condition;    ///< "tcp.window == 65535"
  double share = 0;         ///< of the group's packets
  double rest = 0;          ///< of the packets of all other sampled sources
  std::uint32_t value = 0;  ///< the number in it
  bool is_used = false;     ///< whether it stands in `match`
};

struct proposal {
  std::string name;  ///< "found-" and eight digits that follow from the relation
  scope where = scope::tcp_syn;
  std::vector<std::string> match;     ///< conditions in the language of fingerprints
  std::string same;                   ///< of a key: the expression that stays the same per source
  std::string relation;               ///< the relation itself
  unsigned bits = 16;                 ///< that must agree
  std::uint64_t sources = 0;          ///< sampled ones that have it
  std::uint64_t packets = 0;          ///< sampled packets of theirs that have it
  std::uint64_t sampled_sources = 0;  ///< of this kind of packet, these and all others
  std::uint64_t sampled_packets = 0;
  std::uint64_t rest_packets = 0;     ///< sampled packets of all other sources ...
  std::uint64_t rest_matches = 0;     ///< ... and how many pass the relation (not the looks) too
  double surprise = 0;                ///< minus log2 of the chance that random fields show this
  std::uint32_t verdict_packets = 2;  ///< so many make the chance of a verdict less than 2^-30
  std::vector<look> looks;
};

/// Reads any number of batches, keeps a sample of each kind of packet, then searches it. Memory:
/// about 75 MiB for each kind of packet that fills its sample, and the same again while it grows.
/// Equal streams give equal proposals.
class fingerprint_search {
public:
  explicit fingerprint_search(search_options const& options);
  ~fingerprint_search();
  fingerprint_search(fingerprint_search&&) noexcept;

  void add(net::packet_batch const& batch);
  [[nodiscard]] auto packets() const noexcept -> std::uint64_t;  ///< given
  /// Of these how many are looked at: IPv4 with TCP or UDP ports or an ICMP type.
  [[nodiscard]] auto usable_packets() const noexcept -> std::uint64_t;

  /// Proposals, the most surprising first. Ends the taking of batches. Cost: some microseconds per
  /// sampled source, and 256 evaluations at most per sampled packet.
  [[nodiscard]] auto find() -> std::vector<proposal>;
  /// How many relations `find` kept back as their constants could tell the darknet's addresses.
  [[nodiscard]] auto withheld() const noexcept -> std::uint64_t;

private:
  struct state;
  std::unique_ptr<state> state_;
};

/// An entry for a file of fingerprints, with what speaks for it as a comment above it.
[[nodiscard]] auto to_toml(proposal const& of) -> std::string;

}  // namespace kizashi::recognise::discover
