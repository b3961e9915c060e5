// What the packets of one source say for each fingerprint: a few counters, small enough to be kept
// for a million sources.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "kizashi/recognise/fingerprint.hpp"
#include "kizashi/recognise/tag_columns.hpp"

namespace kizashi::recognise {

struct verdict {
  std::uint8_t fingerprint = 0;  ///< number of the entry
  std::uint64_t packets = 0;     ///< that matched
  double confidence = 0;         ///< 0.5 .. 1
};

/// At most 64 bytes, trivially copyable. Zero-initialised it is empty.
///
/// Fingerprints matched are counted in four places; a fifth one drives the rarest out (Misra and
/// Gries 1982: a count may then be too low, never too high).
class tool_evidence {
public:
  /// A packet whose mask is not zero.
  void add(std::uint64_t fingerprints) noexcept;
  /// A row of type tcp_syn: compares its keys with those of the SYN before it. A packet that
  /// repeats one of the last four sequence numbers says nothing: what is sent again is no new test.
  void add_keys(tag_columns const& tags, std::size_t row, std::uint32_t tcp_sequence) noexcept;
  /// What was seen of the same source at a later time. The packets at the seam are no pair.
  void absorb(tool_evidence const& other) noexcept;

  /// What the evidence amounts to; the surest first, of equally sure ones that with the lower
  /// false_match. `packets` by scope: all the source's packets. `matched`: fingerprints of any
  /// packet, all bits; one that was driven out of its place counts as matched once.
  struct totals {
    std::uint64_t tcp_syn = 0, tcp = 0, udp = 0, icmp = 0, any = 0;
  };
  [[nodiscard]] auto judge(fingerprint_table const& table, totals const& packets,
                           std::uint64_t matched = 0) const -> std::vector<verdict>;

  /// For a saved state: see base/state.hpp.
  template <class Io, class Self>
  static void state_fields(Io& io, Self& self) {
    for (auto& each : self.matched_) {
      std::uint32_t count = each.count, number = each.number;
      io(count, number);
      if constexpr (Io::is_reading) {
        io.expect(count < 1U << 24 && number <= most_fingerprints && (count == 0 || number > 0),
                  "the matches of a fingerprint");
        each.count = count & 0xFF'FFFFU;
        each.number = number & 0xFFU;
      }
    }
    io(self.last_keys_, self.equal_, self.recent_, self.pairs_);
  }

private:
  struct place {
    std::uint32_t count : 24;
    std::uint32_t number : 8;  ///< fingerprint + 1; 0: free
  };
  void add_one(std::uint32_t number) noexcept;

  std::array<place, 4> matched_;
  std::array<std::uint32_t, most_keys> last_keys_;
  std::array<std::uint16_t, most_keys> equal_;  ///< pairs that agreed; stays at its largest
  std::uint64_t recent_;  ///< marks of the last four sequence numbers, 16 bits each, 0: none
  std::uint32_t pairs_;   ///< pairs compared
};
static_assert(sizeof(tool_evidence) <= 64);

}  // namespace kizashi::recognise
