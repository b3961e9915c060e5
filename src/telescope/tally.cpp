#include "kizashi/telescope/tally.hpp"

#include <algorithm>
#include <string>
#include <tuple>

#include "kizashi/telescope/internal/port_cells.hpp"

namespace kizashi::telescope {
namespace {

/// Descending packets, then ascending address.
auto is_larger(source_row const& a, source_row const& b) noexcept -> bool {
  return std::tie(b.packets, a.address) < std::tie(a.packets, b.address);
}

auto letters_of(recognise::country_code country) noexcept -> std::uint16_t {
  auto const text = country.text();
  return static_cast<std::uint16_t>(static_cast<unsigned char>(text[0]) << 8 |
                                    static_cast<unsigned char>(text[1]));
}

}  // namespace

tally::tally() {
  ports_.reserve(port_tag::count);
  for (std::uint32_t tag = 0; tag < port_tag::count; ++tag)
    ports_.push_back(internal::to_row(tag, {}));
}

void tally::add_port(port_row const& part) {
  auto& row = ports_[part.port.value() + (part.ip_protocol == net::protocol::udp ? 65536U : 0U)];
  row.packets += part.packets;
  row.wire_bytes += part.wire_bytes;
  row.syn_packets += part.syn_packets;
  row.sources += part.sources;
  row.destinations += part.destinations;
}

void tally::add_source(source_row const& source, std::size_t keep) {
  ++sources_;
  for (auto* each :
       {&countries_[letters_of(source.place.country)], &as_[source.place.asn.number()]}) {
    each->packets += source.packets;
    ++each->sources;
  }
  if (keep != 0 && top_sources_.size() == keep) {
    if (!is_larger(source, top_sources_.front())) return;
    std::pop_heap(top_sources_.begin(), top_sources_.end(), is_larger);
    top_sources_.pop_back();
  }
  top_sources_.push_back(source);
  if (keep != 0) std::push_heap(top_sources_.begin(), top_sources_.end(), is_larger);
}

void tally::add(tally const& other) {
  for (auto const& row : other.ports_) add_port(row);
  top_sources_.insert(top_sources_.end(), other.top_sources_.begin(), other.top_sources_.end());
  auto const add_groups = [](auto& to, auto const& from) {
    for (auto const& [key, sum] : from) {
      to[key].packets += sum.packets;
      to[key].sources += sum.sources;
    }
  };
  add_groups(countries_, other.countries_);
  add_groups(as_, other.as_);
  sources_ += other.sources_;
  destinations_ += other.destinations_;
}

void tally::write(summary& out, std::size_t keep, recognise::place_table const* places) const {
  out.sources = sources_;
  out.destinations = destinations_;
  out.order = order_;
  for (auto const& row : ports_)
    if (row.packets != 0) out.ports.push_back(row);
  out.top_sources = top_sources_;
  for (auto const& [letters, sum] : countries_)
    out.countries.push_back({{static_cast<char>(letters >> 8), static_cast<char>(letters & 255)},
                             sum.packets,
                             sum.sources});
  for (auto const& [number, sum] : as_) {
    recognise::asn const asn{number};
    out.as.push_back({asn, places == nullptr ? std::string{} : std::string{places->name(asn)},
                      sum.packets, sum.sources});
  }
  // `ports_` ascends by its key already.
  std::stable_sort(out.ports.begin(), out.ports.end(),
                   [](auto const& a, auto const& b) { return a.packets > b.packets; });
  std::sort(out.top_sources.begin(), out.top_sources.end(), is_larger);
  if (keep != 0 && out.top_sources.size() > keep) out.top_sources.resize(keep);
  std::sort(out.countries.begin(), out.countries.end(), [](auto const& a, auto const& b) {
    return std::tie(b.packets, a.country) < std::tie(a.packets, b.country);
  });
  std::sort(out.as.begin(), out.as.end(), [](auto const& a, auto const& b) {
    return std::tie(b.packets, a.asn) < std::tie(a.packets, b.asn);
  });
}

}  // namespace kizashi::telescope
