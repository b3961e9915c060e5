"""A disk that is full, a folder that may only be read: what was stored stays, and the message says what is wrong. On a small file
system in a private mount name space, which needs root."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import textwrap
import unittest

from house import KIZASHI, HouseTest


def can_mount():
    with tempfile.TemporaryDirectory() as folder:
        return shutil.which("unshare") and subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "none", folder],
                                                          capture_output=True).returncode == 0


@unittest.skipUnless(can_mount(), "needs the right to mount (root)")
class Full(HouseTest):
    def on_small_disk(self, script, size):
        """Runs lines of shell in a name space where `small` is a disk of `size`, with copies of the captures' folder around it."""
        (self.folder / "small").mkdir(exist_ok=True)
        text = f"mount -t tmpfs -o size={size} none small\n{textwrap.dedent(script)}"
        return subprocess.run(["unshare", "-m", "sh", "-c", text], cwd=self.folder, capture_output=True, text=True, timeout=300,
                              env={**os.environ, "K": KIZASHI, "KIZASHI_CONFIG": os.devnull})

    COUNT = '"$K" query --store {} --format csv "select count(), sum(seq) from packets"'

    def count(self, store="tried"):
        return self.ask("select count(), sum(seq) from packets", store)[0]

    def test_a_backup_that_has_no_room(self):
        done = self.on_small_disk('"$K" store backup --store tried --to small/copy; echo $?; ls -A small', "200k")
        self.assertEqual(done.stdout, "1\n")
        self.assertRegex(done.stderr, rf"^kizashi: {self.folder}/small: [0-9.]+ MiB are needed and [0-9.]+ KiB are free\n$")
        self.assertEqual(self.facts(self.store), self.expected)

    def test_an_archive_that_has_no_room(self):
        done = self.on_small_disk("""
            cp -a tried small/seen || exit 9
            dd if=/dev/zero of=small/fill bs=1k 2>/dev/null
            "$K" store archive --store small/seen --before 2026-06-02; echo $?
            rm small/fill
            find small/seen/archive -type f
            """ + self.COUNT.format("small/seen"), "12m")
        lines = done.stdout.splitlines()
        self.assertEqual(lines[0], "1", done.stderr)
        self.assertIn("kizashi: ", done.stderr)
        self.assertEqual([line.split(",") for line in lines[2:]], self.count(), done.stdout + done.stderr)

    def test_a_reading_that_has_no_room(self):
        """What was stored before stays, and when there is room again the reading goes on."""
        whole = self.copy("whole")
        self.read("three-days", "north", whole)
        done = self.on_small_disk("""
            cp -a tried small/seen || exit 9
            dd if=/dev/zero of=small/fill bs=1k 2>/dev/null
            "$K" read three-days.pcap --sensor north --store small/seen --json >/dev/null; echo $?
            rm small/fill
            """ + '"$K" query --store small/seen --format csv "select count() from packets where sensor = 1"\n' + """
            "$K" read three-days.pcap --sensor north --store small/seen --json >/dev/null; echo $?
            """ + self.COUNT.format("small/seen"), "12m")
        lines = done.stdout.splitlines()
        self.assertEqual(lines[0], "1", done.stderr)
        self.assertEqual(lines[1:3], ["count()", "10368"], done.stderr)
        self.assertEqual(lines[3], "0", done.stderr)
        self.assertEqual([line.split(",") for line in lines[5:]], self.count("whole"), done.stderr)

    def test_a_folder_that_may_only_be_read(self):
        done = self.on_small_disk("""
            cp -a tried small/seen
            mount -o remount,ro small
            for words in "store check" "store vacuum" "store archive --before 2026-06-02"; do
              "$K" $words --store small/seen; echo $?
            done
            """, "12m")
        self.assertEqual(done.stdout, "1\n1\n1\n", done.stderr)
        self.assertEqual(set(done.stderr.splitlines()), {f"kizashi: {self.folder}/small/seen/owner: cannot open: Read-only file system"})


if __name__ == "__main__":
    unittest.main()
