#include "kizashi/store/engine_error.hpp"

#include <gtest/gtest.h>

namespace {

using namespace kizashi;
using namespace kizashi::store;

auto cleaned(std::string_view message, std::string_view sql = "") -> std::string {
  return engine_failure(message, sql).message;
}

// The messages are those of ClickHouse 26.7.2 (embedded) and 18.16.1 (server), shortened where they
// list what could have stood there.
TEST(EngineFailure, SaysWhereTheStatementGoesWrong) {
  EXPECT_EQ(cleaned("Code: 62. DB::Exception: Syntax error: failed at position 7 (1): 1. Expected "
                    "one of: token sequence, Dot, end of query. (SYNTAX_ERROR)",
                    "selec 1"),
            "SQL:1:7: not expected here: 1");
  EXPECT_EQ(
      cleaned("Code: 62, e.displayText() = DB::Exception: Syntax error: failed at position 21 "
              "(line 2, col 14): system.one. Expected one of: PREWHERE, LIMIT, e.what() = "
              "DB::Exception",
              "select\n  count form system.one"),
      "SQL:2:14: not expected here: system.one");
}

TEST(EngineFailure, DoesNotBelieveAPlaceOutsideOfTheStatement) {
  EXPECT_EQ(cleaned("Code: 62. DB::Exception: Syntax error: failed at position 70 (1): 1. Expected "
                    "one of: Dot. (SYNTAX_ERROR)",
                    "selec 1"),
            "Syntax error: failed at position 70 (1): 1");
}

TEST(EngineFailure, LeavesOutWhatIsInside) {
  EXPECT_EQ(cleaned("Code: 47. DB::Exception: Unknown expression identifier `nope` in scope SELECT "
                    "nope FROM system.one. (UNKNOWN_IDENTIFIER)"),
            "Unknown expression identifier `nope`");
  EXPECT_EQ(
      cleaned("Code: 46. DB::Exception: Function with name `timeout` does not exist. In scope "
              "SELECT timeout(1). Maybe you meant: ['timeSlot']. (UNKNOWN_FUNCTION)"),
      "Function with name `timeout` does not exist");
  EXPECT_EQ(cleaned("Code: 33. DB::Exception: Cannot read all data in NativeReader. Rows read: 0. "
                    "Rows expected: 1: While executing Native. (CANNOT_READ_ALL_DATA) (version "
                    "26.7.2.1)"),
            "Cannot read all data in NativeReader. Rows read: 0. Rows expected: 1");
  EXPECT_EQ(
      cleaned("Code: 400. DB::ErrnoException: Cannot stat file /nope: , errno: 2, strerror: No "
              "such file or directory. (CANNOT_STAT)"),
      "Cannot stat file /nope: , errno: 2, strerror: No such file or directory");
  EXPECT_EQ(cleaned("Code: 159, e.displayText() = DB::Exception: Timeout exceeded: elapsed 1.004 "
                    "seconds, maximum: 1, e.what() = DB::Exception"),
            "the question takes longer than it may; ask for less, or raise the limit");
  EXPECT_EQ(cleaned("Code: 60, e.displayText() = DB::Exception: Table default.x doesn't exist., "
                    "e.what() = DB::Exception"),
            "Table default.x doesn't exist");
  EXPECT_EQ(
      cleaned("Code: 164. DB::Exception: Code: 164. DB::Exception: Cannot modify 'x' setting in "
              "readonly mode. (READONLY) (version 26.7.2.1). (READONLY)"),
      "the question writes or changes something; only reading is permitted");
  EXPECT_EQ(cleaned(""), "the engine failed without a word");
}

TEST(EngineFailure, KnowsItsKind) {
  EXPECT_EQ(engine_failure("Code: 241. DB::Exception: Memory", "").code, errc::limit_reached);
  EXPECT_EQ(engine_failure("Code: 60. DB::Exception: Table", "").code, errc::not_found);
  EXPECT_EQ(engine_failure("Code: 164. DB::Exception: x", "").code, errc::permission);
  EXPECT_EQ(engine_failure("Code: 243. DB::Exception: x", "").code, errc::io_error);
  EXPECT_EQ(engine_error_number("Code: 243. DB::Exception: x"), 243);
  EXPECT_EQ(engine_error_number("Table"), 0);
}

}  // namespace
