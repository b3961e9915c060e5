#include "kizashi/api/http/client.hpp"

#include <gtest/gtest.h>

namespace kizashi::api::http {
namespace {

TEST(http_client, reads_a_whole_answer) {
  auto const read = parse_answer("HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nabcd");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->status, 200U);
  EXPECT_EQ(read->body, "abc");
  EXPECT_EQ(parse_answer("HTTP/1.1 401 Unauthorized\r\nX: y\r\n\r\nwhole")->body, "whole");
}

TEST(http_client, what_is_no_answer) {
  for (auto const* const wrong :
       {"", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 2x0 OK\r\n\r\n", "ICY 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort",
        "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"})
    EXPECT_EQ(parse_answer(wrong).error().message, "the answer is not HTTP") << wrong;
}

TEST(http_client, addresses_that_cannot_be_asked) {
  for (auto const* const wrong : {"", "https://", "localhost:1", "http://", "http://a/b"})
    EXPECT_EQ(get(wrong, "/", {}).error().message,
              std::string{wrong} +
                  " cannot be asked; expected http://HOST:PORT, "
                  "https://HOST:PORT or unix:PATH");
  EXPECT_EQ(get("unix:/nowhere/at/all", "/", {}).error().message,
            "unix:/nowhere/at/all: nobody answers: No such file or directory");
}

}  // namespace
}  // namespace kizashi::api::http
