"""What is said of a wrong configuration, of sources that cannot be opened, and of a store that somebody else has."""
import http.client
import struct
import subprocess

from server import KIZASHI, ServeTest


class Settings(ServeTest):
    def expect(self, config, *lines, data="data", code=1):
        (self.folder / "wrong.toml").write_text(config)
        done = self.kizashi("serve", "--config", "wrong.toml", *(("--data", data) if data else ()))
        self.assertEqual((done.returncode, done.stderr.splitlines()), (code, [f"kizashi: {line}" for line in lines]))

    def test_all_mistakes_at_once(self):
        self.expect('[serve]\nlisten = ["here"]\nflush = "1ms"\nwithout_account = "all"\n[sensor.n]\nspeed = -1\nfile = "x"\n',
                    'wrong.toml:2:10: serve.listen: "here" is no place to listen at; expected an address and a port such as '
                    "127.0.0.1:8080 or [::1]:8080, or unix:/run/kizashi.sock",
                    *[line for line in (
                        "wrong.toml:3:9: serve.flush is 1ms; expected 200ms to 5min",
                        'wrong.toml:4:19: serve.without_account: "all" is not known; expected nothing, overviews or everything',
                        "wrong.toml:6:9: sensor.n.speed is -1; expected a whole number, 0 to 1000000",
                        "wrong.toml:7:1: there is no key sensor.n.file; 'kizashi config document' lists all keys")])

    def test_what_contradicts_itself(self):
        self.expect('[serve]\nlisten = ["0.0.0.0:80"]\nwithout_account = "everything"\nkey = "k"\n'
                    '[sensor.a]\n[sensor.b]\nfolder = "x"\ninterface = "lo"\n',
                    "serve.data is not set; expected a folder",
                    "wrong.toml:3:19: serve.without_account is everything, and serve.listen has an address that others reach; "
                    "expected 127.0.0.1, [::1] or unix:PATH alone",
                    "wrong.toml:4:7: serve.certificate and serve.key belong together; one of them is not set",
                    "wrong.toml:5:9: sensor.a: no source is given; expected one of interface, folder, input, replay and scenario",
                    "wrong.toml:6:9: sensor.b: several sources are given; expected one of interface, folder, input, replay and "
                    "scenario", data=None)

    def test_mistakes_of_both_kinds_at_once(self):
        self.expect('[serve]\nflush = "1ms"\nkey = "k"\n[sensor.a]\n[sensor.b]\ninput = 3\n',
                    "wrong.toml:2:9: serve.flush is 1ms; expected 200ms to 5min",
                    "wrong.toml:3:7: serve.certificate and serve.key belong together; one of them is not set",
                    "wrong.toml:4:9: sensor.a: no source is given; expected one of interface, folder, input, replay and scenario",
                    'wrong.toml:6:9: sensor.b.input is 3; expected a text such as "-"')

    def test_sources_that_are_not_there(self):
        done = self.kizashi("serve", "--data", "data", "--config", self.config('[sensor.a]\nfolder = "nix"\n'))
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"^kizashi: sensor\.a: nix: [^\n]*No such file or directory\n$")
        done = self.kizashi("serve", "--data", "data", "--config", self.config('[sensor.a]\nscenario = "nix"\n'))
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"^kizashi: sensor\.a: ")

    def config(self, text):
        (self.folder / "one.toml").write_text('[serve]\nlisten = ["127.0.0.1:0"]\n' + text)
        return "one.toml"

    def test_two_servers_on_one_store(self):
        self.fresh("data")
        first = self.start('[sensor.north]\nscenario = "outbreak"\nspeed = 1\n')
        first.port()
        second = self.kizashi("serve", "--data", "data", "--config", self.config(""))
        self.assertEqual(second.returncode, 1)
        self.assertRegex(second.stderr, rf"the store is in use by process {first.child.pid}: kizashi serve; ")
        self.assertEqual(first.stop(), 0, first.said())

    def test_scenario_has_addresses(self):
        """Without a darknet of its own, a scenario's packets have their places among the scenario's addresses."""
        self.fresh("data")
        server = self.start('without_account = "everything"\n[sensor.north]\nscenario = "outbreak"\nspeed = 100\n')
        connection = http.client.HTTPConnection("127.0.0.1", server.port(), timeout=60)
        self.addCleanup(connection.close)
        connection.request("GET", "/api/v1/frames")
        answer = connection.getresponse()
        self.assertEqual(answer.status, 200)
        marks = 0
        while marks < 20:
            length, = struct.unpack("<I", answer.read(4))
            body = answer.read(length)
            kind, marks = struct.unpack_from("<BH", body, 1)
            marks = 0 if kind else marks
        places = struct.unpack_from(f"<{marks}I", body, 32 + 8 * marks)
        self.assertGreater(len(set(places)), marks / 2)
        self.assertLess(max(places), 4096)
        connection.close()
        self.assertEqual(server.stop(), 0, server.said())

    def test_help_teaches(self):
        done = subprocess.run([KIZASHI, "serve", "--help"], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0)
        self.assertIn("kizashi serve --config kizashi.toml", done.stdout)
