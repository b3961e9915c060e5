#include "kizashi/capture/pcap_writer.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

namespace kizashi::capture {
namespace {

constexpr std::size_t buffer_size = std::size_t{1} << 20;
constexpr std::size_t record_header_size = 16;
constexpr std::uint32_t microsecond_magic = 0xa1b2c3d4;
constexpr std::uint32_t nanosecond_magic = 0xa1b23c4d;

/// Little-endian on every machine; compilers make one store of it on little-endian ones.
void put32(std::uint8_t* at, std::uint32_t number) noexcept {
  for (unsigned i = 0; i < 4; ++i) at[i] = static_cast<std::uint8_t>(number >> (8 * i));
}
void put16(std::uint8_t* at, std::uint16_t number) noexcept {
  at[0] = static_cast<std::uint8_t>(number);
  at[1] = static_cast<std::uint8_t>(number >> 8);
}

auto open_output(std::string const& path) -> result<output_file> {
  if (path == "-") {
    if (::isatty(STDOUT_FILENO) == 1) {
      return fail(errc::unsupported,
                  "-: standard output is a terminal and a capture is no text; send it to a file "
                  "with > or to another program with |");
    }
    return output_file::standard_output();
  }
  return output_file::create(path);
}

}  // namespace

auto pcap_writer::create(std::string const& path, net::link_type link, pcap_resolution resolution)
    -> result<pcap_writer> {
  KIZASHI_TRY(auto file, open_output(path));
  pcap_writer made{std::move(file), link, resolution};
  if (path.ends_with(".gz")) {
    KIZASHI_TRY(auto packer, internal::gzip_packer::create());
    made.packer_.emplace(std::move(packer));
  }
  return made;
}

pcap_writer::pcap_writer(output_file file, net::link_type link, pcap_resolution resolution)
    : file_{std::move(file)},
      link_{link},
      fraction_unit_{resolution == pcap_resolution::nanoseconds ? 1U : 1000U},
      buffer_{std::make_unique_for_overwrite<std::uint8_t[]>(buffer_size)} {
  auto* const header = buffer_.get();
  put32(header, resolution == pcap_resolution::nanoseconds ? nanosecond_magic : microsecond_magic);
  put16(header + 4, 2);
  put16(header + 6, 4);
  put32(header + 8, 0);  // two fields that nobody has ever used: zone and accuracy
  put32(header + 12, 0);
  put32(header + 16, snap_length);
  put32(header + 20, static_cast<std::uint32_t>(link));
  held_ = 24;
}

auto pcap_writer::write(timestamp time, std::uint32_t wire_length,
                        std::span<std::uint8_t const> data) -> status {
  auto const captured = std::min<std::size_t>(data.size(), snap_length);
  std::uint32_t seconds = 0;
  std::uint32_t fraction = 0;
  if (time.is_known()) {
    auto const whole = time.nanoseconds() / 1'000'000'000;
    if (time.nanoseconds() < 0 || whole > std::numeric_limits<std::uint32_t>::max()) {
      return refuse(time);
    }
    seconds = static_cast<std::uint32_t>(whole);
    fraction =
        static_cast<std::uint32_t>(time.nanoseconds() - whole * 1'000'000'000) / fraction_unit_;
  }
  if (held_ + record_header_size + captured > buffer_size) KIZASHI_TRY(flush());
  auto* const at = buffer_.get() + held_;
  put32(at, seconds);
  put32(at + 4, fraction);
  put32(at + 8, static_cast<std::uint32_t>(captured));
  put32(at + 12, wire_length);
  if (captured > 0) std::memcpy(at + record_header_size, data.data(), captured);
  held_ += record_header_size + captured;
  return {};
}

auto pcap_writer::write(net::frame_block const& block) -> status {
  for (auto const& each : block.frames) {
    if (each.link != link_) {
      return fail(errc::unsupported,
                  fmt::format("{}: a frame of link type {} came; a pcap file holds one link type, "
                              "here {}; write the others to a file of their own",
                              file_.path().string(), static_cast<unsigned>(each.link),
                              static_cast<unsigned>(link_)));
    }
    KIZASHI_TRY(write(each.time, each.wire, block.data(each)));
  }
  return {};
}

auto pcap_writer::close() -> status {
  KIZASHI_TRY(flush(true));
  is_closed_ = true;
  return file_.commit();
}

auto pcap_writer::refuse(timestamp time) const -> status {
  return fail(errc::out_of_range,
              fmt::format("{}: a frame's time is {}; pcap can hold 1970 to 2106 only",
                          file_.path().string(), time.to_string()));
}

auto pcap_writer::flush(bool is_end) -> status {
  if (is_closed_) {
    return fail(errc::io_error,
                fmt::format("{}: cannot write: it is closed already", file_.path().string()));
  }
  auto const held = std::exchange(held_, 0);
  flushed_ += held;
  std::string_view const bytes{reinterpret_cast<char const*>(buffer_.get()), held};
  return file_.write(packer_ ? packer_->pack(bytes, is_end) : bytes);
}

}  // namespace kizashi::capture
