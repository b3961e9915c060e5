#include "kizashi/capture/live/reopening_source.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace kizashi::capture::live {

reopening_source::reopening_source(std::unique_ptr<live_source> below, backoff wait,
                                   live::clock& clock)
    : below_{std::move(below)}, wait_{wait}, clock_{clock} {
  KIZASHI_ASSERT(wait.first.count() > 0 && wait.first <= wait.longest);
}

auto reopening_source::do_receive(net::frame_block& out, duration patience) -> result<arrival> {
  if (failure()) {
    auto const left = next_ - clock_.steady();
    if (left > patience) {
      clock_.sleep(patience);
      return arrival{};
    }
    clock_.sleep(left);
    if (!reopen()) return arrival{};
    patience = duration{};
  }
  auto came = below_->receive(out, patience);
  if (came) return came;
  out.clear();
  fail_with(std::move(came).error());
  return arrival{};
}

void reopening_source::fail_with(error why) {
  length_ = wait_.first;
  next_ = clock_.steady() + length_;
  add_note(why.message, true);
  std::lock_guard const held{mutex_};
  failure_ = std::move(why);
}

auto reopening_source::reopen() -> status {
  auto const before = failure();
  if (!before) return {};
  auto opened = below_->reopen();
  if (opened) {
    add_note(fmt::format("{}: it works again", name()), false);
    std::lock_guard const held{mutex_};
    failure_.reset();
    return opened;
  }
  length_ = std::min(length_ * 2, wait_.longest);
  next_ = clock_.steady() + length_;
  if (opened.error().message != before->message) add_note(opened.error().message, false);
  std::lock_guard const held{mutex_};
  failure_ = opened.error();
  return opened;
}

auto reopening_source::failure() const -> std::optional<error> {
  std::lock_guard const held{mutex_};
  return failure_;
}

/// The notes of the source below come before what is said about it.
void reopening_source::add_note(std::string message, bool is_loss) {
  auto const own = below_->notes();
  for (; seen_notes_ < own.size(); ++seen_notes_) notes_.push_back(own[seen_notes_]);
  notes_.push_back({std::move(message), is_loss});
}

auto reopening_source::notes() const -> std::vector<note> {
  auto all = notes_;
  auto const own = below_->notes();
  all.insert(all.end(),
             own.begin() + static_cast<std::ptrdiff_t>(std::min(seen_notes_, own.size())),
             own.end());
  return all;
}

}  // namespace kizashi::capture::live
