#include "kizashi/app/open_store.hpp"

#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "kizashi/store/embedded_engine.hpp"

namespace kizashi::app {

auto open_store_to_ask(std::string const& folder, std::string const& command)
    -> result<std::shared_ptr<store::engine>> {
  std::filesystem::path const path{folder};
  std::error_code wrong;
  // What opening a store makes first.
  auto const is_there = std::filesystem::is_directory(path / "engine", wrong);
  if (wrong && wrong != std::errc::no_such_file_or_directory && wrong != std::errc::not_a_directory)
    return system_failure(folder, "open the store", wrong.value());
  if (!is_there)
    return fail(errc::not_found,
                fmt::format("{}: there is no store here; 'kizashi read CAPTURE --store {}' makes "
                            "one",
                            folder, folder));
  return store::open_embedded_engine(path, command);
}

}  // namespace kizashi::app
