#include "kizashi/capture/live/internal/folder_file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "kizashi/base/text.hpp"
#include "kizashi/capture/inputs.hpp"

namespace kizashi::capture::live::internal {

auto file_supply::read(std::span<std::uint8_t> into) -> result<supplied> {
  auto const count = ::pread(file_.get(), into.data(), into.size(), static_cast<off_t>(offset_));
  if (count < 0 && errno != EINTR)
    return fail(system_error_code(errno), fmt::format("cannot read: {}", system_error_text(errno)));
  if (count <= 0) return supplied{0, count == 0 && is_over_};
  offset_ += static_cast<std::uint64_t>(count);
  return supplied{static_cast<std::size_t>(count), false};
}

auto folder_file::can_grow(std::filesystem::path const& path) -> result<bool> {
  file_descriptor const file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!file.is_open()) return system_failure(path.string(), "open", errno);
  std::array<std::uint8_t, capture::internal::head_for_marks> head{};
  auto const count = ::read(file.get(), head.data(), head.size());
  if (count < 0) return system_failure(path.string(), "read", errno);
  auto const known = std::span{head}.first(static_cast<std::size_t>(count));
  auto const pcap = capture::internal::recognise_pcap(known);
  return (pcap && pcap->cutter != nullptr) ||
         capture::internal::recognise_pcapng(known).cutter != nullptr;
}

auto folder_file::open(std::filesystem::path const& path, folder_entry entry, bool is_growing,
                       std::uint64_t skip) -> result<folder_file> {
  folder_file made;
  made.entry_ = std::move(entry);
  made.path_ = path.string();
  made.skip_ = skip;
  if (!is_growing) {
    KIZASHI_TRY(made.whole_, open_captures({path.string()}));
    return made;
  }
  file_descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!file.is_open()) return system_failure(path.string(), "open", errno);
  auto supply = std::make_unique<file_supply>(std::move(file), path.string());
  made.supply_ = supply.get();
  made.growing_ = std::make_unique<growing_capture>(std::move(supply));
  return made;
}

auto folder_file::next(net::frame_block& out) -> flow {
  while (true) {
    auto const came = read(out);
    if (came != flow::frames || skip_ == 0) return came;
    auto const left_out = std::min<std::uint64_t>(skip_, out.frames.size());
    out.frames.erase(out.frames.begin(),
                     out.frames.begin() + static_cast<std::ptrdiff_t>(left_out));
    skip_ -= left_out;
    skipped_ += left_out;
    if (!out.frames.empty()) return flow::frames;
    out.clear();
  }
}

auto folder_file::read(net::frame_block& out) -> flow {
  auto came = flow::ended;
  status failure;
  if (growing_ != nullptr) {
    auto answer = growing_->next(out);
    if (answer)
      came = *answer;
    else
      failure = tl::unexpected<error>{std::move(answer).error()};
  } else {
    failure = whole_->next(out);
    if (failure && !out.frames.empty()) came = flow::frames;
  }
  if (!failure) {
    notes_.push_back({failure.error().message, true});
    out.clear();
  }
  if (came == flow::ended && skip_ > 0) {
    notes_.push_back({fmt::format("{}: it has {} frames fewer than were read before", path_,
                                  with_thousands(skip_)),
                      false});
    skip_ = 0;
  }
  return came;
}

auto folder_file::is_dead() -> bool {
  struct stat facts {};
  if (supply_ == nullptr || ::fstat(supply_->descriptor(), &facts) != 0) return false;
  if (static_cast<std::uint64_t>(facts.st_size) < supply_->offset()) {
    notes_.push_back({fmt::format("{}: it was cut to {} bytes after {} were read", path_,
                                  with_thousands(static_cast<std::uint64_t>(facts.st_size)),
                                  with_thousands(supply_->offset())),
                      true});
    return true;
  }
  return facts.st_nlink == 0;
}

void folder_file::set_over() noexcept {
  if (supply_ != nullptr) supply_->set_over();
}

auto folder_file::look() const -> folder_entry {
  auto seen = entry_;
  struct stat facts {};
  if (supply_ != nullptr && ::fstat(supply_->descriptor(), &facts) == 0) {
    seen.size = static_cast<std::uint64_t>(facts.st_size);
    seen.modified = facts.st_mtim.tv_sec * 1'000'000'000 + facts.st_mtim.tv_nsec;
  }
  return seen;
}

void folder_file::rename(std::string name, std::string stem) {
  entry_.name = std::move(name);
  entry_.stem = std::move(stem);
}

auto folder_file::notes() const -> std::vector<note> {
  auto all = growing_ != nullptr ? growing_->notes() : whole_->notes();
  all.insert(all.end(), notes_.begin(), notes_.end());
  return all;
}

}  // namespace kizashi::capture::live::internal
