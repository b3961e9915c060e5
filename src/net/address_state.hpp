// How addresses stand in a saved state (base/state.hpp).
#pragma once

#include "kizashi/base/state.hpp"
#include "kizashi/net/address.hpp"

namespace kizashi::net {

inline void state_fields(state_writer& out, ipv4 const& a) {
  out.half(a.value());
}
inline void state_fields(state_reader& in, ipv4& a) {
  a = ipv4{in.half()};
}
inline void state_fields(state_writer& out, ipv6 const& a) {
  out.word(a.high());
  out.word(a.low());
}
inline void state_fields(state_reader& in, ipv6& a) {
  auto const high = in.word();
  a = ipv6{high, in.word()};
}
inline void state_fields(state_writer& out, address const& a) {
  out(a.is_ipv6());
  if (a.is_ipv6())
    out(a.as_ipv6());
  else
    out(a.as_ipv4());
}
inline void state_fields(state_reader& in, address& a) {
  bool is_ipv6 = false;
  in(is_ipv6);
  if (is_ipv6) {
    ipv6 value;
    in(value);
    a = value;
  } else {
    ipv4 value;
    in(value);
    a = value;
  }
}

}  // namespace kizashi::net
