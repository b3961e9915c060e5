"""`kizashi status`: what it says of a server that works, of one that does not, and of none."""
import json
import os

from server import KIZASHI, PASSWORD, ServeTest, ask


class Status(ServeTest):
    def setUp(self):
        self.fresh("data")

    def status(self, *arguments, **environment):
        return self.kizashi("status", *arguments, env=os.environ | environment)

    def test_a_server_that_works(self):
        server = self.start('[sensor.north]\nscenario = "outbreak"\nspeed = 0\n')
        server.wait_for("sensor north: ended")
        done = self.status("--data", "data", "--json")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        said = json.loads(done.stdout)
        self.assertTrue(said["healthy"] and said["ready"])
        pipeline = said["pipeline"]
        (north,) = pipeline["sensors"]
        self.assertEqual((north["name"], north["phase"], north["packets_received"], north["packets_stored"]),
                         ("north", "ended", 709136, 709136))
        self.assertEqual((north["lag_seconds"], north["packets_dropped_lately"], north["failure"]), (0, 0, None))
        self.assertGreater(north["flushes"], 0)
        self.assertLess(north["journal_fill"], 0.8)
        self.assertGreaterEqual(pipeline["uptime_seconds"], 0)
        self.assertEqual((pipeline["degraded"], pipeline["errors"]), ([], []))
        self.assertEqual(set(pipeline["clients"]), {"connections", "streams", "requests", "refused"})
        # The configuration names the folder as well.
        (self.folder / "named.toml").write_text('[serve]\ndata = "data"\n')
        done = self.status("--config", "named.toml")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(done.stdout, r"^healthy: Kizashi \S+, up .+ since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d, ready\n")
        self.assertRegex(done.stdout, r"north +ended +709,136 ")
        self.assertEqual(server.stop(), 0, server.said())

    def test_over_the_api(self):
        server = self.start('[sensor.north]\nscenario = "outbreak"\nspeed = 0\n')
        server.wait_for(PASSWORD)
        url = f"http://127.0.0.1:{server.port()}"
        refused = self.status("--url", url)
        self.assertEqual((refused.returncode, refused.stderr),
                         (3, f"kizashi: {url}: the server does not tell whom it does not know; set KIZASHI_TOKEN to a token with "
                             "the scope read ('kizashi token add')\n"))
        added = self.done("token", "add", "admin", "--data", "data", "--label", "status", "--scope", "read")
        token = next(word for word in added.split() if word.startswith("kzs_"))
        done = self.status("--url", url, "--json", KIZASHI_TOKEN=token)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(json.loads(done.stdout)["pipeline"]["sensors"][0]["name"], "north")
        # The same as the API says.
        status, _, body = ask(server.port(), "/api/v1/status", headers={"Authorization": f"Bearer {token}"})
        self.assertEqual((status, set(body) | {"healthy"}), (200, set(json.loads(done.stdout))))

    def test_a_sensor_that_loses_packets(self):
        """Its journal has no room for what comes."""
        server = self.start('journal = "1MiB"\n[sensor.north]\nscenario = "outbreak"\nspeed = 0\n')
        server.wait_for("error sensor north: [a-z ]+: the journal is full: the store does not take what comes")
        server.wait_for("warning sensor north: packets were lost since the start: 0 by the system, 0 by the source, [1-9]")
        done = self.status("--data", "data")
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertTrue(done.stdout.startswith("degraded: "), done.stdout)
        self.assertRegex(done.stdout, r"\ndegraded: sensor north lost [\d,]+ packets in the last 10 min\n")
        self.assertRegex(done.stdout, r"\nerror: .* sensor north: [a-z ]+: the journal is full")
        said = json.loads(self.status("--data", "data", "--json").stdout)
        self.assertFalse(said["healthy"])
        self.assertGreater(said["pipeline"]["sensors"][0]["packets_dropped_by_journal"], 0)

    def test_a_sensor_that_waits(self):
        (self.folder / "spool").mkdir()
        server = self.start('[sensor.north]\nfolder = "spool"\n')
        server.wait_for("sensor north: running")
        (self.folder / "spool").rename(self.folder / "gone")
        try:
            server.wait_for("sensor north: running: ")
            done = self.status("--data", "data")
            self.assertEqual(done.returncode, 1, done.stdout)
            self.assertTrue(done.stdout.startswith("degraded: "), done.stdout)
            self.assertIn("degraded: sensor north nothing comes: ", done.stdout)
            self.assertRegex(done.stdout, r"\nerror: .* sensor north: running: ")
        finally:
            (self.folder / "gone").rename(self.folder / "spool")

    def test_no_server(self):
        (self.folder / "data").mkdir(exist_ok=True)
        done = self.status("--data", "data")
        self.assertEqual((done.returncode, done.stderr),
                         (3, "kizashi: data: no server runs here; 'kizashi serve --data data' starts one, 'journalctl -u kizashi' "
                             "says why a service ended\n"))
        self.assertEqual(self.status("--data", "nowhere").returncode, 3)
        done = self.status("--url", "http://127.0.0.1:9")
        self.assertEqual((done.returncode, done.stderr), (3, "kizashi: http://127.0.0.1:9: nobody answers: Connection refused\n"))

    def test_wrong_usage(self):
        done = self.status()
        self.assertEqual((done.returncode, done.stderr.splitlines()[0]),
                         (2, "kizashi: no server is named; expected --data DIR, --url URL, or a configuration with serve.data"))
        done = self.status("--url", "https://localhost")
        self.assertEqual((done.returncode, done.stderr.splitlines()[0]),
                         (2, "kizashi: https://localhost cannot be asked; expected http://HOST:PORT or unix:PATH"))

    def test_a_server_that_was_killed_leaves_nothing_that_answers(self):
        server = self.start("")
        server.port()
        server.kill()
        self.assertEqual(self.status("--data", "data").returncode, 3)
        again = self.start("")
        again.port()
        self.assertEqual(self.status("--data", "data").returncode, 0)

    def test_help_teaches_the_exit_codes(self):
        said = self.done("status", "--help")
        self.assertIn("0 healthy; 1 degraded", said)
        self.assertTrue(KIZASHI)
