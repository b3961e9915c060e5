#include <limits>
#include <span>

#include <fmt/format.h>

#include "kizashi/base/output_file.hpp"
#include "kizashi/recognise/internal/place_format.hpp"
#include "kizashi/recognise/internal/place_ranges.hpp"
#include "kizashi/recognise/place.hpp"

namespace kizashi::recognise {
namespace {

using internal::place_head;
using internal::place_range;
using internal::place_ranges;
using internal::place_record;

/// Where places change: from `start` to the next one all addresses are at the same place.
struct stretch {
  net::ipv6 start;
  place_record place;
};

auto after(net::ipv6 const& a) -> net::ipv6 {
  return {a.high() + (a.low() == std::numeric_limits<std::uint64_t>::max()), a.low() + 1};
}
auto before(net::ipv6 const& a) -> net::ipv6 {
  return {a.high() - (a.low() == 0), a.low() - 1};
}

/// A list of ranges that is walked once, beside another one.
class cursor {
public:
  explicit cursor(std::span<place_range const> ranges) : ranges_{ranges} {}
  /// The value at `a`, 0 when there is none. `a` never goes back. `end` is lowered to the last
  /// address of that value.
  auto value_at(net::ipv6 const& a, net::ipv6& end) -> std::uint32_t {
    while (at_ < ranges_.size() && ranges_[at_].last < a) ++at_;
    if (at_ == ranges_.size()) return 0;
    auto const& range = ranges_[at_];
    auto const is_inside = range.first <= a;
    end = std::min(end, is_inside ? range.last : before(range.first));
    return is_inside ? range.value : 0;
  }

private:
  std::span<place_range const> ranges_;
  std::size_t at_ = 0;
};

auto join(std::span<place_range const> countries, std::span<place_range const> systems,
          net::ipv6 const& last) -> std::vector<stretch> {
  std::vector<stretch> out;
  cursor country{countries};
  cursor system{systems};
  net::ipv6 at{};
  while (true) {
    auto end = last;
    place_record place;
    if (auto const letters = country.value_at(at, end); letters != 0) {
      place.country[0] = static_cast<char>(letters >> 8);
      place.country[1] = static_cast<char>(letters & 0xFF);
    }
    place.asn = system.value_at(at, end);
    if (out.empty() || !(out.back().place == place)) out.push_back({at, place});
    if (end == last) return out;
    at = after(end);
  }
}

/// The bytes of a table file, section by section.
class table_writer {
public:
  table_writer() : bytes_(sizeof(place_head), '\0') {}

  void add_ipv4(std::vector<stretch> const& all) {
    head_.ipv4_count = all.size();
    std::vector<std::uint32_t> starts;
    for (auto const& each : all) starts.push_back(static_cast<std::uint32_t>(each.start.low()));
    std::vector<std::uint32_t> index;
    std::uint32_t range = 0;
    for (std::uint64_t block = 0; block + 1 < internal::index_entries; ++block) {
      while (range + 1 < starts.size() && starts[range + 1] <= block << 16) ++range;
      index.push_back(range);
    }
    index.push_back(static_cast<std::uint32_t>(starts.size() - 1));
    head_.ipv4_index = add<std::uint32_t>(index);
    head_.ipv4_starts = add<std::uint32_t>(starts);
    head_.ipv4_places = add<place_record>(places_of(all));
  }

  void add_ipv6(std::vector<stretch> const& all) {
    head_.ipv6_count = all.size();
    std::vector<internal::ipv6_start> starts;
    for (auto const& each : all) starts.push_back({each.start.high(), each.start.low()});
    head_.ipv6_starts = add<internal::ipv6_start>(starts);
    head_.ipv6_places = add<place_record>(places_of(all));
  }

  void add_names(std::map<std::uint32_t, std::string> const& names, std::string_view origin) {
    std::vector<std::uint32_t> numbers;
    std::vector<std::uint32_t> ends;
    std::string text;
    for (auto const& [number, name] : names) {
      if (number == 0 || name.empty()) continue;
      text += name;
      numbers.push_back(number);
      ends.push_back(static_cast<std::uint32_t>(text.size()));
    }
    head_.as_count = numbers.size();
    head_.as_numbers = add<std::uint32_t>(numbers);
    head_.as_ends = add<std::uint32_t>(ends);
    head_.names_size = text.size();
    head_.origin_size = origin.size();
    text += origin;
    head_.text = add<char>(text);
  }

  [[nodiscard]] auto finish() -> std::string_view {
    head_.size = sizeof(place_head);
    head_.file_size = bytes_.size();
    head_.checksum = internal::head_checksum(head_);
    std::memcpy(bytes_.data(), &head_, sizeof(head_));
    return bytes_;
  }

private:
  [[nodiscard]] static auto places_of(std::vector<stretch> const& all)
      -> std::vector<place_record> {
    std::vector<place_record> places;
    for (auto const& each : all) places.push_back(each.place);
    return places;
  }

  template <class T>
  auto add(std::span<T const> elements) -> std::uint64_t {
    bytes_.resize((bytes_.size() + 7) / 8 * 8);
    auto const offset = bytes_.size();
    bytes_.append(reinterpret_cast<char const*>(elements.data()), elements.size_bytes());
    return offset;
  }

  place_head head_;
  std::string bytes_;
};

auto is_csv(std::filesystem::path const& file) -> bool {
  return file.extension() == ".csv";
}

auto read_systems(place_sources const& from) -> result<place_ranges> {
  if (!is_csv(from.asn)) return internal::read_mmdb(from.asn, internal::place_field::as);
  KIZASHI_TRY(auto systems, internal::read_as_csv(from.asn));
  if (from.asn_ipv6.empty()) return systems;
  KIZASHI_TRY(auto more, internal::read_as_csv(from.asn_ipv6));
  systems.ipv4.insert(systems.ipv4.end(), more.ipv4.begin(), more.ipv4.end());
  systems.ipv6.insert(systems.ipv6.end(), more.ipv6.begin(), more.ipv6.end());
  systems.names.merge(more.names);
  systems.origin += ", " + more.origin;
  systems.overlaps += more.overlaps;
  internal::sort_ranges(systems);
  return systems;
}

}  // namespace

auto compile_places(place_sources const& from, std::filesystem::path const& to)
    -> result<place_counts> {
  KIZASHI_TRY(auto const countries,
              internal::read_mmdb(from.country, internal::place_field::country));
  KIZASHI_TRY(auto const systems, read_systems(from));
  net::ipv6 const last_ipv4{0, std::numeric_limits<std::uint32_t>::max()};
  net::ipv6 const last_ipv6{std::numeric_limits<std::uint64_t>::max(),
                            std::numeric_limits<std::uint64_t>::max()};
  table_writer table;
  auto const ipv4 = join(countries.ipv4, systems.ipv4, last_ipv4);
  auto const ipv6 = join(countries.ipv6, systems.ipv6, last_ipv6);
  table.add_ipv4(ipv4);
  table.add_ipv6(ipv6);
  table.add_names(systems.names, from.origin.empty()
                                     ? fmt::format("{}, {}", countries.origin, systems.origin)
                                     : internal::clean_name(from.origin));
  KIZASHI_TRY(auto out, output_file::create(to));
  KIZASHI_TRY(out.write(table.finish()));
  KIZASHI_TRY(out.commit());
  return place_counts{ipv4.size(), ipv6.size(), systems.names.size(), systems.overlaps};
}

}  // namespace kizashi::recognise
