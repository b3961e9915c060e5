"""Every message that a user of `kizashi read` can meet, word by word, with its exit code."""
import os
import shutil
import subprocess

import frames
from program import KIZASHI, ProgramTest


class Usage(ProgramTest):
    def expect_usage(self, arguments, *errors, command="kizashi read"):
        done = self.run_program(*arguments)
        self.expect_failure(done, 2, *errors, f"kizashi: '{command} --help' tells more")
        self.assertEqual(done.output, "")

    def test_wrong_usage(self):
        read = ["read", "small.pcap"]
        self.expect_usage(["read"], "kizashi: nothing to read; expected a file, a folder, a pattern, - or "
                          "--synth SCENARIO")
        self.expect_usage([*read, "--synth", "quiet"],
                          "kizashi: --synth stands alone: files and a scenario cannot be read together")
        self.expect_usage([*read, ""], "kizashi: an input is empty; expected a file, a folder, a pattern, - or --synth "
                          "SCENARIO; perhaps a variable of the shell is not set")
        self.expect_usage([*read, "--jsno"], "kizashi: there is no option --jsno; did you mean --json?")
        self.expect_usage([*read, "--window", "3"],
                          'kizashi: --window is "3"; expected a length of time such as 1min, 1s to 1d')
        self.expect_usage([*read, "--window", "2d"], "kizashi: --window is 2d; expected 1s to 1d")
        self.expect_usage([*read, "--window", "10s", "--lateness", "11s"],
                          "kizashi: --lateness: the lateness is 11s; expected at most the window's length, 10s")
        self.expect_usage([*read, "--threads", "65"], "kizashi: --threads is 65; expected 0 to 64")
        self.expect_usage([*read, "--top", "-1"],
                          'kizashi: --top is "-1"; expected a whole number, 0 to 1000000000')
        self.expect_usage([*read, "--memory", "1"], 'kizashi: --memory: "1" is not an amount of memory; expected a '
                          "whole number with KiB, MiB or GiB, such as 256MiB, 1MiB to 1024GiB")
        self.expect_usage([*read, "--memory", "512KiB"],
                          "kizashi: --memory: 512KiB is out of range; expected 1MiB to 1024GiB")
        self.expect_usage([*read, "--window"], "kizashi: --window: 1 required DURATION missing")
        for wrong in ("0s", "2d"):
            self.expect_usage([*read, "--event-timeout", wrong], f"kizashi: --event-timeout is {wrong}; expected 1s to 1d; "
                              "left out: by the size of the darknet")

    def test_nothing_is_recognised_and_recognised_at_once(self):
        for option, text in (("--event-timeout", "60s"), ("--fingerprints", "none.toml"), ("--scanners", "none/"),
                             ("--labels", "none.txt"), ("--truth", "none.txt")):
            self.expect_usage(["read", "small.pcap", "--counts-only", option, text],
                              f"kizashi: {option} has no effect with --counts-only, which recognises nothing; expected one "
                              "of the two")
        (self.folder / "lists.toml").write_text('[recognise]\nscanners = ["none/"]\n')
        done = self.run_program("read", "small.pcap", "--counts-only", "--config", "lists.toml")
        self.assertEqual((done.returncode, done.errors), (0, ""), "what a configuration says of recognition is left alone")

    def test_bad_prefixes(self):
        read = ["read", "small.pcap", "--darknet"]
        self.expect_usage([*read, "192.0.2.1/24"], 'kizashi: --darknet: "192.0.2.1/24" is not a prefix such as '
                          "192.0.2.0/24: bits below the length are set; 192.0.2.0/24 was meant?")
        for wrong in ("192.0.2.0/33", "192.0.2.0/24,", "192.0.2.0-9"):
            done = self.run_program(*read, wrong)
            self.assertEqual(done.returncode, 2)
            self.assertRegex(done.errors, r'^kizashi: --darknet: ".*" is not a')

    def test_no_or_a_wrong_command(self):
        self.expect_usage([], "kizashi: no command is named; expected one of read, serve, status, synth, detect, evaluate, query, "
                              "stats, report, host, match, store, account, token, audit, place, fingerprints, scanners, config, bench", command="kizashi")
        self.expect_usage(["raed", "x"], "kizashi: there is no command raed; did you mean read?", command="kizashi")

    def test_help_and_version(self):
        for words in (["--help"], ["read", "--help"], ["place", "--help"], ["place", "compile", "--help"],
                      ["config", "--help"], ["bench", "--help"], ["synth", "--help"], ["query", "--help"],
                      ["stats", "--help"], ["host", "--help"]):
            done = self.run_program(*words)
            self.assertEqual((done.returncode, done.errors), (0, ""))
        self.assertIn("Examples:", self.run_program("read", "--help").output)
        self.assertRegex(self.run_program("--version").output, r"^kizashi \d+\.\d+\.\d+\n$")


