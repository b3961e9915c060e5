#include "kizashi/app/open_store.hpp"

#include <chrono>
#include <filesystem>
#include <system_error>
#include <thread>

#include <fmt/format.h>

#include "kizashi/app/command.hpp"
#include "kizashi/app/report.hpp"
#include "kizashi/app/terminal.hpp"
#include "kizashi/store/embedded_engine.hpp"
#include "kizashi/store/owner/owner_engine.hpp"
#include "kizashi/store/owner/store_door.hpp"
#include "kizashi/store/store_lock.hpp"

namespace kizashi::app {

auto folder_of(std::string const& store) -> std::filesystem::path {
  std::error_code wrong;
  auto const full =
      std::filesystem::weakly_canonical(std::filesystem::absolute(store, wrong), wrong);
  return wrong ? std::filesystem::path{store} : full;
}

auto describe(store::defect const& what) -> std::string {
  using kind = store::defect::kind;
  auto text = what.table + (what.day.empty() ? "" : ", " + what.day) + ": ";
  if (!what.name.empty()) {
    auto const is_file =
        what.what == kind::file || what.what == kind::sketch || what.name.ends_with(".parquet");
    text += fmt::format("the {} {} ", is_file ? "file" : "part", what.name);
    if (what.what == kind::part) text += "is damaged: ";
  }
  return printable(text + what.why);
}

auto open_with_door(std::string const& folder, std::string const& command)
    -> result<std::shared_ptr<store::engine>> {
  struct opened_store {
    std::shared_ptr<store::engine> engine;
    std::unique_ptr<store::store_door> door;  // goes first
  };
  auto opened = std::make_shared<opened_store>();
  KIZASHI_TRY(opened->engine, store::open_embedded_engine(folder, command));
  // Where the file system has no sockets there is no door, and others are told who has the store.
  if (auto door = store::store_door::open(opened->engine, folder)) opened->door = std::move(*door);
  auto* const engine = opened->engine.get();
  return std::shared_ptr<store::engine>{std::move(opened), engine};
}

namespace {

/// Commands that ask have the store for a moment only: how long another one waits for it.
constexpr auto most_patience = std::chrono::seconds{5};

/// Its owner's answers, or the store itself.
auto ask_or_open(std::string const& folder, std::string const& command)
    -> result<std::shared_ptr<store::engine>> {
  auto const end = std::chrono::steady_clock::now() + most_patience;
  for (;;) {
    auto asked = store::ask_owner(folder);
    if (asked || asked.error().code != errc::not_found) return asked;
    auto opened = store::open_embedded_engine(folder, command);
    if (opened || !store::store_lock::is_held(folder) || is_stop_wanted() ||
        std::chrono::steady_clock::now() >= end)
      return opened;
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
  }
}

}  // namespace

auto open_store_to_ask(std::string const& folder, std::string const& command)
    -> result<std::shared_ptr<store::engine>> {
  KIZASHI_TRY(expect_store(folder));
  KIZASHI_TRY(auto opened, ask_or_open(folder, command));
  KIZASHI_TRY(auto const missing, store::missing_data(*opened, folder_of(folder)));
  for (auto const& each : missing)
    say_failure({errc::io_error, describe(each) + "; the answer lacks what it held"});
  return opened;
}

auto expect_store(std::string const& folder) -> status {
  std::error_code wrong;
  // What opening a store makes first.
  auto const is_there =
      std::filesystem::is_directory(std::filesystem::path{folder} / "engine", wrong);
  if (wrong && wrong != std::errc::no_such_file_or_directory && wrong != std::errc::not_a_directory)
    return system_failure(folder, "open the store", wrong.value());
  if (is_there) return {};
  return fail(errc::not_found,
              fmt::format("{}: there is no store here; 'kizashi read CAPTURE --store {}' makes one",
                          folder, folder));
}

auto is_new_store(std::string const& folder) -> bool {
  std::error_code wrong;
  auto const kind = std::filesystem::status(folder, wrong);
  if (kind.type() == std::filesystem::file_type::not_found) return true;
  return std::filesystem::is_directory(kind) && std::filesystem::is_empty(folder, wrong) && !wrong;
}

void remove_new_store(std::string const& folder, bool had_folder) {
  // Whoever has opened it meanwhile keeps it.
  auto const lock = store::store_lock::take(folder, "kizashi");
  if (!lock) return;
  std::error_code ignored;
  for (auto const& each : std::filesystem::directory_iterator{folder, ignored})
    std::filesystem::remove_all(each.path(), ignored);
  if (!had_folder) std::filesystem::remove(folder, ignored);
}

auto open_store_to_keep(std::string const& folder, std::string const& command)
    -> result<std::shared_ptr<store::engine>> {
  KIZASHI_TRY(expect_store(folder));
  return store::open_embedded_engine(folder, command);
}

}  // namespace kizashi::app
