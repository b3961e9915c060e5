#include "kizashi/recognise/place.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <span>
#include <sys/mman.h>
#include <sys/stat.h>

#include <fmt/format.h>

#include "kizashi/base/file_descriptor.hpp"
#include "kizashi/recognise/internal/place_format.hpp"

namespace kizashi::recognise {
namespace {

using internal::place_head;
using internal::place_record;

auto to_place(place_record const& record) -> place {
  return {country_code{record.country[0], record.country[1]}, asn{record.asn}};
}

/// Whether `count` elements of `size` bytes from `offset` lie behind the head and inside of `file`
/// bytes.
auto fits(std::uint64_t offset, std::uint64_t count, std::uint64_t size, std::uint64_t file)
    -> bool {
  return offset % 8 == 0 && offset >= sizeof(place_head) && offset <= file &&
         count <= (file - offset) / size;
}

auto sections_fit(place_head const& head) -> bool {
  auto const end = head.file_size;
  return head.ipv4_count > 0 && head.ipv4_count <= 0xFFFFFFFF && head.ipv6_count > 0 &&
         fits(head.ipv4_index, internal::index_entries, 4, end) &&
         fits(head.ipv4_starts, head.ipv4_count, 4, end) &&
         fits(head.ipv4_places, head.ipv4_count, sizeof(place_record), end) &&
         fits(head.ipv6_starts, head.ipv6_count, sizeof(internal::ipv6_start), end) &&
         fits(head.ipv6_places, head.ipv6_count, sizeof(place_record), end) &&
         fits(head.as_numbers, head.as_count, 4, end) &&
         fits(head.as_ends, head.as_count, 4, end) && fits(head.text, head.names_size, 1, end) &&
         head.origin_size <= end - head.text - head.names_size;
}

auto check_head(std::string const& file, place_head const& head, std::uint64_t size) -> status {
  constexpr auto remedy = "make it anew with 'kizashi place compile'";
  if (head.magic != internal::place_magic)
    return fail(errc::parse_error,
                fmt::format("{}: offset 0: not a place table; {}", file, remedy));
  if (head.version != internal::place_version || head.size != sizeof(place_head))
    return fail(errc::unsupported,
                fmt::format("{}: offset 8: a place table of version {}; this program reads version "
                            "{}; {}",
                            file, head.version, internal::place_version, remedy));
  if (head.checksum != internal::head_checksum(head))
    return fail(
        errc::parse_error,
        fmt::format("{}: offset {}: the checksum of the head is wrong: the file is damaged; {}",
                    file, offsetof(place_head, checksum), remedy));
  if (head.file_size != size)
    return fail(errc::parse_error, fmt::format("{}: the file has {} bytes; its head says {}; {}",
                                               file, size, head.file_size, remedy));
  if (!sections_fit(head))
    return fail(errc::parse_error,
                fmt::format("{}: a section lies outside of the file: the file is damaged; {}", file,
                            remedy));
  return {};
}

template <class T>
auto section_of(std::uint8_t const* base, std::uint64_t offset, std::uint64_t count)
    -> std::span<T const> {
  return {reinterpret_cast<T const*>(base + offset), static_cast<std::size_t>(count)};
}

}  // namespace

struct place_table::mapped {
  mapped(void* memory, std::size_t bytes) : memory_{memory}, bytes_{bytes} {}
  mapped(mapped const&) = delete;
  auto operator=(mapped const&) -> mapped& = delete;
  ~mapped() { ::munmap(memory_, bytes_); }

  void find_sections(place_head const& head) {
    auto const* const base = static_cast<std::uint8_t const*>(memory_);
    ipv4_index = section_of<std::uint32_t>(base, head.ipv4_index, internal::index_entries);
    ipv4_starts = section_of<std::uint32_t>(base, head.ipv4_starts, head.ipv4_count);
    ipv4_places = section_of<place_record>(base, head.ipv4_places, head.ipv4_count);
    ipv6_starts = section_of<internal::ipv6_start>(base, head.ipv6_starts, head.ipv6_count);
    ipv6_places = section_of<place_record>(base, head.ipv6_places, head.ipv6_count);
    as_numbers = section_of<std::uint32_t>(base, head.as_numbers, head.as_count);
    as_ends = section_of<std::uint32_t>(base, head.as_ends, head.as_count);
    auto const* const text = reinterpret_cast<char const*>(base + head.text);
    names = {text, static_cast<std::size_t>(head.names_size)};
    origin = {text + head.names_size, static_cast<std::size_t>(head.origin_size)};
  }

