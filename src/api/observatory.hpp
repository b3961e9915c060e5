// What the API tells of: everything that its handlers need, made and owned by who starts the
// server.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/answer/json_document.hpp"
#include "kizashi/api/access.hpp"
#include "kizashi/api/route.hpp"
#include "kizashi/api/router.hpp"
#include "kizashi/base/metrics.hpp"
#include "kizashi/live/event_log.hpp"
#include "kizashi/live/frame_log.hpp"
#include "kizashi/recognise/place.hpp"
#include "kizashi/store/engine.hpp"
#include "kizashi/store/filter_sql.hpp"

namespace kizashi::api {

/// What a filter's condition is for.
struct filter_target {
  std::string_view table;  ///< packets, packets6, events, attacks, windows
  /// Whether it may look at what tells a destination: its address, IP ID, sequence and
  /// acknowledgement. A filter that somebody may not see the fields of would tell them all the
  /// same.
  bool has_destinations = false;
};

/// The language of the parameter `filter`: makes of its text a condition of SQL on the columns of a
/// table. Fails with what is wrong, and where, in a sentence.
using filter_reader =
    std::function<result<std::string>(std::string_view text, filter_target const& on)>;

/// The same for numbers, which come from several tables. `has_destinations` as in `filter_target`.
using packet_filter_reader = std::function<result<std::shared_ptr<store::stored_filter const>>(
    std::string_view text, bool has_destinations)>;

/// The references live as long as the server.
struct observatory {
  std::shared_ptr<store::engine> engine =
      nullptr;                   ///< null: there is no store, and questions say so
  std::string name = "kizashi";  ///< of the store, in answers; no path of the machine
  std::shared_ptr<recognise::place_table const> places =
      std::make_shared<recognise::place_table const>();
  live::event_log& events;
  live::frame_log& frames;
  kizashi::metrics& counters;
  api::access& access;
  /// What the pipeline says of itself: a JSON object. Quick, from any thread.
  std::function<answer::json()> status = nullptr;
  /// Why questions cannot be answered yet, or no more; empty: they can. Quick, from any thread.
  std::function<std::string()> not_ready = nullptr;
  filter_reader filter = nullptr;                ///< null: the parameter is refused
  packet_filter_reader packet_filter = nullptr;  ///< likewise
  /// What one question of the store may cost.
  store::ask_limits limits = {std::uint64_t{1} << 30, std::chrono::seconds{30}, 0};
  std::vector<route> more_routes = {};  ///< of log-in and accounts, for example
  std::span<asset const> assets = {};
  std::filesystem::path reports =
      {};  ///< where those are that are written on schedule; empty: none
};

/// What GET /api/v1/status answers.
[[nodiscard]] auto status_document(observatory const& of) -> answer::json;

}  // namespace kizashi::api
