"""A store of a few rows, and `kizashi query` on it. KIZASHI and KIZASHI_RUN_STATEMENTS name the programs."""
import os
import pathlib
import subprocess
import tempfile
import unittest

KIZASHI = os.environ.get("KIZASHI", "kizashi")
RUN_STATEMENTS = os.environ.get("KIZASHI_RUN_STATEMENTS", "run_statements")

TABLES = (
    "create table packets (ts UInt64, src UInt32, dst_port UInt16, protocol UInt8) engine=MergeTree order by (src, ts)",
    # 192.0.2.1 is 3221225985.
    "insert into packets values (1768467600000000, 3221225985, 23, 6), (1768467601500000, 3221225985, 2323, 6), "
    "(1768467602000000, 3221225985, 53, 17), (1768467603000000, 3221225986, 23, 6)",
    "create table kinds (n Int32, v4 IPv4, v6 IPv6, ts DateTime64(6, 'UTC'), at DateTime('Asia/Tokyo'), day Date, "
    "name Nullable(String), list Array(String), is_on Bool, real Float64) engine=MergeTree order by n",
    "insert into kinds values (-1, '192.0.2.1', '2001:db8:0:0:1:0:0:1', '2026-01-15 09:00:00.5', '2026-01-15 09:00:00', "
    "'2026-01-15', '=1+2, \"x\"', ['a,b', 'it\\'s'], true, 0.5), "
    "(2, '198.51.100.7', '::', '1970-01-01 00:00:00', '1970-01-01 09:00:00', '1970-01-01', NULL, [], false, nan), "
    "(3, '0.0.0.0', '::ffff:192.0.2.1', '2026-01-15 09:00:00.000001', '2026-01-15 09:00:00', '2026-01-15', "
    "'a\\nb\\tc\\x1b[31m兆', ['\\n'], true, 1e100)",
)


def environment(**more):
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "XDG_CACHE_HOME", "KIZASHI_ENGINE")}
    return {**kept, "LC_ALL": "C.UTF-8", "TZ": "Asia/Tokyo", **more}


def run_statements(*arguments):
    return subprocess.run([RUN_STATEMENTS, *map(str, arguments)], capture_output=True, text=True, timeout=120,
                          env=environment(), stdin=subprocess.DEVNULL)


class QueryTest(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory(prefix="kizashi-query-")
        cls.addClassCleanup(scratch.cleanup)
        cls.folder = pathlib.Path(scratch.name)
        made = run_statements(cls.folder / "seen", *TABLES)
        if "store's engine" in made.stderr:
            raise unittest.SkipTest(made.stderr.strip())
        assert made.returncode == 0, made.stderr

    @classmethod
    def command(cls, *arguments, store="seen"):
        return [KIZASHI, "query", "--store", store, *map(str, arguments)]

    def query(self, *arguments, stdin="", store="seen", **more):
        return subprocess.run(self.command(*arguments, store=store), cwd=self.folder, input=stdin, encoding="utf-8",
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(**more), timeout=120)

    def answer(self, *arguments, **more):
        done = self.query(*arguments, **more)
        self.assertEqual((done.stderr, done.returncode), ("", 0))
        return done.stdout

    def expect_failure(self, done, code, *lines):
        self.assertEqual(done.stderr.splitlines(), [f"kizashi: {line}" for line in lines])
        self.assertEqual((done.stdout, done.returncode), ("", code))
