#include "kizashi/recognise/internal/scanner_names.hpp"

#include <algorithm>
#include <array>

#include "kizashi/base/text.hpp"
#include "kizashi/net/address.hpp"

namespace kizashi::recognise::internal {
namespace {

struct known_name {
  std::string_view key;  ///< in small letters: a domain, or the first words of a name
  std::string_view organisation;
};

constexpr std::array domains{
    known_name{"alphastrike.io", "Alpha Strike Labs"},
    known_name{"ant.isi.edu", "USC Information Sciences Institute"},
    known_name{"berkeley.edu", "UC Berkeley"},
    known_name{"binaryedge.io", "BinaryEdge"},
    known_name{"binaryedge.ninja", "BinaryEdge"},
    known_name{"bitsight.com", "Bitsight"},
    known_name{"bufferover.run", "BufferOver"},
    known_name{"censys-scanner.com", "Censys"},
    known_name{"censys.io", "Censys"},
    known_name{"circl.lu", "CIRCL"},
    known_name{"colostate.edu", "Colorado State University"},
    known_name{"criminalip.com", "Criminal IP"},
    known_name{"cyberresilience.io", "Cyber Resilience"},
    known_name{"driftnet.io", "Driftnet"},
    known_name{"internet-census.org", "Internet Census Group"},
    known_name{"internet-measurement.com", "Driftnet"},
    known_name{"internettl.org", "Internet TTL"},
    known_name{"ipip.net", "IPIP"},
    known_name{"ipinfo.io", "IPinfo"},
    known_name{"kudelskisecurity.com", "Kudelski Security"},
    known_name{"leakix.net", "LeakIX"},
    known_name{"leakix.org", "LeakIX"},
    known_name{"modat.io", "Modat"},
    known_name{"netsecscan.net", "NetSecScan"},
    known_name{"netsystemsresearch.com", "NetSystems Research"},
    known_name{"onyphe.io", "ONYPHE"},
    known_name{"onyphe.net", "ONYPHE"},
    known_name{"openportstats.com", "Open Port Statistics"},
    known_name{"rapid7.com", "Rapid7"},
    known_name{"riskiq.com", "RiskIQ"},
    known_name{"rwth-aachen.de", "RWTH Aachen University"},
    known_name{"sba-research.org", "SBA Research"},
    known_name{"shadowforce.io", "Shadowforce"},
    known_name{"shadowserver.org", "Shadowserver"},
    known_name{"shodan.io", "Shodan"},
    known_name{"stretchoid.com", "Stretchoid"},
    known_name{"umich.edu", "University of Michigan"},
};

/// The longest key that a name begins with counts.
constexpr std::array words{
    known_name{"alpha strike", "Alpha Strike Labs"},
    known_name{"alphastrike", "Alpha Strike Labs"},
    known_name{"binaryedge", "BinaryEdge"},
    known_name{"bufferover", "BufferOver"},
    known_name{"censys", "Censys"},
    known_name{"circl", "CIRCL"},
    known_name{"coalition signals intelligence", "Coalition Signals Intelligence"},
    known_name{"cortex xpanse", "Palo Alto Networks Cortex Xpanse"},
    known_name{"criminal ip", "Criminal IP"},
    known_name{"cybergreen", "CyberGreen"},
    known_name{"cyberresilience", "Cyber Resilience"},
    known_name{"expanse", "Palo Alto Networks Cortex Xpanse"},
    known_name{"internet census", "Internet Census Group"},
    known_name{"internet-census", "Internet Census Group"},
    known_name{"internet cleanup", "Internet Cleanup Foundation"},
    known_name{"ipinfo", "IPinfo"},
    known_name{"ipip", "IPIP"},
    known_name{"leakix", "LeakIX"},
    known_name{"modat", "Modat"},
    known_name{"netsecscan", "NetSecScan"},
    known_name{"nyuosirislaboratory", "NYU Osiris Laboratory"},
    known_name{"onyphe", "ONYPHE"},
    known_name{"rapid7", "Rapid7"},
    known_name{"shadowforce", "Shadowforce"},
    known_name{"shadowserver", "Shadowserver"},
    known_name{"shodan", "Shodan"},
    known_name{"stretchoid", "Stretchoid"},
    known_name{"umich", "University of Michigan"},
    known_name{"university of michigan", "University of Michigan"},
};

/// Words that lists put around a name: of MISP's warning lists, of files.
constexpr std::array<std::string_view, 4> before{"list of published ip address ranges for ",
                                                 "list of ip ranges of ", "list of ", "the "};
constexpr std::array<std::string_view, 12> behind{" ip ranges used for scanning",
                                                  " ip-ranges, pot. used for scanning",
                                                  " ip address used for security scanning",
                                                  " ip address used for ssh scanning",
                                                  " connection-attempt network ranges",
                                                  " ip ranges",
                                                  " ip addresses",
                                                  " scanners",
                                                  " scanner",
                                                  " scanning",
                                                  "-nt-scanning",
                                                  "-scanning"};

auto to_small(std::string_view text) -> std::string {
  std::string out{text};
  for (auto& each : out)
    if (each >= 'A' && each <= 'Z') each = static_cast<char>(each - 'A' + 'a');
  return out;
}

/// How many bytes the letter at the beginning takes by RFC 3629; 0: it is none.
auto letter_length(std::string_view text) -> std::size_t {
  auto const first = static_cast<unsigned char>(text.front());
  std::size_t const length = first < 0x80   ? 1
                             : first < 0xC2 ? 0
                             : first < 0xE0 ? 2
                             : first < 0xF0 ? 3
                             : first < 0xF5 ? 4
                                            : 0;
  if (length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) return 0;
  if (length < 3) return length;
  // Too long a form, half of a pair, or behind the last letter.
  auto const second = static_cast<unsigned char>(text[1]);
  bool const is_wrong = (first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ||
                        (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F);
  return is_wrong ? 0 : length;
}

/// With '?' for every byte that is no UTF-8.
auto valid(std::string_view text) -> std::string {
  std::string out;
  while (!text.empty()) {
    auto const length = letter_length(text);
    out += length == 0 ? std::string_view{"?"} : text.substr(0, length);
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

/// Without control characters and with single spaces.
auto plain(std::string_view raw) -> std::string {
  auto const text = valid(raw);
  std::string out;
  for (auto const each : text) {
    auto const code = static_cast<unsigned char>(each);
    bool const is_space = code <= 0x20 || code == 0x7F;
    if (!is_space)
      out += each;
    else if (!out.empty() && out.back() != ' ')
      out += ' ';
  }
  // C1 controls, U+0080 to U+009F, are two bytes in UTF-8.
  for (std::size_t at = 0; at + 1 < out.size(); ++at)
    if (out[at] == '\xC2' && static_cast<unsigned char>(out[at + 1]) < 0xA0)
      out.replace(at, 2, "  ");
  return std::string{trim(out)};
}

/// Ends before a letter, not inside of one.
auto cut_to(std::string text, std::size_t most) -> std::string {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80) --most;
  text.resize(most);
  return text;
}

auto is_host_letter(char each) -> bool {
  return (each >= 'a' && each <= 'z') || (each >= '0' && each <= '9') || each == '-' ||
         each == '.' || each == '_';
}

/// Whether `text`, in small letters, could be a name in the DNS with two labels or more.
auto is_host(std::string_view text) -> bool {
  return text.find('.') != std::string_view::npos && std::ranges::all_of(text, is_host_letter) &&
         text.front() != '.' && text.back() >= 'a' && text.back() <= 'z';
}

auto is_under(std::string_view host, std::string_view domain) -> bool {
  return host == domain || (host.ends_with(domain) && host[host.size() - domain.size() - 1] == '.');
}

/// The last two labels; three where the last but one is a class of names and not a name, as in
/// "co.uk" and "ac.jp".
auto registered_domain(std::string_view host) -> std::string_view {
  constexpr std::array<std::string_view, 8> classes{"ac", "co",  "com", "edu",
                                                    "go", "gov", "net", "org"};
  auto const labels = split(host, '.');
  std::size_t keep = 2;
  if (labels.size() > 2 && labels.back().size() == 2 &&
      std::ranges::find(classes, labels[labels.size() - 2]) != classes.end())
    keep = 3;
  std::size_t length = keep - 1;  // the dots
  for (auto at = labels.end() - static_cast<std::ptrdiff_t>(std::min(keep, labels.size()));
       at != labels.end(); ++at)
    length += at->size();
  return host.substr(host.size() - std::min(length, host.size()));
}

auto without_list_words(std::string_view text) -> std::string_view {
  auto const small = to_small(text);
  std::size_t first = 0;
  std::size_t last = small.size();
  for (auto const each : before)
    if (std::string_view{small}.substr(first).starts_with(each)) first += each.size();
  for (bool again = true; again;) {
    again = false;
    for (auto const each : behind)
      if (std::string_view{small}.substr(first, last - first).ends_with(each) &&
          std::string_view{small}.substr(first, last - first) != "research scanner") {
        last -= each.size();
        again = true;
      }
  }
  return trim(text.substr(first, last - first));
}

/// Empty: not known.
auto known_by_words(std::string_view small) -> std::string_view {
  known_name best{};
  for (auto const& each : words) {
    if (!small.starts_with(each.key) || each.key.size() <= best.key.size()) continue;
    // "ipip" is not the beginning of "ipipeline".
    if (small.size() > each.key.size() && small[each.key.size()] >= 'a' &&
        small[each.key.size()] <= 'z')
      continue;
    best = each;
  }
  return best.organisation;
}

}  // namespace

auto organisation_name(std::string_view raw) -> std::string {
  auto text = plain(raw);
  if (auto const bracket = text.find(" ("); bracket != std::string::npos && text.ends_with(')'))
    text.resize(bracket);
  if (text.ends_with('.')) text.pop_back();
  if (text.empty() || text == "(unknown)" || net::prefix::parse(text))
    return std::string{unknown_scanner};
  auto const small = to_small(text);
  if (is_host(small)) {
    for (auto const& each : domains)
      if (is_under(small, each.key)) return std::string{each.organisation};
    return cut_to(std::string{registered_domain(small)}, 80);
  }
  auto const name = without_list_words(text);
  if (auto const known = known_by_words(to_small(name)); !known.empty()) return std::string{known};
  return cut_to(std::string{name.empty() ? std::string_view{text} : name}, 80);
}

}  // namespace kizashi::recognise::internal
