"""What `kizashi query` says when it cannot answer, or will not."""
import os
import signal
import subprocess
import tempfile
import time
import unittest

from asking import KIZASHI, QueryTest, RUN_STATEMENTS, environment

USAGE = "'kizashi query --help' tells more"
REFUSED = "the statement writes or changes something; only questions are answered here: SELECT, SHOW, DESCRIBE, EXPLAIN"
STOPPED = b"kizashi: stopped before the answer was complete\n"


class WrongSql(QueryTest):
    def expect(self, sql, *lines):
        self.expect_failure(self.query(sql), 1, *lines)

    def test_the_place(self):
        self.expect("select\n  count(\nfrom packets", "SQL:2:8: not expected here: (", "    count(", "         ^")
        self.expect("select 1 +", "SQL:1:11: the statement ends where more was expected", "  select 1 +", "            ^")
        self.expect("\tselct \x1b[1m1", "SQL:1:8: not expected here: ?[1m1", "  ?selct ?[1m1", "         ^")

    def test_the_place_in_a_long_line(self):
        self.expect("select " + "1, " * 40 + ") from t",
                    "SQL:1:128: not expected here: ) from t", "  " + "1, " * 20 + ") from t", "  " + " " * 60 + "^")

    def test_the_place_behind_letters_of_several_bytes(self):
        self.expect("select '兆' 2", "SQL:1:14: not expected here: 2", "  select '兆' 2", "             ^")

    def test_names(self):
        self.expect("select * from nix", "Unknown table expression identifier 'nix'; \"show tables\" names those that are there")
        self.expect("select sorce from packets", "Unknown expression identifier `sorce`")

    def test_an_empty_question(self):
        for sql in ("", " \n"):
            self.expect_failure(self.query(sql), 2, "the question is empty; expected a text in SQL", USAGE)
        self.expect_failure(self.query("-"), 2, "the question is empty; expected a text in SQL", USAGE)
        self.expect_failure(self.query("-", stdin="x" * (1 << 20) + "x"), 1,
                            "standard input has more than 1 MiB; expected a question in SQL")


class Refused(QueryTest):
    def test_writing(self):
        for sql in ("insert into packets values (1, 2, 3, 4)", "drop table packets", "truncate table packets",
                    "create table x (n UInt8) engine=Memory", "alter table packets delete where 1", "set readonly=0",
                    "optimize table packets", "select 1 into outfile 'x'", "kill query where 1", "system shutdown"):
            for form in ((), ("-o", "x.parquet"), ("--format", "table")):
                with self.subTest(sql=sql, form=form):
                    self.expect_failure(self.query(*form, sql), 1, REFUSED)
        self.assertEqual(self.answer("select count() as n from packets"), "n\n4\n")
        self.assertEqual([file.name for file in self.folder.iterdir()], ["seen"])

    def test_files_and_connections(self):
        for sql in ("select * from file('/etc/hostname', LineAsString)",
                    "select * from url('http://127.0.0.1:1/', TSV, 'a String')"):
            self.expect_failure(self.query(sql), 1, "the question writes or changes something; only reading is permitted")

    def test_a_format(self):
        said = ("the statement has a FORMAT clause; leave it out: the form of the answer is chosen beside the statement "
                "(--format)")
        self.expect_failure(self.query("select 1 format CSV"), 1, said)
        self.expect_failure(self.query("-o", "x.parquet", "select 1 format CSV; -- x"), 1, said)

    def test_two_questions(self):
        self.expect_failure(self.query("select 1; select 2"), 1, "the text has 2 statements; expected one")


class Limits(QueryTest):
    def test_memory(self):
        self.expect_failure(self.query("--memory", "64MiB", "select length(groupArray(number)) from numbers(100000000)"), 1,
                            "the question needs more memory than it may have; ask for less, or raise the limit (--memory)")

    def test_time(self):
        self.expect_failure(self.query("--time-limit", "1s", "select count() from system.numbers"), 1,
                            "the question takes longer than it may; ask for less, or raise the limit (--time-limit)")

    def test_threads(self):
        self.assertEqual(self.answer("--threads", "3", "select getSetting('max_threads') as n"), "n\n3\n")


