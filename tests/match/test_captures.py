"""kizashi match on captures: random ones against Python's ipaddress, real ones against tcpdump."""
import csv
import io
import ipaddress
import json
import pathlib
import random
import shutil
import struct
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "read"))
import frames
from program import SHARED, ProgramTest

HEAD = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1)


def record(at, frame):
    return struct.pack("<IIII", frames.START + at, 0, len(frame), len(frame)) + frame


def near(chance):
    """An address in a small space, so that lists and packets meet."""
    if chance.random() < 0.3:
        return ipaddress.ip_address(f"2001:db8::{chance.randrange(1 << 12):x}")
    return ipaddress.ip_address("198.51.96.0") + chance.randrange(1 << 12)


def random_list(chance, count):
    """Text, and what it says: a network and its line each."""
    lines, entries = ["# a list"], {}
    for _ in range(count):
        address = near(chance)
        width = address.max_prefixlen
        network = ipaddress.ip_network((address, width - chance.choice((0, 0, 0, 2, 5, 9))), strict=False)
        lines.append(f"{network.network_address if network.prefixlen == width else network}{chance.choice(('', ' # why', ';x'))}")
        entries.setdefault(network, len(lines))
    return "\n".join(lines) + "\n", entries


def random_packets(chance, count):
    for at in range(count):
        source = near(chance)
        target = near(chance)
        while target.version != source.version:
            target = near(chance)
        make = frames.ipv4 if source.version == 4 else frames.ipv6
        yield at, source, target, make(str(source), str(target), 6, frames.tcp(23, frames.SYN))


def holding(entries, address):
    return [network for network in entries if network.version == address.version and address in network]


class Random(ProgramTest):
    def setUp(self):
        chance = random.Random(5)
        text, self.entries = random_list(chance, 60)
        (self.folder / "list.txt").write_text(text)
        self.packets = list(random_packets(chance, 2000))
        (self.folder / "in.pcap").write_bytes(HEAD + b"".join(record(at, frame) for at, _, _, frame in self.packets))

    def match(self, *arguments):
        done = self.run_program("match", "--list", "list.txt", "in.pcap", *arguments)
        self.assertEqual(done.returncode, 0, done.errors)
        return done

    def matching(self, side):
        for at, source, target, frame in self.packets:
            from_ = holding(self.entries, source) if side != "destination" else []
            to = holding(self.entries, target) if side != "source" else []
            if from_ or to:
                yield at, source, from_, to, frame

    def test_counts_by_entry(self):
        for side in "source", "destination", "either":
            document = json.loads(self.match("--json", "--side", side).output)
            expected, total = {}, 0
            for at, _, from_, to, _ in self.matching(side):
                total += 1
                for network in {*from_, *to}:
                    count = expected.setdefault(network, [0, 0, at, at])
                    count[0] += network in from_
                    count[1] += network in to
                    count[3] = at
            self.assertEqual(document["matched"], total)
            self.assertEqual(document["packets"], len(self.packets))
            self.assertEqual(document["list_entries"], len(self.entries))
            found = {ipaddress.ip_network(each["entry"]): each for each in document["entries"]}
            self.assertEqual(found.keys(), expected.keys())
            for network, (sent, received, _, _) in expected.items():
                each = found[network]
                self.assertEqual((each["packets_from"], each["packets_to"]), (sent, received), network)
                self.assertEqual(each["line"], self.entries[network])
                self.assertLessEqual(each["first"], each["last"])

    def test_writes_the_packets_as_they_were(self):
        self.match("-o", "out.pcap")
        expected = HEAD + b"".join(record(at, frame) for at, _, _, _, frame in self.matching("either"))
        written = (self.folder / "out.pcap").read_bytes()
        self.assertEqual(written[24:], expected[24:])
        self.assertEqual(struct.unpack("<I", written[20:24])[0], 1)

    def test_text_names_the_longest_entry_and_no_destination(self):
        output = self.match("--side", "source").output
        rows = list(csv.DictReader(io.StringIO(output)))
        expected = list(self.matching("source"))
        self.assertEqual(len(rows), len(expected))
        for row, (_, source, from_, _, _) in zip(rows, expected):
            self.assertEqual(row["source"], str(source))
            self.assertEqual(row["entry"], str(max(from_, key=lambda network: network.prefixlen)))
            self.assertEqual((row["matched"], row["protocol"], row["destination_port"]), ("source", "tcp", "23"))
        only_targets = {str(target) for _, _, target, _ in self.packets} - {str(source) for _, source, _, _ in self.packets}
        words = set(output.replace("\n", ",").split(","))
        self.assertFalse(only_targets & words)

    def test_lines_of_json_are_the_rows(self):
        self.match("-o", "out.jsonl")
        self.match("-o", "out.csv")
        rows = list(csv.DictReader(io.StringIO((self.folder / "out.csv").read_text())))
        lines = [json.loads(line) for line in (self.folder / "out.jsonl").read_text().splitlines()]
        self.assertEqual([{key: str(value) for key, value in line.items()} for line in lines], rows)

    def test_a_reader_that_goes_away_is_no_failure(self):
        words = f"'{self.program()}' match --list list.txt in.pcap in.pcap in.pcap in.pcap | head -n 1; exit ${{PIPESTATUS[0]}}"
        done = subprocess.run(["bash", "-c", words], cwd=self.folder, capture_output=True, timeout=60)
        self.assertEqual((done.returncode, done.stderr), (0, b""))

    @staticmethod
    def program():
        from program import KIZASHI
        return KIZASHI


