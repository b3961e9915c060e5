"""Days that are not to be kept go, the oldest first, and do not come back when their capture is read again."""
import unittest

from house import DAYS, HouseTest


class Vacuum(HouseTest):
    def vacuum(self, *words, **more):
        return self.keep("vacuum", "--today", "2026-06-03", *words, **more)

    def test_without_rules_nothing_is_dropped(self):
        done = self.vacuum()
        self.expect_done(done)
        self.assertRegex(done.stdout, r"^\d+ parts put together on \d+ days?; 0 leftovers removed, 0 B(; 1 sketch made)?\n$")
        self.assertEqual(self.facts(self.store), self.expected)
        again = self.vacuum()
        self.assertEqual(again.stdout, "0 parts put together on 0 days; 0 leftovers removed, 0 B\n")

    def test_by_age(self):
        kept = self.days_in_table()
        done = self.vacuum("--keep", "packets 2d")
        self.expect_done(done)
        self.assertRegex(done.stdout, rf"^dropped: {kept['2026-01-15']:,} rows of packets of 2026-01-15, [0-9.]+ KiB, older than 2 days\n"
                                      rf"dropped: {kept['2026-06-01']:,} rows of packets of 2026-06-01, [0-9.]+ KiB, older than 2 days\n")
        self.assertEqual(list(self.days_in_table()), DAYS[2:])
        self.assertEqual(self.days_in_table("packets6"), {"2026-01-15": 319})
        rollups, _ = self.ask("select sum(packets) from port_minute")
        self.assertEqual(int(rollups[0][0]), sum(kept.values()) + 319)
        self.assertEqual(self.check()["defects"], [])

    def test_what_was_dropped_does_not_come_back(self):
        self.expect_done(self.vacuum("--keep", "packets 2d"))
        said = self.read("three-days", "local", "tried")
        self.assertRegex(said, r"0 packets stored in tried; 10,368 were there before; those of 2 days from 2026-01-15 to 2026-06-01 "
                               r"were dropped since and are not stored again\n")
        self.assertEqual(list(self.days_in_table()), DAYS[2:])

    def test_by_size(self):
        # Far more than a mebibyte: the smallest bound drops all but the newest day.
        self.read("three-days", "north", "tried")
        done = self.vacuum("--keep", "packets 1MiB", "--dry-run")
        self.expect_done(done)
        self.assertEqual(done.stdout, "")
        self.assertEqual(list(self.days_in_table()), DAYS)

    def test_archived_days_count(self):
        self.expect_done(self.keep("archive", "--before", "2026-06-02"))
        done = self.vacuum("--keep", "packets 2d", "--dry-run")
        self.assertRegex(done.stdout, r"^would drop: [0-9,]+ rows of packets of 2026-01-15 \(archived\), [0-9.]+ KiB, older than 2 days\n"
                                      r"would drop: [0-9,]+ rows of packets of 2026-06-01 \(archived\), [0-9.]+ KiB, older than 2 days\n$")
        self.assertEqual(self.facts(self.store), self.expected)
        self.expect_done(self.vacuum("--keep", "packets 2d"))
        self.assertEqual(self.archive_files(), ["packets6/2026-01-15.parquet"])
        days, errors = self.ask("select distinct toDate(time) as day from packets order by day")
        self.assertEqual(([day for day, in days], errors), (DAYS[2:], ""))
        self.assertEqual(self.check()["defects"], [])

    def test_a_rollup_goes_when_it_is_named(self):
        self.expect_done(self.vacuum("--keep", "port_minute 1d"))
        self.assertEqual(list(self.days_in_table("port_minute")), DAYS[3:])
        self.assertEqual(list(self.days_in_table()), DAYS)

    def test_rules_of_the_configuration(self):
        (self.folder / "keep.toml").write_text('[store]\nkeep = ["packets 2d", "packets6 2d"]\n')
        self.expect_done(self.vacuum("--config", "keep.toml"))
        self.assertEqual((list(self.days_in_table()), self.days_in_table("packets6")), (DAYS[2:], {}))

    def test_leftovers_go(self):
        self.expect_done(self.keep("archive", "--before", "2026-06-02"))
        (self.store / "archive/packets/2026-06-02.parquet.part").write_bytes(b"x" * 1000)
        (self.store / "engine/shadow/1").mkdir(parents=True)
        done = self.vacuum()
        self.assertRegex(done.stdout, r"; 2 leftovers removed, 1000 B(; 1 sketch made)?\n$")
        self.assertEqual(self.facts(self.store), self.expected)

    def test_what_is_damaged_stays(self):
        part = next(self.store.glob("engine/store/*/*/20260601_*/data.bin"))
        part.unlink()
        self.expect_done(self.vacuum())
        self.assertEqual(len(list(self.store.glob("engine/store/*/*/detached/broken-on-start_20260601_*"))), 1)

    def test_whenever_it_dies_the_day_goes_once(self):
        log = self.folder / "log"
        rule = ("--keep", "packets 2d")
        self.expect_done(self.vacuum(*rule, crash=("tried/record", 10**9, log)))
        expected, _ = self.ask("select * from packets order by all")
        points, deaths = self.crash_points(log), 0
        for point in points:
            with self.subTest(point=point):
                self.store = self.copy("tried")
                deaths += self.died(self.vacuum(*rule, crash=("tried/record", point, log)))
                self.expect_done(self.vacuum(*rule))
                self.assertEqual(list(self.days_in_table()), DAYS[2:])
                self.assertEqual(self.ask("select * from packets order by all")[0], expected)
                self.assertEqual(self.check()["defects"], [])
        self.assertGreater(deaths, 0.8 * len(points))

    def test_wrong_use(self):
        self.expect_failure(self.vacuum("--keep", "packets"), '--keep: "packets" does not say what is kept; expected a table and days or a '
                            'size, such as "packets 90d" or "packets 200GiB" (1d to 36500d, 1MiB to 1024TiB)',
                            "'kizashi store vacuum --help' tells more", code=2)
        self.expect_failure(self.keep("vacuum", "--today", "soon"), '--today: "soon" is no day; expected one such as 2026-01-15',
                            "'kizashi store vacuum --help' tells more", code=2)
        self.expect_failure(self.vacuum("--keep", "pakets 3d"), "the store has no table pakets to keep; 'kizashi store info' names those "
                            "that it has")
        self.expect_failure(self.vacuum("--keep", "ledger 3d"), "the table ledger has no days; it cannot be kept for a time")


if __name__ == "__main__":
    unittest.main()
