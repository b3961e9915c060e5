"""`kizashi host`: what can be counted by hand in the small telescope of tests/read/frames.py."""
from seen import HOUR, SeenTest, frames, syn

USAGE = "'kizashi host --help' tells more"


class Host(SeenTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        day = 24 * HOUR
        cls.keep("south", frames.pcap([(4 * day + i * HOUR, syn("198.51.100.99", 8000, f"192.0.2.{i + 1}")) for i in range(5)]))

    def test_an_address(self):
        self.assertEqual(self.ask("host", "198.51.100.99", "--top", "3"), """\
Kizashi host 198.51.100.99
seen 2026-01-15 00:00:30 to 2026-01-19 04:00:00 UTC, on 2 days, by small, south
21 packets, 1.10 KiB to 9 destinations
country JP; AS64497 Séarch

Packets per day
  ████
  ████
  ████            ████
  from 2026-01-15 UTC; the highest column is 16

Packets per hour
  ███████████████
  ███████████████
  ███████████████
  from 2026-01-19 00:00 UTC; the highest column is 1

  Protocols        Types                Classes
  tcp        17    tcp-syn        17    unroutable  21
  udp         3    udp-amplifier   2
  icmp        1    udp             1
                   icmp-request    1

Destination ports (3 of 14)
  port      packets   share  service
  8000/tcp        6  28.6 %  http
  1900/udp        2   9.5 %  ssdp
  8001/tcp        1   4.8 %

Scan events, the newest first (3 of 20)
  begin                length  type     port  packets  addresses  tools
  2026-01-19 04:00:00  0s ..   tcp-syn  8000        1          1
  2026-01-19 03:00:00  0s      tcp-syn  8000        1          1
  2026-01-19 02:00:00  0s      tcp-syn  8000        1          1
""")

    def test_as_a_document(self):
        found = self.document("host", "198.51.100.99")
        self.assertEqual([(row["sensor"], row["packets"]) for row in found["sensors"]], [("small", 16), ("south", 5)])
        self.assertEqual([(row["day"], row["packets"]) for row in found["days"]], [("2026-01-15", 16), ("2026-01-19", 5)])
        self.assertEqual((found["first"], found["last"]), ("2026-01-15T00:00:30.000000000Z", "2026-01-19T04:00:00.000000000Z"))
        self.assertEqual([(row["port"], row["protocol"], row["packets"]) for row in found["ports"][:3]],
                         [(8000, "tcp", 6), (1900, "udp", 2), (8001, "tcp", 1)])
        self.assertEqual((found["packets"], found["sources"], found["port_count"], len(found["ports"])), (21, 1, 14, 10))
        # South saw one packet an hour, longer than an event's timeout: an event each, the last of which may go on.
        south = self.document("host", "198.51.100.99", "--sensor", "south", "--top", "2")
        self.assertEqual(south["event_count"], 5)
        self.assertEqual([(row["first"], row["last"], row["type"], row["port"], row["packets"], row["destinations"], row["ongoing"])
                          for row in south["events"]],
                         [(time, time, "tcp-syn", 8000, 1, 1, time.startswith("2026-01-19T04")) for time in
                          ("2026-01-19T04:00:00.000000000Z", "2026-01-19T03:00:00.000000000Z")])
        narrow = self.document("host", "198.51.100.99", "--sensor", "small", "--from", "2026-01-15T00:02Z")
        self.assertEqual((narrow["packets"], narrow["hours"][0]["time"]), (4, "2026-01-15T00:00:00.000000000Z"))

    def test_a_prefix(self):
        found = self.document("host", "198.51.100.0/24")
        telescope = {row["address"]: row["packets"] for row in self.documents["small"]["top_sources"]}
        mine = {address: packets for address, packets in telescope.items() if address.startswith("198.51.100.")}
        mine["198.51.100.99"] += 5
        self.assertEqual({row["address"]: row["packets"] for row in found["top_sources"]}, mine)
        self.assertEqual((found["sources"], found["packets"], found["host"]), (len(mine), sum(mine.values()), "198.51.100.0/24"))

    def test_ipv6(self):
        found = self.document("host", "2001:db8:1::1")
        self.assertEqual((found["packets"], [row["type"] for row in found["types"]]), (2, ["tcp-syn", "icmp-request"]))
        self.assertEqual(self.document("host", "2001:db8::/32")["top_sources"][0]["address"], "2001:db8:1::1")

    def test_packets_without_ip_are_of_no_address(self):
        self.assertEqual(self.document("host", "0.0.0.0")["packets"], 0)
        said = self.documents["small"]["packets"]
        self.assertEqual(self.document("host", "0.0.0.0/0")["packets"], said["ipv4"] + 5)

    def test_never_seen(self):
        self.assertEqual(self.ask("host", "192.0.2.200"), "Kizashi host 192.0.2.200\nnot seen\n")
        self.assertEqual(self.ask("host", "198.51.100.99", "--from", "2026-02-01"),
                         "Kizashi host 198.51.100.99\nnot seen at that time and by those sensors\n")
        self.assertEqual((self.document("host", "192.0.2.200")["packets"], self.document("host", "::1")["first"]), (0, None))

    def test_no_destination_is_told(self):
        for words in (("198.51.100.0/24", "--top", "0"), ("0.0.0.0/0", "--top", "0", "--json")):
            self.assertNotIn("192.0.2.", self.ask("host", *words))

    def test_messages(self):
        self.expect_failure(self.run_program("host", "--store", "seen", "192.0.2.1/24"), 2,
                            '"192.0.2.1/24" is not a prefix such as 192.0.2.0/24: bits below the length are set; 192.0.2.0/24 '
                            "was meant?", USAGE)
        done = self.run_program("host", "--store", "seen", "example.org")
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr, '^kizashi: "example.org" is not a')
        self.expect_failure(self.run_program("host", "--store", "seen"), 2, "host is required", USAGE)
