#include "kizashi/recognise/fingerprint.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "kizashi/recognise/internal/fingerprint_reader.hpp"
#include "kizashi/recognise/internal/shipped.hpp"

namespace kizashi::recognise {
namespace {

constexpr std::array<std::string_view, 4> kind_names{"malware", "tool", "research", "unknown"};

/// Above this chance a verdict is none.
constexpr double rarest = 1e-9;

/// Logarithm of a bound of the chance that at least `matched` of `tried` packets pass, each with
/// `chance`. Needs 0 < matched <= tried, matched / tried > chance.
auto log_tail(double chance, std::uint64_t matched, std::uint64_t tried) -> double {
  auto const m = static_cast<double>(matched);
  auto const n = static_cast<double>(tried);
  auto const share = m / n;
  // Chernoff 1952, "A Measure of Asymptotic Efficiency for Tests of a Hypothesis Based on the sum
  // of Observations": exp(-n D(share || chance)).
  auto bound = -n * share * std::log(share / chance);
  if (matched < tried) bound -= n * (1 - share) * std::log((1 - share) / (1 - chance));
  if (matched > 64) return bound;
  // Few that match: each choice of m packets by itself, (n over m) chance^m, is less.
  auto choices = m * std::log(chance);
  for (std::uint64_t i = 0; i < matched; ++i)
    choices += std::log((n - static_cast<double>(i)) / (static_cast<double>(i) + 1));
  return std::min(bound, choices);
}

}  // namespace

auto name_of(fingerprint_kind kind) noexcept -> std::string_view {
  return kind_names[static_cast<std::size_t>(kind)];
}

struct fingerprint_table::parts {
  std::vector<fingerprint> entries;
  std::vector<internal::fingerprint_test> tests;
  std::vector<std::uint8_t> keys;
  internal::fingerprint_program program;

  void put(internal::read_fingerprint each) {
    auto const found = std::ranges::find(entries, each.entry.name, &fingerprint::name);
    auto const place = static_cast<std::size_t>(found - entries.begin());
    if (found == entries.end()) {
      entries.emplace_back();
      tests.emplace_back();
    }
    entries[place] = std::move(each.entry);
    tests[place] = std::move(each.test);
  }

  auto finish() -> status {
    if (entries.size() > most_fingerprints)
      return fail(errc::limit_reached, fmt::format("{} fingerprints in all; expected at most {}",
                                                   entries.size(), most_fingerprints));
    keys.clear();
    for (std::size_t i = 0; i < entries.size(); ++i)
      if (!entries[i].same.empty()) keys.push_back(static_cast<std::uint8_t>(i));
    if (keys.size() > most_keys)
      return fail(errc::limit_reached,
                  fmt::format("{} fingerprints in all have same; expected at most {}", keys.size(),
                              most_keys));
    KIZASHI_TRY(program, internal::fingerprint_program::build(tests));
    return {};
  }
};

fingerprint_table::fingerprint_table() : parts_{std::make_unique<parts>()} {}
fingerprint_table::~fingerprint_table() = default;
fingerprint_table::fingerprint_table(fingerprint_table&&) noexcept = default;
auto fingerprint_table::operator=(fingerprint_table&&) noexcept -> fingerprint_table& = default;

auto fingerprint_table::shipped() -> fingerprint_table {
  fingerprint_table answer;
  for (auto const& file : internal::shipped_fingerprints()) {
    auto more = parse(file.text, file.name);
    KIZASHI_ASSERT(more.has_value());
    auto both = answer.with(*more);
    KIZASHI_ASSERT(both.has_value());
    answer = std::move(*both);
  }
  return answer;
}

auto fingerprint_table::parse(std::string_view text, std::string_view file)
    -> result<fingerprint_table> {
  KIZASHI_TRY(auto read, internal::read_fingerprints(text, file));
  fingerprint_table answer;
  for (auto& each : read) answer.parts_->put(std::move(each));
  if (auto const done = answer.parts_->finish(); !done)
    return fail(done.error().code, fmt::format("{}: {}", file, done.error().message));
  return answer;
}

auto fingerprint_table::with(fingerprint_table const& more) const -> result<fingerprint_table> {
  fingerprint_table answer;
  for (auto const* const from : {parts_.get(), more.parts_.get()})
    for (std::size_t i = 0; i < from->entries.size(); ++i)
      answer.parts_->put({from->entries[i], from->tests[i]});
  KIZASHI_TRY(answer.parts_->finish());
  return answer;
}

auto fingerprint_table::entries() const noexcept -> std::span<fingerprint const> {
  return parts_->entries;
}

auto fingerprint_table::keys() const noexcept -> std::span<std::uint8_t const> {
  return parts_->keys;
}

void fingerprint_table::match(net::packet_batch const& batch, net::frame_block const& frames,
                              tag_columns& to) const {
  parts_->program.run(batch, frames, to);
}

auto judge(fingerprint const& by, std::uint64_t matched, std::uint64_t tried) -> double {
  auto const least = by.same.empty() ? by.packets : by.packets - 1;
  if (matched == 0 || matched < least) return 0;
  tried = std::max(tried, matched);
  auto const share = static_cast<double>(matched) / static_cast<double>(tried);
  if (by.is_independent) {
    if (share <= by.false_match) return 0;
    auto const chance = std::exp(log_tail(by.false_match, matched, tried));
    return chance < rarest ? 1 - chance : 0;
  }
  auto const confidence = std::pow(1 - by.false_match, 1 / share);
  return confidence >= 0.5 ? confidence : 0;
}

}  // namespace kizashi::recognise
