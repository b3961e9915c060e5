// Blocks between two full runs: the decomposition of the last window goes on with each bin, and
// what its blocks have in the bins of the window that is open is looked at.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <unordered_map>
#include <vector>

#include "kizashi/base/state.hpp"
#include "kizashi/engine/internal/group_window.hpp"
#include "kizashi/engine/ntd/blocks.hpp"
#include "kizashi/engine/ntd/service_tensor.hpp"
#include "kizashi/engine/ntd/tucker_stream.hpp"

namespace kizashi::engine::ntd {

struct watch_settings {
  std::uint64_t least_packets = 1;  ///< in a place of the tensor, from which on they count
  std::size_t most_sources = 65536;
  std::size_t most_ports = 65536;
  std::uint32_t bins = 0;  ///< of a window
  block_rule rule;
};

/// What blocks have at one service in the window that is open.
struct watched_service {
  std::uint32_t largest = 0;          ///< sources of the largest block that were there
  std::uint32_t blocks = 0;           ///< with two sources or more there
  std::vector<net::address> sources;  ///< of all of those blocks, ascending
  std::set<std::uint32_t> bins;       ///< in which they were there
};

/// It goes from one full run to the next and no further than the bins follow each other. Sources
/// and services beyond the bounds wait for the next full run. Memory: 32 bytes for each entry of
/// the window and 100 for each source.
class block_watch {
public:
  explicit block_watch(watch_settings const& with) : with_{with} {}

  /// Begins behind a window that has been decomposed.
  void begin(kizashi::engine::internal::group_rows const& whole, service_tensor const& input,
             tucker const& model);
  void stop();
  /// Whether it goes on with the bin that begins then.
  [[nodiscard]] auto waits_for(timestamp bin) const noexcept -> bool {
    return stream_.has_value() && bin == next_;
  }
  /// One bin more, which it waits for.
  void push(kizashi::engine::internal::open_rows const& came, timestamp end);
  /// Services at which a block has two sources or more in the open window.
  [[nodiscard]] auto look() const -> std::map<service, watched_service>;

  void save(state_writer& out) const;
  void restore(state_reader& in);

private:
  [[nodiscard]] auto source_number(net::address const& of) -> std::optional<std::uint32_t>;
  [[nodiscard]] auto service_number(service of) -> std::optional<std::uint32_t>;
  [[nodiscard]] static auto key_of(service of) noexcept -> std::uint32_t {
    return std::uint32_t{of.protocol} << 16 | of.port;
  }
  void index();

  watch_settings with_;
  timestamp next_;
  std::vector<net::address> sources_;  // by their numbers in the stream
  std::vector<service> services_;      // likewise
  std::map<net::address, std::uint32_t> source_numbers_;
  std::unordered_map<std::uint32_t, std::uint32_t> service_numbers_;  // by `key_of`
  std::optional<tucker_stream> stream_;
};

}  // namespace kizashi::engine::ntd
