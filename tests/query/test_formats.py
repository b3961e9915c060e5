"""The forms of an answer, byte for byte, and Parquet through a reader that is not the engine's where there is one."""
import csv
import importlib
import io
import json
import os
import pty
import struct
import subprocess

from asking import QueryTest, environment, run_statements

KINDS = "select * from kinds order by n"
PORTS = "select dst_port, count() as packets from packets group by dst_port order by dst_port"


class Csv(QueryTest):
    def test_every_kind_of_value(self):
        self.assertEqual(self.answer(KINDS), (
            "n,v4,v6,ts,at,day,name,list,is_on,real\n"
            '-1,192.0.2.1,2001:db8::1:0:0:1,2026-01-15T09:00:00.500000Z,2026-01-15T00:00:00Z,2026-01-15,'
            '"\'=1+2, ""x""","[\'a,b\',\'it\\\'s\']",true,0.5\n'
            "2,198.51.100.7,::,1970-01-01T00:00:00.000000Z,1970-01-01T00:00:00Z,1970-01-01,,[],false,nan\n"
            "3,0.0.0.0,::ffff:192.0.2.1,2026-01-15T09:00:00.000001Z,2026-01-15T00:00:00Z,2026-01-15,"
            '"a\nb\tc\x1b[31m兆",[\'\\n\'],true,1e100\n'))

    def test_python_reads_it(self):
        rows = list(csv.DictReader(io.StringIO(self.answer(KINDS), newline="")))
        self.assertEqual([row["name"] for row in rows], ["'=1+2, \"x\"", "", "a\nb\tc\x1b[31m兆"])

    def test_names_that_need_quotes(self):
        self.assertEqual(self.answer('select 1 + 1, 2 as "a""b", 3 as `c\n`'), '"plus(1, 1)","a""b","c\n"\n2,2,3\n')

    def test_no_rows(self):
        self.assertEqual(self.answer("select src, ts from packets where 0"), "src,ts\n")

    def test_a_long_answer_has_one_head_and_every_row(self):
        lines = self.answer("select number as n, toString(number) as s from numbers(300000)").splitlines()
        self.assertEqual(lines[0], "n,s")
        self.assertEqual(lines[1:], [f'{n},"{n}"' for n in range(300000)])

    def test_statements_that_are_no_select(self):
        self.assertEqual(self.answer("show tables;"), 'name\n"kinds"\n"packets"\n')
        self.assertTrue(self.answer("describe packets").splitlines()[1].startswith('"ts","UInt64"'))
        self.assertIn("ReadFromMergeTree", self.answer("explain select src from packets"))

    def test_sql_from_standard_input(self):
        self.assertEqual(self.answer("-", stdin="-- a comment; first\nselect 1 as a -- and last\n"), "a\n1\n")

    def test_examples_of_the_help(self):
        text = subprocess.run(self.command("--help"), capture_output=True, text=True, check=True).stdout
        examples = " ".join(text[text.index("Examples:"):].split()).split("kizashi query --store seen ")
        asked = [part.split('"')[1] for part in examples if '"' in part]
        self.assertEqual(len(asked), 5)
        answers = [self.answer(sql) for sql in asked]
        self.assertEqual(answers[2], "dst_port,packets\n23,2\n2323,1\n")
        self.assertEqual(answers[3], 'source,ports\n"192.0.2.1",3\n"192.0.2.2",1\n')
        self.assertEqual(len(answers[4].splitlines()), 5)
        self.assertEqual(self.answer("select fromUnixTimestamp64Micro(ts) as t from packets order by ts limit 1"),
                         "t\n2026-01-15T09:00:00.000000Z\n")

    def test_a_closed_pipe_is_no_failure(self):
        child = subprocess.Popen(self.command("select number as n from system.numbers"), cwd=self.folder,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
        self.assertEqual([child.stdout.readline() for _ in range(3)], [b"n\n", b"0\n", b"1\n"])
        child.stdout.close()
        self.assertEqual((child.wait(timeout=60), child.stderr.read()), (0, b""))
        child.stderr.close()


class JsonLines(QueryTest):
    def test_every_kind_of_value(self):
        rows = [json.loads(line) for line in self.answer("--format", "jsonl", KINDS).splitlines()]
        self.assertEqual(rows[0], {
            "n": -1, "v4": "192.0.2.1", "v6": "2001:db8::1:0:0:1", "ts": "2026-01-15T09:00:00.500000Z",
            "at": "2026-01-15T00:00:00Z", "day": "2026-01-15", "name": '=1+2, "x"', "list": ["a,b", "it's"],
            "is_on": True, "real": 0.5})
        self.assertEqual((rows[1]["name"], rows[1]["list"], rows[1]["real"]), (None, [], None))
        self.assertEqual((rows[2]["name"], rows[2]["list"]), ("a\nb\tc\x1b[31m兆", ["\n"]))

    def test_numbers_are_exact(self):
        self.assertEqual(self.answer("--format", "jsonl", "select 18446744073709551615 as n"), '{"n":18446744073709551615}\n')

    def test_no_rows(self):
        self.assertEqual(self.answer("--format", "jsonl", "select 1 where 0"), "")


class Table(QueryTest):
    def test_every_kind_of_value(self):
        self.assertEqual(self.answer("--format", "table", "select n, v4, name, list, real from kinds order by n"), (
            "   n  v4            name         list              real\n"
            "  -1  192.0.2.1     =1+2, \"x\"    ['a,b','it\\'s']    0.5\n"
            "   2  198.51.100.7  NULL         []                 nan\n"
            "   3  0.0.0.0       a?b?c?[31m兆  ['\\n']           1e100\n"
            "3 rows\n"))

    def test_one_row_and_none(self):
        self.assertEqual(self.answer("--format", "table", "select 1 as one"), "  one\n    1\n1 row\n")
        self.assertEqual(self.answer("--format", "table", "select 1 as one where 0"), "  one\n0 rows\n")

    def test_ends_after_ten_thousand_rows_and_says_so(self):
        lines = self.answer("--format", "table", "select number from system.numbers").splitlines()
        self.assertEqual(lines[:2], ["  number", "       0"])
        self.assertEqual(lines[10000:], [
            "    9999",
            "the first 10,000 rows; there are more: narrow the question, or take all with --format csv"])
        self.assertEqual(self.answer("--format", "table", "select number from numbers(10000)").splitlines()[-1], "10,000 rows")

    def test_a_long_value_is_cut(self):
        line = self.answer("--format", "table", "select repeat('é', 100000) as r").splitlines()[1]
        self.assertEqual(line, "  " + "é" * 999 + "…")

    def test_a_terminal_gets_a_table_of_its_width(self):
        ours, theirs = pty.openpty()
        child = subprocess.Popen(self.command("select repeat('x', 100) as r"), cwd=self.folder, stdin=subprocess.DEVNULL,
                                 stdout=theirs, stderr=theirs, env=environment(COLUMNS="50", TERM="dumb"))
        os.close(theirs)
        text = b""
        try:
            while piece := os.read(ours, 4096):
                text += piece
        except OSError:  # the terminal's end, as Linux says it
            pass
        os.close(ours)
        self.assertEqual(child.wait(timeout=60), 0)
        self.assertEqual(text.decode().splitlines(), ["  r", "  " + "x" * 47 + "…", "1 row"])


class Files(QueryTest):
    def test_the_name_says_the_format(self):
        for name, text in (("a.csv", "a\n1\n"), ("a.jsonl", '{"a":1}\n')):
            self.assertEqual(self.answer("-o", name, "select 1 as a"), "")
            self.assertEqual((self.folder / name).read_text(), text)
        self.assertEqual(self.answer("-o", "a.txt", "--format", "table", "select 1 as a"), "")
        self.assertEqual((self.folder / "a.txt").read_text(), "  a\n  1\n1 row\n")
        self.assertEqual(self.answer("-o", "-", "select 1 as a"), "a\n1\n")

    def test_a_failure_leaves_what_was_there(self):
        for name in ("kept.csv", "kept.parquet"):
            (self.folder / name).write_text("before")
            done = self.query("-o", name, "select throwIf(number = 200000) from numbers(300000)")
            self.assertEqual(done.returncode, 1)
            self.assertEqual((self.folder / name).read_text(), "before")
        self.assertEqual(list(self.folder.glob("*.part")), [])


class Parquet(QueryTest):
    def test_a_footer_with_the_rows(self):
        self.assertEqual(self.answer("-o", "p.parquet", PORTS + " -- done;"), "")
        data = (self.folder / "p.parquet").read_bytes()
        self.assertEqual((data[:4], data[-4:]), (b"PAR1", b"PAR1"))
        length, = struct.unpack("<I", data[-8:-4])
        self.assertIn(b"dst_port", data[-8 - length:-8])
        self.assertEqual(list(self.folder.glob("*.part")), [])

    def test_the_engine_reads_it_in_another_store(self):
        self.answer("-o", "k.parquet", KINDS)
        file = self.folder / "k.parquet"
        done = run_statements(
            self.folder / "other", f"create table k engine=MergeTree order by n as select * from file('{file}', Parquet)")
        self.assertEqual((done.stderr, done.returncode), ("", 0))
        self.assertEqual(self.answer("select count(), sum(n), min(ts), countIf(name is null) from k", store="other").splitlines()[1],
                         "3,4,1970-01-01T00:00:00.000000Z,1")

    def test_a_foreign_reader(self):
        self.answer("-o", "f.parquet", PORTS)
        for module, read in (("pyarrow.parquet", lambda m, f: m.read_table(f).to_pydict()),
                             ("duckdb", lambda m, f: m.sql(f"select * from '{f}'").fetchnumpy())):
            try:
                reader = importlib.import_module(module)
            except ImportError:
                continue
            table = read(reader, str(self.folder / "f.parquet"))
            self.assertEqual({name: list(values) for name, values in table.items()},
                             {"dst_port": [23, 53, 2323], "packets": [2, 1, 1]})
            return
        self.skipTest("neither pyarrow nor duckdb is installed")
