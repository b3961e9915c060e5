#include "kizashi/store/line_reader.hpp"

#include <gtest/gtest.h>

#include "kizashi/store/internal/temporary_store.hpp"

namespace {

using namespace kizashi;
using namespace kizashi::store;
using text_list = std::vector<std::string>;

struct seen {
  std::vector<line_column> columns;
  std::vector<text_list> rows;
  status outcome;
};

auto bytes_of(std::string_view text) -> std::span<std::uint8_t const> {
  return {reinterpret_cast<std::uint8_t const*>(text.data()), text.size()};
}

auto reader_into(seen& to) -> line_reader {
  return line_reader{[&](std::span<line_column const> columns) -> status {
                       to.columns.assign(columns.begin(), columns.end());
                       return {};
                     },
                     [&](std::span<line_cell const> cells) -> status {
                       text_list row;
                       for (auto const& each : cells)
                         row.emplace_back(each.is_null ? "(null)" : each.text);
                       to.rows.push_back(std::move(row));
                       return {};
                     }};
}

/// In pieces of `size` bytes.
auto read_lines(std::string_view text, std::size_t size = 1000) -> seen {
  seen out;
  auto reader = reader_into(out);
  for (; !text.empty() && out.outcome; text.remove_prefix(std::min(size, text.size())))
    out.outcome = reader.feed(bytes_of(text.substr(0, size)));
  if (out.outcome) out.outcome = reader.finish();
  return out;
}

TEST(LineReader, ReadsNamesTypesAndRows) {
  constexpr std::string_view text =
      "n\ta\\tb\nUInt8\tNullable(String)\n1\tx\\ty\\\\N\\n\\'\n20\t\\N\n3\t\n";
  for (std::size_t size = 1; size < text.size(); ++size) {
    auto const got = read_lines(text, size);
    ASSERT_TRUE(got.outcome) << got.outcome.error().message;
    ASSERT_EQ(got.columns.size(), 2U);
    EXPECT_EQ(got.columns[0].name, "n");
    EXPECT_EQ(got.columns[0].kind, line_kind::number);
    EXPECT_EQ(got.columns[1].name, "a\tb");
    EXPECT_EQ(got.columns[1].type, "Nullable(String)");
    EXPECT_EQ(got.columns[1].kind, line_kind::text);
    EXPECT_EQ(got.rows, (std::vector<text_list>{{"1", "x\ty\\N\n'"}, {"20", "(null)"}, {"3", ""}}));
  }
}

TEST(LineReader, LeavesNestedValuesAsLiterals) {
  auto const got = read_lines("l\nArray(String)\n['a\\tb','it\\'s']\n");
  EXPECT_EQ(got.rows, (std::vector<text_list>{{"['a\\tb','it\\'s']"}}));
}

TEST(LineReader, TakesAnAnswerWithoutRows) {
  auto const got = read_lines("n\nUInt8\n");
  EXPECT_TRUE(got.outcome);
  EXPECT_EQ(got.columns.size(), 1U);
  EXPECT_TRUE(got.rows.empty());
}

TEST(LineReader, RefusesWhatIsNoSuchAnswer) {
  EXPECT_EQ(read_lines("").outcome.error().message, "the answer ends in the middle of line 1");
  EXPECT_EQ(read_lines("a\tb\n").outcome.error().message,
            "the answer ends in the middle of line 2");
  EXPECT_EQ(read_lines("a\tb\nUInt8\n").outcome.error().message,
            "the answer names 2 columns and 1 types");
  constexpr auto odd = "line 3 of the answer does not have one value for each of 2 columns";
  EXPECT_EQ(read_lines("a\tb\nUInt8\tUInt8\n1\n").outcome.error().message, odd);
  EXPECT_EQ(read_lines("a\tb\nUInt8\tUInt8\n1\t2\t3\n").outcome.error().message, odd);
  EXPECT_EQ(read_lines("a\nUInt8\n1").outcome.error().message,
            "the answer ends in the middle of line 3");
}

TEST(LineReader, HandsOnTheFailureOfItsSink) {
  line_reader reader{[](auto) -> status { return {}; },
                     [](auto) -> status { return fail(errc::limit_reached, "enough"); }};
  auto const done = reader.feed(bytes_of("a\nUInt8\n1\n2\n"));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "enough");
}

