#include "kizashi/capture/journal/journal_format.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <zlib.h>

#include "kizashi/base/crc32c.hpp"
#include "kizashi/net/byte_reader.hpp"

namespace kizashi::capture::internal {
namespace {

constexpr std::string_view magic = "KZJ1";
constexpr std::size_t frame_head = 20;

template <class Number>
void put(std::string& to, Number value) {
  std::array<char, sizeof value> bytes{};
  for (std::size_t i = 0; i < sizeof value; ++i)
    bytes[i] = static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i));
  to.append(bytes.data(), bytes.size());
}

auto head_of(record_kind kind, std::size_t length) -> std::string {
  std::string head{magic};
  put(head, static_cast<std::uint8_t>(kind));
  head.append(3, '\0');
  put(head, static_cast<std::uint32_t>(length));
  return head;
}

auto checksum_of(std::string_view head, std::span<std::uint8_t const> bytes) -> std::uint32_t {
  auto const sum = crc32c(0, {reinterpret_cast<std::uint8_t const*>(head.data()), head.size()});
  return crc32c(sum, bytes);
}

/// Puts the head, whose length and checksum follow from what `write` adds.
template <class Write>
void write_record(std::string& out, record_kind kind, Write const& write) {
  auto const at = out.size();
  out.append(record_head, '\0');
  write();
  std::span const bytes{reinterpret_cast<std::uint8_t const*>(out.data()) + at + record_head,
                        out.size() - at - record_head};
  auto head = head_of(kind, bytes.size());
  put(head, checksum_of(head, bytes));
  KIZASHI_ASSERT(head.size() == record_head);
  std::ranges::copy(head, out.begin() + static_cast<std::ptrdiff_t>(at));
}

auto damaged(char const* what) -> tl::unexpected<error> {
  return fail(errc::parse_error, what);
}

}  // namespace

void write_frames(std::string& out, net::frame_block const& block, std::string_view note) {
  write_record(out, record_kind::frames, [&] {
    put(out, static_cast<std::uint32_t>(block.frames.size()));
    put(out, static_cast<std::uint32_t>(note.size()));
    out += note;
    for (auto const& each : block.frames) {
      put(out, each.time.nanoseconds());
      put(out, static_cast<std::uint32_t>(block.data(each).size()));
      put(out, each.wire);
      put(out, static_cast<std::uint16_t>(each.link));
      put(out, std::uint16_t{0});
    }
    for (auto const& each : block.frames) {
      auto const data = block.data(each);
      out.append(reinterpret_cast<char const*>(data.data()), data.size());
    }
  });
}

void write_mark(std::string& out, std::uint64_t number) {
  write_record(out, record_kind::mark, [&] { put(out, number); });
}

void write_tick(std::string& out, timestamp time) {
  write_record(out, record_kind::tick, [&] { put(out, time.nanoseconds()); });
}

auto read_start(std::span<std::uint8_t const, record_head> head) -> result<record_start> {
  if (!std::equal(magic.begin(), magic.end(), head.begin()))
    return damaged("no record begins here");
  net::byte_reader in{head.subspan(magic.size())};
  auto const kind = in.u8();
  in.skip(3);
  auto const length = in.little32();
  auto const checksum = in.little32();
  bool const is_known = kind >= static_cast<std::uint8_t>(record_kind::frames) &&
                        kind <= static_cast<std::uint8_t>(record_kind::tick);
  if (!is_known) return damaged("the record is of a kind that this Kizashi does not know");
  if (length > most_record) return damaged("the record is longer than any can be");
  return record_start{static_cast<record_kind>(kind), length, checksum};
}

auto has_checksum(record_start const& start, std::span<std::uint8_t const> bytes) -> bool {
  return bytes.size() == start.length &&
         checksum_of(head_of(start.kind, bytes.size()), bytes) == start.checksum;
}

auto read_frames(std::span<std::uint8_t const> bytes, net::frame_block& out)
    -> result<std::string> {
  out.clear();
  net::byte_reader in{bytes};
  auto const count = in.little32();
  auto const note = in.bytes(in.little32());
  if (in.is_exhausted() || count > net::frame_block::max_frames ||
      std::size_t{count} * frame_head > in.left())
    return damaged("the record has fewer bytes than its frames need");
  out.storage.append(in.rest().subspan(std::size_t{count} * frame_head));
  std::uint64_t offset = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    net::frame each;
    each.time = timestamp{static_cast<std::int64_t>(in.little64())};
    each.offset = static_cast<std::uint32_t>(offset);
    each.captured = in.little32();
    each.wire = in.little32();
    each.link = static_cast<net::link_type>(in.little16());
    in.skip(2);
    offset += each.captured;
    if (!net::is_known(each.link) || offset > out.storage.size())
      return damaged("a frame of the record is not in it");
    out.frames.push_back(each);
  }
  if (offset != out.storage.size()) return damaged("the record has more bytes than its frames");
  return std::string{note.begin(), note.end()};
}

auto read_number(std::span<std::uint8_t const> bytes) -> result<std::uint64_t> {
  net::byte_reader in{bytes};
  auto const number = in.little64();
  if (bytes.size() != sizeof number) return damaged("the record has another length than a number");
  return number;
}

}  // namespace kizashi::capture::internal
