"""What `kizashi store export` writes, read by tcpdump, by Python's csv and json, by `kizashi read`, and by the engine."""
import csv
import gzip
import json
import pathlib
import re
import shutil
import struct
import subprocess
import unittest

from stores import StoreTest


class Export(StoreTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.done("synth", "mixed", "--rate-scale", "0.3", "-o", "mixed.pcap", "--no-progress")
        cls.done("read", "mixed.pcap", "--store", "seen", "--sensor", "north", "--no-progress")
        cls.said = cls.done("store", "export", "--store", "seen", "-o", "out.pcap")

    def test_the_capture_counts_as_the_original_does(self):
        packets = int(self.ask("select (select count() from packets) + (select count() from packets6)")[0])
        without_ip = int(self.ask("select count() from packets where bitAnd(attributes, 2) = 2")[0])
        left_out = f"; left out: {without_ip:,} packets without IP, whose headers the store does not have" if without_ip else ""
        self.assertEqual(self.said, f"{packets - without_ip:,} packets written to out.pcap{left_out}")
        original, again = (json.loads(self.done("read", name, "--json", "--top", "0", "--no-progress")) for name in ("mixed.pcap", "out.pcap"))
        for name in ("packets", "wire_bytes", "first", "last", "protocols", "tcp_flags", "sources", "destinations", "ports", "icmp", "windows"):
            # No assertEqual: to show where two lists of a million things differ takes it hours.
            self.assertTrue(again[name] == original[name], name)
        for each in (original, again):
            # Probes are known by their payload.
            each["tools"] = {tool["name"]: tool["packets"] for tool in each["tools"] if not tool["name"].endswith(("-probe", "-get"))}
        self.assertEqual(again["tools"], original["tools"])

    @unittest.skipUnless(shutil.which("tcpdump"), "there is no tcpdump")
    def test_tcpdump_sees_the_same_headers(self):
        def lines(name, what):
            command = ["tcpdump", "-n", "-tt", "-v", "-r", self.folder / name, "-c", "3000", what]
            text = subprocess.run(command, capture_output=True, text=True, timeout=100, check=True, env={"PATH": "/usr/bin:/bin"}).stdout
            return [" ".join(line.split()) for line in re.sub(r"TS val \d+ ecr \d+", "TS val 0 ecr 0", text).splitlines()]
        for what in ("ip and tcp port 23", "ip and tcp port 445", "ip and icmp[0] == 8 and ip[2:2] == 28", "ip6 and tcp"):
            seen, expected = lines("out.pcap", what), lines("mixed.pcap", what)
            self.assertGreater(len(expected), 100 if "icmp" not in what else -1, what)
            different = [(a, b) for a, b in zip(seen, expected) if a != b][:2]
            self.assertEqual((len(seen), different), (len(expected), []), what)
            self.assertFalse([line for line in seen if "bad cksum" in line or "incorrect" in line])

    def test_a_packed_capture_is_the_same(self):
        self.done("store", "export", "--store", "seen", "-o", "out.pcap.gz", "--no-progress")
        self.assertTrue(gzip.decompress((self.folder / "out.pcap.gz").read_bytes()) == (self.folder / "out.pcap").read_bytes())

    def test_csv_json_lines_and_parquet_have_the_same_rows(self):
        for form in ("csv", "jsonl", "parquet"):
            self.done("store", "export", "--store", "seen", "-o", f"telnet.{form}", "--port", "23")
        with open(self.folder / "telnet.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        objects = [json.loads(line) for line in (self.folder / "telnet.jsonl").read_text().splitlines()]
        expected = self.ask("select (select count() from packets where protocol in (6, 17) and (src_port = 23 or dst_port = 23)) + "
                            "(select count() from packets6 where protocol in (6, 17) and (src_port = 23 or dst_port = 23))")
        self.assertEqual([str(len(rows))], expected)
        self.assertTrue([{name: "" if value is None else str(value) for name, value in each.items()} for each in objects] == rows)
        self.assertTrue([row["time"] for row in rows] == sorted(row["time"] for row in rows))
        self.assertEqual({row["sensor"] for row in rows}, {"north"})
        self.assertIn("mirai", {row["fingerprints"] for row in rows})
        mirai = next(row for row in rows if row["fingerprints"] == "mirai")
        self.assertEqual(int(mirai["sequence"]), int.from_bytes(bytes(map(int, mirai["destination"].split("."))), "big"))
        self.assertEqual((self.folder / "telnet.parquet").read_bytes()[:4], b"PAR1")
        self.assertEqual((self.folder / "telnet.parquet").read_bytes()[-4:], b"PAR1")

    def test_without_destinations_none_is_in_it(self):
        self.done("store", "export", "--store", "seen", "-o", "public.csv", "--without-destinations", "--port", "23")
        with open(self.folder / "public.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        for name in ("destination", "sequence", "acknowledgement", "ip_id"):
            self.assertNotIn(name, rows[0])
        self.assertIn("mirai", {row["fingerprints"] for row in rows})
        said = self.done("store", "export", "--store", "seen", "-o", "public.pcap", "--without-destinations", "--of", "0.0.0.0/0")
        self.assertTrue(said.endswith("; destinations, IP IDs, sequence and acknowledgement numbers are 0"), said)
        capture = (self.folder / "public.pcap").read_bytes()
        self.assertEqual(capture[:4], struct.pack("<I", 0xA1B2C3D4))
        at, destinations = 24, set()
        while at < len(capture):
            length = struct.unpack_from("<I", capture, at + 8)[0]
            destinations.add(capture[at + 32:at + 36])
            at += 16 + length
        self.assertEqual(destinations, {bytes(4)})

    def test_time_and_address(self):
        self.done("store", "export", "--store", "seen", "-o", "ten.csv", "--from", "2026-01-15T09:10:00Z", "--to", "2026-01-15T18:11:00+09:00")
        with open(self.folder / "ten.csv", newline="") as file:
            times = [row["time"] for row in csv.DictReader(file)]
        self.assertEqual({time[:16] for time in times}, {"2026-01-15T09:10"})
        self.assertEqual([str(len(times))],
                         self.ask("select sum(c) from (select count() as c from packets where intDiv(ts, 60000000) = intDiv(1768468200, 60) "
                                  "union all select count() as c from packets6 where intDiv(ts, 60000000) = intDiv(1768468200, 60))"))
        source = self.ask("select source from packets group by source order by count() desc limit 1")[0].strip('"')
        self.done("store", "export", "--store", "seen", "-o", "one.jsonl", "--of", source)
        rows = [json.loads(line) for line in (self.folder / "one.jsonl").read_text().splitlines()]
        self.assertEqual({row["source"] for row in rows}, {source})

    def test_nothing_chosen_gives_a_file_without_rows(self):
        for form, content in (("csv", True), ("jsonl", False), ("parquet", True), ("pcap", True)):
            said = self.done("store", "export", "--store", "seen", "-o", f"none.{form}", "--to", "1990-01-01")
            self.assertEqual(said, f"0 packets written to none.{form}")
            self.assertEqual(bool((self.folder / f"none.{form}").read_bytes()), content)
        self.assertTrue((self.folder / "none.csv").read_text().startswith("time,sensor,source,destination,protocol,"))
        self.assertEqual(len((self.folder / "none.pcap").read_bytes()), 24)


class Messages(StoreTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.done("read", "empty.pcap", "--store", "seen", "--sensor", "north", "--no-progress")

    def wrong(self, line, *arguments):
        self.expect_failure(2, [line, "'kizashi store export --help' tells more"], "store", "export", "--store", "seen", *arguments)

    def test_wrong_usage(self):
        self.wrong("-o out.txt: expected a name that ends in .pcap, .pcap.gz, .csv, .jsonl or .parquet", "-o", "out.txt")
        self.wrong("--from yesterday: expected a day or a time with its zone, such as 2026-01-15 or 2026-01-15T09:00:00Z",
                   "-o", "a.csv", "--from", "yesterday")
        self.wrong("--to 2026-01-15 is not after --from 2026-01-15", "-o", "a.csv", "--from", "2026-01-15", "--to", "2026-01-15")

    def test_failures(self):
        self.expect_failure(1, ["the store has no sensor \"south\"; it has north"],
                            "store", "export", "--store", "seen", "-o", "a.csv", "--sensor", "south")
        self.expect_failure(1, ["nowhere: there is no store here; 'kizashi read CAPTURE --store nowhere' makes one"],
                            "store", "export", "--store", "nowhere", "-o", "a.csv")
        self.expect_failure(1, ["none/a.csv: cannot write: No such file or directory"],
                            "store", "export", "--store", "seen", "-o", "none/a.csv")
        self.assertEqual([each.name for each in pathlib.Path(self.folder).glob("a.csv*")], [])


if __name__ == "__main__":
    unittest.main()