TEST(LineReader, KnowsKinds) {
  for (auto const* const type :
       {"UInt8", "Int256", "Float32", "Decimal(18, 3)", "LowCardinality(Nullable(UInt16))",
        "Nullable(Int8)", "IntervalDay"})
    EXPECT_EQ(line_kind_of(type), line_kind::number) << type;
  for (auto const* const type : {"Bool", "Date", "DateTime('UTC')",
                                 "Nullable(DateTime64(6, 'UTC'))", "IPv4", "IPv6", "UUID"})
    EXPECT_EQ(line_kind_of(type), line_kind::literal) << type;
  for (auto const* const type : {"Array(UInt8)", "Tuple(a UInt8)", "Map(String, UInt8)", "Point"})
    EXPECT_EQ(line_kind_of(type), line_kind::nested) << type;
  for (auto const* const type : {"String", "FixedString(2)", "Enum8('Array(' = 1)", "JSON",
                                 "AggregateFunction(sum, UInt64)", "Later(1)"})
    EXPECT_EQ(line_kind_of(type), line_kind::text) << type;
}

class LineReaderStore : public store::internal::StoreTest {
protected:
  auto answer(std::string_view sql) -> seen {
    seen out;
    auto reader = reader_into(out);
    out.outcome = engine_->ask({sql, answer_form::named_lines, {}},
                               [&](auto piece) { return reader.feed(piece); });
    if (out.outcome) out.outcome = reader.finish();
    return out;
  }
};

TEST_F(LineReaderStore, ReadsEveryTypeAsTheEngineWritesIt) {
  auto const got = answer(
      "select 18446744073709551615, -1.5, toDecimal64(2.50, 2), true, NULL, '\\\\N',"
      " toIPv4('192.0.2.1'), toIPv6('2001:db8:0:0:1:0:0:1'), toIPv6('::ffff:192.0.2.1'),"
      " toDateTime64('2026-01-15 09:00:00.5', 6, 'Asia/Tokyo'), toDate('2026-01-15'),"
      " [toDateTime('2026-01-15 09:00:00')], map('a\\tb', 1), (1, 'x'), toLowCardinality('l'),"
      " cast('e', 'Enum8(\\'e\\' = 1)'), nan, toFixedString('JP', 3)");
  ASSERT_TRUE(got.outcome) << got.outcome.error().message;
  using namespace std::string_literals;
  EXPECT_EQ(got.rows, (std::vector<text_list>{
                          {"18446744073709551615", "-1.5", "2.5", "true", "(null)", "\\N",
                           "192.0.2.1", "2001:db8::1:0:0:1", "::ffff:192.0.2.1",
                           "2026-01-15T00:00:00.500000Z", "2026-01-15", "['2026-01-15T09:00:00Z']",
                           "{'a\\tb':1}", "(1,'x')", "l", "e", "nan", "JP\0"s}}));
}

TEST_F(LineReaderStore, ReadsALongAnswerWithOneHead) {
  auto const got = answer("select number as n, 'n' as UInt64 from numbers(200000)");
  ASSERT_TRUE(got.outcome) << got.outcome.error().message;
  ASSERT_EQ(got.rows.size(), 200000U);
  for (std::size_t i = 0; i < got.rows.size(); ++i)
    ASSERT_EQ(got.rows[i], (text_list{std::to_string(i), "n"}));
}

TEST_F(LineReaderStore, KnowsTheColumnsOfAnEmptyAnswer) {
  auto const got = answer("select 1 as one where 0");
  ASSERT_TRUE(got.outcome) << got.outcome.error().message;
  ASSERT_EQ(got.columns.size(), 1U);
  EXPECT_EQ(got.columns[0].name, "one");
}

}  // namespace
