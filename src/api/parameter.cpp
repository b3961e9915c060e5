#include "kizashi/api/parameter.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kizashi/answer/words.hpp"
#include "kizashi/base/config.hpp"
#include "kizashi/base/text.hpp"

namespace kizashi::api {
namespace {

constexpr std::size_t most_repetitions = 64;
constexpr std::int64_t minute = 60'000'000'000;

auto range_text(parameter const& of) -> std::string {
  if (of.least == of.most) return fmt::format("{}", of.least);
  return of.most == UINT64_MAX ? fmt::format("{} or more", of.least)
                               : fmt::format("{} to {}", of.least, of.most);
}

auto where_of(parameter const& of) -> std::string {
  return fmt::format("{}.{}", of.place == parameter_place::path ? "path" : "query", of.name);
}

/// Nothing when `text` is not as the table wants it.
auto value_of(parameter const& of, std::string_view text) -> std::optional<argument> {
  switch (of.kind) {
    case parameter_kind::text:
      if (text.size() < of.least || text.size() > of.most) return std::nullopt;
      return std::string{text};
    case parameter_kind::number: {
      auto const number = parse_unsigned(text, of.most);
      if (!number || *number < of.least) return std::nullopt;
      return *number;
    }
    case parameter_kind::choice:
      if (std::ranges::find(of.choices, text) == of.choices.end()) return std::nullopt;
      return std::string{text};
    case parameter_kind::flag:
      if (text != "true" && text != "false") return std::nullopt;
      return text == "true";
    case parameter_kind::minute:
    case parameter_kind::instant: {
      auto const time = answer::parse_time(text);
      if (!time) return std::nullopt;
      if (of.kind == parameter_kind::minute && time->nanoseconds() % minute != 0)
        return std::nullopt;
      return *time;
    }
    case parameter_kind::network: {
      auto const network = net::prefix::parse(text);
      if (!network) return std::nullopt;
      return *network;
    }
  }
  return std::nullopt;
}

}  // namespace

auto expectation_of(parameter const& of) -> std::string {
  switch (of.kind) {
    case parameter_kind::text:
      return of.least == 0 && of.most == UINT64_MAX
                 ? std::string{"a text"}
                 : fmt::format("a text of {} bytes", range_text(of));
    case parameter_kind::number:
      return fmt::format("a whole number, {}", range_text(of));
    case parameter_kind::choice:
      return fmt::format("one of {}", fmt::join(of.choices, ", "));
    case parameter_kind::flag:
      return "true or false";
    case parameter_kind::minute:
      return "a date or a time in whole minutes by RFC 3339, from 1970 to 2262, such as "
             "2026-07-01 or 2026-07-01T12:00Z";
    case parameter_kind::instant:
      return "a date or a time by RFC 3339, from 1970 to 2262, such as 2026-07-01 or "
             "2026-07-01T12:00:30Z";
    case parameter_kind::network:
      return "an address or a prefix, such as 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32";
  }
  return {};
}

auto arguments::of(std::string_view name) const -> argument const& {
  auto const found = std::ranges::find(all_, name, [](auto const& each) { return each.first; });
  KIZASHI_ASSERT(found != all_.end());
  return found->second;
}

auto arguments::knows(std::string_view name) const -> bool {
  return std::ranges::any_of(all_, [&](auto const& each) { return each.first == name; });
}

auto arguments::has(std::string_view name) const -> bool {
  return !std::holds_alternative<std::monostate>(of(name));
}

class argument_reader {
public:
  argument_reader(std::span<parameter const> table, std::vector<mistake>& mistakes)
      : table_{table}, mistakes_{mistakes} {}

  void read(parameter const& of, std::vector<std::string_view> const& came) {
    auto values = came;
    if (values.empty() && !of.standard.empty()) values.push_back(of.standard);
    if (values.empty() && of.is_required) miss(of, {}, "it is missing; expected ");
    if (of.is_repeated) return read_all(of, values);
    if (values.size() > 1) return miss(of, values[1], "it came more than once; expected once ");
    argument value;
    if (!values.empty()) {
      auto read = value_of(of, values[0]);
      if (!read) return miss(of, values[0]);
      value = std::move(*read);
    }
    out_.all_.emplace_back(of.name, std::move(value));
  }

  void refuse_unknown(std::span<http::query_item const> query) {
    std::vector<std::string_view> known;
    for (auto const& each : table_)
      if (each.place == parameter_place::query) known.push_back(each.name);
    for (auto const& each : query) {
      if (std::ranges::find(known, each.name) != known.end()) continue;
      auto const near = closest(each.name, known);
      auto text = known.empty() ? std::string{"no parameters"}
                                : fmt::format("one of {}", fmt::join(known, ", "));
      if (!near.empty()) text = fmt::format("{}, perhaps", near);
      mistakes_.push_back({"query." + each.name.substr(0, 64), each.value, std::move(text)});
    }
  }

  [[nodiscard]] auto take() -> arguments { return std::move(out_); }

private:
  void read_all(parameter const& of, std::vector<std::string_view> const& came) {
    std::vector<std::string_view> values;
    for (auto const each : came) {
      if (of.kind != parameter_kind::choice)
        values.push_back(each);
      else
        std::ranges::copy(split(each, ','), std::back_inserter(values));
    }
    if (values.size() > most_repetitions)
      return miss(of, values.back(),
                  fmt::format("expected at most {} of them, each ", most_repetitions));
    std::vector<std::string> texts;
    std::vector<std::uint64_t> numbers;
    for (auto const each : values) {
      auto read = value_of(of, each);
      if (!read)
        miss(of, each);
      else if (of.kind == parameter_kind::number)
        numbers.push_back(std::get<std::uint64_t>(*read));
      else
        texts.push_back(std::get<std::string>(std::move(*read)));
    }
    if (of.kind == parameter_kind::number)
      out_.all_.emplace_back(of.name, std::move(numbers));
    else
      out_.all_.emplace_back(of.name, std::move(texts));
  }

  void miss(parameter const& of, std::string_view came, std::string_view before = {}) {
    mistakes_.push_back(
        {where_of(of), std::string{came}, std::string{before} + expectation_of(of)});
  }

  std::span<parameter const> table_;
  std::vector<mistake>& mistakes_;
  arguments out_;
};

auto read_arguments(std::span<parameter const> table, std::span<path_value const> path,
                    std::span<http::query_item const> query, std::vector<mistake>& mistakes)
    -> arguments {
  argument_reader reader{table, mistakes};
  for (auto const& each : table) {
    std::vector<std::string_view> came;
    if (each.place == parameter_place::path) {
      for (auto const& value : path)
        if (value.name == each.name) came.push_back(value.value);
    } else {
      for (auto const& item : query)
        if (item.name == each.name) came.push_back(item.value);
    }
    reader.read(each, came);
  }
  reader.refuse_unknown(query);
  return reader.take();
}

}  // namespace kizashi::api
