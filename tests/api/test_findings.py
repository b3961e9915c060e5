"""What the API answers about findings of the engines: lists, pages, one alone, and who may see which."""
import csv
import io
import unittest

from serving import ANALYST, PARTNER
from test_questions import NOTHING, SOUTH, Asked

# SENSOR ENGINE LEVEL HOUR PORT SOURCE...
MADE = [f"small surge 1 {i} {100 + i} 203.0.113.{i} 198.51.100.{i}" for i in range(6)] + [
    "south surge 4 7 23 198.51.100.7",
    "south nmf 2 8 23 203.0.113.1 2001:db8:1::1",
    "small+south sensors 3 9 2323 198.51.100.9 203.0.113.200",
    "small+west sensors 3 10 2323 198.51.100.10",
    "small graph 0 11 80 " + " ".join(f"198.51.100.{i}" for i in range(30)) + " 203.0.113.5"]


class Findings(Asked):
    @classmethod
    def commands(cls):
        return []

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ids = [cls.served.answer_of(f"finding {each}")[0] for each in MADE]

    def listed(self, query="", headers=ANALYST):
        """Which of those that were made an answer has, in its order."""
        return [self.ids.index(row["id"]) for row in self.document(f"/api/v1/findings?{query}", headers=headers)["rows"]]

    def test_choosing(self):
        self.assertEqual(self.listed(), list(range(10, -1, -1)))
        self.assertEqual(self.listed("order=oldest&limit=3"), [0, 1, 2])
        self.assertEqual(self.listed("from=2026-01-15T07:05Z&to=2026-01-15T09:00Z"), [7, 6])
        self.assertEqual(self.listed("engine=nmf,graph"), [10, 7])
        self.assertEqual(self.listed("kind=group"), [])
        self.assertEqual(self.listed("sensor=south"), [8, 7, 6])
        self.assertEqual(self.listed("level=high"), [9, 8, 6])
        self.assertEqual(self.listed("service=tcp/23"), [7, 6])
        self.assertEqual(self.listed("source=203.0.113.1"), [7, 1])
        self.assertEqual(self.listed("source=2001:db8::/32"), [7])
        self.assertEqual(self.listed("source=198.51.100.0/24&sensor=south"), [8, 6])
        body = self.document("/api/v1/findings?service=tcp", 400)
        self.assertEqual(body["detail"], "query.service is not as expected")
        self.assertEqual(body["errors"], [{"where": "query.service", "came": "tcp", "expected": "a service such as tcp/23, udp/53413, icmp/8.0"}])
        self.assertEqual(self.document("/api/v1/findings?sensor=nix", 404)["detail"], 'there is no sensor "nix"')

    def test_pages(self):
        for order in ("newest", "oldest"):
            whole = self.document(f"/api/v1/findings?order={order}")
            self.assertIsNone(whole["next"])
            rows, cursor = [], ""
            while True:
                page = self.document(f"/api/v1/findings?limit=4&order={order}{cursor}")
                rows += page["rows"]
                if page["next"] is None:
                    break
                cursor = "&cursor=" + page["next"]
            self.assertEqual(rows, whole["rows"])
        self.assertIn("the cursor belongs to another question",
                      self.document(f"/api/v1/findings?limit=4&level=low{cursor}", 400)["detail"])

    def test_one_has_everything(self):
        row = self.document("/api/v1/findings?limit=1")["rows"][0]
        self.assertEqual((len(row["sources"]), row["source_count"]), (20, 31))
        self.assertNotIn("series", row)
        self.assertEqual((row["engine"], row["method"]), ("graph", "docs/engines/graph.md"))
        found = self.document(f"/api/v1/findings/{self.ids[10]}")["finding"]
        self.assertEqual(len(found["sources"]), 31)
        self.assertEqual(found["series"], [{"name": "sources", "start": "2026-01-15T11:00:00.000000000Z", "step": "10min", "values": [0.0, 1.0, 2.5]}])
        self.assertEqual(found["services"], [{"name": "tcp/80", "protocol": 6, "port": 80}])
        self.assertEqual(found["evidence"], {"ratio": 2.5, "rule": "quiet port"})
        self.assertEqual({**found, "sources": found["sources"][:20]}, {**row, "series": found["series"]})
        self.assertEqual(self.document("/api/v1/findings/0123456789abcdef", 404)["detail"], 'there is no finding "0123456789abcdef"')
        self.assertEqual(self.document("/api/v1/findings/0123456789abcdeg", 404)["detail"], 'there is no finding "0123456789abcdeg"')
        self.assertEqual(self.document("/api/v1/findings/1", 400)["errors"][0]["where"], "path.finding")

    def test_csv(self):
        _, fields, text = self.ask("/api/v1/findings?format=csv&limit=2&sensor=south")
        rows = list(csv.DictReader(io.StringIO(text)))
        self.assertEqual([(row["id"], row["services"], row["sensors"]) for row in rows],
                         [(self.ids[8], "tcp/2323", "small south"), (self.ids[7], "tcp/23", "")])
        more = self.ask(f"/api/v1/findings?format=csv&limit=2&sensor=south&cursor={fields['X-Next-Cursor']}")[2]
        self.assertEqual([row["id"] for row in csv.DictReader(io.StringIO(more))], [self.ids[6]])

    def test_partners_of_sensors(self):
        """Joint findings are for those who may see all of their sensors."""
        self.assertEqual(self.listed(headers=SOUTH), [7, 6])
        self.assertEqual(self.document(f"/api/v1/findings/{self.ids[7]}", headers=SOUTH)["finding"]["source_count"], 2)
        for other in (self.ids[8], self.ids[0], "0123456789abcdef"):
            self.assertEqual(self.document(f"/api/v1/findings/{other}", 404, headers=SOUTH)["detail"], f'there is no finding "{other}"')
        self.assertEqual(self.listed(headers=NOTHING), [])
        self.document(f"/api/v1/findings/{self.ids[0]}", 404, headers=NOTHING)

    def test_partners_of_sources(self):
        """They see which of their sources take part, and nothing of others."""
        self.assertEqual(self.listed(headers=PARTNER), [10, 5, 4, 3, 2, 1, 0])
        found = self.document(f"/api/v1/findings/{self.ids[10]}", headers=PARTNER)["finding"]
        self.assertEqual((found["sources"], found["source_count"]), ([f"198.51.100.{i}" for i in range(30)], 30))
        self.assertEqual((found["evidence"], found["series"]), ({}, []))
        self.assertEqual(found["reason"], "30 of the sources that you may see take part.")
        self.assertEqual(self.listed("source=203.0.113.5"), [10, 5])
        self.assertEqual(self.listed("source=203.0.113.0/24", headers=PARTNER), [])

    def test_hosts_have_theirs(self):
        of = self.document("/api/v1/hosts/198.51.100.7")["findings"]
        self.assertEqual([self.ids.index(row["id"]) for row in of], [10, 6])
        of = self.document("/api/v1/hosts/198.51.100.7", headers=PARTNER)["findings"]
        self.assertEqual([self.ids.index(row["id"]) for row in of], [10])
        self.assertEqual(self.document("/api/v1/hosts/198.51.100.7", headers=NOTHING)["findings"], [])

    def test_engines(self):
        engines = self.document("/api/v1/engines")["engines"]
        self.assertEqual([each["name"] for each in engines if each["hears"]][-1], "fuse")
        surge = next(each for each in engines if each["name"] == "surge")
        self.assertIn({"name": "surge.unit", "kind": "duration"}, [{"name": each["name"], "kind": each["kind"]} for each in surge["options"]])


if __name__ == "__main__":
    unittest.main()
