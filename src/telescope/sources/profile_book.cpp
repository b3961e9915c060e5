// Parts are kept as they come and put together when they are read, in the order in which they came:
// the sum of a source's parts then does not depend on what was in memory and what in a file, nor on
// which other sources share the book.
#include "kizashi/telescope/sources/profile_book.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "kizashi/telescope/batch_plan.hpp"
#include "kizashi/telescope/internal/sorted_runs.hpp"

namespace kizashi::telescope {
namespace {

struct profile_part {
  source_profile profile;
  std::uint64_t number;  ///< in the order of `add`: no two are equal

  void absorb(profile_part const&) noexcept {}
  friend auto operator<(profile_part const& a, profile_part const& b) noexcept -> bool {
    auto const order = a.profile.address <=> b.profile.address;
    return order != 0 ? order < 0 : a.number < b.number;
  }
};

using part_runs = internal::sorted_runs<profile_part>;
using part_block = std::vector<profile_part>;
constexpr std::size_t block_parts = (std::size_t{1} << 20) / sizeof(profile_part);
/// Blocks that make one run: about 24 MiB are sorted at once.
constexpr std::size_t run_blocks = 24;

/// What parts are sorted by, together: they are large themselves.
struct part_place {
  net::address address;
  std::uint64_t number;
  profile_part const* part;

  friend auto operator<(part_place const& a, part_place const& b) noexcept -> bool {
    auto const order = a.address <=> b.address;
    return order != 0 ? order < 0 : a.number < b.number;
  }
};

void fetch(profile_part const& each) noexcept {
  auto const* const bytes = reinterpret_cast<std::byte const*>(&each);
  for (std::size_t at = 0; at < sizeof(profile_part); at += 64) __builtin_prefetch(bytes + at);
}

/// Takes parts by ascending address and visits their sums.
class summing {
public:
  explicit summing(std::function<status(source_profile const&)> const& visit) : visit_{&visit} {}
  void add(source_profile const& part) {
    if (sum_ && sum_->address == part.address) {
      sum_->absorb(part);
      return;
    }
    flush();
    sum_ = part;
  }
  void flush() {
    if (sum_ && visited_) visited_ = (*visit_)(*sum_);
    sum_.reset();
  }
  /// Whether another part is wanted.
  [[nodiscard]] auto goes_on() const noexcept -> bool { return visited_.has_value(); }
  [[nodiscard]] auto take_status() -> status { return std::move(visited_); }

private:
  std::function<status(source_profile const&)> const* visit_;
  std::optional<source_profile> sum_;
  status visited_;
};

}  // namespace

struct profile_book::parts {
  std::size_t memory;
  std::uint64_t next_number = 0;
  std::vector<part_block> blocks;
  part_runs runs;

  /// Writes out what is in memory.
  auto spill() -> status {
    for (std::size_t begin = 0; begin < blocks.size(); begin += run_blocks) {
      auto const end = std::min(begin + run_blocks, blocks.size());
      part_block run;
      run.reserve((end - begin) * block_parts);
      for (auto i = begin; i < end; ++i) {
        run.insert(run.end(), blocks[i].begin(), blocks[i].end());
        blocks[i] = {};
      }
      KIZASHI_TRY(runs.add(run));
    }
    blocks.clear();
    return {};
  }
  /// The parts of books that are all in memory, by address and number.
  [[nodiscard]] static auto order_of(std::span<profile_book const* const> books)
      -> std::vector<part_place> {
    std::size_t count = 0;
    for (auto const* const book : books)
      for (auto const& block : book->parts_->blocks) count += block.size();
    std::vector<part_place> order;
    order.reserve(count);
    for (auto const* const book : books)
      for (auto const& block : book->parts_->blocks)
        for (auto const& each : block) order.push_back({each.profile.address, each.number, &each});
    std::ranges::sort(order, std::less{});
    return order;
  }
};

profile_book::profile_book(std::size_t memory)
    : parts_{std::make_unique<parts>(parts{memory, 0, {}, {}})} {}
profile_book::profile_book(profile_book&&) noexcept = default;
auto profile_book::operator=(profile_book&&) noexcept -> profile_book& = default;
profile_book::~profile_book() = default;

auto profile_book::add(source_profile const& part) -> status {
  auto& all = *parts_;
  if (all.blocks.empty() || all.blocks.back().size() == block_parts) {
    if ((all.blocks.size() + 1) * block_parts * sizeof(profile_part) > all.memory)
      KIZASHI_TRY(all.spill());
    all.blocks.emplace_back().reserve(block_parts);
  }
  all.blocks.back().push_back({part, all.next_number++});
  return {};
}

auto profile_book::save(std::span<profile_book* const> all, state_writer& out) -> status {
  out.begin("profiles");
  for (auto const* book : all) {
    // Those in files came before those in memory.
    KIZASHI_TRY(book->parts_->runs.merge([&](profile_part const& each) {
      out(each.profile);
      out.next_record();
    }));
    for (auto const& block : book->parts_->blocks)
      for (auto const& each : block) {
        out(each.profile);
        out.next_record();
      }
  }
  out.end();
  return {};
}

auto profile_book::restore(std::span<profile_book* const> all, std::uint64_t known,
                           state_reader& in) -> status {
  in.begin("profiles");
  while (in.has_record()) {
    source_profile each{};
    in(each);
    in.expect((each.fingerprints & ~known) == 0, "known fingerprints");
    if (!in.is_good()) break;
    auto const shard = each.address.is_ipv6() ? shard_of(each.address.as_ipv6())
                                              : shard_of(each.address.as_ipv4());
    KIZASHI_TRY(all[shard % all.size()]->add(each));
  }
  in.end();
  return {};
}

auto profile_book::for_each(std::function<status(source_profile const&)> const& visit) const
    -> status {
  profile_book const* const self = this;
  return for_each(std::span{&self, 1}, visit);
}

auto profile_book::for_each(std::span<profile_book const* const> books,
                            std::function<status(source_profile const&)> const& visit) -> status {
  summing sums{visit};
  bool const is_in_memory =
      std::ranges::all_of(books, [](auto const* each) { return each->parts_->runs.is_empty(); });
  if (is_in_memory) {
    auto const order = parts::order_of(books);
    for (std::size_t i = 0; i < order.size() && sums.goes_on(); ++i) {
      constexpr std::size_t ahead = 4;
      if (i + ahead < order.size()) fetch(*order[i + ahead].part);
      sums.add(order[i].part->profile);
    }
  } else {
    std::vector<part_runs const*> runs;
    for (auto const* const book : books) {
      KIZASHI_TRY(book->parts_->spill());
      runs.push_back(&book->parts_->runs);
    }
    KIZASHI_TRY(part_runs::merge_all(runs, [&](profile_part const& each) {
      if (sums.goes_on()) sums.add(each.profile);
    }));
  }
  sums.flush();
  return sums.take_status();
}

}  // namespace kizashi::telescope