class Inputs(ProgramTest):
    def expect_nothing_read(self, name, *errors):
        done = self.read(name)
        self.expect_failure(done, 1, *errors)
        self.assertEqual(done.output, "")

    def test_not_there(self):
        self.expect_nothing_read("nowhere.pcap", "kizashi: nowhere.pcap: cannot open: No such file or directory")

    def test_not_a_capture(self):
        (self.folder / "letter.txt").write_text("Dear telescope,\n")
        done = self.read("letter.txt")
        self.assertEqual((done.returncode, done.output), (1, ""))
        self.assertRegex(done.errors, r"^kizashi: letter\.txt: .*pcap, pcapng.*\n$")

    def test_empty(self):
        (self.folder / "empty.pcap").write_bytes(b"")
        done = self.read("empty.pcap")
        self.assertEqual((done.returncode, done.output), (1, ""))
        self.assertRegex(done.errors, r"^kizashi: empty\.pcap: .*empty.*\n$")

    def test_folder_without_captures(self):
        (self.folder / "bare").mkdir()
        done = self.read("bare")
        self.assertEqual((done.returncode, done.output), (1, ""))
        self.assertRegex(done.errors, r"^kizashi: bare: .*\n$")

    def read_without_rights(self, name):
        command = [KIZASHI, "read", name]
        if os.geteuid() == 0:  # root without its rights
            if shutil.which("setpriv") is None:
                self.skipTest("root may read everything and there is no setpriv")
            command = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", *command]
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True, env=self.environment())

    def test_no_permission(self):
        (self.folder / "secret.pcap").write_bytes(frames.pcap([]))
        (self.folder / "secret.pcap").chmod(0)
        done = self.read_without_rights("secret.pcap")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertEqual(done.stderr, "kizashi: secret.pcap: cannot open: Permission denied\n")

    def test_a_folder_that_cannot_be_listed(self):
        (self.folder / "half/closed").mkdir(parents=True)
        (self.folder / "half/a.pcap").write_bytes(frames.small_telescope())
        (self.folder / "half/up").symlink_to("..")
        (self.folder / "half/closed").chmod(0)
        done = self.read_without_rights("half")
        both = self.read_without_rights("half/closed")
        (self.folder / "half/closed").chmod(0o700)
        self.assertEqual(done.stderr, "kizashi: partial: half/closed: cannot list: Permission denied\n")
        self.assertEqual(done.returncode, 1)
        self.assertIn("\n83 packets, ", done.stdout)
        self.assertIn("\nNotes\n  half/closed: cannot list: Permission denied (packets are missing)\n"
                      "  half/up: a link to a folder; it is not followed\n", done.stdout)
        self.assertEqual((both.returncode, both.stdout, both.stderr),
                         (1, "", "kizashi: half/closed: cannot list: Permission denied\n"))

    def test_cut_in_a_record(self):
        (self.folder / "cut.pcap").write_bytes(frames.small_telescope()[:-5])
        done = self.read("cut.pcap")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.errors, r"^kizashi: partial: cut\.pcap: offset \d+: .*\n$")
        self.assertIn("PARTIAL: packets are missing, see the notes below", done.output)
        notes = " ".join(done.output.split("\nNotes\n")[1].split())  # long ones are wrapped
        self.assertRegex(notes, r"^cut\.pcap: offset \d+: .* \(packets are missing\) cut\.pcap: ")
        self.assertIn("\n82 packets, ", done.output)

    def test_one_bad_file_does_not_stop_the_others(self):
        (self.folder / "bad.pcap").write_bytes(b"nonsense that is long enough to be read")
        done = self.read("bad.pcap", "small.pcap")
        self.assertEqual(done.returncode, 1)
        self.assertIn("\n83 packets, ", done.output)
        self.assertRegex(done.errors, r"^kizashi: partial: bad\.pcap: ")

    def test_names_cannot_command_a_terminal(self):
        done = self.read("a\x1b[31m.pcap")
        self.assertNotIn("\x1b", done.errors)

    def test_scenario_that_is_not_there(self):
        done = self.read("--synth", "nowhere")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.errors, r"^kizashi: .*nowhere")


class Outputs(ProgramTest):
    def test_full_disk(self):
        with open("/dev/full", "wb") as full:
            for form in ([], ["--json"]):
                done = self.read("small.pcap", *form, stdout=full)
                self.expect_failure(done, 1, "kizashi: standard output: cannot write: No space left on device")

    def test_the_reader_of_a_pipe_goes(self):
        script = '"$0" read --synth quiet --json --top 0 | head -c 10 >/dev/null; echo "${PIPESTATUS[0]}"'
        done = subprocess.run(["bash", "-c", script, KIZASHI], cwd=self.folder, capture_output=True,
                              env=self.environment(), timeout=120)
        # As with all commands: who has seen enough has not made a mistake.
        self.assertEqual((done.stderr, done.stdout), (b"", b"0\n"))

    def test_place_table_that_is_none(self):
        done = self.run_program("read", "small.pcap", "--place", "small.pcap")
        self.expect_failure(done, 1, "kizashi: small.pcap: offset 0: not a place table; make it anew with "
                            "'kizashi place compile'")
        done = self.run_program("read", "small.pcap", "--place", "gone.table")
        self.expect_failure(done, 1, "kizashi: gone.table: cannot open the place table: No such file or directory")
