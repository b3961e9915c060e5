// A password from a person or a program, never from the command line: other users of the machine
// see that, and shells keep it.
#pragma once

#include <string>

#include "kizashi/base/error.hpp"

namespace kizashi::app {

/// From a terminal at standard input, twice and without echo; else the first line of standard
/// input, without its end. `listen_for_stop` must have been called: a signal then gives the echo
/// back and fails.
[[nodiscard]] auto read_new_password(std::string const& account) -> result<std::string>;

}  // namespace kizashi::app
