#include "kizashi/live/event_log.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "kizashi/base/text.hpp"

namespace kizashi::live {
namespace {

auto size_of(event const& what) -> std::size_t {
  return sizeof what + what.topic.size() + what.data.size();
}

void make_one_line(std::string& text) {
  for (auto& letter : text)
    if (static_cast<unsigned char>(letter) < 0x20) letter = ' ';
}

}  // namespace

auto event_place::to_string() const -> std::string {
  return fmt::format("{}-{}", run, number);
}

auto event_place::parse(std::string_view text) -> std::optional<event_place> {
  auto const parts = split(text, '-');
  if (parts.size() != 2) return std::nullopt;
  auto const run = parse_unsigned(parts[0], UINT64_MAX);
  auto const number = parse_unsigned(parts[1], UINT64_MAX);
  if (!run || !number) return std::nullopt;
  return event_place{*run, *number};
}

auto event_log::add(event what) -> std::uint64_t {
  make_one_line(what.topic);
  make_one_line(what.data);
  std::uint64_t number = 0;
  {
    std::scoped_lock const only{lock_};
    number = what.number = ++last_;
    bytes_ += size_of(what);
    events_.push_back(std::make_shared<event const>(std::move(what)));
    while (events_.size() > options_.most_events ||
           (bytes_ > options_.most_bytes && events_.size() > 1)) {
      bytes_ -= size_of(*events_.front());
      events_.pop_front();
    }
  }
  std::scoped_lock const only{listening_};
  if (listener_) listener_();
  return number;
}

auto event_log::end() const -> event_place {
  std::scoped_lock const only{lock_};
  return {options_.run, last_};
}

auto event_log::read(event_place from, std::size_t most) const -> event_news {
  std::scoped_lock const only{lock_};
  event_news out;
  auto const first = last_ - events_.size() + 1;  // number of the oldest that is kept
  auto begin = from.number + 1;
  if (from.run != options_.run || from.number > last_) {
    out.has_gap = true;
    begin = last_ + 1;  // of that run nothing is known
  } else if (begin < first) {
    out.has_gap = true;
    begin = first;
  }
  auto const count = std::min<std::uint64_t>(most, last_ + 1 - begin);
  for (std::uint64_t i = 0; i < count; ++i)
    out.events.push_back(events_[static_cast<std::size_t>(begin - first + i)]);
  out.next = {options_.run, begin + count - 1};
  return out;
}

void event_log::on_news(std::function<void()> call) {
  std::scoped_lock const only{listening_};
  listener_ = std::move(call);
}

}  // namespace kizashi::live
