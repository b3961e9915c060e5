"""What the statistics ask (statistics.sql, written by src/store/statistics.test.cpp) is answered by the oldest ClickHouse, on the
tables of schema/store.sql, as by the embedded one."""
import re
import unittest

from clickhouse import ServerTest
from statements import HERE, statements

SCHEMA = HERE.parent.parent / "schema/store.sql"


def tables():
    text = re.sub(r"--.*", "", SCHEMA.read_text())
    text = re.sub(r"\[codec [^\]]*\]", "", text).replace("[kept]", "settings index_granularity=8192")
    return [part.strip() for part in text.split(";") if part.strip()]


class Statistics(ServerTest):
    maxDiff = None

    def fill(self):
        """18.16 does not hand on to the views of a table what comes to it from a view: they are filled by hand."""
        for sql in tables():
            view = re.match(r"create materialized view if not exists \w+ to (\w+) as\s+(.*?from (\w+).*)", sql, re.DOTALL)
            if view and view[3] in ("source_hour", "source6_hour"):
                self.server.ask(f"insert into {view[1]} {view[2]}")

    def test_answers(self):
        for sql in tables():
            self.server.ask(sql)
        rows = statements(HERE / "statistics.sql")
        questions = [sql for sql in rows if sql.startswith("select")]
        for sql in rows[:-len(questions)]:
            self.server.ask(sql)
        self.fill()
        answers = b"".join(self.server.send(sql) for sql in questions)
        plain = answers.decode("ascii", "replace").replace("\N{REPLACEMENT CHARACTER}", "?")  # bytes of addresses
        self.assertEqual(plain, (HERE / "statistics.expected").read_text())


if __name__ == "__main__":
    unittest.main()
