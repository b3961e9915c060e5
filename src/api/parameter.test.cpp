#include "kizashi/api/parameter.hpp"

#include <gmock/gmock.h>

namespace kizashi::api {
namespace {

using ::testing::ElementsAre;

parameter const table[] = {
    {.name = "host",
     .kind = parameter_kind::network,
     .place = parameter_place::path,
     .is_required = true},
    {.name = "top", .kind = parameter_kind::number, .least = 1, .most = 10, .standard = "5"},
    {.name = "by", .kind = parameter_kind::choice, .choices = {"port", "source"}},
    {.name = "exact", .kind = parameter_kind::flag, .standard = "false"},
    {.name = "from", .kind = parameter_kind::minute},
    {.name = "at", .kind = parameter_kind::instant},
    {.name = "sensor", .is_repeated = true, .least = 1, .most = 4},
    {.name = "port", .kind = parameter_kind::number, .is_repeated = true, .most = 65535},
    {.name = "need", .is_required = true, .most = 3}};

struct outcome {
  arguments with;
  std::vector<mistake> mistakes;
};

auto read(std::vector<http::query_item> query, std::string_view host = "192.0.2.7") -> outcome {
  outcome out;
  path_value const path[] = {{"host", host}};
  out.with = read_arguments(table, path, query, out.mistakes);
  return out;
}

auto expected(std::vector<http::query_item> query, std::string_view host = "192.0.2.7")
    -> std::string {
  auto const out = read(std::move(query), host);
  return out.mistakes.size() == 1 ? out.mistakes[0].where + ": " + out.mistakes[0].expected
                                  : std::to_string(out.mistakes.size()) + " mistakes";
}

TEST(parameters, are_read) {
  auto const out = read({{"top", "10"},
                         {"by", "port"},
                         {"exact", "true"},
                         {"from", "2026-07-01"},
                         {"at", "2026-07-01T00:00:01.5Z"},
                         {"sensor", "a"},
                         {"sensor", "b"},
                         {"port", "23"},
                         {"need", ""}});
  ASSERT_TRUE(out.mistakes.empty());
  auto const& with = out.with;
  EXPECT_EQ(with.get<net::prefix>("host").to_string(), "192.0.2.7/32");
  EXPECT_EQ(with.get<std::uint64_t>("top"), 10U);
  EXPECT_EQ(with.get<std::string>("by"), "port");
  EXPECT_TRUE(with.get<bool>("exact"));
  EXPECT_EQ(with.time("from").to_string(), "2026-07-01T00:00:00.000000000Z");
  EXPECT_EQ(with.time("at").to_string(), "2026-07-01T00:00:01.500000000Z");
  EXPECT_THAT(with.get<std::vector<std::string>>("sensor"), ElementsAre("a", "b"));
  EXPECT_THAT(with.get<std::vector<std::uint64_t>>("port"), ElementsAre(23));
}

TEST(parameters, have_standards) {
  auto const out = read({{"need", "x"}});
  ASSERT_TRUE(out.mistakes.empty());
  EXPECT_EQ(out.with.get<std::uint64_t>("top"), 5U);
  EXPECT_FALSE(out.with.get<bool>("exact"));
  EXPECT_FALSE(out.with.has("by"));
  EXPECT_FALSE(out.with.time("from").is_known());
  EXPECT_TRUE(out.with.get<std::vector<std::string>>("sensor").empty());
}

TEST(parameters, say_what_is_expected) {
  http::query_item const need{"need", "x"};
  for (auto const* const each : {"0", "11", "-1", "+1", "1.0", " 1", "", "99999999999999999999"})
    EXPECT_EQ(expected({need, {"top", each}}), "query.top: a whole number, 1 to 10") << each;
  EXPECT_EQ(expected({need, {"by", "Port"}}), "query.by: one of port, source");
  EXPECT_EQ(expected({need, {"exact", "1"}}), "query.exact: true or false");
  EXPECT_EQ(expected({need, {"from", "2026-07-01T00:00:30Z"}}),
            "query.from: a date or a time in whole minutes by RFC 3339, from 1970 to 2262, such as "
            "2026-07-01 or "
            "2026-07-01T12:00Z");
  EXPECT_EQ(expected({need, {"at", "soon"}}),
            "query.at: a date or a time by RFC 3339, from 1970 to 2262, such as 2026-07-01 or "
            "2026-07-01T12:00:30Z");
  EXPECT_EQ(expected({need}, "192.0.2.1/24"),
            "path.host: an address or a prefix, such as 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32");
  EXPECT_EQ(expected({need, {"sensor", "abcde"}}), "query.sensor: a text of 1 to 4 bytes");
  EXPECT_EQ(expected({need, {"port", "65536"}}), "query.port: a whole number, 0 to 65535");
  EXPECT_EQ(expected({{"need", "abcd"}}), "query.need: a text of 0 to 3 bytes");
  EXPECT_EQ(expected({}), "query.need: it is missing; expected a text of 0 to 3 bytes");
  EXPECT_EQ(expected({need, {"by", "port"}, {"by", "port"}}),
            "query.by: it came more than once; expected once one of port, source");
  EXPECT_EQ(expected({need, {"tpo", "1"}}), "query.tpo: top, perhaps");
  EXPECT_EQ(expected({need, {"whatever", "1"}}),
            "query.whatever: one of top, by, exact, from, at, sensor, port, need");
  // What is in the path is not in the query.
  EXPECT_EQ(expected({need, {"host", "192.0.2.1"}}), "query.host: port, perhaps");
  std::vector<http::query_item> many(65, {"sensor", "a"});
  many.push_back(need);
  EXPECT_EQ(expected(std::move(many)),
            "query.sensor: expected at most 64 of them, each a text of 1 to 4 bytes");
  EXPECT_EQ(expected({{"top", "x"}, {"by", "y"}}), "3 mistakes");
}

}  // namespace
}  // namespace kizashi::api
