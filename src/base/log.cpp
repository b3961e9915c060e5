#include "kizashi/base/log.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <iterator>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace kizashi {
namespace {

constexpr std::size_t most_message = 4096;
constexpr std::size_t most_errors = 10;

constexpr std::array<std::string_view, 4> level_names = {"error", "warning", "info", "debug"};
constexpr std::array<std::string_view, 2> format_names = {"text", "json"};
/// LOG_ERR, LOG_WARNING, LOG_INFO, LOG_DEBUG of syslog.
constexpr std::array<char, 4> priorities = {'3', '4', '6', '7'};

template <class Enum, std::size_t N>
auto parse_name(std::string_view text, std::array<std::string_view, N> const& names)
    -> result<Enum> {
  auto const found = std::ranges::find(names, text);
  if (found != names.end()) return static_cast<Enum>(found - names.begin());
  return fail(errc::parse_error,
              fmt::format("\"{}\" is not known; expected one of {}", text, fmt::join(names, ", ")));
}

/// How many bytes the character at the begin of `text` has; 0: it is no UTF-8 (RFC 3629: the
/// shortest form, no surrogates, up to U+10FFFF) or a control character.
auto character_length(std::string_view text) -> std::size_t {
  auto const byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  auto const first = byte(0);
  if (first < 0x80) return first < 0x20 || first == 0x7f ? 0 : 1;
  std::size_t const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xc0) != 0x80) return 0;
  auto const second = byte(1);
  bool const is_wrong = (first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
                        (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f) ||
                        (first == 0xc2 && second < 0xa0);  // U+0080 to U+009F control terminals
  return is_wrong ? 0 : length;
}

void append_text(std::string_view text, std::string& out) {
  while (!text.empty()) {
    auto const length = character_length(text);
    if (length == 0)
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(text[0]));
    else
      out.append(text.substr(0, length));
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
}

void append_json(std::string_view text, std::string& out) {
  out += '"';
  while (!text.empty()) {
    auto const length = character_length(text);
    if (length == 0)
      out += "\\ufffd";
    else if (text[0] == '"' || text[0] == '\\')
      (out += '\\') += text[0];
    else
      out.append(text.substr(0, length));
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  out += '"';
}

/// "2026-01-15T09:00:00.250Z".
auto milliseconds_text(timestamp at) -> std::string {
  auto text = at.to_string();
  if (at.is_known()) text.replace(text.size() - 7, 6, "");
  return text;
}

auto log_time_now() -> timestamp {
  auto const since = std::chrono::system_clock::now().time_since_epoch();
  return timestamp{std::chrono::duration_cast<std::chrono::nanoseconds>(since).count()};
}

void write_standard_error(std::string_view line) {
  while (!line.empty()) {
    auto const written = ::write(STDERR_FILENO, line.data(), line.size());
    if (written <= 0) return;  // nobody is left to tell
    line.remove_prefix(static_cast<std::size_t>(written));
  }
}

/// Whether standard error is the journal of systemd (man systemd.exec, $JOURNAL_STREAM).
auto is_journal() -> bool {
  auto const* const named = std::getenv("JOURNAL_STREAM");
  struct stat here {};
  return named != nullptr && ::fstat(STDERR_FILENO, &here) == 0 &&
         fmt::format("{}:{}", here.st_dev, here.st_ino) == named;
}

/// FNV-1a (Fowler, Noll, Vo), 64 bits.
auto digest_of_kind(log_line const& line) -> std::uint64_t {
  std::uint64_t out = 14695981039346656037U;
  auto const add = [&](unsigned char byte) { out = (out ^ byte) * 1099511628211U; };
  add(static_cast<unsigned char>(line.level));
  for (auto const text : {line.part, line.kind.empty() ? line.message : line.kind}) {
    for (auto const letter : text) add(static_cast<unsigned char>(letter));
    add(0);
  }
  return out;
}

}  // namespace

auto name_of(log_level level) noexcept -> std::string_view {
  return level_names[static_cast<std::size_t>(level)];
}

auto name_of(log_format format) noexcept -> std::string_view {
  return format_names[static_cast<std::size_t>(format)];
}

