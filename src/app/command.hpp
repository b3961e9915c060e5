// The subcommands of `kizashi`: one file each. Every one adds itself to the command line; when it
// is chosen it runs and leaves its exit code: 0 done, 1 failed, 2 wrong usage.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

#include "kizashi/base/error.hpp"

namespace kizashi::app {

inline constexpr int exit_done = 0;
inline constexpr int exit_failed = 1;
inline constexpr int exit_usage = 2;

void add_serve(CLI::App& program, int& exit_code);
void add_status(CLI::App& program, int& exit_code);
void add_read(CLI::App& program, int& exit_code);
void add_synth(CLI::App& program, int& exit_code);
void add_place(CLI::App& program, int& exit_code);
void add_query(CLI::App& program, int& exit_code);
void add_stats(CLI::App& program, int& exit_code);
void add_report(CLI::App& program, int& exit_code);
void add_host(CLI::App& program, int& exit_code);
void add_match(CLI::App& program, int& exit_code);
void add_store(CLI::App& program, int& exit_code);
void add_account(CLI::App& program, int& exit_code);
void add_token(CLI::App& program, int& exit_code);
void add_audit(CLI::App& program, int& exit_code);
void add_config(CLI::App& program, int& exit_code);
void add_scanners(CLI::App& program, int& exit_code);
void add_detect(CLI::App& program, int& exit_code);
void add_evaluate(CLI::App& program, int& exit_code);
void add_bench(CLI::App& program, int& exit_code);
void add_fingerprints(CLI::App& program, int& exit_code);
void add_fingerprints_discover(CLI::App& fingerprints, int& exit_code);

/// Prints "kizashi: MESSAGE" on standard error, each line of it, and returns `exit_failed`. When
/// the reader of a pipe has gone (`errc::interrupted`) it says nothing and returns `exit_done`,
/// unless a person asked to stop.
auto say_failure(error const& what) -> int;
/// The same with "kizashi COMMAND --help tells more"; returns `exit_usage`.
auto say_usage(error const& what, std::string const& command) -> int;

}  // namespace kizashi::app
