#include "kizashi/recognise/internal/scanner_formats.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "kizashi/base/text.hpp"

namespace kizashi::recognise::internal {
namespace {

/// Takes lines off a text and counts them.
class line_reader {
public:
  explicit line_reader(std::string_view text) : left_{text} {}
  auto next(std::string_view& line) -> bool {
    if (left_.empty()) return false;
    auto const end = std::min(left_.find('\n'), left_.size());
    line = left_.substr(0, end);
    left_.remove_prefix(std::min(end + 1, left_.size()));
    ++number_;
    return true;
  }
  [[nodiscard]] auto number() const -> std::size_t { return number_; }

private:
  std::string_view left_;
  std::size_t number_ = 0;
};

auto is_comment(std::string_view line) -> bool {
  return line.empty() || line.front() == '#' || line.front() == ';' || line.starts_with("//");
}

auto first_data_line(std::string_view text) -> std::string_view {
  line_reader in{text};
  for (std::string_view line; in.next(line);)
    if (!is_comment(trim(line))) return trim(line);
  return {};
}

auto ends_in(std::string_view file, std::string_view ending) -> bool {
  return file.ends_with(ending) || file.ends_with(std::string{ending} + ".gz");
}

/// Fields of one line; in double quotes a field may hold separators, and quotes doubled. False
/// when a quote does not end.
auto split_record(std::string_view line, char separator, std::vector<std::string>& fields) -> bool {
  fields.assign(1, {});
  bool is_quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    auto const each = line[i];
    if (each == '"' && is_quoted && i + 1 < line.size() && line[i + 1] == '"')
      fields.back() += line[++i];
    else if (each == '"')
      is_quoted = !is_quoted;
    else if (each == separator && !is_quoted)
      fields.emplace_back();
    else
      fields.back() += each;
  }
  for (auto& each : fields) each = std::string{trim(each)};
  return !is_quoted;
}

auto to_small(std::string text) -> std::string {
  for (auto& each : text)
    if (each >= 'A' && each <= 'Z') each = static_cast<char>(each - 'A' + 'a');
  return text;
}

constexpr std::array<std::string_view, 9> where_titles{
    "address", "prefix", "range", "ip", "ip_address", "network", "cidr", "subnet", "ip_prefix"};
constexpr std::array<std::string_view, 8> name_titles{
    "organisation", "organization", "org", "name", "owner", "actor", "provider", "scanner"};

template <std::size_t N>
auto column_of(std::vector<std::string> const& titles, std::array<std::string_view, N> const& names)
    -> std::size_t {
  auto const found = std::ranges::find_if(titles, [&](std::string const& title) {
    return std::ranges::find(names, to_small(title)) != names.end();
  });
  return static_cast<std::size_t>(found - titles.begin());
}

/// What stands in a list without columns: an address, what follows it, and a name behind '#'.
struct list_line {
  std::string_view where;
  std::string_view name;
  bool has_name = false;
};

auto cut_line(std::string_view line) -> list_line {
  list_line out;
  auto const mark = line.find_first_of("#;");
  out.where = trim(line.substr(0, mark));
  if (mark != std::string_view::npos) {
    out.has_name = line[mark] == '#';
    if (out.has_name) out.name = trim(line.substr(mark + 1));
  }
  // A column of numbers, such as the count of blocklists in IPsum, is left alone.
  auto const blank = out.where.find_first_of(" \t");
  if (blank != std::string_view::npos && parse_unsigned(trim(out.where.substr(blank)), ~0ULL))
    out.where = out.where.substr(0, blank);
  return out;
}

auto has_names(std::string_view text) -> bool {
  line_reader in{text};
  for (std::string_view line; in.next(line);)
    if (!is_comment(trim(line)) && cut_line(trim(line)).has_name) return true;
  return false;
}

/// JSON begins with an object, TOML of ours has its tables, a .csv a head line.
auto format_of(std::string_view file, std::string_view text) -> scanner_format {
  if (ends_in(file, ".toml")) return scanner_format::toml;
  if (ends_in(file, ".csv")) return scanner_format::csv;
  if (ends_in(file, ".json")) return scanner_format::misp;
  auto const first = first_data_line(text);
  if (first.starts_with('{')) return scanner_format::misp;
  if (first.starts_with("[[")) return scanner_format::toml;
  if (first.find_first_of(",\t") != std::string_view::npos && !first.empty() &&
      !net::prefix::parse(first.substr(0, first.find_first_of(",\t "))))
    return scanner_format::csv;
  return has_names(text) ? scanner_format::maltrail : scanner_format::plain;
}

auto read_as(scanner_format format, std::string_view file, std::string_view text, scanner_draft& to)
    -> status {
  switch (format) {
    case scanner_format::misp:
      return read_misp(file, text, to);
    case scanner_format::toml:
      return read_scanner_toml(file, text, to);
    case scanner_format::csv:
      return read_scanner_csv(file, text, to);
    case scanner_format::maltrail:
    case scanner_format::plain:
      break;
  }
  return read_scanner_lines(file, text, to);
}

}  // namespace

