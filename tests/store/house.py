"""A store of four days and two sensors, and the commands that keep house in it. Tests work on copies."""
import csv
import io
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from with_engine import skip_without_engine

KIZASHI = os.environ["KIZASHI"]
CRASH_POINT = os.environ.get("KIZASHI_CRASH_POINT", "crash_point.so")
DAYS = ["2026-01-15", "2026-06-01", "2026-06-02", "2026-06-03"]  # the first has IPv6 too
OF_PACKETS = ("select toString(('{0}', toDate(time), sensor, count(), uniqExact(src, dst, ts, dst_port), sum(seq), sum(ip_id), "
              "sum(cityHash64(country, asn, type, class, scanner, fingerprints, options)), min(source))) as fact from {0} "
              "group by toDate(time), sensor")
FACTS = " union all ".join((OF_PACKETS.format("packets"), OF_PACKETS.format("packets6"),
                            "select toString(('minutes', sum(packets), sum(bytes))) as fact from port_minute",
                            "select toString(('hours', sumMerge(packets), sumMerge(bytes))) as fact from port_hour"))


class HouseTest(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory(prefix="kizashi-house-")
        cls.addClassCleanup(scratch.cleanup)
        cls.folder = pathlib.Path(scratch.name).resolve()
        skip_without_engine(cls.folder)
        for name, sensor in (("three-days", "local"), ("mixed", "south")):
            cls.expect_done(cls.run_program("synth", name, "--rate-scale", "0.02", "-o", f"{name}.pcap", "--no-progress"))
            cls.read(name, sensor, cls.folder / "base")
        cls.expected = cls.facts(cls.folder / "base")

    def setUp(self):
        self.store = self.copy("tried")

    @classmethod
    def copy(cls, name):
        shutil.rmtree(cls.folder / name, ignore_errors=True)
        return pathlib.Path(shutil.copytree(cls.folder / "base", cls.folder / name, symlinks=True))

    @classmethod
    def run_program(cls, *words, crash=None, **more):
        """`crash`: (a piece of a path, a number, a log): it dies there."""
        environment = {**os.environ, "KIZASHI_CONFIG": os.devnull}
        if crash:
            near, at, log = crash
            environment.update(LD_PRELOAD=CRASH_POINT, KIZASHI_CRASH_NEAR=near, KIZASHI_CRASH_AT=str(at), KIZASHI_CRASH_LOG=str(log))
        return subprocess.run([KIZASHI, *map(str, words)], cwd=cls.folder, capture_output=True, text=True, timeout=300, env=environment,
                              **more)

    @staticmethod
    def died(done):
        """Whether it died as it was told. The engine's own threads change files now earlier, now later, so that some of the last
        moments may not come: then it is done."""
        assert done.returncode in (-9, 0), done.stderr
        return done.returncode == -9

    @staticmethod
    def expect_done(done):
        assert done.returncode == 0, done.stderr
        return done.stdout

    @classmethod
    def read(cls, name, sensor, store):
        """What read says of the store."""
        done = cls.run_program("read", f"{name}.pcap", "--sensor", sensor, "--store", store, "--json")
        cls.expect_done(done)
        return done.stderr

    @classmethod
    def keep(cls, command, *words, store=None, **more):
        return cls.run_program("store", command, "--store", store or "tried", *words, **more)

    @classmethod
    def ask(cls, sql, store=None):
        done = cls.run_program("query", "--store", store or "tried", "--format", "csv", sql)
        cls.expect_done(done)
        return list(csv.reader(io.StringIO(done.stdout)))[1:], done.stderr

    @classmethod
    def facts(cls, store):
        """Everything about the packets in a few lines, and that nothing is said to be missing."""
        rows, errors = cls.ask(FACTS, store)
        assert errors == "", errors
        return sorted(row[0] for row in rows)

    def days_in_table(self, table="packets"):
        """Rows by day that are in the table itself."""
        rows, _ = self.ask(f"select partition, sum(rows) from system.parts where active and database = 'default' and table = '{table}' "
                           "group by partition order by partition")
        return {day: int(count) for day, count in rows}

    def archive_files(self):
        return sorted(str(each.relative_to(self.store / "archive")) for each in self.store.glob("archive/*/*"))

    def check(self):
        done = self.keep("check", "--json")
        return json.loads(done.stdout)

    def expect_failure(self, done, *errors, code=1):
        self.assertEqual((done.returncode, done.stderr.splitlines()), (code, [f"kizashi: {each}" for each in errors]))

    def crash_points(self, log):
        """Six of the moments around each change of a name, spread evenly with the first and the last, or with
        KIZASHI_ALL_CRASH_POINTS=1 all moments."""
        changes = log.read_text().splitlines()
        if os.environ.get("KIZASHI_ALL_CRASH_POINTS"):
            return range(1, len(changes) + 1)
        named = [number for number, what in enumerate(changes, 1) if what in ("rename", "mkdir")]
        self.assertTrue(named)
        points = sorted({number + around for number in named for around in (0, 1) if number + around <= len(changes)})
        return sorted({points[each * (len(points) - 1) // 5] for each in range(6)})
