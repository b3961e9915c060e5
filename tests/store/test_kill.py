"""A process is killed while it stores a block; the block, sent again, is in the store once: table and views. At the moments around
each rename, or with KIZASHI_ALL_CRASH_POINTS=1 before every single change of a file (three minutes)."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

PROGRAM = os.environ.get("KIZASHI_APPEND_BLOCKS", "append_blocks")
CRASH_POINT = os.environ.get("KIZASHI_CRASH_POINT", "crash_point.so")


def run(*arguments, crash=False):
    environment = {**os.environ, "LD_PRELOAD": CRASH_POINT} if crash else None
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, env=environment, timeout=60)


class Kill(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="kizashi-kill-")
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)
        self.log = self.folder / "log"
        made = run(self.folder / "base", 1, 3)
        if "store's engine" in made.stderr:
            self.skipTest(made.stderr.strip())
        self.assertEqual(made.returncode, 0, made.stderr)

    def copy(self):
        shutil.rmtree(self.folder / "tried", ignore_errors=True)
        return shutil.copytree(self.folder / "base", self.folder / "tried", symlinks=True)

    def sums(self, store):
        asked = run(store, "sums")
        self.assertEqual(asked.returncode, 0, asked.stderr)
        return asked.stdout

    def crash_points(self):
        changes = self.log.read_text().splitlines()
        if os.environ.get("KIZASHI_ALL_CRASH_POINTS"):
            return range(1, len(changes) + 1)
        renames = [number for number, what in enumerate(changes, 1) if what == "rename"]
        self.assertEqual(len(renames), 4, "two days of the table and one part of each view")
        return sorted({number + around for number in renames for around in (-1, 0, 1)})

    def test_a_block_is_stored_once_whenever_its_writer_dies(self):
        undisturbed = self.copy()
        done = run(undisturbed, 4, 4, 10**9, self.log, crash=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        expected = self.sums(undisturbed)
        self.assertNotEqual(expected, self.sums(self.folder / "base"))
        for point in self.crash_points():
            with self.subTest(point=point):
                store = self.copy()
                self.assertEqual(run(store, 4, 4, point, self.log, crash=True).returncode, -9)
                again = run(store, 4, 4)
                self.assertEqual(again.returncode, 0, again.stderr)
                self.assertEqual(self.sums(store), expected)


if __name__ == "__main__":
    unittest.main()
