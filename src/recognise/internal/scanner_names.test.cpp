#include "kizashi/recognise/internal/scanner_names.hpp"

#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace kizashi::recognise::internal {
namespace {

TEST(scanner_names, one_organisation_has_one_name_over_all_lists) {
  std::pair<char const*, char const*> const expected[]{
      {"scan-12.shadowserver.org", "Shadowserver"},
      {"Shadowserver IP Ranges Used for Scanning", "Shadowserver"},
      {"Shadowserver IP-Ranges, pot. used for Scanning", "Shadowserver"},
      {"shadowserver-nt-scanning", "Shadowserver"},
      {"scanner-01.ch1.censys-scanner.com", "Censys"},
      {"censys.io", "Censys"},
      {"Censys IP Ranges Used for Scanning", "Censys"},
      {"Shodan IP-Ranges, pot. used for Scanning", "Shodan"},
      {"shodan.io (parking)", "Shodan"},
      {"List of published IP address ranges for Modat Scanner", "Modat"},
      {"List of published IP address ranges for Internet Cleanup Foundation scanners",
       "Internet Cleanup Foundation"},
      {"CIRCL IP address used for SSH scanning", "CIRCL"},
      {"Alpha Strike Labs IP Ranges Used for Scanning", "Alpha Strike Labs"},
      {"Alphastrike research IP Ranges Used for Scanning", "Alpha Strike Labs"},
      {"University of Michigan CSE connection-attempt network ranges", "University of Michigan"},
      {"researchscan412.eecs.umich.edu", "University of Michigan"},
      {"cortex xpanse", "Palo Alto Networks Cortex Xpanse"},
      {"binaryedge.ninja.", "BinaryEdge"},
      {"F6 IP Ranges Used for Scanning", "F6"},
      {"ltx71", "ltx71"},
      {"NYU Osiris Laboratory", "NYU Osiris Laboratory"}};
  for (auto const& [text, name] : expected) EXPECT_EQ(organisation_name(text), name) << text;
}

TEST(scanner_names, hosts_of_others_are_named_by_their_domain) {
  EXPECT_EQ(organisation_name("a.b.example.org"), "example.org");
  EXPECT_EQ(organisation_name("scan7.example.co.uk"), "example.co.uk");
  EXPECT_EQ(organisation_name("x.example.ac.jp"), "example.ac.jp");
  EXPECT_EQ(organisation_name("example.io"), "example.io");
  EXPECT_EQ(organisation_name("co.uk"), "co.uk");
  // Neither the end nor the beginning of another name.
  EXPECT_EQ(organisation_name("notcensys.io"), "notcensys.io");
  EXPECT_EQ(organisation_name("Censysology"), "Censysology");
}

TEST(scanner_names, no_name_is_said_to_be_none) {
  for (auto const text : {"", "  \t", "192.0.2.7", "2001:db8::1", "192.0.2.0/24", "(unknown)"})
    EXPECT_EQ(organisation_name(text), "unknown mass scanner") << text;
}

TEST(scanner_names, what_a_terminal_would_obey_is_left_out) {
  EXPECT_EQ(organisation_name("a\x1b[31mb\r\n c\xC2\x9B"), "a [31mb c");
  EXPECT_EQ(organisation_name("\xFF Gr\xC3\xBC\xC3 \xED\xA0\x80"), "? Gr\xC3\xBC? ???");
  auto const name = organisation_name(std::string(79, 'a') + "\xC3\xA9");
  EXPECT_EQ(name, std::string(79, 'a'));
}

}  // namespace
}  // namespace kizashi::recognise::internal
