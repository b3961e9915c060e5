#include "kizashi/base/config.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <sstream>
#include <utility>

#include <fmt/format.h>

#include "kizashi/base/text.hpp"
#include "kizashi/base/toml_reader.hpp"

namespace kizashi {
namespace {

auto range_text(config_key const& key) -> std::string {
  if (auto const* least = std::get_if<std::uint64_t>(&key.least))
    return fmt::format("{} to {}", *least, std::get<std::uint64_t>(key.most));
  if (auto const* least = std::get_if<duration>(&key.least))
    return fmt::format("{} to {}", to_string(*least), to_string(std::get<duration>(key.most)));
  return {};
}

/// What a number or length that is out of range should have been.
auto permitted_text(config_key const& key) -> std::string {
  auto const range = range_text(key);
  return key.if_left_out.empty() ? range : fmt::format("{}; left out: {}", range, key.if_left_out);
}

auto example_text(config_key const& key, std::string standard) -> std::string {
  return key.example.empty() ? std::move(standard) : std::string{key.example};
}

auto expected_text(config_key const& key) -> std::string {
  struct {
    config_key const& key;
    auto operator()(std::string const&) const -> std::string {
      return fmt::format("a text such as {}", key.example);
    }
    auto operator()(std::vector<std::string> const&) const -> std::string {
      return fmt::format("a list of texts such as {}", key.example);
    }
    auto operator()(std::uint64_t) const -> std::string {
      return fmt::format("a whole number, {}", range_text(key));
    }
    auto operator()(duration standard) const -> std::string {
      return fmt::format("a length of time such as {}, {}", example_text(key, to_string(standard)),
                         permitted_text(key));
    }
  } const text{key};
  return std::visit(text, key.standard);
}

/// Whether `name` is `pattern`, or a person's name stands where `pattern` has "*".
auto is_named_by(std::string_view name, std::string_view pattern) -> bool {
  auto const star = pattern.find('*');
  if (star == std::string_view::npos) return name == pattern;
  auto const behind = pattern.substr(star + 1);
  return name.size() > star + behind.size() && name.starts_with(pattern.substr(0, star)) &&
         name.ends_with(behind) &&
         name.substr(star, name.size() - star - behind.size()).find('.') == std::string_view::npos;
}

auto find_key(std::span<config_key const> keys, std::string_view name) -> config_key const* {
  auto const found =
      std::ranges::find_if(keys, [&](auto const& key) { return is_named_by(name, key.name); });
  return found == keys.end() ? nullptr : &*found;
}

/// Whether a person may name a section so.
auto is_section_name(std::string_view name) -> bool {
  return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9') || letter == '-' || letter == '_';
  });
}

auto value_text(config_value const& value) -> std::string {
  struct {
    auto operator()(std::string const& text) const -> std::string {
      return fmt::format("\"{}\"", text);
    }
    auto operator()(std::vector<std::string> const& list) const -> std::string {
      std::string out;
      for (auto const& each : list) out += fmt::format("{}\"{}\"", out.empty() ? "" : ", ", each);
      return fmt::format("[{}]", out);
    }
    auto operator()(std::uint64_t number) const -> std::string { return fmt::format("{}", number); }
    auto operator()(duration length) const -> std::string {
      return fmt::format("\"{}\"", to_string(length));
    }
  } const text;
  return std::visit(text, value);
}

/// Sentences in comment lines of at most 96 columns.
auto comment_lines(std::string_view text) -> std::string {
  std::string out;
  std::string line = "#";
  for (auto const word : split(text, ' ')) {
    if (line.size() + 1 + word.size() > 96) {
      out += line + "\n";
      line = "#";
    }
    line += fmt::format(" {}", word);
  }
  return out + line + "\n";
}

auto reload_text(on_reload what) -> std::string_view {
  if (what == on_reload::unused) return {};
  return what == on_reload::live ? "# A server takes a new value when it is reloaded.\n"
                                 : "# A server takes a new value when it is started again.\n";
}

}  // namespace

config::config(std::span<config_key const> keys) : keys_{keys}, is_set_(keys.size(), false) {
  for (auto const& key : keys) values_.push_back(key.standard);
}

