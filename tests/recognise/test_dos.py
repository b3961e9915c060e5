"""Victims of floods, held against a slow twin that reads the bytes of the capture, and against the scenario's rates."""
import collections
import json
import unittest

from truth import KIZASHI, ScenarioTest, Truth, dotted, frames_of, run

SECOND = 1_000_000  # microseconds
# Moore et al. 2006 and corsaro, as docs/dos.md states them.
LEAST_PACKETS, LEAST_DURATION, LEAST_PER_MINUTE, TIMEOUT = 25, 60 * SECOND, 30, 300 * SECOND


def victim_of(frame):
    """Whose answer an Ethernet frame is; None when it is none. IPv4 only; UDP answers count in no vector."""
    if frame[12:14] != b"\x08\x00":
        return None
    packet = frame[14:]
    if packet[9] == 6:
        flags = packet[33] & 0x3F
        return packet[12:16] if flags & 0x04 or flags & 0x12 == 0x12 else None
    if packet[9] == 1:
        if packet[20] in (0, 14, 16, 18):
            return packet[12:16]
        if packet[20] in (3, 4, 5, 11, 12):  # these quote the packet that they are about
            return packet[44:48] if len(packet) >= 48 else packet[12:16]
    return None


def most_per_minute(times):
    """Packets in six neighbouring buckets of 10 s; the first bucket begins with the first packet."""
    buckets = collections.Counter((time - times[0]) // (10 * SECOND) for time in times)
    return max(sum(buckets[first + i] for i in range(6)) for first in range(-5, max(buckets) + 1))


def attacks_in(capture):
    """[(victim, first, last, packets, most per minute)] of vectors that pass the thresholds."""
    times = collections.defaultdict(list)
    for time, frame in frames_of(capture.read_bytes()):
        victim = victim_of(frame)
        if victim:
            times[victim].append(time)
    found = []
    for victim, seen in times.items():
        begin = 0
        for end in range(1, len(seen) + 1):
            if end < len(seen) and seen[end] - seen[end - 1] <= TIMEOUT:
                continue
            vector = seen[begin:end]
            begin = end
            if len(vector) < LEAST_PACKETS or vector[-1] - vector[0] < LEAST_DURATION:
                continue
            if most_per_minute(vector) >= LEAST_PER_MINUTE:
                found.append((dotted(victim), vector[0], vector[-1], len(vector), most_per_minute(vector)))
    return sorted(found)


def microseconds(text):
    """2026-01-15T09:27:00.000923000Z within its day."""
    hours, minutes, seconds = text[11:-1].split(":")
    return (int(hours) * 60 + int(minutes)) * 60 * SECOND + round(float(seconds) * SECOND)


class DosTest(ScenarioTest):
    def expect_twin(self, truth):
        day = 86_400 * SECOND
        said = sorted((row["victim"].removesuffix("/32"), microseconds(row["first"]), microseconds(row["last"]),
                       int(row["packets"]), int(row["most_per_minute"])) for row in truth.table("dos_victims"))
        self.assertEqual(said, [(victim, first % day, last % day, packets, most)
                                for victim, first, last, packets, most in attacks_in(truth.capture)])
        self.assertEqual(truth.document["event_totals"]["dos_victims"], len(said))
        return {each[0] for each in said}

    def rows_of(self, truth, actor):
        sources = truth.sources_of(actor)
        return [row for row in truth.document["dos_victims"] if row["victim"].removesuffix("/32") in sources]


class Backscatter(DosTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.truth = Truth(KIZASHI, "backscatter", cls.folder)
        cls.truth.read(*cls.truth.darknet, "--top", "0")

    def test_thresholds(self):
        self.expect_twin(self.truth)

    def test_victims_are_the_scenarios(self):
        for actor, victims, answer in (("web server under a SYN flood", 1, "synack"),
                                       ("game servers, closed ports", 6, "rst"),
                                       ("name servers under a UDP flood", 3, "icmp"),
                                       ("ping flood", 2, "icmp")):
            rows = self.rows_of(self.truth, actor)
            self.assertEqual(len(rows), victims, actor)
            number = self.truth.actor(actor)["id"]
            for row in rows:
                source = bytes(map(int, row["victim"].removesuffix("/32").split(".")))
                self.assertEqual(row["packets"], self.truth.packets[source, number])
                self.assertEqual(row["answers"][answer], row["packets"])
                self.assertEqual(row["answers"]["udp"], 0)

    def test_nobody_else_is_a_victim(self):
        victims = set().union(*(self.truth.sources_of(actor["name"]) for actor in self.truth.actors.values()
                                if actor["kind"] == "backscatter"))
        self.assertLessEqual({row["victim"].removesuffix("/32") for row in self.truth.document["dos_victims"]}, victims)

    def test_ports(self):
        web, = self.rows_of(self.truth, "web server under a SYN flood")
        self.assertEqual([(port["protocol"], port["port"]) for port in web["ports"]], [("tcp", 443)])
        for row in self.rows_of(self.truth, "name servers under a UDP flood"):  # from the quoted packet
            self.assertEqual([port["protocol"] for port in row["ports"]], ["udp"])
            self.assertIn(row["ports"][0]["port"], (53, 123))

    def test_attack_rate(self):
        """Answers at the telescope times 2^32 / N. The worst of many minutes is above the mean: with m packets in a mean minute
        by about 3 sqrt(m)."""
        for actor in ("web server under a SYN flood", "game servers, closed ports", "name servers under a UDP flood",
                      "ping flood", "routers that drop a flood"):
            parameters = self.truth.actor(actor)["parameters"]
            per_minute = parameters["rate"] / parameters.get("sources", 1) * 60
            expected = per_minute / 60 * 2**32 / 16384
            rows = self.rows_of(self.truth, actor)
            self.assertEqual(len(rows), parameters.get("sources", 1))
            for row in rows:
                self.assertEqual((row["scaling"], row["ongoing"]), ("done", False))
                self.assertGreaterEqual(row["uniformity"], 0.001)
                self.assertGreater(row["attack_rate"], 0.9 * expected)
                self.assertLess(row["attack_rate"], (1 + 4.5 / per_minute**0.5) * expected)
                self.assertAlmostEqual(row["attack_rate"], row["most_per_minute"] / 60 * 2**32 / 16384, places=3)

    def test_without_a_darknet(self):
        document = json.loads(run(KIZASHI, "read", self.truth.capture, "--json", "--top", "0", "--no-progress"))
        self.assertEqual(len(document["dos_victims"]), len(self.truth.document["dos_victims"]))
        self.assertEqual({(row["scaling"], row["attack_rate"], row["uniformity"]) for row in document["dos_victims"]},
                         {("no-darknet", None, None)})


class Mixed(DosTest):
    def test_one_big_flood_among_small_ones(self):
        truth = Truth(KIZASHI, "mixed", self.folder, "--duration", "40min")
        truth.read(*truth.darknet, "--top", "0")
        self.expect_twin(truth)
        flood, = self.rows_of(truth, "big flood")
        expected = 70 * 2**32 / 65_792  # two /17 and a /24
        self.assertEqual(flood["scaling"], "done")
        self.assertGreater(flood["attack_rate"], 0.95 * expected)
        self.assertLess(flood["attack_rate"], 1.1 * expected)
        self.assertEqual(flood["packets"], sum(packets for (_, actor), packets in truth.packets.items()
                                               if actor == truth.actor("big flood")["id"]))


class Uneven(DosTest):
    def test_half_a_telescope_is_not_even(self):
        """The same flood, told to a reader whose telescope is twice as large: half of it gets nothing."""
        truth = Truth(KIZASHI, "backscatter", self.folder, "--rate-scale", "0.3")
        truth.read("--darknet", "198.18.0.0/17", "--top", "0")
        flood, = self.rows_of(truth, "web server under a SYN flood")
        self.assertEqual((flood["scaling"], flood["attack_rate"]), ("not-uniform", None))
        self.assertLess(flood["uniformity"], 0.001)


if __name__ == "__main__":
    unittest.main()
