"""`kizashi status`: what it says of a server that works, of one that does not, and of none."""
import json
import os
import shutil
import subprocess
import time
import unittest

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
        self.assertGreater(north["flush_seconds"], 0)
        self.assertEqual((north["open_windows"], north["open_events"]), (0, 0), "it is over")
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
        """Its journal has no room for what comes, and a pipe waits for nobody."""
        self.done("synth", "outbreak", "--packets", 20000, "-o", "outbreak.pcap")
        os.mkfifo(self.folder / "pipe")
        server = self.start('journal = "1MiB"\n[sensor.north]\ninput = "pipe"\n')
        capture = (self.folder / "outbreak.pcap").read_bytes()
        with open(self.folder / "pipe", "wb") as pipe:
            pipe.write(capture[:24])
            for _ in range(300):
                pipe.write(capture[24:])
                pipe.flush()
                if "the journal is full" in server.said():
                    break
                time.sleep(0.1)
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

    def test_what_goes_on(self):
        """Windows and events that are open: the folder may get more."""
        (self.folder / "growing").mkdir()
        self.done("synth", "mixed", "--packets", 2000, "--duration", "100s", "-o", "growing/a.pcap")
        server = self.start('flush = "200ms"\n[sensor.north]\nfolder = "growing"\n')
        server.wait_for("sensor north: running")
        self.wait_until(lambda: (now := self.sensor())["packets_stored"] == now["packets_received"] > 1000)
        now = self.sensor()
        self.assertIn(now["open_windows"], (1, 2))
        self.assertGreater(now["open_events"], 10)
        text = self.status("--data", "data").stdout
        self.assertRegex(text, rf"open windows +open events\n.*\n?.* {now['open_windows']:,} +{now['open_events']:,}\n")
        self.assertEqual(server.stop(), 0, server.said())
        # They are there again after a restart.
        server = self.start('flush = "200ms"\n[sensor.north]\nfolder = "growing"\n')
        server.wait_for("sensor north: running")
        self.wait_until(lambda: (self.sensor()["open_windows"], self.sensor()["open_events"]) ==
                        (now["open_windows"], now["open_events"]))
        self.assertEqual(server.stop(), 0, server.said())

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
        done = self.status("--url", "ftp://localhost")
        self.assertEqual((done.returncode, done.stderr.splitlines()[0]),
                         (2, "kizashi: ftp://localhost cannot be asked; expected http://HOST:PORT, https://HOST:PORT or unix:PATH"))

    @unittest.skipIf(shutil.which("openssl") is None, "there is no openssl to make a certificate with")
    def test_over_tls(self):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1", "-subj",
                        "/CN=telescope", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", self.folder / "key.pem", "-out",
                        self.folder / "chain.pem"], check=True, capture_output=True)
        server = self.start('certificate = "chain.pem"\nkey = "key.pem"\nwithout_account = "everything"\n')
        port = server.wait_for(r"answers at https://127\.0\.0\.1:(\d+)").group(1)
        url = f"https://127.0.0.1:{port}"
        chain = str(self.folder / "chain.pem")
        done = self.status("--url", url, "--json", SSL_CERT_FILE=chain)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertTrue(json.loads(done.stdout)["healthy"])
        done = self.status("--url", url)
        self.assertEqual(done.returncode, 3)
        self.assertRegex(done.stderr, f"^kizashi: {url}: its certificate is not trusted: .*; SSL_CERT_FILE can name a file with one "
                                      "that is\n$")
        # Of another host.
        done = self.status("--url", f"https://localhost:{port}", SSL_CERT_FILE=chain)
        self.assertRegex(done.stderr, r"its certificate is not trusted: .*[Hh]ost ?name mismatch")
        self.assertEqual(self.status("--url", f"http://127.0.0.1:{port}").returncode, 3)
        self.assertEqual(server.stop(), 0)
        plain = self.start("")
        done = self.status("--url", f"https://127.0.0.1:{plain.port()}", SSL_CERT_FILE=chain)
        self.assertEqual(done.returncode, 3)
        self.assertRegex(done.stderr, "^kizashi: .*: it does not speak TLS as expected: ")

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
