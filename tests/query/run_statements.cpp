// run_statements FOLDER STATEMENT...   makes or opens a store and runs statements in it
// run_statements FOLDER                owns the store until standard input ends
#include <cstdio>

#include "kizashi/store/embedded_engine.hpp"

namespace {

using namespace kizashi;

auto work(int count, char** arguments) -> status {
  KIZASHI_TRY(auto const opened, store::open_embedded_engine(arguments[1], "run_statements"));
  for (auto i = 2; i < count; ++i) KIZASHI_TRY(opened->run(arguments[i]));
  if (count > 2) return {};
  std::puts("owned");
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
  return {};
}

}  // namespace

auto main(int count, char** arguments) -> int {
  if (count < 2) return 2;
  auto const done = work(count, arguments);
  if (!done) std::fprintf(stderr, "%s\n", done.error().message.c_str());
  return done ? 0 : 1;
}
