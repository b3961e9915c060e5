// How much of what, and what is known of an address.
#include "kizashi/answer/statistics.hpp"

#include <algorithm>

#include "kizashi/answer/host.hpp"
#include "kizashi/api/handlers/handlers.hpp"
#include "kizashi/api/handlers/store_call.hpp"

namespace kizashi::api {
namespace {

auto answer_statistics(observatory const& in, call const& of) -> result<http::response> {
  KIZASHI_TRY(auto question, question_of(in, of));
  KIZASHI_TRY(filter_packets(in, of, question));
  question.options.top = of.with.get<std::uint64_t>("top");
  question.options.has_exact_sources = of.with.get<bool>("exact");
  auto const by = of.with.get_or("by", std::string{});
  auto const kind = answer::group_named(by);
  // A day's hours are of use as a whole.
  if (kind && is_in_time(*kind)) question.options.top = 0;
  // From the tables with a row for each source.
  if (!question.filter.sources.empty()) question.options.has_exact_sources = true;
  answer::statistics_answer found{question, by, kind.value_or(store::group_by::port), {}, {}};
  if (kind == store::group_by::tool || kind == store::group_by::scanner) {
    auto const* const names = kind == store::group_by::tool ? "fingerprint" : "scanner";
    KIZASHI_TRY(question.tag_names, store::stored_names(*in.engine, names, question.options.ask));
  }
  KIZASHI_TRY(
      answer::ask_statistics(*in.engine, found, of.with.get<std::vector<std::string>>("compare")));
  answer::string_sink out;
  if (wants_csv(of)) {
    if (!kind)
      return fail(errc::parse_error, "CSV has rows; expected the parameter \"by\" as well");
    KIZASHI_TRY(write_csv(found, out));
    return http::response{200, "text/csv; charset=utf-8", std::move(out.text), {}};
  }
  KIZASHI_TRY(write_json(found, out));
  return json_response(std::move(out.text));
}

auto answer_host(observatory const& in, call const& of) -> result<http::response> {
  auto const& who = of.with.get<net::prefix>("host");
  KIZASHI_TRY(auto question, question_of(in, of));
  if (!is_within(who, of.who.scope))
    return fail(errc::not_found, "nothing is known of this address");
  question.options.top = of.with.get<std::uint64_t>("top");
  // All of them are of `who`, which lies within.
  question.filter.sources.clear();
  auto& engine = *in.engine;
  answer::host_answer found{question, who, {}, {}, {}};
  KIZASHI_TRY(found.profile, store::profile_of(engine, who, question.filter, question.options));
  KIZASHI_TRY(found.scanners, store::stored_names(engine, "scanner", question.options.ask));
  KIZASHI_TRY(found.fingerprints, store::stored_names(engine, "fingerprint", question.options.ask));
  if (!of.who.scope.is_nothing()) {
    KIZASHI_TRY(found.findings,
                answer::findings_of_host(engine, question, who, finding_scope_of(of.who.scope)));
  }
  answer::string_sink out;
  KIZASHI_TRY(write_json(found, out));
  return json_response(std::move(out.text));
}

auto top_parameter(std::string_view help) -> parameter {
  return {.name = "top",
          .kind = parameter_kind::number,
          .help = help,
          .least = 1,
          .most = 10'000,
          .standard = "10"};
}

auto host_route(observatory const& in) -> route {
  route out{.path = "/api/v1/hosts/{host}",
            .id = "getHost",
            .summary = "What is known of an address or a prefix, as a source.",
            .needs = role::viewer,
            .cost = 5,
            .answer_schema = "host",
            .tag = "Questions"};
  out.parameters = {{.name = "host",
                     .kind = parameter_kind::network,
                     .help = "The slash of a prefix is written %2F.",
                     .place = parameter_place::path,
                     .is_required = true,
                     .example = "192.0.2.0/24"},
                    sensor_parameter(),
                    from_parameter(parameter_kind::minute),
                    to_parameter(parameter_kind::minute),
                    top_parameter("Rows of each list at most; hours and days come all of them.")};
  out.answer = [&in](call const& of) { return answered(answer_host(in, of)); };
  return out;
}

}  // namespace

auto statistics_routes(observatory const& in) -> std::vector<route> {
  route statistics{.path = "/api/v1/statistics",
                   .id = "getStatistics",
                   .summary =
                       "How many packets, bytes and sources there were: in all, and by port, "
                       "source, country, AS, protocol, time, sensor, tool, class or known scanner.",
                   .needs = role::viewer,
                   .cost = 5,
                   .media_types = {"application/json", "text/csv"},
                   .answer_schema = "statistics",
                   .tag = "Questions"};
  statistics.parameters = {
      {.name = "by",
       .kind = parameter_kind::choice,
       .help =
           "Rows by this. Without: totals alone. Minutes (of three days at most), hours and days "
           "come all of them, in the order of time; of all others those with most packets "
           "first. A packet that several tools' fingerprints fit is in the row of each.",
       .choices = {std::begin(answer::group_names), std::end(answer::group_names)}},
      sensor_parameter(),
      from_parameter(parameter_kind::minute),
      to_parameter(parameter_kind::minute),
      filter_parameter(),
      top_parameter("Rows at most."),
      {.name = "exact",
       .kind = parameter_kind::flag,
       .help = "Count different sources one by one, which takes longer. Without: exact to 1,000, "
               "within about 1 % above.",
       .standard = "false"},
      {.name = "compare",
       .kind = parameter_kind::choice,
       .help = "The same span a day or a week before as well; may be repeated or joined by commas. "
               "Needs from and to.",
       .is_repeated = true,
       .choices = {std::begin(answer::span_names), std::end(answer::span_names)}},
      format_parameter()};
  statistics.answer = [&in](call const& of) { return answered(answer_statistics(in, of)); };
  return {statistics, host_route(in)};
}

}  // namespace kizashi::api