auto config::index_of(std::string_view name) const -> std::size_t {
  auto const* const found = find_key(keys_, name);
  KIZASHI_ASSERT(found != nullptr);
  return static_cast<std::size_t>(found - keys_.data());
}

auto config::names_in(std::string_view section) const -> std::vector<std::string> {
  std::vector<std::string> out;
  for (auto const& [each, at] : sections_)
    if (each.size() > section.size() && each.starts_with(section) && each[section.size()] == '.')
      out.push_back(each.substr(section.size() + 1));
  return out;
}

auto config::origin_of(std::string_view name) const -> config_origin {
  auto const found = origins_.find(name);
  return found == origins_.end() ? config_origin{} : found->second;
}

auto config::origin_of_section(std::string_view section) const -> config_origin {
  auto const found = sections_.find(section);
  return found == sections_.end() ? config_origin{} : found->second;
}

auto config::entries() const -> std::vector<entry> {
  std::vector<entry> out;
  for (std::size_t i = 0; i < keys_.size(); ++i)
    if (keys_[i].name.find('*') == std::string_view::npos)
      out.push_back({std::string{keys_[i].name}, value_text(values_[i]), &keys_[i]});
  for (auto const& [section, at] : sections_)
    for (auto const& key : keys_) {
      auto const dot = key.name.rfind('.');
      if (!is_named_by(section, key.name.substr(0, dot))) continue;
      auto name = section + std::string{key.name.substr(dot)};
      auto const given = named_.find(name);
      auto value = value_text(given == named_.end() ? key.standard : given->second);
      out.push_back({std::move(name), std::move(value), &key});
    }
  return out;
}

auto config_origin::to_string() const -> std::string {
  return file.empty() ? option : fmt::format("{}:{}:{}", file, line, column);
}

auto to_text(std::vector<config_mistake> mistakes) -> std::string {
  std::ranges::stable_sort(mistakes, [](auto const& a, auto const& b) {
    return std::pair{a.at.line, a.at.column} < std::pair{b.at.line, b.at.column};
  });
  std::string out;
  for (auto const& each : mistakes) {
    auto const place = each.at.to_string();
    out += fmt::format("{}{}{}{}", out.empty() ? "" : "\n", place, place.empty() ? "" : ": ",
                       each.message);
  }
  return out;
}

auto config::count_set() const -> std::size_t {
  return static_cast<std::size_t>(std::count(is_set_.begin(), is_set_.end(), true)) + named_.size();
}

/// Takes a value of the right kind when it is permitted. The message goes on where the key's name
/// ends.
auto config::take(std::string_view name, config_value value) -> status {
  auto const index = index_of(name);
  auto const& key = keys_[index];
  auto const is_number = std::holds_alternative<std::uint64_t>(value);
  if (is_number || std::holds_alternative<duration>(value)) {
    if (value < key.least || value > key.most) {
      auto const came = is_number ? fmt::format("{}", std::get<std::uint64_t>(value))
                                  : to_string(std::get<duration>(value));
      return fail(errc::out_of_range,
                  fmt::format(" is {}; expected {}", came, permitted_text(key)));
    }
  } else if (key.check != nullptr) {
    std::vector<std::string> texts;
    if (auto const* list = std::get_if<std::vector<std::string>>(&value)) texts = *list;
    if (auto const* text = std::get_if<std::string>(&value)) texts = {*text};
    for (auto const& each : texts)
      if (auto const checked = key.check(each); !checked)
        return fail(checked.error().code, ": " + checked.error().message);
  }
  if (key.name.find('*') != std::string_view::npos) {
    named_.insert_or_assign(std::string{name}, std::move(value));
    return {};
  }
  values_[index] = std::move(value);
  is_set_[index] = true;
  return {};
}

