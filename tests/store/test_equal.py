"""What `kizashi read` counts and what the store answers are the same, for every scenario and every eighth of the captures
whose counts an independent reader wrote down (all with KIZASHI_EVERY_CAPTURE=1; read itself is held against those by
tests/captures)."""
import calendar
import collections
import csv
import io
import ipaddress
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time
import unittest

from clickhouse import Server
from with_engine import skip_without_engine

KIZASHI = os.environ["KIZASHI"]
SHARED = pathlib.Path(os.environ["KIZASHI_SHARED_DIR"])
SMALLER = ("--rate-scale", "0.03")
THIRD = ("--rate-scale", "0.1")
SCENARIOS = {"mixed": SMALLER, "backscatter": THIRD, "botnet": THIRD, "outbreak": SMALLER, "planted": THIRD,
             "slow-and-coordinated": THIRD, "three-days": SMALLER, "nicter-hour": ("--rate-scale", "0.001")}
NO_IP, PORTS = 2, 128  # bits of `attributes`
BOTH = "(select sensor, src6, attributes, protocol, dst_port, wire_length from (select sensor, toString(src) as src6, attributes, " \
       "protocol, dst_port, wire_length from packets union all select sensor, hex(src) as src6, attributes, protocol, dst_port, " \
       "wire_length from packets6))"

BOTH_OF = "(select sensor, packets, bytes from {0} union all select sensor, packets, bytes from {1})"


def wide(text):
    """As the engine writes an address of 16 bytes."""
    return f"::ffff:{text}" if "." in text else str(ipaddress.IPv6Address(text))


def micros(text):
    """Microseconds since 1970, without rounding."""
    seconds, _, fraction = text.rstrip("Z").partition(".")
    whole = calendar.timegm(time.strptime(seconds, "%Y-%m-%dT%H:%M:%S"))
    return whole * 1_000_000 + int(fraction.ljust(6, "0")[:6])


def plain_schema():
    """The statements of schema/store.sql for an engine that can nothing beyond the common subset."""
    text = (pathlib.Path(__file__).parents[2] / "schema/store.sql").read_text()
    bare = re.sub(r"\[[^\]]*\]", "", re.sub(r"--.*", "", text))
    return [each for each in bare.split(";") if each.strip()]


def skip_line(file):
    file.readline()
    return file


def run(*words, **more):
    return subprocess.run([KIZASHI, *map(str, words)], capture_output=True, **more)


