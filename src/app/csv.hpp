// Tables as comma-separated text (RFC 4180).
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "kizashi/app/report.hpp"
#include "kizashi/base/output_file.hpp"

namespace kizashi::app {

using answer::csv_text;

/// Empty where it is not known.
[[nodiscard]] auto csv_time(timestamp time) -> std::string;
[[nodiscard]] auto csv_country(recognise::country_code code) -> std::string;
[[nodiscard]] auto csv_system(recognise::asn number) -> std::string;

/// "23/tcp 53/udp" of things with `port` and `ip_protocol`.
template <class Ports>
[[nodiscard]] auto csv_ports(Ports const& ports) -> std::string {
  std::string text;
  for (auto const& each : ports)
    text +=
        fmt::format("{}{}/{}", text.empty() ? "" : " ", each.port, protocol_name(each.ip_protocol));
  return text;
}

/// Makes the folder of the tables when it is not there.
[[nodiscard]] auto make_folder(std::filesystem::path const& folder) -> status;

/// Writes a head line and the first `count` of `rows`, each through `to_text`, as a whole file.
template <class Rows, class ToText>
[[nodiscard]] auto write_rows(std::filesystem::path const& file, std::string_view head,
                              Rows const& rows, std::size_t count, ToText to_text) -> status {
  KIZASHI_TRY(auto out, output_file::create(file));
  KIZASHI_TRY(out.write(fmt::format("{}\n", head)));
  for (std::size_t i = 0; i < count; ++i) KIZASHI_TRY(out.write(to_text(rows[i]) + "\n"));
  return out.commit();
}

}  // namespace kizashi::app
