// What handlers that ask a store have in common: which packets, seen by whom.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/answer/question.hpp"
#include "kizashi/api/observatory.hpp"
#include "kizashi/api/problem.hpp"
#include "kizashi/api/route.hpp"
#include "kizashi/store/stored_findings.hpp"

namespace kizashi::api {

/// A failure becomes the answer that says so.
[[nodiscard]] auto answered(result<http::response> outcome) -> http::response;

[[nodiscard]] auto json_response(std::string body) -> http::response;
[[nodiscard]] auto json_response(answer::json const& what) -> http::response;

/// A body of JSON whose depth is bounded: the parser would go as deep as the text does.
[[nodiscard]] auto parse_body(std::string const& text) -> result<answer::json>;

/// Parameters that many operations have.
[[nodiscard]] auto sensor_parameter() -> parameter;
[[nodiscard]] auto from_parameter(parameter_kind kind) -> parameter;
[[nodiscard]] auto to_parameter(parameter_kind kind) -> parameter;
[[nodiscard]] auto format_parameter() -> parameter;
[[nodiscard]] auto filter_parameter() -> parameter;

/// The question of `of`, with what its principal may see: sensors and sources of its scope and no
/// others. Fails with `not_found` on a sensor that is not there or that it may not see, which is
/// told alike, and with `io_error` without a store. Parameters: sensor, from, to.
[[nodiscard]] auto question_of(observatory const& in, call const& of) -> result<answer::asked>;

/// Puts the parameter `filter` into the question.
[[nodiscard]] auto filter_packets(observatory const& in, call const& of, answer::asked& question)
    -> status;
/// Sets the times that are not given: those of the first and the last minute of these packets.
[[nodiscard]] auto bound_span(observatory const& in, answer::asked& question) -> status;
/// Whether all of `who` is something that the scope has: of a part nothing is told.
[[nodiscard]] auto is_within(net::prefix const& who, scope const& of) -> bool;
[[nodiscard]] auto read_from_name(store::row_origin of) -> std::string_view;

/// The findings that somebody may know of; not of a scope that has nothing.
[[nodiscard]] auto finding_scope_of(scope const& of) -> store::finding_scope;

/// "sensor in (1,2) and (src >= ...)": the same as a condition for tables with the columns sensor
/// and src; `is_ipv6`: src is of 16 bytes. Nothing: no row of that family may be seen. "1" when all
/// may.
[[nodiscard]] auto scope_condition(answer::asked const& of, bool is_ipv6)
    -> std::optional<std::string>;

/// Whether CSV is wanted, by `format` or else by Accept.
[[nodiscard]] auto wants_csv(call const& of) -> bool;

/// "kizashi-NAME/1" and what every answer says: program, store, sensors and times that were asked
/// for, what the scope of the one who asks lets through.
[[nodiscard]] auto answer_head(answer::asked const& of, std::string_view schema) -> answer::json;

}  // namespace kizashi::api
