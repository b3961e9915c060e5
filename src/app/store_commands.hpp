// The subcommands of `kizashi store`: one file each, one line here and one in store.cpp.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace kizashi::app {

void add_store_info(CLI::App& store, int& exit_code);
void add_store_export(CLI::App& store, int& exit_code);
void add_store_import(CLI::App& store, int& exit_code);
void add_store_check(CLI::App& store, int& exit_code);
void add_store_backup(CLI::App& store, int& exit_code);
void add_store_restore(CLI::App& store, int& exit_code);
void add_store_archive(CLI::App& store, int& exit_code);
void add_store_vacuum(CLI::App& store, int& exit_code);

/// The option --store, which every one of them has.
void add_store_option(CLI::App& command, std::string& store);

}  // namespace kizashi::app
