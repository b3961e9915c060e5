"""Lists, fingerprints and labels with mistakes: the exact words, the exit code; and what the commands about them say."""
import json
import subprocess
import unittest

from truth import KIZASHI, ScenarioTest

GOOD = '''[[fingerprint]]
name = "last-may"
kind = "malware"
description = "Bots of last May"
match = ["tcp.syn", "tcp.window == 5999"]
false_match = "2^-16"
packets = 2
source = "our report"
'''
EVERYTHING = '''[[fingerprint]]
name = "everything"
kind = "tool"
description = "All that is TCP"
match = ["tcp"]
false_match = "2^-16"
packets = 2
source = "a mistake"
'''
MATCHED = ("everything: it matched 100 % of 209,952 ordinary packets, but its false_match is 0.00153 %; add conditions or "
           "raise false_match")
NO_FIELD = ('bad.toml:5:21: fingerprint.last-may.match[2] is "tcp.windwo == 5999"; at character 1: tcp.windwo is no field; '
            "did you mean tcp.window?")
REFUSED = ['list.txt:2: "300.1.2.3" is no address, prefix or range',
           'list.txt:3: "hello" is no address, prefix or range',
           'list.txt:4: "192.0.2.1/24" is not a prefix such as 192.0.2.0/24: bits below the length are set; 192.0.2.0/24 was '
           "meant?"]
CENSYS = "https://support.censys.io/hc/en-us/articles/360043177092-Opt-Out-of-Data-Collection"


