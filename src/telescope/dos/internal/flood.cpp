#include "kizashi/telescope/dos/internal/flood.hpp"

#include <algorithm>

namespace kizashi::telescope::internal {

void flood::add(answer const& each, dos_rules const& rules) {
  first_ = packets_ == 0 ? each.time : std::min(first_, each.time);
  last_ = packets_ == 0 ? each.time : std::max(last_, each.time);
  ++packets_;
  wire_bytes_ += each.wire_length;
  ++by_answer_[static_cast<std::size_t>(each.kind)];
  juno_ += each.is_juno;
  rate_.add(each.time);
  auto const hash = sketch_hash(each.destination);
  spoofed_.add(hash);
  ports_.add(each.ip_protocol, each.attacked_port);
  // Most victims are strays and never get that far.
  if (packets_ < rules.options.least_packets || rules.addresses == 0) return;
  if (each.destination.is_ipv6()) return;
  if (parts_ == nullptr) parts_ = std::make_unique<part_counts>();
  if (parts_->is_full()) return;
  parts_->add(hash, rules.options.darknet->position(each.destination.as_ipv4()), rules.addresses);
}

auto flood::to_event(net::prefix victim, dos_rules const& rules) const -> dos_event {
  dos_event event;
  event.victim = victim;
  event.first = timestamp{first_};
  event.last = timestamp{last_};
  event.packets = packets_;
  event.wire_bytes = wire_bytes_;
  event.most_per_minute = rate_.most();
  event.spoofed = std::min<std::uint64_t>(spoofed_.count(), packets_);  // an estimate may be above
  event.is_spoofed_exact = spoofed_.is_exact();
  event.ports = ports_.busiest();
  event.port_count = ports_.count();
  event.are_ports_exact = ports_.is_exact();
  event.by_answer = by_answer_;
  event.juno = juno_;
  scale(event, rules);
  return event;
}

void flood::scale(dos_event& event, dos_rules const& rules) const {
  // Scaling is by the share of the IPv4 space; of IPv6 no telescope has one worth the name.
  if (rules.addresses == 0 || event.victim.first().is_ipv6()) return;
  auto const test = parts_ == nullptr ? uniformity_result{} : parts_->test(rules.addresses);
  event.scale = scaling::few_packets;
  if (!test.is_tested) return;
  event.uniformity = test.probability;
  event.scale = test.is_uniform ? scaling::done : scaling::not_uniform;
  if (test.is_uniform) event.attack_rate = attack_rate(event.most_per_minute, rules.addresses);
}

}  // namespace kizashi::telescope::internal
