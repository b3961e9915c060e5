// Sources that somebody has named: the few labelled ones from which rules are learnt.
//
//   # address label
//   192.0.2.17    research
//   192.0.2.0/28  research
//   198.51.100.4  background
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/base/error.hpp"
#include "kizashi/net/address.hpp"

namespace kizashi::screening {

/// The label of sources that are not to be set aside; rules are learnt against it, never for it.
inline constexpr std::string_view background_label = "background";

/// Labels by address or prefix; the longest prefix that holds an address counts. At most 4,096
/// different labels. 40 bytes for each line and more for the text.
class source_labels {
public:
  /// Lines "ADDRESS LABEL" or "ADDRESS,LABEL" ("PREFIX" in place of "ADDRESS"); a label is the rest
  /// of its line: 1 to 64 printable characters, in CSV with or without double quotes, other columns
  /// behind it are not read. Empty lines, lines that begin with '#' and a first line
  /// "address,label" are skipped. `file` is the name in messages. Fails with every mistake found
  /// (at most twenty), one per line, each as "FILE:LINE: ...": no address, no label, two labels for
  /// one address; and when there is no label in it at all.
  [[nodiscard]] static auto parse(std::string_view text, std::string_view file)
      -> result<source_labels>;
  /// Reads a file of at most 256 MiB.
  [[nodiscard]] static auto read(std::filesystem::path const& file) -> result<source_labels>;

  [[nodiscard]] auto is_empty() const noexcept -> bool { return by_prefix_.empty(); }
  [[nodiscard]] auto size() const noexcept -> std::size_t { return by_prefix_.size(); }
  /// Number of a label, 1 ..; 0: none.
  [[nodiscard]] auto find(net::address a) const noexcept -> std::uint16_t;
  [[nodiscard]] auto name(std::uint16_t number) const noexcept -> std::string_view;
  /// In the order in which they came.
  [[nodiscard]] auto names() const noexcept -> std::vector<std::string> const& { return names_; }

private:
  class reader;

  std::map<net::prefix, std::uint16_t> by_prefix_;
  std::vector<std::string> names_;
  std::vector<unsigned> lengths_ipv4_;  // those that occur, the longest first
  std::vector<unsigned> lengths_ipv6_;
};

}  // namespace kizashi::screening
