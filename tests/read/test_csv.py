"""Tables for spreadsheets."""
import csv
import io

from program import ProgramTest

FILES = ("summary", "ports", "sources", "countries", "as", "icmp", "windows")


class Csv(ProgramTest):
    def test_everything_in_a_small_capture(self):
        done = self.read("small.pcap", "--csv", "tables/deep")
        self.assertEqual((done.returncode, done.errors), (0, ""))
        folder = self.folder / "tables/deep"
        self.assertEqual(sorted(each.name for each in folder.iterdir()), sorted(f"{each}.csv" for each in FILES))
        self.expect_golden("tables.txt", "".join(f"== {each}.csv\n{(folder / f'{each}.csv').read_text()}"
                                                 for each in FILES))

    def test_rows_have_the_fields_of_their_head(self):
        self.read("small.pcap", "--csv", "again", "--top", "0")
        for each in FILES:
            rows = list(csv.reader(io.StringIO((self.folder / "again" / f"{each}.csv").read_text())))
            self.assertGreater(len(rows), 1, each)
            self.assertEqual({len(row) for row in rows}, {len(rows[0])}, each)

    def test_a_file_in_the_way(self):
        (self.folder / "taken").write_text("here\n")
        done = self.read("small.pcap", "--csv", "taken/tables")
        self.expect_failure(done, 1, "kizashi: taken/tables: cannot make the folder: Not a directory")
