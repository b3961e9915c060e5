"""What a person meets who uses `kizashi synth`: outputs, overrides, and every message.

usage: command.py KIZASHI
"""

import hashlib
import os
import signal
import subprocess
import sys
import tempfile
import unittest

KIZASHI = os.path.abspath(sys.argv.pop(1))


def synth(*words, **more):
    return subprocess.run([KIZASHI, "synth", *words], capture_output=True, check=False, **more)


class Command(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def test_lists_the_scenarios_and_the_kinds(self):
        listed = synth("--list").stdout.decode().splitlines()
        names = [line.split()[0] for line in listed]
        for name in ("quiet", "nicter-hour", "outbreak", "backscatter", "botnet", "mixed", "speed", "speed-wide"):
            self.assertIn(name, names)
        self.assertIn("unicornscan", synth("--kinds").stdout.decode())

    def test_shows_a_scenario_that_can_be_played(self):
        with open(self.path("mine.toml"), "wb") as file:
            file.write(synth("quiet", "--show").stdout)
        mine = synth(self.path("mine.toml"), "-o", "-").stdout
        self.assertEqual(mine, synth("quiet", "-o", "-").stdout)

    def test_the_same_seed_gives_the_same_bytes_everywhere(self):
        stream = synth("quiet", "-o", "-").stdout
        self.assertEqual(hashlib.sha256(stream).hexdigest(),
                         "4e982fcc30cae0f6ad244b92bdef1a18274338f7a841e89e050a9364574d838c")
        self.assertNotEqual(stream, synth("quiet", "--seed", "2", "-o", "-").stdout)

    def test_a_number_of_packets_is_exact(self):
        stream = synth("speed", "--packets", "1234", "-o", "-").stdout
        self.assertEqual(len(stream), 24 + 1234 * 76)
        done = synth("mixed", "--packets", "5000", "--duration", "10min", "-o", self.path("a.pcap"))
        self.assertIn(b"mixed: 5,000 packets in 10min, seed 20260115", done.stderr)

    def test_usage(self):
        for words, message in (
                ((), "no scenario is named; 'kizashi synth --list' shows which there are"),
                (("quiet",), "nothing to write; expected --output FILE, such as -o quiet.pcap, or --truth or --expected"),
                (("quiet", "-o", "-", "--seed", "x"), "--seed is x: "),
                (("quiet", "-o", "-", "--duration", "soon"), "--duration is soon: "),
                (("quiet", "-o", "-", "--packets", "-1"), "--packets is -1: "),
                (("quiet", "-o", "-", "--window", "1ms"), "--window is 1ms; expected a length of time from 1s, such as 60s"),
        ):
            done = synth(*words)
            self.assertEqual(done.returncode, 2, words)
            self.assertIn(message, done.stderr.decode())
            self.assertEqual(done.stdout, b"")

    def test_failures(self):
        for words, message in (
                (("nobody", "-o", "-"), "scenario nobody is not known; expected one of backscatter, botnet, mixed, "
                 "nicter-hour, outbreak, quiet, speed, speed-wide, or the path of a TOML file (with a / or ending in .toml)"),
                (("./nobody.toml", "-o", "-"), "./nobody.toml: cannot open: "),
                (("quiet", "-o", "-", "--rate-scale", "0"),
                 "the factor for rates is 0; expected more than 0 and up to 1,000,000"),
                (("quiet", "-o", "-", "--duration", "90500ms"),
                 "the duration is 1min30s500ms; expected whole seconds from 1s to 366d"),
                (("speed", "-o", "-", "--packets", "1000000000000", "--duration", "1s"),
                 "send up to 1000000000000 packets per second together; expected at most 200000000; lower their rates"),
                (("quiet", "-o", "/nowhere/a.pcap"), "/nowhere/a.pcap: cannot open for writing: "),
                (("quiet", "--truth", "/nowhere/a"), "/nowhere/a: "),
        ):
            done = synth(*words)
            self.assertEqual(done.returncode, 1, words)
            self.assertIn(message, done.stderr.decode())

    @unittest.skipUnless(os.path.exists("/dev/full"), "no /dev/full")
    def test_a_full_disk(self):
        for words in (("-o", "/dev/full"), ("--truth", "/dev/full"), ("--expected", "/dev/full")):
            done = synth("quiet", *words)
            self.assertEqual(done.returncode, 1)
            self.assertIn("/dev/full: cannot write: No space left on device", done.stderr.decode())

    def test_every_mistake_in_a_scenario_has_its_place(self):
        with open(self.path("bad.toml"), "w", encoding="utf-8") as file:
            file.write('duration = "soon"\ndark = ["203.0.113.0/24"]\n[[actor]]\nname = "a"\nkind = "mirai"\nrates = 3\n')
        done = synth("./bad.toml", "-o", "-", cwd=self.folder.name)
        self.assertEqual(done.returncode, 1)
        text = done.stderr.decode()
        self.assertIn('kizashi: ./bad.toml:1:12: duration is "soon"; expected a length of time from 1s to 366d in whole '
                      'seconds, such as "90s"\n', text)
        self.assertIn("kizashi: ./bad.toml:6:1: actor.a.rates is not known; did you mean rate? an actor of kind mirai may have ",
                      text)

    def test_stopping_leaves_a_whole_capture_and_no_truth(self):
        done = subprocess.Popen([KIZASHI, "synth", "nicter-hour", "-o", self.path("a.pcap"), "--truth", self.path("t")],
                                stderr=subprocess.PIPE)
        while not os.path.exists(self.path("a.pcap")) or os.path.getsize(self.path("a.pcap")) < 1 << 20:
            self.assertIsNone(done.poll())
        done.send_signal(signal.SIGINT)
        text = done.communicate()[1].decode()
        self.assertEqual(done.returncode, 1)
        self.assertIn("packets; the capture holds them; no truth is written", text)
        self.assertFalse(os.path.exists(self.path("t")))
        read = subprocess.run([KIZASHI, "read", self.path("a.pcap"), "--json"], capture_output=True, check=False)
        self.assertEqual(read.returncode, 0, read.stderr)


unittest.main()
