"""SIGHUP: what holds at once, what needs a restart, and that a wrong file changes nothing. The log, as text and as JSON."""
import json
import re
import signal
import time

from server import PASSWORD, ServeTest, ask

LINE = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (error|warning|info|debug) [a-z][^:]*: .+$")


class Reload(ServeTest):
    def setUp(self):
        self.fresh("data")

    def config(self, text):
        (self.folder / "kizashi.toml").write_text('[serve]\nlisten = ["127.0.0.1:0"]\n' + text)

    def reload(self, server, text):
        self.config(text)
        server.child.send_signal(signal.SIGHUP)

    def audited(self):
        return [row for row in json.loads(self.done("audit", "list", "--data", "data", "--json"))["rows"]
                if row["action"] == "settings.changed"]

    def test_what_holds_at_once_and_what_waits(self):
        server = self.start("")
        server.port()
        self.reload(server, 'flush = "1s"\n[log]\nlevel = "debug"\n[store]\nkeep = ["packets 90d"]\n[sensor.b]\ninput = "-"\n')
        server.wait_for("kizashi.toml was read again")
        said = server.said()
        self.assertIn('info serve: log.level is "debug", was "info"\n', said)
        self.assertIn('info serve: store.keep is ["packets 90d"], was []\n', said)
        self.assertIn('warning serve: serve.flush is "1s" in the file, and not yet here: it needs a restart\n', said)
        self.assertIn('warning serve: sensor.b.input is "-" in the file, and not yet here: it needs a restart\n', said)
        (row,) = self.audited()
        self.assertEqual((row["outcome"], row["details"]["changed"]["log.level"]), ("done", {"before": '"info"', "after": '"debug"'}))
        self.assertIn("serve.flush", row["details"]["needs_restart"])
        self.assertEqual(server.stop(), 0, server.said())

    def test_a_wrong_file_changes_nothing(self):
        server = self.start("")
        server.port()
        self.reload(server, 'flush = "1ms"\nwithout_account = "all"\n[log]\nlevel = "loud"\n')
        server.wait_for("the configuration is wrong; nothing was changed")
        said = server.said()
        for line in ("kizashi.toml:3:9: serve.flush is 1ms; expected 200ms to 5min",
                     'kizashi.toml:4:19: serve.without_account: "all" is not known; expected nothing, overviews or everything',
                     'kizashi.toml:6:9: log.level: "loud" is not known; expected one of error, warning, info, debug'):
            self.assertRegex(said, re.escape("error serve: ") + "[^\n]*" + re.escape(line) + "\n")
        self.assertEqual(self.audited()[0]["outcome"], "failed")
        # Not TOML, and gone.
        self.reload(server, "[log\n")
        server.wait_for(r"kizashi\.toml:\d+:\d+: not TOML: ")
        (self.folder / "kizashi.toml").unlink()
        server.child.send_signal(signal.SIGHUP)
        server.wait_for("cannot read the configuration: No such file or directory")
        self.assertIsNone(server.child.poll())

    def test_limits_and_sessions(self):
        server = self.start("")
        password = server.wait_for(PASSWORD).group(1)
        port = server.port()
        status, fields, _ = ask(port, "/api/v1/session", "POST", {"name": "admin", "password": password})
        self.assertEqual(status, 200)
        cookie = {"Cookie": fields["set-cookie"].split(";")[0]}
        self.assertEqual(ask(port, "/api/v1/status", headers=cookie)[0], 200)
        self.reload(server, "[access]\nrequests = 10\n")
        server.wait_for("access.requests is 10, was 600")
        answers = [ask(port, "/api/v1/health")[0] for _ in range(30)]
        self.assertIn(429, answers)
        self.reload(server, "[access]\nrequests = 100000\n")
        server.wait_for("access.requests is 100000, was 10")
        time.sleep(0.5)  # the bucket fills
        self.assertEqual(ask(port, "/api/v1/status", headers=cookie)[0], 200)

    def test_the_log_becomes_json(self):
        server = self.start("")
        port = server.port()
        for line in server.said().splitlines():
            self.assertRegex(line, LINE)
        self.reload(server, '[log]\nformat = "json"\n')
        server.wait_for(r'"message":"[^"]*kizashi\.toml was read again"')
        begin = len(server.said())
        for _ in range(5):
            self.assertEqual(ask(port, "/api/v1/status?\x1b[2J".replace("\x1b", "%1b"))[0], 400)
            self.assertEqual(ask(port, "/api/v1/status")[0], 401)
        self.assertEqual(server.stop(), 0, server.said())
        rows = [json.loads(line) for line in server.said()[begin:].splitlines()]
        for row in rows:
            self.assertEqual(list(row), ["time", "level", "part", "message"])
        refused = [row["message"] for row in rows if row["part"] == "api"]
        self.assertIn("refused 401: 127.0.0.1 asked GET /api/v1/status", refused)
        self.assertIn("refused 401: 127.0.0.1 asked GET /api/v1/status (and 3 more like it)", refused)
        self.assertEqual(rows[0]["level"], "warning")

    def test_what_is_refused_is_counted(self):
        server = self.start("")
        server.wait_for(PASSWORD)
        port = server.port()
        added = self.done("token", "add", "admin", "--data", "data", "--label", "metrics", "--scope", "metrics")
        token = {"Authorization": "Bearer " + next(word for word in added.split() if word.startswith("kzs_"))}
        self.assertEqual(ask(port, "/api/v1/metrics?nothing=1", headers=token)[0], 400)
        self.assertEqual(ask(port, "/api/v1/nothing", headers=token)[0], 404)
        self.assertEqual(ask(port, "/api/v1/status")[0], 401)
        status, _, text = ask(port, "/api/v1/metrics", headers=token)
        self.assertEqual(status, 200)
        for refusal in (400, 401, 404):
            self.assertIn(f'kizashi_api_refusals_total{{status="{refusal}"}} 1\n', text)


class Keeping(ServeTest):
    def test_once_a_day(self):
        """Old days and old rows of the audit log go while the server runs."""
        self.fresh("data")
        (self.folder / "data").mkdir()
        self.done("synth", "outbreak", "--rate-scale", "0.01", "-o", "old.pcap")
        self.done("read", "old.pcap", "--store", "data/store", "--sensor", "old", "--no-progress")
        server = self.start("")
        server.port()
        self.assertNotEqual(self.rows("data/store", "select count() from packets").split()[-1], "0")
        at = time.strftime("%H:%M:%S", time.gmtime(time.time() + 3))
        (self.folder / "kizashi.toml").write_text('[serve]\nlisten = ["127.0.0.1:0"]\n'
                                                  f'[store]\nkeep = ["packets 1d"]\nvacuum_at = "{at}"\n'
                                                  '[access]\naudit_keep = "1d"\n')
        server.child.send_signal(signal.SIGHUP)
        server.wait_for(r"info store: keeping house")
        server.wait_for(r"info store: dropped [\d,]+ rows? of packets of 2026-03-0[12]")
        server.wait_for(r"info store: [\d,]+ parts? put together")
        self.assertNotIn("failed", server.said())
        self.assertEqual(self.rows("data/store", "select count() from packets").split()[-1], "0")
        self.assertEqual(server.stop(), 0, server.said())
