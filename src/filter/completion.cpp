#include "kizashi/filter/completion.hpp"

#include <nlohmann/json.hpp>

#include "kizashi/base/text.hpp"
#include "kizashi/filter/field.hpp"

namespace kizashi::filter {
namespace {

using json = nlohmann::ordered_json;

auto kind_name(value_kind kind) -> std::string_view {
  constexpr std::string_view names[] = {"number", "decimal", "address", "word", "words",    "text",
                                        "texts",  "country", "as",      "time", "duration", "yes"};
  return names[static_cast<std::size_t>(kind)];
}

auto operators_of(value_kind kind) -> json {
  if (kind == value_kind::yes) return json::array();
  json out{"==", "!=", "in", "not in"};
  if (is_ordered(kind))
    for (auto const* const each : {"<", "<=", ">", ">="}) out.push_back(each);
  return out;
}

auto target_words(field_info const& of) -> json {
  constexpr std::string_view words[targets] = {"packets", "events", "attacks"};
  json out = json::array();
  for (std::size_t i = 0; i < targets; ++i)
    if (has(of, static_cast<target>(i))) out.push_back(words[i]);
  return out;
}

auto field_json(field_info const& of) -> json {
  json out{{"name", of.name}};
  out["aliases"] = json::array();
  if (!of.aliases.empty())
    for (auto const each : split(of.aliases, ' ')) out["aliases"].push_back(each);
  out["kind"] = kind_name(of.kind);
  out["applies_to"] = target_words(of);
  out["help"] = of.help;
  if (of.kind == value_kind::number && of.largest <= 0xFFFFFFFF) out["largest"] = of.largest;
  if (auto const words = words_of(of.id); !words.empty()) {
    out["values"] = json::array();
    for (auto const& each : words) out["values"].push_back(each.name);
  }
  return out;
}

}  // namespace

auto completion_json() -> std::string {
  json out;
  out["schema"] = "kizashi-filter-fields/1";
  out["words"] = {"and", "or", "not", "in"};
  out["operators"] = json::object();
  for (auto const& each : all_fields())
    out["operators"][std::string{kind_name(each.kind)}] = operators_of(each.kind);
  out["fields"] = json::array();
  for (auto const& each : all_fields()) out["fields"].push_back(field_json(each));
  return out.dump();
}

}  // namespace kizashi::filter
