"""The pages of a folder: what is sent of them, and how."""
import gzip
import http.client

from server import ServeTest


class Pages(ServeTest):
    def setUp(self):
        self.pages = self.folder / "pages"
        (self.pages / "assets").mkdir(parents=True, exist_ok=True)
        self.script = "say('hello');\n" * 200
        (self.pages / "index.html").write_text("<title>Kizashi</title>")
        (self.pages / "assets" / "main-1a2b.js").write_text(self.script)
        (self.pages / ".secret.js").write_text("no")
        (self.pages / "notes.md").write_text("no")
        (self.pages / "link.js").unlink(missing_ok=True)
        (self.pages / "link.js").symlink_to("/etc/hostname")

    def get(self, port, path, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.addCleanup(connection.close)
        connection.request("GET", path, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()

    def test_are_sent(self):
        server = self.start(f'pages = "{self.pages}"\n')
        port = server.port()
        for path in ("/", "/now?span=1h", "/port/23", "/address/192.0.2.7"):
            status, headers, body = self.get(port, path)
            self.assertEqual((status, body), (200, b"<title>Kizashi</title>"), path)
            self.assertEqual(headers["Content-Type"], "text/html; charset=utf-8")
            self.assertEqual(headers["Cache-Control"], "no-cache")
            self.assertIn("default-src 'self'", headers["Content-Security-Policy"])
        status, headers, body = self.get(port, "/assets/main-1a2b.js")
        self.assertEqual((status, body.decode(), headers["Content-Encoding"]), (200, self.script, None))
        self.assertIn("immutable", headers["Cache-Control"])
        status, headers, body = self.get(port, "/assets/main-1a2b.js", {"Accept-Encoding": "gzip"})
        self.assertEqual((status, headers["Content-Encoding"], gzip.decompress(body).decode()), (200, "gzip", self.script))
        for path in ("/.secret.js", "/notes.md", "/link.js", "/assets/nix.js", "/..%2Fserver.py", "/api/nix"):
            self.assertEqual(self.get(port, path)[0], 404, path)
        self.assertEqual(server.stop(), 0, server.said())

    def test_that_are_not_there(self):
        (self.folder / "wrong.toml").write_text('[serve]\nlisten = ["127.0.0.1:0"]\npages = "nix"\n')
        done = self.kizashi("serve", "--config", "wrong.toml", "--data", "data")
        self.assertEqual((done.returncode, done.stderr),
                         (1, "kizashi: nix: there is no index.html in it; './dev web' makes the pages\n"))
