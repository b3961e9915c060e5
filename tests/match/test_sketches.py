"""kizashi match with sketches beside a store: the answers are those without, whatever is damaged or missing, and what is nowhere is
told without the engine and without owning the store."""
import fcntl
import ipaddress
import pathlib
import random
import shutil
import unittest

from test_captures import near
from test_store import HOUR, StoreTest, capture_of, frames, packets_of, scattered
import struct

NOWHERE = "192.0.2.77\n203.0.113.0/28\n2001:db8:ffff::/64\n"


class SketchTest(StoreTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        chance = random.Random(21)
        for name, count in ("north", 2500), ("south", 400):
            (cls.folder / f"{name}.pcap").write_bytes(capture_of(packets_of(chance, count)))
            cls.store(f"{name}.pcap", "--sensor", name)
        cls.without("seen", "plain")
        (cls.folder / "nowhere.txt").write_text(NOWHERE)

    @classmethod
    def copy(cls, store, name):
        shutil.rmtree(cls.folder / name, ignore_errors=True)
        return pathlib.Path(shutil.copytree(cls.folder / store, cls.folder / name, symlinks=True))

    @classmethod
    def without(cls, store, name):
        shutil.rmtree(cls.copy(store, name) / "sketch")

    def sketches(self, store="seen"):
        return sorted(path for path in (self.folder / store / "sketch").iterdir() if path.name[0].isdigit())

    def answer(self, store, *arguments, list="list.txt", **environment):
        done = self.run_program("match", "--list", list, "--store", store, *arguments, environment=environment)
        self.assertEqual(done.returncode, 0, done.errors)
        return done.output

    def vacuum(self, store):
        done = self.run_program("store", "vacuum", "--store", store)
        self.assertEqual((done.returncode, done.errors), (0, ""))
        return done.output


class Random(SketchTest):
    def list(self, chance):
        lines = []
        for _ in range(chance.choice((1, 3, 40))):
            address = chance.choice((near, scattered, near))(chance)
            width = address.max_prefixlen
            form = chance.randrange(3)
            if form == 0:
                lines.append(str(address))
            elif form == 1:
                lines.append(str(ipaddress.ip_network((address, width - chance.randrange(12)), strict=False)))
            else:
                lines.append(f"{address}-{address + chance.randrange(300)}")
        (self.folder / "list.txt").write_text("\n".join(lines) + "\n")

    def test_answers_are_those_without(self):
        chance = random.Random(22)
        day = frames.START // 86400 * 86400
        for _ in range(6):
            self.list(chance)
            arguments = ["--side", chance.choice(("source", "destination", "either"))]
            if chance.random() < 0.4:
                arguments += ["--sensor", chance.choice(("north", "south"))]
            if chance.random() < 0.4:
                arguments += ["--from", self.time(day + chance.choice((9, 24, 30)) * HOUR)]
            if chance.random() < 0.4:
                arguments += ["--to", self.time(day + chance.choice((31, 48, 70)) * HOUR)]
            with self.subTest(arguments=arguments):
                self.assertEqual(self.answer("seen", *arguments), self.answer("plain", *arguments))

    @staticmethod
    def time(seconds):
        import datetime
        return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


class Nowhere(SketchTest):
    HEAD = "time,matched,entry,source,protocol,source_port,destination_port,tcp_flags,ip_length\n"

    def test_is_told_without_the_engine(self):
        no_engine = {"KIZASHI_ENGINE": "/nowhere/libchdb.so"}
        for arguments in ((), ("--sensor", "north"), ("--from", "2026-01-01"), ("--side", "destination")):
            self.assertEqual(self.answer("seen", *arguments, list="nowhere.txt", **no_engine), self.HEAD)
        done = self.run_program("match", "--list", "nowhere.txt", "--store", "plain", environment=no_engine)
        self.assertEqual(done.returncode, 1)
        self.assertIn("engine", done.errors)

    def test_is_told_by_day(self):
        (self.folder / "all.txt").write_text("0.0.0.0/0\n::/0\n")
        before = "--to", "1999-01-01"
        self.assertEqual(self.answer("seen", *before, list="all.txt", KIZASHI_ENGINE="/nowhere"), self.HEAD)

    def test_is_told_while_somebody_owns_the_store(self):
        with open(self.folder / "seen/owner", "r+") as owner:
            fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.assertEqual(self.answer("seen", list="nowhere.txt"), self.HEAD)
            (self.folder / "all.txt").write_text("0.0.0.0/0\n")
            done = self.run_program("match", "--list", "all.txt", "--store", "seen")
            self.assertIn("the store is in use by", done.errors)

    def test_a_sensor_that_is_not_there(self):
        done = self.run_program("match", "--list", "nowhere.txt", "--store", "seen", "--sensor", "east")
        self.assertEqual((done.returncode, done.output), (1, ""))
        self.assertIn('there is no sensor "east" in the store; it has north, south', done.errors)


class Damage(SketchTest):
    def setUp(self):
        self.copy("seen", "tried")
        (self.folder / "list.txt").write_text("198.51.96.0/23\n2001:db8::/118\n10.0.7.0/24\n")
        self.expected = self.answer("plain")

    def expect_old_way(self, *words):
        """Answers are right, the damage is named, `check` finds it, and vacuum makes the sketch anew."""
        done = self.run_program("match", "--list", "list.txt", "--store", "tried")
        self.assertEqual((done.returncode, done.output), (0, self.expected))
        for each in (*words, "'kizashi store vacuum' makes it anew"):
            self.assertIn(each, done.errors)
        checked = self.run_program("store", "check", "--store", "tried")
        self.assertEqual(checked.returncode, 1)
        self.assertIn("sketches", checked.output)
        self.assertRegex(self.vacuum("tried"), r"; \d sketch(es)? made\n$")
        self.assertEqual(self.answer("tried", list="nowhere.txt", KIZASHI_ENGINE="/nowhere"), Nowhere.HEAD)
        self.assertEqual(self.answer("tried"), self.expected)
        self.assertEqual(self.run_program("store", "check", "--store", "tried").returncode, 0)

    def test_a_changed_byte(self):
        file = self.sketches("tried")[-1]
        bytes_ = bytearray(file.read_bytes())
        bytes_[len(bytes_) // 2] ^= 4
        file.write_bytes(bytes_)
        self.expect_old_way(file.name, "is damaged")

    def test_a_file_that_is_cut(self):
        file = self.sketches("tried")[0]
        file.write_bytes(file.read_bytes()[:-1])
        self.expect_old_way(file.name, "bytes; expected")

    def test_a_file_that_is_missing(self):
        file = self.sketches("tried")[0]
        file.unlink()
        self.expect_old_way(file.name, "No such file")

    def test_an_index_that_is_damaged(self):
        index = self.folder / "tried/sketch/index"
        index.write_text(index.read_text().replace("north", "west"))
        self.expect_old_way("sketch/index", "the last line is not the sum")

    def test_what_stands_behind_the_end_counts_for_nothing(self):
        with open(self.sketches("tried")[0], "ab") as file:
            file.write(b"half a record")
        done = self.run_program("match", "--list", "list.txt", "--store", "tried")
        self.assertEqual((done.returncode, done.output, done.errors), (0, self.expected, ""))

    def test_what_check_isolates_is_made_anew(self):
        file = self.sketches("tried")[0]
        file.write_bytes(b"KZSKETC1" + bytes(file.stat().st_size - 8))
        done = self.run_program("store", "check", "--store", "tried", "--isolate")
        self.assertIn(f"{file.name}.damaged", done.output)
        done = self.run_program("match", "--list", "list.txt", "--store", "tried")
        self.assertEqual((done.returncode, done.output, done.errors), (0, self.expected, ""))
        info = self.run_program("store", "info", "--store", "tried").output
        self.assertIn("1 day without one, 'kizashi store vacuum' makes them", info)
        self.vacuum("tried")
        self.assertEqual(self.answer("tried"), self.expected)


class Growing(SketchTest):
    def test_a_store_from_before_there_were_sketches(self):
        """Reading more into it gives no sketch to days that it had, until vacuum makes them."""
        self.copy("plain", "older")
        frame = frames.ipv4("203.0.113.5", "192.0.2.1", 6, frames.tcp(23, frames.SYN))
        record = struct.pack("<IIII", frames.START + 5, 0, len(frame), len(frame)) + frame
        (self.folder / "more.pcap").write_bytes(capture_of([]) + record)
        self.store("more.pcap", "--sensor", "east", store="older")
        self.assertEqual(self.answer("older", list="nowhere.txt").count("203.0.113.5"), 1)
        self.assertRegex(self.vacuum("older"), r"; \d sketches made\n$")
        self.assertEqual(self.answer("older", list="nowhere.txt").count("203.0.113.5"), 1)
        (self.folder / "list.txt").write_text("198.51.96.0/23\n2001:db8::/118\n")
        self.assertEqual(self.answer("older"), self.answer("plain"))

    def test_days_that_are_dropped_or_archived(self):
        self.copy("seen", "kept")
        days = len(self.sketches("kept"))
        self.assertGreater(days, 1)
        done = self.run_program("store", "archive", "--store", "kept", "--before", "2099-01-01")
        self.assertEqual(done.returncode, 0, done.errors)
        (self.folder / "list.txt").write_text("198.51.96.0/23\n2001:db8::/118\n")
        self.assertEqual(self.answer("kept"), self.answer("plain"))
        rules = "--keep", "packets 1d", "--keep", "packets6 1d", "--today", "2099-01-01"
        done = self.run_program("store", "vacuum", "--store", "kept", *rules)
        self.assertEqual(done.returncode, 0, done.errors)
        self.assertEqual(self.sketches("kept"), [])
        self.assertEqual(self.answer("kept", KIZASHI_ENGINE="/nowhere"), Nowhere.HEAD)

    def test_a_backup_has_them(self):
        for words in (("backup", "--store", "seen", "--to", "copy"), ("restore", "--store", "again", "--from", "copy")):
            done = self.run_program("store", *words)
            self.assertEqual(done.returncode, 0, done.errors)
        self.assertEqual([path.name for path in self.sketches("again")], [path.name for path in self.sketches()])
        self.assertEqual(self.answer("again", list="nowhere.txt", KIZASHI_ENGINE="/nowhere"), Nowhere.HEAD)


if __name__ == "__main__":
    unittest.main()
