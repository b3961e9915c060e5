// Published lists of scanners that say who they are: research projects and companies that scan the
// whole Internet. Label, not judgement.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/base/error.hpp"
#include "kizashi/net/packet_batch.hpp"

namespace kizashi::recognise {

/// What one list file gave.
struct scanner_list_note {
  std::string file;
  std::string format;                 ///< "left out": a file of a folder that is no list by name
  std::size_t entries = 0;            ///< addresses, prefixes and ranges
  std::size_t repeated = 0;           ///< prefixes that another line or list has with more right
  std::size_t refused = 0;            ///< lines that are neither address nor prefix
  std::vector<std::string> messages;  ///< "FILE:LINE: ...", the first few
};

/// Addresses and prefixes with the organisation that scans from them. Immutable, shared. An
/// address is of the longest prefix that holds it; of equally long ones of one that its list names
/// before one that has only its file's name, then of the list read first. An entry without any name
/// counts only where no list has another. Memory: 6 B for each stretch
/// of IPv4 addresses, 18 B for IPv6, and 270 KiB.
class scanner_list {
public:
  scanner_list();
  ~scanner_list();
  scanner_list(scanner_list&&) noexcept;
  auto operator=(scanner_list&&) noexcept -> scanner_list&;

  /// The list inside the binary: prefixes that organisations publish themselves
  /// (scanners/known.toml).
  [[nodiscard]] static auto shipped() -> scanner_list;
  /// Reads files and, in folders, all files below them that are named like lists, in the order of
  /// their paths, plain or gzip: MISP warning lists (JSON), Maltrail (address # name), CSV with a
  /// head line (address or prefix or range, organisation), plain text (an address, prefix or range
  /// per line; the file's name is the organisation), Kizashi's own TOML. Fails when a file cannot
  /// be read, is of no known format, or has no valid entry.
  [[nodiscard]] static auto read(std::span<std::filesystem::path const> files)
      -> result<scanner_list>;
  /// The same, and behind them the shipped list.
  [[nodiscard]] static auto read_with_shipped(std::span<std::filesystem::path const> files)
      -> result<scanner_list>;

  [[nodiscard]] auto is_empty() const noexcept -> bool;
  [[nodiscard]] auto notes() const noexcept -> std::span<scanner_list_note const>;
  /// Number of the organisation, 1 ..; 0: none.
  [[nodiscard]] auto find(net::address a) const noexcept -> std::uint16_t;
  /// Empty for 0 and numbers that no organisation has.
  [[nodiscard]] auto organisation(std::uint16_t number) const noexcept -> std::string_view;
  /// Where the organisation was found first: what its list names as source, else the file.
  [[nodiscard]] auto source(std::uint16_t number) const noexcept -> std::string_view;
  /// How many prefixes of the lists are the organisation's.
  [[nodiscard]] auto prefixes(std::uint16_t number) const noexcept -> std::size_t;
  [[nodiscard]] auto organisations() const noexcept -> std::size_t;
  /// Writes `find` of each row's source to `to[row]`; 0 for rows without IP. A few nanoseconds a
  /// row where few sources are listed.
  void match(net::packet_batch const& batch, std::uint16_t* to) const noexcept;

private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

}  // namespace kizashi::recognise
