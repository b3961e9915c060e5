"""Closed days go into Parquet files and stay part of every answer; whenever the process dies, nothing is lost and nothing there twice;
another program reads the files."""
import json
import pathlib
import shutil
import subprocess
import unittest

from house import DAYS, HouseTest

READER = pathlib.Path(__file__).resolve().parent / "parquet"


class Archive(HouseTest):
    def archive(self, before, **more):
        return self.keep("archive", "--before", before, **more)

    def test_days_move_and_answers_stay(self):
        done = self.archive("2026-06-02")
        self.expect_done(done)
        self.assertRegex(done.stdout, r"^tried/archive/packets/2026-01-15\.parquet: [0-9,]+ packets of 2026-01-15, [0-9.]+ KiB\n"
                                      r"tried/archive/packets6/2026-01-15\.parquet: 319 packets of 2026-01-15, [0-9.]+ KiB\n"
                                      r"tried/archive/packets/2026-06-01\.parquet: [0-9,]+ packets of 2026-06-01, [0-9.]+ KiB\n$")
        self.assertEqual(self.archive_files(), ["packets/2026-01-15.parquet", "packets/2026-06-01.parquet",
                                                "packets6/2026-01-15.parquet"])
        self.assertEqual(list(self.days_in_table()), DAYS[2:])
        self.assertEqual(self.days_in_table("packets6"), {})
        self.assertEqual(self.facts(self.store), self.expected)
        self.assertEqual(self.check()["defects"], [])
        again = self.archive("2026-06-02")
        self.assertEqual((again.returncode, again.stdout), (0, "nothing to do: no packets before 2026-06-02 are in the tables\n"))

    def test_other_commands_see_no_difference(self):
        source = self.ask("select source from packets where toDate(time) = '2026-06-01' limit 1")[0][0][0]
        (self.folder / "list.txt").write_text(f"{source}\n")
        words = (("host", "--store", "tried", source), ("match", "--list", "list.txt", "--store", "tried", "--count"),
                 ("store", "export", "--store", "tried", "--of", source, "-o", "one.csv"))
        before = [self.run_program(*each) for each in words]
        packets = (self.folder / "one.csv").read_text()
        self.assertGreater(packets.count("\n"), 1)
        self.expect_done(self.archive("2026-06-02"))
        for each, was in zip(words, before):
            self.assertEqual(was.returncode, 0, was.stderr)
            done = self.run_program(*each)
            self.assertEqual((done.returncode, done.stdout), (0, was.stdout), done.stderr)
        self.assertEqual((self.folder / "one.csv").read_text(), packets)

    def test_a_store_that_moved(self):
        self.expect_done(self.archive("2026-06-02"))
        shutil.rmtree(self.folder / "elsewhere", ignore_errors=True)
        self.store.rename(self.folder / "elsewhere")
        self.assertEqual(self.facts(self.folder / "elsewhere"), self.expected)

    def test_reading_again_stores_nothing(self):
        self.expect_done(self.archive("2027-01-01"))
        self.assertEqual(self.days_in_table(), {})
        for name, sensor in (("three-days", "local"), ("mixed", "south")):
            self.assertIn(" were there before", self.read(name, sensor, "tried"))
        self.assertEqual(self.days_in_table(), {})
        self.assertEqual(self.facts(self.store), self.expected)

    def test_a_day_that_gets_packets_later(self):
        self.expect_done(self.archive("2026-06-02"))
        self.read("three-days", "north", "tried")
        twice = self.facts(self.store)
        self.assertEqual(len([fact for fact in twice if "'packets','2026-06-01'" in fact]), 2)
        self.expect_done(self.archive("2026-06-02"))
        self.assertIn("packets/2026-06-01-2.parquet", self.archive_files())
        self.assertEqual(self.facts(self.store), twice)
        self.assertEqual(self.check()["defects"], [])

    def test_an_interrupted_reading_is_finished_first(self):
        self.expect_done(self.run_program("query", "--store", "tried", "select 1"))
        ledger, _ = self.ask("select sum(packets) from ledger")
        # As it is after a kill between the block and its name in the ledger.
        rows, _ = self.ask("select name from system.parts where active and table = 'ledger' order by name")
        for path in self.store.glob(f"engine/store/*/*/{rows[0][0]}/columns.txt"):
            if "epoch" in path.read_text():
                shutil.rmtree(path.parent)
        self.assertNotEqual(self.ask("select sum(packets) from ledger")[0], ledger)
        done = self.archive("2027-01-01")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"^kizashi: packets has [0-9,]+ packets of a reading that was interrupted; read its capture again "
                                      r"with --store first, or they could be stored twice later\n$")
        self.assertEqual(list(self.days_in_table()), DAYS)
        self.read("three-days", "local", "tried")
        self.expect_done(self.archive("2027-01-01"))
        self.assertEqual(self.facts(self.store), self.expected)

    def test_the_newest_days_stay(self):
        words = ("--keep", "2d", "--today", "2026-06-03")
        would = self.keep("archive", *words, "--dry-run")
        self.assertRegex(self.expect_done(would), r"^would archive: [0-9,]+ packets of packets of 2026-01-15, [0-9.]+ KiB in the table\n"
                                                  r"would archive: 319 packets of packets6 of 2026-01-15, [0-9.]+ KiB in the table\n"
                                                  r"would archive: [0-9,]+ packets of packets of 2026-06-01, [0-9.]+ KiB in the table\n$")
        self.assertEqual((self.archive_files(), list(self.days_in_table())), ([], DAYS))
        self.expect_done(self.keep("archive", *words))
        self.assertEqual(list(self.days_in_table()), DAYS[2:])
        self.assertEqual(self.facts(self.store), self.expected)
        again = self.keep("archive", *words, "--dry-run")
        self.assertEqual((again.returncode, again.stdout), (0, "nothing to do: no packets before 2026-06-02 are in the tables\n"))
        # Counted from today, all of them are old.
        self.expect_done(self.keep("archive", "--keep", "1d"))
        self.assertEqual(list(self.days_in_table()), [])

    def test_wrong_use(self):
        help = "'kizashi store archive --help' tells more"
        for words, message in ((("--keep", "2"), '--keep: "2" is no number of days; expected 1d to 36500d, such as 30d'),
                               (("--keep", "2d", "--today", "x"), '--today: "x" is no day; expected one such as 2026-01-15'),
                               (("--before", "2026-06-01", "--today", "2026-06-01"),
                                "--today is what --keep counts from; expected --keep as well"),
                               ((), "expected one of --before DAY and --keep DAYS"),
                               (("--keep", "2d", "--before", "2026-06-01"), "expected one of --before DAY and --keep DAYS")):
            self.expect_failure(self.keep("archive", *words), message, help, code=2)
        for word in ("tomorrow", "2026-02-30", "2026-6-1", ""):
            done = self.archive(word)
            self.expect_failure(done, f'--before: "{word}" is no day; expected one such as 2026-01-15',
                                "'kizashi store archive --help' tells more", code=2)
        self.expect_failure(self.keep("archive", "--before", "2026-06-02", store="nix"),
                            "nix: there is no store here; 'kizashi read CAPTURE --store nix' makes one")

    def test_whenever_it_dies_nothing_is_lost_or_twice(self):
        log = self.folder / "log"
        near = "tried/archive"
        self.expect_done(self.archive(DAYS[1], crash=(near, 10**9, log)))
        self.assertEqual(self.facts(self.store), self.expected)
        points, deaths = self.crash_points(log), 0
        for point in points:
            with self.subTest(point=point):
                self.store = self.copy("tried")
                deaths += self.died(self.archive(DAYS[1], crash=(near, point, log)))
                self.assertEqual(self.facts(self.store), self.expected)
                self.expect_done(self.archive(DAYS[1]))
                self.assertEqual(list(self.days_in_table()), DAYS[1:])
                self.assertEqual(self.facts(self.store), self.expected)
                self.assertEqual(self.archive_files(), ["packets/2026-01-15.parquet", "packets6/2026-01-15.parquet"])
        self.assertGreater(deaths, 0.8 * len(points))

    @unittest.skipUnless((READER / "node_modules/hyparquet").is_dir() and shutil.which("node"),
                         f"needs node and 'npm ci --prefix {READER}'")
    def test_another_program_reads_the_files(self):
        columns = "ts, src, dst, dst_port, protocol, seq_stored, country, fingerprints, wire_length"
        expected, _ = self.ask(f"select {columns} from packets where toDate(time) = '2026-06-01' order by {columns}")
        self.expect_done(self.archive("2026-06-02"))
        read = subprocess.run(["node", READER / "read.mjs", self.store / "archive/packets/2026-06-01.parquet", columns],
                              capture_output=True, text=True, check=True)
        document = json.loads(read.stdout)
        self.assertEqual(document["codecs"], ["ZSTD"])
        # The apostrophe is what CSV gets before what a spreadsheet takes for a formula.
        self.assertEqual(sorted(document["rows"]), sorted([value.lstrip("'") for value in row] for row in expected))


if __name__ == "__main__":
    unittest.main()
