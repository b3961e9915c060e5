#include "kizashi/capture/internal/merged_captures.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <fmt/format.h>

namespace kizashi::capture::internal {
namespace {

constexpr std::size_t memory_for_chunks = std::size_t{32} << 20;
constexpr std::size_t smallest_share = std::size_t{16} << 10;

/// Shorter runs are copied behind what the block holds already; for longer ones a new block is
/// begun.
constexpr std::size_t worth_a_block = 512;

/// The time by which a block's frames from `at` on are sorted in: that of the first one that has
/// any.
auto first_time(net::frame_block const& block, std::size_t at) -> timestamp {
  for (; at < block.frames.size(); ++at) {
    if (block.frames[at].time.is_known()) return block.frames[at].time;
  }
  return timestamp::unknown();
}

/// Copies frames [begin, end) of `from` together with whatever lies between them.
void copy_frames(net::frame_block const& from, std::size_t begin, std::size_t end,
                 net::frame_block& to) {
  auto const& frames = from.frames;
  auto const first = frames[begin].offset;
  auto const behind = frames[end - 1].offset + frames[end - 1].captured;
  auto const base = static_cast<std::uint32_t>(to.storage.size());
  to.storage.append(from.bytes().subspan(first, behind - first));
  for (auto i = begin; i < end; ++i) {
    to.frames.push_back(frames[i]);
    to.frames.back().offset = frames[i].offset - first + base;
  }
}

}  // namespace

auto merged_captures::open(std::vector<std::string> const& paths)
    -> result<std::unique_ptr<frame_source>> {
  auto made = std::make_unique<merged_captures>();
  made->inputs_.reserve(paths.size());
  for (auto const& path : paths) {
    auto const looked = made->look_at(path);
    if (!looked) made->notes_.push_back({looked.error().message, true});
  }
  if (made->inputs_.empty() && !made->notes_.empty()) {
    return fail(errc::not_found,
                fmt::format("none of {} files can be read as a capture; the first: {}",
                            paths.size(), made->notes_.front().message));
  }
  return made;
}

/// Learns the first time of a file. What cannot be opened twice stays open.
auto merged_captures::look_at(std::string const& path) -> status {
  KIZASHI_TRY(auto source, open_file(path));
  auto const size = source->total();
  auto const is_repeatable = source->is_repeatable();
  KIZASHI_TRY(auto file, capture_file::open(std::move(source)));
  input one{.path = path, .number = inputs_.size(), .size = size};
  file->set_chunk_limit(smallest_share);
  KIZASHI_TRY(file->next(one.block));
  one.key = first_time(one.block, 0);
  auto const is_empty = one.block.frames.empty();
  total_bytes_ += size;
  if (size == 0) is_total_known_ = false;
  if (!is_repeatable || is_empty) {
    one.file = std::move(file);
    ++open_count_;
  } else {
    one.block = {};
  }
  inputs_.push_back(std::move(one));
  if (is_empty)
    close(inputs_.back());
  else
    push(inputs_.size() - 1);
  return {};
}

auto merged_captures::next(net::frame_block& out) -> status {
  out.clear();
  while (!heap_.empty() && out.frames.size() < net::frame_block::max_frames &&
         out.storage.size() < net::frame_block::target_bytes) {
    auto const number = heap_.front();
    std::pop_heap(heap_.begin(), heap_.end(), [this](auto a, auto b) { return is_after(a, b); });
    heap_.pop_back();
    auto& one = inputs_[number];
    if (one.file == nullptr) {
      make_ready(one);
      if (one.file != nullptr) push(number);  // its time may have become another one
      continue;
    }
    auto const before = out.frames.size();
    take_run(one, out);
    auto const has_taken = out.frames.size() > before;
    if (one.at == one.block.frames.size()) refill(one);
    if (one.file != nullptr) push(number);
    if (!has_taken) break;
  }
  return {};
}

/// Moves the frames of `one` that are before those of all others, or as many as fit. Takes none
/// when a block of its own is better for them.
void merged_captures::take_run(input& one, net::frame_block& out) {
  auto const found = run_of(one, out);
  auto const is_whole_block = one.at == 0 && found.end == one.block.frames.size();
  if (is_whole_block && out.frames.empty()) {
    std::swap(out, one.block);
    one.block.clear();
  } else if (found.end == one.at || (is_whole_block && found.end >= worth_a_block)) {
    return;
  } else {
    copy_frames(one.block, one.at, found.end, out);
    one.at = found.end;
  }
  one.key = found.key;
  auto const& frames = one.block.frames;
  if (one.at < frames.size() && frames[one.at].time.is_known()) one.key = frames[one.at].time;
}

auto merged_captures::run_of(input const& one, net::frame_block const& out) const -> run {
  auto const& frames = one.block.frames;
  auto const most = net::frame_block::max_frames - out.frames.size();
  auto const size = std::min(frames.size(), one.at + most);
  auto const bytes_left =
      net::frame_block::target_bytes - std::min(net::frame_block::target_bytes, out.storage.size());
  auto const* const other = heap_.empty() ? nullptr : &inputs_[heap_.front()];
  auto const begin = frames[one.at].offset;
  run found{one.at, one.key};
  for (; found.end < size; ++found.end) {
    auto const& each = frames[found.end];
    auto const key = each.time.is_known() ? each.time : found.key;
    if (other != nullptr &&
        (key > other->key || (key == other->key && one.number > other->number))) {
      break;
    }
    auto const is_first = found.end == one.at && out.frames.empty();
    if (each.offset - begin + each.captured > bytes_left && !is_first) break;
    found.key = key;
  }
  return found;
}

void merged_captures::make_ready(input& one) {
  auto source = open_file(one.path);
  auto file = source ? capture_file::open(std::move(*source))
                     : result<std::unique_ptr<capture_file>>{tl::unexpect, source.error()};
  if (!file) {
    notes_.push_back({file.error().message, true});
    closed_bytes_ += one.size;
    return;
  }
  one.file = std::move(*file);
  one.block = std::exchange(spare_, {});
  ++open_count_;
  one.key = timestamp::unknown();
  refill(one);
}

/// The next block of `one`, or its end.
void merged_captures::refill(input& one) {
  one.file->set_chunk_limit(
      std::clamp(memory_for_chunks / open_count_, smallest_share, net::frame_block::target_bytes));
  one.at = 0;
  auto const outcome = one.file->next(one.block);
  if (!outcome) notes_.push_back({outcome.error().message, true});
  if (!outcome || one.block.frames.empty()) {
    close(one);
    return;
  }
  auto const first = one.block.frames.front().time;
  if (first.is_known())
    one.key = first;
  else if (!one.key.is_known())
    one.key = first_time(one.block, 0);
}

void merged_captures::close(input& one) {
  for (auto& each : one.file->notes()) notes_.push_back(std::move(each));
  closed_bytes_ += one.size;
  one.file.reset();
  spare_ = std::exchange(one.block, {});
  --open_count_;
}

auto merged_captures::is_after(std::size_t a, std::size_t b) const -> bool {
  auto const& left = inputs_[a];
  auto const& right = inputs_[b];
  return left.key != right.key ? left.key > right.key : left.number > right.number;
}

void merged_captures::push(std::size_t number) {
  heap_.push_back(number);
  std::push_heap(heap_.begin(), heap_.end(), [this](auto a, auto b) { return is_after(a, b); });
}

auto merged_captures::position() const -> progress {
  progress sum{closed_bytes_, is_total_known_ ? total_bytes_ : 0};
  for (auto const number : heap_) {
    if (auto const& one = inputs_[number]; one.file != nullptr) {
      sum.read_bytes += one.file->position().read_bytes;
    }
  }
  return sum;
}

}  // namespace kizashi::capture::internal
