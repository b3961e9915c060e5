// Where ended events go while the road runs: the largest are kept for the report, all of them for
// the tables when those are wanted.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "kizashi/app/findings.hpp"
#include "kizashi/base/output_file.hpp"
#include "kizashi/store/observation_writer.hpp"
#include "kizashi/telescope/event_log.hpp"

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

/// events.csv and dos_victims.csv, the store's tables of both, and the largest of them. All is
/// written at the end: by the time of an event's last packet, and with the pattern that only then
/// is known.
class event_tables : public telescope::event_sink, public telescope::dos_sink {
public:
  struct options {
    std::size_t keep = 10;         ///< rows for the report; 0: all
    std::filesystem::path folder;  ///< for the .csv; empty: none
    bool is_for_store = false;     ///< `give_to` is called at the end
    std::uint64_t darknet_addresses = 0;
    recognition_tables const* tables = nullptr;  ///< needed
  };

  /// Fails when the tables cannot be made.
  [[nodiscard]] static auto create(options const& wanted) -> result<event_tables>;

  [[nodiscard]] auto observe(telescope::scan_event const& closed) -> status override;
  [[nodiscard]] auto observe(telescope::dos_event const& closed) -> status override;
  /// Moves the largest events and the number of victims.
  void give(findings& to);
  /// Writes the tables, if they are wanted, with what `found` says of coordinated groups. The files
  /// do not appear when an event is missing because `observe` failed.
  [[nodiscard]] auto write(findings const& found) -> status;
  /// Whether an event is missing because `observe` failed.
  [[nodiscard]] auto has_failed() const noexcept -> bool { return has_failed_; }
  /// Likewise gives all of them to a store, in the same order each time that it is called.
  [[nodiscard]] auto give_to(store::observation_writer& to, findings const& found) -> status;

private:
  struct log_pair {
    telescope::event_log<telescope::scan_event> events;
    telescope::event_log<telescope::dos_event> victims;
  };
  struct file_pair {
    output_file events;
    output_file victims;
  };

  explicit event_tables(options const& wanted)
      : options_{wanted}, events_{wanted.keep}, victims_{wanted.keep} {}
  [[nodiscard]] auto write(telescope::scan_event const& each, telescope::scan_pattern pattern)
      -> status;
  [[nodiscard]] auto write(telescope::dos_event const& each) -> status;

  options options_;
  largest_rows<telescope::scan_event> events_;
  largest_rows<telescope::dos_event> victims_;
  std::optional<log_pair> logs_;
  std::optional<file_pair> files_;
  std::string line_;
  bool has_failed_ = false;
};

}  // namespace kizashi::app
