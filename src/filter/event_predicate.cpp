#include "kizashi/filter/event_predicate.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "kizashi/net/packet_batch.hpp"

namespace kizashi::filter {
namespace internal {

/// A term with its names as numbers, or what joins others.
struct event_step {
  expression::form is = expression::form::term;
  field of = field::port;
  bool is_negated = false;
  std::vector<number_range> ranges;
  std::vector<net::address_range> addresses;
  wanted_bits bits;
  std::vector<event_step> children;
};

}  // namespace internal

namespace {

using internal::event_step;
using telescope::dos_event;
using telescope::scan_event;

/// The numbers that an event has in a field: none, one, or those of several attacked services.
class found_numbers {
public:
  found_numbers() = default;
  found_numbers(std::uint64_t only) : size_{1} { all_[0] = only; }  // NOLINT: one of them
  void add(std::uint64_t each) { all_[size_++] = each; }
  [[nodiscard]] auto any_in(std::vector<number_range> const& ranges) const -> bool {
    for (std::size_t i = 0; i < size_; ++i)
      for (auto const& each : ranges)
        if (all_[i] >= each.low && all_[i] <= each.high) return true;
    return false;
  }

private:
  std::array<std::uint64_t, telescope::attacked_ports::most> all_{};
  std::size_t size_ = 0;
};

/// As a store keeps it.
auto microseconds(timestamp time) -> std::uint64_t {
  return time.nanoseconds() < 0 ? 0 : static_cast<std::uint64_t>(time.nanoseconds()) / 1000;
}

auto millionths(double number) -> std::uint64_t {
  return static_cast<std::uint64_t>(number * 1'000'000);
}

auto known_time(timestamp time) -> found_numbers {
  auto const at = microseconds(time);
  return at == 0 ? found_numbers{} : found_numbers{at};
}

template <class Event>
auto duration_of(Event const& event) -> std::uint64_t {
  return (microseconds(event.last) - microseconds(event.first)) * 1000;
}

auto country_number(recognise::country_code code) -> std::uint64_t {
  auto const letters = code.text();
  return static_cast<std::uint64_t>(static_cast<unsigned char>(letters[0])) << 8 |
         static_cast<unsigned char>(letters[1]);
}

auto place_of(net::address a, recognise::place_table const* places) -> recognise::place {
  return places == nullptr ? recognise::place{} : places->find(a);
}

auto first_of(scan_event const& event) -> net::address {
  return event.source;
}
auto last_of(scan_event const& event) -> net::address {
  return event.source;
}
auto first_of(dos_event const& event) -> net::address {
  return event.victim.first();
}
auto last_of(dos_event const& event) -> net::address {
  return event.victim.last();
}

/// What both kinds have.
template <class Event>
auto common_numbers(Event const& event, field of, recognise::place_table const* places)
    -> found_numbers {
  auto const who = first_of(event);
  switch (of) {
    case field::ip_version:
      return who.is_ipv6() ? 6 : 4;
    case field::country:
      return country_number(place_of(who, places).country);
    case field::as:
      return place_of(who, places).asn.number();
    case field::first:
      return known_time(event.first);
    case field::last:
      return known_time(event.last);
    case field::duration:
      return duration_of(event);
    case field::packets:
      return event.packets;
    case field::bytes:
      return event.wire_bytes;
    case field::ongoing:
      return event.is_ongoing ? 1 : 0;
    case field::cut:
      return event.is_cut ? 1 : 0;
    default:
      return {};
  }
}

/// Of the packets of a type, where it tells.
auto protocol_of(scan_event const& event) -> found_numbers {
  using recognise::packet_type;
  if (event.type <= packet_type::tcp_exploit) return net::protocol::tcp;
  if (event.type <= packet_type::udp_exploit) return net::protocol::udp;
  if (event.type <= packet_type::icmp_other)
    return event.source.is_ipv6() ? net::protocol::icmp6 : net::protocol::icmp;
  return {};
}

auto numbers_of(scan_event const& event, field of, recognise::place_table const* places)
    -> found_numbers {
  switch (of) {
    case field::protocol:
      return protocol_of(event);
    case field::port:
      if (event.ports != 1 || event.type > recognise::packet_type::udp_exploit) return {};
      return event.port;
    case field::type:
      return static_cast<std::uint64_t>(event.type);
    case field::traffic_class:
      return static_cast<std::uint64_t>(event.traffic_class);
    case field::pattern:
      return static_cast<std::uint64_t>(event.pattern);
    case field::ports:
      return event.ports;
    case field::destinations:
      return event.destinations.count;
    case field::scanner:
      return event.scanner;
    case field::spoofable:
      return event.is_spoofable ? 1 : 0;
    case field::rate: {
      auto const length = duration_of(event) / 1000;
      if (length == 0) return 0;
      return millionths(static_cast<double>(event.packets * 1'000'000) /
                        static_cast<double>(length));
    }
    default:
      return common_numbers(event, of, places);
  }
}

auto numbers_of(dos_event const& event, field of, recognise::place_table const* places)
    -> found_numbers {
  using telescope::answer_kind;
  auto const answers = [&](answer_kind kind) {
    return event.by_answer[static_cast<std::size_t>(kind)];
  };
  found_numbers several;
  switch (of) {
    case field::protocol:
      for (auto const& each : event.ports) several.add(each.ip_protocol);
      return several;
    case field::port:
      for (auto const& each : event.ports) several.add(each.port);
      return several;
    case field::ports:
      return event.port_count;
    case field::victims:
      return event.victims;
    case field::peak:
      return event.most_per_minute;
    case field::senders:
      return event.spoofed;
    case field::synack_answers:
      return answers(answer_kind::synack);
    case field::rst_answers:
      return answers(answer_kind::rst);
    case field::icmp_answers:
      return answers(answer_kind::icmp);
    case field::udp_answers:
      return answers(answer_kind::udp);
    case field::uniformity:
      return millionths(event.uniformity);
    case field::scaling:
      return static_cast<std::uint64_t>(event.scale);
    case field::attack_rate:
      return millionths(event.attack_rate);
    default:
      return common_numbers(event, of, places);
  }
}

auto bits_in(scan_event const& event, field of) -> std::uint64_t {
  return of == field::tool ? event.tools : event.fingerprints;
}
auto bits_in(dos_event const&, field) -> std::uint64_t {
  return 0;
}

template <class Event>
auto term_holds(event_step const& step, Event const& event, recognise::place_table const* places)
    -> bool {
  switch (info_of(step.of).kind) {
    case value_kind::address:
      return std::ranges::any_of(step.addresses, [&](net::address_range const& each) {
        return each.first.is_ipv6() == first_of(event).is_ipv6() && first_of(event) <= each.last &&
               last_of(event) >= each.first;
      });
    case value_kind::text_set: {
      auto const bits = bits_in(event, step.of);
      return (bits & step.bits.any) != 0 || (step.bits.none && bits == 0);
    }
    default:
      // Of a sensor, which is the same for all, only the answer is left.
      if (step.of == field::sensor) return !step.ranges.empty();
      return numbers_of(event, step.of, places).any_in(step.ranges);
  }
}

template <class Event>
auto holds(event_step const& step, Event const& event, recognise::place_table const* places)
    -> bool {
  auto const inner = [&](event_step const& each) { return holds(each, event, places); };
  switch (step.is) {
    case expression::form::all:
      return std::ranges::all_of(step.children, inner);
    case expression::form::any:
      return std::ranges::any_of(step.children, inner);
    case expression::form::negation:
      return !inner(step.children.front());
    default:
      return term_holds(step, event, places) != step.is_negated;
  }
}

class binder {
public:
  explicit binder(name_context const& with) : with_{with} {
    if (with.fingerprints != nullptr) tools_ = names_of(*with.fingerprints);
    if (with.scanners != nullptr) scanners_ = names_of(*with.scanners);
  }

