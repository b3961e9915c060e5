#include "kizashi/api/cursor.hpp"

#include <gtest/gtest.h>

#include "kizashi/base/random.hpp"

namespace kizashi::api {
namespace {

TEST(cursor, comes_back) {
  random_source random{1};
  for (std::size_t words = 0; words <= most_key_words; ++words) {
    cursor made{random.next(), {}};
    for (std::size_t i = 0; i < words; ++i) made.key.push_back(random.next() >> random.below(64));
    auto const read = parse_cursor(to_text(made));
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, made);
  }
}

TEST(cursor, is_ours_alone) {
  auto const text = to_text({17, {1, 2}});
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto other = text;
    other[i] = other[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(parse_cursor(other)) << i;
    EXPECT_FALSE(parse_cursor(text.substr(0, i)));
  }
  EXPECT_EQ(parse_cursor("").error().message,
            "the cursor is not understood; expected the one of the answer before");
  EXPECT_FALSE(parse_cursor(text + text));
  EXPECT_FALSE(parse_cursor(std::string(11 * (most_key_words + 3), 'A')));
}

TEST(cursor, knows_questions_apart) {
  EXPECT_NE(digest_of({"a", "b"}), digest_of({"ab"}));
  EXPECT_NE(digest_of({"a", "b"}), digest_of({"b", "a"}));
  EXPECT_EQ(digest_of({"a", "b"}), digest_of({"a", "b"}));
}

}  // namespace
}  // namespace kizashi::api
