// kizashi store: keeping house in a store.
#include <CLI/CLI.hpp>

#include "kizashi/app/command.hpp"
#include "kizashi/app/store_commands.hpp"

namespace kizashi::app {
namespace {

constexpr auto store_examples =
    "Examples:\n"
    "  kizashi store info --store seen                what is in it, and how large it is\n"
    "  kizashi store export --store seen -o night.pcap    its packets, for other programs\n"
    "  kizashi store check --store seen               whether all of it can be read\n"
    "  kizashi store backup --store seen --to /backup/seen\n"
    "  kizashi store restore --from /backup/seen --store seen-again\n"
    "  kizashi store archive --store seen --before 2026-06-01\n"
    "  kizashi store vacuum --store seen --keep \"packets 90d\"\n"
    "\n"
    "'kizashi store COMMAND --help' explains a command. A store belongs to one process at a time.";

using add_subcommand = void(CLI::App& store, int& exit_code);

// In the order of the help.
constexpr add_subcommand* subcommands[] = {
    add_store_info,   add_store_export,  add_store_import,  add_store_check,
    add_store_backup, add_store_restore, add_store_archive, add_store_vacuum,
};

}  // namespace

void add_store_option(CLI::App& command, std::string& store) {
  command.add_option("--store", store, "The folder of the store")->required()->type_name("DIR");
}

void add_store(CLI::App& program, int& exit_code) {
  auto* const store = program.add_subcommand("store", "Keep house in a store");
  store->require_subcommand(1);
  store->footer(store_examples);
  for (auto* const add : subcommands) add(*store, exit_code);
}

}  // namespace kizashi::app
