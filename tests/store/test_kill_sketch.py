"""A reading is killed while it stores packets and their sketches. Whenever that is, `match` with the sketches finds what it finds
without: never less. At the first moments and the last ones, or with KIZASHI_ALL_CRASH_POINTS=1 before every change of a file."""
import os
import shutil
import unittest

from house import HouseTest


class KillSketch(HouseTest):
    def setUp(self):
        super().setUp()
        (self.folder / "all.txt").write_text("0.0.0.0/0\n::/0\n")
        self.log = self.folder / "log"

    def read_west(self, at=None):
        """A sensor that the store does not know, so that the first change is one of the sketches."""
        crash = ("sketch/", at, self.log) if at else None
        return self.run_program("read", "mixed.pcap", "--sensor", "west", "--store", "tried", "--json", "--top", "0", crash=crash)

    def match(self, store):
        done = self.run_program("match", "--list", "all.txt", "--store", store)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def expect_all(self):
        found = self.match("tried")
        shutil.rmtree(self.folder / "plain", ignore_errors=True)
        shutil.copytree(self.store, self.folder / "plain", symlinks=True, ignore=shutil.ignore_patterns("door"))
        shutil.rmtree(self.folder / "plain/sketch")
        self.assertEqual(found, self.match("plain"))
        return found

    def chosen_points(self, changes):
        if os.environ.get("KIZASHI_ALL_CRASH_POINTS"):
            return range(1, changes + 1)
        return sorted({1, 2, 5, changes // 2, changes - 1, changes})

    def test_what_is_stored_is_found(self):
        self.assertEqual(self.read_west(at=10**9).returncode, 0)
        expected = self.expect_all()
        changes = len(self.log.read_text().splitlines())
        self.assertGreater(changes, 20)
        for point in self.chosen_points(changes):
            with self.subTest(point=point):
                self.store = self.copy("tried")
                self.died(self.read_west(at=point))
                self.expect_all()
                again = self.read_west()
                self.assertEqual(again.returncode, 0, again.stderr)
                self.assertEqual(self.expect_all(), expected)


if __name__ == "__main__":
    unittest.main()
