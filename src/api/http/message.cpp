#include "kizashi/api/http/message.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace kizashi::api::http {
namespace {

constexpr std::array<std::string_view, 8> methods = {"GET",   "HEAD",   "POST",    "PUT",
                                                     "PATCH", "DELETE", "OPTIONS", "other"};

/// RFC 9110, section 5.6.2: tchar.
auto is_token_letter(char letter) noexcept -> bool {
  auto const is = [&](char from, char to) { return letter >= from && letter <= to; };
  return is('a', 'z') || is('A', 'Z') || is('0', '9') ||
         std::string_view{"!#$%&'*+-.^_`|~"}.find(letter) != std::string_view::npos;
}

auto small(char letter) noexcept -> char {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

}  // namespace

auto name_of(method each) noexcept -> std::string_view {
  return methods[static_cast<std::size_t>(each)];
}

auto method_named(std::string_view name) noexcept -> method {
  auto const known = std::span{methods}.first(methods.size() - 1);
  return static_cast<method>(std::ranges::find(known, name) - known.begin());
}

void field_list::add(std::string_view name, std::string_view value) {
  std::string kept_name, kept_value{value};
  for (auto const letter : name)
    if (is_token_letter(letter)) kept_name += small(letter);
  for (auto& letter : kept_value)
    if (static_cast<unsigned char>(letter) < 0x20 || letter == 0x7F) letter = ' ';
  fields_.emplace_back(std::move(kept_name), std::move(kept_value));
}

auto field_list::get(std::string_view name) const noexcept -> std::string_view {
  auto const found = std::ranges::find(fields_, name, [](auto const& each) { return each.first; });
  return found == fields_.end() ? std::string_view{} : std::string_view{found->second};
}

auto field_list::count(std::string_view name) const noexcept -> std::size_t {
  return static_cast<std::size_t>(
      std::ranges::count(fields_, name, [](auto const& each) { return each.first; }));
}

auto reason_of(unsigned status) noexcept -> std::string_view {
  constexpr std::pair<unsigned, std::string_view> reasons[] = {
      {200, "OK"},
      {201, "Created"},
      {202, "Accepted"},
      {204, "No Content"},
      {304, "Not Modified"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {406, "Not Acceptable"},
      {408, "Request Timeout"},
      {409, "Conflict"},
      {410, "Gone"},
      {413, "Content Too Large"},
      {414, "URI Too Long"},
      {415, "Unsupported Media Type"},
      {417, "Expectation Failed"},
      {422, "Unprocessable Content"},
      {429, "Too Many Requests"},
      {431, "Request Header Fields Too Large"},
      {500, "Internal Server Error"},
      {501, "Not Implemented"},
      {503, "Service Unavailable"},
      {504, "Gateway Timeout"},
      {505, "HTTP Version Not Supported"}};
  for (auto const& [number, reason] : reasons)
    if (number == status) return reason;
  return "Status";
}

}  // namespace kizashi::api::http
