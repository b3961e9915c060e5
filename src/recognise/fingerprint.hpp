// Fingerprints: which tool or malware made a packet, by relations between its header fields. A
// table, not code: each entry says what it tests, where that is published, how often ordinary
// packets pass by chance, and how many packets make a verdict.
//
//   [[fingerprint]]
//   name = "masscan"
//   kind = "tool"
//   match = ["tcp.syn", "ip.id == (ip.dst ^ tcp.dstport ^ tcp.seq) & 0xffff"]
//   false_match = "2^-16"
//   packets = 2
//   source = "https://github.com/robertdavidgraham/masscan, src/templ-pkt.c"
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/base/error.hpp"
#include "kizashi/net/frame_block.hpp"
#include "kizashi/net/packet_batch.hpp"
#include "kizashi/recognise/tag_columns.hpp"

namespace kizashi::recognise {

enum class fingerprint_kind : std::uint8_t { malware, tool, research, unknown };
[[nodiscard]] auto name_of(fingerprint_kind kind) noexcept -> std::string_view;

/// Which packets of a source a fingerprint could have matched: those count as tried.
enum class fingerprint_scope : std::uint8_t { tcp_syn, tcp, udp, icmp, any };

struct fingerprint {
  std::string name;  ///< unique: letters, digits, '-', '.'
  fingerprint_kind kind = fingerprint_kind::unknown;
  std::string description;         ///< one sentence
  std::vector<std::string> match;  ///< conditions on a packet; all must hold
  /// An expression whose value is the same in the packets of one source; empty: none. Then
  /// `false_match` is the chance that two packets agree.
  std::string same;
  std::string source;         ///< where it is published
  double false_match = 0;     ///< chance that an ordinary packet passes: 0 < x <= 1
  std::uint32_t packets = 1;  ///< least number of matching packets for a verdict
  /// Whether ordinary packets pass independently of each other, as with arithmetic on random
  /// fields. Otherwise (a window, options: the looks of a system) a source passes with all its
  /// packets or none, and more packets prove nothing more.
  bool is_independent = true;
  fingerprint_scope scope = fingerprint_scope::any;  ///< follows from `match`
};

/// Immutable, shared by all workers.
class fingerprint_table {
public:
  fingerprint_table();
  ~fingerprint_table();
  fingerprint_table(fingerprint_table&&) noexcept;
  auto operator=(fingerprint_table&&) noexcept -> fingerprint_table&;

  /// The entries inside the binary.
  [[nodiscard]] static auto shipped() -> fingerprint_table;
  /// Reads TOML; `file` is the name used in messages. Fails with every mistake found, one per line,
  /// each as "FILE:LINE:COLUMN: KEY is VALUE; expected ...".
  [[nodiscard]] static auto parse(std::string_view text, std::string_view file)
      -> result<fingerprint_table>;
  /// Both tables' entries, these first; an entry of `more` with the name of one here replaces it.
  /// Fails when they are too many.
  [[nodiscard]] auto with(fingerprint_table const& more) const -> result<fingerprint_table>;

  /// Entry i is bit i of `tag_columns::fingerprints`.
  [[nodiscard]] auto entries() const noexcept -> std::span<fingerprint const>;
  /// Entries with `same`: of key k the number of its entry.
  [[nodiscard]] auto keys() const noexcept -> std::span<std::uint8_t const>;

  /// Fills `fingerprints` and `keys` of the batch's rows. `frames` is the block that the batch was
  /// decoded from. Nothing is allocated. Needs `to.type`.
  void match(net::packet_batch const& batch, net::frame_block const& frames, tag_columns& to) const;

private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

/// How sure it is that `matched` of `tried` packets of a source (pairs for `same`) are no chance:
/// 0 is no verdict, else 0.5 .. 1. For independent tests 1 - the chance that so many of `tried`
/// pass (binomial tail, bounded after Chernoff 1952), where that is below 1e-9.
[[nodiscard]] auto judge(fingerprint const& by, std::uint64_t matched, std::uint64_t tried)
    -> double;

}  // namespace kizashi::recognise
