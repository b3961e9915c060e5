"""Who may: the first start, log-in, CSRF, tokens, log-out, and what those see who have not logged in."""
from server import PASSWORD, ServeTest, ask


class Rights(ServeTest):
    def setUp(self):
        self.fresh("data")
        self.server = self.start('[sensor.north]\nscenario = "outbreak"\nspeed = 0\n')
        self.password = self.server.wait_for(PASSWORD).group(1)
        self.at = self.server.port()
        self.server.wait_for("sensor north: ended")

    def log_in(self, password=None):
        status, fields, body = ask(self.at, "/api/v1/session", "POST", {"name": "admin", "password": password or self.password})
        return status, fields, body

    def cookie(self):
        status, fields, body = self.log_in()
        self.assertEqual(status, 200, body)
        return {"Cookie": fields["set-cookie"].split(";")[0]}, body["csrf_token"]

    def test_the_password_is_shown_once(self):
        self.server.stop()
        again = self.start('[sensor.north]\nscenario = "outbreak"\nspeed = 0\n')
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
        self.assertEqual((status, body["packets"]), (200, 709136), body)
        status, _, body = ask(self.at, "/api/v1/packets?limit=3&filter=port%203389", headers=cookie)
        self.assertEqual((status, {row["destination_port"] for row in body["rows"]}), (200, {3389}))
        status, _, body = ask(self.at, "/api/v1/packets?filter=prt%203389", headers=cookie)
        self.assertEqual(status, 400)
        self.assertIn('there is no field', str(body))
        # What changes something needs the token of the session.
        self.assertEqual(ask(self.at, "/api/v1/jobs", "POST", {"sql": "select 1"}, cookie)[0], 403)
        self.assertEqual(ask(self.at, "/api/v1/session", "DELETE", headers=cookie)[0], 403)
        self.assertEqual(ask(self.at, "/api/v1/session", "DELETE", headers=cookie | {"X-CSRF-Token": csrf})[0], 204)
        self.assertEqual(ask(self.at, "/api/v1/status", headers=cookie)[0], 401)

    def test_tokens(self):
        self.server.stop()
        token = self.kizashi("token", "add", "admin", "--data", "data", "--label", "test", "--scope", "read")
        self.assertEqual(token.returncode, 0, token.stderr)
        secret = next(word for word in token.stdout.split() if word.startswith("kzs_"))
        again = self.start('[sensor.north]\nscenario = "outbreak"\nspeed = 0\n')
        self.at = again.port()
        bearer = {"Authorization": f"Bearer {secret}"}
        self.assertEqual(ask(self.at, "/api/v1/statistics?by=port&top=1", headers=bearer)[0], 200)
        self.assertEqual(ask(self.at, "/api/v1/metrics", headers=bearer)[0], 403)
        self.assertEqual(ask(self.at, "/api/v1/jobs", "POST", {"sql": "select 1"}, bearer)[0], 403)
        self.assertEqual(ask(self.at, "/api/v1/status", headers={"Authorization": "Bearer kzs_nobody"})[0], 401)
