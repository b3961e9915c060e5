#include <cstdlib>
#include <memory>
#include <unordered_map>

#include <fmt/format.h>
#include <maxminddb.h>

#include "kizashi/base/time.hpp"
#include "kizashi/recognise/internal/place_ranges.hpp"

namespace kizashi::recognise::internal {
namespace {

struct close_mmdb {
  void operator()(MMDB_s* database) const noexcept {
    MMDB_close(database);
    delete database;
  }
};
using mmdb = std::unique_ptr<MMDB_s, close_mmdb>;

auto open_mmdb(std::filesystem::path const& file) -> result<mmdb> {
  auto opened = std::make_unique<MMDB_s>();
  auto const code = MMDB_open(file.c_str(), MMDB_MODE_MMAP, opened.get());
  if (code != MMDB_SUCCESS)
    return fail(code == MMDB_FILE_OPEN_ERROR ? errc::not_found : errc::parse_error,
                fmt::format("{}: cannot read as .mmdb: {}", file.string(), MMDB_strerror(code)));
  return mmdb{opened.release()};
}

/// The value at `path` in the data, when it is there and of `type`.
auto value_at(MMDB_entry_s entry, char const* const* path, std::uint32_t type,
              MMDB_entry_data_s& out) -> bool {
  return MMDB_aget_value(&entry, &out, path) == MMDB_SUCCESS && out.has_data && out.type == type;
}

auto text_of(MMDB_entry_data_s const& data) -> std::string_view {
  return {data.utf8_string, data.data_size};
}

/// Walks the search tree of an .mmdb from left to right, so the ranges come in ascending order.
class mmdb_walk {
public:
  mmdb_walk(std::filesystem::path const& file, MMDB_s const& database, place_field field,
            place_ranges& out)
      : file_{file},
        database_{database},
        field_{field},
        out_{out},
        // A tree has each node once; only whole subtrees for IPv4 are joined to it at more places.
        budget_{std::uint64_t{database.metadata.node_count} * 8 + 1024} {}

  [[nodiscard]] auto run() -> status { return visit(0, 0, net::ipv6{}); }

private:
  [[nodiscard]] auto is_wide() const noexcept -> bool { return database_.metadata.ip_version == 6; }
  [[nodiscard]] auto width() const noexcept -> unsigned { return is_wide() ? 128 : 32; }

  [[nodiscard]] auto damaged(std::uint64_t node) const -> tl::unexpected<error> {
    return fail(errc::parse_error, fmt::format("{}: the search tree is damaged at node {}; get the "
                                               "file anew",
                                               file_.string(), node));
  }

  auto visit(std::uint64_t node, unsigned depth, net::ipv6 const& first) -> status {
    if (budget_-- == 0 || depth >= width()) return damaged(node);
    MMDB_search_node_s records{};
    if (MMDB_read_node(&database_, static_cast<std::uint32_t>(node), &records) != MMDB_SUCCESS)
      return damaged(node);
    KIZASHI_TRY(follow(node, records.left_record_type, records.left_record,
                       records.left_record_entry, depth + 1, first));
    return follow(node, records.right_record_type, records.right_record, records.right_record_entry,
                  depth + 1, with_bit(first, depth));
  }

  auto follow(std::uint64_t node, std::uint8_t type, std::uint64_t record, MMDB_entry_s entry,
              unsigned depth, net::ipv6 const& first) -> status {
    switch (type) {
      case MMDB_RECORD_TYPE_SEARCH_NODE:
        if (is_alias(record, first)) return {};
        return visit(record, depth, first);
      case MMDB_RECORD_TYPE_DATA:
        return take(entry, depth, first);
      case MMDB_RECORD_TYPE_EMPTY:
        return {};
      default:
        return damaged(node);
    }
  }

  /// The IPv4 subtree stands at ::/96 and, in some files, again at ::ffff:0:0/96, 2001::/32 and
  /// 2002::/16.
  [[nodiscard]] auto is_alias(std::uint64_t node, net::ipv6 const& first) const noexcept -> bool {
    return is_wide() && node == database_.ipv4_start_node.node_value && node != 0 &&
           first != net::ipv6{};
  }

