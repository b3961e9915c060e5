#include "kizashi/api/handlers/paging.hpp"

#include "kizashi/api/cursor.hpp"
#include "kizashi/api/handlers/store_call.hpp"

namespace kizashi::api {

auto paging_parameters(std::uint64_t most_rows) -> std::vector<parameter> {
  return {{.name = "order",
           .kind = parameter_kind::choice,
           .help = "Which rows come first.",
           .standard = "newest",
           .choices = {"newest", "oldest"}},
          {.name = "limit",
           .kind = parameter_kind::number,
           .help = "Rows of a page.",
           .least = 1,
           .most = most_rows,
           .standard = "100"},
          {.name = "cursor",
           .help = "`next` of the page before: the rows behind it.",
           .least = 1,
           .most = 200},
          format_parameter()};
}

auto question_digest(call const& of, answer::asked const& question, std::string_view id)
    -> std::uint64_t {
  std::vector<std::string> parts{std::string{id}, answer::text_of(*question.scope)};
  for (auto const& each : of.request.query)
    if (each.name != "cursor" && each.name != "limit" && each.name != "format")
      parts.push_back(each.name + "=" + each.value);
  return digest_of(parts);
}

auto place_in_list(call const& of, std::uint64_t digest) -> result<std::vector<std::uint64_t>> {
  if (!of.with.has("cursor")) return std::vector<std::uint64_t>{};
  KIZASHI_TRY(auto place, parse_cursor(of.with.get<std::string>("cursor")));
  if (place.question != digest)
    return fail(errc::parse_error,
                "the cursor belongs to another question; expected the one of the answer before, "
                "with the same parameters");
  return std::move(place.key);
}

auto cursor_behind(std::uint64_t digest, std::vector<std::uint64_t> const& next) -> std::string {
  return next.empty() ? std::string{} : to_text({digest, next});
}

auto csv_page(std::string text, std::string const& next) -> http::response {
  http::response out{200, "text/csv; charset=utf-8", std::move(text), {}};
  if (!next.empty()) out.fields.add("X-Next-Cursor", next);
  return out;
}

}  // namespace kizashi::api
