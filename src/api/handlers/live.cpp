// What happens now: events as server-sent events, packets as frames of bytes.
#include <algorithm>
#include <chrono>
#include <iterator>

#include <fmt/format.h>

#include "kizashi/api/handlers/handlers.hpp"
#include "kizashi/api/handlers/store_call.hpp"
#include "kizashi/base/text.hpp"

namespace kizashi::api {
namespace {

constexpr std::size_t piece_size = std::size_t{64} << 10;

/// Ends a stream when whoever opened it may no longer: its session ended, its token was taken away.
class watched_stream : public http::stream_source {
public:
  watched_stream(api::access& access, principal who) : access_{access}, who_{std::move(who)} {}
  [[nodiscard]] auto is_over() -> bool override {
    auto const now = std::chrono::steady_clock::now();
    if (is_over_ || now < looked_ + std::chrono::seconds{2}) return is_over_;
    looked_ = now;
    is_over_ = !access_.is_current(who_);
    return is_over_;
  }

protected:
  [[nodiscard]] auto who() const noexcept -> principal const& { return who_; }

private:
  api::access& access_;
  principal who_;
  std::chrono::steady_clock::time_point looked_ = std::chrono::steady_clock::now();
  bool is_over_ = false;
};

// --- events -----------------------------------------------------------------------------------

auto is_for(live::event const& what, principal const& who) -> bool {
  if (what.owner) return who.name == *what.owner;
  auto const& of = who.scope;
  if (what.is_public || of.is_everything) return true;
  if (of.is_nothing()) return false;
  if (!of.sensors.empty() && std::ranges::find(of.sensors, what.sensor) == of.sensors.end())
    return false;
  return of.prefixes.empty() ||
         (what.about && std::ranges::any_of(of.prefixes, [&](net::prefix const& each) {
            return each.contains(*what.about);
          }));
}

/// The text of server-sent events (WHATWG HTML, section 9.2).
class event_stream final : public watched_stream {
public:
  event_stream(observatory const& in, principal who, std::vector<std::string> topics,
               std::optional<live::event_place> after)
      : watched_stream{in.access, std::move(who)},
        log_{in.events},
        topics_{std::move(topics)},
        place_{after.value_or(in.events.end())} {}

  [[nodiscard]] auto next() -> std::string override {
    std::string out;
    if (!has_begun_) out = fmt::format("retry: 3000\nid: {}\n\n", place_.to_string());
    has_begun_ = true;
    while (out.size() < piece_size) {
      auto const news = log_.read(place_);
      place_ = news.next;
      if (news.has_gap)
        out += fmt::format(
            "event: resync\nid: {}\ndata: {{\"why\":\"events before this one are no "
            "longer kept\"}}\n\n",
            place_before(news).to_string());
      for (auto const& each : news.events)
        if (is_wanted(*each))
          out += fmt::format("id: {}-{}\nevent: {}\ndata: {}\n\n", place_.run, each->number,
                             each->topic, each->data);
      if (news.events.empty()) break;
    }
    return out;
  }
  /// With the place: of what was not for this reader nothing need be asked again.
  [[nodiscard]] auto heartbeat() -> std::string override {
    return fmt::format(": alive\nid: {}\n\n", place_.to_string());
  }

private:
  [[nodiscard]] auto is_wanted(live::event const& each) const -> bool {
    return (topics_.empty() || std::ranges::find(topics_, each.topic) != topics_.end()) &&
           is_for(each, who());
  }
  static auto place_before(live::event_news const& news) -> live::event_place {
    return {news.next.run, news.next.number - news.events.size()};
  }

