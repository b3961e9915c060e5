"""What `kizashi store export` wrote comes in again: the same packets, tuples and rollups, from CSV, JSON lines and Parquet alike."""
import csv
import gzip
import shutil
import unittest

from stores import StoreTest


class Reimport(StoreTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name, sensor in (("mixed", "north"), ("backscatter", "south")):
            cls.done("synth", name, "--rate-scale", "0.02", "-o", f"{name}.pcap", "--no-progress")
            cls.done("read", f"{name}.pcap", "--store", "seen", "--sensor", sensor, "--no-progress")
        for form in ("csv", "jsonl", "parquet"):
            cls.done("store", "export", "--store", "seen", "-o", f"all.{form}")
        (cls.folder / "all.csv.gz").write_bytes(gzip.compress((cls.folder / "all.csv").read_bytes()))
        cls.packets = int(cls.ask("select (select count() from packets) + (select count() from packets6)")[0])

    def bring(self, name, *more, store="copy"):
        return self.done("store", "import", "--store", store, "--form", "kizashi", name, *more)

    def rows(self, name):
        """A row's fingerprints stand in the order of their numbers, which are those of each store."""
        with open(self.folder / name, newline="") as file:
            return [{**row, "fingerprints": " ".join(sorted(row["fingerprints"].split()))} for row in csv.DictReader(file)]

    def sums(self, store):
        """Rows, packets and bytes of each table, those that are alike put together."""
        tables = ("tuples", "tuples6", "port_minute", "source_hour", "source6_hour", "source_day", "destination_day")
        return sorted(self.ask(" union all ".join(
            f"select '{table}' as of, count(), sum(packets), sum(bytes) from (select * except (packets, bytes), sum({table}.packets) as packets, "
            f"sum({table}.bytes) as bytes from {table} group by all)" for table in tables), store))

    def test_each_form_brings_the_same_and_once(self):
        original, sums = self.rows("all.csv"), self.sums("seen")
        self.assertEqual(len(sums), 7)
        for name in ("all.csv", "all.csv.gz", "all.jsonl", "all.parquet"):
            with self.subTest(name):
                shutil.rmtree(self.folder / "copy", ignore_errors=True)
                self.assertEqual(self.bring(name), f"{self.packets:,} packets stored in copy")
                self.done("store", "export", "--store", "copy", "-o", "copy.csv", "--no-progress")
                # No assertEqual: to show where two texts of 20,000 lines differ takes it minutes.
                self.assertTrue(self.rows("copy.csv") == original)
                self.assertEqual(self.sums("copy"), sums)
        for by in ("port", "country", "as", "protocol", "hour", "sensor"):
            words = ("--by", by, "--top", "0", "--csv")
            self.assertTrue(self.done("stats", "--store", "copy", *words) == self.done("stats", "--store", "seen", *words), by)
        for name in ("all.csv", "all.csv.gz", "all.jsonl", "all.parquet"):
            self.assertEqual(self.bring(name), f"0 packets stored in copy; {self.packets:,} were there before")

    def test_a_sensor_may_be_named(self):
        self.assertEqual(self.bring("all.csv", "--sensor", "east", store="named"), f"{self.packets:,} packets stored in named")
        self.assertEqual(self.ask("select name from names where kind = 'sensor'", "named"), ['"east"'])

    def test_bad_lines_are_named(self):
        lines = (self.folder / "all.csv").read_text().splitlines(keepends=True)
        cells = lines[2000].split(",")
        cells[9] = "300"
        lines[2000] = ",".join(cells)
        (self.folder / "bad.csv").write_text("".join(lines))
        command = ("store", "import", "--store", "bad", "--form", "kizashi", "bad.csv")
        ended = self.kizashi(*command, "--no-progress")
        self.assertEqual((ended.returncode, ended.stderr.splitlines()), (1, [
            "kizashi: bad.csv:2001: column ttl is \"300\"; expected a number up to 255",
            "kizashi: what stands behind the bad line was not imported; mend the file, or leave bad lines out with --skip-bad, and import "
            "it again"]))
        self.expect_failure(0, ["bad.csv:2001: column ttl is \"300\"; expected a number up to 255",
                                f"{self.packets - 1:,} packets stored in skipped; 1 bad line left out, as --skip-bad says"],
                            "store", "import", "--store", "skipped", "--form", "kizashi", "bad.csv", "--skip-bad")

    def test_without_destinations_nothing_comes(self):
        for form in ("csv", "jsonl", "parquet"):
            self.done("store", "export", "--store", "seen", "-o", f"public.{form}", "--without-destinations")
            ended = self.kizashi("store", "import", "--store", "public", "--form", "kizashi", f"public.{form}", "--no-progress")
            self.assertEqual(ended.returncode, 1)
            self.assertEqual(ended.stderr.splitlines()[0], f"kizashi: public.{form}:1: there is no column destination: this was exported "
                             "--without-destinations, and packets cannot be made from it; export it again with them")
            self.assertFalse((self.folder / "public").exists())

    def test_what_is_no_export(self):
        (self.folder / "no.parquet").write_bytes(b"PAR1 and no more")
        ended = self.kizashi("store", "import", "--store", "none", "--form", "kizashi", "no.parquet")
        self.assertEqual(ended.returncode, 1)
        self.assertIn("no.parquet: cannot be read as Parquet: ", ended.stderr)
        self.assertIn("cannot open: No such file or directory",
                      self.kizashi("store", "import", "--store", "none", "--form", "kizashi", "not-there.parquet").stderr)
        self.expect_failure(1, ["an export is read twice, first for the names in it; expected a file, not standard input",
                                "0 packets stored in none"], "store", "import", "--store", "none", "--form", "kizashi", "-")
        self.assertFalse((self.folder / "none").exists())


if __name__ == "__main__":
    unittest.main()
