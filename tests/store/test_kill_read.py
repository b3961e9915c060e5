"""`kizashi read --store` is killed at 50 random moments and reads on each time. In the end the store is that of a reading that nobody
disturbed: packets, tuples, rollups, windows, events and attacks."""
import os
import pathlib
import random
import shutil
import subprocess
import tempfile
import unittest

import whole
from with_engine import skip_without_engine

KIZASHI = os.environ["KIZASHI"]
CRASH_POINT = os.environ.get("KIZASHI_CRASH_POINT", "crash_point.so")
KILLS = 50
BLOCK = 4096  # packets


class KillRead(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory(prefix="kizashi-kill-read-")
        cls.addClassCleanup(scratch.cleanup)
        cls.folder = pathlib.Path(scratch.name).resolve()
        skip_without_engine(cls.folder)
        for name in ("mixed", "backscatter"):
            made = subprocess.run([KIZASHI, "synth", name, "--rate-scale", "0.02", "-o", f"{name}.pcap", "--no-progress"], cwd=cls.folder,
                                  capture_output=True, text=True, timeout=60)
            assert made.returncode == 0, made.stderr

    def read(self, store, crash=None):
        """`crash`: the number of a change of a file before which it dies."""
        log = self.folder / "changes"
        log.unlink(missing_ok=True)
        environment = {**os.environ, "KIZASHI_CONFIG": os.devnull, "KIZASHI_TEST_BLOCK_ROWS": str(BLOCK), "LD_PRELOAD": CRASH_POINT,
                       "KIZASHI_CRASH_NEAR": f"/{store}/engine", "KIZASHI_CRASH_AT": str(crash or 10**9), "KIZASHI_CRASH_LOG": str(log)}
        done = subprocess.run([KIZASHI, "read", "mixed.pcap", "backscatter.pcap", "--store", store, "--threads", "1", "--no-progress"],
                              cwd=self.folder, env=environment, capture_output=True, text=True, timeout=120)
        self.assertIn(done.returncode, (0, -9) if crash else (0,), done.stderr)
        return done.returncode == -9, len(log.read_text().splitlines()) if log.exists() else 0

    def contents(self, store):
        asked = subprocess.run([KIZASHI, "query", "--store", store, "--format", "csv", whole.question()], cwd=self.folder,
                               capture_output=True, text=True, timeout=60)
        self.assertEqual((asked.returncode, asked.stderr), (0, ""))
        return whole.contents(asked.stdout)

    def test_a_reading_that_is_killed_again_and_again_stores_what_one_that_is_not_does(self):
        _, changes = self.read("undisturbed")
        expected = self.contents("undisturbed")
        for table, (rows, _) in expected.items():
            self.assertGreater(rows, 0, table)
        self.assertGreater(expected["ledger"][0], 5)
        chance = random.Random(20260115)
        kills, stores, moments = 0, 0, []
        while kills < KILLS:
            # Early moments more often than late ones, so that a store is killed several times before all is in.
            moments.append(chance.randint(1, changes // chance.choice((1, 2, 3))))
            died, _ = self.read("killed", moments[-1])
            kills += died
            if died and kills < KILLS:
                continue
            if died:
                self.read("killed")
            self.assertEqual(self.contents("killed"), expected, f"store {stores} died or not before the changes {moments}")
            shutil.rmtree(self.folder / "killed")
            stores, moments = stores + 1, []


if __name__ == "__main__":
    unittest.main()
