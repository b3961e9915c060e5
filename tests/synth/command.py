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
                (("quiet", "-o", "-", "--packets", "0"), "--packets is 0; expected 1 to 1099511627776"),
                (("quiet", "-o", "-", "--rate-scale", "-1"),
                 "--rate-scale is -1; expected more than 0 and up to 1,000,000"),
                (("quiet", "-o", "-", "--rate-scale", "0"),
                 "--rate-scale is 0; expected more than 0 and up to 1,000,000"),
                (("quiet", "-o", "-", "--duration", "0s"),
                 "--duration is 0s; expected whole seconds from 1s to 366d"),
                (("quiet", "-o", "-", "--duration", "90500ms"),
                 "--duration is 1min30s500ms; expected whole seconds from 1s to 366d"),
                (("quiet", "-o", "-", "--truth", "-"), "--output and --truth are both -; expected different files"),
                (("quiet", "--truth", "-", "--expected", "-"),
                 "--truth and --expected are both -; expected different files"),
                (("quiet", "-o", self.path("a"), "--truth", self.path("./a")),
                 f"--output and --truth are both {self.path('./a')}; expected different files"),
                (("quiet", "-o", self.path("a"), "--expected", self.path("a")),
                 f"--output and --expected are both {self.path('a')}; expected different files"),
                (("quiet", "-o", "-", "--window", "1ms"), "--window is 1ms; expected a length of time from 1s, such as 60s"),
        ):
            done = synth(*words)
            self.assertEqual(done.returncode, 2, words)
            self.assertIn(message, done.stderr.decode())
            self.assertEqual(done.stdout, b"")
        self.assertEqual(os.listdir(self.folder.name), [])

    def test_truth_and_expected_on_standard_output(self):
        for option in ("--truth", "--expected"):
            synth("quiet", option, self.path("a"))
            with open(self.path("a"), "rb") as file:
                self.assertEqual(synth("quiet", option, "-").stdout, file.read(), option)

    def test_rates_so_small_that_nothing_comes(self):
        done = synth("quiet", "-o", self.path("a.pcap"), "--rate-scale", "1e-12")
        self.assertEqual(done.returncode, 0)
        self.assertIn("quiet: 0 packets in ", done.stderr.decode())
        self.assertIn("no packet came: the rates are too low for this length; choose a larger --rate-scale, "
                      "a longer --duration, or --packets\n", done.stderr.decode())
        self.assertEqual(os.path.getsize(self.path("a.pcap")), 24)

    def test_failures(self):
        for words, message in (
                (("nobody", "-o", "-"), "scenario nobody is not known; expected one of backscatter, botnet, mixed, "
                 "nicter-hour, outbreak, planted, quiet, slow-and-coordinated, speed, speed-wide, three-days, or the path of a TOML file (with a / or ending in .toml)"),
                (("./nobody.toml", "-o", "-"), "./nobody.toml: cannot open: "),
                (("speed", "-o", "-", "--packets", "1000000000000", "--duration", "1s"),
                 "send up to 1000000000000 packets per second together; expected at most 200000000; lower their rates"),
                (("quiet", "-o", "/nowhere/a.pcap"), "/nowhere/a.pcap: cannot write: No such file or directory"),
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

    def test_stopping_leaves_what_was_there_before(self):
        with open(self.path("a.pcap"), "wb") as file:
            file.write(b"old")
        done = subprocess.Popen([KIZASHI, "synth", "nicter-hour", "-o", self.path("a.pcap"), "--truth", self.path("t")],
                                stderr=subprocess.PIPE)
        part = self.path(f"a.pcap.{done.pid}.part")
        while not os.path.exists(part) or os.path.getsize(part) < 1 << 19:
            self.assertIsNone(done.poll())
        done.send_signal(signal.SIGINT)
        text = done.communicate()[1].decode()
        self.assertEqual(done.returncode, 1)
        self.assertIn("packets; files are as they were before", text)
        self.assertEqual(os.listdir(self.folder.name), ["a.pcap"])
        with open(self.path("a.pcap"), "rb") as file:
            self.assertEqual(file.read(), b"old")


unittest.main()