auto read_scanners(std::string_view file, std::string_view text, scanner_draft& to) -> status {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (text.find('\0') != std::string_view::npos)
    return fail(errc::unsupported,
                fmt::format("{}: not a list of scanners: it has bytes that no text has; expected "
                            "a MISP warning list, Maltrail's \"address # name\", CSV with a head "
                            "line, TOML, or an address on each line",
                            file));
  auto const before = to.notes.size();
  KIZASHI_TRY(read_as(format_of(file, text), file, text, to));
  auto const& note = to.notes.back();
  if (to.notes.size() == before || note.entries > 0) return {};
  if (note.messages.empty())
    return fail(errc::parse_error,
                fmt::format("{}: no address in it; expected one or more addresses, prefixes or "
                            "ranges",
                            file));
  return fail(errc::parse_error,
              fmt::format("{}: none of its {} lines is an address; the first: {}", file,
                          note.refused, note.messages.front()));
}

auto read_scanner_csv(std::string_view file, std::string_view text, scanner_draft& to) -> status {
  line_reader in{text};
  std::string_view line;
  while (in.next(line))
    if (!is_comment(trim(line))) break;
  auto const head = trim(line);
  auto const separator = head.find('\t') != std::string_view::npos  ? '\t'
                         : head.find(';') != std::string_view::npos ? ';'
                                                                    : ',';
  std::vector<std::string> fields;
  auto const is_whole = split_record(head, separator, fields);
  auto const where = column_of(fields, where_titles);
  auto const name = column_of(fields, name_titles);
  if (!is_whole || where == fields.size())
    return fail(errc::parse_error,
                fmt::format("{}:{}: no column of the head line is called {}", file,
                            std::max<std::size_t>(in.number(), 1), fmt::join(where_titles, ", ")));
  scanner_writer out{to, file, "CSV"};
  auto const columns = fields.size();
  while (in.next(line)) {
    if (is_comment(trim(line))) continue;
    auto const is_closed = split_record(trim(line), separator, fields);
    if (!is_closed || fields.size() != columns) {
      out.refuse(in.number(), !is_closed ? std::string{"a quoted field does not end on its line"}
                                         : fmt::format("{} fields; expected {} as in the head line",
                                                       fields.size(), columns));
      continue;
    }
    KIZASHI_TRY(name < columns ? out.add(in.number(), fields[where], fields[name], file)
                               : out.add_unnamed(in.number(), fields[where]));
  }
  return {};
}

auto read_scanner_lines(std::string_view file, std::string_view text, scanner_draft& to) -> status {
  auto const is_named = has_names(text);
  scanner_writer out{to, file, is_named ? "address # name" : "plain"};
  line_reader in{text};
  for (std::string_view line; in.next(line);) {
    auto const whole = trim(line);
    if (is_comment(whole)) continue;
    auto const cut = cut_line(whole);
    KIZASHI_TRY(is_named ? out.add(in.number(), cut.where, cut.name, file)
                         : out.add_unnamed(in.number(), cut.where));
  }
  return {};
}

}  // namespace kizashi::recognise::internal
