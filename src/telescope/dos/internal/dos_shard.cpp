#include "kizashi/telescope/dos/internal/dos_shard.hpp"

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

namespace kizashi::telescope::internal {
namespace {

auto block_of(net::address victim) -> net::prefix {
  return net::prefix{victim, victim.is_ipv6() ? 64U : 24U};
}

/// Whether nothing that is not late can belong to a vector with that last packet.
auto is_over(std::int64_t last, std::int64_t watermark, dos_options const& options) -> bool {
  return watermark - last > (options.timeout + options.lateness).count();
}

/// Whether a counted vector can have been seen up to the watermark.
auto is_in_time(flood const& counted, std::int64_t watermark) -> bool {
  return counted.first() >= 0 && counted.first() <= counted.last() && counted.last() <= watermark;
}

// Beside a record there are its place in the index, its number among the block's members, and what
// the allocator adds to four small pieces.
constexpr std::size_t overhead = 96;

}  // namespace

auto dos_shard::open(net::address victim, std::uint64_t hash) -> number {
  victim_record made;
  made.address = victim;
  auto const record = victims_.add(std::move(made), hash);
  bytes_ += sizeof(victim_record) + overhead;
  ++counts_.vectors;
  join_block(record);
  return record;
}

auto dos_shard::block_at(net::address victim) -> number {
  auto const prefix = block_of(victim).first();
  auto const hash = hash_of(prefix);
  auto at = blocks_.find(prefix, hash);
  if (at == blocks_.none) {
    block_record made;
    made.address = prefix;
    at = blocks_.add(std::move(made), hash);
    bytes_ += sizeof(block_record) + overhead;
  }
  return at;
}

void dos_shard::join_block(number victim) {
  auto const at = block_at(victims_[victim].address);
  auto& block = blocks_[at];
  victims_[victim].block = at;
  victims_[victim].place = static_cast<number>(block.members.size());
  victims_[victim].has_company = block.all != nullptr;
  block.members.push_back(victim);
  if (block.members.size() == 2 && block.all == nullptr) gather(block);
}

/// From here on the block is counted as a whole.
void dos_shard::gather(block_record& block) {
  block.all = std::make_unique<crowd>();
  bytes_ += sizeof(crowd);
  for (auto const each : block.members) victims_[each].has_company = true;
}

void dos_shard::leave_block(number victim) {
  auto const at = victims_[victim].block;
  auto& members = blocks_[at].members;
  auto const place = victims_[victim].place;
  members[place] = members.back();
  victims_[members[place]].place = place;
  members.pop_back();
  forget_if_empty(at);
}

void dos_shard::forget_if_empty(number at) {
  if (!blocks_[at].members.empty() || blocks_[at].all != nullptr) return;
  blocks_.erase(at);
  bytes_ -= sizeof(block_record) + overhead;
}

void dos_shard::see(answer const& each, std::uint64_t hash, std::int64_t watermark,
                    dos_rules const& rules, std::vector<dos_event>& closed) {
  auto const& options = rules.options;
  bool const is_noted_only = each.kind == answer_kind::udp && !options.counts_udp;
  auto at = victims_.find(each.victim, hash);
  bool const is_reached =
      at != victims_.none && victims_[at].counted.reaches(each.time, options.timeout);
  if (is_noted_only) {
    if (!is_reached) {
      ++counts_.udp;
      return;
    }
    victims_[at].counted.note_udp();
    if (victims_[at].has_company) blocks_[victims_[at].block].all->counted.note_udp();
    return;
  }
  if (!is_reached) {
    if (watermark - each.time > options.lateness.count()) {
      ++counts_.late;
      return;
    }
    if (at != victims_.none) close(at, ending::timeout, watermark, rules, closed);
    at = open(each.victim, hash);
  }
  count(at, each, rules);
  counts_.bytes = std::max<std::uint64_t>(counts_.bytes, bytes_);
  if (!has_room(rules)) make_room(watermark, rules, closed);
}

void dos_shard::count(number victim, answer const& each, dos_rules const& rules) {
  auto& record = victims_[victim];
  auto const before = record.counted.bytes();
  record.counted.add(each, rules);
  bytes_ += record.counted.bytes() - before;
  if (record.has_company) count_crowd(blocks_[record.block], each, rules);
}

void dos_shard::count_crowd(block_record& block, answer const& each, dos_rules const& rules) {
  auto& all = *block.all;
  auto const size = [&] { return all.counted.bytes() + all.victims.bytes(); };
  auto const before = size();
  // As long as it is no carpet, what is older than the timeout says nothing about one.
  if (!all.is_carpet && all.counted.packets() > 0 &&
      each.time - all.counted.first() > rules.options.timeout.count())
    all = {};
  all.counted.add(each, rules);
  all.victims.add(sketch_hash(each.victim));
  if (enough(block, rules)) {
    all.is_carpet = true;
    all.last_wide = std::max(all.last_wide, each.time);
  }
  bytes_ += size() - before;
}

void dos_shard::close(number victim, ending how, std::int64_t watermark, dos_rules const& rules,
                      std::vector<dos_event>& closed) {
  auto const& options = rules.options;
  auto& record = victims_[victim];
  if (record.counted.passes(options)) {
    auto const* const all = blocks_[record.block].all.get();
    // Its packets are among the carpet's. It is told besides only when it stands out from it.
    if (all != nullptr && all->is_carpet && all->counted.passes(options) &&
        2 * record.counted.packets() <= all->counted.packets()) {
      ++counts_.joined;
    } else {
      auto event = record.counted.to_event(
          net::prefix{record.address, record.address.is_ipv6() ? 128U : 32U}, rules);
      event.is_cut = how == ending::cut;
      event.is_ongoing =
          how == ending::finish && watermark - record.counted.last() <= options.timeout.count();
      closed.push_back(std::move(event));
    }
  }
  counts_.cut += how == ending::cut;
  bytes_ -= sizeof(victim_record) + overhead + record.counted.bytes();
  leave_block(victim);
  victims_.erase(victim);
}

void dos_shard::close_crowd(block_record& block, ending how, std::int64_t watermark,
                            dos_rules const& rules, std::vector<dos_event>& closed) {
  auto const& all = *block.all;
  if (all.is_carpet && all.counted.passes(rules.options)) {
    auto event = all.counted.to_event(block_of(block.address), rules);
    event.is_cut = how == ending::cut;
    event.victims = static_cast<std::uint32_t>(all.victims.count());
    event.is_ongoing =
        how == ending::finish && watermark - all.counted.last() <= rules.options.timeout.count();
    closed.push_back(std::move(event));
  }
  bytes_ -= sizeof(crowd) + all.counted.bytes() + all.victims.bytes();
  block.all.reset();
  for (auto const each : block.members) victims_[each].has_company = false;
}

void dos_shard::sweep(std::int64_t watermark, dos_rules const& rules,
                      std::vector<dos_event>& closed) {
  for (number each = 0; each < victims_.numbers(); ++each)
    if (victims_.is_used(each) && is_over(victims_[each].counted.last(), watermark, rules.options))
      close(each, ending::timeout, watermark, rules, closed);
  sweep_blocks(watermark, rules, closed);
}

void dos_shard::sweep_blocks(std::int64_t watermark, dos_rules const& rules,
                             std::vector<dos_event>& closed) {
  for (number each = 0; each < blocks_.numbers(); ++each) {
    if (!blocks_.is_used(each) || blocks_[each].all == nullptr) continue;
    auto& block = blocks_[each];
    bool const is_done = block.all->is_carpet
                             ? is_over(block.all->last_wide, watermark, rules.options)
                             : block.members.size() < 2;
    if (!is_done) continue;
    close_crowd(block, ending::timeout, watermark, rules, closed);
    if (block.members.size() >= 2)
      gather(block);
    else
      forget_if_empty(each);
  }
}

void dos_shard::finish(std::int64_t watermark, dos_rules const& rules,
                       std::vector<dos_event>& closed) {
  for (number each = 0; each < victims_.numbers(); ++each)
    if (victims_.is_used(each)) close(each, ending::finish, watermark, rules, closed);
  for (number each = 0; each < blocks_.numbers(); ++each) {
    if (!blocks_.is_used(each)) continue;
    if (blocks_[each].all != nullptr)
      close_crowd(blocks_[each], ending::finish, watermark, rules, closed);
    forget_if_empty(each);
  }
}

void dos_shard::save(state_writer& out) const {
  out(counts_, victims_.size());
  for (number each = 0; each < victims_.numbers(); ++each) {
    if (!victims_.is_used(each)) continue;
    out(victims_[each].address, victims_[each].counted);
    out.next_record();
  }
  for (number each = 0; each < blocks_.numbers(); ++each) {
    if (!blocks_.is_used(each) || blocks_[each].all == nullptr) continue;
    out(blocks_[each].address, *blocks_[each].all);
    out.next_record();
  }
}

void dos_shard::restore(unsigned shard, std::int64_t watermark, state_reader& in) {
  std::size_t victims = 0;
  in(counts_, victims);
  for (; victims > 0 && in.has_record(); --victims) restore_victim(shard, watermark, in);
  in.expect(victims == 0, "another victim");
  while (in.has_record()) restore_crowd(watermark, in);
}

void dos_shard::restore_victim(unsigned shard, std::int64_t watermark, state_reader& in) {
  victim_record made;
  in(made.address, made.counted);
  auto const hash = hash_of(made.address);
  bool const is_new = victims_.find(made.address, hash) == victims_.none;
  in.expect(is_in_time(made.counted, watermark), "times of a victim");
  in.expect(is_new && shard_of_victim(made.address) == shard, "another victim of the shard");
  if (!in.is_good()) return;
  bytes_ += sizeof(victim_record) + overhead + made.counted.bytes();
  auto const address = made.address;
  auto const record = victims_.add(std::move(made), hash);
  auto const at = block_at(address);
  victims_[record].block = at;
  victims_[record].place = static_cast<number>(blocks_[at].members.size());
  blocks_[at].members.push_back(record);
}

void dos_shard::restore_crowd(std::int64_t watermark, state_reader& in) {
  net::address address;
  auto all = std::make_unique<crowd>();
  in(address, *all);
  in.expect(
      is_in_time(all->counted, watermark) && all->last_wide >= 0 && all->last_wide <= watermark,
      "times of a prefix");
  in.expect(block_of(address).first() == address, "the first address of a prefix");
  if (!in.is_good()) return;
  auto& block = blocks_[block_at(address)];
  in.expect(block.all == nullptr, "another prefix");
  if (!in.is_good()) return;
  bytes_ += sizeof(crowd) + all->counted.bytes() + all->victims.bytes();
  block.all = std::move(all);
  for (auto const each : block.members) victims_[each].has_company = true;
}

auto dos_shard::has_room(dos_rules const& rules) const noexcept -> bool {
  return bytes_ <= rules.options.memory / shards;
}

/// Ends the quarter with fewest packets, of equals those silent for longest, until there is room.
void dos_shard::make_room(std::int64_t watermark, dos_rules const& rules,
                          std::vector<dos_event>& closed) {
  while (!has_room(rules) && victims_.size() > 0) {
    std::vector<std::tuple<std::uint64_t, std::int64_t, net::address, number>> order;
    order.reserve(victims_.size());
    for (number each = 0; each < victims_.numbers(); ++each)
      if (victims_.is_used(each)) {
        auto const& record = victims_[each];
        order.emplace_back(record.counted.packets(), record.counted.last(), record.address, each);
      }
    auto const leaving = static_cast<std::ptrdiff_t>(order.size() / 4 + 1);
    std::nth_element(order.begin(), order.begin() + leaving - 1, order.end());
    for (auto at = order.begin(); at != order.begin() + leaving; ++at)
      close(std::get<3>(*at), ending::cut, watermark, rules, closed);
    close_deserted(watermark, rules, closed);
  }
}

/// Ends the carpets that have no open victim left.
void dos_shard::close_deserted(std::int64_t watermark, dos_rules const& rules,
                               std::vector<dos_event>& closed) {
  for (number each = 0; each < blocks_.numbers(); ++each) {
    if (!blocks_.is_used(each) || blocks_[each].all == nullptr) continue;
    if (!blocks_[each].members.empty()) continue;
    close_crowd(blocks_[each], ending::cut, watermark, rules, closed);
    forget_if_empty(each);
  }
}

}  // namespace kizashi::telescope::internal
