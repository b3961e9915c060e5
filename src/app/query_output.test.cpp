#include "kizashi/app/query_output.hpp"

#include <gtest/gtest.h>

namespace {

using namespace kizashi;
using namespace kizashi::app;

auto bytes_of(std::string_view text) -> std::span<std::uint8_t const> {
  return {reinterpret_cast<std::uint8_t const*>(text.data()), text.size()};
}

constexpr std::string_view answer =
    "n\tname\tlist\nUInt8\tNullable(String)\tArray(String)\n"
    "7\t=a,\"\\nb\t['x','y']\n"
    "10\t\\N\t[]\n"
    "11\t\t['']\n";

auto written(query_output& output, string_sink const& out, std::string_view pieces = answer)
    -> std::string {
  auto const taken = output.write(bytes_of(pieces));
  if (!taken && !output.is_full()) return taken.error().message;
  auto const done = output.finish();
  return done ? out.text : done.error().message;
}

TEST(QueryOutput, WritesCsv) {
  string_sink out;
  auto const output = make_csv_output(out);
  EXPECT_EQ(output->form(), store::answer_form::named_lines);
  EXPECT_EQ(written(*output, out),
            "n,name,list\n7,\"'=a,\"\"\nb\",\"['x','y']\"\n10,,[]\n11,\"\",['']\n");
}

TEST(QueryOutput, WritesATable) {
  string_sink out;
  EXPECT_EQ(written(*make_table_output({}, out), out),
            "   n  name    list\n"
            "   7  =a,\"?b  ['x','y']\n"
            "  10  NULL    []\n"
            "  11          ['']\n"
            "3 rows\n");
}

TEST(QueryOutput, EndsATableWhenItIsFullAndSaysSo) {
  constexpr std::string_view note =
      "the first 2 rows; there are more: narrow the question, or take all with --format csv\n";
  text_style const wide{.width = 100};
  string_sink rows;
  EXPECT_EQ(written(*make_table_output(wide, rows, {.rows = 2}), rows),
            "   n  name    list\n   7  =a,\"?b  ['x','y']\n  10  NULL    []\n" + std::string{note});
  string_sink bytes;  // 1 + 6 + 9 of the first row, 2 + 4 + 2 of the second
  EXPECT_TRUE(written(*make_table_output(wide, bytes, {.bytes = 23}), bytes).ends_with(note));
  string_sink enough;
  EXPECT_TRUE(
      written(*make_table_output(wide, enough, {.bytes = 24}), enough).ends_with("3 rows\n"));
}

TEST(QueryOutput, IsNotFullWithAllOfItsRows) {
  string_sink out;
  EXPECT_TRUE(written(*make_table_output({}, out, {.rows = 3}), out).ends_with("3 rows\n"));
}

TEST(QueryOutput, CutsALongValueOfATable) {
  string_sink out;
  EXPECT_EQ(
      written(*make_table_output({}, out, {.cell = 3}), out, "s\nString\nabc\nabcd\n兆兆兆兆\n"),
      "  s\n  abc\n  ab…\n  兆兆…\n3 rows\n");
}

TEST(QueryOutput, SaysWhenTheAnswerIsCut) {
  string_sink out;
  EXPECT_EQ(written(*make_csv_output(out), out, "a\nUInt8\n1"),
            "the answer ends in the middle of line 3");
  EXPECT_EQ(written(*make_table_output({}, out), out, "a\n"),
            "the answer ends in the middle of line 2");
}

TEST(QueryOutput, HandsJsonLinesOn) {
  string_sink out;
  auto const output = make_json_lines_output(out);
  EXPECT_EQ(output->form(), store::answer_form::json_lines);
  EXPECT_EQ(written(*output, out, "{\"a\":1}\n"), "{\"a\":1}\n");
}

}  // namespace
