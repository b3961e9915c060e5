#include "kizashi/capture/live/folder_bookmark.hpp"

#include <array>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "kizashi/base/text.hpp"

namespace kizashi::capture::live {
namespace {

constexpr std::string_view mark = "kizashi-folder-1";
constexpr std::size_t parts = 8;
constexpr std::string_view digits = "0123456789abcdef";

/// A name may hold any byte but '/' and zero.
auto is_plain(char c) -> bool {
  return c > ' ' && c < 0x7f && c != '%';
}

auto escape(std::string_view name) -> std::string {
  std::string text;
  for (auto const c : name) {
    if (is_plain(c))
      text += c;
    else
      text += fmt::format("%{:02x}", static_cast<unsigned char>(c));
  }
  return text;
}

auto wrong(std::string_view part, std::string_view came, std::string_view expected)
    -> tl::unexpected<error> {
  return fail(errc::parse_error,
              fmt::format("bookmark of a folder: {} is \"{}\"; expected {}", part, came, expected));
}

auto unescape(std::string_view text) -> result<std::string> {
  auto const bad = [&] { return wrong("the name", text, "a file's name as Kizashi wrote it"); };
  std::string name;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto c = text[i];
    if (c == '%') {
      if (text.size() - i < 3) return bad();
      auto const high = digits.find(text[i + 1]);
      auto const low = digits.find(text[i + 2]);
      if (high == std::string_view::npos || low == std::string_view::npos) return bad();
      c = static_cast<char>(high * 16 + low);
      if (is_plain(c)) return bad();
      i += 2;
    } else if (!is_plain(c)) {
      return bad();
    }
    if (c == '/' || c == '\0') return bad();
    name += c;
  }
  return name;
}

}  // namespace

auto folder_bookmark::to_string() const -> std::string {
  return fmt::format("{} {} {} {} {} {} {} {}", mark,
                     order == folder_order::name ? "name" : "modified", device, inode, size,
                     modified, frames, escape(file));
}

auto folder_bookmark::parse(std::string_view text) -> result<folder_bookmark> {
  auto const found = split(text, ' ');
  if (found.size() != parts || found[0] != mark)
    return wrong("the text", text.substr(0, 80),
                 fmt::format("{} parts that begin with {}", parts, mark));
  folder_bookmark made;
  if (found[1] != "name" && found[1] != "modified")
    return wrong("the order", found[1], "name or modified");
  made.order = found[1] == "name" ? folder_order::name : folder_order::modified;
  constexpr auto largest = std::numeric_limits<std::uint64_t>::max();
  constexpr auto latest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  std::uint64_t modified = 0;
  struct number {
    std::string_view name;
    std::uint64_t* to;
    std::uint64_t most;
  };
  std::array const numbers{
      number{"the device", &made.device, largest}, number{"the inode", &made.inode, largest},
      number{"the size", &made.size, largest}, number{"the time", &modified, latest},
      number{"the count of frames", &made.frames, largest}};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    auto const value = parse_unsigned(found[2 + i], numbers[i].most);
    if (!value) return wrong(numbers[i].name, found[2 + i], "a number");
    *numbers[i].to = *value;
  }
  made.modified = static_cast<std::int64_t>(modified);
  KIZASHI_TRY(made.file, unescape(found[7]));
  return made;
}

}  // namespace kizashi::capture::live
