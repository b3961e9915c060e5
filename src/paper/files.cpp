#include "kizashi/paper/files.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "kizashi/base/file_descriptor.hpp"
#include "kizashi/base/output_file.hpp"
#include "kizashi/base/text.hpp"
#include "kizashi/paper/html.hpp"

namespace kizashi::paper {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view file_prefix = "kizashi-";
constexpr file_form forms[] = {file_form::json, file_form::html, file_form::pdf};
/// A report has some hundred kilobytes; what is much larger is none.
constexpr std::size_t most_file_bytes = std::size_t{64} << 20;

auto form_named(std::string_view name) -> std::optional<file_form> {
  for (auto const each : forms)
    if (name_of(each) == name) return each;
  return std::nullopt;
}

}  // namespace

auto name_of(file_form each) noexcept -> std::string_view {
  return each == file_form::json ? "json" : each == file_form::html ? "html" : "pdf";
}

auto media_type_of(file_form each) noexcept -> std::string_view {
  return each == file_form::json   ? "application/json"
         : each == file_form::html ? "text/html; charset=utf-8"
                                   : "application/pdf";
}

auto report_file::name() const -> std::string {
  return fmt::format("{}{}{}.{}", file_prefix, period.name,
                     language ? fmt::format(".{}", code_of(*language)) : "", name_of(form));
}

auto parse_file_name(std::string_view name) -> std::optional<report_file> {
  if (!name.starts_with(file_prefix)) return std::nullopt;
  auto const parts = split(name.substr(file_prefix.size()), '.');
  if (parts.size() < 2 || parts.size() > 3) return std::nullopt;
  auto const period = period_at(kind_of(parts.front()), parts.front());
  auto const form = form_named(parts.back());
  if (!period || !form) return std::nullopt;
  report_file out{*period, *form, std::nullopt};
  if (parts.size() == 3) {
    auto const language = parse_language(parts[1]);
    if (!language) return std::nullopt;
    out.language = *language;
  }
  bool const is_whole = out.language.has_value() == (*form != file_form::json);
  if (!is_whole || out.name() != name) return std::nullopt;
  return out;
}

auto list_files(fs::path const& folder) -> result<std::vector<stored_file>> {
  std::vector<stored_file> out;
  std::error_code failed;
  fs::directory_iterator each{folder, failed};
  if (failed == std::errc::no_such_file_or_directory) return out;
  if (failed) return system_failure(folder.string(), "read", failed.value());
  for (fs::directory_iterator const end; each != end; each.increment(failed)) {
    if (failed) return system_failure(folder.string(), "read", failed.value());
    auto const what = parse_file_name(each->path().filename().string());
    struct stat about {};
    if (!what || ::lstat(each->path().c_str(), &about) != 0 || !S_ISREG(about.st_mode)) continue;
    auto const written = std::int64_t{about.st_mtim.tv_sec} * 1'000'000'000 + about.st_mtim.tv_nsec;
    out.push_back({*what, static_cast<std::uint64_t>(about.st_size), timestamp{written}});
  }
  std::ranges::sort(out, [](stored_file const& a, stored_file const& b) {
    auto const &left = a.what, &right = b.what;
    if (left.period.to != right.period.to) return left.period.to > right.period.to;
    return left.name() < right.name();
  });
  return out;
}

auto read_file(fs::path const& folder, report_file const& what) -> result<std::string> {
  auto const name = what.name();
  auto const missing = fail(errc::not_found, fmt::format("there is no report {}", name));
  file_descriptor const in{::open((folder / name).c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC)};
  if (!in.is_open() && (errno == ENOENT || errno == ELOOP)) return missing;
  if (!in.is_open()) return system_failure(name, "read", errno);
  struct stat about {};
  if (::fstat(in.get(), &about) != 0 || !S_ISREG(about.st_mode)) return missing;
  std::string out;
  char buffer[65536];
  for (;;) {
    auto const got = ::read(in.get(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_failure(name, "read", errno);
    if (got == 0) return out;
    out.append(buffer, static_cast<std::size_t>(got));
    if (out.size() > most_file_bytes)
      return fail(errc::limit_reached, fmt::format("{} is larger than a report", name));
  }
}

auto files_of(report_period const& period, file_set const& what) -> std::vector<report_file> {
  std::vector<report_file> out{{period, file_form::json, std::nullopt}};
  for (auto const each : what.languages) {
    out.push_back({period, file_form::html, each});
    if (what.has_pdf) out.push_back({period, file_form::pdf, each});
  }
  return out;
}

auto missing_files(fs::path const& folder, report_period const& period, file_set const& what)
    -> std::vector<report_file> {
  auto out = files_of(period, what);
  std::erase_if(out, [&](report_file const& each) {
    std::error_code ignored;
    return fs::exists(folder / each.name(), ignored);
  });
  return out;
}

auto content_of(report_file const& what, answer::json const& document, pdf_options const& pdf)
    -> result<std::string> {
  if (what.form == file_form::json) return answer::text_of(document) + "\n";
  auto html = html_of(document, what.language.value_or(language::english));
  if (what.form == file_form::html) return html;
  return pdf_of(html, pdf);
}

auto write_file(fs::path const& folder, report_file const& what, std::string_view content)
    -> status {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) return system_failure(folder.string(), "make", failed.value());
  KIZASHI_TRY(auto out, output_file::create(folder / what.name()));
  KIZASHI_TRY(out.write(content));
  return out.commit_durably();
}

}  // namespace kizashi::paper