  live::event_log& log_;
  std::vector<std::string> topics_;
  live::event_place place_;
  bool has_begun_ = false;
};

auto open_events(observatory const& in, call const& of) -> http::response {
  // Browsers send the field when they come back; who reads by fetch gives the parameter.
  auto const field = of.request.fields.get("last-event-id");
  auto const text = field.empty() ? of.with.get_or("after", std::string{}) : std::string{field};
  auto const after = live::event_place::parse(text);
  if (!text.empty() && !after)
    return problem(400, "the place to go on from is not understood",
                   {{field.empty() ? "query.after" : "header.Last-Event-ID", text,
                     "the id of an event, such as 17-1234"}});
  http::response out{200, "text/event-stream", {}, {}};
  out.stream = std::make_shared<event_stream>(
      in, of.who, of.with.get<std::vector<std::string>>("topic"), after);
  return out;
}

// --- frames -----------------------------------------------------------------------------------

class frame_stream final : public watched_stream {
public:
  frame_stream(observatory const& in, principal who, live::frame_view view)
      : watched_stream{in.access, std::move(who)},
        log_{in.frames},
        view_{std::move(view)},
        place_{in.frames.end()} {}

  [[nodiscard]] auto next() -> std::string override {
    auto const news = log_.read(place_, 1);
    place_ = news.next;
    auto out = news.has_gap ? live::gap_bytes() : std::string{};
    for (auto const& each : news.frames)
      out += view_.is_everything ? *log_.shared_bytes(each, view_.destinations)
                                 : live::frame_bytes(*each, view_);
    return out;
  }
  [[nodiscard]] auto heartbeat() -> std::string override { return live::heartbeat_bytes(); }

private:
  live::frame_log& log_;
  live::frame_view view_;
  std::uint64_t place_;
};

auto view_of(observatory const& in, principal const& who) -> result<live::frame_view> {
  using live::destination_view;
  live::frame_view view;
  if (who.scope.is_everything) {
    view.is_everything = true;
    view.destinations = who.has_destinations ? destination_view::offset : destination_view::block;
    return view;
  }
  view.sources = who.scope.prefixes;
  if (who.scope.sensors.empty()) return view;
  // A name that has no number yet: 0, which no sensor has.
  view.sensors = {0};
  if (!in.engine) return view;
  KIZASHI_TRY(auto const names, store::stored_names(*in.engine, "sensor", {in.limits, nullptr}));
  for (auto const& [number, name] : names)
    if (std::ranges::find(who.scope.sensors, name) != who.scope.sensors.end())
      view.sensors.push_back(number);
  return view;
}

auto open_frames(observatory const& in, call const& of) -> result<http::response> {
  KIZASHI_TRY(auto view, view_of(in, of.who));
  http::response out{200, "application/octet-stream", {}, {}};
  out.stream = std::make_shared<frame_stream>(in, of.who, std::move(view));
  return out;
}

}  // namespace

auto live_routes(observatory const& in) -> std::vector<route> {
  return {
      {.path = "/api/v1/events/stream",
       .id = "streamEvents",
       .summary = "What happens, as server-sent events. Goes on behind Last-Event-ID, or else "
                  "with what is new; an event \"resync\" says that some were missed.",
       .needs = role::guest,
       .is_quick = true,
       .parameters = {{.name = "topic",
                       .kind = parameter_kind::choice,
                       .help = "Only events of this topic; may be repeated. Without: all.",
                       .is_repeated = true,
                       .choices = {std::begin(live::topics), std::end(live::topics)},
                       .example = "attack"},
                      {.name = "after",
                       .help = "The id of the last event that is known, for readers that "
                               "cannot send Last-Event-ID.",
                       .least = 1,
                       .most = 41,
                       .example = "17-1234"}},
       .media_types = {"text/event-stream"},
       .tag = "Live",
       .answer = [&in](call const& of) { return open_events(in, of); }},
      {.path = "/api/v1/frames",
       .id = "streamFrames",
       .summary = "A sample of packets four times a second, as bytes (docs/api.md, \"Frames\").",
       .needs = role::viewer,
       .media_types = {"application/octet-stream"},
       .tag = "Live",
       .answer = [&in](call const& of) { return answered(open_frames(in, of)); }}};
}

}  // namespace kizashi::api
