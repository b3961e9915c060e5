// Where ended events go while the road runs: the largest are kept for the report, all of them stand
// in tables when those are wanted.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "kizashi/app/findings.hpp"
#include "kizashi/base/output_file.hpp"

namespace kizashi::app {

/// The `keep` largest rows of a stream by packets; 0: all of them. Of equally large ones those that
/// come first in their own order: which rows are kept does not depend on the order of the stream.
template <class Row>
class largest_rows {
public:
  explicit largest_rows(std::size_t keep) : keep_{keep} {}
  void add(Row const& row);
  [[nodiscard]] auto count() const noexcept -> std::uint64_t { return count_; }
  /// Descending packets.
  [[nodiscard]] auto take() -> std::vector<Row>;

private:
  /// The better one first, so that the worst is on top of the heap.
  static auto is_before(Row const& a, Row const& b) -> bool;

  std::size_t keep_;
  std::uint64_t count_ = 0;
  std::vector<Row> rows_;  // a heap once there are `keep_`
};

/// events.csv and dos_victims.csv, and the largest of both. An event's pattern in the table is what
/// was known when it ended; which ones were coordinated is known at the end of the run
/// (coordinated.csv).
class event_tables : public telescope::event_sink, public telescope::dos_sink {
public:
  struct options {
    std::size_t keep = 10;         ///< rows for the report; 0: all
    std::filesystem::path folder;  ///< empty: no tables
    std::uint64_t darknet_addresses = 0;
    recognition_tables const* tables = nullptr;  ///< needed
  };

  /// Fails when the tables cannot be made.
  [[nodiscard]] static auto create(options const& wanted) -> result<event_tables>;

  [[nodiscard]] auto observe(telescope::scan_event const& closed) -> status override;
  [[nodiscard]] auto observe(telescope::dos_event const& closed) -> status override;
  /// Whether a table could not be written: it must not be given its name.
  [[nodiscard]] auto has_failed() const noexcept -> bool { return has_failed_; }
  [[nodiscard]] auto commit() -> status;
  /// Moves the largest events and the number of victims.
  void give(findings& to);

private:
  explicit event_tables(options const& wanted)
      : options_{wanted}, events_{wanted.keep}, victims_{wanted.keep} {}
  [[nodiscard]] auto put(std::optional<output_file>& table) -> status;

  options options_;
  largest_rows<telescope::scan_event> events_;
  largest_rows<telescope::dos_event> victims_;
  std::optional<output_file> event_table_;
  std::optional<output_file> victim_table_;
  std::string line_;
  bool has_failed_ = false;
};

}  // namespace kizashi::app
