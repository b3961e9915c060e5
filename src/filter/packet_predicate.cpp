#include "kizashi/filter/packet_predicate.hpp"

#include <algorithm>
#include <utility>

#include "kizashi/filter/internal/packet_step.hpp"

namespace kizashi::filter {

using internal::block_rows;

packet_predicate::packet_predicate(std::unique_ptr<internal::packet_step const> root,
                                   name_context with, bool needs_tags)
    : root_{std::move(root)}, places_{with.places}, needs_tags_{needs_tags} {}
packet_predicate::~packet_predicate() = default;
packet_predicate::packet_predicate(packet_predicate&&) noexcept = default;
auto packet_predicate::operator=(packet_predicate&&) noexcept -> packet_predicate& = default;

auto packet_predicate::make(expression const& of, name_context const& with)
    -> result<packet_predicate> {
  KIZASHI_TRY(auto root, internal::compile(of, with));
  return packet_predicate{std::make_unique<internal::packet_step const>(std::move(root)), with,
                          needs_recognition(of)};
}

auto packet_predicate::select(net::packet_batch const& batch, recognise::tag_columns const* tags,
                              std::span<std::uint8_t> keep) const noexcept -> std::size_t {
  KIZASHI_ASSERT(keep.size() >= batch.size() && (tags != nullptr || !needs_tags_));
  internal::packet_block block{batch, tags, places_};
  internal::block_mask wanted, out;
  std::size_t sum = 0;
  for (std::size_t begin = 0; begin < batch.size(); begin += block_rows) {
    auto const count = std::min(block_rows, batch.size() - begin);
    wanted.fill(0);
    out.fill(0);
    std::fill_n(wanted.begin(), count, std::uint8_t{1});
    block.move_to(begin, count);
    block.test(*root_, wanted, out);
    std::copy_n(out.begin(), count, keep.begin() + static_cast<std::ptrdiff_t>(begin));
    for (std::size_t i = 0; i < count; ++i) sum += out[i];
  }
  return sum;
}

}  // namespace kizashi::filter
