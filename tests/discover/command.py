"""What `kizashi fingerprints discover` finds in scenarios, and what it says to a person.

usage: command.py KIZASHI
"""

import json
import os
import subprocess
import sys
import tempfile
import unittest

KIZASHI = os.path.abspath(sys.argv.pop(1))


def discover(*arguments):
    return subprocess.run([KIZASHI, "fingerprints", "discover", *arguments], capture_output=True, text=True, check=False)


def relations(scenario):
    """{relation: sources} of what is proposed for a scenario."""
    done = discover("--synth", scenario, "--json")
    return {each["relation"]: each["sources"] for each in json.loads(done.stdout)["proposals"]}


class Discover(unittest.TestCase):
    def test_finds_what_a_scenario_planted(self):
        # The numbers of sources are those in scenarios/planted.toml.
        self.assertEqual(relations("planted"), {
            "tcp.seq == ip.dst": 900,
            "tcp.seq == swap32(ip.dst) + 2654435769": 40,
            "ip.id == (ip.dst ^ tcp.srcport) & 0xffff": 60,
            "ip.id == (ip.dst ^ tcp.dstport ^ tcp.seq) & 0xffff": 30,
            "ip.id == ((tcp.seq >> 16) + tcp.seq) & 0xffff": 25,
            "ip.dst ^ tcp.seq": 12,
            "ip.id == 54321": 20,
        })

    def test_rediscovers_published_tools(self):
        found = relations("mixed")
        self.assertGreaterEqual(found.pop("tcp.seq == ip.dst"), 11_990)
        # The scenario's actors: masscan 220 + 40 + 200 + 1, ZMap before 4.1 60 + 60, Nmap 15 + 2, Unicornscan 3.
        self.assertEqual(found, {
            "ip.id == (ip.dst ^ tcp.dstport ^ tcp.seq) & 0xffff": 461,
            "ip.id == 54321": 120,
            "((tcp.seq >> 16) ^ tcp.seq) & 0xffff": 17,
            "swap32(ip.dst) ^ (tcp.dstport << 16) ^ tcp.srcport ^ tcp.seq": 3,
        })

    def test_constants_that_could_tell_the_darknet_are_withheld(self):
        """The scenario's darknet in files of its own: given or not, what could tell it is counted and not said."""
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "planted.pcap")
            subprocess.run([KIZASHI, "synth", "planted", "-o", file, "--no-progress"], check=True)
            summed = "tcp.seq == swap32(ip.dst) + 2654435769"
            # 54321 is 0xd431: 212.49. Two prefixes that differ in both upper bytes leave no byte that never changes.
            for words, missing in (((), {summed}),
                                   (("--darknet", "198.18.0.0/16"), {summed}),
                                   (("--darknet", "198.18.0.0/16,10.77.0.0/16"), set()),
                                   (("--darknet", "0.0.0.0/0"), {summed, "ip.id == 54321"}),
                                   (("--darknet", "212.49.0.0/16,10.77.5.0/24"), {"ip.id == 54321"})):
                done = discover(file, "--json", *words)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                document = json.loads(done.stdout)
                said = {each["relation"] for each in document["proposals"]}
                self.assertEqual(relations("planted").keys() - said, missing, words)
                self.assertEqual(document["withheld"], len(missing), words)
            text = discover(file).stdout
            self.assertIn("# Withheld: 1 relation, as a constant could tell the darknet's addresses (docs/discover.md).", text)
            wrong = discover(file, "--darknet", "198.18.0.1/16")
            self.assertEqual(wrong.returncode, 1)
            self.assertIn("198.18.0.0/16", wrong.stderr)

    def test_what_is_found_is_a_file_of_fingerprints(self):
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "found.toml")
            self.assertEqual(discover("--synth", "quiet", "-o", file).returncode, 0)
            with open(file, encoding="utf-8") as text:
                self.assertTrue(text.read().startswith("# 1 relation in 5,207 packets, 5,207 of them IPv4 with ports"))
            checked = subprocess.run([KIZASHI, "fingerprints", "check", file], capture_output=True, text=True, check=False)
            self.assertEqual((checked.returncode, checked.stderr), (0, ""))

    def test_nothing_is_said_to_be_nothing(self):
        done = discover("--synth", "backscatter")
        self.assertEqual(done.returncode, 0)
        self.assertTrue(done.stdout.startswith("# Nothing was found in "), done.stdout)

    def test_wrong_usage_is_named(self):
        for arguments, message in (
                ((), "nothing to search; expected a file, a folder, a pattern, - or --synth SCENARIO"),
                (("x", "--synth", "quiet"), "--synth stands alone: files and a scenario cannot be searched together"),
                (("",), "an input is empty; expected a file, a folder, a pattern or -"),
                (("--synth", "quiet", "--packets", "5"), "--packets is 5; expected 6 to 32"),
                (("--synth", "quiet", "--sources", "0"), "--sources is 0; expected 1 to 1000000"),
                (("--synth", "quiet", "--sample", "0"), "--sample is 0; expected 1 to 1000000")):
            done = discover(*arguments)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertIn(message, done.stderr)

    def test_a_missing_file_is_a_failure(self):
        done = discover("/nowhere/night.pcap")
        self.assertEqual(done.returncode, 1)
        self.assertIn("/nowhere/night.pcap", done.stderr)


if __name__ == "__main__":
    unittest.main()
