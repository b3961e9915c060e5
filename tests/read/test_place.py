"""kizashi place and kizashi bench."""
import json

from program import ProgramTest


class Place(ProgramTest):
    def test_find(self):
        done = self.run_program("place", "find", "--place", "place.table", "198.51.100.7", "203.0.113.200",
                                "2001:db8:1::9")
        self.assertEqual(done.returncode, 0)
        self.assertEqual(done.output, "198.51.100.7  JP  AS64496  Example, Inc.\n"
                                      "203.0.113.200  --  AS unknown\n"
                                      "2001:db8:1::9  BR  AS unknown\n")

    def test_not_an_address(self):
        done = self.run_program("place", "find", "--place", "place.table", "example.org")
        self.assertEqual(done.returncode, 1)
        self.assertIn("example.org", done.errors)

    def test_compile_says_what_it_made(self):
        done = self.run_program("place", "compile", "--country", "country.mmdb", "--asn", "as.csv", "-o", "again.table")
        self.assertEqual((done.returncode, done.output), (0, "again.table: 7 IPv4 and 3 IPv6 ranges, 3 AS\n"))
        self.assertEqual((self.folder / "again.table").read_bytes(), (self.folder / "place.table").read_bytes())

    def test_compile_leaves_nothing_when_it_fails(self):
        (self.folder / "bad.csv").write_text("1.0.0.0,1.0.0.255,x,y\n")
        done = self.run_program("place", "compile", "--country", "country.mmdb", "--asn", "bad.csv", "-o", "bad.table")
        self.expect_failure(done, 1, 'kizashi: bad.csv:1: "x" is not a whole number')
        self.assertEqual(list(self.folder.glob("bad.table*")), [])


class Bench(ProgramTest):
    def test_decode(self):
        done = self.run_program("bench", "decode", "small.pcap", "--repeat", "3")
        measured = json.loads(done.output)
        self.assertEqual(measured["packets"], 3 * 83)
        self.assertGreater(measured["seconds"], 0)
