#include "kizashi/store/store_lock.hpp"

#include <csignal>
#include <cstdlib>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "kizashi/store/internal/temporary_store.hpp"

namespace {

using namespace kizashi;
using namespace kizashi::store;

TEST(StoreLock, NamesTheHolder) {
  store::internal::temporary_folder const folder;
  auto const first = store_lock::take(folder.path(), "kizashi serve at 127.0.0.1:8080");
  ASSERT_TRUE(first) << first.error().message;
  auto const second = store_lock::take(folder.path(), "kizashi query");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, errc::permission);
  EXPECT_EQ(
      second.error().message,
      fmt::format("{}: the store is in use by process {}: kizashi serve at 127.0.0.1:8080; "
                  "one process at a time can own it: ask that one, or wait until it has ended",
                  folder.path().string(), ::getpid()));
}

TEST(StoreLock, IsFreeWhenTheHolderIsKilled) {
  store::internal::temporary_folder const folder;
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  auto const child = ::fork();
  if (child == 0) {
    auto const held = store_lock::take(folder.path(), "a long name that the next one overwrites");
    [[maybe_unused]] auto const told = ::write(ready[1], held ? "y" : "n", 1);
    for (;;) ::pause();
  }
  char answer = 0;
  ASSERT_EQ(::read(ready[0], &answer, 1), 1);
  EXPECT_EQ(answer, 'y');
  EXPECT_FALSE(store_lock::take(folder.path(), "second"));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  auto const held = store_lock::take(folder.path(), "third");
  ASSERT_TRUE(held) << held.error().message;
  EXPECT_NE(store_lock::take(folder.path(), "fourth").error().message.find("third;"),
            std::string::npos);
}

TEST(StoreLock, SaysWhatTheSystemRefuses) {
  auto const taken = store_lock::take("/proc/kizashi", "x");
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().message,
            "/proc/kizashi: cannot make the store's folder: No such file or directory");
}

}  // namespace
