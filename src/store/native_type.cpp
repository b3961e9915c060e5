#include <array>

#include <fmt/format.h>

#include "kizashi/base/text.hpp"
#include "kizashi/store/native_reader.hpp"

namespace kizashi::store {
namespace {

struct known_type {
  std::string_view name;
  native_kind kind;
  std::size_t width;
};

constexpr std::array known_types = {
    known_type{"UInt8", native_kind::unsigned_number, 1},
    known_type{"UInt16", native_kind::unsigned_number, 2},
    known_type{"UInt32", native_kind::unsigned_number, 4},
    known_type{"UInt64", native_kind::unsigned_number, 8},
    known_type{"Int8", native_kind::signed_number, 1},
    known_type{"Int16", native_kind::signed_number, 2},
    known_type{"Int32", native_kind::signed_number, 4},
    known_type{"Int64", native_kind::signed_number, 8},
    known_type{"Float32", native_kind::real_number, 4},
    known_type{"Float64", native_kind::real_number, 8},
    known_type{"Bool", native_kind::unsigned_number, 1},
    known_type{"Date", native_kind::unsigned_number, 2},
    known_type{"Date32", native_kind::signed_number, 4},
    known_type{"DateTime", native_kind::unsigned_number, 4},
    known_type{"DateTime64", native_kind::signed_number, 8},
    known_type{"Enum8", native_kind::signed_number, 1},
    known_type{"Enum16", native_kind::signed_number, 2},
    known_type{"IPv4", native_kind::unsigned_number, 4},
    known_type{"IPv6", native_kind::bytes, 16},
    known_type{"UUID", native_kind::bytes, 16},
    known_type{"String", native_kind::text, 0},
};

constexpr std::size_t widest_string = std::size_t{1} << 20;
constexpr int deepest = 4;

auto unknown(std::string_view name) -> tl::unexpected<error> {
  return fail(errc::unsupported,
              fmt::format("the answer has a column of type {}, which cannot be read here; cast it "
                          "to a number, a String or an Array of them",
                          name.substr(0, 80)));
}

/// What stands between "WORD(" and the last ")".
auto inside(std::string_view name, std::string_view word) -> std::string_view {
  return name.substr(word.size() + 1, name.size() - word.size() - 2);
}

auto parse_at(std::string_view name, int depth) -> result<native_type> {
  auto const word = name.substr(0, name.find('('));
  auto const has_arguments = word.size() < name.size();
  if (has_arguments && !name.ends_with(')')) return unknown(name);
  for (auto const& known : known_types)
    if (known.name == word) return native_type{known.kind, known.width, false, {}};
  if (!has_arguments || depth == deepest) return unknown(name);
  if (word == "FixedString") {
    auto const width = parse_unsigned(inside(name, word), widest_string);
    if (!width || *width == 0) return unknown(name);
    return native_type{native_kind::bytes, static_cast<std::size_t>(*width), false, {}};
  }
  if (word != "Nullable" && word != "Array") return unknown(name);
  KIZASHI_TRY(auto of, parse_at(inside(name, word), depth + 1));
  if (word == "Array") return native_type{native_kind::list, 0, false, {std::move(of)}};
  if (of.is_nullable || of.kind == native_kind::list) return unknown(name);
  of.is_nullable = true;
  return of;
}

}  // namespace

auto native_type::parse(std::string_view name) -> result<native_type> {
  return parse_at(name, 0);
}

}  // namespace kizashi::store
