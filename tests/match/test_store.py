"""kizashi match on a store: against the same captures, and against Python's ipaddress."""
import csv
import io
import ipaddress
import json
import os
import pathlib
import random
import struct
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "read"), str(HERE.parent / "store")]
import frames
from program import KIZASHI, ProgramTest
from with_engine import skip_without_engine
from test_captures import HEAD, holding, near, random_list, record

HOUR = 3600
ARP = frames.ethernet(struct.pack(">HHBBH", 1, 0x0800, 6, 4, 1) + bytes(20), 0x0806)


def scattered(chance):
    """An address in many /24s."""
    return ipaddress.ip_address("10.0.0.0") + (chance.randrange(200) << 8) + chance.randrange(4)


def packets_of(chance, count):
    """(seconds, microseconds, source, destination, frame), now and then two at the same time and out of order."""
    at = 0
    for _ in range(count):
        at += chance.randrange(3) * 37
        make_address = chance.choice((near, near, scattered))
        source, target = make_address(chance), make_address(chance)
        while target.version != source.version:
            target = make_address(chance)
        make = frames.ipv4 if source.version == 4 else frames.ipv6
        seconds = max(0, at - chance.choice((0, 0, 0, 900)))
        frame = make(str(source), str(target), 6, frames.tcp(chance.choice((22, 23, 80)), frames.SYN))
        yield seconds, chance.randrange(10**6), source, target, frame


def capture_of(packets):
    return HEAD + b"".join(struct.pack("<IIII", frames.START + seconds, part, len(frame), len(frame)) + frame
                           for seconds, part, _, _, frame in packets)


