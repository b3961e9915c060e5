#include "kizashi/recognise/traffic.hpp"

#include <algorithm>

#include "kizashi/recognise/internal/payload_services.hpp"

namespace kizashi::recognise {
namespace {

struct type_row {
  std::string_view name;
  recognise::traffic_class belongs;
};

/// By `packet_type`.
constexpr std::array<type_row, packet_types> types{{
    {"tcp-syn", traffic_class::scan},
    {"tcp-synack", traffic_class::backscatter},
    {"tcp-rst", traffic_class::backscatter},
    {"tcp-ack", traffic_class::scan},
    {"tcp-fin", traffic_class::scan},
    {"tcp-null", traffic_class::scan},
    {"tcp-xmas", traffic_class::scan},
    {"tcp-other", traffic_class::other},
    {"tcp-payload", traffic_class::payload},
    {"tcp-exploit", traffic_class::payload},
    {"udp", traffic_class::scan},
    {"udp-amplifier", traffic_class::amplifier_probe},
    {"udp-reply", traffic_class::backscatter},
    {"udp-exploit", traffic_class::payload},
    {"icmp-request", traffic_class::scan},
    {"icmp-reply", traffic_class::backscatter},
    {"icmp-error", traffic_class::backscatter},
    {"icmp-other", traffic_class::other},
    {"fragment", traffic_class::fragment},
    {"other-ip", traffic_class::other},
    {"no-ip", traffic_class::other},
}};

constexpr std::array<std::string_view, traffic_classes> class_names{
    "scan",     "backscatter", "amplifier-probe", "payload", "misconfiguration", "unroutable",
    "fragment", "other"};

}  // namespace

auto class_of(packet_type type) noexcept -> traffic_class {
  return types[static_cast<std::size_t>(type)].belongs;
}

auto name_of(packet_type type) noexcept -> std::string_view {
  return types[static_cast<std::size_t>(type)].name;
}

auto name_of(traffic_class each) noexcept -> std::string_view {
  return class_names[static_cast<std::size_t>(each)];
}

auto amplifier_name(std::uint16_t port) noexcept -> std::string_view {
  auto const* const service = internal::service_on(port);
  return service != nullptr && service->amplifies ? service->name : std::string_view{};
}

auto victim_of(net::packet_batch const& batch, std::size_t row, packet_type type) -> net::address {
  if (type == packet_type::icmp_error && batch.has(row, net::attribute::quoted)) {
    auto const found = std::ranges::lower_bound(batch.quoted, static_cast<std::uint16_t>(row), {},
                                                &net::quoted_packet::row);
    if (found != batch.quoted.end() && found->row == row) return found->destination;
  }
  return batch.source_address(row);
}

}  // namespace kizashi::recognise
