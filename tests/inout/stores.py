"""A folder for stores, and `kizashi` in it."""
import os
import pathlib
import subprocess
import tempfile
import unittest

from with_engine import skip_without_engine

KIZASHI = os.environ.get("KIZASHI", "kizashi")


class StoreTest(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory(prefix="kizashi-inout-")
        cls.addClassCleanup(scratch.cleanup)
        cls.folder = pathlib.Path(scratch.name)
        skip_without_engine(cls.folder)

    @classmethod
    def kizashi(cls, *arguments, **more):
        """Runs the command in the folder and returns what became of it."""
        environment = {**os.environ, "LC_ALL": "C.UTF-8", "TZ": "Asia/Tokyo"}
        return subprocess.run([KIZASHI, *map(str, arguments)], cwd=cls.folder, capture_output=True, text=True, timeout=300,
                              env=environment, stdin=subprocess.DEVNULL, **more)

    @classmethod
    def done(cls, *arguments):
        """Runs the command, which must not fail, and returns the last line of what it said, or its answer."""
        ended = cls.kizashi(*arguments)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout or ended.stderr.removeprefix("kizashi: ").strip()

    def expect_failure(self, code, lines, *arguments):
        ended = self.kizashi(*arguments)
        self.assertEqual((ended.stderr.splitlines(), ended.returncode), ([f"kizashi: {line}" for line in lines], code))

    @classmethod
    def ask(cls, sql, store="seen"):
        return cls.done("query", "--store", store, "--format", "csv", sql).splitlines()[1:]
