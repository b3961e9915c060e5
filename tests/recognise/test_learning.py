"""Rules learnt from few labelled and many unlabelled sources in an hour like NICTER's: right, and most of what is there."""
import unittest
import zlib

from truth import BACKGROUND, KIZASHI, ScenarioTest, Truth, dotted, label_of

# Actors without a tool's mark, of whom a person has named every tenth source.
NAMED = {"windows hosts": "windows", "wrong settings": "settings"}
LEAST = 5  # packets of a source with a behaviour


class Learning(ScenarioTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.truth = Truth(KIZASHI, "nicter-hour", cls.folder, "--rate-scale", "0.02")

    def labels(self):
        """Address -> what it is: one of NAMED, what the verdicts should say, or background."""
        labels = {}
        for source, actor in sorted(self.truth.packets):
            each = self.truth.actors[actor]
            text = dotted(source) if len(source) == 4 else source.hex(":", 2)
            if labels.get(text, BACKGROUND) == BACKGROUND:
                labels[text] = NAMED.get(each["name"], label_of(each))
        return labels

    def read(self, labels, given):
        for name, lines in (("truth-of-all", labels), ("given", given)):
            (self.folder / name).write_text("".join(f"{address} {label}\n" for address, label in lines.items()))
        words = ("--labels", self.folder / "given") if given else ()
        self.truth.read("--truth", self.folder / "truth-of-all", *words, *self.truth.darknet)
        screening = self.truth.document["screening"]
        return [each for each in screening["rules"] if each["method"] == "learnt"], screening["evaluation"]["sources"]

    def test_edge_of_a_crowd_is_not_like_mirai(self):
        """Every bot has a verdict; hosts of other kinds have Mirai's header and now and then its ports."""
        labels = {address: BACKGROUND if label in NAMED.values() else label for address, label in self.labels().items()}
        rules, judged = self.read(labels, {})
        self.assertEqual([rule["reason"] for rule in rules if rule["truth"]["precision"] < 0.99], [])
        self.assertGreaterEqual(judged["precision"], 0.999)
        self.assertGreaterEqual(judged["recall"], 0.99)

    def test_a_tenth_of_the_labels_finds_the_others(self):
        labels = self.labels()
        given = {address: label for address, label in labels.items()
                 if label in (*NAMED.values(), BACKGROUND) and zlib.crc32(address.encode()) % 10 == 0}
        rules, _ = self.read(labels, given)
        tagged = sum(rule["sources"] for rule in rules)
        right = sum(rule["sources"] * rule["truth"]["precision"] for rule in rules)
        self.assertGreaterEqual(right / tagged, 0.99)
        for label in NAMED.values():
            with self.subTest(label=label):
                hidden = sum(labels[address] == label and address not in given and int(row["packets"]) >= LEAST
                             for address, row in self.truth.profiles.items())
                found = sum(rule["sources"] for rule in rules if rule["tag"] == f"like {label}")
                self.assertGreaterEqual(hidden, 400)
                self.assertGreaterEqual(found / hidden, 0.9)


if __name__ == "__main__":
    unittest.main()
