// Any bytes behind the options of a road are a state that it goes on from, or are refused. Whatever
// was taken can be walked on, saved again and finished.
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kizashi/pipeline/road.hpp"

namespace {

using namespace kizashi;

auto tables() -> auto const& {
  static auto const both =
      std::pair{recognise::fingerprint_table::shipped(), recognise::scanner_list::shipped()};
  return both;
}

auto options() -> pipeline::road_options {
  pipeline::road_options made;
  made.workers = 1;
  made.darknet = *net::prefix_set::parse("198.18.0.0/15,2001:db8::/32");
  made.source_totals = true;
  auto& wanted = made.recognition.emplace();
  wanted.fingerprints = &tables().first;
  wanted.scanners = &tables().second;
  return made;
}

/// The first section of a state: what must be equal.
auto options_section() -> std::vector<std::uint8_t> const& {
  static auto const bytes = [] {
    std::vector<std::uint8_t> all;
    state_writer out{[&](std::string_view more) {
                       all.insert(all.end(), more.begin(), more.end());
                       return status{};
                     },
                     pipeline::road::state_version};
    KIZASHI_ASSERT(pipeline::road{options()}.save(out));
    // Magic, version; then a byte, the name with its length, and the section with its length.
    std::size_t const name = 12 + 2, length_at = name + all[13];
    std::size_t size = 0;
    for (std::size_t i = 0; i < 4; ++i) size |= std::size_t{all[length_at + i]} << 8 * i;
    return std::vector<std::uint8_t>(
        all.begin() + 12, all.begin() + static_cast<std::ptrdiff_t>(length_at + 4 + size));
  }();
  return bytes;
}

}  // namespace

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
  auto bytes = options_section();
  bytes.insert(bytes.end(), data, data + size);
  pipeline::road road{options()};
  state_reader in{bytes, "fuzz"};
  if (!road.restore(in) || !in.finish()) return 0;
  KIZASHI_ASSERT(road.advance_to(timestamp{1'800'000'000'000'000'000}));
  state_writer out{[](std::string_view) { return status{}; }, pipeline::road::state_version};
  KIZASHI_ASSERT(road.save(out));
  (void)road.finish();
  return 0;
}
