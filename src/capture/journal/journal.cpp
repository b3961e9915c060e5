#include "kizashi/capture/journal/journal.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <numeric>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "kizashi/base/text.hpp"

namespace kizashi::capture {
namespace {

using internal::record_head;
using internal::record_kind;

constexpr std::string_view ending = ".frames";

auto segment_path(std::filesystem::path const& folder, std::uint64_t number)
    -> std::filesystem::path {
  return folder / fmt::format("{:012}{}", number, ending);
}

/// The numbers of the segments, ascending.
auto segments_in(std::filesystem::path const& folder) -> result<std::vector<std::uint64_t>> {
  std::vector<std::uint64_t> out;
  std::error_code wrong;
  for (std::filesystem::directory_iterator each{folder, wrong}, end; !wrong && each != end;
       each.increment(wrong)) {
    auto const name = each->path().filename().string();
    if (!name.ends_with(ending)) continue;
    auto const number =
        parse_unsigned(std::string_view{name}.substr(0, name.size() - ending.size()), ~0ULL);
    if (number) out.push_back(*number);
  }
  if (wrong) return system_failure(folder.string(), "read the journal", wrong.value());
  std::ranges::sort(out);
  return out;
}

auto open_file(std::filesystem::path const& path, int flags) -> result<file_descriptor> {
  file_descriptor file{::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0600)};
  if (!file.is_open()) return system_failure(path.string(), "open the journal", errno);
  return file;
}

}  // namespace

auto journal_writer::open(std::filesystem::path folder, std::uint64_t segment_bytes)
    -> result<journal_writer> {
  std::error_code wrong;
  std::filesystem::create_directories(folder, wrong);
  if (wrong) return system_failure(folder.string(), "make the journal's folder", wrong.value());
  journal_writer out{std::move(folder), segment_bytes};
  KIZASHI_TRY(out.segments_, segments_in(out.folder_));
  for (auto const each : out.segments_) {
    out.sizes_.push_back(std::filesystem::file_size(segment_path(out.folder_, each), wrong));
    if (wrong)
      return system_failure(segment_path(out.folder_, each).string(), "read", wrong.value());
  }
  if (out.segments_.empty()) {
    KIZASHI_TRY(out.open_segment(1));
    return out;
  }
  auto const last = out.segments_.back();
  KIZASHI_TRY(auto reader, journal_reader::open(out.folder_, {last, 0}));
  net::frame_block ignored;
  for (auto found = journal_reader::found::frames; found != journal_reader::found::end;) {
    KIZASHI_TRY(found, reader.next(ignored));
  }
  out.end_ = reader.position();
  auto const path = segment_path(out.folder_, last);
  KIZASHI_TRY(out.file_, open_file(path, O_WRONLY));
  if (::ftruncate(out.file_.get(), static_cast<off_t>(out.end_.offset)) != 0 ||
      ::lseek(out.file_.get(), 0, SEEK_END) < 0)
    return system_failure(path.string(), "cut off what was not written to its end", errno);
  out.sizes_.back() = out.end_.offset;
  return out;
}

auto journal_writer::open_segment(std::uint64_t number) -> status {
  KIZASHI_TRY(file_, open_file(segment_path(folder_, number), O_WRONLY | O_CREAT | O_EXCL));
  segments_.push_back(number);
  sizes_.push_back(0);
  end_ = {number, 0};
  return {};
}

/// Appends `record_` as a whole or, with a failure, not at all.
auto journal_writer::write_record() -> status {
  if (end_.offset >= segment_bytes_) KIZASHI_TRY(open_segment(end_.segment + 1));
  for (std::size_t done = 0; done < record_.size();) {
    auto const count = ::write(file_.get(), record_.data() + done, record_.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      auto const why = errno;
      // The next record must not stand behind half of this one.
      auto const at = static_cast<off_t>(end_.offset);
      static_cast<void>(::ftruncate(file_.get(), at) == 0 &&
                        ::lseek(file_.get(), at, SEEK_SET) == at);
      return system_failure(segment_path(folder_, end_.segment).string(), "write the journal", why);
    }
    done += static_cast<std::size_t>(count);
  }
  end_.offset += record_.size();
  sizes_.back() = end_.offset;
  return {};
}

auto journal_writer::append(net::frame_block const& block, std::string_view note) -> status {
  if (block.frames.empty()) return {};
  record_.clear();
  internal::write_frames(record_, block, note);
  return write_record();
}

auto journal_writer::tick(timestamp heard_until) -> status {
  record_.clear();
  internal::write_tick(record_, heard_until);
  return write_record();
}

