#include "kizashi/api/gzip.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

namespace kizashi::api {
namespace {

auto unpack(std::string_view bytes) -> std::string {
  z_stream stream{};
  EXPECT_EQ(::inflateInit2(&stream, 15 + 16), Z_OK);
  std::string out(1 << 20, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(::inflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  ::inflateEnd(&stream);
  return out;
}

auto packed(std::string_view accepted, http::response answer) -> http::response {
  http::request asked;
  if (!accepted.empty()) asked.fields.add("Accept-Encoding", accepted);
  pack(asked, answer);
  return answer;
}

auto json_of(std::size_t bytes) -> http::response {
  return {200, "application/json", std::string(bytes, 'x'), {}};
}

TEST(gzip, who_takes_it) {
  for (auto const* const yes : {"gzip", "deflate, gzip", "gzip;q=0.1", "x-gzip", "*", "br, *;q=0.5",
                                "identity;q=0, gzip ;q=1.0"})
    EXPECT_TRUE(accepts_gzip(yes)) << yes;
  for (auto const* const no :
       {"", "deflate", "gzip;q=0", "gzip; q=0.0", "*;q=0", "gzip;q=0, *", "gzipped", "identity"})
    EXPECT_FALSE(accepts_gzip(no)) << no;
}

TEST(gzip, is_unpacked_to_what_it_was) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += std::to_string(i * 7919 % 1000);
  auto const answer = packed("gzip", {200, "text/csv; charset=utf-8", text, {}});
  EXPECT_EQ(answer.fields.get("content-encoding"), "gzip");
  EXPECT_EQ(answer.fields.get("vary"), "Accept-Encoding");
  EXPECT_LT(answer.body.size(), text.size());
  EXPECT_EQ(unpack(answer.body), text);
  EXPECT_EQ(unpack(gzip("")), "");
}

TEST(gzip, what_is_not_packed) {
  EXPECT_EQ(packed("gzip", json_of(1024)).body.size(), 1024U);
  EXPECT_TRUE(packed("gzip", json_of(1024)).fields.all().empty());
  EXPECT_LT(packed("gzip", json_of(1025)).body.size(), 1024U);
  auto const plain = packed("br", json_of(2000));
  EXPECT_EQ(plain.body.size(), 2000U);
  EXPECT_EQ(plain.fields.get("vary"), "Accept-Encoding");
  EXPECT_EQ(
      packed("gzip", {200, "application/octet-stream", std::string(2000, 'x'), {}}).body.size(),
      2000U);
}

}  // namespace
}  // namespace kizashi::api
