// How what is known of addresses stands in a saved state: members of all workers together, each of
// which finds its worker again by its address.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "kizashi/base/state.hpp"
#include "kizashi/net/address_state.hpp"
#include "kizashi/telescope/batch_plan.hpp"
#include "kizashi/telescope/internal/family.hpp"

namespace kizashi::telescope::internal {

/// A key and in three bits its renumbered stamp.
inline void put_member(state_writer& out, packed_key key, stamp mark) {
  out.word(key.bits << 3 | mark.raw());
}
inline void put_member(state_writer& out, wide_key const& key, stamp mark) {
  out.word(key.high);
  out.word(key.low);
  out.number(std::uint64_t{key.tag_bits} << 3 | mark.raw());
}
inline void get_member(state_reader& in, packed_key& key, stamp& mark) {
  auto const word = in.word();
  key = {word >> 3};
  mark = stamp{static_cast<std::uint32_t>(word & 7)};
  in.expect(key.tag() < port_tag::count, "a port");
}
inline void get_member(state_reader& in, wide_key& key, stamp& mark) {
  auto const high = in.word();
  auto const low = in.word();
  auto const tag = in.at_most((std::uint64_t{port_tag::count} << 3) - 1);
  key = {high, low, static_cast<std::uint32_t>(tag >> 3)};
  mark = stamp{static_cast<std::uint32_t>(tag & 7)};
}

/// A key behind the one before it: those of a run ascend, and neighbours are near.
class key_steps {
public:
  void put(state_writer& out, packed_key key) {
    out.number(key.bits - before_.bits);
    before_ = key;
  }
  void put(state_writer& out, wide_key const& key) { put_member(out, key, stamp{}); }
  void get(state_reader& in, packed_key& key) {
    key = before_ = {before_.bits + in.number()};
    in.expect(key.tag() < port_tag::count, "a port");
  }
  void get(state_reader& in, wide_key& key) {
    stamp none;
    get_member(in, key, none);
  }

private:
  packed_key before_{0};
};

/// Which members stand in a state: those that a window from `oldest` on has seen.
struct saved_members {
  std::uint32_t current;  ///< serial of the current window
  std::uint32_t oldest;   ///< `serial::closed`: all members

  [[nodiscard]] auto has(stamp mark) const noexcept -> bool { return mark.window() >= oldest; }
};

template <class Key>
class family_state {
public:
  using family_type = family<Key>;
  using record = typename family_type::record;
  using families = std::vector<family_type*>;

  static auto save(families const& all, saved_members const& which, state_writer& out) -> status {
    out.begin("sources");
    for (auto const* each : all)
      each->sources_.for_each_marked([&](record const& totals, stamp mark) {
        if (!which.has(mark)) return;
        out(mark.renumbered(which.current).raw(), totals);
        out.next_record();
      });
    out.end();
    out.begin("earlier sources");
    for (auto const* each : all)
      KIZASHI_TRY(each->source_runs_.merge([&](record const& totals) {
        out(totals);
        out.next_record();
      }));
    out.end();
    KIZASHI_TRY(save_set(all, &family_type::destinations_, "destinations", which, out));
    KIZASHI_TRY(save_set(all, &family_type::port_sources_, "sources of ports", which, out));
    return save_set(all, &family_type::port_destinations_, "destinations of ports", which, out);
  }

  static auto restore(families const& all, state_reader& in) -> status {
    in.begin("sources");
    while (in.has_record()) {
      std::uint32_t raw = 0;
      record totals{};
      in(raw, totals);
      in.expect(stamp{raw}.is_renumbered(), "a stamp");
      if (!in.is_good()) break;
      in.expect(owner(all, totals.address).sources_.put(totals, stamp{raw}), "another source");
    }
    in.end();
    in.begin("earlier sources");
    std::vector<std::vector<record>> pending(all.size());
    while (in.has_record()) {
      record totals{};
      in(totals);
      auto const which = shard_of(totals.address) % all.size();
      KIZASHI_TRY(all[which]->source_runs_.add_one(totals, pending[which]));
    }
    in.end();
    for (std::size_t i = 0; i < all.size(); ++i)
      if (!pending[i].empty()) KIZASHI_TRY(all[i]->source_runs_.add(pending[i]));
    KIZASHI_TRY(restore_set(all, &family_type::destinations_, "destinations", in));
    KIZASHI_TRY(restore_set(all, &family_type::port_sources_, "sources of ports", in));
    return restore_set(all, &family_type::port_destinations_, "destinations of ports", in);
  }

private:
  [[nodiscard]] static auto owner(families const& all, typename Key::address_type a)
      -> family_type& {
    return *all[shard_of(a) % all.size()];
  }

  template <class Set>
  static auto save_set(families const& all, Set family_type::*member, std::string_view name,
                       saved_members const& which, state_writer& out) -> status {
    out.begin(name);
    for (auto const* each : all)
      (each->*member).open.for_each_marked([&](Key const& key, stamp mark) {
        if (!which.has(mark)) return;
        put_member(out, key, mark.renumbered(which.current));
        out.next_record();
      });
    out.end();
    out.begin("earlier ones");
    key_steps steps;
    for (auto const* each : all)
      KIZASHI_TRY((each->*member).runs.merge([&](Key const& key) {
        steps.put(out, key);
        out.next_record();
      }));
    out.end();
    return {};
  }

  template <class Set>
  static auto restore_set(families const& all, Set family_type::*member, std::string_view name,
                          state_reader& in) -> status {
    in.begin(name);
    while (in.has_record()) {
      Key key{};
      stamp mark;
      get_member(in, key, mark);
      in.expect(mark.is_renumbered(), "a stamp");
      if (!in.is_good()) break;
      in.expect((owner(all, key.address()).*member).open.put(key, mark), "another member");
    }
    in.end();
    in.begin("earlier ones");
    key_steps steps;
    std::vector<std::vector<Key>> pending(all.size());
    while (in.has_record()) {
      Key key{};
      steps.get(in, key);
      auto const which = shard_of(key.address()) % all.size();
      KIZASHI_TRY((all[which]->*member).runs.add_one(key, pending[which]));
    }
    in.end();
    for (std::size_t i = 0; i < all.size(); ++i)
      if (!pending[i].empty()) KIZASHI_TRY((all[i]->*member).runs.add(pending[i]));
    return {};
  }
};

}  // namespace kizashi::telescope::internal
