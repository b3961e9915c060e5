"""The configuration file: its keys, its mistakes, its manual."""
import json

from program import HERE, ProgramTest


class Config(ProgramTest):
    def write(self, name, text):
        (self.folder / name).write_text(text)

    def test_every_mistake_is_told_with_its_place(self):
        self.write("wrong.toml", """[window]
length = "500ms"
lenght = "60s"
lateness = 3
[darknet]
prefixes = ["192.0.2.0/24", "192.0.2.1/24"]
[read]
top = "all"
threads = 65
memory = "3MB"
[sensor]
name = "x"
""")
        done = self.run_program("config", "check", "wrong.toml")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.errors.splitlines(), [
            "kizashi: wrong.toml:2:10: window.length is 500ms; expected 1s to 1d",
            "kizashi: wrong.toml:3:1: there is no key window.lenght; did you mean window.length? "
            "'kizashi config document' lists all keys",
            "kizashi: wrong.toml:4:12: window.lateness is 3; expected a length of time such as 10s, 0s to 1d",
            'kizashi: wrong.toml:6:12: darknet.prefixes: "192.0.2.1/24" is not a prefix such as 192.0.2.0/24: bits '
            "below the length are set; 192.0.2.0/24 was meant?",
            "kizashi: wrong.toml:8:7: read.top is 'all'; expected a whole number, 0 to 1000000000",
            "kizashi: wrong.toml:9:11: read.threads is 65; expected 0 to 64",
            'kizashi: wrong.toml:10:10: read.memory: "3MB" is not an amount of memory; expected a whole number with '
            "KiB, MiB or GiB, such as 256MiB, 1MiB to 1024GiB",
            "kizashi: wrong.toml:12:1: there is no key sensor.name; 'kizashi config document' lists all keys",
        ])

    def test_not_toml(self):
        self.write("broken.toml", "[window\n")
        done = self.run_program("read", "small.pcap", "--config", "broken.toml")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.errors, r"^kizashi: broken\.toml:1:\d+: not TOML: ")

    def test_not_there(self):
        done = self.run_program("read", "small.pcap", "--config", "gone.toml")
        self.expect_failure(done, 1, "kizashi: gone.toml: cannot read the configuration: No such file or directory")
        done = self.run_program("config", "check")
        self.expect_failure(done, 1, "kizashi: no configuration to check: no file is named, $KIZASHI_CONFIG is not set "
                            "and there is no kizashi.toml here")

    def test_keys_that_contradict_each_other(self):
        self.write("late.toml", '[window]\nlength = "5s"\nlateness = "6s"\n')
        self.expect_failure(self.run_program("config", "check", "late.toml"), 1,
                            "kizashi: late.toml:3:12: the lateness is 6s; expected at most the window's length, 5s")
        # Together with all that is wrong by itself, and with what a server would not take.
        self.write("late.toml", '[window]\nlength = "5s"\nlateness = "6s"\n[read]\ntop = -1\n[sensor.a]\nbpf = "tcp"\n')
        done = self.run_program("config", "check", "late.toml")
        self.assertEqual((done.returncode, done.errors.splitlines()), (1, [
            "kizashi: late.toml:3:12: the lateness is 6s; expected at most the window's length, 5s",
            "kizashi: late.toml:5:7: read.top is -1; expected a whole number, 0 to 1000000000",
            "kizashi: late.toml:6:9: sensor.a: no source is given; expected one of interface, folder, input, replay and scenario"]))

    def test_what_holds_and_where_it_is_from(self):
        self.write("some.toml", '[window]\nlength = "30s"\n[sensor.north]\ninput = "-"\n')
        done = self.run_program("config", "show", "some.toml", "--set")
        self.assertEqual((done.returncode, done.output.split("\n")[0].split()), (0, ["key", "value", "from"]))
        self.assertEqual([line.split() for line in done.output.splitlines()[1:]],
                         [["window.length", '"30s"', "some.toml:2:10"], ["sensor.north.input", '"-"', "some.toml:4:9"]])
        said = json.loads(self.run_program("config", "show", "some.toml", "--json").output)
        rows = {row["key"]: row for row in said["keys"]}
        self.assertEqual(rows["window.length"] | {}, {"key": "window.length", "value": '"30s"', "origin": "file", "file": "some.toml",
                                                      "line": 2, "column": 10, "reload": "restart"})
        self.assertEqual((rows["log.level"]["value"], rows["log.level"]["origin"], rows["log.level"]["reload"]),
                         ('"info"', "default", "live"))
        self.assertEqual(rows["sensor.north.speed"]["value"], "1")
        self.write("wrong.toml", "[window]\nlength = 3\n")
        self.assertEqual(self.run_program("config", "show", "wrong.toml").returncode, 1)

    def test_the_file_holds_and_options_come_before_it(self):
        self.write("good.toml", '[darknet]\nprefixes = ["192.0.2.0/24"]\n[window]\nlength = "30s"\n[read]\ntop = 1\n'
                                '[place]\ntable = "place.table"\n')
        checked = self.run_program("config", "check", "good.toml")
        self.assertEqual((checked.returncode, checked.output), (0, "good.toml: in order, 4 of 56 keys set\n"))
        done = self.run_program("read", "small.pcap", "--config", "good.toml")
        self.assertIn("Packets per 30 s", done.output)
        self.assertIn("Destination ports (1 of 20)", done.output)
        named = self.run_program("read", "small.pcap", environment={"KIZASHI_CONFIG": "good.toml"})
        self.assertEqual(done.output, named.output)
        over = self.run_program("read", "small.pcap", "--config", "good.toml", "--top", "2", "--window", "60s")
        self.assertIn("Packets per 1 min", over.output)
        self.assertIn("Destination ports (2 of 20)", over.output)
        self.write("kizashi.toml", (self.folder / "good.toml").read_text())
        found = self.run_program("read", "small.pcap")
        (self.folder / "kizashi.toml").unlink()
        self.assertEqual(done.output, found.output)

    def test_the_example_has_every_key_and_is_in_order(self):
        done = self.run_program("config", "document")
        self.assertEqual(done.returncode, 0)
        self.assertEqual((HERE.parent.parent / "kizashi.example.toml").read_text(), done.output,
                         "kizashi config document > kizashi.example.toml")
        self.write("example.toml", done.output)
        self.assertEqual(self.run_program("config", "check", "example.toml").returncode, 0)
        # A sensor has one source.
        others = ("#folder", "#input", "#replay", "#scenario")
        self.write("all.toml", "\n".join(line[1:] if line[:1] == "#" and (line[1:2].isalpha() or line[1:2] == "[") else line
                                         for line in done.output.splitlines() if not line.startswith(others)))
        checked = self.run_program("config", "check", "all.toml")
        self.assertEqual((checked.errors, checked.output), ("", "all.toml: in order, 51 of 56 keys set\n"))
