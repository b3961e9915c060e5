#include "kizashi/app/open_store.hpp"

#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "kizashi/app/command.hpp"
#include "kizashi/app/report.hpp"
#include "kizashi/store/embedded_engine.hpp"

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
    auto const is_file = what.what == kind::file || what.name.ends_with(".parquet");
    text += fmt::format("the {} {} ", is_file ? "file" : "part", what.name);
    if (what.what == kind::part) text += "is damaged: ";
  }
  return printable(text + what.why);
}

auto open_store_to_ask(std::string const& folder, std::string const& command)
    -> result<std::shared_ptr<store::engine>> {
  KIZASHI_TRY(auto opened, open_store_to_keep(folder, command));
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

auto open_store_to_keep(std::string const& folder, std::string const& command)
    -> result<std::shared_ptr<store::engine>> {
  KIZASHI_TRY(expect_store(folder));
  return store::open_embedded_engine(folder, command);
}

}  // namespace kizashi::app
