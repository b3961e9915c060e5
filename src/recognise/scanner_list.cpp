#include "kizashi/recognise/scanner_list.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "kizashi/match/prefix_table.hpp"
#include "kizashi/recognise/internal/scanner_draft.hpp"
#include "kizashi/recognise/internal/scanner_files.hpp"
#include "kizashi/recognise/internal/scanner_formats.hpp"
#include "kizashi/recognise/internal/scanner_names.hpp"
#include "kizashi/recognise/internal/shipped.hpp"

namespace kizashi::recognise {
namespace {

using internal::scanner_draft;
using internal::scanner_entry;

constexpr auto shipped_name = "scanners/known.toml";

/// By first address, the wider of two that begin together first; of equal ones by who names them,
/// then the list read first.
void sort_entries(std::vector<scanner_entry>& entries) {
  std::ranges::stable_sort(entries, {}, [](scanner_entry const& each) {
    return std::pair{each.where, each.named_by};
  });
}

/// The number of what lists have without a name; 0: there is none.
auto nameless_number(scanner_draft const& draft) -> std::uint16_t {
  auto const found = draft.numbers.find(std::string{internal::unknown_scanner});
  return found == draft.numbers.end() ? std::uint16_t{0} : found->second;
}

/// Leaves of equal prefixes the first, and notes the others.
void drop_repeated(scanner_draft& draft) {
  auto& all = draft.entries;
  std::size_t kept = 0;
  for (auto const& each : all) {
    if (kept > 0 && each.where == all[kept - 1].where)
      ++draft.notes[each.file].repeated;
    else
      all[kept++] = each;
  }
  all.resize(kept);
}

/// Whose the prefixes are. What has no name counts only where no other prefix is around it.
auto owners_of(scanner_draft const& draft) -> match::prefix_table {
  auto const nameless = nameless_number(draft);
  std::vector<match::owned_prefix> owners;
  std::optional<net::prefix> around;  // the widest one that may hold the next
  for (auto const& each : draft.entries) {
    bool const is_inside = around && around->contains(each.where.first());
    if (!is_inside) around = each.where;
    if (!is_inside || each.organisation != nameless)
      owners.push_back({each.where, each.organisation});
  }
  return match::prefix_table{owners};
}

auto read_files(std::span<std::filesystem::path const> files, scanner_draft& to) -> status {
  KIZASHI_TRY(auto const found, internal::find_lists(files));
  for (auto const& each : found.files) {
    KIZASHI_TRY(auto const text, internal::read_list_text(each));
    KIZASHI_TRY(internal::read_scanners(each.string(), text, to));
  }
  for (auto const& each : found.left_out)
    to.notes.push_back(
        {.file = each.string(),
         .format = "left out",
         .messages = {fmt::format("{}: not read: its name is not that of a list; name the file "
                                  "itself to read it",
                                  each.string())}});
  return {};
}

void find_sources(match::prefix_table const& owners, net::packet_batch const& batch,
                  std::uint16_t* to) {
  std::array<std::uint16_t, net::packet_batch::capacity> open;  // rows that may be somebody's
  std::size_t count = 0;
  constexpr auto odd = net::bit(net::attribute::ipv6) | net::bit(net::attribute::no_ip);
  for (std::size_t row = 0; row < batch.size(); ++row) {
    to[row] = 0;
    open[count] = static_cast<std::uint16_t>(row);
    count += static_cast<unsigned>(owners.is_touched(net::ipv4{batch.source[row]})) |
             static_cast<unsigned>((batch.attributes[row] & odd) != 0);
  }
  for (auto const row : std::span{open}.first(count))
    if (!batch.has(row, net::attribute::no_ip))
      to[row] = static_cast<std::uint16_t>(owners.find(batch.source_address(row)));
}

auto read_shipped(scanner_draft& to) -> status {
  return internal::read_scanners(shipped_name, internal::shipped_scanners().front().text, to);
}

}  // namespace

struct scanner_list::parts {
  explicit parts(scanner_draft draft)
      : notes{std::move(draft.notes)},
        names{std::move(draft.names)},
        sources{std::move(draft.sources)},
        prefixes(names.size()),
        owners{owners_of(draft)} {
    for (auto const& each : draft.entries) ++prefixes[each.organisation - 1U];
  }

  static auto make(scanner_draft draft) -> std::unique_ptr<parts> {
    sort_entries(draft.entries);
    drop_repeated(draft);
    return std::make_unique<parts>(std::move(draft));
  }
  std::vector<scanner_list_note> notes;
  std::vector<std::string> names;
  std::vector<std::string> sources;
  std::vector<std::size_t> prefixes;
  match::prefix_table owners;
};

scanner_list::scanner_list() = default;
scanner_list::~scanner_list() = default;
scanner_list::scanner_list(scanner_list&&) noexcept = default;
auto scanner_list::operator=(scanner_list&&) noexcept -> scanner_list& = default;

auto scanner_list::shipped() -> scanner_list {
  scanner_draft draft;
  KIZASHI_ASSERT(read_shipped(draft).has_value());
  scanner_list out;
  out.parts_ = parts::make(std::move(draft));
  return out;
}

auto scanner_list::read(std::span<std::filesystem::path const> files) -> result<scanner_list> {
  scanner_draft draft;
  KIZASHI_TRY(read_files(files, draft));
  scanner_list out;
  out.parts_ = parts::make(std::move(draft));
  return out;
}

auto scanner_list::read_with_shipped(std::span<std::filesystem::path const> files)
    -> result<scanner_list> {
  scanner_draft draft;
  KIZASHI_TRY(read_files(files, draft));
  KIZASHI_TRY(read_shipped(draft));
  scanner_list out;
  out.parts_ = parts::make(std::move(draft));
  return out;
}

auto scanner_list::is_empty() const noexcept -> bool {
  return !parts_ || parts_->names.empty();
}

auto scanner_list::notes() const noexcept -> std::span<scanner_list_note const> {
  if (!parts_) return {};
  return parts_->notes;
}

auto scanner_list::find(net::address a) const noexcept -> std::uint16_t {
  if (!parts_) return 0;
  return static_cast<std::uint16_t>(parts_->owners.find(a));
}

auto scanner_list::organisation(std::uint16_t number) const noexcept -> std::string_view {
  return number == 0 || number > organisations() ? std::string_view{} : parts_->names[number - 1U];
}

auto scanner_list::source(std::uint16_t number) const noexcept -> std::string_view {
  return number == 0 || number > organisations() ? std::string_view{}
                                                 : parts_->sources[number - 1U];
}

auto scanner_list::prefixes(std::uint16_t number) const noexcept -> std::size_t {
  return number == 0 || number > organisations() ? 0 : parts_->prefixes[number - 1U];
}

auto scanner_list::organisations() const noexcept -> std::size_t {
  return parts_ ? parts_->names.size() : 0;
}

void scanner_list::match(net::packet_batch const& batch, std::uint16_t* to) const noexcept {
  if (parts_)
    find_sources(parts_->owners, batch, to);
  else
    std::fill_n(to, batch.size(), std::uint16_t{0});
}

}  // namespace kizashi::recognise
