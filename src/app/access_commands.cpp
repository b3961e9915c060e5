#include "kizashi/app/access_commands.hpp"

#include <chrono>
#include <pwd.h>
#include <unistd.h>

#include <fmt/format.h>

#include "kizashi/app/command.hpp"
#include "kizashi/app/report_page.hpp"

namespace kizashi::app {

auto time_now() -> timestamp {
  auto const since = std::chrono::system_clock::now().time_since_epoch();
  return timestamp{std::chrono::duration_cast<std::chrono::nanoseconds>(since).count()};
}

auto local_actor() -> access::actor {
  auto const* const user = ::getpwuid(::getuid());
  return {"(command line)", user == nullptr ? fmt::format("user {}", ::getuid())
                                            : fmt::format("user {}", user->pw_name)};
}

void add_data_option(CLI::App& command, std::string& data) {
  command.add_option("--data", data, "The data directory, where catalog.sqlite is")
      ->required()
      ->type_name("DIR");
}

void add_reach_options(CLI::App& command, std::vector<std::string>& prefixes,
                       std::vector<std::string>& sensors) {
  auto const add = [&](char const* name, std::vector<std::string>& list, char const* help,
                       char const* type) {
    command.add_option(name, list, help)->type_name(type)->expected(1)->take_all();
  };
  add("--prefix", prefixes, "Only what concerns this prefix; may be given again", "PREFIX");
  add("--sensor", sensors, "Only what this sensor saw; may be given again", "NAME");
}

auto open_door(std::string const& data, access::catalog::when_missing then)
    -> result<std::unique_ptr<access::door>> {
  return access::door::open(data, {}, then);
}

auto exit_code_of(status const& done, std::string const& command) -> int {
  // The reader of a pipe has gone: nothing is wrong.
  if (done || done.error().code == errc::interrupted) return exit_done;
  if (done.error().code == errc::parse_error) return say_usage(done.error(), command);
  return say_failure(done.error());
}

auto when_text(timestamp time) -> std::string {
  return time.is_known() ? seconds_text(time) : "-";
}

}  // namespace kizashi::app
