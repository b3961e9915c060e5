#include "kizashi/recognise/scanner_list.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "kizashi/recognise/internal/scanner_draft.hpp"
#include "kizashi/recognise/internal/scanner_files.hpp"
#include "kizashi/recognise/internal/scanner_formats.hpp"
#include "kizashi/recognise/internal/scanner_names.hpp"
#include "kizashi/recognise/internal/scanner_ranges.hpp"
#include "kizashi/recognise/internal/shipped.hpp"

namespace kizashi::recognise {
namespace {

using internal::owned_prefix;
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
        owners{of_family<std::uint32_t>(draft), of_family<net::ipv6>(draft),
               nameless_number(draft)} {
    for (auto const& each : draft.entries) ++prefixes[each.organisation - 1U];
  }

  static auto make(scanner_draft draft) -> std::unique_ptr<parts> {
    sort_entries(draft.entries);
    drop_repeated(draft);
    return std::make_unique<parts>(std::move(draft));
  }
  static auto key_of(net::address a, std::uint32_t) { return a.as_ipv4().value(); }
  static auto key_of(net::address a, net::ipv6) { return a.as_ipv6(); }

  template <class Key>
  static auto of_family(scanner_draft const& draft) -> std::vector<owned_prefix<Key>> {
    std::vector<owned_prefix<Key>> out;
    for (auto const& each : draft.entries)
      if (each.where.first().is_ipv6() == std::is_same_v<Key, net::ipv6>)
        out.push_back({key_of(each.where.first(), Key{}), key_of(each.where.last(), Key{}),
                       each.organisation});
    return out;
  }

  std::vector<scanner_list_note> notes;
  std::vector<std::string> names;
  std::vector<std::string> sources;
  std::vector<std::size_t> prefixes;
  internal::owner_table owners;
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
  return a.is_ipv6() ? parts_->owners.find(a.as_ipv6()) : parts_->owners.find(a.as_ipv4());
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
    parts_->owners.match(batch, to);
  else
    std::fill_n(to, batch.size(), std::uint16_t{0});
}

}  // namespace kizashi::recognise
