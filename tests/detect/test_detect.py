"""`kizashi detect` over scenarios, captures and a store."""

import csv
import json
import os
import subprocess
import tempfile
import unittest

KIZASHI = os.environ["KIZASHI"]

# Two days: a telnet botnet that is always there, and on the second day another one at a port that nobody knew.
SCENARIO = """
description = "A port that nobody knew"
seed = 5
start = "2026-06-01T00:00:00Z"
duration = "2d"
dark = ["198.18.0.0/24"]

[[actor]]
name = "always"
kind = "mirai"
sources = 300
rate = 0.1

[[actor]]
name = "new"
kind = "syn"
ports = [53413]
sources = 40
start = "36h"
stop = "38h"
rate = 0.05
"""


def kizashi(*words):
    return subprocess.run([KIZASHI, *words], capture_output=True, text=True, check=False)


class Detect(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.scenario = os.path.join(cls.folder.name, "new.toml")
        with open(cls.scenario, "w", encoding="utf-8") as file:
            file.write(SCENARIO)
        cls.capture = os.path.join(cls.folder.name, "new.pcap")
        made = kizashi("synth", cls.scenario, "-o", cls.capture, "--no-progress")
        assert made.returncode == 0, made.stderr

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def findings(self, *words):
        done = kizashi("detect", *words, "--json", "--no-progress")
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_finds_what_is_new_and_nothing_else(self):
        said = self.findings(self.capture, "--engine", "surge,fuse")
        self.assertEqual({each["engine"] for each in said["findings"]}, {"surge", "fuse"})
        for each in said["findings"]:
            self.assertEqual([at["name"] for at in each["services"]], ["tcp/53413"])
            self.assertEqual(each["sensor"], "local")
            self.assertGreater(each["score"], each["threshold"])
            self.assertEqual(each["first"][:14], "2026-06-02T12:")
        surge = next(each for each in said["findings"] if each["engine"] == "surge")
        self.assertGreaterEqual(surge["source_count"], 5)
        self.assertEqual(len(surge["sources"]), surge["source_count"])
        self.assertEqual(len(surge["series"][0]["values"]), 36)

    def test_says_the_same_of_a_scenario_and_of_its_capture(self):
        self.assertEqual(self.findings(self.capture)["findings"], self.findings("--synth", self.scenario)["findings"])

    def test_says_the_same_of_a_store(self):
        store = os.path.join(self.folder.name, "store")
        made = kizashi("read", self.capture, "--store", store, "--sensor", "north", "--no-progress")
        if "libchdb" in made.stderr or made.returncode != 0:
            self.skipTest(made.stderr)
        of_store = self.findings("--store", store)["findings"]
        of_capture = self.findings(self.capture, "--sensor", "north")["findings"]
        self.assertEqual(of_store, of_capture)
        self.assertTrue(of_store)
        self.assertEqual(self.findings("--store", store, "--to", "2026-06-01T06:00Z")["findings"][0]["kind"], "shortage")

    def test_keeps_the_same_whatever_found_it(self):
        """From a capture, while reading, from a store: equal findings, and the store has them once."""
        kept = {}
        of_capture = self.findings(self.capture, "--sensor", "north")["findings"]
        worth = sorted({each["id"] for each in of_capture if each["kind"] != "shortage"})  # news have one id
        self.assertTrue(worth)
        for way in ("read", "detect"):
            store = os.path.join(self.folder.name, "kept-" + way)
            read = ("read", self.capture, "--store", store, "--sensor", "north", "--no-progress", "--json")
            done = kizashi(*read, *(("--detect",) if way == "read" else ()))
            if "libchdb" in done.stderr or done.returncode != 0:
                self.skipTest(done.stderr)
            if way == "read":
                self.assertEqual(json.loads(done.stdout)["engine_findings"]["findings"], of_capture)
            for _ in range(2):
                of_store = self.findings("--store", store, "--keep")["findings"]
                self.assertEqual(of_store, of_capture)
            said = kizashi("query", "--store", store, "--format", "jsonl",
                           "select lower(hex(id)) as id, engine, sensor, source_count, reason from findings final order by id")
            self.assertEqual(said.returncode, 0, said.stderr)
            kept[way] = said.stdout
            self.assertEqual(kept[way].count('"sensor":"north"'), len(worth))
            for each in worth:
                self.assertIn(each, kept[way])
        self.assertEqual(kept["read"], kept["detect"])
        surge = next(each for each in of_capture if each["engine"] == "surge" and each["kind"] == "surge")
        self.hosts_have(store, surge)

    def hosts_have(self, store, surge):
        said = kizashi("host", "--store", store, surge["sources"][0], "--json")
        self.assertIn(surge["id"], [each["id"] for each in json.loads(said.stdout)["findings"]])
        text = kizashi("host", "--store", store, surge["sources"][0]).stdout
        self.assertIn("Findings of the engines, the newest first", text)
        self.assertIn(surge["id"], text)

    def test_keeps_that_there_was_not_enough_when_it_is_all(self):
        store = os.path.join(self.folder.name, "quiet")
        done = kizashi("read", "--synth", "quiet", "--detect", "--engine", "surge", "--store", store, "--no-progress")
        if "libchdb" in done.stderr or done.returncode != 0:
            self.skipTest(done.stderr)
        self.assertIn("Findings of the engines", done.stdout)
        said = kizashi("query", "--store", store, "select kind, sensor from findings final")
        self.assertIn("shortage", said.stdout)

    def test_reading_writes_tables(self):
        folder = os.path.join(self.folder.name, "tables")
        done = kizashi("read", self.capture, "--detect", "--engine", "surge", "--csv", folder, "--no-progress")
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(os.path.join(folder, "engine_findings.csv"), encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        said = self.findings(self.capture, "--engine", "surge")["findings"]
        self.assertEqual([(row["id"], row["services"], int(row["source_count"])) for row in rows],
                         [(each["id"], "tcp/53413", each["source_count"]) for each in said])
        self.assertIn("surge surge", done.stdout)
        self.assertNotIn("Findings of the engines", kizashi("read", self.capture, "--no-progress").stdout)

    def test_says_that_there_was_not_enough(self):
        said = self.findings("--synth", "quiet", "--engine", "surge")
        self.assertEqual([each["kind"] for each in said["findings"]], ["shortage"])
        self.assertIn("are needed", said["findings"][0]["reason"])

    def test_shows_findings_as_text(self):
        done = kizashi("detect", self.capture, "--engine", "surge", "--top", "1", "--no-progress")
        self.assertEqual(done.returncode, 0)
        self.assertIn(" surge surge ", done.stdout)
        self.assertIn("tcp/53413 at local", done.stdout)

    def test_lists_engines_with_their_options(self):
        text = kizashi("detect", "--list").stdout
        said = json.loads(kizashi("detect", "--list", "--json").stdout)
        names = [each["name"] for each in said["engines"]]
        self.assertIn("surge", names)
        for each in said["engines"]:
            self.assertIn(f"{each['name']} (version {each['version']})", text)
            with open(f"../../docs/engines/{each['name']}.md", encoding="utf-8") as file:
                page = file.read()
            for option in each["options"]:
                self.assertIn(option["name"], text)
                self.assertIn(f"`{option['name']}`", page)

    def test_refuses_what_cannot_be_meant(self):
        for words, message in (
                ((), "nothing to look at; expected captures, --store DIR or --synth SCENARIO"),
                (("a.pcap", "--synth", "quiet"), "captures, --store and --synth stand alone; expected one of them"),
                (("a.pcap", "--from", "2026-01-01"), "--from and --to choose from a store; expected --store DIR"),
                (("a.pcap", "--keep"), "--keep puts findings into a store; expected --store DIR"),
                (("--store", "s", "--darknet", "192.0.2.0/24"),
                 "--darknet is for captures; a store has only packets to its darknet"),
                (("a.pcap", "--engine", "serge"), "there is no engine serge; surge perhaps"),
                (("a.pcap", "--option", "surge.unit=nan"), "surge.unit is nan; expected 1min to 1d"),
                (("a.pcap", "--option", "surge.unti=1h"), "there is no option surge.unti; surge.unit perhaps"),
                (("a.pcap", "--option", "surge"), 'option "surge" is no ENGINE.NAME=VALUE; expected surge.unit=1h, say')):
            done = kizashi("detect", *words)
            self.assertEqual(done.returncode, 2, words)
            self.assertIn(message, done.stderr)
        self.assertEqual(kizashi("detect", "/nowhere.pcap").returncode, 1)
        self.assertEqual(kizashi("detect", "--store", "/nowhere", "--keep").returncode, 1)

    def test_reading_refuses_what_cannot_be_meant(self):
        for words, message in (
                (("--engine", "surge"), "--engine and --option are for the engines of --detect; expected --detect, too"),
                (("--detect", "--engine", "serge"), "there is no engine serge; surge perhaps"),
                (("--detect", "--option", "surge.unit=nan"), "surge.unit is nan; expected 1min to 1d"),
                (("--detect", "--counts-only"), "--detect has no effect with --counts-only, which recognises nothing; expected one of the two"),
                (("--sensor", "north"),
                 "--sensor names who saw what a store keeps and engines find; expected --store DIR or --detect")):
            done = kizashi("read", "a.pcap", *words)
            self.assertEqual(done.returncode, 2, words)
            self.assertIn(message, done.stderr)


if __name__ == "__main__":
    unittest.main()
