#include "kizashi/store/internal/statement.hpp"

#include <gtest/gtest.h>

namespace {

using kizashi::store::internal::statement_body;

TEST(StatementBody, EndsWithTheLastWord) {
  EXPECT_EQ(statement_body("select 1"), "select 1");
  EXPECT_EQ(statement_body(" select 1 ; ; \n"), " select 1");
  EXPECT_EQ(statement_body("select (1);"), "select (1)");
  EXPECT_EQ(statement_body(""), "");
  EXPECT_EQ(statement_body(" ;\n"), "");
}

TEST(StatementBody, LeavesCommentsAtTheEndOut) {
  EXPECT_EQ(statement_body("select 1 -- one; 'two"), "select 1");
  EXPECT_EQ(statement_body("select 1 // one"), "select 1");
  EXPECT_EQ(statement_body("select 1; # one\n#! two\n/* three\n */ "), "select 1");
  EXPECT_EQ(statement_body("-- nothing else"), "");
  EXPECT_EQ(statement_body("select 1 /* never ends"), "select 1");
}

TEST(StatementBody, KeepsCommentsInside) {
  EXPECT_EQ(statement_body("select 1 -- a;\n + 1;"), "select 1 -- a;\n + 1");
  EXPECT_EQ(statement_body("select /* ' */ 1; --"), "select /* ' */ 1");
}

TEST(StatementBody, TakesNothingInQuotesForAComment) {
  EXPECT_EQ(statement_body("select '--';"), "select '--'");
  EXPECT_EQ(statement_body("select 'it''s; -- \\' /*' ; -- c"), "select 'it''s; -- \\' /*'");
  EXPECT_EQ(statement_body("select `#! a`, \"/*\";"), "select `#! a`, \"/*\"");
  EXPECT_EQ(statement_body("select 'open ; --"), "select 'open ; --");
  EXPECT_EQ(statement_body("select $x$ -- ; ' $x$; -- '"), "select $x$ -- ; ' $x$");
  EXPECT_EQ(statement_body("select a$b; -- $"), "select a$b");
}

}  // namespace
