// Questions in SQL, as jobs.
#include <fmt/format.h>

#include "kizashi/api/handlers/handlers.hpp"
#include "kizashi/api/handlers/store_call.hpp"
#include "kizashi/base/text.hpp"

namespace kizashi::api {
namespace {

using answer::json;

constexpr std::size_t most_sql = std::size_t{64} << 10;

struct job_request {
  std::string sql;
  std::uint64_t seconds = 600;
};

auto read_request(json const& body, std::vector<mistake>& mistakes) -> job_request {
  job_request out;
  for (auto const& [name, value] : body.items()) {
    if (name == "sql" && value.is_string()) {
      out.sql = value.get<std::string>();
    } else if (name == "seconds" && value.is_number_unsigned()) {
      out.seconds = value.get<std::uint64_t>();
    } else {
      mistakes.push_back({"body." + name, answer::text_of(value),
                          name == "sql"       ? "a text"
                          : name == "seconds" ? "a whole number, 1 to 3600"
                                              : "one of sql, seconds"});
    }
  }
  if (mistakes.empty() && trim(out.sql).empty())
    mistakes.push_back({"body.sql", {}, "a question in SQL"});
  if (out.seconds < 1 || out.seconds > 3600)
    mistakes.push_back(
        {"body.seconds", fmt::format("{}", out.seconds), "a whole number, 1 to 3600"});
  return out;
}

auto job_json(job_view const& of) -> json {
  json out{{"schema", "kizashi-job/1"}, {"id", of.id}, {"sql", of.text}};
  out["state"] = name_of(of.state);
  out["failure"] = answer::name_json(of.failure);
  out["columns"] = of.columns;
  out["rows"] = of.rows;
  out["bytes"] = of.bytes;
  out["cut"] = of.is_cut;
  out["waited_seconds"] = static_cast<double>(of.waited.count()) / 1000;
  out["ran_seconds"] = static_cast<double>(of.ran.count()) / 1000;
  return out;
}

/// Lines of an answer, cut out of the pieces it comes in.
class line_cutter {
public:
  explicit line_cutter(job_output& out) : out_{out} {}
  auto feed(std::span<std::uint8_t const> piece) -> status {
    rest_.append(reinterpret_cast<char const*>(piece.data()), piece.size());
    std::size_t begin = 0;
    for (auto end = rest_.find('\n'); end != std::string::npos; end = rest_.find('\n', begin)) {
      KIZASHI_TRY(take(rest_.substr(begin, end - begin)));
      begin = end + 1;
    }
    rest_.erase(0, begin);
    return {};
  }

private:
  auto take(std::string line) -> status {
    if (is_first_) {
      auto const row = json::parse(line, nullptr, false);
      std::vector<std::string> names;
      for (auto const& each : row.items()) names.push_back(each.key());
      out_.set_columns(std::move(names));
      is_first_ = false;
    }
    return out_.add_row(std::move(line));
  }
  job_output& out_;
  std::string rest_;
  bool is_first_ = true;
};

auto add_job(observatory const& in, job_list& jobs, call const& of) -> result<http::response> {
  if (!in.engine) return fail(errc::io_error, "there is no store to ask");
  // A question in SQL sees every row and every column.
  if (!of.who.scope.is_everything || !of.who.has_destinations)
    return fail(errc::permission,
                "a question in SQL sees everything that the store has, destinations too; your "
                "account does not");
  KIZASHI_TRY(auto const body, parse_body(of.request.body));
  std::vector<mistake> mistakes;
  auto const wanted = read_request(body, mistakes);
  if (!mistakes.empty()) return problem(400, "the body is not as expected", mistakes);
  auto limits = in.limits;
  limits.time = std::chrono::seconds{wanted.seconds};
  KIZASHI_TRY(auto const id,
              jobs.add(of.who.name, wanted.sql,
                       [engine = in.engine, sql = wanted.sql, limits](job_output& out) {
                         line_cutter lines{out};
                         return engine->ask({sql, store::answer_form::json_lines, limits,
                                             [&out] { return out.wants_stop(); }},
                                            [&](auto piece) { return lines.feed(piece); });
                       }));
  KIZASHI_TRY(auto const made, jobs.look(of.who.name, id));
  auto answer = json_response(job_json(made));
  answer.status = 202;
  answer.fields.add("Location", fmt::format("/api/v1/jobs/{}", id));
  return answer;
}

auto list_jobs(job_list const& jobs, call const& of) -> http::response {
  json out{{"schema", "kizashi-jobs/1"}, {"rows", json::array()}};
  for (auto const& each : jobs.all_of(of.who.name)) out["rows"].push_back(job_json(each));
  return json_response(out);
}

auto look_at_job(job_list const& jobs, call const& of) -> result<http::response> {
  KIZASHI_TRY(auto const found, jobs.look(of.who.name, of.with.get<std::string>("job")));
  return json_response(job_json(found));
}

auto rows_of_job(job_list const& jobs, call const& of) -> result<http::response> {
  auto const& id = of.with.get<std::string>("job");
  auto const first = of.with.get<std::uint64_t>("first");
  KIZASHI_TRY(auto const found, jobs.look(of.who.name, id));
  KIZASHI_TRY(auto const rows,
              jobs.rows(of.who.name, id, first, of.with.get<std::uint64_t>("limit")));
  json out{{"schema", "kizashi-job-rows/1"}, {"id", id}};
  out["state"] = name_of(found.state);
  out["cut"] = found.is_cut;
  out["columns"] = found.columns;
  out["first"] = first;
  auto const behind = first + rows.size();
  bool const has_more = behind < found.rows || found.state < job_state::done;
  out["next"] = has_more ? json(behind) : json(nullptr);
  auto text = answer::text_of(out);
  // The rows are JSON already.
  text.insert(text.size() - 1, fmt::format(",\"rows\":[{}]", fmt::join(rows, ",")));
  return json_response(text + "\n");
}

auto remove_job(job_list& jobs, call const& of) -> result<http::response> {
  KIZASHI_TRY(jobs.remove(of.who.name, of.with.get<std::string>("job")));
  return http::response{204, {}, {}, {}};
}

auto job_parameter() -> parameter {
  return {.name = "job",
          .help = "The id of a job.",
          .place = parameter_place::path,
          .is_required = true,
          .least = 32,
          .most = 32};
}

auto rows_route(std::string_view tag) -> route {
  return {.path = "/api/v1/jobs/{job}/rows",
          .id = "getJobRows",
          .summary = "Rows that a job has found so far.",
          .needs = role::analyst,
          .parameters = {job_parameter(),
                         {.name = "first",
                          .kind = parameter_kind::number,
                          .help = "How many rows to leave out; `next` of the page before.",
                          .most = 1'000'000,
                          .standard = "0"},
                         {.name = "limit",
                          .kind = parameter_kind::number,
                          .help = "Rows of a page.",
                          .least = 1,
                          .most = 10'000,
                          .standard = "1000"}},
          .answer_schema = "job_rows",
          .tag = tag};
}

}  // namespace

auto job_routes(observatory const& in, job_list& jobs) -> std::vector<route> {
  constexpr auto tag = "Jobs";
  route add{.method = http::method::post,
            .path = "/api/v1/jobs",
            .id = "addJob",
            .summary = "Ask a question in SQL (docs/query.md) that may take long.",
            .needs = role::analyst,
            .cost = 10,
            .is_audited = true,
            .body_limit = most_sql,
            .body_schema = "job_request",
            .answer_schema = "job",
            .success = 202,
            .tag = tag};
  add.answer = [&](call const& of) { return answered(add_job(in, jobs, of)); };
  route list{.path = "/api/v1/jobs",
             .id = "listJobs",
             .summary = "Your jobs, the newest first.",
             .needs = role::analyst,
             .is_quick = true,
             .answer_schema = "jobs",
             .tag = tag};
  list.answer = [&](call const& of) { return list_jobs(jobs, of); };
  route look{.path = "/api/v1/jobs/{job}",
             .id = "getJob",
             .summary = "How far a job is.",
             .needs = role::analyst,
             .is_quick = true,
             .parameters = {job_parameter()},
             .answer_schema = "job",
             .tag = tag};
  look.answer = [&](call const& of) { return answered(look_at_job(jobs, of)); };
  auto rows = rows_route(tag);
  rows.answer = [&](call const& of) { return answered(rows_of_job(jobs, of)); };
  route remove{.method = http::method::remove,
               .path = "/api/v1/jobs/{job}",
               .id = "removeJob",
               .summary = "End a job, if it runs, and forget it.",
               .needs = role::analyst,
               .is_quick = true,
               .parameters = {job_parameter()},
               .success = 204,
               .tag = tag};
  remove.answer = [&](call const& of) { return answered(remove_job(jobs, of)); };
  return {add, list, look, rows, remove};
}

auto job_event(job_view const& of) -> live::event {
  auto data = job_json(of);
  for (auto const* const large : {"sql", "columns"}) data.erase(large);
  return {.topic = "job", .data = answer::text_of(data), .owner = of.owner};
}

}  // namespace kizashi::api