auto config::set(std::string_view name, std::string_view text, std::string_view option) -> status {
  auto const& key = keys_[index_of(name)];
  std::optional<config_value> value;
  if (std::holds_alternative<std::string>(key.standard)) value = std::string{text};
  if (std::holds_alternative<std::vector<std::string>>(key.standard)) {
    std::vector<std::string> list;
    for (auto const part : split(text, ',')) list.emplace_back(trim(part));
    value = std::move(list);
  }
  if (std::holds_alternative<std::uint64_t>(key.standard))
    if (auto const number = parse_unsigned(text, ~std::uint64_t{0})) value = *number;
  if (std::holds_alternative<duration>(key.standard))
    if (auto const length = parse_duration(text)) value = *length;
  if (!value)
    return fail(errc::parse_error,
                fmt::format("{} is \"{}\"; expected {}", option, text, expected_text(key)));
  if (auto const taken = take(name, std::move(*value)); !taken)
    return fail(taken.error().code, fmt::format("{}{}", option, taken.error().message));
  origins_.insert_or_assign(std::string{name}, config_origin{{}, 0, 0, std::string{option}});
  return {};
}

/// Walks the tables of a file and collects what is wrong with them.
class config_reader {
public:
  config_reader(config& out, std::string_view file) : out_{out}, file_{file} {
    for (auto const& key : out.keys_) names_.push_back(key.name);
  }

  void read(toml::table const& table, std::string const& path) {
    for (auto const& [key, node] : table) {
      auto const name = path.empty() ? std::string{key.str()}
                                     : fmt::format("{}.{}", path, std::string_view{key.str()});
      if (find_key(out_.keys_, name) != nullptr)
        read_value(name, node);
      else if (node.is_table() && is_section(name))
        read_section(*node.as_table(), key, name);
      else
        refuse(name, key.source(), unknown(name));
    }
  }

  [[nodiscard]] auto mistakes() -> std::vector<config_mistake>& { return mistakes_; }

private:
  /// Whether keys stand in a section of this name.
  [[nodiscard]] auto is_section(std::string const& name) const -> bool {
    return std::ranges::any_of(names_, [&](std::string_view each) {
      for (auto dot = each.find('.'); dot != std::string_view::npos; dot = each.find('.', dot + 1))
        if (is_named_by(name, each.substr(0, dot))) return true;
      return false;
    });
  }
  /// Whether a person chose the last word of `section`.
  [[nodiscard]] auto is_named(std::string const& section) const -> bool {
    return std::ranges::none_of(
        names_, [&](std::string_view each) { return each.starts_with(section + "."); });
  }

  void read_section(toml::table const& table, toml::key const& key, std::string const& name) {
    if (is_named(name) && !is_section_name(key.str()))
      refuse(name, key.source(),
             fmt::format("{} cannot be a name; expected letters, digits, \"-\" and "
                         "\"_\", 64 at most",
                         name));
    else if (is_named(name))
      out_.sections_.emplace(name, origin_at(key.source()));
    read(table, name);
  }

  [[nodiscard]] auto unknown(std::string const& name) const -> std::string {
    auto const near = near_key(name);
    return fmt::format("there is no key {}; {}'kizashi config document' lists all keys", name,
                       near.empty() ? "" : fmt::format("did you mean {}? ", near));
  }

  /// The key that was probably meant; in a section that a person named, one of that section.
  [[nodiscard]] auto near_key(std::string const& name) const -> std::string {
    auto const dot = name.rfind('.');
    auto const section = name.substr(0, dot);
    if (dot != std::string::npos && is_section(section) && is_named(section)) {
      std::vector<std::string_view> words;
      for (auto const each : names_)
        if (is_named_by(section, each.substr(0, each.rfind('.'))))
          words.push_back(each.substr(each.rfind('.') + 1));
      auto const near = closest(name.substr(dot + 1), words);
      return near.empty() ? "" : fmt::format("{}.{}", section, near);
    }
    std::string near{closest(name, names_)};
    if (auto const star = near.find('*'); star != std::string::npos) near.replace(star, 1, "NAME");
    return near;
  }

  [[nodiscard]] auto origin_at(toml::source_region const& where) const -> config_origin {
    return {std::string{file_}, where.begin.line, where.begin.column, {}};
  }

  void refuse(std::string const& key, toml::source_region const& where, std::string what) {
    mistakes_.push_back({key, origin_at(where), std::move(what)});
  }

