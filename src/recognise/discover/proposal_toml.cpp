#include <fmt/format.h>

#include "kizashi/recognise/discover/search.hpp"

namespace kizashi::recognise::discover {

auto to_toml(proposal const& of) -> std::string {
  auto const quoted = [](std::vector<std::string> const& all) {
    std::string text;
    for (auto const& each : all) text += (text.empty() ? "\"" : ", \"") + each + "\"";
    return text;
  };
  auto text = fmt::format(
      "# {} of {} sampled sources, {} of {} sampled packets; of {} packets of others {} pass.\n",
      of.sources, of.sampled_sources, of.packets, of.sampled_packets, of.rest_packets,
      of.rest_matches);
  for (auto const& each : of.looks)
    if (!each.is_used)
      text += fmt::format("# Also in this group: {} ({:.1f} % of it, {:.1f} % of others).\n",
                          each.condition, 100 * each.share, 100 * each.rest);
  text += fmt::format("[[fingerprint]]\nname = \"{}\"\nkind = \"unknown\"\n", of.name);
  text += fmt::format("description = \"A relation that {} sources have in common\"\n", of.sources);
  text += fmt::format("match = [{}]\n", quoted(of.match));
  if (!of.same.empty()) text += fmt::format("same = \"{}\"\n", of.same);
  text += fmt::format("false_match = \"2^-{}\"\npackets = {}\n", of.bits, of.verdict_packets);
  text += "source = \"kizashi fingerprints discover\"\n";
  return text;
}

}  // namespace kizashi::recognise::discover
