"""Scan events: their patterns, their sums, their timeout; and the same answer from one thread or four."""
import collections
import json
import unittest

from truth import HERE, KIZASHI, ScenarioTest, Truth, run

# Classes of which every packet is in an event; misconfiguration is what events of the others became.
IN_EVENTS = ("scan", "amplifier-probe", "payload", "unroutable", "misconfiguration")


def packets_by(rows, member):
    sums = collections.Counter()
    for row in rows:
        sums[row[member]] += int(row["packets"])
    return sums


class EventTest(ScenarioTest):
    def expect_sums(self, truth):
        """Every packet of the classes that have events is in one of them."""
        classes = {row["name"]: int(row["packets"]) for row in truth.table("classes")}
        totals = truth.document["event_totals"]
        self.assertEqual((totals["late_packets"], totals["untimed_packets"], totals["events_cut"]), (0, 0, 0))
        self.assertEqual(sum(classes.values()), sum(truth.packets.values()))
        self.assertEqual(dict(packets_by(truth.table("events"), "class")),
                         {name: packets for name, packets in classes.items() if name in IN_EVENTS})

    def events_of(self, truth, actor, type="tcp-syn"):
        sources = truth.sources_of(actor)
        return [row for row in truth.table("events") if row["source"] in sources and row["type"] == type]