class Equal(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory(prefix="kizashi-equal-")
        cls.folder = pathlib.Path(cls.scratch.name)
        skip_without_engine(cls.folder)

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def ask(self, store, sql):
        """`store`: a folder, or the oldest engine with the same rows."""
        if isinstance(store, Server):
            return list(csv.DictReader(io.StringIO(store.send(sql + " format CSVWithNames").decode())))
        done = run("query", "--store", store, "--format", "csv", sql, check=True)
        return list(csv.DictReader(io.StringIO(done.stdout.decode())))

    def by_sensor(self, store, columns, source, group="sensor"):
        sql = f"select {group}, {columns} from {source} group by {group}"
        return {row["sensor"]: row for row in self.ask(store, sql)}

    def check(self, store, documents):
        """`documents`: what read said, by sensor."""
        names = {row["name"]: row["number"] for row in self.ask(store, "select name, number from names where kind = 'sensor'")}
        totals = self.by_sensor(store, "count() as packets, sum(wire_length) as bytes, "
                                f"uniqExactIf(src6, bitAnd(attributes, {NO_IP}) = 0) as sources", BOTH)
        rollups = [self.by_sensor(store, "sum(packets) as packets, sum(bytes) as bytes", table)
                   for table in ("port_minute", BOTH_OF.format("tuples", "tuples6"),
                                 BOTH_OF.format("source_hour", "source6_hour"), BOTH_OF.format("source_day", "source6_day"),
                                 BOTH_OF.format("destination_day", "tuples6"))]
        rollups += [self.by_sensor(store, "sumMerge(packets) as packets, sumMerge(bytes) as bytes", table)
                    for table in ("port_hour", "port_day", "place_hour", "place_day")]
        ports = collections.defaultdict(set)
        for row in self.ask(store, "select sensor, protocol, dst_port, count() as packets, sum(wire_length) as bytes, "
                            f"uniqExact(src6) as sources from {BOTH} where bitAnd(attributes, {PORTS}) != 0 and protocol in "
                            "(6, 17) group by sensor, protocol, dst_port"):
            ports[row["sensor"]].add(tuple(int(row[key]) for key in ("protocol", "dst_port", "packets", "bytes", "sources")))
        days = collections.defaultdict(dict)
        for row in self.ask(store, "select sensor, protocol, port, sumMerge(packets) as packets, sumMerge(bytes) as bytes, "
                            "uniqCombinedMerge(sources) as sources from port_day where has_port = 1 and protocol in (6, 17) "
                            "group by sensor, protocol, port"):
            days[row["sensor"]][int(row["protocol"]), int(row["port"])] = tuple(
                int(row[key]) for key in ("packets", "bytes", "sources"))
        for name, said in documents.items():
            with self.subTest(name):
                sensor = names[name]
                expected = (said["packets"]["total"], said["wire_bytes"])
                if expected[0] == 0:
                    self.assertNotIn(sensor, totals)
                    continue
                for rows in (totals, *rollups):
                    self.assertEqual((int(rows[sensor]["packets"]), int(rows[sensor]["bytes"])), expected)
                self.assertEqual(int(totals[sensor]["sources"]), said["sources"])
                self.assertEqual(ports[sensor], {({"tcp": 6, "udp": 17}[each["protocol"]], each["port"], each["packets"],
                                                  each["wire_bytes"], each["sources"]) for each in said["ports"]})
                self.check_ports_of_days(days[sensor], said["ports"])

    def check_ports_of_days(self, found, said):
        self.assertEqual(len(found), len(said))
        for each in said:
            packets, size, sources = found[{"tcp": 6, "udp": 17}[each["protocol"]], each["port"]]
            self.assertEqual((packets, size), (each["packets"], each["wire_bytes"]))
            # uniqCombined is exact for few and within about 1 % (one standard deviation) for many.
            self.assertAlmostEqual(sources, each["sources"], delta=0 if each["sources"] < 1000 else 0.04 * each["sources"])

    def check_findings(self, store, name, tables):
        """Each event and victim of the .csv tables is in the store as it is there, and the windows have every packet."""
        numbers = {(row["kind"], row["name"]): int(row["number"]) for row in self.ask(store, "select kind, name, number from names")}
        sensor = numbers["sensor", name]
        with open(tables / "events.csv") as file:
            said = collections.Counter(
                (wide(row["source"]), micros(row["first"]), micros(row["last"]), numbers["type", row["type"]],
                 numbers["class", row["class"]], numbers["pattern", row["pattern"]], int(row["port"] or 0), int(row["ports"]),
                 int(row["packets"]), int(row["wire_bytes"]), int(row["destinations"]), int(row["destinations_exact"] == "true"),
                 sum(1 << numbers["fingerprint", tool] - 1 for tool in row["tools"].split()),
                 numbers.get(("scanner", row["known_scanner"]), 0), int(row["spoofable"] == "true"),
                 int(row["ongoing"] == "true"), int(row["cut"] == "true")) for row in csv.DictReader(file))
        columns = ("first", "last", "type", "class", "pattern", "port", "ports", "packets", "bytes", "destinations",
                   "destinations_exact", "tools", "scanner", "spoofable", "ongoing", "cut")
        rows = self.ask(store, f"select IPv6NumToString(src) as source, {', '.join(columns)} from events final where sensor = {sensor}")
        found = collections.Counter((row["source"], *(int(row[each]) for each in columns)) for row in rows)
        self.assertEqual(found, said)
        with open(tables / "dos_victims.csv") as file:
            said = sorted((wide(row["victim"].split("/")[0]), micros(row["first"]), int(row["packets"]), int(row["rst"]),
                           float(row["attack_rate"] or 0)) for row in csv.DictReader(file))
        rows = self.ask(store, "select IPv6NumToString(victim) as address, first, packets, rst, attack_rate from attacks final "
                        f"where sensor = {sensor}")
        found = sorted((row["address"], int(row["first"]), int(row["packets"]), int(row["rst"]),
                        float(f"{float(row['attack_rate']):.6g}")) for row in rows)
        self.assertEqual(found, said)
        return self.ask(store, f"select sum(packets) as packets, sum(bytes) as bytes from windows final where sensor = {sensor}")[0]

    def read_into(self, store, name, *words):
        done = run("read", *words, "--store", store, "--sensor", name, "--json", "--top", 0, "--no-progress")
        self.assertTrue(done.stdout, done.stderr)
        return json.loads(done.stdout)

    def test_scenarios(self):
        store = self.folder / "scenarios"
        documents = {}
        for name, options in SCENARIOS.items():
            words = ["--synth", name]
            if options:
                run("synth", name, *options, "-o", self.folder / "small.pcap", "--no-progress", check=True)
                words = [self.folder / "small.pcap"]
            tables = self.folder / name
            documents[name] = self.read_into(store, name, *words, "--csv", tables)
            windows = self.check_findings(store, name, tables)
            with self.subTest(name):
                self.assertEqual((int(windows["packets"]), int(windows["bytes"])),
                                 (documents[name]["packets"]["total"], documents[name]["wire_bytes"]))
        self.check(store, documents)
        if shutil.which("clickhouse-server") is None:
            self.skipTest("equal; but clickhouse-server (18.16) is not installed to ask it, too")
        self.check_oldest(store, documents)

    def check_oldest(self, store, documents):
        """The tables on the oldest engine make the same of the same packets, tuples and findings."""
        folder = self.folder / "oldest"
        folder.mkdir()
        server = Server(folder).start()
        self.addCleanup(server.stop)
        for statement in plain_schema():
            server.ask(statement)
        for table in ("names", "packets", "packets6", "tuples", "tuples6", "source_hour", "source6_hour", "windows", "events", "attacks"):
            self.copy(store, server, table)
        self.check(server, documents)
        for name in documents:
            windows = self.check_findings(server, name, self.folder / name)
            self.assertEqual(int(windows["packets"]), documents[name]["packets"]["total"])

    def copy(self, store, server, table):
        columns = [(row["name"], row["type"]) for row in self.ask(
            store, f"select name, type from system.columns where database = currentDatabase() and "
            f"table = '{table}' and default_kind = '' order by position")]
        text = [name for name, kind in columns if "String" in kind]
        chosen = ", ".join(f"hex({name}) as {name}_hex" if name in text else name for name, kind in columns)
        rows = self.folder / f"{table}.csv"
        run("query", "--store", store, "--format", "csv", "-o", rows, f"select {chosen} from {table}", check=True)
        staged = ", ".join(f"{name} {'String' if name in text else kind}" for name, kind in columns)
        server.ask(f"create table staged_{table} ({staged}) engine=Log")
        with open(rows, "rb") as file:
            server.send(f"insert into staged_{table} format CSV", skip_line(file))
        values = ", ".join(
            f"toFixedString(unhex({name}), {kind[12:-1]})" if kind.startswith("FixedString") else
            f"unhex({name})" if name in text else name for name, kind in columns)
        names = ", ".join(name for name, kind in columns)
        server.ask(f"insert into {table} ({names}) select {values} from staged_{table}")
        server.ask(f"drop table staged_{table}")

    @unittest.skipUnless((SHARED / "golden/pcap_expected.jsonl").exists(), "needs the golden captures")
    def test_captures(self):
        store = self.folder / "captures"
        lines = (SHARED / "golden/pcap_expected.jsonl").read_text().splitlines()
        # Each takes over a second, most of it the engine's start: every eighth unless all are asked for.
        paths = [json.loads(line)["path"] for line in lines][::1 if os.environ.get("KIZASHI_EVERY_CAPTURE") else 8]
        documents = {path: self.read_into(store, path, SHARED / "data" / path) for path in paths}
        self.assertEqual(len(documents), len(paths))
        self.assertGreater(len(documents), 25)
        self.check(store, documents)


if __name__ == "__main__":
    unittest.main()
