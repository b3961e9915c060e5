"""Clocks that jump: a capture written byte by byte, with one wrong time in it, against the same without that packet."""
import csv
import datetime
import json
import struct
import unittest

from truth import KIZASHI, ScenarioTest, run

START = 1_768_435_200  # 2026-01-15T00:00:00Z
YEAR_2090 = int(datetime.datetime(2090, 1, 1, tzinfo=datetime.timezone.utc).timestamp())


def syn(source, destination, port):
    """Ethernet, IPv4 and TCP; checksums are nobody's business here."""
    tcp = struct.pack(">HHIIBBHHH", 40_000, port, 7, 0, 5 << 4, 2, 1024, 0, 0)
    head = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 1, 0, 64, 6, 0, bytes(source), bytes(destination))
    return bytes(12) + b"\x08\x00" + head + tcp


def scan(last=720):
    """(seconds since START, frame): two sources, one packet every three seconds and one every forty."""
    records = [(at, syn((198, 51, 100, 7), (198, 18, at // 250, at % 250 + 1), 23)) for at in range(0, last, 3)]
    records += [(at, syn((203, 0, 113, 80), (198, 18, 9, at // 40 + 1), 445)) for at in range(1, last, 40)]
    return sorted(records, key=lambda record: record[0])


def pcap(records):
    out = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1)
    for at, frame in records:
        out += struct.pack("<IIII", START + at, 0, len(frame), len(frame)) + frame
    return out


class Clock(ScenarioTest):
    def read(self, name, records):
        capture, tables = self.folder / f"{name}.pcap", self.folder / name
        capture.write_bytes(pcap(records))
        document = json.loads(run(KIZASHI, "read", capture, "--json", "--top", "0", "--csv", tables, "--no-progress"))
        self.assertEqual(document["packets"]["total"], len(records))
        in_windows = sum(window["packets"] for window in document["windows"])
        order = document["order"]
        self.assertEqual(in_windows + order["late"] + order["untimed"], len(records))
        with (tables / "events.csv").open(newline="") as file:
            return document, list(csv.DictReader(file))

    def expect_as_without(self, name, stray, at, **order):
        """The document and tables of the capture in which one packet, of a third source, stands behind second `at`."""
        records = scan()
        place = next(i for i, record in enumerate(records) if record[0] > at)
        plain, plain_events = self.read("plain", records)
        document, events = self.read(name, records[:place] + [stray] + records[place:])
        self.assertEqual(events, plain_events)
        self.assertEqual(document["events"], plain["events"])
        self.assertEqual(document["windows"], plain["windows"])
        for member, value in order.items():
            self.assertEqual(document["order"][member], value, member)
        return document

    def test_the_capture_itself(self):
        document, events = self.read("itself", scan())
        self.assertEqual([(row["source"], row["port"], row["packets"]) for row in events],
                         [("203.0.113.80", "445", "18"), ("198.51.100.7", "23", "240")])  # by their last packets
        self.assertEqual(len(document["windows"]), 12)
        self.assertEqual(document["order"], {"out_of_order": 0, "late": 0, "untimed": 0, "false_times": 0})

    def test_one_packet_in_2090(self):
        stray = (YEAR_2090 - START, syn((192, 88, 99, 1), (198, 18, 0, 1), 80))
        document = self.expect_as_without("future", stray, 300, false_times=1, untimed=1, late=0, out_of_order=0)
        self.assertEqual(document["event_totals"]["untimed_packets"], 1)
        self.assertEqual(document["last"], "2026-01-15T00:11:57.000000000Z")

    def test_the_first_packet_in_2090(self):
        records = scan()
        plain, plain_events = self.read("plain", records)
        document, events = self.read("first", [(YEAR_2090 - START, syn((192, 88, 99, 1), (198, 18, 0, 1), 80)), *records])
        self.assertEqual(document["order"], {"out_of_order": 0, "late": 0, "untimed": 1, "false_times": 1})
        self.assertEqual((document["windows"], events), (plain["windows"], plain_events))

    def test_the_last_packet_in_2090(self):
        """A leap from which nobody comes back cannot be told from a gap: it stands, and the others stay as they were."""
        records = scan()
        plain, plain_events = self.read("plain", records)
        document, events = self.read("last", [*records, (YEAR_2090 - START, syn((192, 88, 99, 1), (198, 18, 0, 1), 80))])
        self.assertEqual(document["order"]["false_times"], 0)
        self.assertEqual((document["windows"][:-1], document["windows"][-1]["packets"]), (plain["windows"], 1))
        known = [row for row in events if row["source"] != "192.88.99.1"]
        self.assertEqual([{**row, "ongoing": None} for row in known], [{**row, "ongoing": None} for row in plain_events])

    def test_one_packet_of_an_hour_ago(self):
        stray = (300 - 3600, syn((192, 88, 99, 1), (198, 18, 0, 1), 80))
        document = self.expect_as_without("past", stray, 300, false_times=0, untimed=0, late=1, out_of_order=1)
        self.assertEqual(document["event_totals"]["late_packets"], 1)

    def test_a_clock_set_back_by_an_hour(self):
        """Its packets are late until the old time comes again: in all totals, in no window; what was before stays as it was."""
        records = scan()
        before = [record for record in records if record[0] < 360]
        behind = [(at - 3600, frame) for at, frame in records if at >= 360]
        plain, plain_events = self.read("before", before)
        document, events = self.read("back", before + behind)
        self.assertEqual(document["order"],
                         {"out_of_order": len(behind), "late": len(behind), "untimed": 0, "false_times": 0})
        self.assertEqual(document["windows"], plain["windows"])
        self.assertEqual(events, plain_events)
        self.assertEqual(document["event_totals"]["late_packets"], len(behind))

    def test_a_gap_stands(self):
        """Who leaps ahead and stays there has slept: its packets are right."""
        records = scan()
        behind = [(at + 86_400, frame) for at, frame in records if at >= 360]
        document, events = self.read("gap", [record for record in records if record[0] < 360] + behind)
        self.assertEqual(document["order"], {"out_of_order": 0, "late": 0, "untimed": 0, "false_times": 0})
        self.assertEqual(sorted((row["first"][:10], row["source"], row["packets"]) for row in events),
                         [(day, source, packets) for day in ("2026-01-15", "2026-01-16")
                          for source, packets in (("198.51.100.7", "120"), ("203.0.113.80", "9"))])


if __name__ == "__main__":
    unittest.main()
