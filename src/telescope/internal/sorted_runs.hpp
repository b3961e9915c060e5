// More records than memory should hold: sorted runs in temporary files, merged when they are read
// back.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "kizashi/base/error.hpp"
#include "kizashi/telescope/internal/temporary_file.hpp"

namespace kizashi::telescope::internal {

/// Runs of `Record`s that each ascend. Records that are neither smaller nor larger than each other
/// are one: the first absorbs the others (`first.absorb(other)`).
///
/// `fan_in` runs of a level are merged into one of the next, so n runs need fan_in log(n) files.
/// Memory while merging: 64 KiB per file.
template <class Record>
class sorted_runs {
  static_assert(std::is_trivially_copyable_v<Record>);

public:
  static constexpr std::size_t fan_in = 8;

  [[nodiscard]] auto is_empty() const noexcept -> bool { return levels_.empty(); }

  /// Sorts `records` and keeps them as one run. They are empty afterwards.
  [[nodiscard]] auto add(std::vector<Record>& records) -> status {
    std::sort(records.begin(), records.end());
    KIZASHI_TRY(auto file, temporary_file::create());
    KIZASHI_TRY(file.append(std::as_bytes(std::span{records})));
    records.clear();
    return keep(std::move(file), 0);
  }

  /// Keeps all that `for_each(add_one)` gives to `add_one(record)`, in runs that need 24 MiB at
  /// most while they are sorted.
  template <class ForEach>
  [[nodiscard]] auto add_all(ForEach&& for_each) -> status {
    std::vector<Record> records;
    status added;
    for_each([&](Record const& each) {
      if (!added) return;
      records.push_back(each);
      if (records.size() == most_sorted) added = add(records);
    });
    if (added && !records.empty()) added = add(records);
    return added;
  }

  /// Keeps a record that comes alone; what is `pending` is sorted when there is enough of it.
  [[nodiscard]] auto add_one(Record const& each, std::vector<Record>& pending) -> status {
    pending.push_back(each);
    return pending.size() < most_sorted ? status{} : add(pending);
  }

  /// Calls `visit(record)` once for each record of all runs, in ascending order.
  template <class Visit>
  [[nodiscard]] auto merge(Visit&& visit) const -> status {
    auto const* const self = this;
    return merge_all(std::span{&self, 1}, visit);
  }
  /// Likewise over the runs of several.
  template <class Visit>
  [[nodiscard]] static auto merge_all(std::span<sorted_runs const* const> all, Visit&& visit)
      -> status {
    std::vector<cursor> cursors;
    for (auto const* const each : all)
      for (auto const& level : each->levels_)
        for (auto const& file : level) cursors.push_back(cursor{&file});
    return merge(cursors, visit);
  }

private:
  static constexpr auto most_sorted = (std::size_t{24} << 20) / sizeof(Record);
  static constexpr auto chunk = std::max<std::size_t>(1, (std::size_t{64} << 10) / sizeof(Record));

  struct cursor {
    temporary_file const* file;
    std::vector<Record> records = {};
    std::size_t at = 0;
    std::uint64_t offset = 0;

    [[nodiscard]] auto front() const -> Record const& { return records[at]; }
    /// Answers whether there is a front.
    [[nodiscard]] auto fill() -> result<bool> {
      records.resize(chunk);
      KIZASHI_TRY(auto const count, file->read(offset, std::as_writable_bytes(std::span{records})));
      offset += count;
      records.resize(count / sizeof(Record));
      at = 0;
      return !records.empty();
    }
    [[nodiscard]] auto advance() -> result<bool> {
      if (++at < records.size()) return true;
      return fill();
    }
  };

  /// Cursors as a heap with the smallest front on top.
  class front_heap {
  public:
    explicit front_heap(std::vector<cursor>& cursors) {
      for (auto& each : cursors) heap_.push_back(&each);
      for (auto at = heap_.size(); at-- > 0;) sink(at);
    }
    [[nodiscard]] auto is_empty() const noexcept -> bool { return heap_.empty(); }
    [[nodiscard]] auto top() const noexcept -> Record const& { return heap_.front()->front(); }
    [[nodiscard]] auto advance() -> status {
      KIZASHI_TRY(auto const has_front, heap_.front()->advance());
      if (!has_front) {
        heap_.front() = heap_.back();
        heap_.pop_back();
      }
      sink(0);
      return {};
    }

  private:
    void sink(std::size_t at) noexcept {
      for (auto child = 2 * at + 1; child < heap_.size(); child = 2 * at + 1) {
        if (child + 1 < heap_.size() && heap_[child + 1]->front() < heap_[child]->front()) ++child;
        if (!(heap_[child]->front() < heap_[at]->front())) return;
        std::swap(heap_[at], heap_[child]);
        at = child;
      }
    }
    std::vector<cursor*> heap_;
  };

  template <class Visit>
  [[nodiscard]] static auto merge(std::vector<cursor>& cursors, Visit&& visit) -> status {
    std::vector<cursor> full;
    for (auto& each : cursors) {
      KIZASHI_TRY(auto const has_front, each.fill());
      if (has_front) full.push_back(std::move(each));
    }
    std::optional<Record> pending;
    for (front_heap fronts{full}; !fronts.is_empty();) {
      if (pending && !(*pending < fronts.top())) {
        pending->absorb(fronts.top());
      } else {
        if (pending) visit(*pending);
        pending = fronts.top();
      }
      KIZASHI_TRY(fronts.advance());
    }
    if (pending) visit(*pending);
    return {};
  }

  [[nodiscard]] auto keep(temporary_file file, std::size_t level) -> status {
    if (levels_.size() == level) levels_.emplace_back();
    levels_[level].push_back(std::move(file));
    if (levels_[level].size() < fan_in) return {};
    KIZASHI_TRY(auto merged, join(levels_[level]));
    levels_[level].clear();
    return keep(std::move(merged), level + 1);
  }

  [[nodiscard]] static auto join(std::vector<temporary_file> const& files)
      -> result<temporary_file> {
    KIZASHI_TRY(auto merged, temporary_file::create());
    std::vector<cursor> cursors;
    for (auto const& file : files) cursors.push_back(cursor{&file});
    std::vector<Record> block;
    status written;
    auto const flush = [&] {
      if (written) written = merged.append(std::as_bytes(std::span{block}));
      block.clear();
    };
    KIZASHI_TRY(merge(cursors, [&](Record const& each) {
      block.push_back(each);
      if (block.size() == chunk) flush();
    }));
    flush();
    KIZASHI_TRY(std::move(written));
    return merged;
  }

  std::vector<std::vector<temporary_file>> levels_;
};

}  // namespace kizashi::telescope::internal
