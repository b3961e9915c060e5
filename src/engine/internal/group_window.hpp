// The long window of an engine that looks for groups of sources: what its short windows (bins)
// held, by source, until all of them are there.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "kizashi/base/state.hpp"
#include "kizashi/engine/activity.hpp"
#include "kizashi/engine/internal/open_rows.hpp"

namespace kizashi::engine::internal {

/// Which rows count, and what a source is.
struct group_scope {
  duration bin{};
  std::uint32_t bins = 0;
  unsigned ipv4_length = 16;  ///< a source is its prefix of this length ...
  unsigned ipv6_length = 32;  ///< ... or this one
  bool has_only_tcp = true;
  bool leaves_out_usual = true;  ///< ports that everybody is asked for, see `is_usual_port`
  bool leaves_out_scanners = true;
  std::size_t most_sources = 1000;  ///< those with most packets are taken, the first of equals
};

/// Ports that the operators of Dark-TRACER leave out as uninteresting: what is always scanned.
[[nodiscard]] auto is_usual_port(std::uint16_t port) noexcept -> bool;

struct group_row {
  std::uint32_t source = 0;  ///< index into `group_rows::sources`
  std::uint32_t bin = 0;
  std::uint32_t packets = 0;
  std::uint32_t target = 0;  ///< as in `activity_row`
  service at;
};

/// A whole window, of the sources that were taken.
struct group_rows {
  std::string sensor;
  timestamp start;
  duration length{};
  std::uint32_t bins = 0;
  std::vector<net::address> sources;  ///< first addresses of their prefixes, ascending
  std::size_t sources_seen = 0;       ///< before the bound
  std::vector<group_row> rows;        ///< by source, bin, service

  /// Packets, a row of `bins` for each source. Sums stay at 2^32 - 1.
  [[nodiscard]] auto counts() const -> std::vector<std::uint32_t>;
};

class group_window {
public:
  explicit group_window(group_scope scope) : scope_{scope}, rows_(scope.bins) {}

  /// A closed short window. The whole one when this was its last bin; none when a bin of it is
  /// missing, because the sensor was blind or the stream began in the middle.
  [[nodiscard]] auto add(activity_window const& closed) -> std::optional<group_rows>;
  /// Of the window that is open: rows of the bin that came last (a source and service may come
  /// several times), which one that is, and all bins so far. Only when none of them is missing.
  [[nodiscard]] auto newest_rows() const -> open_rows const& { return rows_[seen_ - 1]; }
  [[nodiscard]] auto bins_seen() const noexcept -> std::uint32_t { return seen_; }
  [[nodiscard]] auto so_far() const -> group_rows { return gather(seen_); }
  /// Whole windows so far, and those that had a hole.
  [[nodiscard]] auto whole() const noexcept -> std::uint64_t { return whole_; }
  [[nodiscard]] auto broken() const noexcept -> std::uint64_t { return broken_; }
  [[nodiscard]] auto sensor() const noexcept -> std::string const& { return sensor_; }
  [[nodiscard]] auto end() const noexcept -> timestamp { return end_; }
  [[nodiscard]] auto length() const noexcept -> duration { return scope_.bin * scope_.bins; }

  void save(state_writer& out) const;
  void restore(state_reader& in);

private:
  void take(activity_window const& closed, std::uint32_t bin);
  void forget() { rows_ = std::vector<open_rows>(scope_.bins); }  // its memory as well
  [[nodiscard]] auto gather(std::uint32_t bins) const -> group_rows;

  group_scope scope_;
  std::string sensor_;
  timestamp start_;  // of the window that is open
  timestamp end_;    // of the last bin
  std::uint32_t seen_ = 0;
  std::uint64_t whole_ = 0;
  std::uint64_t broken_ = 0;
  std::vector<open_rows> rows_;  // by bin: none is moved as the window fills
};

/// What members of a group asked for.
struct asked_service {
  service at;
  std::uint32_t sources = 0;  ///< of the group
  double share = 0;           ///< of the group, 0..1
  std::uint64_t packets = 0;
  bool has_single_target = false;  ///< one destination has more than 70 % of packets and sources
};

/// `members`: indices of sources, ascending. By service.
[[nodiscard]] auto services_of(group_rows const& of, std::span<std::uint32_t const> members)
    -> std::vector<asked_service>;

}  // namespace kizashi::engine::internal
