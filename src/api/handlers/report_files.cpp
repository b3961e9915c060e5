#include "kizashi/api/report_files.hpp"

#include "kizashi/api/handlers/store_call.hpp"
#include "kizashi/paper/document.hpp"
#include "kizashi/paper/files.hpp"

namespace kizashi::api {
namespace {

auto expect_everything(call const& of) -> status {
  if (of.who.scope.is_everything) return {};
  return fail(errc::permission,
              "written reports tell of the whole store, of which this account may see a part; GET "
              "/api/v1/report makes one of that part");
}

auto file_json(paper::stored_file const& of) -> answer::json {
  auto const& period = of.what.period;
  auto const& language = of.what.language;
  return {{"file", of.what.name()},
          {"period", paper::period_json(period)},
          {"format", paper::name_of(of.what.form)},
          {"language", language ? answer::json(paper::code_of(*language)) : answer::json(nullptr)},
          {"bytes", of.bytes},
          {"written", answer::time_json(of.written)}};
}

auto answer_files(std::filesystem::path const& folder, call const& of) -> result<http::response> {
  KIZASHI_TRY(expect_everything(of));
  KIZASHI_TRY(auto const found, paper::list_files(folder));
  answer::json out{{"schema", "kizashi-reports/1"}, {"kizashi", answer::version()}};
  out["rows"] = answer::json::array();
  for (auto const& each : found) out["rows"].push_back(file_json(each));
  return json_response(out);
}

auto answer_file(std::filesystem::path const& folder, call const& of) -> result<http::response> {
  KIZASHI_TRY(expect_everything(of));
  auto const& name = of.with.get<std::string>("file");
  auto const what = paper::parse_file_name(name);
  if (!what)
    return fail(errc::not_found,
                "there is no such report; GET /api/v1/reports lists those that "
                "were written");
  KIZASHI_TRY(auto content, paper::read_file(folder, *what));
  http::response out{200, std::string{paper::media_type_of(what->form)}, std::move(content), {}};
  bool const is_html = what->form == paper::file_form::html;
  if (is_html) out.fields.add("Content-Security-Policy", policy_of_report_files);
  out.fields.add("Content-Disposition",
                 fmt::format("{}; filename=\"{}\"", is_html ? "inline" : "attachment", name));
  return out;
}

}  // namespace

auto report_file_routes(std::filesystem::path folder) -> std::vector<route> {
  route all{.path = "/api/v1/reports",
            .id = "listReports",
            .summary = "The reports that were written on schedule, the newest periods first.",
            .needs = role::viewer,
            .answer_schema = "reports",
            .tag = "Questions"};
  all.answer = [folder](call const& of) { return answered(answer_files(folder, of)); };
  route one{.path = "/api/v1/reports/{file}",
            .id = "getReportFile",
            .summary = "One of them: HTML, PDF, or JSON as GET /api/v1/report answered it.",
            .needs = role::viewer,
            .is_audited = true,
            .parameters = {{.name = "file",
                            .help = "Its name.",
                            .place = parameter_place::path,
                            .is_required = true,
                            .least = 1,
                            .most = 64,
                            .example = "kizashi-2026-01.en.html"}},
            .media_types = {"application/json", "text/html", "application/pdf"},
            .tag = "Questions"};
  one.answer = [folder](call const& of) { return answered(answer_file(folder, of)); };
  return {all, one};
}

}  // namespace kizashi::api
