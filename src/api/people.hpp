// Operations about people: log-in, accounts, tokens. The room knows their table; who has accounts
// (`kizashi serve`) answers them.
#pragma once

#include <vector>

#include "kizashi/api/route.hpp"

namespace kizashi::api {

/// Without answers: each has to get one before it goes into `observatory::more_routes`. Those of
/// one's own tokens and password (`addToken`, `listTokens`, `revokeToken`, `changePassword`) are
/// for sessions alone.
[[nodiscard]] auto people_routes() -> std::vector<route>;

}  // namespace kizashi::api