auto parse_log_level(std::string_view text) -> result<log_level> {
  return parse_name<log_level>(text, level_names);
}

auto parse_log_format(std::string_view text) -> result<log_format> {
  return parse_name<log_format>(text, format_names);
}

logger::logger() : logger{write_standard_error, log_time_now} {
  has_priority_ = is_journal();
}

logger::logger(output to, clock now) : to_{std::move(to)}, now_{std::move(now)} {
  kinds_.reserve(most_kinds);
}

void logger::set(log_format format, log_level most) {
  std::scoped_lock const alone{mutex_};
  format_ = format;
  most_ = most;
}

void logger::write(log_line const& line) {
  std::scoped_lock const alone{mutex_};
  if (line.level > most_) return;
  auto const now = now_();
  auto const message = line.message.substr(0, most_message);
  if (is_held({line.level, line.part, message, line.kind}, now)) return;
  put(line.level, line.part, message, now);
  if (line.level != log_level::error) return;
  errors_.push_front({now, std::string{line.part}, std::string{message}});
  if (errors_.size() > most_errors) errors_.pop_back();
}

/// Whether the line is of a kind that was written a moment ago, or there is no room for its kind.
auto logger::is_held(log_line const& line, timestamp now) -> bool {
  auto const digest = digest_of_kind(line);
  auto const found = std::ranges::find(kinds_, digest, &known_kind::digest);
  if (found != kinds_.end() && now - found->since < quiet) {
    ++found->held;
    found->message.assign(line.message);
    return true;
  }
  if (found != kinds_.end()) {
    put_held(*found, now);
    found->since = now;
    return false;
  }
  if (kinds_.size() == most_kinds) {
    auto const oldest = std::ranges::min_element(kinds_, {}, &known_kind::since);
    if (now - oldest->since < quiet) {
      if (line.level == log_level::error) return false;
      ++unwritten_;
      return true;
    }
    put_held(*oldest, now);
    kinds_.erase(oldest);
  }
  kinds_.push_back({digest, line.level, std::string{line.part}, {}, now, 0});
  return false;
}

void logger::put_held(known_kind& of, timestamp now) {
  if (of.held == 0) return;
  // The last of them stands for the others.
  put(of.level, of.part,
      of.held == 1 ? of.message : fmt::format("{} (and {} more like it)", of.message, of.held - 1),
      now);
  of.held = 0;
}

void logger::tell_held(bool all) {
  std::scoped_lock const alone{mutex_};
  auto const now = now_();
  std::erase_if(kinds_, [&](known_kind& each) {
    if (!all && now - each.since < quiet) return false;
    bool const is_busy = each.held > 0;
    put_held(each, now);
    each.since = now;
    return all || !is_busy;  // one that goes on is said again after another while
  });
  if (unwritten_ == 0 || (!all && told_unwritten_.is_known() && now - told_unwritten_ < quiet))
    return;
  put(log_level::warning, "log",
      fmt::format("{} lines of other kinds were not written: there were too many", unwritten_),
      now);
  unwritten_ = 0;
  told_unwritten_ = now;
}

void logger::put(log_level level, std::string_view part, std::string_view message, timestamp at) {
  buffer_.clear();
  if (has_priority_)
    fmt::format_to(std::back_inserter(buffer_), "<{}>",
                   priorities[static_cast<std::size_t>(level)]);
  auto const time = milliseconds_text(at);
  if (format_ == log_format::json) {
    fmt::format_to(std::back_inserter(buffer_), R"({{"time":"{}","level":"{}","part":)", time,
                   name_of(level));
    append_json(part, buffer_);
    buffer_ += ",\"message\":";
    append_json(message, buffer_);
    buffer_ += '}';
  } else {
    fmt::format_to(std::back_inserter(buffer_), "{} {} ", time, name_of(level));
    append_text(part, buffer_);
    buffer_ += ": ";
    append_text(message, buffer_);
  }
  buffer_ += '\n';
  to_(buffer_);
}

auto logger::errors() const -> std::vector<remembered> {
  std::scoped_lock const alone{mutex_};
  return {errors_.begin(), errors_.end()};
}

}  // namespace kizashi
