// Kizashi's own format:
//
//   [[scanner]]
//   organisation = "Example Research"
//   source = "https://scan.example.org/"
//   prefixes = ["192.0.2.0/24", "2001:db8::/48", "198.51.100.4-198.51.100.9"]
#include "kizashi/base/toml_reader.hpp"
#include "kizashi/recognise/internal/scanner_formats.hpp"

namespace kizashi::recognise::internal {
namespace {

void read_scanner(toml::table const& table, toml_mistakes& mistakes, scanner_writer& out,
                  status& written) {
  toml_reader in{table, "scanner", mistakes};
  in.refuse_others("organisation source prefixes", "a scanner");
  auto const organisation = in.filled_text("organisation", "who scans", true);
  auto const source = in.filled_text("source", "where that is published", true);
  auto const* const prefixes = table.get_as<toml::array>("prefixes");
  if (prefixes == nullptr || prefixes->empty())
    return in.complain("prefixes", "one or more texts in a list such as [\"192.0.2.0/24\"]");
  if (!organisation || !source) return;
  for (auto const& each : *prefixes) {
    auto const line = each.source().begin.line;
    auto const* const text = each.as_string();
    if (text == nullptr)
      out.refuse(line, "an item of prefixes is no text");
    else if (written)
      written = out.add(line, text->get(), *organisation, *source);
  }
}

}  // namespace

auto read_scanner_toml(std::string_view file, std::string_view text, scanner_draft& to) -> status {
  scanner_writer out{to, file, "TOML"};
  KIZASHI_TRY(auto const written,
              read_toml(text, file, [&](toml::table const& root, toml_mistakes& mistakes) {
                toml_reader in{root, "", mistakes};
                in.refuse_others("scanner", "a list of scanners");
                auto const all = in.tables("scanner");
                if (all.empty() && mistakes.is_empty())
                  in.complain("scanner", "tables that begin with [[scanner]]");
                status sound;
                for (auto const* const each : all) read_scanner(*each, mistakes, out, sound);
                return sound;
              }));
  return written;
}

}  // namespace kizashi::recognise::internal
