// For tests: a store that goes with the test, where this machine has the engine.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <unistd.h>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "kizashi/store/embedded_engine.hpp"

namespace kizashi::store::internal {

/// A folder with a name of its own, removed with everything in it.
class temporary_folder {
public:
  temporary_folder() {
    auto name = (std::filesystem::temp_directory_path() / "kizashi-store-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  temporary_folder(temporary_folder const&) = delete;
  auto operator=(temporary_folder const&) -> temporary_folder& = delete;
  ~temporary_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] auto path() const -> std::filesystem::path const& { return path_; }

private:
  std::filesystem::path path_;
};

/// Skips its tests, and says why, where there is no engine.
class StoreTest : public ::testing::Test {
protected:
  void SetUp() override {
    if (auto const found = find_embedded_engine(); !found) GTEST_SKIP() << found.error().message;
    open();
  }
  void open() {
    auto opened = open_embedded_engine(folder_.path() / "store", "a test");
    ASSERT_TRUE(opened) << opened.error().message;
    engine_ = std::move(*opened);
  }
  void run(std::string_view statement) {
    auto const done = engine_->run(statement);
    ASSERT_TRUE(done) << done.error().message;
  }
  void insert(std::string_view table, native_block const& block, std::string_view token = {}) {
    auto const done = engine_->insert(table, block, token);
    ASSERT_TRUE(done) << done.error().message;
  }
  /// The answer as tab-separated lines, or the failure's words.
  auto ask(std::string_view sql) -> std::string {
    auto answer = ask_whole(*engine_, {sql, answer_form::tab_separated, {}});
    return answer ? std::move(*answer) : answer.error().message;
  }

  temporary_folder folder_;
  std::shared_ptr<engine> engine_;
};

}  // namespace kizashi::store::internal