auto journal_writer::mark(std::uint64_t number) -> result<journal_position> {
  record_.clear();
  internal::write_mark(record_, number);
  KIZASHI_TRY(write_record());
  return end_;
}

auto journal_writer::forget_before(journal_position durable) -> status {
  while (segments_.size() > 1 && segments_[1] <= durable.segment) {
    std::error_code wrong;
    auto const path = segment_path(folder_, segments_.front());
    std::filesystem::remove(path, wrong);
    if (wrong) return system_failure(path.string(), "remove a part of the journal", wrong.value());
    segments_.erase(segments_.begin());
    sizes_.erase(sizes_.begin());
  }
  return {};
}

auto journal_writer::bytes() const noexcept -> std::uint64_t {
  return std::accumulate(sizes_.begin(), sizes_.end(), std::uint64_t{0});
}

auto journal_reader::begin_of(std::filesystem::path const& folder) -> result<journal_position> {
  KIZASHI_TRY(auto const segments, segments_in(folder));
  return journal_position{segments.empty() ? 1 : segments.front(), 0};
}

auto journal_reader::open(std::filesystem::path folder, journal_position from)
    -> result<journal_reader> {
  journal_reader out{std::move(folder), from};
  std::error_code ignored;
  auto const path = segment_path(out.folder_, from.segment);
  auto const size = std::filesystem::file_size(path, ignored);
  if (ignored || size < from.offset)
    return fail(errc::not_found,
                fmt::format("{}: the journal does not reach back to where it is to be read from "
                            "(segment {}, byte {})",
                            out.folder_.string(), from.segment, from.offset));
  KIZASHI_TRY(out.file_, open_file(path, O_RDONLY));
  return out;
}

/// How much of `to` there was.
auto journal_reader::read(std::span<std::uint8_t> to, std::uint64_t from) -> result<std::size_t> {
  std::size_t done = 0;
  while (done < to.size()) {
    auto const count =
        ::pread(file_.get(), to.data() + done, to.size() - done, static_cast<off_t>(from + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0)
      return system_failure(segment_path(folder_, at_.segment).string(), "read the journal", errno);
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  return done;
}

auto journal_reader::has_successor() const -> bool {
  std::error_code ignored;
  return std::filesystem::exists(segment_path(folder_, at_.segment + 1), ignored);
}

auto journal_reader::end_or_damage(std::string_view why) const -> result<found> {
  if (!has_successor()) return found::end;
  return fail(
      errc::parse_error,
      fmt::format("{}: byte {}: {}", segment_path(folder_, at_.segment).string(), at_.offset, why));
}

/// The next head, from the next segment when this one is over: nothing is written to a segment once
/// it has a successor, so its end is looked for once more then.
auto journal_reader::read_head(std::span<std::uint8_t> head) -> result<std::size_t> {
  for (;;) {
    KIZASHI_TRY(auto count, read(head, at_.offset));
    if (count > 0 || !has_successor()) return count;
    KIZASHI_TRY(count, read(head, at_.offset));
    if (count > 0) return count;
    KIZASHI_TRY(file_, open_file(segment_path(folder_, at_.segment + 1), O_RDONLY));
    at_ = {at_.segment + 1, 0};
  }
}

auto journal_reader::next(net::frame_block& out) -> result<found> {
  out.clear();
  std::array<std::uint8_t, record_head> head{};
  KIZASHI_TRY(auto const count, read_head(head));
  if (count == 0) return found::end;
  if (count < head.size()) return end_or_damage("the record is cut");
  auto const start = internal::read_start(head);
  if (!start) return end_or_damage(start.error().message);
  bytes_.resize(start->length);
  KIZASHI_TRY(auto const length, read(bytes_, at_.offset + record_head));
  if (length < bytes_.size() || !internal::has_checksum(*start, bytes_))
    return end_or_damage("the record is cut or damaged");
  return take(*start, out);
}

auto journal_reader::take(internal::record_start const& start, net::frame_block& out)
    -> result<found> {
  auto kind = found::frames;
  if (start.kind == record_kind::frames) {
    KIZASHI_TRY(auto note, internal::read_frames(bytes_, out));
    if (!note.empty()) note_ = std::move(note);
  } else {
    KIZASHI_TRY(auto const number, internal::read_number(bytes_));
    kind = start.kind == record_kind::mark ? found::mark : found::tick;
    if (kind == found::mark)
      number_ = number;
    else
      time_ = timestamp{static_cast<std::int64_t>(number)};
  }
  at_.offset += record_head + bytes_.size();
  return kind;
}

}  // namespace kizashi::capture
