"""Pictures, neighbours, crossings and reports, against what can be counted in the rows of packets themselves."""
import base64
import collections
import json
import math
import unittest
import urllib.parse

from serving import ANALYST, PARTNER, Served, ServedTest
from seen import SeenTest
from test_questions import Asked, NOTHING

SPAN = "from=2026-01-15&to=2026-01-16"
BLIND = {"Authorization": "Bearer blind-token"}


class Pictures(Asked):
    @classmethod
    def commands(cls):
        return []

    def packets(self, condition, headers=ANALYST):
        target = f"/api/v1/packets?limit=10000&{SPAN}&filter=" + urllib.parse.quote(condition)
        return [row for row in self.document(target, headers=headers)["rows"] if row["source"]]

    def with_ports(self, headers=ANALYST):
        return self.packets("attribute == ports and protocol in {tcp, udp}", headers)

    def ports_of_sources(self):
        ports = collections.defaultdict(set)
        for row in self.packets("attribute != no-ip"):
            ports[row["source"]]
        for row in self.with_ports():
            ports[row["source"]].add((row["protocol"], row["destination_port"]))
        return ports

    def test_a_picture_of_each_source(self):
        found = self.document(f"/api/v1/behaviours?{SPAN}&columns=24&rows=16")
        every, ported = self.packets("attribute != no-ip"), self.with_ports()
        counted = collections.Counter(row["source"] for row in every)
        self.assertEqual(found["total"], len(counted))
        self.assertEqual({tile["source"]: tile["packets"] for tile in found["tiles"]}, counted)
        packets = [tile["packets"] for tile in found["tiles"]]
        self.assertEqual(packets, sorted(packets, reverse=True))
        bands = found["rows"]
        self.assertEqual((len(bands), len(found["columns"]), found["unit_seconds"], found["column_seconds"]), (16, 24, 3600, 3600))

        def band_of(port):
            fitting = [i for i, band in enumerate(bands) if i > 0 and band["low"] <= port <= band["high"]]
            return min(fitting, key=lambda i: bands[i]["high"] - bands[i]["low"])

        self.assertEqual({band_of(port) for port in range(65536)}, set(range(1, 16)))
        cells = collections.Counter()
        for row in every:
            cells[row["source"], 0, int(row["time"][11:13])] += 1
        for row in ported:
            cells[row["source"], 0, int(row["time"][11:13])] -= 1
            cells[row["source"], band_of(row["destination_port"]), int(row["time"][11:13])] += 1
        for tile in found["tiles"]:
            shades = base64.b64decode(tile["cells"], validate=True)
            expected = [cells[tile["source"], row, column] for row in range(16) for column in range(24)]
            self.assertEqual(list(shades), [1 + round(12 * math.log2(n)) if n else 0 for n in expected], tile["source"])
            self.assertEqual(tile["ports"], len(self.ports_of_sources()[tile["source"]]) if tile is found["tiles"][0] else tile["ports"])

    def test_other_orders(self):
        ports = self.ports_of_sources()
        spread = self.document(f"/api/v1/behaviours?{SPAN}&sort=spread&limit=3")["tiles"]
        self.assertEqual([tile["ports"] for tile in spread], sorted(map(len, ports.values()), reverse=True)[:3])
        # Minutes where columns are short; whoever came in the first five minutes is new.
        first = "from=2026-01-15T00:00Z&to=2026-01-15T00:06Z"
        new = self.document(f"/api/v1/behaviours?{first}&sort=novelty")
        self.assertEqual((new["unit_seconds"], new["column_seconds"], len(new["columns"])), (60, 60, 6))
        self.assertTrue(new["total"] > 0)
        later = self.document("/api/v1/behaviours?sort=novelty&from=2026-01-15T01:00Z&to=2026-01-15T06:00Z")
        self.assertEqual((later["total"], later["tiles"]), (0, []))
        grouped = self.document(f"/api/v1/behaviours?{SPAN}&group=class")["tiles"]
        classes = [tile["class"] for tile in grouped]
        self.assertEqual(len({each for i, each in enumerate(classes) if i == 0 or classes[i - 1] != each}),
                         sum(1 for i, each in enumerate(classes) if i == 0 or classes[i - 1] != each))

    def test_a_partner_sees_its_own(self):
        found = self.document(f"/api/v1/behaviours?{SPAN}", headers=PARTNER)
        self.assertTrue(found["tiles"])
        self.assertTrue(all(tile["source"].startswith("198.51.100.") for tile in found["tiles"]))
        for target in ("behaviours", "crossings", "report?period=day"):
            self.assertEqual(self.document(f"/api/v1/{target}", headers=NOTHING)["schema"].split("/")[0], "kizashi-" + target.split("?")[0])
        for row in self.document("/api/v1/hosts/198.51.100.99/neighbours", headers=PARTNER)["rows"]:
            self.assertTrue(row["source"].startswith("198.51.100."))
        self.document("/api/v1/hosts/203.0.113.1/neighbours", 404, headers=PARTNER)

    def test_neighbours(self):
        ports = self.ports_of_sources()
        rows = self.document(f"/api/v1/hosts/198.51.100.99/neighbours?{SPAN}&top=100")["rows"]
        near = [row for row in rows if row["near"]]
        expected = {source for source in ports if source.startswith("198.51.100.")} - {"198.51.100.99"}
        self.assertEqual({row["source"] for row in near}, expected)
        self.assertEqual(rows[:len(near)], near)
        mine = ports["198.51.100.99"]
        for row in rows:
            theirs = ports[row["source"]]
            both = mine | theirs
            self.assertEqual(row["common_ports"], len(mine & theirs), row)
            self.assertAlmostEqual(row["similarity"], len(mine & theirs) / len(both) if both else 0)
            self.assertEqual("same ports" in row["why"], bool(mine & theirs))
        self.assertEqual(self.document("/api/v1/hosts/203.0.113.250/neighbours")["rows"], [])
        self.assertEqual(self.document("/api/v1/hosts/198.51.100.0%2F24/neighbours", 400)["detail"],
                         "path.host is a prefix; expected one address, whose neighbours are told")

    def test_crossings(self):
        every = self.packets("attribute != no-ip")
        ported = collections.Counter((row["protocol"], row["destination_port"]) for row in self.with_ports())
        found = self.document(f"/api/v1/crossings?{SPAN}&axes=protocol,port,country,ttl,time&bins=64")
        self.assertEqual((found["packets"], found["sampled"]), (len(every), 1))
        axes = {axis["name"]: axis["bins"] for axis in found["axes"]}
        for pair in found["pairs"]:
            self.assertEqual(sum(cell[2] for cell in pair["cells"]), len(every))
            self.assertTrue(all(left < len(axes[pair["left"]]) and right < len(axes[pair["right"]]) for left, right, _ in pair["cells"]))
        cells = collections.Counter()
        for left, right, packets in found["pairs"][0]["cells"]:
            cells[axes["protocol"][left]["label"], axes["port"][right].get("low")] += packets
        expected = collections.Counter()
        for (protocol, port), packets in ported.items():
            expected[protocol, port // 1024 * 1024] += packets
        self.assertEqual({key: packets for key, packets in cells.items() if key[1] is not None}, expected)
        hours = collections.Counter()
        for left, right, packets in found["pairs"][3]["cells"]:
            hours[axes["time"][right]["label"][:16]] += packets
        self.assertEqual(sum(hours.values()), len(every))

    def test_crossings_that_cannot_be(self):
        for axes, status, detail in (
                ("source", 400, "query.axes has 1; expected 2 to 8"),
                ("source,source", 400, "query.axes has source twice; expected once"),
                ("source,colour", 400, 'query.axes has "colour"; expected of source, source_port, port, country, as, protocol, class, '
                                       "tool, ttl, length, time, destination")):
            self.assertEqual(self.document(f"/api/v1/crossings?axes={axes}", status)["detail"], detail)
        self.document("/api/v1/crossings?axes=source,destination")
        for headers in (PARTNER, BLIND):
            self.assertEqual(self.document("/api/v1/crossings?axes=source,destination", 403, headers=headers)["detail"],
                             "this account may not see destinations")

    def test_a_report(self):
        day = self.document("/api/v1/report?period=day&at=2026-01-15")
        said = self.document(f"/api/v1/statistics?{SPAN}&by=port&top=20")
        self.assertEqual([day["totals"][key] for key in ("packets", "wire_bytes", "sources")],
                         [said[key] for key in ("packets", "wire_bytes", "sources")])
        self.assertEqual([(row["protocol"], row["port"], row["packets"], row["sources"]) for row in day["ports"]],
                         [(row["protocol"], row["port"], row["packets"], row["sources"]) for row in said["rows"]])
        self.assertEqual((day["before"], day["days"]), (None, [{"day": "2026-01-15", **{key: said[key] for key in
                                                                ("packets", "wire_bytes", "sources")}}]))
        self.assertEqual(day["addresses"] % 256, 0)
        self.assertAlmostEqual(day["totals"]["packets_per_address"], said["packets"] / day["addresses"])
        self.assertAlmostEqual(sum(row["share"] for row in day["classes"]), 1)
        self.assertTrue(day["events"]["count"] > 0)
        names = {period: self.document(f"/api/v1/report?period={period}")["period"] for period in ("day", "week", "month", "quarter", "year")}
        self.assertEqual([each["name"] for each in names.values()], ["2026-01-15", "2026-W03", "2026-01", "2026-Q1", "2026"])
        self.assertEqual((names["week"]["from"][:10], names["week"]["to"][:10]), ("2026-01-12", "2026-01-19"))
        nothing = self.document("/api/v1/report?period=day&at=2026-01-16")
        self.assertEqual((nothing["totals"]["packets"], nothing["before"]["packets"], nothing["ports"]), (0, said["packets"], []))
        for wrong in ("2026-13", "26-1-1", "2026-01-32", "year"):
            self.assertEqual(self.document(f"/api/v1/report?at={wrong}", 400)["detail"],
                             f'query.at: "{wrong}" is no period; expected a year, a quarter, a month, a week or a day such as 2026, 2026-Q1, '
                             "2026-01, 2026-W03 or 2026-01-15")


class Campaigns(SeenTest):
    """Those that `kizashi read` finds in the same packets, as far as a store keeps what tells them apart: tools and ports."""
    connect, ask, document = ServedTest.connect, ServedTest.ask, ServedTest.document

    def test_the_botnets(self):
        done = self.run_program("read", "--synth", "botnet", "--store", "bots", "--json", "--top", 0, "--no-progress")
        said = json.loads(done.stdout)["campaigns"]
        self.served = Served(self.folder / "bots", cwd=self.folder)
        self.addCleanup(self.served.close)
        found = self.document("/api/v1/campaigns")
        self.assertEqual((found["total"], found["cut"]), (len(found["rows"]), False))
        mirai = {(row["name"], row["sources"], row["packets"]) for row in said if row["name"].startswith("mirai")}
        self.assertTrue(mirai)
        self.assertEqual({(row["name"], row["members"], row["packets"]) for row in found["rows"] if row["tool"] == "mirai"}, mirai)
        few = {row["name"]: row["member_sources"] for row in self.document("/api/v1/campaigns?members=3")["rows"]}
        for row in found["rows"]:
            self.assertEqual(len(row["member_sources"]), min(100, row["members"]))
            self.assertEqual(few[row["name"]], row["member_sources"][:3])
            self.assertEqual(sum(each["members"] for each in row["growth"]), row["members"])
            self.assertTrue(row["tool"] or row["quirk"] or row["ports"] == [])


class Filters(Asked):
    @classmethod
    def commands(cls):
        return []

    def check(self, body, status=200, headers=ANALYST):
        answer = self.ask("/api/v1/filter/check", "POST", body, headers={**headers, "Content-Type": "application/json"})
        self.assertEqual(answer[0], status, answer[2])
        return answer[2]

    def test_fields(self):
        found = {field["name"]: field for field in self.document("/api/v1/fields")["fields"]}
        self.assertEqual(found["dst.port"]["where"], ["packets"])
        self.assertIn("backscatter", found["class"]["values"])
        self.assertEqual(found["sensor"]["values"], ["small", "south"])
        self.assertIn("mirai", found["tool"]["values"])
        mine = {field["name"]: field for field in self.document("/api/v1/fields", headers=PARTNER)["fields"]}
        self.assertEqual(mine["sensor"]["values"], ["small"])

    def test_a_check(self):
        good = self.check('{"expression": "port 23 and country JP"}')
        self.assertEqual((good["ok"], good["canonical"], good["problem"]), (True, "port == 23 and country == JP", None))
        bad = self.check('{"expression": "port 23 and\\n cuontry JP"}')
        self.assertEqual((bad["ok"], bad["problem"]["line"], bad["problem"]["column"], bad["problem"]["message"]),
                         (False, 2, 2, 'there is no field "cuontry"; did you mean country?'))
        self.assertFalse(self.check('{"expression": "pattern == block"}')["ok"])
        self.assertTrue(self.check('{"expression": "pattern == block", "of": "events"}')["ok"])
        self.assertFalse(self.check('{"expression": "dst in 192.0.2.0/24"}', headers=PARTNER)["ok"])
        self.assertTrue(self.check('{"expression": "dst in 192.0.2.0/24"}')["ok"])
        self.assertEqual(self.check('{"of": "packets"}', 400)["errors"][0]["where"], "body.expression")
        self.assertEqual(self.check('{"expression": "port 1", "of": "x"}', 400)["errors"][0]["expected"], "one of packets, events, attacks")


if __name__ == "__main__":
    unittest.main()