class StoreTest(ProgramTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        skip_without_engine(cls.folder)

    @classmethod
    def environment(cls, **more):
        kept = {name: os.environ[name] for name in ("HOME", "XDG_CACHE_HOME", "KIZASHI_ENGINE") if name in os.environ}
        return {**super().environment(), **kept, **more}

    @classmethod
    def store(cls, capture, *arguments, store="seen"):
        done = cls.run_program("read", capture, "--store", store, "--no-progress", *arguments)
        assert done.returncode == 0, done.errors

    def match(self, *arguments, list="list.txt", store="seen"):
        done = self.run_program("match", "--list", list, "--store", store, *arguments)
        self.assertEqual((done.returncode, done.errors), (0, ""))
        return done.output

    def document(self, *arguments, **more):
        return json.loads(self.match("--json", *arguments, **more))


class Random(StoreTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        chance = random.Random(9)
        text, cls.entries = random_list(chance, 150)
        for _ in range(150):
            network = ipaddress.ip_network(f"{scattered(chance)}/32")
            cls.entries.setdefault(network, text.count("\n") + 1)
            text += f"{network.network_address}\n"
        (cls.folder / "list.txt").write_text(text)
        cls.packets = {"north": list(packets_of(chance, 3000)), "south": list(packets_of(chance, 500))}
        for name, packets in cls.packets.items():
            (cls.folder / f"{name}.pcap").write_bytes(capture_of(packets))
            cls.store(f"{name}.pcap", "--sensor", name)

    def counts(self, side, packets):
        """Slow and obvious: by entry packets from and to, first and last time; and packets that match."""
        found, total = {}, 0
        for seconds, part, source, target, _ in packets:
            from_ = holding(self.entries, source) if side != "destination" else []
            to = holding(self.entries, target) if side != "source" else []
            total += bool(from_ or to)
            at = (seconds, part)
            for network in {*from_, *to}:
                count = found.setdefault(network, [0, 0, at, at])
                count[0] += network in from_
                count[1] += network in to
                count[2:] = min(count[2], at), max(count[3], at)
        return found, total

    def expect_counts(self, document, side, packets):
        expected, total = self.counts(side, packets)
        self.assertEqual((document["packets"], document["matched"]), (len(packets), total))
        found = {ipaddress.ip_network(each["entry"]): each for each in document["entries"]}
        self.assertEqual(found.keys(), expected.keys())
        for network, (sent, received, first, last) in expected.items():
            each = found[network]
            self.assertEqual((each["packets_from"], each["packets_to"]), (sent, received), network)
            self.assertEqual(each["line"], self.entries[network])
            for time, (seconds, part) in ((each["first"], first), (each["last"], last)):
                day, rest = divmod(seconds, 86400)
                self.assertEqual(time, f"2026-01-{15 + day:02}T{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}.{part:06}000Z")

    def test_counts_as_ipaddress_does(self):
        for side in "source", "destination", "either":
            self.expect_counts(self.document("--side", side), side, sum(self.packets.values(), []))

    def test_counts_a_sensor(self):
        for name, packets in self.packets.items():
            document = self.document("--sensor", name)
            self.expect_counts(document, "either", packets)
            self.assertEqual((document["store"], document["sensor"]), ("seen", name))

    def test_counts_a_time(self):
        def between(first, last):
            return [each for each in self.packets["north"] if first <= each[0] + each[1] / 1e6 < last]
        at = sorted((each[0], each[1]) for each in self.packets["north"])[1500]
        exact = f"2026-01-15T{at[0] // 3600:02}:{at[0] // 60 % 60:02}:{at[0] % 60:02}.{at[1]:06}Z"
        side = "source"
        for bounds, packets in (
                (("--from", "2026-01-15T05:30:10Z"), between(5.5 * HOUR + 10, 1e9)),
                (("--to", "2026-01-15T14:30:10+09:00"), between(0, 5.5 * HOUR + 10)),
                (("--from", "2026-01-15T05:30Z", "--to", "2026-01-15T06:00"), between(5.5 * HOUR, 6 * HOUR)),
                (("--from", "2026-01-15T14:30+09:00"), between(5.5 * HOUR, 1e9)),
                (("--from", "2026-01-16", "--to", "2026-01-17"), between(24 * HOUR, 48 * HOUR)),
                (("--from", exact), [each for each in self.packets["north"] if (each[0], each[1]) >= at]),
                (("--to", exact), [each for each in self.packets["north"] if (each[0], each[1]) < at]),
                (("--from", "2031-01-01"), [])):
            with self.subTest(bounds=bounds):
                self.expect_counts(self.document("--sensor", "north", "--side", side, *bounds), side, packets)
            side = "either" if side == "source" else "source"

    def test_the_same_as_from_the_captures(self):
        for side in "source", "destination", "either":
            done = self.run_program("match", "--list", "list.txt", "north.pcap", "south.pcap", "--side", side)
            self.assertEqual(done.returncode, 0)
            stored, captured = (list(csv.DictReader(io.StringIO(text))) for text in (self.match("--side", side), done.output))
            key = lambda row: tuple(row.values())
            self.assertEqual(sorted(stored, key=key), sorted(captured, key=key))
            order = [(address.version, address, row["time"]) for row in stored
                     for address in [ipaddress.ip_address(row["source"])]]
            self.assertEqual(order, sorted(order))

    def test_files_and_counts_beside_them(self):
        output = self.match("-o", "out.csv", "--count")
        rows = list(csv.DictReader(io.StringIO((self.folder / "out.csv").read_text())))
        total = self.counts("either", sum(self.packets.values(), []))[1]
        self.assertEqual(len(rows), total)
        self.assertIn(f"{total:,} of 3,500 packets matched ", output.splitlines()[-1])
        self.assertEqual(self.match("-o", "out.jsonl"), "")
        lines = [json.loads(line) for line in (self.folder / "out.jsonl").read_text().splitlines()]
        self.assertEqual([{key: str(value) for key, value in line.items()} for line in lines], rows)

    def test_the_same_again_whatever_the_blocks(self):
        first = self.match()
        for _ in range(3):
            self.assertEqual(self.match(), first)

    def test_counts_are_not_cut_where_no_terminal_is(self):
        for columns in ("", "60"):
            done = subprocess.run([KIZASHI, "match", "--list", "list.txt", "--store", "seen", "--count"], cwd=self.folder, encoding="utf-8",
                                  capture_output=True, timeout=60, env={**self.environment(), "COLUMNS": columns})
            rows = done.stdout.splitlines()[1:-1]
            self.assertGreater(len(rows), 5)
            for row in rows:
                self.assertRegex(row, r"  2026-01-1\d\S+Z  2026-01-1\d\S+Z$")

    def test_no_match(self):
        (self.folder / "none.txt").write_text("203.0.113.0/24\n2001:db8:ffff::/48\n")
        document = self.document(list="none.txt")
        self.assertEqual((document["packets"], document["matched"], document["entries"]), (3500, 0, []))
        self.assertEqual(self.match(list="none.txt").count("\n"), 1)
        self.assertIn("0 of 3,500 packets matched 0 of 2 entries", self.match("--count", list="none.txt"))

    def test_bad_lines(self):
        (self.folder / "bad.txt").write_text("198.51.100.0/22\n198.51.100.300\n")
        done = self.run_program("match", "--list", "bad.txt", "--store", "seen", "--count")
        self.assertEqual((done.returncode, done.output), (1, ""))
        self.assertIn('bad.txt:2: "198.51.100.300"', done.errors)
        done = self.run_program("match", "--list", "bad.txt", "--store", "seen", "--json", "--skip-bad")
        self.assertEqual(done.returncode, 0)
        self.assertIn("1 bad line left out", done.errors)
        self.assertEqual([each["line"] for each in json.loads(done.output)["bad_lines"]], [2])

    def test_a_reader_that_goes_away_is_no_failure(self):
        (self.folder / "all.txt").write_text("0.0.0.0/0\n")
        words = f"'{KIZASHI}' match --list all.txt --store seen | head -n 1; exit ${{PIPESTATUS[0]}}"
        done = subprocess.run(["bash", "-c", words], cwd=self.folder, capture_output=True, timeout=60, env=self.environment())
        self.assertEqual((done.returncode, done.stderr), (0, b""))

    def test_wrong_usage(self):
        for arguments, code, words in (
                (("--store", "seen", "north.pcap"), 2, "captures and --store are given; expected one of the two"),
                (("north.pcap", "--sensor", "north"), 2, "--sensor, --from and --to choose from a store"),
                (("--store", "seen", "-o", "x.pcap"), 2, "a store keeps header fields and no frames"),
                (("--store", "seen", "--from", "noon"), 2, '--from is "noon"; expected a day such as 2026-01-15'),
                (("--store", "seen", "--to", "2026-02-30"), 2, '--to is "2026-02-30"'),
                (("--store", "seen", "--from", "2026-01-16", "--to", "2026-01-16"), 2, "--to 2026-01-16 is not after --from"),
                (("--store", "seen", "--sensor", "east"), 1, 'seen: there is no sensor "east" in the store; it has north, south'),
                (("--store", "none"), 1, "none: there is no store here"),
                (("--store", "seen", "-o", "none/x.csv"), 1, "none")):
            done = self.run_program("match", "--list", "list.txt", *arguments)
            self.assertEqual((done.returncode, done.output), (code, ""), arguments)
            self.assertIn(words, done.errors)


class Edges(StoreTest):
    def test_ranges_and_what_has_no_address(self):
        sources = ["198.51.100.6", "198.51.100.7", "198.51.100.20", "198.51.100.21", "0.0.0.0", "255.255.255.255"]
        records = [record(i, frames.ipv4(each, "192.0.2.1", 6, frames.tcp(23, 2))) for i, each in enumerate(sources)]
        records.append(record(9, ARP))
        (self.folder / "edges.pcap").write_bytes(HEAD + b"".join(records))
        self.store("edges.pcap", store="edges")
        for text, expected in (
                ("198.51.100.7-198.51.100.20\n", {"198.51.100.7", "198.51.100.20"}),
                ("198.51.100.0-198.51.100.6\n", {"198.51.100.6"}), ("198.51.100.21-198.51.100.99\n", {"198.51.100.21"}),
                ("0.0.0.0/0\n", set(sources)), ("0.0.0.0\n255.255.255.255\n", {"0.0.0.0", "255.255.255.255"}),
                ("192.0.2.0/31\n", set(sources)), ("192.0.2.0\n192.0.2.2\n", set()), ("::/0\n", set())):
            (self.folder / "edges.txt").write_text(text)
            rows = csv.DictReader(io.StringIO(self.match(list="edges.txt", store="edges")))
            self.assertEqual({row["source"] for row in rows}, expected, text)
            self.assertEqual(self.document(list="edges.txt", store="edges")["matched"], len(expected))

    def test_more_sources_than_a_question_names(self):
        count = 270_000
        first = int(ipaddress.ip_address("20.0.0.0"))
        frame = bytearray(frames.ipv4("20.0.0.0", "192.0.2.1", 17, frames.udp(53)))
        records, lines = [], []
        for i in range(count):
            frame[26:30] = struct.pack(">I", first + 7 * i)
            records.append(record(i // 100, bytes(frame)))
            if i % 1000 != 0:
                lines.append(str(ipaddress.ip_address(first + 7 * i)))
        (self.folder / "many.pcap").write_bytes(HEAD + b"".join(records))
        self.store("many.pcap", store="many")
        (self.folder / "many.txt").write_text("\n".join(lines))
        document = self.document("-o", "many.csv", list="many.txt", store="many")
        self.assertEqual((document["matched"], len(document["entries"])), (len(lines), len(lines)))
        rows = csv.DictReader((self.folder / "many.csv").read_text().splitlines())
        self.assertEqual({row["source"] for row in rows}, set(lines))

    def test_a_store_without_packets(self):
        (self.folder / "one.txt").write_text("0.0.0.0/0\n")
        self.assertEqual(self.document(list="one.txt", store="probe")["matched"], 0)
        done = self.run_program("match", "--list", "one.txt", "--store", "probe", "--sensor", "east")
        self.assertEqual((done.returncode, done.output), (1, ""))
        self.assertIn('probe: there is no sensor "east" in the store', done.errors)


if __name__ == "__main__":
    unittest.main()
