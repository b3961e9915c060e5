#include "kizashi/engine/schedule.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "kizashi/engine/registry.hpp"

namespace kizashi::engine {

auto choose_engines(std::vector<std::string> const& names, std::vector<std::string> const& options)
    -> result<std::vector<chosen_engine>> {
  std::set<std::string_view> wanted;
  for (auto const& name : names) {
    KIZASHI_TRY(auto const* found, find_engine(name));
    wanted.insert(found->name);
  }
  std::vector<chosen_engine> out;
  for (auto const* each : all_engines())
    if (wanted.empty() || wanted.contains(each->name))
      out.push_back({each, option_set{each->options}});
  for (auto const& option : options) {
    auto const equals = option.find('=');
    auto const dot = option.find('.');
    if (equals == std::string::npos || dot > equals)
      return fail(errc::parse_error,
                  fmt::format("option \"{}\" is no ENGINE.NAME=VALUE; expected surge.unit=1h, say",
                              option));
    KIZASHI_TRY(auto const* of, find_engine(option.substr(0, dot)));
    auto const at = std::ranges::find(out, of, &chosen_engine::about);
    if (at == out.end())
      return fail(errc::parse_error,
                  fmt::format("option \"{}\" is of {}, which is not among the chosen engines",
                              option, of->name));
    KIZASHI_TRY(at->options.set(option.substr(0, equals), option.substr(equals + 1)));
  }
  return out;
}

/// Everything behind the interface.
struct schedule::desk {
  /// What has been seen of a sensor at one length.
  struct stream {
    timestamp next;      // where the next window should begin
    double packets = 0;  // usual number in a window: a mean that forgets
    std::uint64_t windows = 0;
  };
  /// What an engine of a sensor told, for those that hear.
  struct unheard {
    std::size_t from = 0;
    finding found;
  };
  /// The engines of one sensor that look at windows, in the order of `chosen`; null: one that
  /// hears.
  using team = std::vector<std::unique_ptr<engine>>;
  using stream_key = std::pair<std::string, duration>;
  using waiting_key = std::pair<timestamp, std::string>;  // the end of the window, the sensor

  /// Takes what the listener at `from` tells to the sink and then to those behind it.
  class outlet final : public finding_sink {
  public:
    outlet(desk& of, std::size_t from) : desk_{&of}, from_{from} {}
    [[nodiscard]] auto take(finding found) -> status override {
      KIZASHI_TRY(desk_->give(found));
      return desk_->let_hear(from_, found);
    }

  private:
    desk* desk_;
    std::size_t from_;
  };
  /// Takes what the engine at `from` tells of a sensor's window to the sink. Those that hear get it
  /// when all sensors have come so far: sensors are heard in the order of event time, whichever of
  /// them is ahead.
  class team_outlet final : public finding_sink {
  public:
    team_outlet(desk& of, std::size_t from, timestamp end, std::string const& sensor)
        : desk_{&of}, from_{from}, end_{end}, sensor_{&sensor} {}
    [[nodiscard]] auto take(finding found) -> status override {
      KIZASHI_TRY(desk_->give(found));
      if (desk_->has_listeners)
        desk_->waiting.emplace(waiting_key{end_, *sensor_}, unheard{from_, std::move(found)});
      return {};
    }

  private:
    desk* desk_;
    std::size_t from_;
    timestamp end_;
    std::string const* sensor_;
  };

  [[nodiscard]] auto give(finding const& found) -> status {
    KIZASHI_TRY(check(found));
    return sink->take(found);
  }
  [[nodiscard]] auto let_hear(std::size_t from, finding const& found) -> status {
    for (auto i = from + 1; i < chosen.size(); ++i) {
      if (!listeners[i]) continue;
      outlet to{*this, i};
      KIZASHI_TRY(listeners[i]->hear(found, to));
    }
    return {};
  }

  [[nodiscard]] auto team_of(std::string const& sensor) -> result<team*> {
    if (auto const at = teams.find(sensor); at != teams.end()) return &at->second;
    team made;
    for (auto const& each : chosen) {
      if (each.about->hears) {
        made.push_back(nullptr);
        continue;
      }
      KIZASHI_TRY(auto one, each.about->make(each.options));
      made.push_back(std::move(one));
    }
    return &teams.emplace(sensor, std::move(made)).first->second;
  }

  [[nodiscard]] auto show(activity_window const& closed) -> status {
    KIZASHI_TRY(auto* const who, team_of(closed.sensor));
    for (std::size_t i = 0; i < who->size(); ++i) {
      if (!(*who)[i] || (*who)[i]->interval() != closed.length) continue;
      team_outlet to{*this, i, closed.end(), closed.sensor};
      KIZASHI_TRY((*who)[i]->observe(closed, to));
    }
    return {};
  }

