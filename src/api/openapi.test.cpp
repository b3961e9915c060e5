#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "kizashi/api/server.hpp"

namespace kizashi::api {
namespace {

TEST(description, is_the_one_that_is_kept) {
  std::ifstream in{std::string{KIZASHI_SOURCE_DIR} + "/schema/openapi.json"};
  std::stringstream kept;
  kept << in.rdbuf();
  EXPECT_TRUE(kept.str() == document_api())
      << "schema/openapi.json is not what the program says; build/release/serve_api --describe "
         "writes it";
}

}  // namespace
}  // namespace kizashi::api
