#include "kizashi/api/cursor.hpp"

#include "kizashi/base/random.hpp"

namespace kizashi::api {
namespace {

constexpr std::string_view letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

auto not_ours() -> tl::unexpected<error> {
  return fail(errc::parse_error,
              "the cursor is not understood; expected the one of the answer before");
}

/// Eleven letters hold 64 bits, the last one four of its six.
constexpr std::size_t letters_of_word = 11;

auto checksum(cursor const& of) -> std::uint64_t {
  auto sum = mix64(of.question ^ 0x6B697A61736869U);
  for (auto const each : of.key) sum = mix64(sum ^ each);
  return sum;
}

}  // namespace

auto to_text(cursor const& of) -> std::string {
  std::string out;
  auto const append = [&](std::uint64_t word) {
    for (std::size_t i = 0; i < letters_of_word; ++i) out += letters[word >> (6 * i) & 63];
  };
  append(checksum(of));
  append(of.question);
  for (auto const each : of.key) append(each);
  return out;
}

auto parse_cursor(std::string_view text) -> result<cursor> {
  if (text.size() % letters_of_word != 0 || text.size() / letters_of_word < 2 ||
      text.size() / letters_of_word > most_key_words + 2)
    return not_ours();
  std::vector<std::uint64_t> words;
  for (std::size_t at = 0; at < text.size(); at += letters_of_word) {
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < letters_of_word; ++i) {
      auto const digit = letters.find(text[at + i]);
      if (digit == std::string_view::npos || (i == letters_of_word - 1 && digit > 15))
        return not_ours();
      word |= static_cast<std::uint64_t>(digit) << (6 * i);
    }
    words.push_back(word);
  }
  cursor out{words[1], {words.begin() + 2, words.end()}};
  if (words[0] != checksum(out)) return not_ours();
  return out;
}

auto digest_of(std::vector<std::string> const& parts) -> std::uint64_t {
  std::uint64_t sum = 0;
  for (auto const& each : parts) {
    sum = mix64(sum ^ each.size());
    for (auto const letter : each) sum = mix64(sum ^ static_cast<unsigned char>(letter));
  }
  return sum;
}

}  // namespace kizashi::api