  [[nodiscard]] auto with_bit(net::ipv6 const& first, unsigned depth) const noexcept -> net::ipv6 {
    auto const from_low = width() - 1 - depth;
    if (from_low >= 64) return {first.high() | std::uint64_t{1} << (from_low - 64), first.low()};
    return {first.high(), first.low() | std::uint64_t{1} << from_low};
  }

  auto take(MMDB_entry_s entry, unsigned depth, net::ipv6 const& first) -> status {
    KIZASHI_TRY(auto const value, value_of(entry));
    if (value == 0) return {};
    auto const free = width() - depth;
    auto const high_mask = free <= 64    ? 0
                           : free == 128 ? ~std::uint64_t{0}
                                         : (std::uint64_t{1} << (free - 64)) - 1;
    auto const low_mask = free >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << free) - 1;
    net::ipv6 const last{first.high() | high_mask, first.low() | low_mask};
    auto const is_ipv4 =
        first.high() == 0 && first.low() >> 32 == 0 && last.high() == 0 && last.low() >> 32 == 0;
    auto& ranges = is_ipv4 ? out_.ipv4 : out_.ipv6;
    ranges.push_back({first, last, value});
    return {};
  }

  /// Many networks point to the same data.
  auto value_of(MMDB_entry_s entry) -> result<std::uint32_t> {
    if (auto const known = known_.find(entry.offset); known != known_.end()) return known->second;
    auto value = field_ == place_field::country ? country(entry) : as_number(entry);
    if (value) known_.emplace(entry.offset, *value);
    return value;
  }

  [[nodiscard]] auto country(MMDB_entry_s entry) const -> result<std::uint32_t> {
    static constexpr char const* flat[] = {"country_code", nullptr};
    static constexpr char const* nested[] = {"country", "iso_code", nullptr};
    MMDB_entry_data_s data{};
    if (!value_at(entry, flat, MMDB_DATA_TYPE_UTF8_STRING, data) &&
        !value_at(entry, nested, MMDB_DATA_TYPE_UTF8_STRING, data))
      return 0U;
    auto const code = text_of(data);
    auto const is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
    if (code.size() != 2 || !is_upper(code[0]) || !is_upper(code[1]))
      return fail(
          errc::parse_error,
          fmt::format("{}: data offset {}: the country is \"{}\"; expected two letters such "
                      "as JP",
                      file_.string(), entry.offset, clean_name(code.substr(0, 40))));
    return static_cast<std::uint32_t>(code[0] << 8 | code[1]);
  }

  [[nodiscard]] auto as_number(MMDB_entry_s entry) const -> result<std::uint32_t> {
    static constexpr char const* number_path[] = {"autonomous_system_number", nullptr};
    static constexpr char const* name_path[] = {"autonomous_system_organization", nullptr};
    MMDB_entry_data_s data{};
    if (!value_at(entry, number_path, MMDB_DATA_TYPE_UINT32, data)) return 0U;
    auto const number = data.uint32;
    if (value_at(entry, name_path, MMDB_DATA_TYPE_UTF8_STRING, data))
      out_.names.try_emplace(number, clean_name(text_of(data)));
    return number;
  }

  std::filesystem::path const& file_;
  MMDB_s const& database_;
  place_field field_;
  place_ranges& out_;
  std::uint64_t budget_;
  std::unordered_map<std::uint32_t, std::uint32_t> known_;
};

auto origin_of(std::filesystem::path const& file, MMDB_s const& database) -> std::string {
  auto const built = timestamp::from_parts(database.metadata.build_epoch, 0);
  if (!built.is_known()) return file.filename().string();
  return fmt::format("{} of {}", file.filename().string(), built.to_string().substr(0, 10));
}

}  // namespace

auto read_mmdb(std::filesystem::path const& file, place_field field) -> result<place_ranges> {
  KIZASHI_TRY(auto const database, open_mmdb(file));
  place_ranges out;
  out.origin = origin_of(file, *database);
  KIZASHI_TRY(mmdb_walk(file, *database, field, out).run());
  if (out.ipv4.empty() && out.ipv6.empty())
    return fail(errc::parse_error, fmt::format("{}: no network has {}", file.string(),
                                               field == place_field::country
                                                   ? "\"country_code\" or \"country.iso_code\""
                                                   : "\"autonomous_system_number\""));
  return out;
}

}  // namespace kizashi::recognise::internal
