#include "kizashi/capture/live/replay_bookmark.hpp"

#include <array>
#include <limits>

#include <fmt/format.h>

#include "kizashi/base/text.hpp"

namespace kizashi::capture::live {
namespace {

constexpr std::string_view replay_mark = "kizashi-replay-1";

auto wrong_replay(std::string_view part, std::string_view came, std::string_view expected)
    -> tl::unexpected<error> {
  return fail(errc::parse_error,
              fmt::format("bookmark of a replay: {} is \"{}\"; expected {}", part, came, expected));
}

}  // namespace

auto replay_bookmark::to_string() const -> std::string {
  return fmt::format("{} {} {} {}", replay_mark, of, first.is_known() ? first.nanoseconds() : 0,
                     frames);
}

auto replay_bookmark::parse(std::string_view text) -> result<replay_bookmark> {
  auto const found = split(text, ' ');
  if (found.size() != 4 || found[0] != replay_mark)
    return wrong_replay("the text", text.substr(0, 80),
                        fmt::format("4 parts that begin with {}", replay_mark));
  constexpr auto largest = std::numeric_limits<std::uint64_t>::max();
  constexpr auto latest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  replay_bookmark made;
  std::uint64_t first = 0;
  struct number {
    std::string_view name;
    std::uint64_t* to;
    std::uint64_t most;
  };
  std::array const numbers{number{"what is replayed", &made.of, largest},
                           number{"the first time", &first, latest},
                           number{"the count of frames", &made.frames, largest}};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    auto const value = parse_unsigned(found[1 + i], numbers[i].most);
    if (!value) return wrong_replay(numbers[i].name, found[1 + i], "a number");
    *numbers[i].to = *value;
  }
  if (first > 0) made.first = timestamp{static_cast<std::int64_t>(first)};
  return made;
}

}  // namespace kizashi::capture::live
