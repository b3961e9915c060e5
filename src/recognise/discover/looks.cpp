#include "kizashi/recognise/discover/looks.hpp"

#include <bit>
#include <optional>

#include <fmt/format.h>

namespace kizashi::recognise::discover {

namespace {

using member_span = std::span<packet_sample::member const>;

/// Counts of a condition in the group's packets and in those of others.
struct tally {
  std::uint64_t group = 0;
  std::uint64_t rest = 0;
};

class look_finder {
public:
  look_finder(evidence const& of, member_span members, scope where)
      : of_{&of}, members_{members}, where_{where}, in_group_(members.size()) {
    for (auto const index : of.supporters) in_group_[index] = true;
  }

  auto find() -> std::vector<look> {
    std::vector<look> out;
    if (where_ == scope::tcp_syn) {
      add_constant(
          "tcp.window", [](auto const& row) { return row.value(word::window); }, out);
      add_constant(
          "tcp.options", [](auto const& row) { return row.options; }, out);
      add_constant(
          "tcp.mss", [](auto const& row) { return row.value(word::mss); }, out);
    }
    add_constant(
        "ip.df", [](auto const& row) { return row.dont_fragment ? 1U : 0U; }, out);
    add(
        "ip.ttl > 200", [](auto const& row) { return row.ttl > 200; }, out);
    return out;
  }

private:
  template <class Value>
  void add_constant(char const* name, Value value, std::vector<look>& out) {
    std::optional<std::uint32_t> common;
    // The first matching row is as good as any: what nearly all have it has too, or the look is
    // not there.
    for (auto const index : of_->supporters) {
      auto const mask = matching_rows(of_->of, members_[index]);
      if (mask == 0) continue;
      common = value(members_[index].rows[static_cast<unsigned>(std::countr_zero(mask))]);
      break;
    }
    if (!common) return;
    auto const before = out.size();
    add(
        fmt::format("{} == {}", name, *common),
        [&](auto const& row) { return value(row) == *common; }, out);
    if (out.size() > before) out.back().value = *common;
  }

  template <class Test>
  void add(std::string condition, Test test, std::vector<look>& out) {
    tally passed;
    tally all;
    for (std::size_t i = 0; i < members_.size(); ++i) {
      auto const& rows = members_[i].rows;
      if (!in_group_[i]) {
        all.rest += rows.size();
        for (auto const& row : rows) passed.rest += test(row) ? 1 : 0;
        continue;
      }
      for (auto mask = matching_rows(of_->of, members_[i]); mask != 0; mask &= mask - 1) {
        ++all.group;
        passed.group += test(rows[static_cast<unsigned>(std::countr_zero(mask))]) ? 1 : 0;
      }
    }
    look found;
    found.condition = std::move(condition);
    found.share = share_of(passed.group, all.group);
    found.rest = share_of(passed.rest, all.rest);
    if (found.share >= 0.99) out.push_back(std::move(found));
  }

  static auto share_of(std::uint64_t part, std::uint64_t whole) -> double {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
  }

  evidence const* of_;
  member_span members_;
  scope where_;
  std::vector<bool> in_group_;
};

}  // namespace

auto find_looks(evidence const& of, member_span members, scope where) -> std::vector<look> {
  return look_finder{of, members, where}.find();
}

}  // namespace kizashi::recognise::discover
