#include "kizashi/store/internal/grouping.hpp"

namespace kizashi::store::internal {

auto grouping_of(group_by by) -> grouping {
  switch (by) {
    case group_by::port:
      return {state_table::port,
              {"protocol", "port", "has_port"},
              {"protocol", "port"},
              "protocol in (6, 17) and has_port = 1"};
    case group_by::protocol:
      return {state_table::port, {"protocol"}, {"protocol"}, {}};
    case group_by::country:
      return {state_table::place, {"country"}, {"country"}, {}};
    case group_by::as:
      return {state_table::place, {"asn"}, {"asn"}, {}};
    case group_by::hour:
      return {state_table::tag, {"hour"}, {"hour"}, {}};
    case group_by::day:
      return {state_table::tag, {"day"}, {"day"}, {}};
    case group_by::sensor:
      return {state_table::tag, {"sensor"}, {"sensor"}, {}};
    case group_by::tool:
      return {state_table::tag, {"tool"}, {"tool"}, {}};
    case group_by::traffic_class:
      return {state_table::tag, {"class"}, {"class"}, {}};
    case group_by::scanner:
      return {state_table::tag, {"scanner"}, {"scanner"}, {}};
    case group_by::minute:
      return {state_table::place, {"minute"}, {"minute"}, {}};
    case group_by::source:
      break;
  }
  return {};
}

auto read_key(group_by by, native_row const& row, statistics_key& key) -> std::size_t {
  switch (by) {
    case group_by::port:
      key.ip_protocol = row.narrow<std::uint8_t>(0);
      key.port = row.narrow<std::uint16_t>(1);
      return 2;
    case group_by::protocol:
      key.ip_protocol = row.narrow<std::uint8_t>(0);
      break;
    case group_by::country:
      key.country = row.country(0);
      break;
    case group_by::as:
      key.asn = recognise::asn{row.narrow<std::uint32_t>(0)};
      break;
    case group_by::minute:
    case group_by::hour:
    case group_by::day:
      key.time = row.narrow<std::uint32_t>(0);
      break;
    case group_by::sensor:
      key.sensor = row.narrow<std::uint16_t>(0);
      break;
    case group_by::tool:
    case group_by::traffic_class:
    case group_by::scanner:
      key.tag = row.narrow<std::uint16_t>(0);
      break;
    case group_by::source:
      key.source = row.source(0);
      break;
  }
  return 1;
}

}  // namespace kizashi::store::internal
