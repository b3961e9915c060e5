"""Real captures are named right. What is in them is told by their README and by their bytes."""
import json
import unittest

from truth import KIZASHI, SHARED, ScenarioTest, run

PCAP, LISTS = SHARED / "data/pcap", SHARED / "data/scanners"
# 162.142.125.0/24, 167.94.138.0/24: Censys; reverse names scan-*.shadowserver.org; 198.235.24.0/24: Cortex Xpanse.
CENSYS = {"162.142.125.132", "162.142.125.140", "167.94.138.111"}
SHADOWSERVER = {"64.62.197.26", "64.62.197.166", "65.49.20.98"}
XPANSE = {"198.235.24.39", "198.235.24.45", "198.235.24.166"}


@unittest.skipUnless(PCAP.is_dir(), f"{PCAP} is not there")
class Real(ScenarioTest):
    def read(self, name, *options):
        return json.loads(run(KIZASHI, "read", PCAP / name, "--json", "--top", "0", "--no-progress", *options))

    def classes(self, document):
        return {row["name"]: row["packets"] for row in document["classes"]}

    def tools(self, document):
        return {row["name"]: row["sources"] for row in document["tools"]}

    def scanners(self, document):
        return {row["organisation"]: row["sources"] for row in document["known_scanners"]}

    def by_scanner(self, document, organisation):
        return {row["address"] for row in document["top_sources"]
                if row["conclusion"]["known_scanner"] == organisation}

    def test_known_scanners_of_the_program(self):
        document = self.read("unsolicited/bacnet.pcap")
        self.assertEqual(self.scanners(document), {"Censys": 3, "Shadowserver": 3})
        self.assertEqual(self.by_scanner(document, "Censys"), CENSYS)
        self.assertEqual(self.by_scanner(document, "Shadowserver"), SHADOWSERVER)

    @unittest.skipUnless(LISTS.is_dir(), f"{LISTS} is not there")
    def test_known_scanners_of_lists(self):
        """Lists that name somebody; ipsum.txt.gz only says who was on blocklists."""
        lists = ",".join(str(LISTS / name) for name in
                         ("mass_scanner.txt.gz", "mass_scanner_cidr.txt", "misp_warninglists"))
        document = self.read("unsolicited/bacnet.pcap", "--scanners", lists)
        self.assertEqual(self.scanners(document),
                         {"Censys": 3, "Shadowserver": 3, "Palo Alto Networks Cortex Xpanse": 3})
        self.assertEqual(self.by_scanner(document, "Censys"), CENSYS)
        self.assertEqual(self.by_scanner(document, "Shadowserver"), SHADOWSERVER)
        self.assertEqual(self.by_scanner(document, "Palo Alto Networks Cortex Xpanse"), XPANSE)

    @unittest.skipUnless(LISTS.is_dir(), f"{LISTS} is not there")
    def test_a_folder_of_lists(self):
        document = self.read("unsolicited/bacnet.pcap", "--scanners", LISTS)
        self.assertEqual(self.by_scanner(document, "Censys"), CENSYS)
        self.assertEqual(sum(self.scanners(document).values()), 9)

    def test_marks_of_zmap(self):
        """One packet of each source: the mark is on the packet, and no verdict comes of one 16-bit test."""
        document = self.read("unsolicited/bacnet.pcap")
        marked = {event["source"] for event in document["events"]
                  if any(header["ip_id"] == 54321 for header in event["headers"])}
        self.assertEqual(marked, SHADOWSERVER | XPANSE)
        self.assertEqual(self.tools(document), {"bacnet-wildcard-probe": 9})
        self.assertEqual({name: self.classes(document)[name] for name in ("amplifier-probe", "backscatter")},
                         {"amplifier-probe": 15, "backscatter": 6})

    def test_nmap_is_not_zmap(self):
        document = self.read("misc/synscan.pcap")
        self.assertEqual(self.tools(document), {"nmap": 1, "nmap-syn-look": 1})
        event, = document["events"]
        self.assertEqual((event["pattern"], event["packets"]), ("vertical", 1994))
        self.assertEqual(self.classes(document), {"unroutable": 1994, "backscatter": 17})

    def test_flood(self):
        document = self.read("ddos/syn_flood_200.pcap")
        self.assertEqual(self.classes(document), {"unroutable": 200})  # from 192.0.2.10
        event, = document["events"]
        self.assertEqual((event["source"], event["port"], event["packets"], event["pattern"]),
                         ("192.0.2.10", 443, 200, "single"))
        self.assertEqual(document["dos_victims"], [])

    def test_probes(self):
        for name, tool, sources in (("source_engine", "a2s-info-probe", 14), ("rmcp", "rmcp-probe", 6),
                                    ("ripe_atlas", "mglndd", 7)):
            self.assertEqual(self.tools(self.read(f"unsolicited/{name}.pcap")), {tool: sources})
        self.assertEqual(self.classes(self.read("unsolicited/source_engine.pcap")),
                         {"amplifier-probe": 12, "unroutable": 5})


if __name__ == "__main__":
    unittest.main()