  /// Lets the listeners hear what nothing can come before any more, and tells them how far all
  /// streams have come.
  [[nodiscard]] auto advance() -> status {
    auto now = timestamp::latest();
    auto next_end = timestamp::latest();
    for (auto const& [key, each] : streams) {
      if (gone.contains(key.first)) continue;
      now = std::min(now, each.next);
      next_end = std::min(next_end, each.next + key.second);
    }
    KIZASHI_TRY(let_hear_until(next_end));
    return tell(now);
  }
  /// Windows that end before `end`; none: all.
  [[nodiscard]] auto let_hear_until(std::optional<timestamp> end) -> status {
    while (!waiting.empty() && (!end || waiting.begin()->first.first < *end)) {
      auto const first = waiting.extract(waiting.begin());
      if (first.key().first != timestamp::latest()) KIZASHI_TRY(tell(first.key().first));
      KIZASHI_TRY(let_hear(first.mapped().from, first.mapped().found));
    }
    return {};
  }
  [[nodiscard]] auto tell(timestamp now) -> status {
    if (!(now > told)) return {};
    told = now;
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      if (!listeners[i]) continue;
      outlet to{*this, i};
      KIZASHI_TRY(listeners[i]->advance_to(now, to));
    }
    return {};
  }

  std::vector<chosen_engine> chosen;
  finding_sink* sink = nullptr;
  std::vector<std::unique_ptr<engine>> listeners;  // by place in `chosen`; null: not one that hears
  bool has_listeners = false;
  std::map<std::string, team> teams;  // by sensor
  std::map<stream_key, stream> streams;
  std::multimap<waiting_key, unheard> waiting;  // equal ones as they were told
  std::set<std::string> gone;                   // sensors that nobody waits for
  timestamp told;
};

schedule::schedule(std::unique_ptr<desk> made) : desk_{std::move(made)} {}
schedule::schedule(schedule&&) noexcept = default;
auto schedule::operator=(schedule&&) noexcept -> schedule& = default;
schedule::~schedule() = default;

auto schedule::make(std::vector<chosen_engine> chosen, finding_sink& out) -> result<schedule> {
  auto made = std::make_unique<desk>();
  made->chosen = std::move(chosen);
  made->sink = &out;
  for (auto const& each : made->chosen) {
    KIZASHI_TRY(auto one, each.about->make(each.options));
    made->has_listeners = made->has_listeners || each.about->hears;
    made->listeners.push_back(each.about->hears ? std::move(one) : nullptr);
  }
  return schedule{std::move(made)};
}

auto schedule::lengths() const -> std::vector<duration> {
  std::set<duration> all;
  for (auto const& each : desk_->chosen) {
    if (each.about->hears) continue;
    auto const made = each.about->make(each.options);
    if (made && (*made)->interval() > duration{0}) all.insert((*made)->interval());
  }
  return {all.begin(), all.end()};
}

auto schedule::observe(activity_window const& closed) -> status {
  auto& of = desk_->streams[{closed.sensor, closed.length}];
  desk_->gone.erase(closed.sensor);
  if (closed.rows.empty() && !closed.is_missing && of.packets >= blind_above) {
    auto missing = closed;
    missing.is_missing = true;
    return observe(missing);
  }
  KIZASHI_TRY(desk_->show(closed));
  of.next = closed.end();
  if (!closed.rows.empty() && !closed.is_missing) {
    ++of.windows;
    auto const weight = 1 / static_cast<double>(std::min<std::uint64_t>(of.windows, 144));
    of.packets += (static_cast<double>(closed.packets) - of.packets) * weight;
  }
  return desk_->advance();
}

auto schedule::has_seen(activity_window const& closed) const -> bool {
  auto const of = desk_->streams.find({closed.sensor, closed.length});
  return of != desk_->streams.end() && closed.start < of->second.next;
}

void schedule::leave(std::string const& sensor) {
  desk_->gone.insert(sensor);
}

void schedule::leave_all_but(std::set<std::string> const& sensors) {
  for (auto const& [key, each] : desk_->streams)
    if (!sensors.contains(key.first)) desk_->gone.insert(key.first);
}

auto schedule::finish() -> status {
  for (auto& [sensor, team] : desk_->teams)
    for (std::size_t i = 0; i < team.size(); ++i) {
      if (!team[i]) continue;
      desk::team_outlet to{*desk_, i, timestamp::latest(), sensor};
      KIZASHI_TRY(team[i]->finish(to));
    }
  KIZASHI_TRY(desk_->let_hear_until(std::nullopt));
  KIZASHI_TRY(desk_->tell(timestamp::latest()));
  for (std::size_t i = 0; i < desk_->chosen.size(); ++i) {
    if (!desk_->listeners[i]) continue;
    desk::outlet to{*desk_, i};
    KIZASHI_TRY(desk_->listeners[i]->finish(to));
  }
  return {};
}

