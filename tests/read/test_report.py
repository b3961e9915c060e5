"""The report for people, word by word."""
import os
import pty
import shutil
import subprocess

import frames
from program import KIZASHI, ProgramTest


class Report(ProgramTest):
    def test_everything_in_a_small_capture(self):
        done = self.read("small.pcap")
        self.assertEqual((done.returncode, done.errors), (0, ""))
        self.expect_golden("report.txt", done.output)

    def test_only_the_darknet_counts(self):
        done = self.read("small.pcap", "--darknet", "192.0.2.0/25,2001:db8:2::/48", "--top", "3")
        self.assertEqual((done.returncode, done.errors), (0, ""))
        self.expect_golden("report-darknet.txt", done.output)

    def test_destination_addresses_do_not_appear(self):
        for form in ([], ["--json"]):
            done = self.read("small.pcap", "--top", "0", "--darknet", "192.0.2.0/24,2001:db8:2::/48", *form)
            self.assertNotIn("192.0.2.", done.output)
            self.assertNotIn("2001:db8:2:", done.output)

    def test_nothing_to_the_darknet(self):
        done = self.read("small.pcap", "--darknet", "10.0.0.0/8")
        self.assertEqual(done.returncode, 0)
        self.assertIn("No packets to the darknet: 83 went elsewhere; is --darknet right?", done.output)

    def test_ascii_where_the_locale_is_not_utf8(self):
        done = self.read("small.pcap", environment={"LC_ALL": "C"})
        drawn = done.output.replace("Séarch", "")  # names stay as they are
        self.assertTrue(drawn.isascii(), drawn)
        self.assertIn("#", drawn)

    def test_a_narrow_terminal_is_respected(self):
        done = self.read("small.pcap", environment={"COLUMNS": "60"})
        self.assertLessEqual(max(map(len, done.output.splitlines())), 60)
        self.assertIn("…", done.output)

    def test_several_inputs_are_one_answer(self):
        whole = self.read("small.pcap", "--json").output
        halves = self.folder / "halves"
        halves.mkdir()
        records = [(i, frames.ipv4("198.51.100.7", f"192.0.2.{i}", 6, frames.tcp(23, 2))) for i in range(20)]
        (halves / "a.pcap").write_bytes(frames.pcap(records[::2]))
        (halves / "b.pcap").write_bytes(frames.pcap(records[1::2]))
        for names in (["halves"], ["halves/*.pcap"], ["halves/b.pcap", "halves/a.pcap"]):
            done = self.read(*names)
            self.assertIn("20 packets, 1.05 KiB, from 1 source to 20 destinations", done.output)
            self.assertNotIn("out of order", done.output)
        piped = self.read("-", "--json", stdin=(self.folder / "small.pcap").read_bytes()).output
        piped = piped.replace('"inputs":["-"]', '"inputs":["small.pcap"]').replace("standard input:", "small.pcap:")
        self.assertEqual(whole, piped)

    def test_threads_do_not_change_the_answer(self):
        one = self.read("small.pcap", "--threads", "1").output
        for threads in ("2", "4", "7"):
            self.assertEqual(one, self.read("small.pcap", "--threads", threads).output)

    def test_more_captures_overlap_than_may_be_open_at_first(self):
        (self.folder / "many").mkdir()
        for i in range(100):
            records = [(i + 1000 * k, frames.ipv4("198.51.100.7", f"192.0.2.{i}", 6, frames.tcp(23, 2))) for k in range(2)]
            (self.folder / f"many/{i:03}.pcap").write_bytes(frames.pcap(records))
        script = 'ulimit -S -n 40 && exec "$0" read many --no-progress'
        done = self.run_program("-c", script, KIZASHI, program="/bin/sh")
        self.assertEqual((done.returncode, done.errors), (0, ""))
        self.assertIn("\n200 packets, ", done.output)
        done = self.run_program("-c", script.replace("-S", ""), KIZASHI, program="/bin/sh")
        self.assertEqual(done.returncode, 1)
        self.assertIn("cannot open: Too many open files; more captures overlap in time than may be open at once; raise "
                      "the limit with ulimit -n", done.errors)

    def test_memory_does_not_change_the_answer(self):
        read = ["--synth", "mixed", "--json", "--top", "0"]
        whole = self.read(*read)
        self.assertEqual((whole.returncode, whole.errors), (0, ""))
        for threads in ("1", "3"):
            self.assertTrue(whole.output == self.read(*read, "--memory", "1MiB", "--threads", threads).output, threads)
        done = self.read(*read, "--memory", "1MiB", environment={"TMPDIR": "gone"})
        self.expect_failure(done, 1, "kizashi: partial: gone: cannot make a temporary file: No such file or directory; "
                            "set TMPDIR to a folder with space, or give more memory with --memory")

    def test_without_a_place_table_the_report_says_how_to_get_one(self):
        lonely = self.folder / "lonely" / "bin" / "kizashi"
        lonely.parent.mkdir(parents=True)
        shutil.copy(KIZASHI, lonely)
        done = self.run_program("read", "small.pcap", program=lonely)
        self.assertEqual(done.returncode, 0)
        self.assertIn("Countries and ASes are unknown: there is no place table; ./dev build makes one, "
                      "--place FILE names one", done.output.replace("\n  ", " "))
        self.assertNotIn("Autonomous systems", done.output)
        shutil.copy(self.folder / "place.table", lonely.parent / "place.table")
        self.assertIn("Autonomous systems", self.run_program("read", "small.pcap", program=lonely).output)
        shared = self.folder / "lonely/share/kizashi"
        shared.mkdir(parents=True)
        (lonely.parent / "place.table").rename(shared / "place.table")
        self.assertIn("Autonomous systems", self.run_program("read", "small.pcap", program=lonely).output)

    def test_a_scenario_is_read_without_a_file(self):
        first = self.read("--synth", "quiet")
        self.assertEqual((first.returncode, first.errors), (0, ""))
        self.assertIn("Kizashi read synth:quiet\n", first.output)
        self.assertEqual(first.output, self.read("--synth", "quiet", "--threads", "3").output)

    def on_terminal(self, *arguments, **environment):
        """Output of the program when standard output and error are a terminal."""
        master, slave = pty.openpty()
        child = subprocess.Popen([KIZASHI, *arguments], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=slave,
                                 stderr=slave, env=self.environment(TERM="xterm", **environment))
        os.close(slave)
        out = b""
        while True:
            try:
                piece = os.read(master, 65536)
            except OSError:  # the other end is closed
                break
            if not piece:
                break
            out += piece
        os.close(master)
        self.assertEqual(child.wait(), 0)
        return out.decode()

    def test_colour_and_progress_only_on_a_terminal(self):
        shown = self.on_terminal("read", "small.pcap", "--place", "place.table")
        self.assertIn("\x1b[1m", shown)
        self.assertIn("packets  ", shown)
        self.assertNotIn("\x1b[1m", self.on_terminal("read", "small.pcap", NO_COLOR="1"))
        silent = self.on_terminal("read", "small.pcap", "--no-progress", NO_COLOR="1")
        self.assertNotIn("\x1b", silent)
        self.assertNotIn("\x1b", self.read("small.pcap").output)
