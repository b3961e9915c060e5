#include "kizashi/store/sketch/sketch_index.hpp"

#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

#include "kizashi/base/durable_file.hpp"
#include "kizashi/base/file_descriptor.hpp"
#include "kizashi/base/input_file.hpp"
#include "kizashi/base/text.hpp"
#include "kizashi/base/time.hpp"
#include "kizashi/store/sketch/sketch_records.hpp"

namespace kizashi::store {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view head = "kizashi-sketches 1\n";
constexpr std::size_t largest_index = std::size_t{256} << 20;

auto sum_text(std::string_view text) -> std::string {
  return fmt::format("{:016x}",
                     sum_of({reinterpret_cast<std::uint8_t const*>(text.data()), text.size()}));
}

/// A name on one line, without tabs.
auto escaped(std::string_view name) -> std::string {
  std::string out;
  for (auto const letter : name) {
    if (letter == '\\')
      out += "\\\\";
    else if (letter == '\t')
      out += "\\t";
    else if (letter == '\n')
      out += "\\n";
    else
      out += letter;
  }
  return out;
}

auto unescaped(std::string_view text) -> std::string {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    ++i;
    out += text[i] == 't' ? '\t' : text[i] == 'n' ? '\n' : text[i];
  }
  return out;
}

auto add_line(std::string_view line, sketch_index& to) -> status {
  auto const fields = split(line, '\t');
  if (fields.size() == 3 && fields[0] == "sensor") {
    KIZASHI_TRY(auto const number, parse_unsigned(fields[1], UINT16_MAX));
    to.sensors[static_cast<std::uint16_t>(number)] = unescaped(fields[2]);
    return {};
  }
  if (fields.size() != 5 || fields[0] != "day")
    return fail(errc::parse_error, "expected a sensor or a day, tabs between the values");
  KIZASHI_TRY(auto const day, parse_sketch_day(fields[1]));
  auto& file = to.days[day];
  KIZASHI_TRY(file.number, parse_unsigned(fields[2], UINT64_MAX));
  KIZASHI_TRY(file.bytes, parse_unsigned(fields[3], INT64_MAX));
  KIZASHI_TRY(file.runs, parse_unsigned(fields[4], UINT64_MAX));
  return {};
}

}  // namespace

auto name_of_day(sketch_day day) -> std::string {
  std::chrono::year_month_day const date{std::chrono::sys_days{std::chrono::days{day}}};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

auto parse_sketch_day(std::string_view text) -> result<sketch_day> {
  constexpr std::size_t length = 10;  // 2026-06-01
  auto const at = timestamp::parse(fmt::format("{}T00:00:00Z", text));
  if (text.size() == length && text == "1970-01-01") return 0;
  if (text.size() != length || !at)
    return fail(errc::parse_error, fmt::format("\"{}\" is no day", text));
  return at->nanoseconds() / duration{std::chrono::days{1}}.count();
}

auto sketch_index::parse(std::string_view text) -> result<sketch_index> {
  sketch_index out;
  if (!text.starts_with(head))
    return fail(errc::unsupported, fmt::format("line 1: expected \"{}\"; a newer Kizashi may have "
                                               "written it",
                                               trim(head)));
  auto const behind = text.rfind("sum\t");
  if (behind == std::string_view::npos ||
      text.substr(behind) != fmt::format("sum\t{}\n", sum_text(text.substr(0, behind))))
    return fail(errc::parse_error, "the last line is not the sum of those before");
  std::size_t number = 1;
  for (auto const line : split(text.substr(head.size(), behind - head.size()), '\n')) {
    ++number;
    if (line.empty()) continue;
    if (auto const added = add_line(line, out); !added)
      return fail(added.error().code, fmt::format("line {}: {}", number, added.error().message));
  }
  return out;
}

auto sketch_index::to_text() const -> std::string {
  std::string text{head};
  for (auto const& [number, name] : sensors)
    text += fmt::format("sensor\t{}\t{}\n", number, escaped(name));
  for (auto const& [day, file] : days)
    text +=
        fmt::format("day\t{}\t{}\t{}\t{}\n", name_of_day(day), file.number, file.bytes, file.runs);
  return text + fmt::format("sum\t{}\n", sum_text(text));
}

auto sketch_index::load(fs::path const& folder) -> result<std::optional<sketch_index>> {
  auto const file = sketch_folder(folder) / "index";
  std::error_code ignored;
  if (!fs::exists(file, ignored)) return std::optional<sketch_index>{};
  KIZASHI_TRY(auto const text,
              read_whole_file(file.string(), "read the index of the sketches", largest_index));
  auto read = parse(text);
  if (read) return std::optional{std::move(*read)};
  return fail(read.error().code, fmt::format("{}: {}", file.string(), read.error().message));
}

auto sketch_index::save(fs::path const& folder) const -> status {
  KIZASHI_TRY(make_folder(sketch_folder(folder)));
  return write_durably(sketch_folder(folder) / "index", to_text());
}

auto sketch_folder(fs::path const& folder) -> fs::path {
  return folder / "sketch";
}

auto sketch_path(fs::path const& folder, sketch_day day, std::uint64_t number) -> fs::path {
  return sketch_folder(folder) / fmt::format("{}.{}", name_of_day(day), number);
}

auto read_sketch(fs::path const& folder, sketch_day day, sketch_file const& of)
    -> result<std::string> {
  auto const path = sketch_path(folder, day, of.number);
  file_descriptor const file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)};
  if (!file.is_open()) return system_failure(path.string(), "read the sketch", errno);
  struct stat is {};
  if (::fstat(file.get(), &is) != 0) return system_failure(path.string(), "read", errno);
  if (static_cast<std::uint64_t>(is.st_size) < of.bytes)
    return fail(errc::parse_error,
                fmt::format("{}: has {} bytes; expected {}", path.string(),
                            with_thousands(static_cast<std::uint64_t>(is.st_size)),
                            with_thousands(of.bytes)));
  std::string bytes(of.bytes, '\0');
  for (std::size_t at = 0; at < bytes.size();) {
    auto const size =
        ::pread(file.get(), bytes.data() + at, bytes.size() - at, static_cast<off_t>(at));
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return system_failure(path.string(), "read the sketch", errno);
    if (size == 0)
      return fail(errc::parse_error, fmt::format("{}: it was cut short", path.string()));
    at += static_cast<std::size_t>(size);
  }
  return bytes;
}

}  // namespace kizashi::store
