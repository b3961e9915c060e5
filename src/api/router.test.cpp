#include "kizashi/api/router.hpp"

#include <atomic>
#include <stdexcept>
#include <thread>

#include <gmock/gmock.h>

#include "kizashi/api/http/target.hpp"
#include "kizashi/api/job_list.hpp"
#include "kizashi/api/memory_access.hpp"

namespace kizashi::api {
namespace {

using http::method;
using ::testing::HasSubstr;

constexpr asset pages[] = {{"/index.html", "text/html", "<p>hello</p>"},
                           {"/a/x.js", "text/javascript", "1", true},
                           {"/a/y.js", "text/javascript", "plain", true, "packed"}};

class Router : public ::testing::Test {
protected:
  Router() {
    accounts_.add("t-guest", {.name = "g", .role = role::guest});
    accounts_.add("t-analyst", {.name = "a", .role = role::analyst});
    accounts_.add(
        "s-analyst",
        {.name = "s", .role = role::analyst, .login = login::session, .csrf_token = "csrf"});
  }

  auto routes() -> std::vector<route> {
    auto const says = [](std::string_view text) {
      return [text](call const&) {
        return http::response{200, "application/json", std::string{text}, {}};
      };
    };
    return {
        {.path = "/api/v1/open", .id = "getOpen", .needs = role::anyone, .answer = says("open")},
        {.path = "/api/v1/things/{thing}",
         .id = "getThing",
         .needs = role::analyst,
         .parameters = {{.name = "thing", .place = parameter_place::path, .is_required = true}},
         .answer = says("thing")},
        {.method = method::post,
         .path = "/api/v1/things",
         .id = "addThing",
         .needs = role::analyst,
         .body_limit = 100,
         .answer = says("added")},
        {.path = "/api/v1/broken",
         .id = "getBroken",
         .needs = role::anyone,
         .answer = [](call const&) -> http::response { throw std::runtime_error{"oh"}; }},
        {.path = "/api/v1/file",
         .id = "getFile",
         .needs = role::analyst,
         .is_audited = true,
         .answer = says("file")},
        {.path = "/api/v1/table",
         .id = "getTable",
         .needs = role::analyst,
         .answer =
             [](call const&) {
               return http::response{200, "text/csv; charset=utf-8", "a,b", {}};
             }},
        {.path = "/api/v1/closed", .id = "getClosed", .answer = says("closed")}};
  }

  auto request(method of, std::string target, std::vector<http::query_item> fields = {})
      -> http::request {
    http::request out;
    out.method = of;
    out.target = target;
    auto parsed = http::parse_target(target);
    out.segments = parsed->segments;
    out.query = parsed->query;
    for (auto const& [name, value] : fields) out.fields.add(name, value);
    return out;
  }

  auto ask(http::request const& of) -> http::response {
    auto admitted = router_.admit(of);
    return admitted.refusal ? *admitted.refusal : router_.answer(of);
  }
  auto status(method of, std::string target, std::vector<http::query_item> fields = {})
      -> unsigned {
    return ask(request(of, std::move(target), std::move(fields))).status;
  }