namespace {

/// Name, version and all options: what must be the same where a state is restored.
[[nodiscard]] auto signature_of(chosen_engine const& each) -> std::string {
  auto out = fmt::format("{} version {}", each.about->name, each.about->version);
  for (auto const& option : each.about->options)
    out += fmt::format(", {}={}", option.name, each.options.text_of(option.name));
  return out;
}

/// Where two signatures differ, from the comma before on.
[[nodiscard]] auto difference_of(std::string_view has, std::string_view is) -> std::string {
  std::size_t same = 0;
  std::size_t from = 0;
  for (; same < has.size() && same < is.size() && has[same] == is[same]; ++same)
    if (has[same] == ' ' && same > 0 && has[same - 1] == ',') from = same + 1;
  auto const until = [](std::string_view text) { return text.substr(0, text.find(',')); };
  return fmt::format("the state has {}; here it is {}", until(has.substr(from)),
                     until(is.substr(from)));
}

}  // namespace

auto schedule::save(state_writer& out) const -> status {
  out.begin("schedule");
  out.number(desk_->chosen.size());
  for (auto const& each : desk_->chosen) out.text(signature_of(each));
  out(desk_->told);
  out.number(desk_->gone.size());
  for (auto const& sensor : desk_->gone) out.text(sensor);
  out.number(desk_->streams.size());
  for (auto const& [key, each] : desk_->streams) {
    out.text(key.first);
    out(key.second, each.next, each.packets, each.windows);
  }
  out.number(desk_->teams.size());
  for (auto const& [sensor, team] : desk_->teams) out.text(sensor);
  out.number(desk_->waiting.size());
  for (auto const& [key, each] : desk_->waiting) {
    out(key.first);
    out.text(key.second);
    out.number(each.from);
    write_finding(out, each.found);
  }
  out.end();
  auto const put = [&](std::size_t i, engine const& each) {
    out.begin(desk_->chosen[i].about->name);
    each.save(out);
    out.end();
  };
  for (auto const& [sensor, team] : desk_->teams)
    for (std::size_t i = 0; i < team.size(); ++i)
      if (team[i]) put(i, *team[i]);
  for (std::size_t i = 0; i < desk_->listeners.size(); ++i)
    if (desk_->listeners[i]) put(i, *desk_->listeners[i]);
  return {};
}

auto schedule::restore(state_reader& in) -> status {
  in.begin("schedule");
  if (in.number() != desk_->chosen.size())
    in.refuse_with(errc::unsupported, "the state is of another choice of engines");
  for (auto const& each : desk_->chosen) {
    if (!in.is_good()) break;
    auto const has = std::string{in.text()};
    if (auto const is = signature_of(each); in.is_good() && has != is)
      in.refuse_with(errc::unsupported, difference_of(has, is));
  }
  in(desk_->told);
  for (auto many = in.count(1); many > 0 && in.is_good(); --many) desk_->gone.emplace(in.text());
  for (auto many = in.count(4); many > 0 && in.is_good(); --many) {
    desk::stream_key key;
    key.first = in.text();
    desk::stream each;
    in(key.second, each.next, each.packets, each.windows);
    in.expect(key.second > duration{0}, "a length of windows");
    desk_->streams[key] = each;
  }
  std::vector<std::string> sensors;
  for (auto many = in.count(1); many > 0 && in.is_good(); --many) sensors.emplace_back(in.text());
  for (auto many = in.count(4); many > 0 && in.is_good(); --many) {
    desk::waiting_key key;
    in(key.first);
    key.second = in.text();
    auto const from = static_cast<std::size_t>(in.at_most(desk_->chosen.size()));
    desk_->waiting.emplace(std::move(key), desk::unheard{from, read_finding(in)});
  }
  in.end();
  auto const get = [&](std::size_t i, engine& each) {
    in.begin(desk_->chosen[i].about->name);
    each.restore(in);
    in.end();
  };
  for (auto const& sensor : sensors) {
    KIZASHI_TRY(auto* const team, desk_->team_of(sensor));
    for (std::size_t i = 0; i < team->size(); ++i)
      if ((*team)[i]) get(i, *(*team)[i]);
  }
  for (std::size_t i = 0; i < desk_->listeners.size(); ++i)
    if (desk_->listeners[i]) get(i, *desk_->listeners[i]);
  return in.failure();
}

}  // namespace kizashi::engine
