#!/usr/bin/env python3
"""What compare.py must notice: each number that is one too high, one too low or missing."""
import copy
import sys
import unittest

import compare

GOLDEN = {
    "path": "a.pcap", "n": 20, "by": 1000, "span": 1.5, "t0": 1463559350.492846,
    "pr": {"tcp": 9, "udp": 5, "icmp": 2, "arp": 1, "other": 1, "p47": 2},
    "fl": {"syn": 3, "synack": 1, "rst": 1, "fin": 2, "ack": 1, "null/oth": 1},
    "nsrc": 4, "ndst": 5, "tcp": [[23, 2], [80, 1]], "ntcp": 2,
    "udp": [[53, 3], [123, 1], [69, 1]], "nudp": 3, "icmp": [["(8, 0)", 2]],
}


def port(protocol, number, packets, syn=0):
    return {"protocol": protocol, "port": number, "packets": packets, "syn_packets": syn}


ANSWER = {
    "packets": {"total": 20, "arp": 1, "other": 1, "later_fragments": 0}, "wire_bytes": 1000,
    "first": "2016-05-18T08:15:50.492846000Z", "last": "2016-05-18T08:15:51.990000000Z",
    "protocols": {"tcp": 9, "udp": 5, "icmp": 1, "icmp6": 1, "other": 2},
    "tcp_flags": {"syn": 3, "synack": 1, "ack": 1, "rst": 1, "fin": 1, "null": 1, "xmas": 1, "other": 0},
    "sources": 4, "destinations": 5,
    "ports": [port("tcp", 23, 6, 2), port("tcp", 80, 2, 1), port("tcp", 1024, 1), port("udp", 53, 3),
              port("udp", 69, 1), port("udp", 123, 1)],
    "icmp": [{"protocol": "icmp", "type": 8, "code": 0, "packets": 1},
             {"protocol": "icmp6", "type": 8, "code": 0, "packets": 1}],
}


class Comparison(unittest.TestCase):
    def test_equal_answers_have_no_difference(self):
        self.assertEqual(list(compare.differences(GOLDEN, ANSWER)), [])

    def test_each_number_counts(self):
        paths = [("packets", "total"), ("packets", "arp"), ("packets", "other"),
                 ("packets", "later_fragments"), ("wire_bytes",), ("sources",), ("destinations",),
                 *(("protocols", name) for name in ANSWER["protocols"]),
                 *(("tcp_flags", name) for name in ANSWER["tcp_flags"]),
                 *(("ports", row, "syn_packets") for row in (0, 1, 2)),
                 *(("ports", row, "packets") for row in (3, 4, 5)),
                 *(("icmp", row, "packets") for row in (0, 1)),
                 ("icmp", 0, "type"), ("icmp", 1, "code"), ("ports", 0, "port"), ("ports", 5, "port")]
        for path in paths:
            for change in (-1, 1):
                answer = copy.deepcopy(ANSWER)
                place = answer
                for step in path[:-1]:
                    place = place[step]
                if place[path[-1]] + change < 0:
                    continue
                place[path[-1]] += change
                with self.subTest(path=path, change=change):
                    self.assertNotEqual(list(compare.differences(GOLDEN, answer)), [])

    def test_times(self):
        for name, text in (("first", "2016-05-18T08:15:50.492847000Z"),
                           ("last", "2016-05-18T08:15:52.000000000Z")):
            self.assertNotEqual(list(compare.differences(GOLDEN, ANSWER | {name: text})), [])
        self.assertEqual(compare.nanoseconds("2016-05-18T08:15:50.492846001Z"), 1463559350492846001)

    def test_one_port_more(self):
        for row in (port("tcp", 9, 1, 1), port("udp", 9, 1)):
            answer = ANSWER | {"ports": [*ANSWER["ports"], row]}
            self.assertNotEqual(list(compare.differences(GOLDEN, answer)), [])

    def test_equal_counts_may_stand_in_any_order_and_choice(self):
        golden = GOLDEN | {"udp": [[53, 3], [1, 1]], "nudp": 3}
        self.assertEqual(list(compare.top_differs("udp", golden["udp"], {53: 3, 2: 1, 1: 1})), [])
        self.assertNotEqual(list(compare.top_differs("udp", golden["udp"], {53: 3, 2: 1, 3: 1})), [])


if __name__ == "__main__":
    sys.exit(unittest.main())
