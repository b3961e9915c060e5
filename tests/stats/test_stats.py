"""`kizashi stats` says what `kizashi read` said, and what can be counted by hand."""
import collections
import csv
import io
import json
import subprocess

from seen import HOUR, KIZASHI, SeenTest, environment, frames, syn

USAGE = "'kizashi stats --help' tells more"
SCENARIOS = ("three-days", "botnet")


def rows(document, *keys):
    return sorted([tuple(str(row[key]) for key in keys) for row in document])


class LikeRead(SeenTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name in SCENARIOS:
            done = cls.run_program("read", "--synth", name, "--store", "seen", "--sensor", name, "--json", "--top", 0, "--place",
                                   "place.table", "--no-progress")
            cls.documents[name] = json.loads(done.stdout)

    def stats(self, sensor, by, *more):
        return self.document("stats", "--sensor", sensor, "--by", by, "--top", 0, "--exact", *more)

    def test_what_was_recognised(self):
        for sensor, said in self.documents.items():
            by = {each: self.stats(sensor, each)["rows"] for each in ("class", "scanner", "tool")}
            with_source = [row for row in by["class"] if row["sources"]]  # packets without IP have none
            self.assertEqual(rows(with_source, "class", "packets", "sources"), rows(said["classes"], "name", "packets", "sources"))
            known = [row for row in by["scanner"] if row["scanner"]]
            self.assertEqual(rows(known, "scanner", "packets", "sources"),
                             rows(said["known_scanners"], "organisation", "packets", "sources"))
            self.assertEqual(sum(row["packets"] for row in by["scanner"]), said["packets"]["total"])
            for row in by["tool"]:
                name = f"fingerprint == {row['tool']}" if row["tool"] else "fingerprint == none"
                part = self.document("stats", "--sensor", sensor, "--exact", "--filter", name)
                self.assertEqual([row[key] for key in ("packets", "wire_bytes", "sources")],
                                 [part[key] for key in ("packets", "wire_bytes", "sources")], name)
                self.assertEqual(part["read_from"], "rollups")

    def test_a_day_before(self):
        days = {row["day"]: row for row in self.stats("three-days", "day")["rows"]}
        first, second, third = sorted(days)
        text = self.ask("stats", "--sensor", "three-days", "--by", "class", "--from", second, "--to", third, "--compare", "day,week")
        self.assertIn(f"a day before: {days[first]['packets']:,} packets, from ", text)
        self.assertIn("a week before: the store has nothing of that time\n", text)
        found = self.stats("three-days", "port", "--from", second, "--to", third, "--compare", "day")
        was = self.stats("three-days", "port", "--from", first, "--to", second)
        earlier = {(row["protocol"], row["port"]): (row["packets"], row["sources"]) for row in was["rows"]}
        self.assertTrue(any(row["before"]["day"]["packets"] for row in found["rows"]))
        for row in found["rows"]:
            self.assertEqual(tuple(row["before"]["day"].values()), earlier.get((row["protocol"], row["port"]), (0, 0)))
        hours = self.stats("three-days", "hour", "--from", second, "--to", third, "--compare", "day")["rows"]
        was = {row["time"]: row["packets"] for row in self.stats("three-days", "hour", "--from", first, "--to", second)["rows"]}
        self.assertEqual([row["before"]["day"]["packets"] for row in hours],
                         [was.get(row["time"].replace(second, first), 0) for row in hours])
        self.assertEqual(found["before"]["day"]["packets"], days[first]["packets"])

    def test_totals(self):
        for sensor, said in self.documents.items():
            stats = self.document("stats", "--sensor", sensor, "--exact")
            self.assertEqual([stats[key] for key in ("packets", "wire_bytes", "sources", "sensors")],
                             [said["packets"]["total"], said["wire_bytes"], said["sources"], [sensor]])
            self.assertEqual([stats["first_minute"][:16], stats["last_minute"][:16]], [said["first"][:16], said["last"][:16]])
            about = self.document("stats", "--sensor", sensor)
            self.assertAlmostEqual(about["sources"], said["sources"], delta=said["sources"] / 100)
            self.assertEqual((stats["sources_exact"], about["sources_exact"]), (True, False))

    def test_ports(self):
        for sensor, said in self.documents.items():
            keys = ("protocol", "port", "packets", "wire_bytes", "sources")
            self.assertEqual(rows(self.stats(sensor, "port")["rows"], *keys), rows(said["ports"], *keys))

    def test_sources(self):
        for sensor, said in self.documents.items():
            keys = ("address", "packets", "wire_bytes", "country", "as", "as_name")
            self.assertEqual(rows(self.stats(sensor, "source")["rows"], *keys), rows(said["top_sources"], *keys))

    def test_places(self):
        for sensor, said in self.documents.items():
            keys = ("country", "packets", "sources")
            without_ip = said["packets"]["arp"] + said["packets"]["other"]
            unknown = [{"country": None, "packets": without_ip, "sources": 0}] if without_ip else []
            found = self.stats(sensor, "country")["rows"]
            # Packets without IP are of no country: read leaves them out, here they are of an unknown one.
            if unknown and not any(row["country"] is None for row in said["countries"]):
                self.assertEqual(rows(found, *keys), rows(said["countries"] + unknown, *keys))
            else:
                counted = collections.Counter({row["country"]: row["packets"] for row in said["countries"]})
                counted[None] += without_ip
                self.assertEqual({row["country"]: row["packets"] for row in found}, {key: n for key, n in counted.items() if n})
                self.assertEqual({row["country"]: row["sources"] for row in found},
                                 {row["country"]: row["sources"] for row in said["countries"]})
        self.assertEqual(rows(self.stats("botnet", "as")["rows"], "as", "name", "packets", "sources"),
                         rows(self.documents["botnet"]["as"], "as", "name", "packets", "sources"))

    def test_hours_and_days(self):
        for sensor in SCENARIOS:
            for by, key, length in (("hour", "time", 13), ("day", "day", 10)):
                expected = collections.Counter()
                for window in self.documents[sensor]["windows"]:
                    expected[window["start"][:length]] += window["packets"]
                found = self.stats(sensor, by)["rows"]
                self.assertEqual([(row[key][:length], row["packets"]) for row in found], sorted(expected.items()))

    def test_a_time(self):
        windows = self.documents["three-days"]["windows"]
        for begin, end in ((10, 20), (55, 65), (0, 1440), (100, 3000), (1439, 1441)):
            start, stop = windows[begin]["start"], windows[end]["start"]
            within = [each["packets"] for each in windows if start <= each["start"] < stop]
            for by in ("port", "source", "hour", "protocol"):
                found = self.stats("three-days", by, "--from", start, "--to", stop)
                self.assertEqual(found["packets"], sum(within))
                if by != "port":
                    self.assertEqual(sum(row["packets"] for row in found["rows"]), sum(within))

    def test_sensors(self):
        found = {row["sensor"]: row["packets"] for row in self.document("stats", "--by", "sensor")["rows"]}
        self.assertEqual(found, {name: said["packets"]["total"] for name, said in self.documents.items()})
        both = self.document("stats", "--sensor", "small", "--sensor", "botnet")
        self.assertEqual((both["packets"], both["asked_sensors"]), (found["small"] + found["botnet"], ["small", "botnet"]))

    def test_csv_has_the_rows_of_json(self):
        for by in ("port", "source", "country", "as", "protocol", "hour", "day", "sensor"):
            document = self.document("stats", "--by", by, "--top", 7)["rows"]
            table = list(csv.DictReader(io.StringIO(self.ask("stats", "--by", by, "--top", "7", "--csv"))))
            self.assertEqual(table, [{key: "" if value is None else str(value) for key, value in row.items()} for row in document])
            self.assertLessEqual(len(document), 7)


class ByHand(SeenTest):
    """Packets around midnight and the ends of hours, one without a time, one without IP, ICMP and IPv6."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        ping = frames.ipv4("203.0.113.5", "192.0.2.1", 1, frames.icmp(8, 0))
        arp = frames.ethernet(bytes.fromhex("0001080006040001") + bytes(20), 0x0806)
        cls.keep("hand", frames.pcap([
            (0, syn("203.0.113.1", 23)), (59.999999, syn("203.0.113.1", 0)), (HOUR - 0.000001, syn("203.0.113.2", 23)),
            (HOUR, ping), (23 * HOUR + 3599, syn("203.0.113.3", 22)), (24 * HOUR, arp),
            (24 * HOUR + 60, frames.ipv6("2001:db8:1::1", "2001:db8:2::5", 6, frames.tcp(443, frames.SYN))),
            (None, syn("203.0.113.4", 23))]), store="hand")

    def text(self, *words):
        return self.ask("stats", *words, store="hand")

    def test_totals(self):
        self.assertEqual(self.text(), "Kizashi stats of hand\n"
                         "2026-01-15 00:00 to 2026-01-16 00:01 UTC, 2 days, sensor hand\n"
                         "8 packets, 428 B, from 6 sources\n")

    def test_hours(self):
        self.assertEqual(self.text("--by", "hour").split("\n\n")[1],
                         "Packets per hour\n"
                         "  hour (UTC)        packets   share  bytes  sources\n"
                         "  without time            1  12.5 %   54 B        1  ▇▇▇▇▇▇▇\n"
                         "  2026-01-15 00:00        3  37.5 %  162 B        2  ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇\n"
                         "  2026-01-15 01:00        1  12.5 %   42 B        1  ▇▇▇▇▇▇▇\n"
                         "  2026-01-15 23:00        1  12.5 %   54 B        1  ▇▇▇▇▇▇▇\n"
                         "  2026-01-16 00:00        2  25.0 %  116 B        1  ▇▇▇▇▇▇▇▇▇▇▇▇▇\n")

    def test_days(self):
        self.assertEqual([(row["day"], row["packets"], row["sources"])
                          for row in self.document("stats", "--by", "day", store="hand")["rows"]],
                         [(None, 1, 1), ("2026-01-15", 5, 4), ("2026-01-16", 2, 1)])

    def test_ports_are_those_of_tcp_and_udp(self):
        self.assertEqual(self.text("--by", "port").split("\n\n")[1],
                         "Destination ports\n"
                         "  port     packets   share  bytes  sources  service\n"
                         "  23/tcp         3  37.5 %  162 B        3  telnet\n"
                         "  0/tcp          1  12.5 %   54 B        1\n"
                         "  22/tcp         1  12.5 %   54 B        1  ssh\n"
                         "  443/tcp        1  12.5 %   74 B        1  https\n")

    def test_protocols(self):
        self.assertEqual(self.text("--by", "protocol").split("\n\n")[1],
                         "Protocols\n"
                         "  protocol  packets   share  bytes  sources\n"
                         "  tcp             6  75.0 %  344 B        5\n"
                         "  none            1  12.5 %   42 B        0  packets without IP\n"
                         "  icmp            1  12.5 %   42 B        1\n")

    def test_the_ends_of_a_time(self):
        def packets(start, end):
            return self.document("stats", "--from", start, "--to", end, store="hand")["packets"]
        self.assertEqual(packets("2026-01-15", "2026-01-16"), 5)
        self.assertEqual(packets("2026-01-15", "2026-01-15T00:01Z"), 2)
        self.assertEqual(packets("2026-01-15 00:01", "2026-01-15T01:00Z"), 1)
        self.assertEqual(packets("2026-01-15T01:00:00+00:00", "2026-01-15T01:01"), 1)
        self.assertEqual(packets("2026-01-15T09:00:00+09:00", "2026-01-15T10:00:00+09:00"), 3)
        self.assertEqual(packets("2026-01-15T23:59Z", "2026-01-16T00:01Z"), 2)
        self.assertEqual(packets("1970-01-01", "2261-01-01"), 7)

    def test_nothing(self):
        self.assertEqual(self.text("--from", "2026-02-01", "--by", "port"),
                         "Kizashi stats of hand\nNo packets of that time and those sensors; the store has 8 packets, "
                         "2026-01-15 00:00 to 2026-01-16 00:01 UTC\n")
        self.assertEqual(self.text("--from", "2026-01-16", "--to", "2026-01-16T00:01Z", "--by", "port").splitlines()[-1],
                         "No packet has a port")
        self.run_program("read", "empty.pcap", "--store", "empty", "--no-progress")
        self.assertEqual(self.ask("stats", "--by", "port", store="empty"), "Kizashi stats of empty\nNo packets\n")
        self.assertEqual(self.document("stats", "--by", "port", store="empty")["packets"], 0)


class Messages(SeenTest):
    def stats(self, *words):
        return self.run_program("stats", "--store", "seen", *words)

    def test_times(self):
        expected = "expected a date or RFC 3339 in UTC, such as 2026-07-01 or 2026-07-01T12:00Z"
        for text in ("yesterday", "2026-13-01", "2026-07-01T25:00Z", "2026-07-01T", "20260701"):
            self.expect_failure(self.stats("--from", text), 2, f'--from: "{text}" is not a time; {expected}', USAGE)
        self.expect_failure(self.stats("--to", "2026-07-01T12:00:30Z"), 2,
                            "--to: 2026-07-01T12:00:30Z cuts a minute; a store counts by minute: expected a time without seconds",
                            USAGE)
        self.expect_failure(self.stats("--from", "2026-07-01", "--to", "2026-07-01T00:00Z"), 2,
                            "--to 2026-07-01T00:00Z is not after --from 2026-07-01; expected a later time, which itself is not "
                            "included", USAGE)
        self.expect_failure(self.stats("--to", "9999-01-01"), 2,
                            '--to: "9999-01-01T00:00:00Z" is too late; expected a time from 1970 to 2261', USAGE)

    def test_names(self):
        self.expect_failure(self.stats("--sensor", "nix"), 1, 'there is no sensor "nix" in seen; expected one of small')
        self.run_program("read", "empty.pcap", "--store", "bare", "--no-progress")
        self.expect_failure(self.stats("--by", "colour"), 2,
                            "--by: colour not in {port,source,country,as,protocol,hour,day,sensor,tool,class,scanner,minute}", USAGE)

    def test_forms(self):
        self.expect_failure(self.stats("--csv", "--json", "--by", "port"), 2,
                            "--csv and --json are two forms; expected one of them", USAGE)
        self.expect_failure(self.stats("--csv"), 2, "--csv writes rows; expected --by as well, such as --by port", USAGE)

    def test_no_store(self):
        self.expect_failure(self.run_program("stats", "--store", "nix"), 1,
                            "nix: there is no store here; 'kizashi read CAPTURE --store nix' makes one")

    def test_a_reader_that_goes(self):
        child = subprocess.Popen([KIZASHI, "stats", "--store", "seen", "--by", "port", "--top", "0", "--csv"], cwd=self.folder,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
        child.stdout.close()
        self.assertEqual((child.stderr.read(), child.wait(60)), (b"", 0))
        child.stderr.close()
