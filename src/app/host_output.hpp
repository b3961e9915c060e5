// The forms of what `kizashi host` found; JSON is that of `kizashi/answer/host.hpp`.
#pragma once

#include <cstdint>

#include "kizashi/answer/host.hpp"
#include "kizashi/app/report.hpp"
#include "kizashi/app/store_question.hpp"

namespace kizashi::app {

struct host_answer : answer::host_answer {
  store_question const& question;
};

[[nodiscard]] auto write_text(host_answer const& what, text_style const& style, text_sink& out)
    -> status;

using answer::class_name;
using answer::name_in;
using answer::pattern_name;
using answer::tool_names;
using answer::type_name;

/// The rows of the three days that end with the last one that has packets, by hour: begins of the
/// first of these days and of the day behind the last, seconds since 1970.
struct newest_days {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};
[[nodiscard]] auto newest_days_of(store::host_profile const& profile) -> newest_days;

}  // namespace kizashi::app
