// The operations of /api/v1, one file for each group of them. Each function gives the rows of the
// table; `in` lives as long as the server.
#pragma once

#include <vector>

#include "kizashi/api/job_list.hpp"
#include "kizashi/api/observatory.hpp"
#include "kizashi/api/route.hpp"

namespace kizashi::api {

/// status, health, ready, metrics, who am I.
[[nodiscard]] auto status_routes(observatory const& in) -> std::vector<route>;
/// statistics, hosts.
[[nodiscard]] auto statistics_routes(observatory const& in) -> std::vector<route>;

/// fields, filter/check.
[[nodiscard]] auto filter_routes(observatory const& in) -> std::vector<route>;
/// behaviours, neighbours.
[[nodiscard]] auto picture_routes(observatory const& in) -> std::vector<route>;
/// crossings.
[[nodiscard]] auto crossing_routes(observatory const& in) -> std::vector<route>;
/// report.
[[nodiscard]] auto report_routes(observatory const& in) -> std::vector<route>;
/// campaigns.
[[nodiscard]] auto campaign_routes(observatory const& in) -> std::vector<route>;
/// packets, events, attacks, windows.
[[nodiscard]] auto list_routes(observatory const& in) -> std::vector<route>;
/// findings, engines.
[[nodiscard]] auto finding_routes(observatory const& in) -> std::vector<route>;
/// sensors, names.
[[nodiscard]] auto name_routes(observatory const& in) -> std::vector<route>;
/// The streams of events and frames.
[[nodiscard]] auto live_routes(observatory const& in) -> std::vector<route>;

/// Tells its owner how a job goes on: the topic "job".
[[nodiscard]] auto job_event(job_view const& of) -> live::event;
/// Questions in SQL that are asked now and looked at later.
[[nodiscard]] auto job_routes(observatory const& in, job_list& jobs) -> std::vector<route>;

/// All of them, in the order of the description.
[[nodiscard]] auto all_routes(observatory const& in, job_list& jobs) -> std::vector<route>;

}  // namespace kizashi::api
