"""What is damaged is named, taken out of the answers when that is wanted, and missed aloud from then on."""
import os
import shutil
import subprocess
import unittest

from house import DAYS, FACTS, KIZASHI, HouseTest

ISOLATED = "packets, 2026-06-01: the part {} was isolated as damaged"
LACKS = "; the answer lacks what it held"


def flip(path, at):
    content = bytearray(path.read_bytes())
    content[at] ^= 0x55
    path.write_bytes(content)


class Check(HouseTest):
    def part(self, day="2026-06-01", table="packets"):
        """The folder of a day's only part."""
        rows, _ = self.ask(f"select path from system.parts where active and database = 'default' and table = '{table}' and "
                           f"partition = '{day}'")
        self.assertEqual(len(rows), 1)
        return self.store / os.path.relpath(rows[0][0], self.store.resolve())

    def others(self):
        return [fact for fact in self.expected if "2026-06-01" not in fact]

    def expect_the_rest(self, note):
        """Answers lack 2026-06-01 of packets, and say so."""
        days, errors = self.ask("select distinct toDate(time) as day from packets order by day")
        self.assertEqual(([day for day, in days], errors), ([day for day in DAYS if day != "2026-06-01"], f"kizashi: {note}{LACKS}\n"))

    def test_nothing_is_wrong(self):
        done = self.keep("check")
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout, r"^[0-9,]+ rows read in \d+ parts: all is well\n$")
        self.assertEqual(done.stderr, "")

    def test_flipped_bytes(self):
        part = self.part()
        flip(part / "data.bin", 100)  # in the column `ts`
        # Other columns and days still answer; this one's failure names the part.
        self.assertEqual(self.ask("select count() from packets where ttl > 0")[1], "")
        failed = self.run_program("query", "--store", "tried", "select sum(ts) from packets")
        self.assertEqual(failed.returncode, 1)
        self.assertIn(part.name, failed.stderr)
        done = self.keep("check")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, rf"^packets, 2026-06-01: the part {part.name} is damaged: Checksum mismatch for file data.bin [^\n]*\n"
                                      r"[0-9,]+ rows read in \d+ parts: 1 defect\n$")
        self.assertEqual(self.days_in_table()["2026-06-01"], 3129)
        done = self.keep("check", "--isolate")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, rf"\nisolated: .*/detached/{part.name}/?\n$")
        self.expect_the_rest(ISOLATED.format(part.name))
        found = self.check()
        self.assertEqual([(each["kind"], each["day"], each["name"], each["message"]) for each in found["defects"]][0],
                         ("isolated", "2026-06-01", part.name, "was isolated as damaged"))
        self.assertEqual(found["defects"][1]["kind"], "balance")
        self.assertRegex(found["defects"][1]["message"], r"^3,129 packets are missing: the ledger has [0-9,]+, the table [0-9,]+, the "
                                                         r"archive 0, dropped were 0$")
        self.assertEqual(len(found["defects"]), 2)

    def damaged_at_the_start(self, damage):
        part = self.part()
        damage(part)
        self.expect_the_rest(f"packets, 2026-06-01: the part broken-on-start_{part.name} was isolated as damaged when the store was "
                             "opened")
        found = self.check()
        self.assertEqual([each["kind"] for each in found["defects"]], ["isolated", "balance"])
        self.assertEqual(sorted(fact for fact in self.ask_facts() if "2026-06-01" not in fact), self.others())

    def ask_facts(self):
        return [row[0] for row in self.ask(FACTS)[0]]

    def test_truncated(self):
        self.damaged_at_the_start(lambda part: os.truncate(part / "data.bin", (part / "data.bin").stat().st_size // 2))

    def test_a_file_is_gone(self):
        self.damaged_at_the_start(lambda part: (part / "data.bin").unlink())

    def test_a_mark_file_is_empty(self):
        self.damaged_at_the_start(lambda part: os.truncate(next(part.glob("data.*mrk*")), 0))

    def test_the_names_of_the_columns_are_gone(self):
        self.damaged_at_the_start(lambda part: (part / "columns.txt").unlink())

    def test_a_part_is_gone(self):
        shutil.rmtree(self.part())
        found = self.check()
        self.assertEqual({(each["kind"], each["table"], each["day"]) for each in found["defects"]},
                         {("balance", "packets", None)} | {("balance", table, "2026-06-01") for table in
                                                           ("tuples", "port_minute", "port_hour", "port_day", "place_hour",
                                                            "place_day", "tag_hour", "tag_day", "source_hour", "source_day", "destination_day")})
        self.assertIn("3,129 packets are missing", found["defects"][0]["message"])
        self.assertIn("3,129 packets; 0 are in the tables of packets", found["defects"][1]["message"])

    def archived(self):
        self.expect_done(self.keep("archive", "--before", "2026-06-02"))
        return self.store / "archive/packets/2026-06-01.parquet"

    def test_a_damaged_file_of_the_archive(self):
        file = self.archived()
        flip(file, 2000)
        failed = self.run_program("query", "--store", "tried", "select sum(cityHash64(*)) from packets")
        self.assertEqual(failed.returncode, 1)
        self.assertIn("2026-06-01.parquet", failed.stderr)
        done = self.keep("check", "--isolate")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, r"^packets, 2026-06-01: the file 2026-06-01\.parquet ")
        self.assertTrue(done.stdout.endswith(f"isolated: {file}.damaged\n"), done.stdout)
        self.expect_the_rest("packets, 2026-06-01: the file 2026-06-01.parquet was isolated as damaged")

    def test_a_truncated_file_of_the_archive(self):
        file = self.archived()
        size = file.stat().st_size
        os.truncate(file, size // 2)
        self.assertEqual([each["message"] for each in self.check()["defects"]], [f"has {size // 2:,} bytes; expected {size:,}"])

    def test_a_file_of_the_archive_is_gone(self):
        self.archived().unlink()
        self.expect_the_rest("packets, 2026-06-01: the file 2026-06-01.parquet is not there")
        self.assertEqual([(each["kind"], each["message"]) for each in self.check()["defects"]], [("file", "is not there")])

    def test_a_damaged_record(self):
        self.archived()
        record = self.store / "record"
        record.write_text(record.read_text().replace("archived", "achived", 1))
        self.expect_failure(self.keep("check"), f'{self.store}/record:2: "achived" is no state; expected closing, archived, dropping, '
                            "dropped; the store's record is damaged: take it from a backup")

    def test_the_owner_is_named(self):
        owner = subprocess.Popen([KIZASHI, "query", "--store", self.store, "select number from system.numbers"],
                                 stdout=subprocess.PIPE)
        owner.stdout.read(1)
        for words in (["check"], ["info"], ["vacuum"], ["archive", "--before", "2026-06-01"], ["backup", "--to", "copy"]):
            done = self.keep(*words)
            self.expect_failure(done, f"{self.store}: the store is in use by process {owner.pid}: kizashi query; one process at a time "
                                      "can own it: ask that one, or wait until it has ended")
        owner.stdout.close()
        owner.wait(timeout=60)


if __name__ == "__main__":
    unittest.main()
