#include "kizashi/capture/internal/capture_file.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "kizashi/base/text.hpp"

namespace kizashi::capture::internal {
namespace {

constexpr std::size_t first_chunk = std::size_t{16} << 10;
constexpr std::size_t smallest_chunk = std::size_t{4} << 10;

/// Reads until `size` bytes are held. Answers false at the end of the stream.
auto gather(byte_stream& stream, net::byte_buffer& bytes, std::size_t size) -> result<bool> {
  auto have = bytes.size();
  while (have < size) {
    bytes.resize(size);
    auto const count = stream.read({bytes.data() + have, size - have});
    have += count.value_or(0);
    bytes.resize(have);
    if (!count) return tl::unexpected<error>{count.error()};
    if (*count == 0) return false;
  }
  return true;
}

auto not_a_capture(std::string const& name, bool is_packed, std::span<std::uint8_t const> head)
    -> tl::unexpected<error> {
  if (head.empty()) {
    return fail(errc::parse_error, fmt::format("{}: it is empty{}; expected a capture", name,
                                               is_packed ? " when unpacked" : ""));
  }
  auto const shown = head.first(std::min<std::size_t>(head.size(), 8));
  return fail(
      errc::parse_error,
      fmt::format("{}: not a capture: it begins{} with the bytes {:02x}; expected pcap, pcapng or "
                  "ERF, as it is or packed with gzip, zstd, bzip2 or xz",
                  name, is_packed ? ", unpacked," : "", fmt::join(shown, " ")));
}

/// Asks each format in turn. Only ERF needs more than a few bytes of the file.
auto recognise(byte_stream& stream, net::byte_buffer& head) -> result<recognised> {
  auto more = gather(stream, head, head_for_marks);
  auto found = recognise_pcap(head);
  if (!found) {  // the formats do not know the file's name
    return fail(found.error().code,
                fmt::format("{}: {}", stream.source().name(), found.error().message));
  }
  if (found->cutter == nullptr) *found = recognise_pcapng(head);
  if (found->cutter != nullptr) return found;
  if (more && *more) more = gather(stream, head, head_for_erf);
  *found = recognise_erf(head, more && !*more);
  // Where reading failed so early that nothing can be told, that is what has to be said.
  if (found->cutter == nullptr && !more) return tl::unexpected<error>{more.error()};
  return found;
}

}  // namespace

auto capture_file::open(std::unique_ptr<byte_source> source)
    -> result<std::unique_ptr<capture_file>> {
  auto const name = source->name();
  KIZASHI_TRY(auto stream, open_stream(std::move(source)));
  net::byte_buffer head;
  auto found = recognise(*stream, head);
  if (!found) {
    return tl::unexpected<error>{std::move(found).error()};
  }
  if (found->cutter == nullptr) return not_a_capture(name, stream->is_packed(), head);
  auto made = std::make_unique<capture_file>(std::move(stream), std::move(found->cutter));
  made->carry_.append(std::span<std::uint8_t const>{head}.subspan(found->header_size));
  made->offset_ = found->header_size;
  return made;
}

capture_file::capture_file(std::unique_ptr<byte_stream> stream,
                           std::unique_ptr<record_cutter> cutter)
    : stream_{std::move(stream)}, cutter_{std::move(cutter)}, chunk_{first_chunk} {}

auto capture_file::next(net::frame_block& out) -> status {
  out.clear();
  if (is_over_) return {};
  auto& bytes = out.storage;
  bytes.append(carry_);
  carry_.clear();
  std::size_t used = 0;
  // One chunk makes about one block; a record that does not fit into it needs more.
  for (auto size = chunk_; out.frames.empty() && !is_over_; size = std::max(chunk_, last_.wanted)) {
    if (used > 0) {  // by what holds no frames: room for what follows
      std::copy(bytes.data() + used, bytes.data() + bytes.size(), bytes.data());
      bytes.resize(bytes.size() - used);
    }
    read_more(bytes, size);
    used = cut_into(out);
  }
  choose_chunk(used, out.frames.size());
  if (!is_over_) carry_.append(std::span<std::uint8_t const>{bytes}.subspan(used));
  return {};
}

void capture_file::read_more(net::byte_buffer& bytes, std::size_t size) {
  auto const have = bytes.size();
  if (is_stream_over_ || size <= have) return;
  bytes.resize(size);
  auto const count = stream_->read({bytes.data() + have, size - have});
  bytes.resize(have + count.value_or(0));
  if (!count) {
    is_stream_broken_ = true;
    notes_.push_back({count.error().message, true});
  }
  is_stream_over_ = count.value_or(0) == 0;
  if (skip_ == 0) return;
  // Then nothing was carried: what has to be skipped lies at the front.
  auto const dropped = static_cast<std::size_t>(std::min<std::uint64_t>(skip_, bytes.size()));
  std::copy(bytes.data() + dropped, bytes.data() + bytes.size(), bytes.data());
  bytes.resize(bytes.size() - dropped);
  offset_ += dropped;
  skip_ -= dropped;
}

auto capture_file::cut_into(net::frame_block& out) -> std::size_t {
  if (skip_ == 0) {
    auto const frames_before = out.frames.size();
    last_ = cutter_->cut_from(out.storage, out.frames);
    if (!first_untimed_ && cutter_->untimed() > 0) find_untimed(out, frames_before);
    offset_ += last_.used;
    skip_ = last_.skip;
  } else {
    last_.used = 0;
  }
  if (!last_.damage.empty()) {
    note_damage(last_.damage);
    end(0);
  } else if (is_stream_over_ && last_.wanted + skip_ > 0) {
    end(out.storage.size() - last_.used);
  }
  return last_.used;
}

/// Keeps where in the file the bytes of the first frame without a time begin.
void capture_file::find_untimed(net::frame_block const& in, std::size_t begin) {
  for (auto i = begin; i < in.frames.size() && !first_untimed_; ++i)
    if (!in.frames[i].time.is_known()) first_untimed_ = offset_ + in.frames[i].offset;
}

/// The file has no more frames; `have` bytes of a record are left over.
void capture_file::end(std::size_t have) {
  is_over_ = true;
  if (!is_stream_broken_ && skip_ > 0) {
    note_damage(
        fmt::format("the file ends inside {}; {} more bytes were expected", last_.part, skip_));
  } else if (!is_stream_broken_ && have > 0) {
    note_damage(fmt::format("the file ends inside {}; {} bytes came, {} were expected", last_.part,
                            have, last_.wanted));
  }
  if (auto const count = cutter_->untimed(); count > 0) {
    notes_.push_back(
        {fmt::format("{}: {} frame{} no time or an impossible one; {} at offset {}{}",
                     source().name(), with_thousands(count), count == 1 ? " has" : "s have",
                     count == 1 ? "it is" : "the first is", first_untimed_.value_or(0),
                     stream_->is_packed() ? " of the unpacked data" : ""),
         false});
  }
}

void capture_file::note_damage(std::string_view what) {
  notes_.push_back(
      {fmt::format("{}: offset {}{}: {}; the rest of the file is not read", source().name(),
                   offset_, stream_->is_packed() ? " of the unpacked data" : "", what),
       true});
}

void capture_file::choose_chunk(std::size_t used, std::size_t frames) {
  if (frames == 0) return;
  chunk_ = std::clamp(used * net::frame_block::max_frames / frames,
                      std::min(smallest_chunk, chunk_limit_), chunk_limit_);
}

void capture_file::set_chunk_limit(std::size_t bytes) {
  chunk_limit_ = bytes;
  chunk_ = std::min(chunk_, bytes);
}

auto capture_file::notes() const -> std::vector<note> {
  return notes_;
}

auto capture_file::position() const -> progress {
  return {source().position(), source().total()};
}

}  // namespace kizashi::capture::internal
