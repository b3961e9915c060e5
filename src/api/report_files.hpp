// Reports that a server has written into a folder: which there are, and their bytes.
#pragma once

#include <filesystem>
#include <vector>

#include "kizashi/api/route.hpp"

namespace kizashi::api {

/// GET /api/v1/reports and /api/v1/reports/{file}, of what is in `folder` when they are asked.
/// Names of files are those of reports and nothing else (`paper::parse_file_name`). They tell of
/// the whole store: who may see a part of it is refused.
[[nodiscard]] auto report_file_routes(std::filesystem::path folder) -> std::vector<route>;

/// How a browser has to treat such an HTML file: nothing in it runs, or fetches anything.
inline constexpr auto policy_of_report_files =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; sandbox";

}  // namespace kizashi::api