class Errors(ProgramTest):
    def setUp(self):
        (self.folder / "bad.txt").write_text("192.0.2.1\n192.0.2.300\nexample.org\n192.0.2.1/24\n")
        (self.folder / "empty.txt").write_text("# nothing\n")

    def match(self, *arguments):
        return self.run_program("match", *arguments)

    def test_bad_lines_are_named_and_left_out_only_when_told(self):
        done = self.match("--list", "bad.txt", "small.pcap", "--count")
        self.assertEqual((done.returncode, done.output), (1, ""))
        for words in 'bad.txt:2: "192.0.2.300"', "bad.txt:3:", "192.0.2.0/24 was meant?", "--skip-bad":
            self.assertIn(words, done.errors)
        done = self.match("--list", "bad.txt", "small.pcap", "--json", "--skip-bad")
        self.assertEqual(done.returncode, 0)
        self.assertIn("3 bad lines left out", done.errors)
        self.assertEqual([each["line"] for each in json.loads(done.output)["bad_lines"]], [2, 3, 4])

    def test_wrong_usage_and_missing_files(self):
        for arguments, code, words in (
                (("--list", "empty.txt", "small.pcap"), 1, "no address, prefix or range in it"),
                (("--list", "none.txt", "small.pcap"), 1, "none.txt: cannot read the list"),
                (("--list", "bad.txt", "--skip-bad", "none.pcap"), 1, "none.pcap"),
                (("--list", "bad.txt", "--skip-bad"), 2, "nothing to match"),
                (("small.pcap",), 2, "--list"),
                (("--list", "-", "small.pcap"), 2, "--list is a file"),
                (("--list", "bad.txt", "--skip-bad", "small.pcap", "-o", "x.txt"), 1, ".pcap, .csv or .jsonl"),
                (("--list", "bad.txt", "--skip-bad", "small.pcap", "-o", "none/x.csv"), 1, "none"),
                (("--list", "bad.txt", "small.pcap", "--side", "left"), 2, "--side")):
            done = self.match(*arguments)
            self.assertEqual(done.returncode, code, (arguments, done.errors))
            self.assertIn(words, done.errors)


@unittest.skipUnless(shutil.which("tcpdump") and (SHARED / "data/pcap").is_dir(), "needs tcpdump and the real captures")
class Real(ProgramTest):
    @staticmethod
    def count(capture, words):
        """Packets; None when tcpdump cannot say."""
        done = subprocess.run(["tcpdump", "-nn", "--count", "-r", capture, words], capture_output=True, text=True)
        return int(done.stdout.split()[0]) if done.returncode == 0 else None

    def test_tcpdump_counts_as_many(self):
        checked = 0
        for capture in sorted((SHARED / "data/pcap").rglob("*.pcap"))[:60]:
            seen = subprocess.run(["tcpdump", "-nn", "-r", capture, "ip"], capture_output=True, text=True, errors="replace")
            sources = [word for line in seen.stdout.splitlines()[:400] for word in line.split()[2:3] if word.count(".") >= 3]
            if seen.returncode != 0 or not sources:
                continue
            networks = sorted({ipaddress.ip_network((".".join(each.split(".")[:4]), 28), strict=False) for each in sources})[:20]
            (self.folder / "real.txt").write_text("\n".join(map(str, networks)))
            words = " or ".join(f"src net {network}" for network in networks)
            # Filters of tcpdump do not look behind VLAN tags and MPLS labels.
            count, hidden = (self.count(capture, each) for each in (words, "not (ip or ip6 or arp)"))
            done = self.run_program("match", "--list", "real.txt", capture, "--side", "source", "--json")
            if count is None or hidden != 0 or done.returncode != 0:
                continue
            self.assertEqual(json.loads(done.output)["matched"], count, capture)
            checked += 1
        self.assertGreater(checked, 5)


if __name__ == "__main__":
    unittest.main()
