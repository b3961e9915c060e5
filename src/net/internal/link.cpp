#include "kizashi/net/internal/link.hpp"

#include "kizashi/net/byte_reader.hpp"

namespace kizashi::net::internal {
namespace {

constexpr unsigned max_labels = 16;  // no network stacks more; a bound for hostile frames

/// The cursor stays, unless there is no byte left to ask.
auto by_version(byte_reader& in) -> network {
  if (in.left() == 0) {
    in.skip(1);  // marks the reader as exhausted
    return network::other;
  }
  switch (in.rest()[0] >> 4) {
    case 4:
      return network::ipv4;
    case 6:
      return network::ipv6;
    default:
      return network::other;
  }
}

auto skip_mpls(byte_reader& in) -> network {
  for (unsigned labels = 0; labels < max_labels; ++labels)
    if ((in.big32() & 0x100) != 0) return by_version(in);  // the bottom-of-stack bit
  return network::other;
}

auto skip_pppoe(byte_reader& in) -> network {
  in.skip(6);  // version, code, session, length
  switch (in.big16()) {
    case 0x0021:
      return network::ipv4;
    case 0x0057:
      return network::ipv6;
    default:
      return network::other;
  }
}

/// Behind an EtherType that was just read.
auto skip_ethertype(byte_reader& in, std::uint16_t type, bool& is_labelled) -> network {
  for (unsigned labels = 0; labels < max_labels; ++labels) {
    switch (type) {
      case 0x0800:
        return network::ipv4;
      case 0x86DD:
        return network::ipv6;
      case 0x0806:
        return network::arp;
      case 0x8864:
        return skip_pppoe(in);
      case 0x8847:
      case 0x8848:
        is_labelled = true;
        return skip_mpls(in);
      case 0x8100:
      case 0x88A8:
      case 0x9100:
        is_labelled = true;
        in.skip(2);
        type = in.big16();
        break;
      default:
        return network::other;
    }
  }
  return network::other;
}

/// Address families as BSD and Linux number them.
auto by_family(std::uint32_t family) -> network {
  switch (family) {
    case 2:
      return network::ipv4;
    case 10:
    case 24:
    case 28:
    case 30:
      return network::ipv6;
    default:
      return network::other;
  }
}

/// The family of a null header is in the byte order of the machine that captured.
auto by_family_of_either_order(std::uint32_t big) -> network {
  auto const kind = by_family(big);
  return kind != network::other ? kind : by_family(__builtin_bswap32(big));
}

}  // namespace

auto skip_link(link_type type, std::span<std::uint8_t const> data) -> link_outcome {
  link_outcome answer;
  byte_reader in{data};
  switch (type) {
    case link_type::ethernet: {
      in.skip(12);
      auto const ethertype = in.big16();
      answer.kind = skip_ethertype(in, ethertype, answer.is_labelled);
      break;
    }
    case link_type::linux_cooked: {
      in.skip(14);
      auto const ethertype = in.big16();
      answer.kind = skip_ethertype(in, ethertype, answer.is_labelled);
      break;
    }
    case link_type::linux_cooked_v2: {
      auto const ethertype = in.big16();
      in.skip(18);
      answer.kind = skip_ethertype(in, ethertype, answer.is_labelled);
      break;
    }
    case link_type::null_loopback:
    case link_type::openbsd_loopback:
      answer.kind = by_family_of_either_order(in.big32());
      break;
    case link_type::raw_ip:
    case link_type::raw_ip_bsd:
    case link_type::raw_ip_openbsd:
    case link_type::ipv4:
    case link_type::ipv6:
      answer.kind = by_version(in);
      break;
    default:
      answer.is_unknown = true;
  }
  answer.is_cut = in.is_exhausted();
  if (answer.is_cut) answer.kind = network::other;
  answer.offset = in.offset();
  return answer;
}

}  // namespace kizashi::net::internal