  void read_value(std::string const& name, toml::node const& node) {
    auto const index = out_.index_of(name);
    auto const value = convert(out_.keys_[index], node);
    if (!value) {
      std::ostringstream came;
      came << toml::node_view<toml::node const>{&node};
      refuse(
          name, node.source(),
          fmt::format("{} is {}; expected {}", name, came.str(), expected_text(out_.keys_[index])));
    } else if (auto const taken = out_.take(name, *value); !taken) {
      refuse(name, node.source(), fmt::format("{}{}", name, taken.error().message));
    } else {
      out_.origins_.insert_or_assign(name, origin_at(node.source()));
    }
  }

  static auto convert(config_key const& key, toml::node const& node)
      -> std::optional<config_value> {
    if (std::holds_alternative<std::vector<std::string>>(key.standard)) return list_of(node);
    if (std::holds_alternative<std::uint64_t>(key.standard)) {
      auto const* const number = node.as_integer();
      if (number == nullptr || number->get() < 0) return {};
      return static_cast<std::uint64_t>(number->get());
    }
    auto const* const text = node.as_string();
    if (text == nullptr) return {};
    if (std::holds_alternative<std::string>(key.standard)) return text->get();
    auto const length = parse_duration(text->get());
    if (!length) return {};
    return *length;
  }

  static auto list_of(toml::node const& node) -> std::optional<config_value> {
    auto const* const array = node.as_array();
    if (array == nullptr) return {};
    std::vector<std::string> list;
    for (auto const& each : *array) {
      if (!each.is_string()) return {};
      list.push_back(each.as_string()->get());
    }
    return list;
  }

  config& out_;
  std::string_view file_;
  std::vector<std::string_view> names_;
  std::vector<config_mistake> mistakes_;
};

auto config::draft(std::span<config_key const> keys, std::string_view text, std::string_view file)
    -> result<config_draft> {
  KIZASHI_TRY(auto const table, parse_toml(text, file));
  config_draft out{config{keys}, {}};
  config_reader reader{out.values, file};
  reader.read(table, "");
  out.mistakes = std::move(reader.mistakes());
  return out;
}

auto config::parse(std::span<config_key const> keys, std::string_view text, std::string_view file)
    -> result<config> {
  KIZASHI_TRY(auto read, draft(keys, text, file));
  if (!read.mistakes.empty()) return fail(errc::parse_error, to_text(std::move(read.mistakes)));
  return std::move(read.values);
}

auto document_config(std::span<config_key const> keys) -> std::string {
  std::string out;
  std::string_view section;
  for (auto const& key : keys) {
    auto const dot = key.name.rfind('.');
    if (key.name.substr(0, dot) != section) {
      section = key.name.substr(0, dot);
      auto const star = section.find('*');
      out += star == std::string_view::npos
                 ? fmt::format("\n[{}]\n", section)
                 : fmt::format(
                       "\n# As many of these as there are, each with a name of its own.\n"
                       "#[{}NAME{}]\n",
                       section.substr(0, star), section.substr(star + 1));
    }
    out += "\n" + comment_lines(key.help);
    if (auto const range = range_text(key); !range.empty()) out += fmt::format("# {}\n", range);
    out += reload_text(key.reload);
    out += fmt::format("#{} = {}\n", key.name.substr(dot + 1),
                       example_text(key, value_text(key.standard)));
  }
  return out;
}

auto describe_range(config_key const& key) -> std::string {
  auto const* const length = std::get_if<duration>(&key.standard);
  auto const standard = length != nullptr ? to_string(*length) : value_text(key.standard);
  return fmt::format("{}; default {}", range_text(key), standard);
}

auto closest(std::string_view word, std::span<std::string_view const> candidates)
    -> std::string_view {
  std::string_view best;
  auto least = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (auto const each : candidates) {
    // Edit distance (Wagner, Fischer: "The string-to-string correction problem", JACM 1974), one
    // row at a time.
    std::vector<std::size_t> row(each.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < word.size(); ++i) {
      auto corner = row[0];
      row[0] = i + 1;
      for (std::size_t j = 0; j < each.size(); ++j) {
        auto const change = corner + (word[i] != each[j] ? 1 : 0);
        corner = row[j + 1];
        row[j + 1] = std::min({change, row[j] + 1, corner + 1});
      }
    }
    if (row.back() < least) {
      least = row.back();
      best = each;
    }
  }
  return best;
}

}  // namespace kizashi
