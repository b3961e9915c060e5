#include "kizashi/access/password.hpp"

#include <algorithm>
#include <array>
#include <semaphore>
#include <sodium.h>

#include <fmt/format.h>

#include "kizashi/access/internal/sodium.hpp"
#include "kizashi/access/secret.hpp"

namespace kizashi::access {
namespace {

constexpr std::ptrdiff_t at_once = 2;

auto lower(std::string_view text) -> std::string {
  std::string made{text};
  std::ranges::transform(made, made.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return made;
}

auto characters(std::string_view text) -> std::size_t {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

/// Whether `text` is nothing but `piece`, once or more.
auto is_repeated(std::string_view text, std::string_view piece) -> bool {
  if (piece.empty() || text.size() % piece.size() != 0) return false;
  for (std::size_t at = 0; at < text.size(); at += piece.size())
    if (text.substr(at, piece.size()) != piece) return false;
  return true;
}

}  // namespace

auto check_password(std::string_view password, std::string_view name) -> status {
  auto const count = characters(password);
  if (count < least_password)
    return fail(errc::out_of_range,
                fmt::format("the password has {} characters; expected {} or more, such as four or "
                            "five words",
                            count, least_password));
  if (password.size() > most_password)
    return fail(errc::out_of_range, fmt::format("the password has {} bytes; expected {} at most",
                                                password.size(), most_password));
  auto const small = lower(password);
  if (is_repeated(small, lower(name)))
    return fail(errc::out_of_range, "the password is the account's name; expected another");
  if (is_repeated(small, std::string_view{small}.substr(0, 1)))
    return fail(errc::out_of_range, "the password is one character repeated; expected another");
  return {};
}

struct password_hasher::turns {
  std::counting_semaphore<> free{at_once};
};

namespace {

/// One of the places where Argon2 may take its memory.
class turn {
public:
  explicit turn(std::counting_semaphore<>& free) : free_{free} { free_.acquire(); }
  turn(turn const&) = delete;
  auto operator=(turn const&) -> turn& = delete;
  ~turn() { free_.release(); }

private:
  std::counting_semaphore<>& free_;
};

}  // namespace

password_hasher::password_hasher(password_cost cost)
    : cost_{cost}, turns_{std::make_unique<turns>()} {
  internal::start_sodium();
  // Of a secret that is forgotten at once: no password matches it.
  if (auto made = hash(random_secret())) decoy_ = std::move(*made);
}

password_hasher::~password_hasher() = default;

auto password_hasher::hash(std::string_view password) const -> result<std::string> {
  turn const mine{turns_->free};
  std::array<char, crypto_pwhash_STRBYTES> text{};
  if (crypto_pwhash_str(text.data(), password.data(), password.size(), cost_.passes,
                        cost_.memory) != 0)
    return fail(errc::limit_reached,
                fmt::format("cannot hash the password: {} MiB of memory are not free",
                            cost_.memory >> 20U));
  return std::string{text.data()};
}

auto password_hasher::matches(std::string_view hash, std::string_view password) const -> bool {
  tries_.fetch_add(1);
  // libsodium reads an array of this length that ends in zeros.
  std::array<char, crypto_pwhash_STRBYTES> text{};
  if (hash.size() >= text.size()) return false;
  std::ranges::copy(hash, text.begin());
  turn const mine{turns_->free};
  return crypto_pwhash_str_verify(text.data(), password.data(), password.size()) == 0;
}

void password_hasher::waste(std::string_view password) const {
  static_cast<void>(matches(decoy_, password));
}

auto password_hasher::is_outdated(std::string_view hash) const -> bool {
  std::array<char, crypto_pwhash_STRBYTES> text{};
  if (hash.size() >= text.size()) return true;
  std::ranges::copy(hash, text.begin());
  return crypto_pwhash_str_needs_rehash(text.data(), cost_.passes, cost_.memory) != 0;
}

}  // namespace kizashi::access
