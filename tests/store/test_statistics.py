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

    def test_answers(self):
        for sql in tables():
            self.server.ask(sql)
        rows = statements(HERE / "statistics.sql")
        questions = [sql for sql in rows if sql.startswith("select")]
        for sql in rows[:-len(questions)]:
            self.server.ask(sql)
        answers = b"".join(self.server.send(sql) for sql in questions)
        plain = answers.decode("ascii", "replace").replace("\N{REPLACEMENT CHARACTER}", "?")  # bytes of addresses
        self.assertEqual(plain, (HERE / "statistics.expected").read_text())


if __name__ == "__main__":
    unittest.main()
