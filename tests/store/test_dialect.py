"""The same statements give the same answers on the oldest ClickHouse and on the embedded one (src/store/dialect.test.cpp)."""
import unittest

from clickhouse import Refused, ServerTest
from statements import HERE, dialect_files, statements


class Dialect(ServerTest):
    maxDiff = None

    def test_it_is_the_version_that_is_meant(self):
        self.assertRegex(self.server.ask("select version()"), r"^18\.16\.")

    def test_answers(self):
        self.assertTrue(dialect_files())
        for file in dialect_files():
            with self.subTest(file.stem):
                self.server.ask(f"create database {file.stem}")
                answers = [self.server.send(sql, database=file.stem).decode() for sql in statements(file)]
                self.assertEqual("".join(answers), file.with_suffix(".expected").read_text())
                self.server.ask(f"drop database {file.stem}")

    def test_a_block_of_ours_is_read(self):
        self.server.ask("create table block (u UInt16, i Int64, a FixedString(16), s String, l Array(UInt32)) "
                        "engine=MergeTree order by u")
        self.server.send("insert into block (u, i, a, s, l) format Native", (HERE / "block.native").read_bytes())
        self.assertEqual(self.server.ask("select u, i, IPv6NumToString(a), s, l from block order by u"),
                         "1\t-1\t2001:db8::1\t\t[]\n65535\t9223372036854775807\t::ffff:192.0.2.1\tit\\'s\t[7,8,9]\n")
        self.assertEqual(self.server.send("select u, i, a, s, l from block order by u format Native"),
                         (HERE / "block.native").read_bytes())

    def test_a_mistake_is_said(self):
        with self.assertRaisesRegex(Refused, "Code: 62"):
            self.server.ask("selec 1")


if __name__ == "__main__":
    unittest.main()
