// Reports in a folder: what their files are called, which are there, and how they get there.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/paper/pdf.hpp"
#include "kizashi/paper/report.hpp"
#include "kizashi/paper/words.hpp"

namespace kizashi::paper {

enum class file_form : std::uint8_t { json, html, pdf };
/// "json", "html", "pdf".
[[nodiscard]] auto name_of(file_form each) noexcept -> std::string_view;
/// Its media type.
[[nodiscard]] auto media_type_of(file_form each) noexcept -> std::string_view;

/// One file of a report. JSON has all languages in it.
struct report_file {
  report_period period;
  file_form form = file_form::json;
  std::optional<paper::language> language;
  /// "kizashi-2026-09.json", "kizashi-2026-09.en.html".
  [[nodiscard]] auto name() const -> std::string;
};
/// Nothing of every name that is not exactly one that `report_file::name` gives: so it has no
/// folder in it.
[[nodiscard]] auto parse_file_name(std::string_view name) -> std::optional<report_file>;

struct stored_file {
  report_file what;
  std::uint64_t bytes = 0;
  timestamp written;
};
/// The reports in `folder`, the newest periods first, then by name; none where it is not there.
[[nodiscard]] auto list_files(std::filesystem::path const& folder)
    -> result<std::vector<stored_file>>;
/// The bytes of one of them. Links are not followed. Fails with `not_found`.
[[nodiscard]] auto read_file(std::filesystem::path const& folder, report_file const& what)
    -> result<std::string>;

/// What is written of a period.
struct file_set {
  std::vector<language> languages;
  bool has_pdf = false;
};
[[nodiscard]] auto files_of(report_period const& period, file_set const& what)
    -> std::vector<report_file>;
/// Those of them that `folder` does not have.
[[nodiscard]] auto missing_files(std::filesystem::path const& folder, report_period const& period,
                                 file_set const& what) -> std::vector<report_file>;
/// The bytes of `what`, made of the document of its period. `pdf`: who makes a PDF.
[[nodiscard]] auto content_of(report_file const& what, answer::json const& document,
                              pdf_options const& pdf) -> result<std::string>;
/// Each file appears whole or not at all, and is on the disk when this returns. The folder is made
/// where it is not there.
[[nodiscard]] auto write_file(std::filesystem::path const& folder, report_file const& what,
                              std::string_view content) -> status;

}  // namespace kizashi::paper
