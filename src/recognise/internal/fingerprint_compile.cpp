// From the conditions of a table to its program.
#include <algorithm>
#include <array>
#include <bitset>
#include <utility>

#include "kizashi/recognise/internal/fingerprint_kernels.hpp"
#include "kizashi/recognise/internal/fingerprint_program.hpp"

namespace kizashi::recognise::internal {

class fingerprint_program::builder {
public:
  auto build(std::span<fingerprint_test const> tests) -> result<fingerprint_program> {
    std::uint8_t keys = 0;
    for (std::size_t i = 0; i < tests.size(); ++i) {
      entry made;
      made.number = static_cast<std::uint8_t>(i);
      made.is_key = tests[i].same.has_value();
      if (made.is_key) {
        made.number = keys++;
        made.key = add(*tests[i].same);
        made.needs = needs_of({made.key});
      }
      add_entry(std::move(made), tests[i]);
    }
    if (out_.values_.size() > most_values)
      return fail(errc::limit_reached,
                  "the expressions have more than 256 different parts; fewer fingerprints or "
                  "simpler relations are needed");
    return std::move(out_);
  }

private:
  void add_entry(entry made, fingerprint_test const& from) {
    std::bitset<words> kinds;
    kinds[static_cast<std::size_t>(word::ip)] = true;
    if (from.same) note_words(*from.same, kinds);
    for (auto const& each : from.match) {
      if (each.is == condition::form::word)
        kinds[static_cast<std::size_t>(each.kind)] = true;
      else
        add_tests(each, made.tests);
      note_words(each.left, kinds);
      note_words(each.right, kinds);
    }
    auto const first = narrowest(kinds);
    kinds[static_cast<std::size_t>(first)] = false;
    std::stable_sort(made.tests.begin(), made.tests.end(),
                     [&](auto a, auto b) { return cost(a) < cost(b); });
    for (std::size_t i = 0; i < words; ++i)
      if (kinds[i] && !follows(static_cast<word>(i), first))
        made.tests.insert(made.tests.begin(), add_word(static_cast<word>(i)));
    auto const test = add_word(first);
    auto found = std::ranges::find(out_.groups_, test, &group::first);
    if (found == out_.groups_.end()) found = out_.groups_.insert(found, {test, {}});
    found->entries.push_back(std::move(made));
  }

  /// Rows whose payload is too short are sorted out by their column.
  void add_tests(condition const& each, std::vector<std::uint16_t>& to) {
    to.push_back(add(each));
    if (each.is < condition::form::starts) return;
    condition length;
    length.is = condition::form::ranges;
    length.left = {{operation::field, static_cast<std::uint32_t>(field::payload_length), 0, 0}};
    length.ranges = {{each.offset + static_cast<std::uint32_t>(each.bytes.size()), 0xFFFF}};
    auto const index = add(length);
    if (std::ranges::find(to, index) == to.end()) to.push_back(index);
  }

  static void note_words(expression const& all, std::bitset<words>& kinds) {
    for (auto const& each : all)
      if (each.does == operation::field)
        kinds[static_cast<std::size_t>(word_of(static_cast<field>(each.value)))] = true;
  }
  /// The last of the words, in which those that fewer rows have stand behind.
  static auto narrowest(std::bitset<words> kinds) -> word {
    auto last = words - 1;
    while (!kinds[last]) --last;
    return static_cast<word>(last);
  }
  static auto follows(word each, word from) -> bool {
    return each == word::ip ||
           (each == word::tcp && from >= word::tcp_syn && from <= word::tcp_rst);
  }

  /// Share of all values that pass, for comparisons of a field, and narrow columns before wide ones
  /// where both are rare; relations come later and payload last.
  [[nodiscard]] auto cost(std::uint16_t index) const -> double {
    auto const& each = out_.tests_[index];
    if (each.is >= condition::form::starts) return 4;
    if (each.is == condition::form::compare) return 3;
    auto const most = largest(out_.values_[each.left]);
    auto passing = 0.0;
    for (auto const& range : each.ranges) passing += 1.0 + range.high - range.low;
    passing /= 1.0 + most;
    auto const share = std::max(each.is_negated ? 1 - passing : passing, 0.001);
    if (!each.is_field) return share + 1;
    return share + (most > 0xFFFF ? 0.0001 : 0);
  }

  static auto largest(value const& of) -> std::uint32_t {
    if (of.does != operation::field) return 0xFFFFFFFF;
    return largest_of(static_cast<field>(of.number));
  }

  auto add(value const& each) -> std::uint16_t {
    auto const found = std::ranges::find(out_.values_, each);
    if (found != out_.values_.end())
      return static_cast<std::uint16_t>(found - out_.values_.begin());
    // Above the limit `build` fails: no need for more than one too many.
    if (out_.values_.size() <= most_values) out_.values_.push_back(each);
    return static_cast<std::uint16_t>(out_.values_.size() - 1);
  }

