// A filter as a test of packet batches: columns in, rows out, a block of rows at a time.
//
//   KIZASHI_TRY(auto const wanted, packet_predicate::make(expression, {&fingerprints, ...}));
//   std::array<std::uint8_t, net::packet_batch::capacity> keep;
//   wanted.select(batch, &tags, keep);
//   batch.retain(std::span{keep}.first(batch.size()));
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "kizashi/filter/expression.hpp"
#include "kizashi/filter/names.hpp"
#include "kizashi/net/packet_batch.hpp"
#include "kizashi/recognise/place.hpp"
#include "kizashi/recognise/tag_columns.hpp"

namespace kizashi::filter {

namespace internal {
struct packet_step;
}

/// Immutable: threads may share it.
class packet_predicate {
public:
  /// Fails on fields that packets do not have, on names of tools and scanners that are none, and
  /// where packets have to be recognised and are not.
  [[nodiscard]] static auto make(expression const& of, name_context const& with)
      -> result<packet_predicate>;
  ~packet_predicate();
  packet_predicate(packet_predicate&&) noexcept;
  auto operator=(packet_predicate&&) noexcept -> packet_predicate&;

  /// Writes 1 to `keep[row]` where it holds and 0 where it does not. Returns how many hold. `tags`
  /// may be null when `needs_tags` is false. Nothing is allocated.
  auto select(net::packet_batch const& batch, recognise::tag_columns const* tags,
              std::span<std::uint8_t> keep) const noexcept -> std::size_t;
  [[nodiscard]] auto needs_tags() const noexcept -> bool { return needs_tags_; }

private:
  packet_predicate(std::unique_ptr<internal::packet_step const> root, name_context with,
                   bool needs_tags);

  std::unique_ptr<internal::packet_step const> root_;
  recognise::place_table const* places_;
  bool needs_tags_;
};

}  // namespace kizashi::filter
