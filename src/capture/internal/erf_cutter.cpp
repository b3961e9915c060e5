// ERF, the Extensible Record Format of Endace's cards and libtrace: records of 16 bytes, extension
// headers, perhaps a header of the type, and the frame. (Endace: "ERF types reference guide"; no
// mark at the front of the file.)
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "kizashi/capture/internal/numbers.hpp"
#include "kizashi/capture/internal/record_cutter.hpp"

namespace kizashi::capture::internal {
namespace {

constexpr std::size_t header_size = 16;
constexpr std::size_t extension_size = 8;
constexpr std::uint8_t has_more = 0x80;  // in the type of a record and of an extension header

constexpr auto link_erf = static_cast<net::link_type>(197);  // "an ERF record", of any type
constexpr auto link_cisco_hdlc = static_cast<net::link_type>(104);

/// What a record type carries.
struct carried {
  net::link_type link = link_erf;
  std::size_t before = 0;  // bytes between the headers and the frame
  bool is_frame = true;
};

constexpr std::uint8_t largest_type = 48;

auto what_carries(std::uint8_t type) -> carried {
  switch (type) {
    // Ethernet, behind an offset and a pad byte: plain, with a colour, with filter results, with a
    // hash.
    case 2:
    case 11:
    case 16:
    case 20:
      return {net::link_type::ethernet, 2};
    // HDLC or PPP over SONET, in the same four kinds.
    case 1:
    case 10:
    case 15:
    case 19:
      return {link_cisco_hdlc, 0};
    case 22:
      return {net::link_type::ipv4, 0};
    case 23:
      return {net::link_type::ipv6, 0};
    // Counters of the card (two kinds), provenance, padding.
    case 13:
    case 14:
    case 27:
    case 48:
      return {link_erf, 0, false};
    default:
      return {link_erf, 0};
  }
}

auto time_of(std::uint8_t const* at) -> timestamp {
  // Seconds and 2^-32 parts of a second, the only little-endian numbers of the format.
  auto const parts = std::uint64_t{load32<std::endian::little>(at)};
  auto const seconds = std::uint64_t{load32<std::endian::little>(at + 4)};
  auto const nanoseconds = (parts * 1'000'000'000 + (std::uint64_t{1} << 31)) >> 32;
  return nanoseconds == 1'000'000'000 ? timestamp::from_parts(seconds + 1, 0)
                                      : timestamp::from_parts(seconds, nanoseconds);
}

class erf_cutter final : public record_cutter {
public:
  auto cut_from(std::span<std::uint8_t const> bytes, std::vector<net::frame>& frames)
      -> cut override {
    cut made;
    frames.reserve(net::frame_block::max_frames);
    while (frames.size() < net::frame_block::max_frames) {
      auto const rest = bytes.subspan(made.used);
      if (rest.size() < header_size) {
        made.wanted = header_size;
        made.part = "a record's header";
        break;
      }
      std::size_t const length = load16<std::endian::big>(rest.data() + 10);
      if (length < header_size) {
        made.damage =
            fmt::format("a record of {} bytes came; expected {} or more", length, header_size);
        break;
      }
      if (rest.size() < length) {
        made.wanted = length;
        made.part = "a record";
        break;
      }
      add(rest.first(length), made.used, frames);
      made.used += length;
    }
    return made;
  }

private:
  void add(std::span<std::uint8_t const> record, std::size_t at, std::vector<net::frame>& frames) {
    auto const inside = what_carries(record[8] & static_cast<std::uint8_t>(~has_more));
    if (!inside.is_frame) return;
    std::size_t begin = header_size;
    for (auto more = record[8]; (more & has_more) != 0 && begin < record.size();) {
      more = record[begin];
      begin += extension_size;
    }
    begin = std::min(begin + inside.before, record.size());
    std::uint32_t const wire = load16<std::endian::big>(record.data() + 14);
    // Records are filled up to a multiple of eight bytes, which only the length on the wire tells.
    auto const captured = std::min(static_cast<std::uint32_t>(record.size() - begin), wire);
    auto const time = time_of(record.data());
    untimed_ += time.is_known() ? 0U : 1U;
    frames.push_back({time, static_cast<std::uint32_t>(at + begin), captured, wire, inside.link});
  }
};

/// Whether a header may be one, and of about the time of the record before it.
auto is_plausible(std::uint8_t const* header, std::uint32_t time_before) -> bool {
  constexpr std::uint32_t year = 31'622'400;
  auto const type = header[8] & ~has_more;
  auto const seconds = load32<std::endian::little>(header + 4);
  auto const length = load16<std::endian::big>(header + 10);
  auto const is_near =
      seconds <= time_before ? time_before - seconds <= year : seconds - time_before <= year;
  return type <= largest_type && (type <= 33 || type == 48) && seconds != 0 && is_near &&
         length >= header_size;
}

}  // namespace

auto make_erf_cutter() -> std::unique_ptr<record_cutter> {
  return std::make_unique<erf_cutter>();
}

auto recognise_erf(std::span<std::uint8_t const> head, bool is_whole) -> recognised {
  constexpr int enough = 8;
  std::size_t at = 0;
  int records = 0;
  for (std::uint32_t time = 0; records < enough && head.size() - at >= header_size; ++records) {
    auto const* const header = head.data() + at;
    if (!is_plausible(header, records == 0 ? load32<std::endian::little>(header + 4) : time))
      return {};
    time = load32<std::endian::little>(header + 4);
    auto const length = load16<std::endian::big>(header + 10);
    // A record that ends behind the file: of a cut file when others stood before it, else of no ERF
    // file.
    if (length > head.size() - at)
      return records > 0 ? recognised{make_erf_cutter(), 0} : recognised{};
    at += length;
  }
  // One record alone proves little: it must be the whole file.
  if (records == 0 || (records == 1 && !(is_whole && at == head.size()))) return {};
  return {make_erf_cutter(), 0};
}

}  // namespace kizashi::capture::internal
