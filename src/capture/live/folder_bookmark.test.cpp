#include "kizashi/capture/live/folder_bookmark.hpp"

#include <gtest/gtest.h>

namespace kizashi::capture::live {
namespace {

auto parsed(std::string_view text) -> std::string {
  auto const read = folder_bookmark::parse(text);
  return read ? read->to_string() : read.error().message;
}

TEST(folder_bookmark, text_and_back) {
  folder_bookmark const mark{folder_order::modified,
                             "a b%\x01\xc3\xa9.pcap.gz",
                             2049,
                             131,
                             4096,
                             1'768'467'600'000'000'000,
                             12};
  EXPECT_EQ(mark.to_string(),
            "kizashi-folder-1 modified 2049 131 4096 1768467600000000000 12 "
            "a%20b%25%01%c3%a9.pcap.gz");
  auto const back = folder_bookmark::parse(mark.to_string());
  ASSERT_TRUE(back);
  EXPECT_EQ(*back, mark);
}

TEST(folder_bookmark, before_anything_was_read) {
  auto const back = folder_bookmark::parse(folder_bookmark{}.to_string());
  ASSERT_TRUE(back);
  EXPECT_EQ(*back, folder_bookmark{});
}

TEST(folder_bookmark, what_is_none) {
  EXPECT_EQ(parsed(""),
            "bookmark of a folder: the text is \"\"; expected 8 parts that begin with "
            "kizashi-folder-1");
  EXPECT_EQ(parsed("kizashi-folder-1 size 1 2 3 4 5 a"),
            "bookmark of a folder: the order is \"size\"; expected name or modified");
  EXPECT_EQ(parsed("kizashi-folder-1 name 1 -2 3 4 5 a"),
            "bookmark of a folder: the inode is \"-2\"; expected a number");
  EXPECT_EQ(parsed("kizashi-folder-1 name 1 2 3 9223372036854775808 5 a"),
            "bookmark of a folder: the time is \"9223372036854775808\"; expected a number");
  for (auto const* const name : {"%2", "%zz", "%41", "../a", "%2f", "%00", "\x7f"})
    EXPECT_EQ(parsed(std::string{"kizashi-folder-1 name 1 2 3 4 5 "} + name),
              std::string{"bookmark of a folder: the name is \""} + name +
                  "\"; expected a file's name as Kizashi wrote it");
}

}  // namespace
}  // namespace kizashi::capture::live
