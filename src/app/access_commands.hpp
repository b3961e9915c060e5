// What `kizashi account`, `token` and `audit` share: the data directory, who acts, the time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "kizashi/access/door.hpp"
#include "kizashi/answer/json_document.hpp"
#include "kizashi/base/error.hpp"

namespace kizashi::app {

/// The machine's clock, for commands that write down when they did something.
[[nodiscard]] auto time_now() -> timestamp;
/// "(command line)" and the user of this machine.
[[nodiscard]] auto local_actor() -> access::actor;

/// The option --data, which every one of them has.
void add_data_option(CLI::App& command, std::string& data);
/// --prefix and --sensor, which may be given several times.
void add_reach_options(CLI::App& command, std::vector<std::string>& prefixes,
                       std::vector<std::string>& sensors);
[[nodiscard]] auto open_door(std::string const& data, access::catalog::when_missing then)
    -> result<std::unique_ptr<access::door>>;

/// Says what went wrong, and where help is when it was the words that were given.
[[nodiscard]] auto exit_code_of(status const& done, std::string const& command) -> int;

/// A row of the audit log, as `kizashi audit list --json` and the API write it.
[[nodiscard]] auto audit_row_json(access::audit_row const& row) -> answer::json;

/// "2026-01-15 09:00:00", "-" when it is not known.
[[nodiscard]] auto when_text(timestamp time) -> std::string;

}  // namespace kizashi::app
