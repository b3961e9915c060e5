#include "kizashi/live/frame_log.hpp"

#include <algorithm>
#include <utility>

namespace kizashi::live {
namespace {

constexpr std::uint8_t layout_version = 2;
enum class frame_kind : std::uint8_t { marks, heartbeat, gap };
/// Of a hidden destination.
constexpr std::uint32_t no_destination = 0xFFFF'FFFF;

template <class Number>
void append(std::string& to, Number number) {
  for (std::size_t i = 0; i < sizeof number; ++i)
    to += static_cast<char>(static_cast<std::uint64_t>(number) >> (8 * i) & 255);
}

/// The 36 bytes before the columns; the first four are the length of what follows them.
auto head_of(frame_kind kind, frame const& of, std::uint64_t packets, std::size_t marks)
    -> std::string {
  std::string out;
  append(out, std::uint32_t{0});
  append(out, layout_version);
  append(out, static_cast<std::uint8_t>(kind));
  append(out, static_cast<std::uint16_t>(marks));
  append(out, of.number);
  append(out, of.begin.is_known() ? of.begin.nanoseconds() / 1000 : std::int64_t{0});
  append(out, static_cast<std::uint32_t>(of.length.count() / 1000));
  append(out, static_cast<std::uint32_t>(std::min<std::uint64_t>(packets, 0xFFFF'FFFE)));
  append(out, std::uint32_t{0});
  return out;
}

void set_length(std::string& of) {
  auto const length = static_cast<std::uint32_t>(of.size() - 4);
  for (std::size_t i = 0; i < 4; ++i) of[i] = static_cast<char>(length >> (8 * i) & 255);
}

auto source_word(net::address a) -> std::uint32_t {
  return a.is_ipv6() ? static_cast<std::uint32_t>(a.as_ipv6().high() >> 32) : a.as_ipv4().value();
}

auto destination_word(std::uint32_t offset, destination_view view) -> std::uint32_t {
  if (view == destination_view::offset) return offset;
  return view == destination_view::block ? offset >> 8 : no_destination;
}

auto time_word(mark const& of, frame const& in) -> std::uint32_t {
  if (!of.time.is_known() || of.time < in.begin) return 0;
  auto const microseconds = (of.time - in.begin).count() / 1000;
  return static_cast<std::uint32_t>(std::min<std::int64_t>(microseconds, 0xFFFF'FFFF));
}

auto bare(frame_kind kind) -> std::string {
  auto out = head_of(kind, {}, 0, 0);
  set_length(out);
  return out;
}

}  // namespace

auto frame_view::shows(mark const& each) const -> bool {
  if (is_everything) return true;
  if (sensors.empty() && sources.empty()) return false;
  if (!sensors.empty() && std::ranges::find(sensors, each.sensor) == sensors.end()) return false;
  return sources.empty() || std::ranges::any_of(sources, [&](net::prefix const& one) {
           return one.contains(each.source);
         });
}

auto frame_bytes(frame const& what, frame_view const& view) -> std::string {
  std::vector<mark const*> shown;
  for (auto const& each : what.marks)
    if (shown.size() < most_marks && view.shows(each)) shown.push_back(&each);
  // How many others there were is not for those who do not see them.
  auto out = head_of(frame_kind::marks, what, view.is_everything ? what.packets : shown.size(),
                     shown.size());
  for (auto const* each : shown) append(out, time_word(*each, what));
  for (auto const* each : shown) append(out, source_word(each->source));
  for (auto const* each : shown)
    append(out, destination_word(each->destination, view.destinations));
  for (auto const* each : shown) append(out, each->source_port);
  for (auto const* each : shown) append(out, each->destination_port);
  for (auto const* each : shown) append(out, each->tool);
  for (auto const* each : shown) append(out, each->ip_protocol);
  for (auto const* each : shown) append(out, each->traffic_class);
  for (auto const* each : shown) append(out, static_cast<std::uint8_t>(each->source.is_ipv6()));
  for (auto const* each : shown) {
    bool const is_known = each->country != recognise::country_code{};
    for (auto const letter : each->country.text()) out += is_known ? letter : '\0';
  }
  set_length(out);
  return out;
}

auto heartbeat_bytes() -> std::string {
  return bare(frame_kind::heartbeat);
}
auto gap_bytes() -> std::string {
  return bare(frame_kind::gap);
}

auto frame_log::add(frame what) -> std::uint64_t {
  std::uint64_t number = 0;
  {
    std::scoped_lock const only{lock_};
    number = what.number = ++last_;
    frames_.push_back(std::make_shared<frame const>(std::move(what)));
    if (frames_.size() > most_frames_) frames_.pop_front();
  }
  std::scoped_lock const only{listening_};
  if (listener_) listener_();
  return number;
}

auto frame_log::end() const -> std::uint64_t {
  std::scoped_lock const only{lock_};
  return last_;
}

auto frame_log::read(std::uint64_t from, std::size_t most) const -> frame_news {
  std::scoped_lock const only{lock_};
  frame_news out;
  auto const first = last_ - frames_.size() + 1;
  auto begin = std::min(from, last_) + 1;
  if (begin < first) {
    // A live picture that is late is of no use: it goes on with the newest.
    out.has_gap = true;
    begin = last_;
  }
  for (; begin <= last_ && out.frames.size() < most; ++begin)
    out.frames.push_back(frames_[static_cast<std::size_t>(begin - first)]);
  out.next = begin - 1;
  return out;
}

void frame_log::on_news(std::function<void()> call) {
  std::scoped_lock const only{listening_};
  listener_ = std::move(call);
}

auto frame_log::shared_bytes(std::shared_ptr<frame const> const& what, destination_view view)
    -> std::shared_ptr<std::string const> {
  std::scoped_lock const only{making_};
  auto& at = made_[(what->number * 3 + static_cast<std::size_t>(view)) % made_.size()];
  if (at.number != what->number || at.view != view || !at.bytes)
    at = {what->number, view,
          std::make_shared<std::string const>(frame_bytes(*what, {view, true, {}, {}}))};
  return at.bytes;
}

auto frame_sampler::take(timestamp begin, duration length) -> frame {
  frame out;
  out.begin = begin;
  out.length = length;
  out.packets = std::exchange(packets_, 0);
  out.marks = std::exchange(marks_, {});
  std::ranges::stable_sort(out.marks, {}, &mark::time);
  return out;
}

}  // namespace kizashi::live
