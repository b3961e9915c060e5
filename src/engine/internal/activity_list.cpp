#include "kizashi/engine/internal/activity_list.hpp"

#include <array>
#include <iterator>

#include "kizashi/net/address_state.hpp"

namespace kizashi::engine::internal {

namespace {

constexpr unsigned key_bits = 56, digit_bits = 8;

/// By key, digit by digit from the last (Knuth, The Art of Computer Programming, vol. 3, 5.2.5):
/// comparing would cost several times as much, for keys are in no order.
template <class Entry>
void sort_by_key(std::vector<Entry>& all) {
  std::vector<Entry> other(all.size());
  for (unsigned shift = 0; shift < key_bits; shift += digit_bits) {
    std::array<std::size_t, std::size_t{1} << digit_bits> places{};
    auto const digit = [shift](Entry const& each) { return each.key >> shift & 255; };
    for (auto const& each : all) ++places[digit(each)];
    std::size_t next = 0;
    for (auto& place : places) next += std::exchange(place, next);
    for (auto const& each : all) other[places[digit(each)]++] = each;
    all.swap(other);
  }
}

}  // namespace

auto activity_list::merged(run const& a, run const& b) -> run {
  run out;
  out.reserve(a.size() + b.size());
  auto left = a.begin(), right = b.begin();
  while (left != a.end() && right != b.end())
    append(out, left->key <= right->key ? *left++ : *right++);
  for (; left != a.end(); ++left) append(out, *left);
  for (; right != b.end(); ++right) append(out, *right);
  return out;
}

void activity_list::push(run more) {
  if (more.empty()) return;
  runs_.push_back(std::move(more));
  while (runs_.size() > 1 && runs_[runs_.size() - 2].size() / 2 <= runs_.back().size()) {
    auto both = merged(runs_[runs_.size() - 2], runs_.back());
    runs_.pop_back();
    runs_.back() = std::move(both);
  }
}

void activity_list::add_up() {
  sort_by_key(came_);
  run all;
  for (auto const& each : came_) append(all, each);
  came_.clear();
  push(std::move(all));
}

auto activity_list::whole() -> run const& {
  add_up();
  if (runs_.empty()) runs_.emplace_back();
  while (runs_.size() > 1) {
    auto both = merged(runs_[runs_.size() - 2], runs_.back());
    runs_.pop_back();
    runs_.back() = std::move(both);
  }
  return runs_.front();
}

void activity_list::add(activity_list& part) {
  push(part.whole());
  for (auto const& [key, of] : part.ipv6_) count(ipv6_[key], of);
  for (auto const& [source, number] : part.scanners_) note_scanner(source, number);
}

void activity_list::give_to(activity_window& out) {
  auto const add = [&](net::address const& source, service at, counts const& of) {
    if (out.sources.empty() || out.sources.back().address != source) {
      auto const scanner = scanners_.find(source);
      out.sources.push_back(
          {source, scanner == scanners_.end() ? std::uint16_t{0} : scanner->second});
    }
    out.rows.push_back({static_cast<std::uint32_t>(out.sources.size() - 1), of.packets, of.target,
                        at.port, at.protocol});
    out.packets += of.packets;
  };
  auto const& all = whole();
  out.rows.reserve(all.size() + ipv6_.size());
  for (auto const& each : all)
    add(net::ipv4{static_cast<std::uint32_t>(each.key >> 24)},
        {static_cast<std::uint8_t>(each.key >> 16 & 255),
         static_cast<std::uint16_t>(each.key & 65535)},
        each.of);
  for (auto const& [key, of] : ipv6_) add(key.first, key.second, of);
}

void activity_list::save(state_writer& out, std::vector<activity_list const*> const& parts) const {
  auto all = *this;
  for (auto const* each : parts) {
    auto part = *each;
    all.add(part);
  }
  out.number(all.whole().size());
  for (auto const& each : all.whole()) {
    out.number(each.key);
    out.number(each.of.packets);
    out.half(each.of.target);
    out.next_record();
  }
  out.number(all.ipv6_.size());
  for (auto const& [key, of] : all.ipv6_) {
    out(key.first.as_ipv6(), key.second.protocol, key.second.port, of.packets, of.target);
    out.next_record();
  }
  out.number(all.scanners_.size());
  for (auto const& [source, number] : all.scanners_) {
    out(source, number);
    out.next_record();
  }
}

void activity_list::restore(state_reader& in) {
  run read;
  for (auto many = in.number(); many > 0 && in.has_record(); --many) {
    auto& each = read.emplace_back();
    each.key = in.number();
    in.expect((each.key >> 16 & 255) != 0 && each.key >> key_bits == 0, "a source at a service");
    each.of.packets = static_cast<std::uint32_t>(in.at_most(UINT32_MAX));
    in.expect(each.of.packets != 0, "packets");
    each.of.target = in.half();
  }
  if (!in.is_good()) return;
  sort_by_key(read);
  in.expect(std::ranges::adjacent_find(read, {}, &entry::key) == read.end(), "sources that differ");
  push(std::move(read));
  for (auto many = in.number(); many > 0 && in.has_record(); --many) {
    net::ipv6 source;
    service at;
    counts of;
    in(source, at.protocol, at.port, of.packets, of.target);
    in.expect(of.packets != 0, "packets");
    ipv6_[{source, at}] = of;
  }
  for (auto many = in.number(); many > 0 && in.has_record(); --many) {
    net::address source;
    std::uint16_t number = 0;
    in(source, number);
    scanners_[source] = number;
  }
}

}  // namespace kizashi::engine::internal