  std::span<std::uint32_t const> ipv4_index;
  std::span<std::uint32_t const> ipv4_starts;
  std::span<place_record const> ipv4_places;
  std::span<internal::ipv6_start const> ipv6_starts;
  std::span<place_record const> ipv6_places;
  std::span<std::uint32_t const> as_numbers;
  std::span<std::uint32_t const> as_ends;
  std::string_view names;
  std::string_view origin;

private:
  void* memory_;
  std::size_t bytes_;
};

place_table::place_table() = default;
place_table::~place_table() = default;
place_table::place_table(place_table&&) noexcept = default;
auto place_table::operator=(place_table&&) noexcept -> place_table& = default;

auto place_table::open(std::filesystem::path const& file) -> result<place_table> {
  file_descriptor const in{::open(file.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!in.is_open()) return system_failure(file.string(), "open the place table", errno);
  struct stat facts {};
  if (::fstat(in.get(), &facts) != 0)
    return system_failure(file.string(), "open the place table", errno);
  if (!S_ISREG(facts.st_mode) || static_cast<std::size_t>(facts.st_size) < sizeof(place_head))
    return fail(errc::parse_error,
                fmt::format("{}: not a place table: no regular file of {} bytes or more; make it "
                            "with 'kizashi place compile'",
                            file.string(), sizeof(place_head)));
  auto const size = static_cast<std::size_t>(facts.st_size);
  auto* const memory = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, in.get(), 0);
  if (memory == MAP_FAILED) return system_failure(file.string(), "map the place table", errno);
  place_table table;
  table.mapped_ = std::make_unique<mapped>(memory, size);
  place_head head;
  std::memcpy(&head, memory, sizeof(head));
  KIZASHI_TRY(check_head(file.string(), head, size));
  table.mapped_->find_sections(head);
  return table;
}

auto place_table::is_empty() const noexcept -> bool {
  return mapped_ == nullptr;
}

// Only the head is checked when the file is opened, so what stands in the index is held inside of
// the table here; a damaged index gives a wrong place but no wrong access.
auto place_table::find(net::ipv4 a) const noexcept -> place {
  if (!mapped_) return {};
  auto const& table = *mapped_;
  auto const last = static_cast<std::uint32_t>(table.ipv4_starts.size() - 1);
  auto const block = a.value() >> 16;
  std::uint32_t low = std::min(table.ipv4_index[block], last);
  std::uint32_t high = std::min(table.ipv4_index[block + 1], last);
  auto const* const starts = table.ipv4_starts.data();
  while (low < high) {
    auto const middle = low + (high - low + 1) / 2;
    if (starts[middle] <= a.value())
      low = middle;
    else
      high = middle - 1;
  }
  return to_place(table.ipv4_places[low]);
}

auto place_table::find(net::ipv6 a) const noexcept -> place {
  if (!mapped_) return {};
  auto const starts = mapped_->ipv6_starts;
  auto const behind = std::ranges::upper_bound(starts, a, {}, [](internal::ipv6_start const& each) {
    return net::ipv6{each.high, each.low};
  });
  auto const range = behind == starts.begin() ? 0 : behind - starts.begin() - 1;
  return to_place(mapped_->ipv6_places[static_cast<std::size_t>(range)]);
}

auto place_table::name(asn number) const noexcept -> std::string_view {
  if (!mapped_) return {};
  auto const numbers = mapped_->as_numbers;
  auto const found = std::ranges::lower_bound(numbers, number.number());
  if (found == numbers.end() || *found != number.number()) return {};
  auto const row = static_cast<std::size_t>(found - numbers.begin());
  std::size_t const begin = row == 0 ? 0 : mapped_->as_ends[row - 1];
  std::size_t const end = mapped_->as_ends[row];
  if (begin > end || end > mapped_->names.size()) return {};
  return mapped_->names.substr(begin, end - begin);
}

auto place_table::origin() const noexcept -> std::string_view {
  return mapped_ ? mapped_->origin : std::string_view{};
}

}  // namespace kizashi::recognise
