// Operations about what people keep and look after: saved views, settings, the audit log. The room
// knows their table; who has them (`kizashi serve`) answers them.
#pragma once

#include <vector>

#include "kizashi/api/route.hpp"

namespace kizashi::api {

/// Without answers: each has to get one before it goes into `observatory::more_routes`. Views are
/// for sessions alone.
[[nodiscard]] auto desk_routes() -> std::vector<route>;

/// Packets as a file, likewise: captures are made elsewhere.
[[nodiscard]] auto export_route() -> route;

}  // namespace kizashi::api
