#include "kizashi/app/request_body.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace kizashi::app {
namespace {

using answer::json;

}  // namespace

request_body::request_body(std::string_view text) : body_(json::parse(text, nullptr, false)) {
  if (body_.is_object()) return;
  mistakes_.push_back({"body", "", "an object of JSON"});
  body_ = json::object();
}

auto request_body::find(std::string_view name) -> json const* {
  asked_.emplace_back(name);
  auto const found = body_.find(std::string{name});
  return found == body_.end() || found->is_null() ? nullptr : &*found;
}

void request_body::complain(std::string_view name, std::string expected) {
  auto const found = body_.find(std::string{name});
  mistakes_.push_back({fmt::format("body.{}", name),
                       found == body_.end() ? "" : answer::text_of(*found).substr(0, 100),
                       std::move(expected)});
}

auto request_body::text(std::string_view name, bool is_needed) -> std::optional<std::string> {
  auto const* const found = find(name);
  if (found == nullptr && !is_needed) return std::nullopt;
  if (found != nullptr && found->is_string()) return found->get<std::string>();
  complain(name, "a text");
  return std::nullopt;
}

auto request_body::flag(std::string_view name) -> std::optional<bool> {
  auto const* const found = find(name);
  if (found == nullptr) return std::nullopt;
  if (found->is_boolean()) return found->get<bool>();
  complain(name, "true or false");
  return std::nullopt;
}

auto request_body::texts(std::string_view name) -> std::optional<std::vector<std::string>> {
  auto const* const found = find(name);
  if (found == nullptr) return std::nullopt;
  bool const is_good =
      found->is_array() &&
      std::all_of(found->begin(), found->end(), [](json const& each) { return each.is_string(); });
  if (is_good) return found->get<std::vector<std::string>>();
  complain(name, "a list of texts");
  return std::nullopt;
}

auto request_body::refusal() -> std::optional<api::http::response> {
  for (auto const& [name, value] : body_.items())
    if (std::ranges::find(asked_, name) == asked_.end())
      complain(name, fmt::format("none but {}", fmt::join(asked_, ", ")));
  if (mistakes_.empty()) return std::nullopt;
  return api::problem(400, "the body is not what this operation takes", mistakes_);
}

}  // namespace kizashi::app
