// The victims of one shard: their vectors, and the prefixes in which several are attacked.
//
//   shard.see(answer, hash, watermark, closed);  // each answer, in the order of the stream
//   shard.sweep(watermark, closed);              // at fixed places of the stream
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "kizashi/base/state.hpp"
#include "kizashi/net/address_state.hpp"
#include "kizashi/telescope/dos/internal/address_index.hpp"
#include "kizashi/telescope/dos/internal/flood.hpp"

namespace kizashi::telescope::internal {

class dos_shard {
public:
  /// `hash`: `hash_of(each.victim)`. `watermark`: the latest time of the stream up to this row.
  void see(answer const& each, std::uint64_t hash, std::int64_t watermark, dos_rules const& rules,
           std::vector<dos_event>& closed);
  /// Ends all vectors that no packet which is not late can reach any more.
  void sweep(std::int64_t watermark, dos_rules const& rules, std::vector<dos_event>& closed);
  /// Ends all vectors.
  void finish(std::int64_t watermark, dos_rules const& rules, std::vector<dos_event>& closed);

  /// All it knows, and the same into a shard that has seen nothing. What belongs to `shard` is
  /// checked.
  void save(state_writer& out) const;
  void restore(unsigned shard, std::int64_t watermark, state_reader& in);
  [[nodiscard]] auto is_empty() const noexcept -> bool {
    return victims_.size() == 0 && blocks_.size() == 0;
  }

  void fetch_place(std::uint64_t hash) const noexcept { victims_.fetch_place(hash); }
  void fetch_record(std::uint64_t hash) const noexcept { victims_.fetch_record(hash); }
  [[nodiscard]] auto counts() const noexcept -> dos_counts const& { return counts_; }

private:
  using number = std::uint32_t;

  struct victim_record {
    net::address address;
    flood counted;
    number block = 0;
    number place = 0;          ///< among the block's members
    bool has_company = false;  ///< the block is counted as a whole
  };
  /// All open victims of a prefix, counted together.
  struct crowd {
    flood counted;
    distinct_hashes victims;
    bool is_carpet = false;
    std::int64_t last_wide = 0;  ///< time of the last packet while there were victims enough

    template <class Io, class Self>
    static void state_fields(Io& io, Self& self) {
      io(self.counted, self.victims, self.is_carpet);
      io.time_field(self.last_wide);
    }
  };
  struct block_record {
    net::address address;  ///< the first of the prefix
    std::vector<number> members;
    std::unique_ptr<crowd> all;  ///< while there have been two members
  };
  enum class ending : std::uint8_t { timeout, finish, cut };

  [[nodiscard]] auto enough(block_record const& block, dos_rules const& rules) const noexcept
      -> bool {
    auto const least = rules.options.carpet_victims;
    return least >= 2 && block.members.size() >= least;
  }
  auto open(net::address victim, std::uint64_t hash) -> number;
  void join_block(number victim);
  /// The block of an address; made when it is not there.
  [[nodiscard]] auto block_at(net::address victim) -> number;
  void restore_victim(unsigned shard, std::int64_t watermark, state_reader& in);
  void restore_crowd(std::int64_t watermark, state_reader& in);
  void leave_block(number victim);
  void gather(block_record& block);
  void count(number victim, answer const& each, dos_rules const& rules);
  void count_crowd(block_record& block, answer const& each, dos_rules const& rules);
  void close(number victim, ending how, std::int64_t watermark, dos_rules const& rules,
             std::vector<dos_event>& closed);
  void close_crowd(block_record& block, ending how, std::int64_t watermark, dos_rules const& rules,
                   std::vector<dos_event>& closed);
  void close_deserted(std::int64_t watermark, dos_rules const& rules,
                      std::vector<dos_event>& closed);
  void sweep_blocks(std::int64_t watermark, dos_rules const& rules, std::vector<dos_event>& closed);
  void forget_if_empty(number block);
  [[nodiscard]] auto has_room(dos_rules const& rules) const noexcept -> bool;
  void make_room(std::int64_t watermark, dos_rules const& rules, std::vector<dos_event>& closed);

  address_index<victim_record> victims_;
  address_index<block_record> blocks_;
  std::size_t bytes_ = 0;  // of records and what they hold
  dos_counts counts_;
};

}  // namespace kizashi::telescope::internal
