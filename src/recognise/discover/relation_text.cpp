#include "kizashi/recognise/discover/relation_text.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

namespace kizashi::recognise::discover {

namespace {

/// A part of an XOR: how it is written, and whether only its low 16 bits are meant.
struct atom {
  std::string text;
  std::size_t column = 0;
  bool needs_mask = false;
};

/// Takes lanes apart into words.
class writer {
public:
  writer(relation const& of, scope where) : left_{of.lanes}, size_{of.size}, where_{where} {
    if (size_ == 4) take_words();
    for (std::size_t lane = 0; size_ >= 2 && lane < size_; lane += 2) take_halves(lane);
    for (std::size_t lane = 0; lane < size_; ++lane) take_bytes(lane);
  }
  [[nodiscard]] auto atoms() -> std::vector<atom>& { return atoms_; }

private:
  /// Takes `count` columns from `column` on out of the lanes from `lane` on, if all are there.
  auto take(std::size_t lane, std::size_t column, std::size_t count, bool is_reversed) -> bool {
    auto const bit = [&](std::size_t i) {
      return 1U << (column + (is_reversed ? count - 1 - i : i));
    };
    for (std::size_t i = 0; i < count; ++i)
      if ((left_[lane + i] & bit(i)) == 0) return false;
    for (std::size_t i = 0; i < count; ++i) left_[lane + i] &= ~bit(i);
    return true;
  }

  void take_words() {
    for (std::size_t w = 0; w < words; ++w) {
      auto const each = static_cast<word>(w);
      if (size_of(each) != 4) continue;
      auto const name = name_of(each, where_);
      if (take(0, begin_of(each), 4, false)) atoms_.push_back({name, begin_of(each)});
      if (take(0, begin_of(each), 4, true))
        atoms_.push_back({fmt::format("swap32({})", name), begin_of(each)});
    }
  }

  void take_halves(std::size_t lane) {
    auto const is_high = size_ == 4 && lane == 0;
    for (std::size_t column = 0; column < columns; column += 2) {
      auto const w = word_of(column);
      auto const name = name_of(w, where_);
      auto const is_upper = size_of(w) == 4 && column == begin_of(w);
      auto const is_lower = size_of(w) == 4 && !is_upper;
      if (take(lane, column, 2, false)) {
        auto const text = is_upper ? fmt::format("({} >> 16)", name) : name;
        if (is_high)
          add_high(is_lower || !is_upper ? name : text, column);
        else
          atoms_.push_back({text, column, is_lower});
      }
      if (take(lane, column, 2, true)) {
        // swap16 looks at the low 16 bits only.
        auto const text = fmt::format("swap16({})", is_upper ? name + " >> 16" : name);
        if (is_high)
          add_high(text, column);
        else
          atoms_.push_back({text, column});
      }
    }
  }

  /// The bits above 32 fall away by the shift.
  void add_high(std::string const& text, std::size_t column) {
    atoms_.push_back({fmt::format("({} << 16)", text), column});
  }

  void take_bytes(std::size_t lane) {
    auto const up = 8 * (size_ - 1 - lane);
    for (; left_[lane] != 0; left_[lane] &= left_[lane] - 1) {
      auto const column = static_cast<std::size_t>(std::countr_zero(left_[lane]));
      auto const w = word_of(column);
      auto const down = 8 * (begin_of(w) + size_of(w) - 1 - column);
      auto text = name_of(w, where_);
      if (down > 0) text = fmt::format("{} >> {}", text, down);
      text = fmt::format("({} & 0xff)", text);
      if (up > 0) text = fmt::format("({} << {})", text, up);
      atoms_.push_back({text, column});
    }
  }

  std::array<std::uint32_t, 4> left_;
  std::size_t size_;
  scope where_;
  std::vector<atom> atoms_;
};

auto join(std::vector<atom> const& atoms, std::size_t size) -> std::string {
  std::string text;
  auto needs_mask = false;
  for (auto const& each : atoms) {
    text += (text.empty() ? "" : " ^ ") + each.text;
    needs_mask = needs_mask || (each.needs_mask && size == 2);
  }
  // The low half of a shifted word within 32 bits is masked where it stands.
  if (!needs_mask) return text;
  return atoms.size() == 1 ? text + " & 0xffff" : fmt::format("({}) & 0xffff", text);
}

auto mask_low_halves(std::vector<atom>& atoms, std::size_t size) {
  if (size != 4) return;
  for (auto& each : atoms)
    if (each.needs_mask) each.text = fmt::format("({} & 0xffff)", each.text);
}

auto xor_text(relation const& of, scope where) -> std::string {
  writer parts{of, where};
  auto& atoms = parts.atoms();
  mask_low_halves(atoms, of.size);
  std::stable_sort(atoms.begin(), atoms.end(),
                   [](auto const& a, auto const& b) { return a.column < b.column; });
  if (of.is_key) return join(atoms, of.size);
  // The word that is computed stands alone; a sequence number is cut to its half there.
  auto const output = atoms.back();
  atoms.pop_back();
  auto const shown = output.needs_mask && of.size == 2 ? output.text + " & 0xffff" : output.text;
  if (atoms.empty()) return fmt::format("{} == {}", shown, of.value);
  if (of.value == 0) return fmt::format("{} == {}", shown, join(atoms, of.size));
  auto const number = fmt::format("0x{:0{}x}", of.value, 2 * of.size);
  return fmt::format("{} == {}", shown, join({atoms}, of.size) + " ^ " + number);
}

auto operand_text(operand const& each, scope where) -> std::string {
  auto const w = word_of(each.column);
  auto text = name_of(w, where);
  if (each.size == 2 && size_of(w) == 4 && each.column == begin_of(w)) text += " >> 16";
  if (each.is_swapped) return fmt::format("swap{}({})", 8 * each.size, text);
  return text.find(' ') == std::string::npos ? text : fmt::format("({})", text);
}

/// The first term is computed from the others: all else goes to the other side.
auto sum_text(relation const& of, scope where) -> std::string {
  std::string text;
  for (auto const is_added : {true, false})
    for (std::size_t i = 1; i < of.term_count; ++i) {
      if (of.terms[i].is_negative != is_added) continue;
      auto const sign = is_added ? (text.empty() ? "" : " + ") : (text.empty() ? "0 - " : " - ");
      text += sign + operand_text(of.terms[i], where);
    }
  if (of.value != 0) text += fmt::format(" + {}", of.value);
  auto left = operand_text(of.terms[0], where);
  if (of.size == 4) return fmt::format("{} == {}", left, text);
  auto const& output = of.terms[0];
  auto const w = word_of(output.column);
  if (size_of(w) == 4 && output.column != begin_of(w)) left += " & 0xffff";
  return fmt::format("{} == ({}) & 0xffff", left, text);
}

}  // namespace

auto name_of(word w, scope where) -> std::string {
  auto const ports = where == scope::udp ? "udp" : "tcp";
  switch (w) {
    case word::destination:
      return "ip.dst";
    case word::source:
      return "ip.src";
    case word::destination_port:
      return fmt::format("{}.dstport", ports);
    case word::source_port:
      return fmt::format("{}.srcport", ports);
    case word::sequence:
      return "tcp.seq";
    case word::acknowledgement:
      return "tcp.ack";
    case word::window:
      return "tcp.window";
    case word::ip_id:
      return "ip.id";
    case word::mss:
      return "tcp.mss";
    case word::ip_length:
      return "ip.len";
  }
  return "";
}

auto to_text(relation const& of, scope where) -> std::string {
  return of.is_sum() ? sum_text(of, where) : xor_text(of, where);
}

}  // namespace kizashi::recognise::discover
