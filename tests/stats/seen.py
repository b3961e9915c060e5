"""A store with small captures in it, and the program on it. KIZASHI names the program."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path += [str(TESTS / "read"), str(TESTS / "store")]
import frames  # noqa: E402
import places  # noqa: E402
from with_engine import skip_without_engine  # noqa: E402

KIZASHI = os.environ.get("KIZASHI", "kizashi")
HOUR = 3600


def environment():
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "XDG_CACHE_HOME", "KIZASHI_ENGINE")}
    return {**kept, "LC_ALL": "C.UTF-8", "TZ": "Asia/Tokyo"}


def syn(source, port, destination="192.0.2.1"):
    return frames.ipv4(source, destination, 6, frames.tcp(port, frames.SYN))


class SeenTest(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory(prefix="kizashi-stats-")
        cls.addClassCleanup(scratch.cleanup)
        cls.folder = pathlib.Path(scratch.name)
        skip_without_engine(cls.folder)
        (cls.folder / "country.mmdb").write_bytes(places.mmdb())
        (cls.folder / "as.csv").write_text(places.SYSTEMS)
        cls.run_program("place", "compile", "--country", "country.mmdb", "--asn", "as.csv", "-o", "place.table")
        cls.documents = {"small": cls.keep("small", frames.small_telescope())}

    @classmethod
    def keep(cls, sensor, capture, store="seen"):
        """What read says of a capture that goes into the store."""
        (cls.folder / f"{sensor}.pcap").write_bytes(capture)
        done = cls.run_program("read", f"{sensor}.pcap", "--store", store, "--sensor", sensor, "--json", "--top", 0, "--place",
                               "place.table", "--no-progress")
        assert done.stdout, done.stderr
        return json.loads(done.stdout)

    @classmethod
    def run_program(cls, *words, **more):
        return subprocess.run([KIZASHI, *map(str, words)], cwd=cls.folder, capture_output=True, encoding="utf-8", timeout=120,
                              env=environment(), stdin=subprocess.DEVNULL, **more)

    def ask(self, command, *words, store="seen"):
        done = self.run_program(command, "--store", store, "--place", "place.table", *words)
        self.assertEqual((done.stderr, done.returncode), ("", 0))
        return done.stdout

    def document(self, command, *words, **more):
        return json.loads(self.ask(command, "--json", *words, **more))

    def expect_failure(self, done, code, *lines):
        self.assertEqual(done.stderr.splitlines(), [f"kizashi: {line}" for line in lines])
        self.assertEqual((done.stdout, done.returncode), ("", code))
