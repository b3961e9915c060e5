// What all workers want to know of a batch before they count it: its times, and whose rows are
// whose. Made once per batch by whoever decoded it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kizashi/base/time.hpp"
#include "kizashi/net/packet_batch.hpp"
#include "kizashi/recognise/tag_columns.hpp"

namespace kizashi::telescope {

/// Which rows of a batch a worker counts, and by which of their addresses.
///
/// Everything about a source belongs to the worker that owns its address, everything about a
/// destination to the worker that owns that one. So the sets of two workers never share a member,
/// and their sizes add up.
enum class row_kind : std::uint8_t { ipv4_source, ipv4_destination, ipv6_source, ipv6_destination };

/// Addresses live in this many shards, each of which belongs to one worker: what is decided shard
/// by shard does not depend on the number of workers.
inline constexpr unsigned shards = 64;
[[nodiscard]] auto shard_of(net::ipv4 a) noexcept -> unsigned;
[[nodiscard]] auto shard_of(net::ipv6 a) noexcept -> unsigned;

/// A victim belongs to the shard of its /24, IPv6: of its /64.
[[nodiscard]] auto shard_of_victim(net::address victim) noexcept -> unsigned;

/// A row's destination port as one number: TCP ports are 0 .. 65535, UDP ports follow. A TCP row
/// with SYN and without ACK has `syn` besides.
namespace port_tag {
inline constexpr std::uint32_t count = 131072;
inline constexpr std::uint32_t syn = 1U << 17;
inline constexpr std::uint32_t none = 1U
                                      << 18;  ///< neither TCP nor UDP, or the ports were not read
}  // namespace port_tag

class batch_plan {
public:
  /// `workers`: 1 .. 64.
  explicit batch_plan(unsigned workers);

  void make(net::packet_batch const& batch);

  /// Ascending rows of `batch` that `worker` owns by that address; rows without IP are in none.
  [[nodiscard]] auto rows(unsigned worker, row_kind kind) const noexcept
      -> std::span<std::uint16_t const>;

  /// Shares out the rows of class backscatter; to be called after `make`.
  void find_victims(net::packet_batch const& batch, recognise::tag_columns const& tags);
  /// Ascending rows of class backscatter whose victim `worker` owns.
  [[nodiscard]] auto victims(unsigned worker) const noexcept -> std::span<std::uint16_t const> {
    return std::span{victims_[worker].rows}.first(victims_[worker].size);
  }

  /// By row of the batch.
  [[nodiscard]] auto tags() const noexcept -> std::uint32_t const* { return tags_.data(); }

  /// Smallest and largest known time; unknown when no row has one.
  [[nodiscard]] auto first() const noexcept -> timestamp { return first_; }
  [[nodiscard]] auto last() const noexcept -> timestamp { return last_; }
  /// Whether every row has a time and none is earlier than the row before it.
  [[nodiscard]] auto is_in_order() const noexcept -> bool { return is_in_order_; }
  [[nodiscard]] auto size() const noexcept -> std::size_t { return size_; }

private:
  struct row_list {
    std::vector<std::uint16_t> rows;
    std::size_t size = 0;
  };

  void read_times(net::packet_batch const& batch);
  void read_ports(net::packet_batch const& batch);
  void share_rows(net::packet_batch const& batch);
  [[nodiscard]] auto list(unsigned worker, row_kind kind) noexcept -> row_list& {
    return lists_[worker * 4 + static_cast<unsigned>(kind)];
  }

  unsigned workers_;
  std::vector<row_list> lists_;
  std::vector<row_list> victims_;  // by worker
  std::vector<std::uint32_t> tags_;
  bool is_plain_ = false;  // one worker and IPv4 only: its rows are all rows
  std::size_t size_ = 0;
  timestamp first_;
  timestamp last_;
  bool is_in_order_ = true;
};

}  // namespace kizashi::telescope
