// What a report says of its numbers: which sentences, and with what in them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "kizashi/answer/json_document.hpp"
#include "kizashi/paper/words.hpp"

namespace kizashi::paper {

using answer::json;

/// One sentence. Values that differ by language (numbers, countries) are made when it is said.
struct fact {
  enum class value_kind : std::uint8_t { text, country, count, sources, term };
  struct value {
    std::string_view name;
    std::string text;   ///< of a text, a country's code or a term's key among the words
    double number = 0;  ///< of a count or sources
    value_kind kind = value_kind::text;
  };
  std::string is;  ///< "port.new"; the text "fact.port.new" says it
  std::vector<value> values = {};
};

/// The facts of a document "kizashi-report/1", in the order in which they are said. Nothing is said
/// that its numbers do not say: a change of less than 5 % is none, of what has less than 1 % of
/// the packets nothing is told, a rise or fall is one by half at least, a busiest day has at least
/// twice the median of at least five days.
[[nodiscard]] auto facts_of(json const& report) -> std::vector<fact>;
[[nodiscard]] auto text_of(fact const& what, words const& in) -> std::string;

/// [{"is": "rise", "text": {"en": "...", "ja": "..."}}, ...]
[[nodiscard]] auto changes_json(json const& report) -> json;

/// "23/tcp (telnet)" of a row of ports.
[[nodiscard]] auto port_text(json const& row) -> std::string;
/// The same of the services of a finding, the first three of them; empty: of no single service.
[[nodiscard]] auto services_text(json const& services) -> std::string;
/// The key of the words for a finding's kind, which need not be there. A joint one of a single
/// engine is of the kind that this one tells.
[[nodiscard]] auto term_of_kind(json const& finding) -> std::string;

}  // namespace kizashi::paper
