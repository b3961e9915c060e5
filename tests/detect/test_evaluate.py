"""`kizashi evaluate --quick`: the acceptance bench, made small."""

import json
import os
import subprocess
import tempfile
import unittest

KIZASHI = os.environ["KIZASHI"]


class Evaluate(unittest.TestCase):
    def test_finds_all_outbreaks_and_writes_a_page(self):
        with tempfile.TemporaryDirectory() as folder:
            page = os.path.join(folder, "engines.html")
            done = subprocess.run([KIZASHI, "evaluate", "--quick", "--json", "--no-progress", "--report", page,
                                   "--engine", "change,surge,graph,high_risk,sensors,fuse"],
                                  capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            said = json.loads(done.stdout)
            scores = {each["name"]: each for each in said["scores"]}
            self.assertEqual(list(scores), ["change", "surge", "graph", "together"])
            self.assertEqual(scores["together"]["recall"], 1.0)
            self.assertGreaterEqual(scores["together"]["precision"], 0.5)
            self.assertIsNone(scores["change"]["recall"])
            self.assertEqual(len(said["outbreaks"]), 10)
            self.assertGreater(said["peak_memory_bytes"], 1 << 20)
            for each in (scores["surge"], scores["together"]):
                for number in ("median_delay_minutes", "false_per_week", "cpu_seconds", "state_bytes"):
                    self.assertIsInstance(each[number], (int, float), each["name"])
            with open(page, encoding="utf-8") as file:
                text = file.read()
            for each in said["outbreaks"]:
                self.assertIn(each["service"], text)
            self.assertNotIn("never", text)
            self.assertIn("Memory of the run at its peak", text)
            self.assertEqual(text.count("<svg"), 2)

    def test_refuses_an_engine_that_is_none(self):
        done = subprocess.run([KIZASHI, "evaluate", "--engine", "serge"], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("there is no engine serge; surge perhaps", done.stderr)


if __name__ == "__main__":
    unittest.main()
