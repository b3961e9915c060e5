#include "kizashi/store/internal/chdb_library.hpp"

#include <array>
#include <cstdlib>
#include <dlfcn.h>
#include <filesystem>
#include <mutex>
#include <system_error>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace kizashi::store::internal {
namespace {

constexpr std::string_view how_to_get =
    "to get it, install Kizashi's Debian package (it has /usr/lib/kizashi/libchdb.so), or run "
    "./dev build in Kizashi's source (it fetches the npm package "
    "@chdb/lib-linux-x64-gnu " KIZASHI_ENGINE_VERSION
    "), or name its file in the environment variable KIZASHI_ENGINE";

template <class Function>
auto take(void* library, char const* name, Function& function) -> bool {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  return function != nullptr;
}

/// Fills `has` from the loaded library. Returns the name that is missing, or null.
auto take_all(void* library, chdb_library& has) -> char const* {
  char const* missing = nullptr;
  auto const one = [&](char const* name, auto& function) {
    if (!take(library, name, function) && missing == nullptr) missing = name;
  };
  one("chdb_version", has.version);
  one("chdb_set_signal_handlers_enabled", has.set_signal_handlers_enabled);
  one("chdb_connect", has.connect);
  one("chdb_close_conn", has.close);
  one("chdb_query_n", has.query);
  one("chdb_stream_query_n", has.stream_query);
  one("chdb_stream_fetch_result", has.stream_fetch);
  one("chdb_stream_cancel_query", has.stream_cancel);
  one("chdb_result_error", has.result_error);
  one("chdb_result_buffer", has.result_buffer);
  one("chdb_result_length", has.result_length);
  one("chdb_destroy_query_result", has.destroy_result);
  one("chdb_stream_insert_n", has.insert);
  one("chdb_stream_append", has.insert_append);
  one("chdb_stream_done", has.insert_done);
  one("chdb_stream_insert_error", has.insert_error);
  one("chdb_destroy_insert_stream", has.destroy_insert);
  one("chdb_shutdown", has.shutdown);
  one("chdb_classify_query_n", has.classify);
  return missing;
}

auto open_library(std::string const& file) -> result<chdb_library> {
  // The engine's allocator (jemalloc) gives large blocks back at once and takes them again for each
  // insert: a third of the kernel's work in storing. What somebody has set stays.
  ::setenv("JE_MALLOC_CONF", "oversize_threshold:0,dirty_decay_ms:20000,muzzy_decay_ms:20000", 0);
  auto* const library = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    auto const* const why = ::dlerror();
    return fail(errc::unsupported,
                fmt::format("{}: cannot load the store's engine: {}; {}", file,
                            why == nullptr ? "no reason given" : why, how_to_get));
  }
  chdb_library has{};
  if (auto const* const missing = take_all(library, has); missing != nullptr) {
    ::dlclose(library);
    return fail(errc::unsupported,
                fmt::format("{}: not the engine of the store, or too old: it has no {}; expected "
                            "libchdb.so " KIZASHI_ENGINE_VERSION "; {}",
                            file, missing, how_to_get));
  }
  // Otherwise it takes over the handlers of the whole process.
  has.set_signal_handlers_enabled(0);
  return has;
}

}  // namespace

namespace {
std::optional<chdb_library> loaded;
}  // namespace

auto process_environment(char const* name) -> std::optional<std::string> {
  auto const* const value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

auto library_places(environment const& variable) -> std::vector<std::string> {
  if (auto const named = variable("KIZASHI_ENGINE")) return {*named};
  std::vector<std::string> places;
  auto cache = variable("XDG_CACHE_HOME");
  if (auto const home = variable("HOME"); !cache && home) cache = *home + "/.cache";
  if (cache) places.push_back(*cache + "/kizashi/engine/" KIZASHI_ENGINE_SHA256 "/libchdb.so");
  for (auto const* const folder : {"/usr/local/lib/kizashi", "/usr/lib/kizashi", "/usr/local/lib"})
    places.push_back(std::string{folder} + "/libchdb.so");
  return places;
}

auto has_feature(std::string_view name) -> bool {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (name == "sse4.2") return __builtin_cpu_supports("sse4.2") != 0;
  if (name == "popcnt") return __builtin_cpu_supports("popcnt") != 0;
  if (name == "avx") return __builtin_cpu_supports("avx") != 0;
  if (name == "avx2") return __builtin_cpu_supports("avx2") != 0;
  if (name == "bmi") return __builtin_cpu_supports("bmi") != 0;
  if (name == "bmi2") return __builtin_cpu_supports("bmi2") != 0;
  if (name == "fma") return __builtin_cpu_supports("fma") != 0;
#endif
  return name.empty();
}

auto missing_features(std::function<bool(std::string_view)> const& has)
    -> std::vector<std::string_view> {
  // What the library is compiled for: x86-64-v3 (System V ABI, AMD64 supplement, micro-architecture
  // levels). Without them its first instruction of that kind would end the program.
  std::vector<std::string_view> missing;
  for (auto const* const name : {"sse4.2", "popcnt", "avx", "avx2", "bmi", "bmi2", "fma"})
    if (!has(name)) missing.emplace_back(name);
  return missing;
}

auto load_library(environment const& variable) -> result<chdb_library const*> {
  static std::mutex loading;
  std::scoped_lock const only{loading};
  if (loaded) return &*loaded;
  if (auto const missing = missing_features(has_feature); !missing.empty())
    return fail(errc::unsupported,
                fmt::format("the embedded store's engine needs a processor with {}, and this one "
                            "has no {}; use a ClickHouse server on another machine",
                            "AVX2 (x86-64-v3: Intel since 2013, AMD since 2015)",
                            fmt::join(missing, ", ")));
  auto const places = library_places(variable);
  for (auto const& place : places) {
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(place, ignored)) continue;
    KIZASHI_TRY(loaded, open_library(place));
    // Its threads must not run on while the program's and its own globals go.
    std::atexit([] { loaded->shutdown(); });
    return &*loaded;
  }
  return fail(
      errc::not_found,
      fmt::format("the store's engine, libchdb.so, is not on this machine; looked at {}; {}",
                  fmt::join(places, ", "), how_to_get));
}

}  // namespace kizashi::store::internal