class ErrorTest(ScenarioTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name, text in (("good.toml", GOOD), ("everything.toml", EVERYTHING),
                           ("bad.toml", GOOD.replace("window", "windwo")),
                           ("list.txt", "198.51.100.0/24 # foo\n300.1.2.3 # bar\nhello\n192.0.2.1/24 # x\n"),
                           ("labels.txt", "survey 192.0.2.1\n192.0.2.1/24 x\n192.0.2.0/28\n192.0.2.9 a\n192.0.2.9 b\n")):
            (cls.folder / name).write_text(text)

    def run_program(self, *words):
        done = subprocess.run([KIZASHI, *map(str, words)], cwd=self.folder, capture_output=True, text=True, check=False,
                              timeout=120)
        done.lines = done.stderr.splitlines()
        return done

    def read(self, *words):
        return self.run_program("read", "--synth", "quiet", "--json", "--no-progress", *words)

    def expect_refused(self, words, *errors, code=1):
        done = self.run_program(*words)
        self.assertEqual((done.lines, done.stdout, done.returncode), ([f"kizashi: {each}" for each in errors], "", code))

    def expect_not_read(self, words, *errors):
        self.expect_refused(["read", "--synth", "quiet", *words], *errors)

    def notes(self, *words):
        done = self.read(*words)
        self.assertEqual((done.stderr, done.returncode), ("", 0))
        document = json.loads(done.stdout)
        self.assertFalse(document["partial"])
        return document, [each["message"] for each in document["notes"]]

    def expect_output(self, words, *lines):
        done = self.run_program(*words)
        self.assertEqual((done.stdout.splitlines(), done.lines, done.returncode), (list(lines), [], 0))


class Fingerprints(ErrorTest):
    def expect_mistake(self, old, new, *errors):
        (self.folder / "mistake.toml").write_text(GOOD.replace(old, new))
        self.expect_not_read(["--fingerprints", "mistake.toml"], *(f"mistake.toml:{each}" for each in errors))

    def test_mistakes(self):
        self.expect_not_read(["--fingerprints", "bad.toml"], NO_FIELD)
        self.expect_mistake(
            "kind =", "knid =",
            "1:1: fingerprint.last-may.kind is missing; expected malware, tool, research or unknown",
            "3:1: fingerprint.last-may.knid is not known; did you mean kind? a fingerprint may have name, kind, description, "
            "match, same, source, false_match, packets, independent")
        self.expect_mistake("5999", "70000",
                            '5:21: fingerprint.last-may.match[2] is "tcp.window == 70000"; no packet passes it: tcp.window '
                            "is 0 to 65535")
        self.expect_mistake('"tcp.syn",', '"tcp.syn", "tcp.window < 5999",',
                            '5:42: fingerprint.last-may.match[3] is "tcp.window == 5999"; no packet passes both it and '
                            "match[2]")
        self.expect_mistake("[[fingerprint]]", "[[fingerprint",
                            "1:14: not TOML: Error while parsing table header: expected ']', saw '\\n'")
        self.expect_mistake("packets = 2", "packets = 1",
                            "7:11: fingerprint.last-may.packets is 1; expected at least 2, as by chance 1.5e-05 of ordinary "
                            "packets pass and a verdict must come by chance less than once in 1e9")

    def test_not_there(self):
        self.expect_not_read(["--fingerprints", "none.toml"],
                             "none.toml: cannot read the fingerprints: No such file or directory")

    def test_one_that_matches_everything(self):
        _, notes = self.notes("--fingerprints", "everything.toml")
        self.assertEqual(notes, [f"everything.toml: {MATCHED}"])
        done = self.run_program("fingerprints", "list", "--fingerprints", "everything.toml")
        self.assertEqual((done.lines, done.returncode), ([f"kizashi: warning: everything.toml: {MATCHED}"], 0))

    def test_one_of_ones_own(self):
        document, notes = self.notes("--fingerprints", "good.toml")
        self.assertEqual(notes, [])
        self.assertEqual([row for row in document["tools"] if row["name"] == "last-may"], [])

    def test_check(self):
        self.expect_output(["fingerprints", "check", "good.toml", "everything.toml"],
                           "good.toml: 1 fingerprint",
                           "  name      ordinary  passed  false_match",
                           "  last-may   156,960       0        2^-16",
                           "everything.toml: 1 fingerprint",
                           "  name        ordinary   passed  false_match",
                           "  everything   209,952  209,952        2^-16  far above",
                           f"warning: {MATCHED}")
        done = self.run_program("fingerprints", "check", "bad.toml", "good.toml", "none.toml")
        self.assertEqual(done.lines, [f"kizashi: {NO_FIELD}",
                                      "kizashi: none.toml: cannot read the fingerprints: No such file or directory"])
        self.assertEqual((done.stdout.splitlines()[0], done.returncode), ("good.toml: 1 fingerprint", 1))

    def test_list_and_show(self):
        names = [each["name"] for each in
                 json.loads(self.run_program("fingerprints", "list", "--json").stdout)["fingerprints"]]
        self.assertLessEqual({"mirai", "zmap-before-4.1", "zmap-since-4.1", "masscan", "unicornscan", "nmap", "juno-flood",
                              "p0f-sendsyn"}, set(names))
        listed = self.run_program("fingerprints", "list").stdout.splitlines()
        self.assertEqual([line.split()[0] for line in listed[1:]], names)
        done = self.run_program("fingerprints", "show", "masscan")
        self.assertIn("must hold    ip.id == (ip.dst ^ tcp.dstport ^ tcp.seq) & 0xffff", done.stdout.splitlines())
        shown = json.loads(self.run_program("fingerprints", "show", "last-may", "--fingerprints", "good.toml",
                                            "--json").stdout)
        self.assertEqual(shown, {"name": "last-may", "kind": "malware", "description": "Bots of last May",
                                 "match": ["tcp.syn", "tcp.window == 5999"], "false_match": 2**-16, "packets": 2,
                                 "independent": True, "source": "our report"})
        self.expect_refused(["fingerprints", "show", "masscn"],
                            "there is no fingerprint masscn; did you mean masscan?")
        self.expect_refused(["fingerprints", "show", "zzzzzzzz"],
                            "there is no fingerprint zzzzzzzz; 'kizashi fingerprints list' names them all")

    def test_usage(self):
        self.expect_refused(["fingerprints"], "no command is named; expected one of list, show, check, discover",
                            "'kizashi fingerprints --help' tells more", code=2)


class Scanners(ErrorTest):
    def test_a_list_with_mistakes_is_read_all_the_same(self):
        _, notes = self.notes("--scanners", "list.txt")
        self.assertEqual(notes, REFUSED)

    def test_every_refused_line_is_told_or_counted(self):
        wrong = [f"bad{i}" for i in range(2, 32)]
        (self.folder / "many.txt").write_text("\n".join(["192.0.2.0/24 # foo", *wrong]))
        _, notes = self.notes("--scanners", "many.txt")
        self.assertEqual(notes, [f'many.txt:{i}: "bad{i}" is no address, prefix or range' for i in range(2, 7)] +
                         ["many.txt: 25 more lines are refused"])

    def test_refused(self):
        self.expect_not_read(["--scanners", "none.txt"], "none.txt: cannot open the list: No such file or directory")
        self.expect_not_read(["--scanners", "good.toml"],
                             "good.toml:1:3: fingerprint is not known; a list of scanners may have scanner")

    def test_find(self):
        self.expect_output(["scanners", "find", "162.142.125.7", "198.51.100.9", "192.0.2.77", "--scanners", "list.txt"],
                           f"162.142.125.7  Censys  {CENSYS}", "198.51.100.9  foo  list.txt", "192.0.2.77  not listed")
        self.expect_output(["scanners", "find", "2602:80d:1000:b0cc:e::1"],
                           f"2602:80d:1000:b0cc:e::1  Censys  {CENSYS}")
        self.expect_refused(["scanners", "find", "hello"], '"hello" is not an address')

    def test_check(self):
        done = self.run_program("scanners", "check", "list.txt")
        self.assertEqual(done.stdout.splitlines()[1:], [f"  {each}" for each in REFUSED])
        self.assertEqual(done.stdout.splitlines()[0], "list.txt: address # name, 1 entry, 0 repeated, 3 refused")
        self.assertEqual((done.stderr, done.returncode), ("", 0))
        self.expect_refused(["scanners", "check", "none.txt"], "none.txt: cannot open the list: No such file or directory")

    def test_list(self):
        done = self.run_program("scanners", "list", "--scanners", "list.txt")
        names = [line.split("  ")[0] for line in done.stdout.splitlines()]
        self.assertLessEqual({"Censys", "Shadowserver", "Rapid7", "foo"}, set(names))
        self.assertEqual(names, sorted(names))

    def test_usage(self):
        self.expect_refused(["scanners"], "no command is named; expected one of list, find, check",
                            "'kizashi scanners --help' tells more", code=2)


class Labels(ErrorTest):
    def test_mistakes(self):
        no_address = "is no address or prefix; expected ADDRESS LABEL, and a prefix with zeros behind its length"
        for option in ("--labels", "--truth"):
            self.expect_not_read([option, "labels.txt"], f"labels.txt:1: 'survey' {no_address}",
                                 f"labels.txt:2: '192.0.2.1/24' {no_address}",
                                 "labels.txt:3: no label; expected ADDRESS LABEL or ADDRESS,LABEL",
                                 "labels.txt:5: '192.0.2.9' is 'b' here and 'a' above; expected one label for each address")
            self.expect_not_read([option, "none.txt"], "none.txt: cannot read the labels: No such file or directory")

    def test_a_label_sets_its_sources_aside(self):
        document, _ = self.notes("--top", "0")
        source = document["top_sources"][0]
        (self.folder / "one.txt").write_text(f"{source['address']} survey\n")
        document, _ = self.notes("--labels", "one.txt")
        rule, = [row for row in document["screening"]["rules"] if row["method"] == "label"]
        self.assertEqual((rule["tag"], rule["sources"], rule["packets"]), ("label survey", 1, source["packets"]))

    def test_nothing_is_left_behind(self):
        """Who stops because of a list writes no table."""
        tables = self.folder / "tables"
        done = self.read("--labels", "labels.txt", "--csv", tables)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertFalse(tables.exists())


if __name__ == "__main__":
    unittest.main()
