// Lines of exports, of any bytes: what is accepted holds its bounds, what is refused says so.
#include "kizashi/capture/export_line.hpp"

#include <cstdint>
#include <string_view>

#include "kizashi/base/text.hpp"

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
  using namespace kizashi;
  capture::export_reader reader;
  for (auto const line : split({reinterpret_cast<char const*>(data), size}, '\n')) {
    auto const read = reader.read(line);
    KIZASHI_ASSERT(read || !read.error().message.empty());
    if (!read || *read == nullptr) continue;
    auto const& packet = **read;
    bool const is_ipv6 = (packet.row.attributes & net::bit(net::attribute::ipv6)) != 0;
    bool const has_ip = (packet.row.attributes & net::bit(net::attribute::no_ip)) == 0;
    KIZASHI_ASSERT(packet.ipv6.has_value() == (is_ipv6 && has_ip) && !packet.sensor.empty());
  }
  return 0;
}
