"""`kizashi report` says what `kizashi stats` says, in both languages, as HTML, JSON and PDF."""
import html.parser
import json
import re
import shutil
import unittest

from seen import SeenTest

USAGE = "'kizashi report --help' tells more"


class Tables(html.parser.HTMLParser):
    """The cells of each table by the heading before it, and all elements that there are."""

    def __init__(self, text):
        super().__init__()
        self.by_title, self.title, self.words, self.names, self.items = {}, "", None, set(), []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.names.add(tag)
        if tag == "tr":
            self.by_title.setdefault(self.title, []).append([])
        if tag in ("td", "h2", "h3", "li"):
            self.words = ""

    def handle_data(self, data):
        if self.words is not None:
            self.words += data

    def handle_endtag(self, tag):
        if tag in ("h2", "h3"):
            self.title = self.words
        if tag == "td":
            self.by_title[self.title][-1].append(self.words)
        if tag == "li":
            self.items.append(self.words)
        if tag in ("td", "h2", "h3", "li"):
            self.words = None

    def rows(self, title):
        return [row for row in self.by_title[title] if row]


class Report(SeenTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        done = cls.run_program("read", "--synth", "three-days", "--store", "days", "--place", "place.table", "--no-progress")
        assert done.stdout, done.stderr

    def report(self, *words, store="days", said=""):
        done = self.run_program("report", "--store", store, "--place", "place.table", *words)
        self.assertEqual((done.stderr, done.returncode), (said, 0))
        return done.stdout

    def days(self, by, *words):
        return self.document("stats", "--by", by, "--from", "2026-06-02", "--to", "2026-06-03", *words, store="days")

    def test_the_numbers_are_those_of_stats(self):
        page = Tables(self.report("--at", "2026-06-02"))
        said = self.days("port", "--top", 20)
        rows = page.rows("Destination ports")
        self.assertEqual([(row[0].split(" ")[0], row[1], row[3]) for row in rows],
                         [(f"{row['port']}/{row['protocol']}", f"{row['packets']:,}", f"{row['sources']:,}") for row in said["rows"]])
        before = self.document("stats", "--by", "port", "--from", "2026-06-01", "--to", "2026-06-02", "--top", 0, store="days")["rows"]
        was = {(row["port"], row["protocol"]): row["packets"] for row in before}
        for row, counted in zip(rows, said["rows"]):
            earlier = was.get((counted["port"], counted["protocol"]), 0)
            change = round(100 * (counted["packets"] / earlier - 1)) if earlier else None
            self.assertIn(row[4].replace("−", "-").replace("+", "").replace("±", ""), (f"{change} %", f"{change:,} %") if earlier else ("new",))
        hours = self.days("hour", "--top", 0)["rows"]
        self.assertEqual([(row[0], row[1], row[3]) for row in page.rows("Hour by hour")],
                         [(row["time"][:16].replace("T", " "), f"{row['packets']:,}", f"{row['sources']:,}") for row in hours])
        for title, by, name in (("Tools and malware", "tool", "tool"), ("Known scanners", "scanner", "scanner")):
            said = self.days(by, "--top", 10)["rows"]
            self.assertEqual([row[:2] for row in page.rows(title)], [[row[name] or "none known", f"{row['packets']:,}"] for row in said])
        classes = self.days("class", "--top", 10)["rows"]
        self.assertEqual([row[1] for row in page.rows("Classes of traffic")], [f"{row['packets']:,}" for row in classes])

    def test_json_is_the_answer_of_the_api(self):
        said = json.loads(self.report("--at", "2026-06", "--format", "json"))
        all_of_it = self.document("stats", store="days")
        self.assertEqual([said["totals"][key] for key in ("packets", "wire_bytes", "sources")],
                         [all_of_it[key] for key in ("packets", "wire_bytes", "sources")])
        self.assertEqual((said["schema"], said["before"], said["history"], said["period"]["days"]), ("kizashi-report/1", None, [], 30))
        self.assertEqual([row["packets"] for row in said["days"]],
                         [row["packets"] for row in self.document("stats", "--by", "day", "--top", 0, store="days")["rows"]])
        day = json.loads(self.report("--at", "2026-06-03", "--format", "json"))
        self.assertEqual([each["name"] for each in day["history"]], ["2026-06-02", "2026-06-01"])
        self.assertEqual(day["history"][0]["packets"], day["before"]["packets"])
        for kind in ("events", "attacks"):
            packets = [row["packets"] for row in said["notable"][kind]]
            self.assertEqual(packets, sorted(packets, reverse=True))
            self.assertEqual(len(packets), min(10, said[kind]["count"]))
        largest = self.run_program("query", "--store", "days", "--format", "csv",
                                   "select max(packets) from events final").stdout.split()[-1]
        self.assertEqual(said["notable"]["events"][0]["packets"], int(largest))
        # Addresses of the telescope are in no form of it.
        darknet = re.compile(r"\b(198\.1[89]|203\.0\.113)\.")
        self.assertIsNone(darknet.search(json.dumps(day)))

    def test_engines_found(self):
        before = json.loads(self.report("--at", "2026-06", "--format", "json"))["notable"]["findings"]
        self.assertEqual((before["count"], before["shortages"], before["engines"], before["rows"]), (0, 0, [], []))
        done = self.run_program("detect", "--store", "days", "--engine", "surge,fuse", "--keep", "--json", "--no-progress")
        found = json.loads(done.stdout)["findings"]
        self.assertGreater(len(found), 1, done.stderr)
        said = json.loads(self.report("--at", "2026-06", "--format", "json"))["notable"]["findings"]
        self.assertEqual((said["count"], said["engines"]), (len(found), ["fuse", "surge"]))
        services = [row["finding"]["services"] for row in said["rows"]]
        self.assertEqual(len(services), len({each["services"][0]["name"] for each in found}))
        self.assertEqual(sum(row["count"] for row in said["rows"]), len(found))
        confidences = [row["finding"]["confidence"] for row in said["rows"]]
        self.assertEqual(confidences, sorted(confidences, reverse=True))
        page = Tables(self.report("--at", "2026-06-02"))
        self.assertEqual([row[5] for row in page.rows("What the detection engines found")],
                         [f"{row['source_count']:,}" for row in said["rows"]])
        # A day on which nothing was found.
        self.assertEqual(json.loads(self.report("--at", "2026-06-01", "--format", "json"))["notable"]["findings"]["count"], 0)

    def test_both_languages_and_the_same_twice(self):
        english, japanese = (self.report("--at", "2026-06", "--language", each) for each in ("en", "ja"))
        self.assertEqual(english, self.report("--at", "2026-06"))
        self.assertIn('<html lang="ja">', japanese)
        said = json.loads(self.report("--at", "2026-06", "--format", "json"))
        self.assertEqual(Tables(english).items, [each["text"]["en"] for each in said["changes"]])
        self.assertEqual(Tables(japanese).items, [each["text"]["ja"] for each in said["changes"]])
        self.assertEqual([row[1] for row in Tables(english).rows("Destination ports")],
                         [row[1] for row in Tables(japanese).rows("宛先ポート")])
        self.assertFalse({"script", "img", "iframe", "object"} & Tables(english).names)

    def test_names_of_networks_are_text(self):
        (self.folder / "hostile.csv").write_text('198.51.100.0,198.51.100.255,64500,"<script>alert(1)</script>"\n')
        self.run_program("place", "compile", "--country", "country.mmdb", "--asn", "hostile.csv", "-o", "hostile.table")
        done = self.run_program("read", "small.pcap", "--store", "hostile", "--place", "hostile.table", "--no-progress")
        self.assertEqual(done.returncode, 0, done.stderr)
        done = self.run_program("report", "--store", "hostile", "--place", "hostile.table", "--at", "2026-01-15")
        self.assertNotIn("<script", done.stdout)
        self.assertIn("&lt;script&gt;alert(1)", done.stdout)

    def test_periods(self):
        for at, name in (("2026", "2026"), ("2026-Q2", "2026-Q2"), ("2026-06", "2026-06"), ("2026-W23", "2026-W23"),
                         ("2026-06-01", "2026-06-01")):
            done = self.run_program("report", "--store", "days", "--at", at, "--format", "json")  # some may not have ended
            self.assertEqual((json.loads(done.stdout)["period"]["name"], done.returncode), (name, 0))
        self.assertEqual(json.loads(self.report("--period", "week", "--format", "json"))["period"]["name"], "2026-W23")
        self.assertEqual(json.loads(self.report("--period", "day", "--at", "2026-06", "--format", "json"))["totals"]["packets"],
                         self.document("stats", "--to", "2026-06-02", store="days")["packets"])

    def test_a_filter_counts_only_what_it_lets_through(self):
        said = json.loads(self.report("--at", "2026-06", "--format", "json", "--filter", "dst.port == 23"))
        self.assertEqual([(row["port"], row["packets"]) for row in said["ports"]], [(23, said["totals"]["packets"])])
        self.assertEqual((said["notable"], said["events"]["count"]), (None, None))

    def test_a_period_without_packets(self):
        text = self.report("--at", "2026-05", said="kizashi: days has no packets of 2026-05; 'kizashi stats --store days --by day' says "
                                                   "of which days it has\n")
        self.assertEqual(Tables(text).items, ["No packets came in this period."])

    def test_a_period_that_has_not_ended(self):
        text = self.report("--at", "2105", said="kizashi: days has no packets of 2105; 'kizashi stats --store days --by day' says of "
                                                "which days it has\nkizashi: 2105 has not ended; the report is marked as provisional\n")
        self.assertIn("Provisional: this period has not ended, and nothing has come yet.", text)

    def test_what_cannot_be(self):
        period = "expected a year, a quarter, a month, a week or a day such as 2026, 2026-Q1, 2026-01, 2026-W03 or 2026-01-15"
        for words, line in (
                (("--at", "2026-13"), f'--at "2026-13" is no period; {period}'),
                (("--at", "june"), f'--at "june" is no period; {period}'),
                (("--language", "fr"), '"fr" is no language of reports; expected en or ja'),
                (("-o", "report.doc"), "-o report.doc does not say the form of the report; expected a name that ends in .html, .pdf or "
                                       ".json, or --format")):
            done = self.run_program("report", "--store", "days", *words)
            self.expect_failure(done, 2, line, USAGE)
        done = self.run_program("report", "--store", "days", "-o", "x.pdf", "--browser", "/no/browser")
        self.expect_failure(done, 1, "/no/browser: there is no such program; a PDF needs Chromium: install the package chromium (apt "
                                     "install chromium), or print the HTML file from any browser")
        self.assertFalse((self.folder / "x.pdf").exists())

    def test_files(self):
        self.report("--at", "2026-06", "-o", "june.html")
        self.assertEqual((self.folder / "june.html").read_text(), self.report("--at", "2026-06"))

    @unittest.skipUnless(any(map(shutil.which, ("chromium", "chromium-headless-shell", "chromium-browser", "google-chrome"))),
                         "no Chromium is installed")
    def test_pdf(self):
        self.report("--at", "2026-06", "--language", "ja", "-o", "june.pdf")
        made = (self.folder / "june.pdf").read_bytes()
        self.assertTrue(made.startswith(b"%PDF-") and b"%%EOF" in made[-64:])
        self.assertGreater(len(re.findall(rb"/Type\s*/Page\b", made)), 1)
