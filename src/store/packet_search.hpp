// Packets of a store by their addresses: first which addresses are there at all, from the rollups
// and without looking at packets, then the packets of those that somebody wants.
//
//   KIZASHI_TRY(auto const search, packet_search::open(engine, {.sensor = "north"}));
//   KIZASHI_TRY(search.sources(ranges, [&](auto const& some) { ... }));
//   KIZASHI_TRY(search.read({.sources = found, ...}, [&](net::packet_batch const& batch) { ... }));
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "kizashi/base/error.hpp"
#include "kizashi/base/time.hpp"
#include "kizashi/net/address_range.hpp"
#include "kizashi/net/packet_batch.hpp"
#include "kizashi/store/engine.hpp"
#include "kizashi/store/filter_sql.hpp"
#include "kizashi/store/sketch/sketch_index.hpp"

namespace kizashi::store {

/// Which packets of a store. Where a time is given packets without one are left out.
struct search_scope {
  std::string sensor;                                    ///< empty: of all
  timestamp from = timestamp::unknown();                 ///< known: not before
  timestamp to = timestamp::unknown();                   ///< known: before it
  std::shared_ptr<stored_filter const> where = nullptr;  ///< of packets; null: all
  std::function<bool()> wants_stop = nullptr;
};

/// Addresses of one family; a packet is wanted when it is from or to one of them. None of a side:
/// no packet is wanted because of it.
struct wanted_packets {
  bool is_ipv6 = false;
  /// Ascending, none twice. When there are more than a question can name, packets of what lies
  /// between them are given as well.
  std::vector<net::address> sources;
  /// As `packet_search::destinations` gives them, ascending, none twice. Packets to all of a /24
  /// are given, and when there are too many, to what lies between as well.
  std::vector<net::address_range> destinations;
  /// Ascending, none twice; not empty: only packets of these days are wanted, and when they lie in
  /// more than 32 stretches, what lies between is given as well.
  std::vector<sketch_day> days = {};
  /// Only what counting needs, in any order: source, time, attributes, and destination where one is
  /// wanted. Else also ports, protocol, TCP flags and IP length, in the order of these columns: by
  /// source, each source's packets by time.
  bool is_to_count = false;
};

class packet_search {
public:
  /// Fails on a store of a newer version, on one without tables and on a sensor it does not have.
  [[nodiscard]] static auto open(std::shared_ptr<engine> of, search_scope scope)
      -> result<packet_search>;

  [[nodiscard]] auto scope() const noexcept -> search_scope const& { return scope_; }
  /// The store's folder; empty where the engine has none.
  [[nodiscard]] auto folder() const -> std::filesystem::path { return engine_->folder(); }

  /// Packets in the scope, of both families.
  [[nodiscard]] auto packets() const -> result<std::uint64_t>;

  /// One of the two is empty.
  struct addresses {
    std::span<std::uint32_t const> ipv4;
    std::span<net::ipv6 const> ipv6;
  };
  using address_sink = std::function<void(addresses const&)>;
  /// Gives each source of the scope that is in `ranges` (of one family, ascending, apart), at least
  /// once, and others. The days at the ends of the scope count whole.
  [[nodiscard]] auto sources(std::span<net::address_range const> ranges,
                             address_sink const& to) const -> status;
  using range_sink = std::function<void(net::address_range const&)>;
  /// Gives each /24 (IPv6: each address) that packets of the scope to `ranges` went to, at least
  /// once, and others.
  [[nodiscard]] auto destinations(std::span<net::address_range const> ranges,
                                  range_sink const& to) const -> status;

  using batch_sink = std::function<status(net::packet_batch const&)>;
  /// Gives the wanted packets in batches; columns that are not listed at `wanted_packets` are not
  /// filled. Memory: some blocks of an answer, however long that is.
  [[nodiscard]] auto read(wanted_packets const& wanted, batch_sink const& to) const -> status;

private:
  packet_search(std::shared_ptr<engine> of, search_scope scope, std::uint16_t sensor)
      : engine_{std::move(of)}, scope_{std::move(scope)}, sensor_{sensor} {}
  [[nodiscard]] auto question_of(std::string_view sql) const -> question;
  /// "sensor = 1 and ts >= ..." for tables of packets, with "1" when there is nothing to say.
  [[nodiscard]] auto condition(bool is_ipv6) const -> std::string;
  /// The same for tables by day, of which more rows are let through than packets are.
  [[nodiscard]] auto day_condition() const -> std::string;

  std::shared_ptr<engine> engine_;
  search_scope scope_;
  std::uint16_t sensor_;  // 0: all
};

}  // namespace kizashi::store