  memory_access accounts_;
  router router_{{routes(), accounts_, pages, {}}};
};

TEST_F(Router, finds_paths_as_they_are) {
  EXPECT_EQ(status(method::get, "/api/v1/open"), 200U);
  EXPECT_EQ(status(method::head, "/api/v1/open"), 200U);
  EXPECT_EQ(status(method::get, "/api/v1/Open"), 404U);
  EXPECT_EQ(status(method::get, "/api/v1"), 404U);
  EXPECT_EQ(status(method::get, "/api/v1/open/more"), 404U);
  auto const other = ask(request(method::put, "/api/v1/open"));
  EXPECT_EQ(other.status, 405U);
  EXPECT_EQ(other.fields.get("allow"), "OPTIONS, GET, HEAD");
  EXPECT_EQ(ask(request(method::options, "/api/v1/things")).fields.get("allow"), "OPTIONS, POST");
}

TEST_F(Router, denies_what_is_not_granted) {
  auto const as = [](std::string_view token) {
    return std::vector<http::query_item>{{"Authorization", "Bearer " + std::string{token}}};
  };
  EXPECT_EQ(status(method::get, "/api/v1/things/x"), 401U);
  EXPECT_EQ(status(method::get, "/api/v1/things/x", as("t-guest")), 403U);
  EXPECT_EQ(status(method::get, "/api/v1/things/x", as("t-analyst")), 200U);
  // What the table says nothing of is for administrators.
  EXPECT_EQ(status(method::get, "/api/v1/closed", as("t-analyst")), 403U);
  // Wrong credentials are not nobody's.
  EXPECT_EQ(status(method::get, "/api/v1/open", as("nix")), 401U);
  EXPECT_EQ(ask(request(method::get, "/api/v1/things/x")).fields.get("www-authenticate"), "Bearer");
  auto const audited = accounts_.audited();
  ASSERT_EQ(audited.size(), 5U);
  EXPECT_EQ(audited[1].principal + audited[1].operation + audited[1].target,
            "ggetThing/api/v1/things/x");
}

TEST_F(Router, tells_the_audit_log_what_leaves_the_house) {
  http::query_item const analyst{"Authorization", "Bearer t-analyst"};
  EXPECT_EQ(status(method::get, "/api/v1/open", {analyst}), 200U);
  EXPECT_EQ(status(method::get, "/api/v1/things/x", {analyst}), 200U);
  EXPECT_TRUE(accounts_.audited().empty()) << "who only looks leaves no row";
  EXPECT_EQ(status(method::get, "/api/v1/file", {analyst}), 200U);
  EXPECT_EQ(status(method::get, "/api/v1/table", {analyst}), 200U);
  auto const audited = accounts_.audited();
  ASSERT_EQ(audited.size(), 2U);
  EXPECT_EQ(audited[0].operation + audited[1].operation, "getFilegetTable");
}

TEST_F(Router, wants_a_csrf_token_of_sessions) {
  http::query_item const cookie{"Cookie", "other=1; kizashi=s-analyst"};
  http::query_item const type{"Content-Type", "application/json; charset=utf-8"};
  EXPECT_EQ(status(method::post, "/api/v1/things", {cookie, type}), 403U);
  EXPECT_EQ(status(method::post, "/api/v1/things", {cookie, type, {"X-CSRF-Token", "csrg"}}), 403U);
  EXPECT_EQ(status(method::post, "/api/v1/things", {cookie, type, {"X-CSRF-Token", ""}}), 403U);
  EXPECT_EQ(status(method::post, "/api/v1/things", {cookie, type, {"X-CSRF-Token", "csrf"}}), 200U);
  EXPECT_EQ(status(method::post, "/api/v1/things", {{"Authorization", "Bearer t-analyst"}, type}),
            200U);
  EXPECT_EQ(status(method::get, "/api/v1/things/x", {cookie}), 200U);
  // Over TLS it is another cookie, one that no other host can set.
  auto secure = request(method::get, "/api/v1/things/x", {cookie});
  secure.is_secure = true;
  EXPECT_EQ(ask(secure).status, 401U);
  secure = request(method::get, "/api/v1/things/x", {{"Cookie", "__Host-kizashi=s-analyst"}});
  secure.is_secure = true;
  EXPECT_EQ(ask(secure).status, 200U);
}

TEST_F(Router, takes_json_alone) {
  std::vector<http::query_item> fields{{"Authorization", "Bearer t-analyst"},
                                       {"Content-Length", "3"}};
  EXPECT_EQ(status(method::post, "/api/v1/things", fields), 415U);
  for (auto const* const type :
       {"text/plain", "application/x-www-form-urlencoded", "application/jsonx"}) {
    auto with = fields;
    with.push_back({"Content-Type", type});
    EXPECT_EQ(status(method::post, "/api/v1/things", with), 415U) << type;
  }
  fields.push_back({"Content-Type", "application/json"});
  EXPECT_EQ(status(method::post, "/api/v1/things", fields), 200U);
  EXPECT_EQ(router_.admit(request(method::post, "/api/v1/things", fields)).body_limit, 100U);
  fields.push_back({"Content-Encoding", "gzip"});
  EXPECT_EQ(status(method::post, "/api/v1/things", fields), 415U);
}

TEST_F(Router, keeps_to_rates) {
  accounts_.limit(2);
  http::query_item const token{"Authorization", "Bearer t-analyst"};
  EXPECT_EQ(status(method::get, "/api/v1/things/x", {token}), 200U);
  EXPECT_EQ(status(method::get, "/api/v1/things/x", {token}), 200U);
  auto const third = ask(request(method::get, "/api/v1/things/x", {token}));
  EXPECT_EQ(third.status, 429U);
  EXPECT_EQ(third.fields.get("retry-after"), "60");
}

TEST_F(Router, lets_secrets_be_tried_at_a_rate) {
  accounts_.limit(2);
  std::vector<http::query_item> const wrong{{"Authorization", "Bearer nix"}};
  EXPECT_EQ(status(method::get, "/api/v1/things/x", wrong), 401U);
  EXPECT_EQ(status(method::get, "/api/v1/things/x", wrong), 401U);
  EXPECT_EQ(status(method::get, "/api/v1/things/x", wrong), 429U);
}

TEST_F(Router, outlives_a_handler) {
  auto const answer = ask(request(method::get, "/api/v1/broken"));
  EXPECT_EQ(answer.status, 500U);
  EXPECT_THAT(answer.body, HasSubstr("getBroken failed, which is a mistake of the program: oh"));
}

TEST_F(Router, has_pages) {
  EXPECT_EQ(ask(request(method::get, "/")).body, "<p>hello</p>");
  EXPECT_EQ(ask(request(method::get, "/")).fields.get("cache-control"), "no-cache");
  EXPECT_EQ(ask(request(method::get, "/a/x.js")).content_type, "text/javascript");
  EXPECT_THAT(ask(request(method::get, "/a/x.js")).fields.get("cache-control"),
              HasSubstr("immutable"));
  EXPECT_EQ(status(method::get, "/a/%2Findex.html"), 404U);
  EXPECT_EQ(status(method::get, "/a/z.js"), 404U);
  EXPECT_EQ(status(method::post, "/index.html"), 405U);
}

TEST_F(Router, leaves_paths_that_are_no_files_to_the_pages) {
  EXPECT_EQ(ask(request(method::get, "/now?filter=port%20%3D%3D%2023")).body, "<p>hello</p>");
  EXPECT_EQ(ask(request(method::get, "/port/23")).content_type, "text/html");
  EXPECT_EQ(ask(request(method::get, "/address/192.0.2.7")).body, "<p>hello</p>");
  EXPECT_EQ(ask(request(method::get, "/prefix/192.0.2.0%2F24")).body, "<p>hello</p>");
  EXPECT_EQ(status(method::get, "/login.php"), 404U);
  EXPECT_EQ(status(method::get, "/.env"), 404U);
  EXPECT_EQ(status(method::get, "/api"), 404U);
  EXPECT_EQ(status(method::post, "/now"), 405U);
}

TEST_F(Router, sends_pages_as_they_were_packed) {
  auto const packed = ask(request(method::get, "/a/y.js", {{"Accept-Encoding", "gzip, br"}}));
  EXPECT_EQ(packed.body, "packed");
  EXPECT_EQ(packed.fields.get("content-encoding"), "gzip");
  EXPECT_EQ(packed.fields.get("vary"), "Accept-Encoding");
  for (auto const* const takes : {"", "br", "gzip;q=0"}) {
    auto const plain = ask(request(method::get, "/a/y.js", {{"Accept-Encoding", takes}}));
    EXPECT_EQ(plain.body, "plain") << takes;
    EXPECT_EQ(plain.fields.count("content-encoding"), 0U);
  }
}

TEST(accept, of_kinds) {
  EXPECT_TRUE(is_acceptable("", "text/csv"));
  EXPECT_TRUE(is_acceptable("application/json, text/*;q=0.5", "text/csv"));
  EXPECT_TRUE(is_acceptable("*/*;q=0.1", "text/csv"));
  EXPECT_FALSE(is_acceptable("application/json", "text/csv"));
  EXPECT_FALSE(is_acceptable("text/csv;q=0", "text/csv"));
  EXPECT_FALSE(is_acceptable("text/csv; q=0.0", "text/csv"));
}

TEST(cookies, of_sessions) {
  EXPECT_EQ(session_cookie("abc", true, std::chrono::hours{1}),
            "__Host-kizashi=abc; Path=/; Max-Age=3600; HttpOnly; SameSite=Strict; Secure");
  EXPECT_EQ(session_cookie("", false, std::chrono::hours{1}),
            "kizashi=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict");
}

TEST(jobs, have_an_owner_and_bounds) {
  job_list jobs{{.threads = 1, .most_per_owner = 2, .most_rows = 3}};
  auto const id = jobs.add("a", "select", [](job_output& out) -> status {
    out.set_columns({"n"});
    for (auto i = 0; i < 5; ++i) KIZASHI_TRY(out.add_row(std::to_string(i)));
    return {};
  });
  ASSERT_TRUE(id);
  while (jobs.look("a", *id)->state != job_state::done) std::this_thread::yield();
  auto const seen = *jobs.look("a", *id);
  EXPECT_EQ(seen.rows, 3U);
  EXPECT_TRUE(seen.is_cut);
  EXPECT_THAT(*jobs.rows("a", *id, 1, 10), ::testing::ElementsAre("1", "2"));
  EXPECT_TRUE(jobs.rows("a", *id, 10, 10)->empty());
  EXPECT_EQ(jobs.look("b", *id).error().message, "there is no such job, or no longer");
  EXPECT_FALSE(jobs.remove("b", *id));
  EXPECT_TRUE(jobs.remove("a", *id));
  EXPECT_FALSE(jobs.look("a", *id));
}

TEST(jobs, end_when_they_are_taken_away) {
  job_list jobs{{.threads = 1, .most_jobs = 3, .most_per_owner = 2}};
  std::atomic<bool> has_ended{false};
  auto const wait = [&](job_output& out) -> status {
    while (!out.wants_stop()) std::this_thread::yield();
    has_ended = true;
    return fail(errc::interrupted, "stopped");
  };
  auto const first = jobs.add("a", "one", wait);
  // One that still waits would be taken away without having run.
  while (jobs.look("a", *first)->state != job_state::running) std::this_thread::yield();
  ASSERT_TRUE(jobs.add("a", "two", wait));
  EXPECT_EQ(jobs.add("a", "three", wait).error().message,
            "2 of your jobs wait or run already; end one of them first");
  ASSERT_TRUE(jobs.add("b", "four", wait));
  EXPECT_EQ(jobs.add("c", "five", wait).error().message,
            "there are as many jobs as the program keeps; take one away that is done");
  auto const newest_first = jobs.all_of("a");
  ASSERT_EQ(newest_first.size(), 2U);
  EXPECT_EQ(newest_first.front().text, "two");
  EXPECT_TRUE(jobs.remove("a", *first));
  while (!has_ended) std::this_thread::yield();
  jobs.stop();
}

}  // namespace
}  // namespace kizashi::api
