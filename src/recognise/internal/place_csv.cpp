#include <algorithm>
#include <cerrno>
#include <fstream>
#include <limits>

#include <fmt/format.h>

#include "kizashi/base/text.hpp"
#include "kizashi/recognise/internal/place_ranges.hpp"

namespace kizashi::recognise::internal {
namespace {

constexpr std::uintmax_t size_limit = std::uintmax_t{1} << 30;

auto read_file(std::filesystem::path const& file) -> result<std::string> {
  std::error_code code;
  auto const size = std::filesystem::file_size(file, code);
  if (code) return system_failure(file.string(), "read", code.value());
  if (size > size_limit)
    return fail(errc::limit_reached,
                fmt::format("{}: {} bytes; expected at most {}", file.string(), size, size_limit));
  std::ifstream in{file, std::ios::binary};
  if (!in) return system_failure(file.string(), "read", errno);
  std::string text(static_cast<std::size_t>(size), '\0');
  in.read(text.data(), static_cast<std::streamsize>(size));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

/// Takes records off a text by RFC 4180: fields in double quotes may hold commas, line ends and
/// doubled quotes.
class csv_reader {
public:
  explicit csv_reader(std::string_view text) : left_{text} {}
  [[nodiscard]] auto is_done() const noexcept -> bool { return left_.empty(); }
  /// Of the record that `next` gave, from 1.
  [[nodiscard]] auto line() const noexcept -> std::size_t { return line_; }

  /// Replaces `fields`. False when a quote is not closed.
  auto next(std::vector<std::string>& fields) -> bool {
    line_ = next_line_;
    fields.clear();
    while (true) {
      fields.emplace_back();
      auto const closed = take_field(fields.back());
      if (!closed) return false;
      if (left_.empty()) return true;
      auto const separator = left_.front();
      left_.remove_prefix(1);
      if (separator == ',') continue;
      ++next_line_;
      return true;
    }
  }

private:
  /// Leaves the comma or line feed in place.
  auto take_field(std::string& out) -> bool {
    if (left_.empty() || left_.front() != '"') {
      auto const end = std::min(left_.find_first_of(",\n"), left_.size());
      out = left_.substr(0, end);
      if (!out.empty() && out.back() == '\r') out.pop_back();
      left_.remove_prefix(end);
      return true;
    }
    left_.remove_prefix(1);
    while (true) {
      auto const quote = left_.find('"');
      if (quote == std::string_view::npos) return false;
      next_line_ +=
          static_cast<std::size_t>(std::count(left_.begin(), left_.begin() + quote, '\n'));
      out += left_.substr(0, quote);
      left_.remove_prefix(quote + 1);
      if (left_.empty() || left_.front() != '"') break;
      out += '"';
      left_.remove_prefix(1);
    }
    if (left_.starts_with("\r\n")) left_.remove_prefix(1);
    return left_.empty() || left_.front() == ',' || left_.front() == '\n';
  }

  std::string_view left_;
  std::size_t line_ = 0;
  std::size_t next_line_ = 1;
};

auto wide(net::address a) -> net::ipv6 {
  return a.is_ipv6() ? a.as_ipv6() : net::ipv6{0, a.as_ipv4().value()};
}

auto take_row(std::vector<std::string> const& fields, place_ranges& out) -> status {
  if (fields.size() != 4)
    return fail(errc::parse_error,
                fmt::format("{} fields; expected first address, last address, AS "
                            "number, name",
                            fields.size()));
  KIZASHI_TRY(auto const first, net::address::parse(fields[0]));
  KIZASHI_TRY(auto const last, net::address::parse(fields[1]));
  KIZASHI_TRY(auto const number,
              parse_unsigned(fields[2], std::numeric_limits<std::uint32_t>::max()));
  if (first.is_ipv6() != last.is_ipv6() || last < first)
    return fail(
        errc::out_of_range,
        fmt::format("the range {} to {} is reversed or mixes IPv4 and IPv6", fields[0], fields[1]));
  auto const value = static_cast<std::uint32_t>(number);
  (first.is_ipv6() ? out.ipv6 : out.ipv4).push_back({wide(first), wide(last), value});
  out.names.try_emplace(value, clean_name(fields[3]));
  return {};
}

auto after(net::ipv6 const& a) -> net::ipv6 {
  return {a.high() + (a.low() == std::numeric_limits<std::uint64_t>::max()), a.low() + 1};
}
auto before(net::ipv6 const& a) -> net::ipv6 {
  return {a.high() - (a.low() == 0), a.low() - 1};
}

/// Cuts ranges where others begin inside of them. `open` holds those that the sweep is in, the one
/// that began last on top; `from` is the first address that is in no answer yet.
class overlap_sweep {
public:
  explicit overlap_sweep(std::size_t expected) { out_.reserve(expected); }

  void begin(place_range const& next) {
    while (!open_.empty() && open_.back().last < next.first) close();
    if (!open_.empty()) {
      ++overlaps_;
      if (from_ < next.first) out_.push_back(cut(open_.back(), from_, before(next.first)));
    }
    open_.push_back(next);
    from_ = next.first;
  }
  void close() {
    auto const& top = open_.back();
    if (from_ <= top.last) {
      out_.push_back(cut(top, from_, top.last));
      from_ = after(top.last);
      is_done_ = from_ == net::ipv6{};  // the last address there is
    }
    open_.pop_back();
    if (is_done_) open_.clear();
  }
  auto finish() -> std::vector<place_range> {
    while (!open_.empty()) close();
    return std::move(out_);
  }
  [[nodiscard]] auto overlaps() const noexcept -> std::size_t { return overlaps_; }

private:
  static auto cut(place_range range, net::ipv6 const& first, net::ipv6 const& last) -> place_range {
    range.first = first;
    range.last = last;
    return range;
  }

  std::vector<place_range> open_;
  std::vector<place_range> out_;
  net::ipv6 from_;
  bool is_done_ = false;
  std::size_t overlaps_ = 0;
};

auto resolve(std::vector<place_range>& ranges) -> std::size_t {
  // The wider of two that begin together comes first, so that the narrower one is on top; of two
  // equal ranges the later row.
  std::ranges::stable_sort(ranges, [](place_range const& a, place_range const& b) {
    return a.first != b.first ? a.first < b.first : a.last > b.last;
  });
  overlap_sweep sweep{ranges.size()};
  for (auto const& each : ranges) sweep.begin(each);
  ranges = sweep.finish();
  return sweep.overlaps();
}

}  // namespace

auto clean_name(std::string_view text) -> std::string {
  std::string out;
  for (auto const each : text) {
    auto const code = static_cast<unsigned char>(each);
    out += code < 0x20 || code == 0x7F ? ' ' : each;
  }
  // C1 controls, U+0080 to U+009F, are two bytes in UTF-8.
  for (std::size_t at = 0; at + 1 < out.size(); ++at)
    if (out[at] == '\xC2' && static_cast<unsigned char>(out[at + 1]) < 0xA0)
      out.replace(at, 2, "  ");
  return std::string{trim(out)};
}

void sort_ranges(place_ranges& ranges) {
  ranges.overlaps += resolve(ranges.ipv4) + resolve(ranges.ipv6);
}

auto read_as_csv(std::filesystem::path const& file) -> result<place_ranges> {
  KIZASHI_TRY(auto const text, read_file(file));
  place_ranges out;
  out.origin = file.filename().string();
  csv_reader in{text};
  std::vector<std::string> fields;
  while (!in.is_done()) {
    if (!in.next(fields))
      return fail(errc::parse_error, fmt::format("{}:{}: a quoted field does not end at a comma or "
                                                 "at the end of a line",
                                                 file.string(), in.line()));
    if (auto const taken = take_row(fields, out); !taken)
      return fail(taken.error().code,
                  fmt::format("{}:{}: {}", file.string(), in.line(), taken.error().message));
  }
  if (out.ipv4.empty() && out.ipv6.empty())
    return fail(errc::parse_error, fmt::format("{}: no rows; expected first address, last address, "
                                               "AS number, name",
                                               file.string()));
  sort_ranges(out);
  return out;
}

}  // namespace kizashi::recognise::internal
