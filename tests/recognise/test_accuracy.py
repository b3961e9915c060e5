"""Tools of synthetic telescopes are named: precision 0.999 and recall 0.99, and those that are not, for a reason."""
import pathlib
import unittest

from truth import KIZASHI, PROBES, Truth, scratch

SCENARIOS = {
    "mixed": ("--rate-scale", "0.3"),
    "outbreak": ("--rate-scale", "0.5"),
    "botnet": ("--rate-scale", "0.5"),
    "nicter-hour": ("--rate-scale", "0.003"),
}
# Tools that a scenario must show, with the fewest sources of them: a table that became empty would have no mistakes either.
SHOWN = {
    "mixed": {"mirai": 8000, "masscan": 400, "nmap": 10, "unicornscan": 3, "zmap-before-4.1": 100, "zmap-since-4.1": 200,
              "masscan-1-template": 40, "masscan-2-template": 400, "nmap-syn-look": 10},
    "outbreak": {"mirai": 600, "masscan": 30},
    "botnet": {"mirai": 600},
    "nicter-hour": {"mirai": 3000, "masscan": 1000, "zmap-before-4.1": 600, "nmap": 40},
}
# A table of four counters per source cannot hold the marks of somebody who asks for eight services in turn: the others count as
# matched once, which is too little where a test says little (docs/fingerprints.md, "When there is a verdict"). A request to ports 17
# and 19 is one by whatever it says: nothing is asked of their recall, and their precision is not held against the noise.
NO_COUNT = set(PROBES.values())
WEAK = {"qotd-probe", "chargen-probe"}
PROBE_RECALL = 0.8
# At this scale an Nmap sends six packets an hour. Its relation holds between packets that follow each other, and whoever is silent for
# longer than the timeout begins anew: packets of two stays are no pair.
LESS_RECALL = {("nicter-hour", "nmap"): 0.75}


class Accuracy(unittest.TestCase):
    def expect_scenario(self, scenario):
        with scratch() as folder:
            truth = Truth(KIZASHI, scenario, folder, *SCENARIOS[scenario])
            scores = truth.scores()
            self.expect_tools(scenario, scores)
            self.expect_marks(scenario, scores)
            self.expect_screening(truth, pathlib.Path(folder) / "labels")

    def expect_tools(self, scenario, scores):
        for tool, score in scores.items():
            with self.subTest(scenario=scenario, tool=tool, **score):
                if score["named"] and tool not in WEAK:
                    self.assertGreaterEqual(score["precision"], 0.999)
                if score["true"] and tool not in WEAK:
                    least = PROBE_RECALL if tool in PROBES.values() else LESS_RECALL.get((scenario, tool), 0.99)
                    self.assertGreaterEqual(score["recall"], least)
        for tool, least in SHOWN[scenario].items():
            self.assertGreaterEqual(scores[tool]["named"], least, tool)

    def expect_marks(self, scenario, scores):
        """Packets that are counted for a tool are those that its sources sent with it."""
        for tool, score in scores.items():
            if tool not in NO_COUNT and (scenario, tool) not in LESS_RECALL and score["named"]:
                self.assertLessEqual(abs(score["counted"] - score["packets"]), 0.01 * score["packets"], tool)

    def expect_screening(self, truth, labels):
        """What is set aside was known; docs/accuracy.md says who counts as known, and where the bounds come from."""
        truth.write_labels(labels)
        truth.read("--truth", labels, *truth.darknet)
        found = truth.document["screening"]
        judged = found["evaluation"]
        self.assertEqual(judged["unknown"], 0)
        for side, all_, left in (("sources", found["sources"], found["sources_left"]),
                                 ("packets", found["packets"], found["packets_left"])):
            each = judged[side]
            self.assertEqual(each["missed"] + each["left"], left)
            self.assertEqual(sum(each[word] for word in ("right", "wrong", "missed", "left")), all_)
        self.assertGreaterEqual(judged["packets"]["precision"], 0.97)
        self.assertGreaterEqual(judged["packets"]["recall"], 0.95)

    def test_mixed(self):
        self.expect_scenario("mixed")

    def test_outbreak(self):
        self.expect_scenario("outbreak")

    def test_botnet(self):
        self.expect_scenario("botnet")

    def test_nicter_hour(self):
        self.expect_scenario("nicter-hour")


if __name__ == "__main__":
    unittest.main()
