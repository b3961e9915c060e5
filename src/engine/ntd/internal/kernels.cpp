#include "kizashi/engine/ntd/internal/model.hpp"

// Two versions, chosen when the program starts; both form sums in the same order. Sanitizers have
// to be there before the function that chooses runs, and are not.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(KIZASHI_SANITIZED)
#define KIZASHI_TENSOR_WIDTHS __attribute__((target_clones("avx2", "default")))
#else
#define KIZASHI_TENSOR_WIDTHS
#endif

namespace kizashi::engine::ntd::internal {

namespace {

/// See `minute_part`.
[[gnu::always_inline]] inline void contract(model const& of, lane const& row, square& into) {
  into = {};
  for (std::size_t a = 0; a < of.rank; ++a)
    for (std::size_t b = 0; b < of.rank; ++b) into[b].value += row[a] * of.core[a][b].value;
}

[[nodiscard]] auto turned(square const& of) noexcept -> square {
  square answer{};
  for (std::size_t a = 0; a < most_rank; ++a)
    for (std::size_t b = 0; b < most_rank; ++b) answer[b].value[a] = of[a].value[b];
  return answer;
}

/// Entries are in the order of minutes, so a minute's part of the core is formed once; where those
/// with the same given row stand together, so is what it gives.
template <std::size_t Given, std::size_t Wanted>
[[gnu::always_inline]] inline void multiply_way(std::span<entry const> entries, model const& of,
                                                std::uint8_t const* wanted,
                                                std::span<lane_cell> into) {
  square part{};
  std::uint32_t minute = 0;
  bool is_ready = false;
  std::uint32_t from = 0;  // the given row of `sum`
  lane sum{};
  auto const* const given = of.factors[Given].data();
  for (auto const& each : entries) {
    if (wanted != nullptr && wanted[each.at[Wanted]] == 0) continue;
    auto const is_new_minute = !is_ready || each.at[minutes] != minute;
    if (is_new_minute) {
      minute = each.at[minutes];
      is_ready = true;
      contract(of, of.factors[minutes][minute].value, part);
      // Rows of `part` go with what is given, columns with what is wanted.
      if constexpr (Wanted == sources) part = turned(part);
    }
    if (is_new_minute || each.at[Given] != from) {
      from = each.at[Given];
      lane const row = given[from].value;
      sum = lane{};
      for (std::size_t k = 0; k < of.rank; ++k) sum += row[k] * part[k].value;
    }
    into[each.at[Wanted]].value += each.count * sum;
  }
}

}  // namespace

auto minute_part(model const& of, std::size_t minute) -> square {
  square answer;
  contract(of, of.factors[minutes][minute].value, answer);
  return answer;
}

KIZASHI_TENSOR_WIDTHS
void multiply_sources(std::span<entry const> entries, model const& of, std::uint8_t const* wanted,
                      std::span<lane_cell> into) {
  multiply_way<ports, sources>(entries, of, wanted, into);
}
KIZASHI_TENSOR_WIDTHS
void multiply_ports(std::span<entry const> entries, model const& of, std::uint8_t const* wanted,
                    std::span<lane_cell> into) {
  multiply_way<sources, ports>(entries, of, wanted, into);
}
KIZASHI_TENSOR_WIDTHS
void multiply_minutes(std::span<entry const> entries, model const& of, std::span<square> into) {
  for (auto const& each : entries) {
    lane const source = each.count * of.factors[sources][each.at[sources]].value;
    lane const port = of.factors[ports][each.at[ports]].value;
    auto& products = into[each.at[minutes]];
    for (std::size_t b = 0; b < of.rank; ++b) products[b].value += source[b] * port;
  }
}

KIZASHI_TENSOR_WIDTHS
auto gram_of(std::span<lane_cell const> factor) -> square {
  square answer{};
  for (auto const& row : factor)
    for (std::size_t k = 0; k < most_rank; ++k) answer[k].value += row.value[k] * row.value;
  return answer;
}

}  // namespace kizashi::engine::ntd::internal
