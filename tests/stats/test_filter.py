"""--filter selects the same packets in a capture (`read`), in a store (`stats`, `host`, `store export`) and in both (`match`)."""
import json

from seen import SeenTest

SCENARIO = "mixed"
# Filters in their canonical text, from those that rollups answer to those that need the packets.
FILTERS = (
    "dst.port == 23",
    "dst.port in {22, 2323} and protocol == tcp",
    "country == JP or as == none",
    "src in 98.0.0.0/7",
    "ip in {198.51.100.0/24, 2001:db8::/32}",
    "port < 1024 and not (port == 80 or port == 443)",
    "tool == mirai and dst.port != 23",
    "scanner != none",
    "class == backscatter and flag == syn",
    "type in {udp, icmp-request} and ttl in 40..60",
    "attribute == fragment or ip.version == 6",
    "tcp.window == 65535 and tcp.seq > 2147483648",
    "ip.id == 54321",
    "payload.length > 0 and length in 60..200",
    "tcp.mss >= 1400 and tcp.wscale != 7",
    "time >= 2026-01-15T09:10:00Z and time < 2026-01-15T09:20:00.500000Z",
    "sensor == mixed and protocol == icmp and icmp.type == 8",
)


class Filter(SeenTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        done = cls.run_program("synth", SCENARIO, "-o", "mixed.pcap", "--no-progress")
        assert done.returncode == 0, done.stderr
        done = cls.run_program("read", "mixed.pcap", "--store", "seen", "--sensor", "mixed", "--json", "--place", "place.table",
                               "--no-progress")
        assert done.returncode == 0, done.stderr

    def read(self, text):
        done = self.run_program("read", "mixed.pcap", "--filter", text, "--json", "--top", 5, "--place", "place.table", "--no-progress")
        self.assertEqual((done.stderr, done.returncode), ("", 0))
        return json.loads(done.stdout)

    def test_a_store_has_what_the_capture_has(self):
        some = 0
        for text in FILTERS:
            asked = text.replace("sensor == mixed", "sensor == local")  # what read calls it without a store
            with self.subTest(text):
                read = self.read(asked)
                self.assertEqual(read["filter"], asked)
                stats = self.document("stats", "--sensor", "mixed", "--filter", text, "--exact", "--by", "source", "--top", 5)
                self.assertEqual(stats["filter"], text)
                self.assertEqual([stats["packets"], stats["wire_bytes"], stats["sources"]],
                                 [read["packets"]["total"], read["wire_bytes"], read["sources"]])
                self.assertEqual([(row["address"], row["packets"]) for row in stats["rows"]],
                                 [(row["address"], row["packets"]) for row in read["top_sources"]])
                self.assertEqual(read["packets"]["total"] + read["filtered"], self.whole()["packets"])
                some += 0 < read["packets"]["total"] < self.whole()["packets"]
        self.assertGreater(some, len(FILTERS) - 4)

    def whole(self):
        return self.document("stats", "--sensor", "mixed")

    def test_exports_what_it_selects(self):
        text = "tool == mirai and dst.port == 23 and time < 2026-01-15T09:03:00Z"
        done = self.run_program("store", "export", "--store", "seen", "-o", "some.csv", "--sensor", "mixed", "--filter", text)
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = (self.folder / "some.csv").read_text().splitlines()
        self.assertEqual(len(lines) - 1, self.document("stats", "--sensor", "mixed", "--filter", text)["packets"])
        self.assertGreater(len(lines), 10)
        self.assertTrue(all("mirai" in line for line in lines[1:]))

    def test_matches_what_it_selects(self):
        (self.folder / "list.txt").write_text("0.0.0.0/1\n::/0\n")
        for text in ("dst.port == 23", "class == scan and ttl > 60"):
            counted = []
            for source in (["mixed.pcap"], ["--store", "seen", "--sensor", "mixed"]):
                done = self.run_program("match", *source, "--list", "list.txt", "--side", "source", "--json", "--filter", text,
                                        "--no-progress")
                self.assertEqual((done.stderr, done.returncode), ("", 0))
                counted.append(json.loads(done.stdout)["matched"])
            half = f"({text}) and src in {{0.0.0.0/1, ::/0}}"
            expected = self.document("stats", "--sensor", "mixed", "--filter", half)["packets"]
            self.assertEqual(counted, [expected, expected])
            self.assertGreater(expected, 0)

    def test_a_host_is_seen_through_it(self):
        busiest = self.document("stats", "--sensor", "mixed", "--by", "source", "--top", 1)["rows"][0]["address"]
        whole = self.document("host", busiest, "--sensor", "mixed")
        part = self.document("host", busiest, "--sensor", "mixed", "--filter", "ttl < 50 or dst.port < 1024")
        counted = self.document("stats", "--sensor", "mixed", "--filter", f"src == {busiest} and (ttl < 50 or dst.port < 1024)")
        self.assertEqual(part["packets"], counted["packets"])
        self.assertLessEqual(part["packets"], whole["packets"])

    def test_the_text_says_the_filter(self):
        self.assertIn("\nfilter: port == 1\n", self.ask("stats", "--filter", "PORT=1"))
        self.assertIn("No packets for which the filter holds; the store has", self.ask("stats", "--filter", "port 1 and port 2 and port 3"))
        done = self.run_program("read", "small.pcap", "--filter", "dst.port 23", "--no-progress")
        self.assertIn("\nfilter: dst.port == 23\n", done.stdout)
        self.assertIn("left out by the filter: in no other number here", done.stdout)
        done = self.run_program("read", "small.pcap", "--filter", "dst.port 9", "--no-progress")
        self.assertIn("No packets for which the filter holds: it left ", done.stdout)

    def test_says_what_is_wrong(self):
        wrong = 'filter:1:1: there is no field "cuontry"; did you mean country?'
        for words in (["stats", "--store", "seen"], ["host", "--store", "seen", "192.0.2.1"], ["read", "small.pcap"],
                      ["store", "export", "--store", "seen", "-o", "x.csv"], ["match", "--list", "list.txt", "small.pcap"]):
            done = self.run_program(*words, "--filter", "cuontry JP")
            command = "store export" if words[0] == "store" else words[0]
            self.expect_failure(done, 2, wrong, f"'kizashi {command} --help' tells more")
            done = self.run_program(*words, "--filter", "")
            self.expect_failure(done, 2, '--filter: it is empty; expected a comparison such as "port == 23"',
                                f"'kizashi {command} --help' tells more")
        for words in (["stats", "--store", "seen"], ["read", "small.pcap"]):
            self.expect_failure(self.run_program(*words, "--filter", "tool == mirei"), 1,
                                'filter:1:1: there is no tool "mirei"; did you mean "mirai"?')
        self.expect_failure(self.run_program("stats", "--store", "seen", "--filter", "pattern == block"), 2,
                            "filter:1:1: packets have no pattern; it is a field of scan events", "'kizashi stats --help' tells more")
        self.expect_failure(self.run_program("read", "small.pcap", "--counts-only", "--filter", "class == scan"), 2,
                            "--filter asks what --counts-only does not recognise: type, class, tool, fingerprint or scanner; expected "
                            "one of the two", "'kizashi read --help' tells more")
        self.expect_failure(self.run_program("read", "small.pcap", "--store", "new", "--filter", "class == scan"), 2,
                            "--filter and --store: a store keeps whole captures, so that reading one again stores nothing twice; expected "
                            "one of the two, and --filter where the store is asked", "'kizashi read --help' tells more")
