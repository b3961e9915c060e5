#include "kizashi/access/secret.hpp"

#include <sodium.h>

#include "kizashi/access/internal/sodium.hpp"
#include "kizashi/base/error.hpp"

namespace kizashi::access {
namespace {

/// 43 characters and the zero that libsodium writes behind them.
auto base64(digest const& bytes) -> std::string {
  std::string text(
      sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(),
                    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  text.pop_back();
  return text;
}

auto bytes_of(std::string_view text) -> unsigned char const* {
  return reinterpret_cast<unsigned char const*>(text.data());
}

}  // namespace

namespace internal {

void start_sodium() {
  static bool const is_started = sodium_init() >= 0;
  KIZASHI_ASSERT(is_started);
}

}  // namespace internal

auto digest_of(std::string_view bytes) -> digest {
  internal::start_sodium();
  digest sum;
  crypto_generichash(sum.data(), sum.size(), bytes_of(bytes), bytes.size(), nullptr, 0);
  return sum;
}

auto hex_of(digest const& sum) -> std::string {
  std::string text(sum.size() * 2 + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), sum.data(), sum.size());
  text.pop_back();
  return text;
}

auto random_secret() -> std::string {
  internal::start_sodium();
  digest bytes;
  randombytes_buf(bytes.data(), bytes.size());
  return base64(bytes);
}

auto random_password() -> std::string {
  static constexpr std::string_view letters = "abcdefghjkmnpqrstuvwxyz23456789";
  constexpr int count = 24;
  internal::start_sodium();
  std::string text;
  for (int i = 0; i < count; ++i) {
    if (i > 0 && i % 4 == 0) text += '-';
    text += letters[randombytes_uniform(static_cast<std::uint32_t>(letters.size()))];
  }
  return text;
}

auto derived_secret(std::string_view secret, std::string_view purpose) -> std::string {
  auto const key = digest_of(secret);
  digest sum;
  crypto_generichash(sum.data(), sum.size(), bytes_of(purpose), purpose.size(), key.data(),
                     key.size());
  return base64(sum);
}

auto is_equal(std::string_view a, std::string_view b) -> bool {
  return a.size() == b.size() && (a.empty() || sodium_memcmp(a.data(), b.data(), a.size()) == 0);
}

}  // namespace kizashi::access