  auto add(expression const& all) -> std::uint16_t {
    std::vector<std::uint16_t> places;
    for (auto const& each : all) {
      value made{each.does, each.value, 0, 0};
      if (each.does >= operation::swap16) made.left = places[each.left];
      if (each.does >= operation::add) made.right = places[each.right];
      places.push_back(add(simplified(made)));
    }
    return places.back();
  }

  /// Numbers are computed here, and stand to the right where the operator permits.
  [[nodiscard]] auto simplified(value made) const -> value {
    if (made.does < operation::swap16) return made;
    auto const& left = out_.values_[made.left];
    if (left.does != operation::number) return made;
    std::array<std::uint32_t, chunk_rows> many{};
    if (made.does < operation::add) {
      many.fill(left.number);
      std::array<std::uint32_t, chunk_rows> answer{};
      swap_bytes(made.does, many.data(), answer.data());
      return {operation::number, answer[0], 0, 0};
    }
    auto const& right = out_.values_[made.right];
    if (right.does == operation::number) {
      many.fill(left.number);
      combine(made.does, many.data(), right.number, many.data());
      return {operation::number, many[0], 0, 0};
    }
    if (made.does == operation::add || made.does >= operation::bit_and)
      std::swap(made.left, made.right);
    return made;
  }

  [[nodiscard]] auto needs_of(std::initializer_list<std::uint16_t> of) const
      -> std::vector<std::uint16_t> {
    std::vector<std::uint16_t> answer;
    for (auto const each : of) visit(each, answer);
    return answer;
  }
  void visit(std::uint16_t index, std::vector<std::uint16_t>& to) const {
    if (std::ranges::find(to, index) != to.end()) return;
    auto const& each = out_.values_[index];
    if (each.does >= operation::swap16) visit(each.left, to);
    if (each.does >= operation::add && out_.values_[each.right].does != operation::number)
      visit(each.right, to);
    to.push_back(index);
  }

  auto add_word(word kind) -> std::uint16_t {
    test made;
    made.kind = kind;
    return add_test(std::move(made));
  }

  auto add(condition const& each) -> std::uint16_t {
    test made;
    made.is = each.is;
    made.how = each.how;
    made.is_negated = each.is_negated;
    made.offset = each.offset;
    made.ranges = each.ranges;
    made.bytes = each.bytes;
    if (!each.left.empty()) made.left = add(each.left);
    if (!each.right.empty()) made.right = add(each.right);
    if (made.is == condition::form::compare) to_ranges(made);
    if (made.is == condition::form::ranges) fit_ranges(made);
    if (made.is == condition::form::compare) made.needs = needs_of({made.left, made.right});
    if (made.is == condition::form::ranges) made.needs = needs_of({made.left});
    return add_test(std::move(made));
  }

  /// A comparison with a number is a range.
  void to_ranges(test& made) const {
    auto const left = out_.values_[made.left];
    auto const right = out_.values_[made.right];
    auto const number_is_left = left.does == operation::number;
    if (!number_is_left && right.does != operation::number) return;
    auto const number = number_is_left ? left.number : right.number;
    if (number_is_left) made.left = made.right;
    made.is = condition::form::ranges;
    made.is_negated = made.how == comparison::unequal;
    auto const has_equal = made.how != comparison::less;
    if (made.how <= comparison::unequal) {
      made.ranges = {{number, number}};
    } else if (number_is_left) {  // number < value, number <= value
      if (has_equal || number < 0xFFFFFFFF) made.ranges = {{number + !has_equal, 0xFFFFFFFF}};
    } else {
      if (has_equal || number > 0) made.ranges = {{0, number - !has_equal}};
    }
  }

  /// No range reaches beyond the column's numbers.
  void fit_ranges(test& made) const {
    auto const& left = out_.values_[made.left];
    made.is_field =
        left.does == operation::field && static_cast<field>(left.number) != field::ip_df;
    auto const most = largest(left);
    std::erase_if(made.ranges, [&](auto const& each) { return each.low > most; });
    for (auto& each : made.ranges) each.high = std::min(each.high, most);
  }

  auto add_test(test made) -> std::uint16_t {
    auto const same = [&](test const& each) {
      return each.is == made.is && each.kind == made.kind && each.how == made.how &&
             each.is_negated == made.is_negated && each.left == made.left &&
             each.right == made.right && each.offset == made.offset && each.bytes == made.bytes &&
             std::ranges::equal(each.ranges, made.ranges, [](auto const& a, auto const& b) {
               return a.low == b.low && a.high == b.high;
             });
    };
    auto const found = std::ranges::find_if(out_.tests_, same);
    if (found != out_.tests_.end()) return static_cast<std::uint16_t>(found - out_.tests_.begin());
    out_.tests_.push_back(std::move(made));
    return static_cast<std::uint16_t>(out_.tests_.size() - 1);
  }

  fingerprint_program out_;
};

auto fingerprint_program::build(std::span<fingerprint_test const> tests)
    -> result<fingerprint_program> {
  return builder{}.build(tests);
}

}  // namespace kizashi::recognise::internal
