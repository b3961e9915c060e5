// kizashi store backup, kizashi store restore: a store as plain files with their sums, and back.
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "kizashi/app/command.hpp"
#include "kizashi/app/open_store.hpp"
#include "kizashi/app/step_line.hpp"
#include "kizashi/app/store_commands.hpp"
#include "kizashi/app/terminal.hpp"
#include "kizashi/app/text_layout.hpp"
#include "kizashi/app/text_sink.hpp"
#include "kizashi/base/text.hpp"
#include "kizashi/store/house/backup.hpp"

namespace kizashi::app {
namespace {

constexpr auto backup_examples =
    "Examples:\n"
    "  kizashi store backup --store seen --to /backup/seen-2026-06-03\n"
    "  cd /backup/seen-2026-06-03 && sha256sum -c --quiet SHA256SUMS\n"
    "\n"
    "The backup is a folder of plain files with the sum of each. It gets its name when all of it "
    "is\n"
    "on the disk; what an interrupted one leaves is called TO.part, and goes with the next try.\n"
    "Nobody writes to the store meanwhile. It is as confidential as the store.";

constexpr auto restore_examples =
    "Examples:\n"
    "  kizashi store restore --from /backup/seen-2026-06-03 --store seen-again\n"
    "  kizashi store check --store seen-again\n"
    "\n"
    "Every file is held against its sum. The new store appears when all of it is there.";

struct copy_choice {
  std::string store;
  std::string other;
};

class copy_line {
public:
  auto control() -> store::copy_control {
    return {[this](store::copied done, store::copied all) {
              line_.show(fmt::format("{} of {}, {} of {}", short_bytes(done.bytes),
                                     short_bytes(all.bytes), done.files, all.files));
            },
            is_stop_wanted};
  }
  void clear() { line_.clear(); }

private:
  step_line line_;
};

auto finish(result<store::copied> const& done, std::string const& where) -> int {
  if (done) {
    standard_output out;
    auto said = out.write(
        fmt::format("{}: {}, {}\n", where, counted(done->files, "file"), short_bytes(done->bytes)));
    if (said) said = out.flush();
    return said || said.error().code == errc::interrupted ? exit_done : say_failure(said.error());
  }
  if (is_stop_wanted())
    return say_failure({errc::io_error, fmt::format("stopped; {} was not made", where)});
  return say_failure(done.error());
}

auto back_up(copy_choice const& choice) -> int {
  listen_for_stop();
  if (auto const there = expect_store(choice.store); !there) return say_failure(there.error());
  copy_line line;
  auto const done =
      store::back_up(folder_of(choice.store), choice.other, "kizashi store backup", line.control());
  line.clear();
  return finish(done, choice.other);
}

auto restore(copy_choice const& choice) -> int {
  listen_for_stop();
  std::error_code ignored;
  if (!std::filesystem::exists(std::filesystem::path{choice.other} / "SHA256SUMS", ignored))
    return say_failure({errc::not_found,
                        fmt::format("{}: there is no backup here; expected a folder that 'kizashi "
                                    "store backup' made",
                                    choice.other)});
  copy_line line;
  auto const done = store::restore(choice.other, choice.store, line.control());
  line.clear();
  return finish(done, choice.store);
}

}  // namespace

void add_store_backup(CLI::App& store, int& exit_code) {
  auto* const command = store.add_subcommand("backup", "Copy a store, with the sum of every file");
  command->footer(backup_examples);
  auto const choice = std::make_shared<copy_choice>();
  add_store_option(*command, choice->store);
  command->add_option("--to", choice->other, "The folder to make; it must not be there")
      ->required()
      ->type_name("DIR");
  command->callback([choice, &exit_code] { exit_code = back_up(*choice); });
}

void add_store_restore(CLI::App& store, int& exit_code) {
  auto* const command = store.add_subcommand("restore", "Make a store of a backup");
  command->footer(restore_examples);
  auto const choice = std::make_shared<copy_choice>();
  command->add_option("--from", choice->other, "The backup")->required()->type_name("DIR");
  command->add_option("--store", choice->store, "The store to make; it must not be there")
      ->required()
      ->type_name("DIR");
  command->callback([choice, &exit_code] { exit_code = restore(*choice); });
}

}  // namespace kizashi::app
