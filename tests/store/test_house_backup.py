"""A backup is whole or not there; what is restored is what was there; what is damaged on the way is named."""
import pathlib
import shutil
import subprocess
import unittest

from house import HouseTest


class Backup(HouseTest):
    def setUp(self):
        super().setUp()
        for name in ("copy", "copy.part", "again", "again.part"):
            shutil.rmtree(self.folder / name, ignore_errors=True)

    def back_up(self, to="copy", **more):
        return self.keep("backup", "--to", to, **more)

    def restore(self, to="again", **more):
        return self.run_program("store", "restore", "--from", "copy", "--store", to, **more)

    def test_there_and_back(self):
        self.expect_done(self.keep("archive", "--before", "2026-06-02"))
        done = self.back_up()
        self.expect_done(done)
        files, size = done.stdout.removeprefix("copy: ").split(", ")
        self.assertRegex(done.stdout, r"^copy: \d+ files, [0-9.]+ [KM]iB\n$")
        self.assertEqual(len((self.folder / "copy/SHA256SUMS").read_text().splitlines()), int(files.split()[0]) + 1)
        # Another program finds every sum right; nothing but files is there.
        subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=self.folder / "copy", check=True)
        self.assertEqual([path for path in (self.folder / "copy").rglob("*") if path.is_symlink()], [])
        self.assertEqual(self.restore().stdout, f"again: {files}, {size}")
        self.assertEqual(self.facts(self.folder / "again"), self.expected)
        check = self.keep("check", store="again")
        self.assertRegex(self.expect_done(check), r" and 3 files: all is well\n$")
        self.assertIn("0 packets stored in again; 10,368 were there before", self.read("three-days", "local", "again"))

    def test_a_damaged_backup_makes_no_store(self):
        self.expect_done(self.back_up())
        file = max((self.folder / "copy/store/engine").rglob("data.bin"), key=lambda path: path.stat().st_size)
        content = file.read_bytes()
        file.write_bytes(content[:1000] + bytes([content[1000] ^ 1]) + content[1001:])
        done = self.restore()
        self.assertEqual(done.returncode, 1)
        name = file.relative_to(self.folder)
        self.assertRegex(done.stderr, rf"^kizashi: {name}: the file is not the one that was written \(its sum is [0-9a-f]{{64}}; expected "
                                      r"[0-9a-f]{64}\); no store was made\n$")
        file.unlink()
        self.expect_failure(self.restore(), f"{name}: cannot read the backup: No such file or directory")
        file.write_bytes(content)
        (self.folder / "copy/store/more").write_text("")
        self.expect_failure(self.restore(), "copy/store/more: the backup's sums do not name this file; no store was made")
        self.assertEqual([path.name for path in self.folder.glob("again*")], [])

    def test_names_stay_inside(self):
        self.expect_done(self.back_up())
        sums = self.folder / "copy/SHA256SUMS"
        for name in ("../x", "/etc/x", "store/../../x"):
            sums.write_text("0" * 64 + f"  {name}\n")
            self.expect_failure(self.restore(), "copy/SHA256SUMS:1: expected a sum (SHA-256), two spaces and the name of a file")

    def test_what_is_there_stays(self):
        self.expect_done(self.back_up())
        for done, name in ((self.back_up(), "copy"), (self.restore("tried"), "tried")):
            self.expect_failure(done, f"{name}: there is something already; name a folder that is not there or is empty")
        self.expect_failure(self.back_up("tried/copy"), "tried/copy: the backup would be inside of the store; name another place")
        (self.folder / "again.part").mkdir()
        (self.folder / "again.part/mine").write_text("")
        self.expect_failure(self.restore(), f"{self.folder}/again.part: expected what an interrupted command left, and it is something "
                            "else; move it away")
        self.expect_failure(self.run_program("store", "restore", "--from", "nix", "--store", "again"),
                            "nix: there is no backup here; expected a folder that 'kizashi store backup' made")
        self.assertTrue((self.folder / "again.part/mine").exists())
        self.assertEqual(self.facts(self.store), self.expected)

    def crash_everywhere(self, near, command, result):
        log = self.folder / "log"
        self.expect_done(command(crash=(near, 10**9, log)))
        points = list(self.crash_points(log))
        total = len(log.read_text().splitlines())
        # Hundreds of files are alike: some of the moments, and all around the end.
        tried, deaths = sorted({*points[::max(1, len(points) // 6)], *range(total - 1, total + 1)}), 0
        for point in tried:
            with self.subTest(point=point):
                shutil.rmtree(self.folder / result, ignore_errors=True)
                deaths += self.died(command(crash=(near, point, log)))
                if (self.folder / result).exists():
                    continue  # it died behind its last step
                self.expect_done(command())
                self.assertFalse((self.folder / f"{result}.part").exists())
        self.assertGreater(deaths, 0.6 * len(tried))

    def test_whenever_a_backup_dies_there_is_none(self):
        self.crash_everywhere("copy.part", self.back_up, "copy")
        self.expect_done(self.restore())
        self.assertEqual(self.facts(self.folder / "again"), self.expected)

    def test_whenever_a_restore_dies_there_is_none(self):
        self.expect_done(self.back_up())
        self.crash_everywhere("again.part", self.restore, "again")
        self.assertEqual(self.facts(self.folder / "again"), self.expected)


if __name__ == "__main__":
    unittest.main()
