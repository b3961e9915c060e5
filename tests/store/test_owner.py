"""While one process owns a store, others ask it: each command says what it says when it has the store for itself."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from with_engine import skip_without_engine

KIZASHI = os.environ["KIZASHI"]
SCENARIO = ("synth", "outbreak", "--packets", "60000")
QUESTIONS = (
    ("query", "select src, dst_port, count() from packets group by src, dst_port order by src, dst_port"),
    ("query", "--format", "jsonl", "select * from names order by kind, number"),
    ("stats", "--by", "port", "--json"),
    ("stats", "--by", "hour"),
    ("host", "0.0.0.0/0", "--json"),
    ("match", "--list", "list.txt", "--count"),
    ("match", "--list", "list.txt", "--side", "source"),
    ("store", "info", "--json"),
)


class Owner(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory(prefix="kizashi-owner-")
        cls.addClassCleanup(scratch.cleanup)
        cls.folder = pathlib.Path(scratch.name)
        skip_without_engine(cls.folder)
        cls.run_whole(*SCENARIO, "-o", "seen.pcap")
        cls.run_whole("read", "seen.pcap", "--store", "first", "--json")
        cls.capture = (cls.folder / "seen.pcap").read_bytes()
        (cls.folder / "list.txt").write_text("0.0.0.0/2\n192.0.2.0/24\n")

    def setUp(self):
        shutil.rmtree(self.folder / "seen", ignore_errors=True)
        shutil.copytree(self.folder / "first", self.folder / "seen", symlinks=True)

    @classmethod
    def kizashi(cls, *arguments, **more):
        return subprocess.run([KIZASHI, *arguments], cwd=cls.folder, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=120, **more)

    @classmethod
    def run_whole(cls, *arguments):
        done = cls.kizashi(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def ask(self, command, *arguments):
        words = (command, arguments[0], "--store", "seen", *arguments[1:]) if command == "store" else \
            (command, "--store", "seen", *arguments)
        return self.run_whole(*words)

    def start_reading(self):
        """A reading that owns the store until its standard input ends."""
        reading = subprocess.Popen([KIZASHI, "read", "-", "--store", "seen", "--sensor", "later", "--json"], cwd=self.folder,
                                   stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        reading.stdin.write(self.capture[:4096])  # what it is, it has to see before it begins
        reading.stdin.flush()
        door = self.folder / "seen/door"
        for _ in range(600):
            if door.exists():
                return reading
            time.sleep(0.05)
        reading.kill()
        reading.communicate()
        self.fail("it never opened its door")

    def end(self, reading):
        _, errors = reading.communicate(self.capture[4096:], timeout=120)
        self.assertEqual(reading.returncode, 0, errors)

    def test_answers_are_the_same(self):
        expected = [self.ask(*each) for each in QUESTIONS]
        reading = self.start_reading()
        try:
            for question, answer in zip(QUESTIONS, expected):
                with self.subTest(question=question):
                    if question[0] == "store":  # bytes and parts change as the new sensor's name comes in
                        answer, now = (json.loads(text) for text in (answer, self.ask(*question)))
                        self.assertEqual([table["table"] for table in now["tables"]], [table["table"] for table in answer["tables"]])
                        self.assertIn("later", now["sensors"])
                    elif "names" not in question[-1]:
                        self.assertEqual(self.ask(*question), answer)
            self.run_whole("query", "--store", "seen", "-o", "all.parquet", "select * from packets")
            self.assertEqual((self.folder / "all.parquet").read_bytes()[:4], b"PAR1")
            self.run_whole("store", "export", "--store", "seen", "-o", "all.pcap")
        finally:
            self.end(reading)
        self.assertEqual(self.ask("query", "select uniq(sensor) as sensors, count() as n from packets"),
                         "sensors,n\n2,120000\n")
        exported = json.loads(self.run_whole("read", "all.pcap", "--json"))
        stored = json.loads(self.run_whole("read", "seen.pcap", "--json"))
        self.assertEqual(exported["packets"], stored["packets"])

    def test_failures_are_the_same(self):
        alone = self.kizashi("query", "--store", "seen", "select nix from packets")
        reading = self.start_reading()
        try:
            asked = self.kizashi("query", "--store", "seen", "select nix from packets")
            writing = self.kizashi("query", "--store", "seen", "drop table packets")
            keeping = self.kizashi("store", "vacuum", "--store", "seen", "--keep", "packets 1d")
        finally:
            self.end(reading)
        self.assertEqual((asked.returncode, asked.stderr), (alone.returncode, alone.stderr))
        self.assertIn("the statement writes or changes something", writing.stderr)
        self.assertRegex(keeping.stderr, rf"the store is in use by process {reading.pid}: kizashi read; ")

    def test_an_owner_that_dies(self):
        reading = self.start_reading()
        asking = subprocess.Popen([KIZASHI, "query", "--store", "seen", "select count() from system.numbers"], cwd=self.folder,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        time.sleep(1)
        reading.kill()
        reading.communicate(timeout=60)
        _, errors = asking.communicate(timeout=60)
        self.assertEqual((asking.returncode, errors),
                         (1, "kizashi: the process that owns the store ended before the answer did; ask again\n"))
        # Nobody is behind the door that it left: the store is opened.
        self.assertTrue((self.folder / "seen/door").exists())
        self.assertEqual(self.run_whole("query", "--store", "seen", "select 1 as a"), "a\n1\n")

    def test_two_that_only_ask(self):
        both = [subprocess.Popen([KIZASHI, "query", "--store", "seen", "select count() from packets"], cwd=self.folder,
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(4)]
        for each in both:
            _, errors = each.communicate(timeout=120)
            self.assertEqual((each.returncode, errors), (0, b""))

    def test_a_guest_who_leaves_ends_the_question(self):
        reading = self.start_reading()
        try:
            asking = subprocess.Popen([KIZASHI, "query", "--store", "seen", "select count() from system.numbers"], cwd=self.folder,
                                      stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            time.sleep(1)
            asking.send_signal(signal.SIGINT)
            self.assertEqual(asking.communicate(timeout=60)[1], b"kizashi: stopped before the answer was complete\n")
            for _ in range(100):
                running = self.ask("query", "--format", "jsonl", "select count() as n from system.processes")
                if '"n":"1"' in running or '"n":1' in running:
                    break
                time.sleep(0.1)
            else:
                self.fail(f"the question goes on: {running}")
        finally:
            self.end(reading)
