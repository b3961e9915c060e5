#include "kizashi/app/store_question.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "kizashi/app/command.hpp"
#include "kizashi/app/filter_option.hpp"
#include "kizashi/app/open_store.hpp"
#include "kizashi/app/place_file.hpp"
#include "kizashi/app/report_page.hpp"
#include "kizashi/app/terminal.hpp"
#include "kizashi/store/schema.hpp"

namespace kizashi::app {
namespace {

auto named_time(std::string const& option, std::string const& text) -> result<timestamp> {
  if (text.empty()) return timestamp::unknown();
  auto time = parse_time(text);
  if (!time) return fail(time.error().code, fmt::format("{}: {}", option, time.error().message));
  if (time->nanoseconds() % 60'000'000'000 != 0)
    return fail(errc::out_of_range,
                fmt::format("{}: {} cuts a minute; a store counts by minute: expected a time "
                            "without seconds",
                            option, text));
  return time;
}

auto sensors_of(question_choice const& choice, std::map<std::uint16_t, std::string> const& names)
    -> result<std::vector<std::uint16_t>> {
  std::vector<std::uint16_t> numbers;
  for (auto const& wanted : choice.sensors) {
    auto const found =
        std::ranges::find_if(names, [&](auto const& each) { return each.second == wanted; });
    if (found == names.end()) {
      std::vector<std::string> known;
      for (auto const& each : names) known.push_back(each.second);
      return fail(errc::not_found,
                  fmt::format("there is no sensor \"{}\" in {}; expected {}", wanted, choice.store,
                              known.empty() ? "none: the store is empty"
                                            : fmt::format("one of {}", fmt::join(known, ", "))));
    }
    numbers.push_back(found->first);
  }
  return numbers;
}

/// The filter of packets as one of scan events, where these have all of its fields.
auto events_filter_of(store_question const& question)
    -> std::shared_ptr<store::stored_filter const> {
  auto const& where = question.filter.where;
  if (!where) return nullptr;
  auto bound = store::bind_filter(*question.engine, where->expression(), filter::target::events,
                                  question.options.ask);
  return bound ? std::make_shared<store::stored_filter const>(std::move(*bound)) : nullptr;
}

}  // namespace

void add_question_options(CLI::App& command, question_choice& choice) {
  command.add_option("--store", choice.store, "The folder of the store")
      ->required()
      ->type_name("DIR");
  command
      .add_option("--sensor", choice.sensors,
                  "Only packets that this sensor saw; may be repeated (default: all sensors)")
      ->type_name("NAME")
      ->expected(1)
      ->take_all();
  add_filter_option(command, choice.filter);
  command
      .add_option("--place", choice.place,
                  "Table of countries and ASes (default: place.table beside the program)")
      ->type_name("FILE");
}

void add_store_options(CLI::App& command, question_choice& choice) {
  add_question_options(command, choice);
  command
      .add_option("--from", choice.from,
                  "Only packets since then: 2026-07-01 or 2026-07-01T12:00Z (UTC)")
      ->type_name("TIME");
  command
      .add_option("--to", choice.to, "Only packets before then; the time itself is not included")
      ->type_name("TIME");
  command
      .add_option("--top", choice.top,
                  "Rows of each list, those with most packets; 0: all "
                  "(default 10)")
      ->check(CLI::Range(std::size_t{0}, std::size_t{1'000'000'000}))
      ->type_name("NUMBER");
  command.add_flag("--json", choice.is_json, "Print one JSON document");
}

auto filter_of(question_choice const& choice) -> result<store::packet_filter> {
  store::packet_filter wanted;
  KIZASHI_TRY(wanted.from, named_time("--from", choice.from));
  KIZASHI_TRY(wanted.to, named_time("--to", choice.to));
  if (wanted.to.is_known() && wanted.from.is_known() && wanted.to <= wanted.from)
    return fail(errc::out_of_range,
                fmt::format("--to {} is not after --from {}; expected a later time, which itself "
                            "is not included",
                            choice.to, choice.from));
  KIZASHI_TRY(wanted_filter(choice.filter, filter::target::packets));
  return wanted;
}

auto open_question(question_choice const& choice, std::string const& command)
    -> result<store_question> {
  store_question question;
  question.store = choice.store;
  question.sensors = choice.sensors;
  KIZASHI_TRY(question.filter, filter_of(choice));
  KIZASHI_TRY(auto places, open_places(choice.place, question.place_hint));
  question.places = std::make_shared<recognise::place_table const>(std::move(places));
  KIZASHI_TRY(question.engine, open_store_to_ask(choice.store, command));
  KIZASHI_TRY(store::prepare_schema(*question.engine));  // an older store has fewer tables
  question.options.top = choice.top;
  question.options.ask.wants_stop = is_stop_wanted;
  KIZASHI_TRY(question.sensor_names,
              store::stored_names(*question.engine, "sensor", question.options.ask));
  KIZASHI_TRY(question.filter.sensors, sensors_of(choice, question.sensor_names));
  KIZASHI_TRY(question.filter.where,
              stored_filter_of(*question.engine, choice.filter, question.options.ask));
  question.filter.events_where = events_filter_of(question);
  return question;
}

auto say_unanswered(error const& what) -> int {
  if (is_stop_wanted())
    return say_failure({errc::io_error, "stopped before the answer was complete"});
  // Who reads the first lines only has not made a mistake.
  return what.code == errc::interrupted ? exit_done : say_failure(what);
}

}  // namespace kizashi::app
