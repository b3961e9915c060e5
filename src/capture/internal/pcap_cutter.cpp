// pcap (draft-ietf-opsawg-pcap): a header of 24 bytes, then records of 16 bytes and the frame.
#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>

#include "kizashi/capture/internal/numbers.hpp"
#include "kizashi/capture/internal/record_cutter.hpp"

namespace kizashi::capture::internal {
namespace {

constexpr std::size_t file_header_size = 24;

/// What the four marks say.
struct dialect {
  std::uint32_t mark;
  std::uint32_t fraction_unit;  // nanoseconds in one step of a record's fraction
  std::size_t record_header_size;
};
constexpr std::array dialects{
    dialect{0xa1b2c3d4, 1000, 16},
    dialect{0xa1b23c4d, 1, 16},
    // Alexey Kuznetzov's libpcap of about 2000: interface, protocol and packet type follow the
    // lengths.
    dialect{0xa1b2cd34, 1000, 24},
};

/// The layout of one file.
struct layout {
  std::uint32_t fraction_unit = 1000;
  std::size_t record_header_size = 16;
  std::size_t captured_at = 8;  // files before version 2.3 have the two lengths the other way round
  std::size_t wire_at = 12;
  net::link_type link = net::link_type::ethernet;
};

/// Whether the first 8 bytes of a file's header may stand at `at`.
template <std::endian Order>
auto is_file_header(std::uint8_t const* at) -> bool {
  auto const mark = load32<Order>(at);
  auto const is_known = std::any_of(dialects.begin(), dialects.end(),
                                    [mark](dialect const& each) { return each.mark == mark; });
  return is_known && load16<Order>(at + 4) == 2;
}

/// What is wrong with the header of a record without bytes; empty: nothing. A file system that lost
/// power leaves zeros behind the last record, and `cat a.pcap b.pcap` a second file's header, whose
/// zone and accuracy are zero and pass for the two lengths.
[[gnu::cold, gnu::noinline]] auto damage_of_empty(std::uint8_t const* header, std::size_t size)
    -> std::string {
  if (std::all_of(header, header + size, [](std::uint8_t byte) { return byte == 0; }))
    return "zero bytes instead of a record; the file was probably not closed in order";
  if (is_file_header<std::endian::little>(header) || is_file_header<std::endian::big>(header))
    return "another pcap file begins here; expected a record; split the files or read them one by "
           "one";
  return {};
}

template <std::endian Order>
class pcap_cutter final : public record_cutter {
public:
  explicit pcap_cutter(layout const& of) : layout_{of} {}

  auto cut_from(std::span<std::uint8_t const> bytes, std::vector<net::frame>& frames)
      -> cut override {
    auto const of = layout_;
    auto const* const data = bytes.data();
    auto const size = bytes.size();
    std::size_t at = 0;
    std::uint64_t untimed = 0;
    cut made;
    frames.reserve(net::frame_block::max_frames);
    auto room = net::frame_block::max_frames - frames.size();
    for (; room > 0; --room) {
      if (size - at < of.record_header_size) {
        made.wanted = of.record_header_size;
        made.part = "a record's header";
        break;
      }
      auto const* const header = data + at;
      auto const captured = load32<Order>(header + of.captured_at);
      if (captured > largest_frame) {
        made.damage =
            fmt::format("a record of {} bytes came; expected at most {}", captured, largest_frame);
        break;
      }
      if (size - at < of.record_header_size + captured) {
        made.wanted = of.record_header_size + captured;
        made.part = "a record";
        break;
      }
      if (captured == 0) [[unlikely]] {
        made.damage = damage_of_empty(header, of.record_header_size);
        if (!made.damage.empty()) break;
      }
      auto const time = timestamp::from_parts(
          load32<Order>(header), std::uint64_t{load32<Order>(header + 4)} * of.fraction_unit);
      untimed += time.is_known() ? 0U : 1U;
      frames.push_back({time, static_cast<std::uint32_t>(at + of.record_header_size), captured,
                        load32<Order>(header + of.wire_at), of.link});
      at += of.record_header_size + captured;
    }
    untimed_ += untimed;
    made.used = at;
    return made;
  }

private:
  layout layout_;
};

template <std::endian Order>
auto recognise_as(std::span<std::uint8_t const> head) -> result<recognised> {
  auto const mark = load32<Order>(head.data());
  for (auto const& each : dialects) {
    if (each.mark != mark) continue;
    if (head.size() < file_header_size) {
      return fail(errc::parse_error,
                  fmt::format("offset 0: the file ends inside the pcap header; {} bytes came, {} "
                              "were expected",
                              head.size(), file_header_size));
    }
    auto const major = load16<Order>(head.data() + 4);
    auto const minor = load16<Order>(head.data() + 6);
    if (major != 2) {
      return fail(errc::unsupported,
                  fmt::format("offset 4: pcap version {}.{} came; expected 2", major, minor));
    }
    layout of{each.fraction_unit, each.record_header_size, 8, 12, {}};
    if (minor < 3) std::swap(of.captured_at, of.wire_at);
    // The upper half tells of a frame check sequence behind each frame; what decodes lengths does
    // not look there.
    of.link = static_cast<net::link_type>(load32<Order>(head.data() + 20) & 0xffff);
    return recognised{std::make_unique<pcap_cutter<Order>>(of), file_header_size};
  }
  return recognised{};
}

}  // namespace

auto recognise_pcap(std::span<std::uint8_t const> head) -> result<recognised> {
  if (head.size() < 4) return recognised{};
  KIZASHI_TRY(auto little, recognise_as<std::endian::little>(head));
  if (little.cutter != nullptr) return little;
  return recognise_as<std::endian::big>(head);
}

}  // namespace kizashi::capture::internal
