#include "kizashi/screening/labels.hpp"

#include <algorithm>
#include <functional>
#include <set>

#include <fmt/format.h>

#include "kizashi/base/input_file.hpp"
#include "kizashi/base/text.hpp"

namespace kizashi::screening {
namespace {

constexpr std::size_t largest_file = std::size_t{256} << 20;
constexpr std::size_t most_messages = 20;
constexpr std::size_t longest_label = 64;
constexpr std::size_t most_labels = 4096;

/// What of a stranger's line may stand in a message.
auto quoted(std::string_view text) -> std::string {
  std::string clean;
  for (auto const letter : text.substr(0, longest_label))
    clean += static_cast<unsigned char>(letter) < 0x20 || letter == 0x7F ? '?' : letter;
  return fmt::format("'{}'{}", clean, text.size() > longest_label ? "..." : "");
}

struct line_parts {
  std::string_view address;
  std::string_view label;
};

/// The second field of a CSV line: without its quotes, and without what follows.
auto csv_field(std::string_view rest) -> std::string_view {
  rest = trim(rest);
  if (rest.starts_with('"')) {
    auto const end = rest.find('"', 1);
    return end == std::string_view::npos ? rest : trim(rest.substr(1, end - 1));
  }
  return trim(rest.substr(0, rest.find(',')));
}

auto without_quotes(std::string_view text) -> std::string_view {
  if (text.size() >= 2 && text.starts_with('"') && text.ends_with('"'))
    return trim(text.substr(1, text.size() - 2));
  return text;
}

auto cut_line(std::string_view line) -> line_parts {
  auto const end = line.find_first_of(", \t");
  if (end == std::string_view::npos) return {without_quotes(line), {}};
  auto const rest = trim(line.substr(end));
  auto const first = without_quotes(line.substr(0, end));
  if (rest.starts_with(',')) return {first, csv_field(rest.substr(1))};
  return {first, trim(rest)};
}

auto is_head(line_parts const& parts) -> bool {
  return parts.address == "address" && (parts.label == "label" || parts.label == "name");
}

auto check_label(std::string_view label) -> status {
  if (label.empty())
    return fail(errc::parse_error, "no label; expected ADDRESS LABEL or ADDRESS,LABEL");
  auto const is_control = [](char letter) {
    return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7F;
  };
  if (label.size() > longest_label || std::ranges::any_of(label, is_control))
    return fail(errc::out_of_range,
                fmt::format("label {}; expected 1 to 64 printable characters", quoted(label)));
  return {};
}

}  // namespace

class source_labels::reader {
public:
  explicit reader(std::string_view file) : file_{file} {}

  void take(std::string_view line) {
    ++line_;
    line = trim(line);
    if (line.empty() || line.starts_with('#')) return;
    auto const parts = cut_line(line);
    if (is_first_ && is_head(parts)) {
      is_first_ = false;
      return;
    }
    is_first_ = false;
    if (auto const done = take_parts(parts); !done) complain(done.error().message);
  }

  auto finish() -> result<source_labels> {
    if (mistakes_ > most_messages)
      messages_ += fmt::format("\n{}: {} more mistakes", file_, mistakes_ - most_messages);
    if (mistakes_ > 0) return fail(errc::parse_error, messages_);
    if (made_.by_prefix_.empty())
      return fail(errc::parse_error,
                  fmt::format("{}: no labels; expected lines ADDRESS LABEL", file_));
    std::set<unsigned, std::greater<>> ipv4;
    std::set<unsigned, std::greater<>> ipv6;
    for (auto const& [prefix, number] : made_.by_prefix_)
      (prefix.first().is_ipv6() ? ipv6 : ipv4).insert(prefix.length());
    made_.lengths_ipv4_.assign(ipv4.begin(), ipv4.end());
    made_.lengths_ipv6_.assign(ipv6.begin(), ipv6.end());
    return std::move(made_);
  }

private:
  auto take_parts(line_parts const& parts) -> status {
    auto const prefix = net::prefix::parse(parts.address);
    if (!prefix)
      return fail(
          errc::parse_error,
          fmt::format("{} is no address or prefix; expected ADDRESS LABEL, and a prefix with "
                      "zeros behind its length",
                      quoted(parts.address)));
    KIZASHI_TRY(check_label(parts.label));
    KIZASHI_TRY(auto const number, number_of(parts.label));
    auto const [place, is_new] = made_.by_prefix_.emplace(*prefix, number);
    if (!is_new && place->second != number)
      return fail(errc::parse_error,
                  fmt::format("{} is {} here and {} above; expected one label for each address",
                              quoted(parts.address), quoted(parts.label),
                              quoted(made_.name(place->second))));
    return {};
  }

  auto number_of(std::string_view label) -> result<std::uint16_t> {
    auto const known = numbers_.find(label);
    if (known != numbers_.end()) return known->second;
    if (made_.names_.size() == most_labels)
      return fail(errc::limit_reached, fmt::format("more than {} different labels", most_labels));
    made_.names_.emplace_back(label);
    auto const number = static_cast<std::uint16_t>(made_.names_.size());
    numbers_.emplace(label, number);
    return number;
  }

  void complain(std::string_view what) {
    if (++mistakes_ > most_messages) return;
    messages_ += fmt::format("{}{}:{}: {}", messages_.empty() ? "" : "\n", file_, line_, what);
  }

  std::string_view file_;
  source_labels made_;
  std::map<std::string, std::uint16_t, std::less<>> numbers_;
  std::string messages_;
  std::size_t mistakes_ = 0;
  std::size_t line_ = 0;
  bool is_first_ = true;
};

auto source_labels::parse(std::string_view text, std::string_view file) -> result<source_labels> {
  reader in{file};
  constexpr std::string_view mark = "\xEF\xBB\xBF";  // of UTF-8, as spreadsheets write it
  if (text.starts_with(mark)) text.remove_prefix(mark.size());
  while (!text.empty()) {
    auto const end = std::min(text.find('\n'), text.size());
    in.take(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return in.finish();
}

auto source_labels::read(std::filesystem::path const& file) -> result<source_labels> {
  KIZASHI_TRY(auto const text, read_whole_file(file.string(), "read the labels", largest_file));
  return parse(text, file.string());
}

auto source_labels::find(net::address a) const noexcept -> std::uint16_t {
  for (auto const length : a.is_ipv6() ? lengths_ipv6_ : lengths_ipv4_) {
    auto const found = by_prefix_.find(net::prefix{a, length});
    if (found != by_prefix_.end()) return found->second;
  }
  return 0;
}

auto source_labels::name(std::uint16_t number) const noexcept -> std::string_view {
  return number == 0 || number > names_.size() ? std::string_view{} : names_[number - 1];
}

}  // namespace kizashi::screening
