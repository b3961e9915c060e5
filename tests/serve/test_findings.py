"""The engines of a server find in a replay what `kizashi detect` finds in the file, over restarts and crashes, and tell it everywhere."""
import http.client
import json
import time

from server import Server, ServeTest, ask

CONFIG = """[serve]
listen = ["127.0.0.1:0"]
without_account = "everything"
flush = "200ms"
checkpoint = "1s"
[engines]
use = ["surge", "change", "fuse"]
[sensor.north]
replay = ["all.pcap"]
speed = 0
"""
SQL = "select hex(id) as finding, engine, kind, sensor, first, last, score, confidence from findings final where kind != 'shortage' order by all"


class Findings(ServeTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.done("synth", "three-days", "-o", "all.pcap")
        said = json.loads(cls.done("detect", "all.pcap", "--sensor", "north", "--engine", "surge,change,fuse", "--json", "--no-progress"))
        cls.expected = {each["id"]: each for each in said["findings"] if each["kind"] != "shortage"}
        assert len(cls.expected) >= 4, said

    def expect_stored(self, data):
        rows = [line.split(",") for line in self.rows(f"{data}/store", SQL).splitlines()[1:]]
        self.assertEqual(sorted(row[0].strip('"').lower().zfill(16) for row in rows), sorted(self.expected))
        for row in rows:
            each = self.expected[row[0].strip('"').lower().zfill(16)]
            self.assertEqual([word.strip('"') for word in row[1:4]], [each["engine"], each["kind"], each["sensor"]])
            self.assertEqual([float(row[6]), float(row[7])], [each["score"], each["confidence"]])

    def test_a_replay(self):
        self.fresh("data")
        server = Server(self.folder, CONFIG)
        self.addCleanup(lambda: server.child.poll() is None and server.kill())
        port = server.port()
        events = self.told(port)
        server.wait_for("sensor north: ended")
        self.assertEqual(sorted({each["id"] for each in events}), sorted(self.expected))
        self.assertTrue(all("series" not in each or each["series"] == [] for each in events))
        status = ask(port, "/api/v1/status")[2]["pipeline"]["engines"]
        self.assertEqual((status["findings"] >= len(self.expected), status["failure"], status["queue_windows"]), (True, None, 0))
        self.assertIn("\nengines: ", self.kizashi("status", "--data", "data").stdout)
        self.assertIn(f"\nkizashi_engine_windows_total {status['windows']}\n", ask(port, "/api/v1/metrics")[2])
        self.expect_stored("data")
        self.assertEqual(server.stop(), 0, server.said())

    def told(self, port):
        """Findings as they come, until all have."""
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        connection.request("GET", "/api/v1/events/stream?topic=finding")
        answer, out = connection.getresponse(), []
        try:
            while len({each["id"] for each in out}) < len(self.expected):
                line = answer.readline().decode()
                if line.startswith("data: "):
                    out.append(json.loads(line[6:]))
        finally:
            connection.close()
        return out

    def test_killed_now_and_then(self):
        """What was not saved is looked at again and stands in the store once."""
        self.fresh("killed")
        for moment in (1.0, 1.6, 2.2):
            server = Server(self.folder, CONFIG.replace("speed = 0", "speed = 40000"), "killed")
            self.addCleanup(lambda each=server: each.child.poll() is None and each.kill())
            server.wait_for("sensor north: (catching up|running)")
            time.sleep(moment)
            server.kill()
        server = Server(self.folder, CONFIG, "killed")
        self.addCleanup(lambda: server.child.poll() is None and server.kill())
        server.wait_for("sensor north: ended")
        self.assertEqual(server.stop(), 0, server.said())
        self.expect_stored("killed")

    def test_other_options_begin_to_learn_anew(self):
        self.fresh("other")
        config = CONFIG.replace("all.pcap", "empty.pcap")
        for options, word in (("", None), ('options = ["surge.least=7"]\n', "the engines begin to learn anew: ")):
            server = Server(self.folder, config.replace("[sensor", options + "[sensor"), "other")
            server.wait_for("sensor north: ended")
            self.assertEqual(server.stop(), 0, server.said())
            if word:
                self.assertIn("the state has surge.least=5; here it is surge.least=7", server.said())

    def test_what_is_wrong_with_the_keys(self):
        (self.folder / "wrong.toml").write_text('[serve]\ndata = "x"\n[engines]\nuse = ["chance"]\noptions = ["surge.unit=1y"]\n')
        done = self.kizashi("serve", "--config", "wrong.toml")
        self.assertEqual(done.returncode, 1)
        self.assertIn("wrong.toml:4:", done.stderr)
        self.assertIn("there is no engine chance; change perhaps", done.stderr)
        self.assertIn("wrong.toml:5:", done.stderr)
        (self.folder / "wrong.toml").write_text('[serve]\ndata = "x"\n[engines]\nuse = ["surge"]\noptions = ["fuse.within=1h"]\n')
        self.assertIn("is of fuse, which is not among the chosen engines", self.kizashi("serve", "--config", "wrong.toml").stderr)
        (self.folder / "wrong.toml").write_text('[serve]\ndata = "x"\n[engines]\nuse = ["none", "surge"]\n')
        self.assertIn("engines.use has none and others", self.kizashi("serve", "--config", "wrong.toml").stderr)