class Patterns(EventTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.truth = Truth(KIZASHI, HERE / "patterns.toml", cls.folder)
        cls.truth.read(*cls.truth.darknet)

    def expect_pattern(self, actor, pattern, **more):
        events = self.events_of(self.truth, actor, **more)
        self.assertEqual({row["pattern"] for row in events}, {pattern}, actor)
        return events

    def test_slow(self):
        events = self.expect_pattern("slow", "slow")
        self.assertEqual(len(events), 20)  # one each: the timeout cuts none of them
        self.assertEqual(len(self.expect_pattern("not slow", "horizontal")), 20)

    def test_horizontal(self):
        event, = self.expect_pattern("horizontal", "horizontal")
        self.assertEqual((event["port"], event["packets"], event["coverage"]), ("5060", "16384", "1"))
        self.assertLess(abs(int(event["destinations"]) - 16384), 0.07 * 16384)  # three standard errors

    def test_block(self):
        events = self.expect_pattern("block", "block")
        self.assertEqual({row["port"] for row in events},
                         set("21 22 23 25 80 110 143 443 445 3306 5432 8080".split()))
        self.assertEqual({row["packets"] for row in events}, {"16384"})

    def test_vertical(self):
        event, = self.expect_pattern("vertical", "vertical")
        self.assertEqual((event["port"], event["packets"], event["destinations"]), ("", "65535", "1"))
        self.assertLess(abs(int(event["ports"]) - 65535), 0.07 * 65535)
        self.assertIn("nmap", event["tools"].split())

    def test_wrong_address(self):
        event, = self.expect_pattern("wrong address", "single", type="udp")
        self.assertEqual(event["class"], "misconfiguration")

    def test_sums(self):
        self.expect_sums(self.truth)


class Coordinated(EventTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.truth = Truth(KIZASHI, "slow-and-coordinated", cls.folder)
        cls.truth.read(*cls.truth.darknet, "--top", "0")

    def test_shared_lists_are_found_and_nothing_else(self):
        rows = self.truth.table("coordinated")
        self.assertEqual([(row["type"], row["port"], row["sharing"], row["sources"], row["packets"]) for row in rows],
                         [("tcp-syn", "8728", "splits", "48", "16384"), ("tcp-syn", "502", "splits", "32", "16384")])
        found = self.truth.document["coordinated"]
        self.assertEqual([(each["port"], each["sharing"], each["sources"]) for each in found],
                         [(8728, "splits", 48), (502, "splits", 32)])
        for each in found:  # by chance 16,384 visits reach (1 - 1/e) of 16,384 addresses
            self.assertLess(abs(each["targets"] - 16384), 0.07 * 16384)
            self.assertLess(abs(each["expected_targets"] - 16384 * 0.632), 0.02 * 16384)

    def test_their_events_say_so(self):
        marked = [each for each in self.truth.document["events"] if each["pattern"] == "coordinated"]
        members = self.truth.sources_of("shared list") | self.truth.sources_of("shared list of one network")
        self.assertEqual(len(marked), 80)
        self.assertEqual({each["source"] for each in marked}, members)

    def test_patterns_are_those_of_the_actors_and_nobody_elses(self):
        """docs/events.md: slow is slower than 18,108 s / ln(1000) between packets, a block has ten ports or more."""
        said = collections.defaultdict(set)
        for each in self.truth.document["events"]:
            said[each["pattern"]].add((each["source"], each["port"]))
        expected = {
            "slow": {("slow, one host", 3389), ("slow, in turns", 5900)},
            "coordinated": {("shared list", 8728), ("shared list of one network", 502)},
            "block": {("block", port) for port in (21, 22, 23, 25, 80, 110, 143, 443, 445, 8080)},
            "horizontal": {("horizontal", 5060)},
        }
        for pattern, actors in expected.items():
            self.assertEqual(said[pattern], {(source, port) for actor, port in actors
                                             for source in self.truth.sources_of(actor)}, pattern)
        self.assertEqual({source for source, _ in said["vertical"]}, self.truth.sources_of("vertical"))
        self.assertEqual(said.keys() - expected.keys(), {"vertical", "single"})

    def test_the_table_says_what_the_document_says(self):
        def row_of(each):
            return (each["source"], each["type"], each["class"], str(each["port"] if each["port"] is not None else ""),
                    str(each["ports"]), each["first"], each["last"], str(each["packets"]), each["pattern"])
        in_table = [row_of(each) for each in self.truth.table("events")]
        self.assertEqual(sorted(in_table), sorted(row_of(each) for each in self.truth.document["events"]))
        self.assertEqual(sum(row[-1] == "coordinated" for row in in_table), 80)

    def test_who_comes_every_three_quarters_of_an_hour_is_one_event(self):
        event, = self.events_of(self.truth, "slow, one host")
        source, = self.truth.sources_of("slow, one host")
        self.assertEqual(int(event["packets"]), self.truth.packets[bytes(map(int, source.split("."))), 0])

    def test_one_host_over_all_ports(self):
        event, = self.events_of(self.truth, "vertical")
        self.assertEqual((event["pattern"], event["packets"], event["destinations"]), ("vertical", "65535", "1"))

    def test_sums(self):
        self.expect_sums(self.truth)


class Timeout(EventTest):
    """docs/events.md: ln(1000) * 2^32 / (100 n), to the second, 60 s to a day."""

    def timeout_of(self, darknet, *options):
        words = ("--darknet", darknet) if darknet else ()
        document = json.loads(run(KIZASHI, "read", "--synth", "quiet", "--json", "--no-progress", *words, *options))
        if darknet:
            self.assertEqual(document["darknet"]["given"], True)
        return document["darknet"]["ipv4_addresses"], document["event_totals"]["timeout_seconds"]

    def test_by_the_telescopes_size(self):
        # 475,136 = 7 * 65,536 + 16,384, ORION's size
        orion = "198.18.0.0/15,100.64.0.0/14,100.80.0.0/16,100.81.0.0/18"
        self.assertEqual(self.timeout_of(orion), (475_136, 624.0))
        self.assertEqual(self.timeout_of("198.18.0.0/16"), (65_536, 4_527.0))
        self.assertEqual(self.timeout_of("198.18.0.0/24"), (256, 86_400.0))
        self.assertEqual(self.timeout_of("198.0.0.0/8"), (16_777_216, 60.0))

    def test_without_a_size_and_by_hand(self):
        self.assertEqual(self.timeout_of(None), (0, 624.0))
        self.assertEqual(self.timeout_of("198.18.0.0/16", "--event-timeout", "90s"), (65_536, 90.0))


class Order(EventTest):
    """Rows stand in an order of their own, wherever the reader's batches end."""

    def tables_of(self, name, capture):
        folder = self.folder / name
        run(KIZASHI, "read", capture, "--csv", folder, "--no-progress", "--event-timeout", "60s", *self.truth.darknet)
        return {table: (folder / f"{table}.csv").read_text() for table in ("events", "dos_victims", "profiles")}

    def test_batches_that_end_elsewhere(self):
        self.truth = Truth(KIZASHI, "mixed", self.folder, "--rate-scale", "0.2")
        whole = self.truth.capture.read_bytes()
        first = bytearray(whole[24:40 + int.from_bytes(whole[32:36], "little")])
        first[16 + 30:16 + 34] = bytes((192, 88, 99, 1))  # its destination: not the darknet, so it counts for nothing
        tables = self.tables_of("whole", self.truth.capture)
        for more in (1, 2000):
            shifted = self.folder / f"shifted{more}.pcap"
            shifted.write_bytes(whole[:24] + bytes(first) * more + whole[24:])
            for table, text in self.tables_of(f"shifted{more}", shifted).items():
                self.assertGreater(len(text.splitlines()), 2, table)
                self.assertTrue(tables[table] == text, f"{table}.csv differs after {more} packets")
        last = [row.split(",")[6] for row in tables["events"].splitlines()[1:]]
        self.assertTrue(last == sorted(last), "rows are not in the order of time")


class Threads(EventTest):
    def test_the_same_bytes(self):
        truth = Truth(KIZASHI, "mixed", self.folder, "--rate-scale", "0.3")
        self.expect_sums(truth)
        answers = []
        for threads in (1, 2, 4):
            folder = self.folder / f"threads{threads}"
            document = run(KIZASHI, "read", truth.capture, "--json", "--top", "0", "--csv", folder, "--no-progress",
                           "--threads", threads, *truth.darknet)
            tables = {file.name: file.read_bytes() for file in sorted(folder.iterdir())}
            self.assertGreater(len(tables), 12)
            answers.append((document, tables))
        for document, tables in answers[1:]:
            self.assertEqual(tables.keys(), answers[0][1].keys())
            self.assertEqual([name for name in tables if tables[name] != answers[0][1][name]], [])
            self.assertTrue(document == answers[0][0], "the JSON documents differ")


if __name__ == "__main__":
    unittest.main()
