"""What the API answers about a store: the same as the program does on the command line, as far as who asks may see it."""
import collections
import csv
import io
import json
import unittest

from serving import ANALYST, PARTNER, Served, ServedTest
from seen import SeenTest, HOUR, frames, syn

SOUTH = {"Authorization": "Bearer south-token"}
NOTHING = {"Authorization": "Bearer nothing-token"}
GROUPS = ("port", "source", "country", "as", "protocol", "hour", "day", "sensor", "tool", "class", "scanner")


class Asked(SeenTest):
    """Two sensors, one of them with the small telescope; the store is open in the server from here on."""
    connect, ask, document = ServedTest.connect, ServedTest.ask, ServedTest.document

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.keep("south", frames.pcap([(i * HOUR, syn("198.51.100.7", 8000 + i, f"192.0.2.{i + 1}")) for i in range(5)]))
        cls.said = {words: cls.document_of(words) for words in cls.commands()}
        cls.served = Served(cls.folder / "seen", "place=place.table", cwd=cls.folder)
        cls.addClassCleanup(cls.served.close)

    @classmethod
    def document_of(cls, words):
        done = cls.run_program(*words.split(), "--store", "seen", "--place", "place.table", "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    @classmethod
    def commands(cls):
        return [f"stats --by {by}" for by in GROUPS]


def without(document, *names):
    return {name: value for name, value in document.items() if name not in names}


class Statistics(Asked):
    def test_the_same_as_the_program_says(self):
        for by in GROUPS:
            found = self.document(f"/api/v1/statistics?by={by}")
            self.assertEqual(without(found, "scope", "counting"), self.said[f"stats --by {by}"], by)
            self.assertEqual(found["scope"], {"everything": True})
            self.assertEqual(found["counting"], {"packets": {"is_exact": True}, "sources": {
                "is_exact": False, "exact_up_to": 1000, "relative_error": 0.01}})
        self.assertEqual(self.document("/api/v1/statistics?exact=true")["counting"]["sources"], {"is_exact": True})

    def test_minutes(self):
        rows = self.document("/api/v1/packets?limit=10000&order=oldest")["rows"]
        span = "from=2026-01-15T00:00Z&to=2026-01-18"
        counted = collections.Counter(row["time"][:17] + "00.000000000Z" for row in rows if row["time"] < "2026-01-18")
        sources = {minute: {row["source"] for row in rows if row["time"].startswith(minute[:16]) and row["source"]} for minute in counted}
        found = self.document(f"/api/v1/statistics?by=minute&{span}")
        self.assertEqual([(row["time"], row["packets"], row["sources"]) for row in found["rows"]],
                         [(minute, counted[minute], len(sources[minute])) for minute in sorted(counted)])
        self.assertEqual(found["read_from"], "rollups")
        some = self.document(f"/api/v1/statistics?by=minute&{span}", headers=PARTNER)
        self.assertTrue(0 < sum(row["packets"] for row in some["rows"]) < found["packets"])
        for target in ("by=minute", "by=minute&from=2026-01-15&to=2026-01-18T00:01Z", "by=minute&from=2026-01-15"):
            self.assertEqual(self.document(f"/api/v1/statistics?{target}", 400)["detail"],
                             "minutes are told of three days at most; expected a time from and a time to that are no farther apart")

    def test_the_same_span_before(self):
        target = "/api/v1/statistics?sensor=south&top=1000&from=2026-01-16T00:00Z&to=2026-01-16T05:00Z&compare=day,week&by="
        for by in GROUPS:
            found = self.document(target + by)
            self.assertEqual((found["packets"], found["before"]), (0, {"day": {"packets": 5, "sources": 1}, "week": None}), by)
        # South's packet of each hour is to a port of its own: 8000 in the first.
        day = self.document("/api/v1/statistics?sensor=south&by=source&from=2026-01-15&to=2026-01-16&compare=day")
        self.assertEqual(day["rows"][0]["before"], {"day": None})
        for by in ("hour", "minute", "port"):
            whole = self.document(f"/api/v1/statistics?sensor=south&by={by}&from=2026-01-15&to=2026-01-16")["rows"]
            self.assertEqual(len(whole), 5)
        both = self.document("/api/v1/statistics?from=2026-01-15&to=2026-01-16&compare=day&compare=week&by=hour")
        self.assertEqual(both["before"], {"day": None, "week": None})
        self.assertEqual(both["rows"][0]["before"], {"day": None, "week": None})
        self.assertEqual(self.document("/api/v1/statistics?compare=day", 400)["detail"],
                         "a span is compared with the same span before; expected a time from and a time to")
        self.assertEqual(self.document("/api/v1/statistics?compare=year", 400)["errors"][0]["expected"], "one of day, week")

    def test_csv(self):
        _, fields, text = self.ask("/api/v1/statistics?by=port&format=csv")
        rows = self.document("/api/v1/statistics?by=port")["rows"]
        self.assertEqual(fields["Content-Type"], "text/csv; charset=utf-8")
        self.assertEqual(list(csv.DictReader(io.StringIO(text))), [{name: str(value) for name, value in row.items()} for row in rows])
        self.assertEqual(self.ask("/api/v1/statistics?by=port", headers={**ANALYST, "Accept": "text/csv"})[2], text)
        self.assertEqual(self.document("/api/v1/statistics?format=csv", 400)["detail"],
                         "CSV has rows; expected the parameter \"by\" as well")

    def test_parts(self):
        south = self.document("/api/v1/statistics?sensor=south&by=port")
        self.assertEqual((south["packets"], south["sensors"], south["asked_sensors"]), (5, ["south"], ["south"]))
        cut = self.document("/api/v1/statistics?sensor=south&from=2026-01-15T01:00Z&to=2026-01-15T03:00Z")
        self.assertEqual(cut["packets"], 2)
        self.assertEqual(self.document("/api/v1/statistics?sensor=nix", 404)["detail"], 'there is no sensor "nix"')
        self.assertEqual(self.document("/api/v1/statistics?from=2026-01-02&to=2026-01-01", 400)["detail"],
                         "query.to is not after query.from; expected a later time")

    def test_a_partner_sees_its_own(self):
        everything = self.document("/api/v1/statistics?by=source&sensor=small&top=1000")
        mine = {row["address"]: row["packets"] for row in everything["rows"] if row["address"].startswith("198.51.100.")}
        self.assertTrue(0 < len(mine) < len(everything["rows"]))
        found = self.document("/api/v1/statistics?by=source&top=1000", headers=PARTNER)
        self.assertEqual({row["address"]: row["packets"] for row in found["rows"]}, mine)
        self.assertEqual((found["packets"], found["sources"], found["sensors"]), (sum(mine.values()), len(mine), ["small"]))
        self.assertEqual(found["scope"], {"everything": False, "sensors": ["small"], "prefixes": ["198.51.100.0/24"]})
        self.assertEqual(found["counting"]["sources"], {"is_exact": True})
        for by in GROUPS:
            rows = self.document(f"/api/v1/statistics?by={by}&top=1000", headers=PARTNER)["rows"]
            if by not in ("port",):
                self.assertEqual(sum(row["packets"] for row in rows), sum(mine.values()), by)

    def test_a_partner_of_a_sensor(self):
        found = self.document("/api/v1/statistics?by=sensor", headers=SOUTH)
        self.assertEqual([(row["sensor"], row["packets"]) for row in found["rows"]], [("south", 5)])

    def test_sensors_of_others_are_not_there(self):
        for headers, sensor in ((PARTNER, "south"), (SOUTH, "small"), (NOTHING, "small")):
            theirs = self.document(f"/api/v1/statistics?sensor={sensor}", 404, headers=headers)
            nobodys = self.document("/api/v1/statistics?sensor=nix", 404, headers=headers)
            self.assertEqual(theirs["detail"].replace(sensor, "nix"), nobodys["detail"])

    def test_who_may_see_nothing(self):
        for by in GROUPS:
            found = self.document(f"/api/v1/statistics?by={by}", headers=NOTHING)
            self.assertEqual((found["packets"], found.get("rows", [])), (0, []))


class Hosts(Asked):
    @classmethod
    def commands(cls):
        return ["host 198.51.100.99", "host 198.51.100.0/24 --top 3", "host 2001:db8:1::1"]

    def test_the_same_as_the_program_says(self):
        for words, target in zip(self.commands(), ("198.51.100.99", "198.51.100.0%2F24?top=3", "2001:db8:1::1")):
            self.assertEqual(without(self.document(f"/api/v1/hosts/{target}"), "scope"), self.said[words])

    def test_a_partner_sees_its_own(self):
        found = self.document("/api/v1/hosts/198.51.100.7", headers=PARTNER)
        everything = self.document("/api/v1/hosts/198.51.100.7")
        self.assertEqual({row["sensor"] for row in everything["sensors"]}, {"small", "south"})
        self.assertEqual([row["sensor"] for row in found["sensors"]], ["small"])
        for other in ("203.0.113.1", "198.51.100.0%2F23", "0.0.0.0%2F0", "2001:db8:1::1"):
            self.assertEqual(self.document(f"/api/v1/hosts/{other}", 404, headers=PARTNER)["detail"],
                             "nothing is known of this address")
        self.assertEqual(self.document("/api/v1/hosts/198.51.100.7", headers=NOTHING)["packets"], 0)

    def test_what_is_no_address(self):
        body = self.document("/api/v1/hosts/198.51.100.7%2F24", 400)
        self.assertEqual((body["errors"][0]["where"], body["errors"][0]["came"]), ("path.host", "198.51.100.7/24"))


class Lists(Asked):
    @classmethod
    def commands(cls):
        return []

    def pages(self, target, headers=ANALYST):
        """All rows, page by page; none comes twice and the last page says so."""
        rows, cursor = [], ""
        for _ in range(500):
            page = self.document(target + cursor, headers=headers)
            rows += page["rows"]
            if page["next"] is None:
                return rows
            cursor = "&cursor=" + page["next"]
        self.fail("the pages have no end")

    def test_packets_by_pages(self):
        whole = self.document("/api/v1/packets?limit=10000&order=oldest")
        self.assertIsNone(whole["next"])
        total = self.document("/api/v1/statistics")["packets"]
        timed = [row for row in whole["rows"] if row["time"]]
        self.assertEqual(len(timed), len(whole["rows"]))
        self.assertTrue(total - 2 <= len(timed) <= total)
        self.assertEqual([row["time"] for row in timed], sorted(row["time"] for row in timed))
        for limit in (2, 7):
            self.assertEqual(self.pages(f"/api/v1/packets?limit={limit}&order=oldest"), whole["rows"], limit)
            newest = self.pages(f"/api/v1/packets?limit={limit}")
            self.assertEqual(sorted(map(str, newest)), sorted(map(str, whole["rows"])), limit)
            self.assertEqual([row["time"] for row in newest], sorted((row["time"] for row in newest), reverse=True))

    def test_packets_of_a_time_and_a_sensor(self):
        target = "/api/v1/packets?order=oldest&sensor=south&from=2026-01-15T01:00:00Z&to=2026-01-15T03:00:00Z"
        rows = self.document(target)["rows"]
        self.assertEqual([(row["time"], row["source"], row["destination"], row["destination_port"]) for row in rows],
                         [("2026-01-15T01:00:00.000000000Z", "198.51.100.7", "192.0.2.2", 8001),
                          ("2026-01-15T02:00:00.000000000Z", "198.51.100.7", "192.0.2.3", 8002)])

    def test_destinations_are_for_those_who_may_see_them(self):
        secret = {"destination", "ip_id", "sequence", "acknowledgement"}
        self.assertTrue(secret <= set(self.document("/api/v1/packets")["rows"][0]))
        for headers in (PARTNER, SOUTH, {"Authorization": "Bearer blind-token"}):
            rows = self.document("/api/v1/packets?limit=1000", headers=headers)["rows"]
            self.assertTrue(rows)
            for row in rows:
                self.assertFalse(secret & set(row))
                self.assertNotIn("192.0.2.", json.dumps(row))

    def test_a_partner_sees_its_own(self):
        rows = self.pages("/api/v1/packets?limit=5", headers=PARTNER)
        mine = [row for row in self.pages("/api/v1/packets?limit=1000&sensor=small")
                if (row["source"] or "").startswith("198.51.100.")]
        self.assertEqual(len(rows), len(mine))
        self.assertEqual({row["sensor"] for row in rows}, {"small"})
        for kind in ("events", "attacks"):
            everything = self.pages(f"/api/v1/{kind}?limit=1000&sensor=small")
            key = "source" if kind == "events" else "victim"
            self.assertEqual(self.pages(f"/api/v1/{kind}?limit=3", headers=PARTNER),
                             [row for row in everything if row[key].startswith("198.51.100.")])
        self.assertEqual(self.document("/api/v1/windows", 403, headers=PARTNER)["detail"],
                         "windows count all sources together; ask for statistics by hour instead")
        self.assertEqual({row["sensor"] for row in self.pages("/api/v1/windows?limit=100", headers=SOUTH)}, {"south"})
        for kind in ("packets", "events", "attacks"):
            self.assertEqual(self.document(f"/api/v1/{kind}", headers=NOTHING)["rows"], [])

    def test_events_and_windows_by_pages(self):
        for kind in ("events", "windows", "attacks"):
            whole = self.document(f"/api/v1/{kind}?limit=10000")["rows"]
            self.assertTrue(whole or kind == "attacks")
            for limit in (2, 5):
                self.assertEqual(self.pages(f"/api/v1/{kind}?limit={limit}"), whole, kind)
            self.assertEqual(self.pages(f"/api/v1/{kind}?limit=4&order=oldest"), whole[::-1], kind)
        windows = self.document("/api/v1/windows?limit=10000&sensor=small")["rows"]
        self.assertEqual(sum(row["packets"] for row in windows), sum(each["packets"] for each in self.documents["small"]["windows"]))

    def test_csv(self):
        _, fields, text = self.ask("/api/v1/packets?limit=2&format=csv&sensor=south")
        rows = list(csv.DictReader(io.StringIO(text)))
        self.assertEqual([row["destination_port"] for row in rows], ["8004", "8003"])
        more = self.ask(f"/api/v1/packets?limit=2&format=csv&sensor=south&cursor={fields['X-Next-Cursor']}")[2]
        self.assertEqual([row["destination_port"] for row in csv.DictReader(io.StringIO(more))], ["8002", "8001"])

    def test_cursors_of_others(self):
        cursor = self.document("/api/v1/packets?limit=1")["next"]
        for target in ("packets?limit=1&sensor=small", "packets?limit=1&order=oldest", "events?limit=1"):
            self.assertEqual(self.document(f"/api/v1/{target}&cursor={cursor}", 400)["detail"],
                             "the cursor belongs to another question; expected the one of the answer before, with the same parameters")
        self.assertEqual(self.document("/api/v1/packets?cursor=abc", 400)["detail"],
                         "the cursor is not understood; expected the one of the answer before")

    def test_filters(self):
        packets = self.document("/api/v1/packets?filter=port%20%3D%2023")["rows"]
        self.assertTrue(packets)
        self.assertEqual([each for each in packets if 23 not in (each["source_port"], each["destination_port"])], [])

    def test_sensors_and_names(self):
        rows = self.document("/api/v1/sensors")["rows"]
        self.assertEqual([(row["sensor"], row["packets"]) for row in rows if row["sensor"] == "south"], [("south", 5)])
        self.assertEqual([row["sensor"] for row in self.document("/api/v1/sensors", headers=PARTNER)["rows"]], ["small"])
        self.assertEqual(self.document("/api/v1/sensors", headers=NOTHING)["rows"], [])
        names = self.document("/api/v1/names/class")["rows"]
        self.assertEqual(names[0], {"number": 0, "name": "scan"})
        marks = {row["name"]: row["means"] for row in self.document("/api/v1/names/fingerprint")["rows"]}
        self.assertLessEqual(set(marks.values()), {"malware", "tool", "research", "unknown", None})
        self.assertEqual(self.document("/api/v1/names/sensor", 400)["errors"][0]["expected"],
                         "one of fingerprint, scanner, type, class, pattern, scaling")


class Jobs(Asked):
    @classmethod
    def commands(cls):
        return []

    def add(self, sql, status=202, headers=ANALYST, **more):
        body = json.dumps({"sql": sql, **more})
        return self.document("/api/v1/jobs", status, method="POST", body=body, headers={**headers, "Content-Type": "application/json"})

    def end_of(self, job):
        while True:
            found = self.document(f"/api/v1/jobs/{job['id']}")
            if found["state"] not in ("waiting", "running"):
                return found

    def forget(self, job):
        self.assertEqual(self.ask(f"/api/v1/jobs/{job['id']}", "DELETE")[0], 204)

    def test_a_question(self):
        job = self.add("select sensor, count() as n from packets group by sensor order by sensor")
        done = self.end_of(job)
        self.assertEqual((done["state"], done["columns"], done["rows"], done["cut"]), ("done", ["sensor", "n"], 2, False))
        rows = self.document(f"/api/v1/jobs/{job['id']}/rows")
        self.assertEqual((rows["rows"][1]["n"], rows["next"]), (5, None))
        first = self.document(f"/api/v1/jobs/{job['id']}/rows?limit=1")
        self.assertEqual((first["rows"], first["next"]), (rows["rows"][:1], 1))
        self.assertIn(job["id"], [each["id"] for each in self.document("/api/v1/jobs")["rows"]])
        self.forget(job)
        self.assertEqual(self.document(f"/api/v1/jobs/{job['id']}", 404)["detail"], "there is no such job, or no longer")

    def test_a_long_question_is_cut(self):
        done = self.end_of(job := self.add("select number from system.numbers limit 1000000"))
        self.assertEqual((done["state"], done["rows"], done["cut"]), ("done", 100000, True))
        last = self.document(f"/api/v1/jobs/{job['id']}/rows?first=99999")
        self.assertEqual((last["rows"], last["next"]), ([{"number": 99999}], None))
        self.forget(job)

    def test_a_job_that_is_ended(self):
        job = self.add("select sleepEachRow(1) from numbers(3000) settings max_block_size = 1")
        self.forget(job)
        self.assertEqual(self.ask(f"/api/v1/jobs/{job['id']}")[0], 404)
        # The thread is free again.
        self.forget(self.end_of(self.add("select 1")))

    def test_what_fails(self):
        done = self.end_of(job := self.add("select count( from packets"))
        self.assertEqual((done["state"], done["failure"]), ("failed", "SQL:1:13: not expected here: ( from packets"))
        self.forget(job)
        for sql in ("drop table packets", "select 1; select 2", "insert into names values ('x', 1, 'y')"):
            done = self.end_of(job := self.add(sql))
            self.assertEqual(done["state"], "failed", sql)
            self.forget(job)

    def test_bodies(self):
        wrong = 'the body is no JSON object; expected such as {"sql": "select 1"}'
        for body in ("", "[]", "{", '{"sql": ' + "[" * 1000 + "]" * 1000 + "}", "1", '{"sql": "a"} x'):
            answer = self.ask("/api/v1/jobs", "POST", body, headers={**ANALYST, "Content-Type": "application/json"})
            self.assertEqual((answer[0], answer[2]["detail"]), (400, wrong), body[:20])
        body = self.add(5, 400, seconds=0, colour=1)
        self.assertEqual([(each["where"], each["expected"]) for each in body["errors"]],
                         [("body.sql", "a text"), ("body.colour", "one of sql, seconds"), ("body.seconds", "a whole number, 1 to 3600")])
        long = self.ask("/api/v1/jobs", "POST", json.dumps({"sql": "x" * 70000}), headers={**ANALYST, "Content-Type": "application/json"})
        self.assertEqual(long[0], 413)

    def test_who_may(self):
        self.assertEqual(self.add("select 1", 403, PARTNER)["detail"], "addJob needs the role analyst; city has the role partner")
        self.assertIn("destinations too", self.add("select 1", 403, {"Authorization": "Bearer blind-token"})["detail"])
        session = {"Cookie": "kizashi=analyst-session"}
        self.assertIn("X-CSRF-Token", self.add("select 1", 403, session)["detail"])
        job = self.add("select 1", 202, {**session, "X-CSRF-Token": self.document("/api/v1/me", headers=session)["csrf_token"]})
        # A job of another account is not there.
        self.assertEqual(self.document(f"/api/v1/jobs/{job['id']}", 404)["detail"], "there is no such job, or no longer")
        self.assertEqual(self.ask(f"/api/v1/jobs/{job['id']}", "DELETE")[0], 404)
        self.assertEqual(self.document(f"/api/v1/jobs/{job['id']}", headers=session)["id"], job["id"])


if __name__ == "__main__":
    unittest.main()
