// The forms of what `kizashi host` found.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "kizashi/app/report.hpp"
#include "kizashi/app/store_question.hpp"
#include "kizashi/net/address.hpp"
#include "kizashi/store/host.hpp"

namespace kizashi::app {

struct host_answer {
  store_question const& question;
  net::prefix who;
  store::host_profile profile;
  std::map<std::uint16_t, std::string> scanners;
  std::map<std::uint16_t, std::string> fingerprints;

  [[nodiscard]] auto is_one() const -> bool { return who.first() == who.last(); }
  /// "192.0.2.7", "192.0.2.0/24".
  [[nodiscard]] auto name() const -> std::string {
    return is_one() ? who.first().to_string() : who.to_string();
  }
};

[[nodiscard]] auto write_text(host_answer const& what, text_style const& style, text_sink& out)
    -> status;
/// "kizashi-host/1".
[[nodiscard]] auto write_json(host_answer const& what, text_sink& out) -> status;

/// The names of numbers in the store; of packet types and classes those of this program.
[[nodiscard]] auto name_in(std::map<std::uint16_t, std::string> const& names, std::uint16_t number)
    -> std::string;
[[nodiscard]] auto type_name(std::uint16_t number) -> std::string;
[[nodiscard]] auto class_name(std::uint16_t number) -> std::string;
[[nodiscard]] auto pattern_name(std::uint16_t number) -> std::string;
/// Of the bits of `stored_event::tools`.
[[nodiscard]] auto tool_names(std::uint64_t tools,
                              std::map<std::uint16_t, std::string> const& names)
    -> std::vector<std::string>;

/// The rows of the three days that end with the last one that has packets, by hour: begins of the
/// first of these days and of the day behind the last, seconds since 1970.
struct newest_days {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};
[[nodiscard]] auto newest_days_of(store::host_profile const& profile) -> newest_days;

}  // namespace kizashi::app
