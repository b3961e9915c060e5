"""A packet that comes from where it goes (LAND) between a source's own: two classes of one type, each with too many ports
to follow. Every packet is in exactly one event and one profile."""
import csv
import json
import struct
import unittest

from truth import KIZASHI, ScenarioTest, run

START = 1_700_000_000 // 70 * 70
SOURCE, OTHER, DARK = bytes((9, 9, 9, 9)), bytes((7, 7, 7, 7)), bytes((8, 8, 8, 8))


def frame(source, destination, protocol, payload):
    head = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 1, 0, 64, protocol, 0, source, destination)
    return bytes(12) + b"\x08\x00" + head + payload


def tcp(port, source=SOURCE, destination=DARK):
    return frame(source, destination, 6, struct.pack(">HHIIBBHHH", 4000, port, 7, 0, 5 << 4, 2, 1024, 0, 0))


def udp(port):
    return frame(SOURCE, DARK, 17, struct.pack(">HHHH", 5000, port, 8, 0))


def packets():
    """(seconds, frame): sweeps of more than 32 ports, some of them silent for longer than a minute in between."""
    yield from ((i / 100, udp(6000 + i)) for i in range(8))
    yield from ((1 + i / 100, tcp(100 + i)) for i in range(33))
    yield 2, tcp(80, SOURCE, SOURCE)
    yield from ((3 + i / 100, tcp(200 + i, SOURCE, SOURCE)) for i in range(40))
    yield from ((50, tcp(100)), (60, udp(6000)), (69, tcp(100)), (90, tcp(1, OTHER)))
    yield from ((91 + i / 100, tcp(1000 + i)) for i in range(32))
    yield from ((125, udp(6000)), (125.1, udp(6001)), (131.9, tcp(2000)))
    yield from ((141 + i / 100, tcp(3000 + i)) for i in range(24))
    yield from ((150 + i / 2, tcp(3200 + i)) for i in range(200))
    yield from ((260 + i, tcp(1, bytes((7, 7, i, 7)))) for i in range(50))


class Land(ScenarioTest):
    def test_each_packet_is_in_one_event(self):
        records = sorted(packets(), key=lambda record: record[0])
        capture = self.folder / "land.pcap"
        capture.write_bytes(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1) + b"".join(
            struct.pack("<IIII", START + int(at), int(at % 1 * 1e6), len(each), len(each)) + each for at, each in records))
        documents = []
        for threads in "1", "2", "4":
            tables = self.folder / threads
            documents.append(run(KIZASHI, "read", capture, "--event-timeout", "60s", "--threads", threads, "--json",
                                 "--top", "0", "--csv", tables, "--no-progress"))
            for name in "events", "profiles":
                with (tables / f"{name}.csv").open(newline="") as file:
                    self.assertEqual(sum(int(row["packets"]) for row in csv.DictReader(file)), len(records), name)
        self.assertEqual(len(set(documents)), 1)
        classes = {row["name"]: row["packets"] for row in json.loads(documents[0])["classes"]}
        self.assertEqual(classes["unroutable"], 41)


if __name__ == "__main__":
    unittest.main()