  auto bind(expression const& of) const -> result<event_step> {
    event_step out;
    out.is = of.is;
    for (auto const& each : of.children) {
      KIZASHI_TRY(auto child, bind(each));
      out.children.push_back(std::move(child));
    }
    if (of.is == expression::form::term) KIZASHI_TRY(bind_term(of.term, out));
    return out;
  }

private:
  auto bind_term(comparison const& of, event_step& to) const -> status {
    to.of = of.of;
    to.is_negated = of.is_negated;
    to.addresses = of.addresses;
    if (of.of == field::sensor) {
      for (auto const& each : of.texts)
        if (is_same_word(each, with_.sensor)) to.ranges = {{1, 1}};
    } else if (of.of == field::scanner) {
      KIZASHI_TRY(auto const numbers, filter::numbers_of(of, scanners_));
      for (auto const number : numbers) to.ranges.push_back({number, number});
    } else if (info_of(of.of).kind == value_kind::text_set) {
      KIZASHI_TRY(to.bits, bits_of(of, tools_));
    } else if (info_of(of.of).kind != value_kind::address) {
      to.ranges = of.ranges();
    }
    return {};
  }

  name_context const& with_;
  numbered_names tools_, scanners_;
};

}  // namespace

event_predicate::event_predicate(std::unique_ptr<event_step const> root, target to,
                                 recognise::place_table const* places)
    : root_{std::move(root)}, to_{to}, places_{places} {}
event_predicate::~event_predicate() = default;
event_predicate::event_predicate(event_predicate&&) noexcept = default;
auto event_predicate::operator=(event_predicate&&) noexcept -> event_predicate& = default;

auto event_predicate::make(expression const& of, target to, name_context const& with)
    -> result<event_predicate> {
  KIZASHI_ASSERT(to != target::packets);
  KIZASHI_TRY(check(of, to));
  KIZASHI_TRY(auto root, binder{with}.bind(of));
  return event_predicate{std::make_unique<event_step const>(std::move(root)), to, with.places};
}

auto event_predicate::matches(scan_event const& event) const -> bool {
  KIZASHI_ASSERT(to_ == target::events);
  return holds(*root_, event, places_);
}

auto event_predicate::matches(dos_event const& event) const -> bool {
  KIZASHI_ASSERT(to_ == target::attacks);
  return holds(*root_, event, places_);
}

}  // namespace kizashi::filter
