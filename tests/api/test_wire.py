"""What strangers send, and that nothing of it goes further than the wire."""
import http.client
import pathlib
import shutil
import socket
import ssl
import subprocess
import tempfile
import unittest

from serving import ANALYST, SERVE_API, SESSION, Served, ServedTest

HEALTH = b"GET /api/v1/health HTTP/1.1\r\nHost: x\r\n"


class Requests(ServedTest):
    options = ("head_time=400", "body_time=400", "idle_time=1500")

    def one(self, request):
        return self.statuses(self.raw(request, timeout=20))

    def test_a_request(self):
        status, fields, body = self.ask("/api/v1/health", headers={})
        self.assertEqual((status, body), (200, {"healthy": True}))
        self.assertEqual(fields["Content-Type"], "application/json")
        self.assertEqual(fields["X-Content-Type-Options"], "nosniff")
        self.assertEqual(fields["X-Frame-Options"], "DENY")
        self.assertEqual(fields["Referrer-Policy"], "no-referrer")
        self.assertEqual(fields["Cache-Control"], "no-store")
        self.assertTrue(fields["Content-Security-Policy"].startswith("default-src 'self';"))
        self.assertNotIn("Strict-Transport-Security", fields)
        self.assertNotIn("Server", fields)

    def test_several_requests_on_a_connection(self):
        connection = self.connect()
        self.addCleanup(connection.close)
        for _ in range(5):
            connection.request("GET", "/api/v1/health")
            self.assertEqual(connection.getresponse().read(), b'{"healthy":true}\n')

    def test_pipelined_requests_are_answered_in_order(self):
        answer = self.raw(HEALTH + b"\r\n" + b"GET /nix HTTP/1.1\r\nHost: x\r\n\r\n" + HEALTH + b"Connection: close\r\n\r\n")
        self.assertEqual(self.statuses(answer), [200, 404, 200])

    def test_head_and_options(self):
        answer = self.raw(b"HEAD /api/v1/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        self.assertEqual(self.statuses(answer), [200])
        self.assertIn(b"content-length: 17\r\n", answer)
        self.assertTrue(answer.endswith(b"\r\n\r\n"))
        status, fields, body = self.ask("/api/v1/health", "OPTIONS")
        self.assertEqual((status, fields["Allow"], body), (204, "OPTIONS, GET, HEAD", ""))

    def test_other_methods(self):
        status, fields, body = self.ask("/api/v1/health", "POST")
        self.assertEqual((status, fields["Allow"]), (405, "OPTIONS, GET, HEAD"))
        self.assertEqual(body["detail"], "POST is not possible here; expected OPTIONS, GET, HEAD")
        self.assertEqual(self.one(b"BREW /api/v1/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), [405])

    def test_a_head_that_is_too_long(self):
        self.assertEqual(self.one(HEALTH + b"X: " + b"a" * 9000 + b"\r\n\r\n"), [431])
        self.assertEqual(self.one(b"GET /" + b"a" * 9000), [431])
        self.assertEqual(self.one(HEALTH + b"".join(b"X%d: y\r\n" % i for i in range(2000)) + b"\r\n"), [431])

    def test_no_request(self):
        for wrong in (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", b"GET\r\n\r\n", b"GET /api/v1/health\r\n\r\n",
                      HEALTH + b"No colon here\r\n\r\n", HEALTH + b" : x\r\n\r\n", HEALTH + b"X: a\r\n\tb\r\n\r\n", HEALTH.replace(b"\r\n", b"\n") + b"\n"):
            self.assertIn(self.one(wrong), ([400], [505]), wrong)
        self.assertEqual(self.one(b"GET / HTTP/2.0\r\nHost: x\r\n\r\n"), [505])
        self.assertEqual(self.one(b"GET http://other/api/v1/health HTTP/1.1\r\nHost: x\r\n\r\n"), [400])

    def test_hosts(self):
        self.assertEqual(self.one(b"GET /api/v1/health HTTP/1.1\r\n\r\n"), [400])
        self.assertEqual(self.one(HEALTH + b"Host: y\r\n\r\n"), [400])

    def test_lengths_that_two_could_read_in_two_ways(self):
        post = b"POST /api/v1/health HTTP/1.1\r\nHost: x\r\n"
        smuggled = b"0\r\n\r\nGET /api/v1/me HTTP/1.1\r\nHost: x\r\n\r\n"
        for fields in (b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
                       b"Content-Length: 5\r\nContent-Length: 6\r\n", b"Content-Length: 5\r\nContent-Length: 5\r\n",
                       b"Content-Length: +5\r\n", b"Content-Length: -1\r\n", b"Content-Length: 0x5\r\n", b"Content-Length: 5, 5\r\n",
                       b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                       b"Content-Length: 99999999999999999999999\r\n"):
            self.assertEqual(self.one(post + fields + b"\r\n" + smuggled), [400], fields)
        for fields in (b"Transfer-Encoding: xchunked\r\n", b"Transfer-Encoding: gzip, chunked\r\n", b"Transfer-Encoding: identity\r\n"):
            self.assertEqual(self.one(post + fields + b"\r\n" + smuggled), [501], fields)
        self.assertEqual(self.one(b"GET /api/v1/health HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n" + smuggled), [400])

    def test_bodies_where_none_is_expected(self):
        self.assertEqual(self.one(HEALTH + b"Content-Length: 5\r\n\r\nhello"), [413])
        self.assertEqual(self.one(HEALTH + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"), [413])
        self.assertEqual(self.one(HEALTH + b"Content-Length: 0\r\nConnection: close\r\n\r\n"), [200])

    def test_what_was_refused_is_not_read_as_the_next_request(self):
        inner = b"GET /api/v1/me HTTP/1.1\r\nHost: x\r\n\r\n"
        answer = self.raw(b"POST /api/nix HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(inner) + inner)
        self.assertEqual(self.statuses(answer), [404])

    def test_expectations(self):
        self.assertEqual(self.one(HEALTH + b"Expect: the best\r\n\r\n"), [417])

    def test_addresses(self):
        for path in ("/../api/v1/health", "/api/v1/../v1/health", "/api/./v1/health", "/api//v1/health", "/api/v1/health/",
                     "/api/v1/%2e%2e/v1/health", "/api/v1\\health", "/api/v1/health%2f", "/api%2fv1%2fhealth", "/etc/passwd",
                     "//etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/api/V1/health", "/index.htm"):
            status, _, body = self.ask(path, headers={})
            self.assertEqual((status, body["title"]), (404, "Not Found"), path)
        for path in ("/%", "/%zz", "/%00", "/api/v1/health%0d%0aX:y", "/%ff%fe", "/api/v1/me?x=%0a", "/%c0%ae%c0%ae/"):
            self.assertEqual(self.ask(path, headers={})[0], 400, path)
        # One decoding: what is still encoded behind it is a name like others.
        self.assertEqual(self.ask("/%252e%252e/api", headers={})[0], 404)

    def test_nothing_that_came_ends_a_line_of_the_answer(self):
        status, fields, _ = self.ask("/api/v1/statistics?sensor=a%0d%0aX-Evil:1")
        self.assertEqual(status, 400)
        self.assertNotIn("X-Evil", fields)

    def test_a_slow_sender(self):
        with socket.create_connection((self.served.host, self.served.port), timeout=20) as wire:
            wire.sendall(b"GET /api/v1/hea")
            self.assertEqual(self.rest_of(wire), b"")  # closed by the server
        with socket.create_connection((self.served.host, self.served.port), timeout=20) as wire:
            self.assertEqual(self.rest_of(wire), b"")  # never said anything

    def test_who_is_asking(self):
        for headers, status in (({}, 401), ({"Authorization": "Bearer nix"}, 401), ({"Authorization": "Basic YTpi"}, 401),
                                ({"Authorization": "Bearer guest-token"}, 403), ({"Cookie": "kizashi=nix"}, 401),
                                ({**ANALYST, **SESSION}, 401), ({"Cookie": "kizashi=analyst-session; kizashi=nix"}, 401),
                                ({"Cookie": "kizashi=analyst-token"}, 401), ({"Authorization": "Bearer analyst-session"}, 401),
                                (ANALYST, 200), (SESSION, 200)):
            self.assertEqual(self.ask("/api/v1/metrics", headers=headers)[0], status, headers)
        answer = self.raw(b"GET /api/v1/metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer analyst-token\r\n"
                          b"Authorization: Bearer nix\r\n\r\n")
        self.assertEqual(self.statuses(answer), [400])

    def test_metrics(self):
        _, fields, text = self.ask("/api/v1/metrics")
        self.assertEqual(fields["Content-Type"], "text/plain; version=0.0.4")
        self.assertIn("# HELP kizashi_test_total A counter of this test.\n# TYPE kizashi_test_total counter\nkizashi_test_total 3\n", text)

    def test_questions_without_a_store(self):
        self.assertEqual(self.document("/api/v1/ready", 503, headers={})["detail"], "there is no store to ask")
        self.assertEqual(self.document("/api/v1/statistics", 500)["detail"], "there is no store to ask")
        self.assertFalse(self.document("/api/v1/status")["ready"])

    def test_all_mistakes_at_once(self):
        body = self.document("/api/v1/statistics?by=colour&top=0&frm=2026-01-01&to=tomorrow&top=1", 400)
        self.assertEqual([(each["where"], each["came"]) for each in body["errors"]],
                         [("query.by", "colour"), ("query.to", "tomorrow"), ("query.top", "1"), ("query.frm", "2026-01-01")])
        self.assertEqual(body["errors"][0]["expected"], "one of port, source, country, as, protocol, hour, day, sensor, tool, class, scanner, minute")
        self.assertEqual(body["errors"][3]["expected"], "from, perhaps")
        self.assertEqual(body["detail"], "4 parameters are not as expected")


class Limits(ServedTest):
    options = ("per_address=3", "connections=5")

    def test_connections_of_an_address(self):
        wires = [socket.create_connection((self.served.host, self.served.port), timeout=20) for _ in range(3)]
        for wire in wires:
            self.addCleanup(wire.close)
            wire.sendall(HEALTH + b"\r\n")
            self.assertTrue(wire.recv(1000).startswith(b"HTTP/1.1 200"))
        self.assertEqual(self.raw(HEALTH + b"\r\n"), b"")
        wires[0].close()
        # The place is free once the server has noticed.
        for _ in range(200):
            if self.raw(HEALTH + b"Connection: close\r\n\r\n"):
                break
        else:
            self.fail("the place did not become free")


class Names(ServedTest):
    options = ("host=kizashi.test",)

    def test_names_of_the_server(self):
        self.assertEqual(self.statuses(self.raw(b"GET /api/v1/health HTTP/1.1\r\nHost: kizashi.test:99\r\nConnection: close\r\n\r\n")), [200])
        self.assertEqual(self.statuses(self.raw(HEALTH + b"Connection: close\r\n\r\n")), [400])


class OtherDoors(ServedTest):
    """TLS and a Unix socket."""

    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory(prefix="kizashi-api-")
        cls.addClassCleanup(scratch.cleanup)
        cls.folder = pathlib.Path(scratch.name)
        if shutil.which("openssl") is None:
            raise unittest.SkipTest("there is no openssl to make a certificate with")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1", "-subj",
                        "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", cls.folder / "key.pem", "-out",
                        cls.folder / "chain.pem"], check=True, capture_output=True)
        cls.options = (f"certificate={cls.folder}/chain.pem", f"key={cls.folder}/key.pem", f"unix={cls.folder}/socket", "head_time=2000")
        super().setUpClass()

    def secure(self, **more):
        context = ssl.create_default_context(cafile=self.folder / "chain.pem")
        for name, value in more.items():
            setattr(context, name, value)
        return http.client.HTTPSConnection(self.served.host, self.served.port, timeout=30, context=context)

    def test_tls(self):
        self.assertTrue(self.served.addresses[0].startswith("https://127.0.0.1:"))
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            connection = self.secure(maximum_version=version, minimum_version=version)
            self.addCleanup(connection.close)
            for cookie, status in (("__Host-kizashi=analyst-session", 200), ("kizashi=analyst-session", 401)):
                connection.request("GET", "/api/v1/metrics", headers={"Cookie": cookie})
                answer = connection.getresponse()
                answer.read()
                self.assertEqual((answer.status, answer.headers["Strict-Transport-Security"]), (status, "max-age=31536000"))

    def test_what_is_no_tls(self):
        self.assertEqual(self.raw(HEALTH + b"\r\n"), b"")
        with self.assertRaises(ssl.SSLError):
            self.secure(minimum_version=ssl.TLSVersion.TLSv1, maximum_version=ssl.TLSVersion.TLSv1_1).request("GET", "/")

    def test_a_stream_over_tls(self):
        connection = self.secure()
        self.addCleanup(connection.close)
        connection.request("GET", "/api/v1/events/stream", headers=ANALYST)
        answer = connection.getresponse()
        self.served.say('event alert - - {"n":1}')
        lines = [answer.readline() for _ in range(6)]
        self.assertEqual(lines[4:], [b"event: alert\n", b'data: {"n":1}\n'])

    def test_a_unix_socket(self):
        path = self.folder / "socket"
        self.assertEqual(self.served.addresses[1], f"unix:{path}")
        self.assertEqual(path.stat().st_mode & 0o777, 0o660)
        with socket.socket(socket.AF_UNIX) as wire:
            wire.connect(str(path))
            wire.sendall(HEALTH + b"Connection: close\r\n\r\n")
            self.assertEqual(self.statuses(self.rest_of(wire)), [200])

    def test_doors_that_cannot_be_opened(self):
        def failure(*options):
            done = subprocess.run([SERVE_API, "none", *options], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60)
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            return done.stderr
        path = self.folder / "socket"
        self.assertEqual(failure(f"unix={path}"), f"serve_api: {path}: cannot listen there: a process does already\n")
        self.assertIn("nix.pem: cannot be used as a chain of certificates: ", failure("certificate=nix.pem", "key=nix.pem"))
        self.assertIn("chain.pem: cannot be used as a private key: ",
                      failure(f"certificate={self.folder}/chain.pem", f"key={self.folder}/chain.pem"))

    def test_stopping(self):
        served = Served("none", "stop_time=3000")
        self.addCleanup(served.close)
        stream = http.client.HTTPConnection(served.host, served.port, timeout=30)
        self.addCleanup(stream.close)
        stream.request("GET", "/api/v1/events/stream", headers=ANALYST)
        answer = stream.getresponse()
        idle = socket.create_connection((served.host, served.port), timeout=30)
        self.addCleanup(idle.close)
        # An answer says that the server has it: one that the system alone has accepted would be reset.
        idle.sendall(b"GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        said = b""
        while not said.endswith(b"}\n") and not said.endswith(b"}"):
            said += idle.recv(4096)
        self.assertIn(b"200 OK", said)
        self.assertEqual(answer.readline(), b"retry: 3000\n")
        served.say("stop")
        answer.read()  # fails unless the end is that of a chunked body
        self.assertEqual(idle.recv(10), b"")
        self.assertEqual(served.child.stdout.readline(), "stopped\n")
        with self.assertRaises(OSError):
            socket.create_connection((served.host, served.port), timeout=30)


if __name__ == "__main__":
    unittest.main()
