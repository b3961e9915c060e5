"""Accounts and tokens over HTTP, filters of statistics, packed answers: all by the description (schema/openapi.json)."""
import gzip
import http.client
import json
import pathlib
import unittest
import urllib.parse
import urllib.request

from server import PASSWORD, Server, ServeTest, ask

try:
    import jsonschema
except ImportError:
    jsonschema = None

DESCRIPTION = json.loads((pathlib.Path(__file__).resolve().parents[2] / "schema/openapi.json").read_text())


class People(ServeTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = Server(cls.folder, '[serve]\nlisten = ["127.0.0.1:0"]\n[access]\nrequests = 100000\n'
                                        '[sensor.north]\nscenario = "outbreak"\nspeed = 0\n')
        cls.addClassCleanup(lambda: cls.server.child.poll() is None and cls.server.kill())
        cls.password = cls.server.wait_for(PASSWORD).group(1)
        cls.at = cls.server.port()
        cls.server.wait_for("sensor north: ended", 300)
        cls.admin = cls.log_in("admin", cls.password)

    @classmethod
    def log_in(cls, name, password):
        status, fields, body = ask(cls.at, "/api/v1/session", "POST", {"name": name, "password": password})
        assert status == 200, body
        return {"Cookie": fields["set-cookie"].split(";")[0], "X-CSRF-Token": body["csrf_token"]}

    def asked(self, path, method="GET", body=None, who=None, status=200, described=None):
        """The answer, held against its description."""
        got, _, said = ask(self.at, path, method, body, self.admin if who is None else who)
        self.assertEqual(got, status, said)
        content = DESCRIPTION["paths"][described or path][method.lower()]["responses"].get(str(status), {}).get("content")
        if jsonschema and content and status < 300:
            schema = content["application/json"]["schema"]
            jsonschema.Draft202012Validator({**schema, "components": DESCRIPTION["components"]}).validate(said)
        return said

    def test_every_operation_is_described(self):
        _, _, said = ask(self.at, "/api/v1/openapi.json")
        self.assertEqual(said, DESCRIPTION, "build/release/serve_api --describe > schema/openapi.json")

    def test_an_account(self):
        one, password = "/api/v1/accounts/{account}", "/api/v1/accounts/{account}/password"
        made = self.asked("/api/v1/accounts", "POST", {"name": "hana", "role": "analyst"})
        self.assertEqual((made["account"]["name"], made["account"]["role"]), ("hana", "analyst"))
        hana = self.log_in("hana", made["password"])
        self.assertIn("hana", [each["name"] for each in self.asked("/api/v1/accounts")["accounts"]])
        # She is no administrator.
        self.asked("/api/v1/accounts", who=hana, status=403)
        self.asked("/api/v1/accounts/admin", "DELETE", who=hana, status=403, described=one)
        # Reach and role.
        changed = self.asked("/api/v1/accounts/hana", "PATCH", {"role": "partner", "sensors": ["north"]}, described=one)
        self.assertEqual((changed["role"], changed["sensors"], changed["prefixes"]), ("partner", ["north"], None))
        self.assertEqual(ask(self.at, "/api/v1/me", headers=hana)[2]["scope"]["sensors"], ["north"])
        # Disabled, she loses her session; a new password is told once.
        self.asked("/api/v1/accounts/hana", "PATCH", {"enabled": False}, described=one)
        self.assertEqual(ask(self.at, "/api/v1/status", headers=hana)[0], 401)
        self.asked("/api/v1/accounts/hana", "PATCH", {"enabled": True}, described=one)
        new = self.asked("/api/v1/accounts/hana/password", "POST", {}, described=password)["password"]
        hana = self.log_in("hana", new)
        # Her own password.
        self.asked("/api/v1/me/password", "POST", {"old": "wrong wrong wrong", "new": "a new password"}, hana, 403)
        self.asked("/api/v1/me/password", "POST", {"old": new, "new": "short"}, hana, 400)
        self.asked("/api/v1/me/password", "POST", {"old": new, "new": "a new password"}, hana, 204)
        self.log_in("hana", "a new password")
        self.asked("/api/v1/accounts/hana", "DELETE", status=204, described=one)
        self.asked("/api/v1/accounts/hana", "DELETE", status=404, described=one)
        actions = {(row["who"], row["action"]) for row in
                   json.loads(self.done("audit", "list", "--data", "data", "--json", "--limit", "1000"))["rows"]}
        for each in ("account.added", "account.changed", "password.set", "account.removed"):
            self.assertIn(("admin", each), actions)

    def test_what_is_refused(self):
        one = "/api/v1/accounts/{account}"
        said = self.asked("/api/v1/accounts", "POST", {"name": 3, "role": "king", "colour": "red"}, status=400)
        self.assertEqual([each["where"] for each in said["errors"]], ["body.name", "body.role", "body.colour"])
        self.asked("/api/v1/accounts", "POST", {"name": "Hana", "role": "viewer"}, status=400)
        self.asked("/api/v1/accounts", "POST", {"name": "admin", "role": "viewer"}, status=400)
        # The last administrator stays.
        self.asked("/api/v1/accounts/admin", "PATCH", {"enabled": False}, status=403, described=one)
        # What changes something needs the token of the session.
        without = {"Cookie": self.admin["Cookie"]}
        self.asked("/api/v1/accounts", "POST", {"name": "x-y", "role": "viewer"}, without, 403)

    def test_tokens_of_ones_own(self):
        one = "/api/v1/tokens/{token}"
        made = self.asked("/api/v1/tokens", "POST", {"label": "report", "scopes": ["read", "admin"], "expires": "90d"})
        bearer = {"Authorization": "Bearer " + made["secret"]}
        self.assertEqual(ask(self.at, "/api/v1/status", headers=bearer)[0], 200)
        self.assertEqual(ask(self.at, "/api/v1/accounts", headers=bearer)[0], 200)
        # No token makes tokens or changes passwords.
        self.asked("/api/v1/tokens", who=bearer, status=403)
        self.asked("/api/v1/tokens", "POST", {"label": "more", "scopes": ["read"]}, bearer, 403)
        self.asked("/api/v1/me/password", "POST", {"old": "x", "new": "y"}, bearer, 403)
        listed = self.asked("/api/v1/tokens")["tokens"]
        self.assertEqual((listed[0]["label"], listed[0]["scopes"], listed[0]["revoked"]), ("report", ["read", "admin"], None))
        self.asked(f"/api/v1/tokens/{made['token']['id']}", "DELETE", status=204, described=one)
        self.assertEqual(ask(self.at, "/api/v1/status", headers=bearer)[0], 401)
        self.asked("/api/v1/tokens/9999", "DELETE", status=404, described=one)
        said = self.asked("/api/v1/tokens", "POST", {"label": "x", "scopes": ["everything"], "expires": "soon"}, status=400)
        self.assertEqual([each["where"] for each in said["errors"]], ["body.scopes", "body.expires"])

    def test_a_token_without_the_scope(self):
        made = self.asked("/api/v1/tokens", "POST", {"label": "read", "scopes": ["read"]})
        self.asked("/api/v1/accounts", who={"Authorization": "Bearer " + made["secret"]}, status=403)

    def test_packets_as_a_file_need_the_scope_export(self):
        ana = self.log_in("ana", self.asked("/api/v1/accounts", "POST", {"name": "ana", "role": "analyst"})["password"])
        got = {}
        for scope in ("read", "export"):
            made = self.asked("/api/v1/tokens", "POST", {"label": scope, "scopes": [scope]}, ana)
            got[scope] = ask(self.at, "/api/v1/export?limit=3", headers={"Authorization": "Bearer " + made["secret"]})
        self.assertEqual(got["read"][0], 403, got)
        self.assertEqual((got["export"][0], len(got["export"][2].splitlines())), (200, 4), got)  # with the names of the columns
        # Who may take no file away has no token for it.
        vera = self.log_in("vera", self.asked("/api/v1/accounts", "POST", {"name": "vera", "role": "viewer"})["password"])
        said = self.asked("/api/v1/tokens", "POST", {"label": "files", "scopes": ["read", "export"]}, vera, 403)
        self.assertIn("the scope export is more than vera (viewer) may", said["detail"])
        self.assertEqual(ask(self.at, "/api/v1/export?limit=3", headers={"Cookie": vera["Cookie"]})[0], 403)

    def test_views(self):
        one = "/api/v1/views/{view}"
        made = self.asked("/api/v1/views", "POST", {"name": "Telnet", "page": "explore", "query": "filter=port+23"})
        self.assertEqual((made["name"], made["page"], made["query"]), ("Telnet", "explore", "filter=port+23"))
        second = self.asked("/api/v1/views", "POST", {"name": "Now", "page": "now"})
        self.assertEqual([each["id"] for each in self.asked("/api/v1/views")["views"]], [second["id"], made["id"]])
        password = self.asked("/api/v1/accounts", "POST", {"name": "viewer", "role": "analyst"})["password"]
        viewer = self.log_in("viewer", password)
        self.assertEqual(self.asked("/api/v1/views", who=viewer)["views"], [])
        self.asked(f"/api/v1/views/{made['id']}", "DELETE", who=viewer, status=404, described=one)
        for each in (made, second):
            self.asked(f"/api/v1/views/{each['id']}", "DELETE", status=204, described=one)
        self.assertEqual(self.asked("/api/v1/views")["views"], [])
        self.asked("/api/v1/views", "POST", {"name": "", "page": "now"}, status=400)
        self.asked("/api/v1/settings", who=viewer, status=403)
        self.asked("/api/v1/audit", who=viewer, status=403)

    def test_settings_and_the_audit_log(self):
        settings = {each["key"]: each for each in self.asked("/api/v1/settings")["settings"]}
        self.assertEqual((settings["access.requests"]["value"], settings["access.requests"]["reloadable"]), ("100000", True))
        self.assertEqual(settings["window.length"]["origin"], "default")
        self.assertIn("serve.data", settings)
        page = self.asked("/api/v1/audit?limit=2&action=log-in", described="/api/v1/audit")
        self.assertTrue(all(row["action"] == "log-in" for row in page["rows"]))
        every = self.asked("/api/v1/audit?limit=1000", described="/api/v1/audit")["rows"]
        told = json.loads(self.done("audit", "list", "--data", "data", "--json", "--limit", "1000"))["rows"]
        self.assertTrue(set(row["id"] for row in every) <= set(row["id"] for row in told))
        newest = self.asked("/api/v1/audit?limit=1", described="/api/v1/audit")
        self.asked("/api/v1/audit?action=nothing", status=400, described="/api/v1/audit")
        self.assertEqual(newest["next"], newest["rows"][0]["id"])

    def test_packets_as_files(self):
        def file(what):
            with urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{self.at}/api/v1/export?{what}",
                                                               headers={"Cookie": self.admin["Cookie"]}), timeout=60) as answer:
                return answer.headers, answer.read()
        fields, text = file("format=csv&limit=20&filter=" + urllib.parse.quote("dst.port == 23"))
        lines = text.decode().splitlines()
        said = self.asked("/api/v1/statistics?filter=dst.port%20%3D%3D%2023", described="/api/v1/statistics")
        self.assertEqual((len(lines), int(fields["X-Packets"])), (21, said["packets"]))
        objects = [json.loads(line) for line in file("format=jsonl&limit=5")[1].splitlines()]
        self.assertEqual(len(objects), 5)
        capture = file("format=pcap&limit=7")[1]
        self.assertEqual(capture[:4], bytes.fromhex("d4c3b2a1"))
        at, count = 24, 0
        while at < len(capture):
            at += 16 + int.from_bytes(capture[at + 8:at + 12], "little")
            count += 1
        self.assertEqual((at, count), (len(capture), 7))
        self.assertEqual(file("format=parquet&limit=3")[1][:4], b"PAR1")
        rows = json.loads(self.done("audit", "list", "--data", "data", "--json", "--action", "data.exported"))["rows"]
        self.assertEqual({row["details"]["operation"] for row in rows}, {"exportPackets"}, "who only looks leaves no row")
        self.assertEqual(len([row for row in rows if "format=p" in row["subject"]]), 2)
        password = self.asked("/api/v1/accounts", "POST", {"name": "blind", "role": "partner", "prefixes": ["198.51.100.0/24"]})["password"]
        blind = self.log_in("blind", password)
        self.asked("/api/v1/export?format=pcap", who=blind, status=403, described="/api/v1/export")

    def test_a_filter_of_statistics(self):
        """The same numbers as the command line gives, whatever table answers."""
        for text in ("port 3389", "src 0.0.0.0/1", "tool mirai or port 23", "ttl > 60"):
            with self.subTest(filter=text):
                said = self.asked(self.filtered(text), described="/api/v1/statistics")
                told = json.loads(self.done("stats", "--store", "data/store", "--by", "port", "--top", "5", "--filter", text, "--json"))
                self.assertGreater(said["packets"], 0)
                self.assertLess(said["packets"], 709136)
                self.assertEqual((said["packets"], said["rows"], said["filter"]), (told["packets"], told["rows"], told["filter"]))
        wrong = self.asked(self.filtered("prt 1"), status=400, described="/api/v1/statistics")
        self.assertRegex(wrong["detail"], "^query.filter: .*there is no field")

    @staticmethod
    def filtered(text):
        return "/api/v1/statistics?by=port&top=5&filter=" + urllib.parse.quote(text)

    def audited(self, status):
        rows = json.loads(self.done("audit", "list", "--data", "data", "--json", "--limit", "1000"))["rows"]
        return [row for row in rows if row["action"] == "request.refused" and row["details"].get("status") == status]

    def test_a_wrong_request_is_in_the_audit_log_so_many_a_minute(self):
        # By its name it comes before those that use up what a minute has.
        path = "/api/v1/statistics?by=colour"
        before = len(self.audited(400))
        for _ in range(20):
            self.assertEqual(ask(self.at, path, headers=self.admin)[0], 400)
        rows = self.audited(400)
        self.assertGreater(len(rows), 0)
        self.assertIn((path, "refused", "GET"), [(row["subject"], row["outcome"], row["details"]["method"]) for row in rows])
        # Six a minute of one address; a minute may go by meanwhile.
        self.assertLess(len(rows) - before, 15)

    def test_a_job_tells_its_owner_how_it_goes_on(self):
        made = self.asked("/api/v1/accounts", "POST", {"name": "other", "role": "analyst"})
        streams = []
        for who in (self.admin, self.log_in("other", made["password"])):
            connection = http.client.HTTPConnection("127.0.0.1", self.at, timeout=60)
            self.addCleanup(connection.close)
            connection.request("GET", "/api/v1/events/stream?topic=job", headers=who)
            streams.append(connection.getresponse())
            self.assertTrue(streams[-1].readline().startswith(b"retry:"))
        jobs = {}
        for who, sql in zip((self.admin, self.log_in("other", made["password"])), ("select 1", "select 2")):
            jobs[sql] = self.asked("/api/v1/jobs", "POST", {"sql": sql}, who, status=202)["id"]
        for stream, sql in zip(streams, jobs):
            seen = []
            while not seen or seen[-1]["state"] != "done":
                line = stream.readline()
                if line.startswith(b"data:"):
                    seen.append(json.loads(line[5:]))
            self.assertEqual([each["state"] for each in seen], ["running", "done"])
            self.assertEqual({each["id"] for each in seen}, {jobs[sql]}, "no other's")
            self.assertEqual((seen[-1]["rows"], seen[-1]["failure"]), (1, None))
            self.assertNotIn("sql", seen[-1])

    def test_questions_and_flushes_are_timed(self):
        self.asked("/api/v1/statistics?by=port", described="/api/v1/statistics")
        text = ask(self.at, "/api/v1/metrics", headers=self.admin)[2]
        for name in ("kizashi_store_question_seconds_count", "kizashi_store_question_seconds_sum", 'kizashi_flushes_total{sensor="',
                     'kizashi_flush_seconds_total{sensor="'):
            line = next(line for line in text.splitlines() if line.startswith(name))
            self.assertGreater(float(line.split()[-1]), 0, line)
        for name in ("kizashi_open_windows", "kizashi_open_events", "kizashi_store_questions_failed_total"):
            self.assertIn(f"\n{name}", text)

    def test_packed_answers(self):
        path = "/api/v1/statistics?by=source&top=500"
        _, plain_fields, plain = ask(self.at, path, headers=self.admin)
        connection = http.client.HTTPConnection("127.0.0.1", self.at, timeout=60)
        connection.request("GET", path, headers=self.admin | {"Accept-Encoding": "gzip, br"})
        answer = connection.getresponse()
        packed = answer.read()
        self.assertEqual((answer.getheader("Content-Encoding"), answer.getheader("Vary")), ("gzip", "Accept-Encoding"))
        self.assertNotIn("Content-Encoding", plain_fields)
        self.assertEqual(json.loads(gzip.decompress(packed)), plain)
        self.assertLess(len(packed) * 3, len(json.dumps(plain)))
        connection.request("HEAD", path, headers=self.admin | {"Accept-Encoding": "gzip"})
        head = connection.getresponse()
        head.read()
        self.assertEqual((head.status, head.getheader("Content-Length")), (200, str(len(packed))))
        # Short ones, and streams, are as they are.
        connection.request("GET", "/api/v1/health", headers={"Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        self.assertEqual((answer.getheader("Content-Encoding"), json.loads(answer.read())), (None, {"healthy": True}))
        connection.request("GET", "/api/v1/events/stream", headers=self.admin | {"Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        self.assertEqual((answer.status, answer.getheader("Content-Encoding")), (200, None))
        connection.close()


if __name__ == "__main__":
    unittest.main()
