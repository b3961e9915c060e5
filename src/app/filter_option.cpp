#include "kizashi/app/filter_option.hpp"

namespace kizashi::app {

void add_filter_option(CLI::App& command, std::string& text) {
  command
      .add_option("--filter", text,
                  "Only packets for which this holds, such as \"port 23 and country == JP\": "
                  "docs/filter.md")
      ->type_name("EXPRESSION")
      ->check([](std::string const& given) {
        return given.empty() ? "it is empty; expected a comparison such as \"port == 23\""
                             : std::string{};
      });
}

auto wanted_filter(std::string const& text, filter::target to)
    -> result<std::optional<filter::expression>> {
  if (text.empty()) return std::optional<filter::expression>{};
  KIZASHI_TRY(auto parsed, filter::parse(text));
  KIZASHI_TRY(filter::check(parsed, to));
  return std::optional{std::move(parsed)};
}

auto stored_filter_of(store::engine& in, std::string const& text, store::ask_settings const& ask)
    -> result<std::shared_ptr<store::stored_filter const>> {
  KIZASHI_TRY(auto wanted, wanted_filter(text, filter::target::packets));
  if (!wanted) return std::shared_ptr<store::stored_filter const>{};
  KIZASHI_TRY(auto bound, store::bind_filter(in, std::move(*wanted), filter::target::packets, ask));
  return std::make_shared<store::stored_filter const>(std::move(bound));
}

}  // namespace kizashi::app
