// The option --filter, alike in all commands.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "kizashi/filter/expression.hpp"
#include "kizashi/store/statistics.hpp"

namespace kizashi::app {

/// "--filter EXPRESSION"; an empty one, which a variable of the shell that is not set would be, is
/// refused.
void add_filter_option(CLI::App& command, std::string& text);

/// None when `text` is empty: the option was not given. Fails with the place of a mistake, and
/// where `to` does not have a field.
[[nodiscard]] auto wanted_filter(std::string const& text, filter::target to)
    -> result<std::optional<filter::expression>>;

/// The same with the names of a store; null when the option was not given.
[[nodiscard]] auto stored_filter_of(store::engine& in, std::string const& text,
                                    store::ask_settings const& ask)
    -> result<std::shared_ptr<store::stored_filter const>>;

}  // namespace kizashi::app
