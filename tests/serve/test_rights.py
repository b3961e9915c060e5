"""Who may: the first start, log-in, CSRF, tokens, log-out, and what those see who have not logged in."""
import http.client
import re

from server import PASSWORD, ServeTest, ask


class Rights(ServeTest):
    def setUp(self):
        self.fresh("data")
        self.server = self.start('[sensor.north]\nscenario = "quiet"\nspeed = 0\n')
        self.password = self.server.wait_for(PASSWORD).group(1)
        self.at = self.server.port()
        self.server.wait_for("sensor north: ended")

    def log_in(self, password=None, name="admin"):
        status, fields, body = ask(self.at, "/api/v1/session", "POST", {"name": name, "password": password or self.password})
        return status, fields, body

    def add_account(self, name, role, *more):
        """Its password."""
        added = self.kizashi("account", "add", name, "--data", "data", "--role", role, "--generate", *more)
        self.assertEqual(added.returncode, 0, added.stderr)
        return re.search(r"password: (\S+)", added.stdout).group(1)

    def cookie(self, name="admin", password=None):
        status, fields, body = self.log_in(password, name)
        self.assertEqual(status, 200, body)
        return {"Cookie": fields["set-cookie"].split(";")[0]}, body["csrf_token"]

    def test_the_password_is_shown_once(self):
        self.server.stop()
        again = self.start('[sensor.north]\nscenario = "quiet"\nspeed = 0\n')
        again.port()
        self.assertNotRegex(again.said(), PASSWORD)
        self.at = again.port()
        self.assertEqual(self.log_in()[0], 200)

    def test_without_an_account_there_is_nothing(self):
        for path in ("/api/v1/status", "/api/v1/statistics?by=port", "/api/v1/packets", "/api/v1/events", "/api/v1/metrics"):
            status, _, body = ask(self.at, path)
            self.assertEqual(status, 401, (path, body))
        self.assertEqual(ask(self.at, "/api/v1/health")[0], 200)

    def test_a_session(self):
        self.assertEqual(self.log_in("wrong-password-here")[0], 401)
        cookie, csrf = self.cookie()
        status, _, body = ask(self.at, "/api/v1/statistics?by=port&top=1", headers=cookie)
        self.assertEqual((status, body["packets"]), (200, 5207), body)
        status, _, body = ask(self.at, "/api/v1/packets?limit=3&filter=port%202323", headers=cookie)
        self.assertEqual((status, {row["destination_port"] for row in body["rows"]}), (200, {2323}))
        status, _, body = ask(self.at, "/api/v1/packets?filter=prt%202323", headers=cookie)
        self.assertEqual(status, 400)
        self.assertIn('there is no field', str(body))
        # What changes something needs the token of the session.
        self.assertEqual(ask(self.at, "/api/v1/jobs", "POST", {"sql": "select 1"}, cookie)[0], 403)
        self.assertEqual(ask(self.at, "/api/v1/session", "DELETE", headers=cookie)[0], 403)
        self.assertEqual(ask(self.at, "/api/v1/session", "DELETE", headers=cookie | {"X-CSRF-Token": csrf})[0], 204)
        self.assertEqual(ask(self.at, "/api/v1/status", headers=cookie)[0], 401)

    def test_a_stream_ends_with_the_rights(self):
        password = self.add_account("hana", "viewer")
        cookie, _ = self.cookie("hana", password)
        admin, csrf = self.cookie()
        change = admin | {"X-CSRF-Token": csrf}
        for how in ({"role": "partner", "prefixes": ["192.0.2.0/24"]}, {"enabled": False}):
            stream = http.client.HTTPConnection("127.0.0.1", self.at, timeout=60)
            stream.request("GET", "/api/v1/events/stream", headers=cookie)
            answer = stream.getresponse()
            self.assertEqual(answer.status, 200)
            self.assertEqual(ask(self.at, "/api/v1/accounts/hana", "PATCH", how, change)[0], 200)
            answer.read()  # to its end
            stream.close()
        self.assertEqual(ask(self.at, "/api/v1/status", headers=cookie)[0], 401)

    def test_a_partner_sees_the_status_of_its_sensors_alone(self):
        password = self.add_account("ken", "partner", "--sensor", "south")
        cookie, _ = self.cookie("ken", password)
        status, _, body = ask(self.at, "/api/v1/status", headers=cookie)
        self.assertEqual((status, body["pipeline"]["sensors"]), (200, []))
        admin, csrf = self.cookie()
        self.assertEqual(ask(self.at, "/api/v1/accounts/ken", "PATCH", {"prefixes": ["192.0.2.0/24"]}, admin | {"X-CSRF-Token": csrf})[2]["sensors"],
                         ["south"])

    def test_a_page_from_elsewhere_is_no_host_of_a_server_without_accounts(self):
        self.server.stop()
        self.server = self.start('without_account = "everything"\n[sensor.north]\nscenario = "quiet"\nspeed = 0\n')
        self.at = self.server.port()
        for host, expected in (("127.0.0.1", 200), (f"localhost:{self.at}", 200), ("evil.example", 400), (f"evil.example:{self.at}", 400)):
            self.assertEqual(ask(self.at, "/api/v1/status", headers={"Host": host})[0], expected, host)

    def test_what_others_are_logged_in_with(self):
        admin, csrf = self.cookie()
        changing = admin | {"X-CSRF-Token": csrf}
        at = "/api/v1/accounts/hana"
        hers, _ = self.cookie("hana", self.add_account("hana", "analyst"))
        self.assertEqual(ask(self.at, "/api/v1/me", headers=hers)[2]["name"], "hana")
        rows = ask(self.at, f"{at}/sessions", headers=admin)[2]["sessions"]
        self.assertEqual([(row["account"], row["address"]) for row in rows], [("hana", "127.0.0.1")])
        self.assertEqual(ask(self.at, f"{at}/sessions", headers=hers)[0], 403)
        self.assertEqual(ask(self.at, f"{at}/sessions", "DELETE", headers=admin)[0], 403)  # without the token of the session
        self.assertEqual(ask(self.at, f"{at}/sessions", "DELETE", headers=changing)[0], 204)
        self.assertEqual(ask(self.at, "/api/v1/me", headers=hers)[0], 401)
        self.assertEqual(ask(self.at, f"{at}/sessions", headers=admin)[2]["sessions"], [])
        self.assertEqual(ask(self.at, "/api/v1/accounts/nobody/sessions", headers=admin)[0], 404)
        made = self.kizashi("token", "add", "hana", "--data", "data", "--label", "test", "--scope", "read")
        self.assertEqual(made.returncode, 0, made.stderr)
        bearer = {"Authorization": "Bearer " + next(word for word in made.stdout.split() if word.startswith("kzs_"))}
        self.assertEqual(ask(self.at, "/api/v1/me", headers=bearer)[0], 200)
        [token] = ask(self.at, f"{at}/tokens", headers=admin)[2]["tokens"]
        self.assertEqual(ask(self.at, f"/api/v1/accounts/admin/tokens/{token['id']}", "DELETE", headers=changing)[0], 404)
        self.assertEqual(ask(self.at, f"{at}/tokens", headers=bearer)[0], 403)
        self.assertEqual(ask(self.at, f"{at}/tokens/{token['id']}", "DELETE", headers=changing)[0], 204)
        self.assertEqual(ask(self.at, "/api/v1/me", headers=bearer)[0], 401)

    def test_tokens(self):
        self.server.stop()
        token = self.kizashi("token", "add", "admin", "--data", "data", "--label", "test", "--scope", "read")
        self.assertEqual(token.returncode, 0, token.stderr)
        secret = next(word for word in token.stdout.split() if word.startswith("kzs_"))
        again = self.start('[sensor.north]\nscenario = "quiet"\nspeed = 0\n')
        self.at = again.port()
        bearer = {"Authorization": f"Bearer {secret}"}
        self.assertEqual(ask(self.at, "/api/v1/statistics?by=port&top=1", headers=bearer)[0], 200)
        self.assertEqual(ask(self.at, "/api/v1/metrics", headers=bearer)[0], 403)
        self.assertEqual(ask(self.at, "/api/v1/jobs", "POST", {"sql": "select 1"}, bearer)[0], 403)
        self.assertEqual(ask(self.at, "/api/v1/status", headers={"Authorization": "Bearer kzs_nobody"})[0], 401)
