"""What a question may take is bounded: groupings and sorts of millions of rows go to the disk and answer right, and what cannot says what to
do. The process's largest resident size is looked at, not its time."""
import os
import subprocess
import unittest

from asking import QueryTest, environment, run_statements

ROWS = 4_000_037  # a prime: multiples of another number visit every residue once
MIB = 1024 * 1024
LIMIT = 192  # MiB: the table of the grouping does not fit; at 96 its parts, read back from the disk, did not always either
BESIDE = 100  # MiB that the engine has besides what it counts; 35 were measured (docs/query.md)


class Memory(QueryTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        made = run_statements(cls.folder / "large", "create table large (k UInt64, n UInt32) engine=MergeTree order by tuple()",
                              f"insert into large select number * 777767777 % {ROWS}, number from numbers({ROWS})")
        assert made.returncode == 0, made.stderr
        cls.idle = cls.ask_measured("select 1")[2]

    @classmethod
    def ask_measured(cls, sql, limit=LIMIT):
        """Exit code, standard output or error, and the largest resident size in MiB."""
        command = cls.command("--memory", f"{limit}MiB", "--threads", "2", "--format", "csv", sql, store="large")
        child = subprocess.Popen(command, cwd=cls.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
                                 text=True, env=environment())
        output, errors = child.stdout.read(), child.stderr.read()
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        child.stdout.close()
        child.stderr.close()
        return child.returncode, output or errors, used.ru_maxrss * 1024 / MIB

    def expect(self, sql, answer):
        code, output, resident = self.ask_measured(sql)
        self.assertEqual((code, output.splitlines()[1:]), (0, [answer]))
        self.assertLess(resident, self.idle + LIMIT + BESIDE)

    def test_a_grouping_goes_to_the_disk(self):
        # Without a limit its table takes 500 MiB.
        self.expect("select count(), sum(c), max(k), sum(s) from (select k, count() as c, sum(n) as s, uniq(n) as u from large group by k)",
                    f"{ROWS},{ROWS},{ROWS - 1},{ROWS * (ROWS - 1) // 2}")

    def test_a_sort_goes_to_the_disk(self):
        self.expect("select count(), countIf(k != r) from (select k, rowNumberInAllBlocks() as r from (select k, n, toString(n) as t from large "
                    "order by k) where not ignore(t))", f"{ROWS},0")

    def test_what_cannot_says_what_to_do(self):
        code, errors, resident = self.ask_measured("select length(groupArray(k)), length(groupArray(toString(n))) from large")
        self.assertEqual(code, 1)
        self.assertEqual(errors, "kizashi: the question needs more memory than it may have; ask for less, or raise the limit (--memory)\n")
        self.assertLess(resident, self.idle + LIMIT + BESIDE)


if __name__ == "__main__":
    unittest.main()
