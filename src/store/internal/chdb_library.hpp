// libchdb, found and loaded while the program runs; never linked, so that everything but the store
// works without it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/base/error.hpp"

namespace kizashi::store::internal {

// The part of the C interface that is used (chdb-io/chdb-core, programs/local/chdb.h, 26.7): our
// declarations of its documented names and types.
struct chdb_result;
struct chdb_connection_data;
struct chdb_insert_data;
using chdb_connection = chdb_connection_data*;
using chdb_insert = chdb_insert_data*;

/// What a statement does, as the engine's parser sees it.
struct chdb_analysis {
  static constexpr std::uint32_t reads = 0;
  static constexpr std::uint32_t changes = 1;  // one of those that do
  static constexpr std::uint32_t unknown = 4;  // did not parse

  std::uint32_t struct_size = sizeof(chdb_analysis);
  std::uint32_t statements = 0;
  std::uint32_t flags = 0;
  std::uint32_t kind = unknown;
};

struct chdb_library {
  char const* (*version)();
  void (*set_signal_handlers_enabled)(int enabled);
  chdb_connection* (*connect)(int count, char** arguments);
  void (*close)(chdb_connection* connection);
  chdb_result* (*query)(chdb_connection, char const* sql, std::size_t, char const* format,
                        std::size_t);
  chdb_result* (*stream_query)(chdb_connection, char const* sql, std::size_t, char const* format,
                               std::size_t);
  chdb_result* (*stream_fetch)(chdb_connection, chdb_result*);
  void (*stream_cancel)(chdb_connection, chdb_result*);
  char const* (*result_error)(chdb_result*);  // null: none
  char* (*result_buffer)(chdb_result*);
  std::size_t (*result_length)(chdb_result*);
  void (*destroy_result)(chdb_result*);
  chdb_insert (*insert)(chdb_connection, char const* sql, std::size_t, char const* format,
                        std::size_t);
  int (*insert_append)(chdb_insert, void const* bytes, std::size_t);  // 0: taken
  chdb_result* (*insert_done)(chdb_insert);
  char const* (*insert_error)(chdb_insert);
  void (*destroy_insert)(chdb_insert);
  int (*shutdown)();  // stops its threads; nothing can be opened afterwards
  int (*classify)(chdb_connection, char const* sql, std::size_t, char const* database, std::size_t,
                  chdb_analysis*);
};

/// The variables of the environment that say where the library is; a test brings its own.
using environment = std::function<std::optional<std::string>(char const* name)>;
[[nodiscard]] auto process_environment(char const* name) -> std::optional<std::string>;

/// Where the library is looked for, in this order. With KIZASHI_ENGINE there alone.
[[nodiscard]] auto library_places(environment const& variable) -> std::vector<std::string>;

/// The library, loaded once per process and never let go: its threads stay. Fails when the
/// processor is too old for it, when it is at none of the places, and when what is there is
/// something else.
[[nodiscard]] auto load_library(environment const& variable) -> result<chdb_library const*>;

/// The features that the library's code takes for granted and `has` denies.
[[nodiscard]] auto missing_features(std::function<bool(std::string_view)> const& has)
    -> std::vector<std::string_view>;
/// Whether the processor has it: "avx2" and the like.
[[nodiscard]] auto has_feature(std::string_view name) -> bool;

}  // namespace kizashi::store::internal
