// MISP warning lists: an object with "name" and "list" (https://github.com/MISP/misp-warninglists,
// schema.json). Read event by event: nothing of the file but its addresses is kept, however deep or
// long it is.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "kizashi/recognise/internal/scanner_formats.hpp"

namespace kizashi::recognise::internal {
namespace {

constexpr std::size_t deepest = 16;

/// Walks over a text and counts its lines.
class counting_iterator {
public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = char const*;
  using reference = char const&;

  counting_iterator(char const* at, std::size_t* lines) : at_{at}, lines_{lines} {}
  auto operator*() const -> char const& { return *at_; }
  auto operator++() -> counting_iterator& {
    if (*at_ == '\n') ++*lines_;
    ++at_;
    return *this;
  }
  friend auto operator==(counting_iterator a, counting_iterator b) -> bool {
    return a.at_ == b.at_;
  }
  friend auto operator!=(counting_iterator a, counting_iterator b) -> bool { return !(a == b); }

private:
  char const* at_;
  std::size_t* lines_;
};

struct listed {
  std::size_t line;
  std::string where;
};

/// Keeps "name" and the strings of "list" of the outermost object.
class list_handler : public nlohmann::json_sax<nlohmann::json> {
public:
  explicit list_handler(std::size_t const& line) : line_{&line} {}

  auto key(string_t& text) -> bool override {
    if (depth_ == 1) key_ = text;
    return true;
  }
  auto string(string_t& text) -> bool override {
    if (depth_ == 1 && key_ == "name") name = text;
    if (depth_ == 2 && is_in_list_) items.push_back({*line_, text});
    return true;
  }
  auto start_object(std::size_t) -> bool override {
    if (depth_ == 0) is_object = true;
    return open();
  }
  auto end_object() -> bool override { return close(); }
  auto start_array(std::size_t) -> bool override {
    if (depth_ == 1 && key_ == "list") has_list = is_in_list_ = true;
    return open();
  }
  auto end_array() -> bool override { return close(); }
  auto null() -> bool override { return other(); }
  auto boolean(bool) -> bool override { return other(); }
  auto number_integer(number_integer_t) -> bool override { return other(); }
  auto number_unsigned(number_unsigned_t) -> bool override { return other(); }
  auto number_float(number_float_t, string_t const&) -> bool override { return other(); }
  auto binary(binary_t&) -> bool override { return other(); }
  auto parse_error(std::size_t, std::string const& last, nlohmann::detail::exception const&)
      -> bool override {
    wrong = fmt::format("not JSON at \"{}\"", last.substr(0, 20));
    return false;
  }

  std::string name;
  std::vector<listed> items;
  std::vector<std::size_t> others;  ///< lines of items that are no strings
  std::string wrong;
  bool is_object = false;
  bool has_list = false;

private:
  auto open() -> bool {
    if (depth_ == 2 && is_in_list_) other();
    if (++depth_ <= deepest) return true;
    wrong = fmt::format("more than {} levels", deepest);
    return false;
  }
  auto close() -> bool {
    if (--depth_ == 1) is_in_list_ = false;
    return true;
  }
  auto other() -> bool {
    if (depth_ == 2 && is_in_list_) others.push_back(*line_);
    return true;
  }

  std::size_t const* line_;
  std::string key_;
  std::size_t depth_ = 0;
  bool is_in_list_ = false;
};

}  // namespace

auto read_misp(std::string_view file, std::string_view text, scanner_draft& to) -> status {
  std::size_t line = 1;
  list_handler found{line};
  auto const* const begin = text.data();
  auto const is_whole = nlohmann::json::sax_parse(
      counting_iterator{begin, &line}, counting_iterator{begin + text.size(), &line}, &found);
  if (!is_whole)
    return fail(errc::parse_error,
                fmt::format("{}:{}: {}; expected a MISP warning list", file, line, found.wrong));
  if (!found.is_object || !found.has_list)
    return fail(errc::unsupported,
                fmt::format("{}: JSON without a \"list\"; expected a MISP warning list: an object "
                            "with \"name\" and \"list\"",
                            file));
  scanner_writer out{to, file, "MISP warning list"};
  for (auto const& each : found.items)
    KIZASHI_TRY(found.name.empty() ? out.add_unnamed(each.line, each.where)
                                   : out.add(each.line, each.where, found.name, file));
  for (auto const each : found.others) out.refuse(each, "an item of \"list\" is no text");
  return {};
}

}  // namespace kizashi::recognise::internal