class Usage(QueryTest):
    def expect(self, *arguments_and_line):
        *arguments, line = arguments_and_line
        self.expect_failure(self.query(*arguments), 2, line, USAGE)

    def test_files(self):
        self.expect("-o", "a.dat", "select 1", "a.dat: the name does not say which format it is to have; expected .csv, "
                                               ".jsonl or .parquet, or --format")
        self.expect("--format", "parquet", "select 1", "Parquet is one file and no stream; expected -o FILE")
        self.expect("--format", "parquet", "-o", "-", "select 1", "Parquet is one file and no stream; expected -o FILE")
        self.expect("--format", "parquet", "-o", "/dev/full", "select 1",
                    "/dev/full: Parquet is written into files only, and this is none")
        self.expect("--format", "xml", "select 1", "--format: xml not in {table,csv,jsonl,parquet}")

    def test_files_that_cannot_be_made(self):
        self.expect_failure(self.query("-o", "nix/a.csv", "select 1"), 1, "nix/a.csv: cannot write: No such file or directory")
        self.expect_failure(self.query("-o", "nix/a.parquet", "select 1"), 1,
                            "nix/a.parquet: cannot write: No such file or directory")

    def test_limits(self):
        self.expect("--memory", "lots", "select 1", '"lots" is not an amount of memory; expected a whole number with KiB, MiB or '
                                                    "GiB, such as 256MiB, 1MiB to 1024GiB")
        self.expect("--time-limit", "0s", "select 1", "--time-limit is 0s; expected 1s or more")
        self.expect("--threads", "0", "select 1", "--threads: Value 0 not in range 1 to 256")


class Store(QueryTest):
    def test_no_store(self):
        (self.folder / "empty").mkdir(exist_ok=True)
        (self.folder / "file").write_text("")
        for name in ("nix", "empty", "file"):
            self.expect_failure(self.query("select 1", store=name), 1,
                                f"{name}: there is no store here; 'kizashi read CAPTURE --store {name}' makes one")
        self.assertFalse((self.folder / "nix").exists())
        self.assertEqual(list((self.folder / "empty").iterdir()), [])

    def test_the_owner_is_named(self):
        owner = subprocess.Popen([RUN_STATEMENTS, self.folder / "seen"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                 env=environment())
        self.assertEqual(owner.stdout.readline(), b"owned\n")
        done = self.query("select 1")
        owner.communicate(timeout=60)
        self.expect_failure(done, 1, f"{self.folder.resolve()}/seen: the store is in use by process {owner.pid}: run_statements; "
                                     "one process at a time can own it: ask that one, or wait until it has ended")
        self.assertEqual(self.answer("select 1 as a"), "a\n1\n")


class NoEngine(unittest.TestCase):
    def test_what_is_missing(self):
        with tempfile.TemporaryDirectory(prefix="kizashi-query-") as folder:
            os.makedirs(os.path.join(folder, "seen/engine"))
            done = subprocess.run([KIZASHI, "query", "--store", "seen", "select 1"], cwd=folder, capture_output=True,
                                  text=True, env=environment(KIZASHI_ENGINE="/nonexistent/libchdb.so"), timeout=60)
        if "processor" in done.stderr or "sanitizers" in done.stderr:
            self.skipTest(done.stderr.strip())
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertRegex(done.stderr, r"^kizashi: the store's engine, libchdb\.so, is not on this machine; looked at "
                                      r"/nonexistent/libchdb\.so; to get it, install [^\n]*\n$")


class Stop(QueryTest):
    def start(self, *arguments, **more):
        return subprocess.Popen(self.command(*arguments), cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                env=environment(), **more)

    def wait_until_asking(self, child):
        """The store's owner is written down after the program listens for signals and before it asks."""
        owner = self.folder / "seen/owner"
        for _ in range(600):
            if owner.read_text().startswith(f"process {child.pid}:"):
                return
            time.sleep(0.1)
        self.fail("it never opened the store")

    def test_before_there_is_anything(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            child = self.start("select count() from system.numbers")
            self.wait_until_asking(child)
            child.send_signal(number)
            self.assertEqual((*child.communicate(timeout=60), child.returncode), (b"", STOPPED, 1))

    def test_in_the_middle_of_an_answer(self):
        child = self.start("select number as n from system.numbers")
        self.assertEqual(child.stdout.read(2), b"n\n")
        child.send_signal(signal.SIGINT)
        _, errors = child.communicate(timeout=60)
        self.assertEqual((errors, child.returncode), (STOPPED, 1))

    def test_files_do_not_appear(self):
        for name in ("s.csv", "s.parquet"):
            child = self.start("-o", name, "select number as n from system.numbers")
            for _ in range(600):
                if list(self.folder.glob(f"{name}.*.part")):
                    break
                time.sleep(0.1)
            child.send_signal(signal.SIGINT)
            self.assertEqual((*child.communicate(timeout=60), child.returncode), (b"", STOPPED, 1))
            self.assertEqual(list(self.folder.glob("s.*")), [])

    def test_a_silent_standard_input(self):
        child = self.start("-", stdin=subprocess.PIPE)
        time.sleep(0.5)
        child.send_signal(signal.SIGINT)
        errors = child.stderr.read()  # while standard input is open
        child.stdin.close()
        self.assertEqual((child.wait(timeout=60), errors), (1, STOPPED))
        child.stdout.close()
        child.stderr.close()
