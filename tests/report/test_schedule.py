"""A server writes the reports of periods that have closed, each once, and hands them out to who may see everything."""
import json
import re
import struct
import time
import unittest

from server import EMPTY_CAPTURE, PASSWORD, ServeTest, ask

DAY = 86400
SETTINGS = '[report]\nschedule = ["day"]\nlanguages = ["ja", "en"]\ndelay = "0s"\n'


def day(ago):
    return time.strftime("%Y-%m-%d", time.gmtime(time.time() - ago * DAY))


class Schedule(ServeTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.yesterday, cls.today = day(1), day(0)

    def seeded(self, data):
        """A server's folder whose store has packets of the last days."""
        begin = int(time.time()) // DAY * DAY - 2 * DAY
        packets = b"".join(self.packet(begin + at) for at in (60, DAY + 60, DAY + 7200, 2 * DAY + 1))
        (self.folder / "recent.pcap").write_bytes(EMPTY_CAPTURE + packets)
        done = self.kizashi("read", "recent.pcap", "--store", f"{data}/store", "--sensor", "north", "--no-progress")
        self.assertEqual(done.returncode, 0, done.stderr)
        return self.folder / data / "reports"

    @staticmethod
    def packet(at):
        syn = struct.pack(">HHIIBBHHH", 40000, 23, 1, 0, 0x50, 2, 1024, 0, 0)
        ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 40, 1, 0, 60, 6, 0, bytes((198, 51, 100, 7)), bytes((192, 0, 2, 1)))
        frame = bytes(12) + b"\x08\x00" + ip + syn
        return struct.pack("<IIII", at, 0, len(frame), len(frame)) + frame

    def run_server(self, data, more=""):
        server = self.start(SETTINGS + more, data)
        return server, server.port()

    def log_in(self, server, port):
        password = server.wait_for(PASSWORD).group(1)
        status, headers, _ = ask(port, "/api/v1/session", "POST", {"name": "admin", "password": password})
        self.assertEqual(status, 200)
        return {"Cookie": headers["set-cookie"].split(";")[0]}

    def test_written_once_and_handed_out(self):
        folder = self.seeded("one")
        server, port = self.run_server("one")
        who = self.log_in(server, port)
        server.wait_for("wrote kizashi-")
        names = [f"kizashi-{self.yesterday}.{each}" for each in ("en.html", "ja.html", "json")]
        self.assertEqual(sorted(each.name for each in folder.iterdir()), names)
        document = json.loads((folder / names[2]).read_text())
        self.assertEqual((document["totals"]["packets"], document["is_over"], document["before"]["packets"]), (2, True, 1))
        # The list and the files, for who may see everything.
        status, _, listed = ask(port, "/api/v1/reports", headers=who)
        self.assertEqual((status, [row["file"] for row in listed["rows"]]), (200, names))
        status, headers, text = ask(port, f"/api/v1/reports/{names[0]}", headers=who)
        self.assertEqual((status, text), (200, (folder / names[0]).read_text()))
        self.assertEqual(headers["content-security-policy"].split(";")[0], "default-src 'none'")
        self.assertEqual(ask(port, f"/api/v1/reports/{names[2]}", headers=who)[2], document)
        self.assertEqual(ask(port, f"/api/v1/report?period=day&at={self.yesterday}", headers=who)[2]["days"], document["days"])
        # What was written is answered, unless somebody wants it made anew.
        (folder / names[2]).write_text(json.dumps({**document, "store": "written"}))
        for more, store in (("", "written"), ("&fresh=yes", "kizashi"), ("&filter=port%2023", "kizashi"), ("&sensor=north", "kizashi")):
            answer = ask(port, f"/api/v1/report?period=day&at={self.yesterday}{more}", headers=who)[2]
            self.assertEqual(answer["store"], store, more)
        page = ask(port, f"/api/v1/report?period=day&at={self.yesterday}&format=html&language=ja", headers=who)
        self.assertIn('<html lang="ja">', page[2])
        # Nobody else, and nothing else.
        self.assertEqual(ask(port, "/api/v1/reports")[0], 401)
        self.assertEqual(ask(port, f"/api/v1/reports/{names[0]}")[0], 401)
        (self.folder / "one" / "kizashi-2026.json").write_text("secret")
        (folder / "notes.txt").write_text("secret")
        for wrong in ("notes.txt", "..%2Fkizashi-2026.json", "%2Fetc%2Fpasswd", "..%2F..%2Fkizashi.toml", "kizashi-2026-01.json",
                      ".%2E/kizashi-2026.json", "kizashi-2026.json%00.html"):
            status, _, text = ask(port, f"/api/v1/reports/{wrong}", headers=who)
            self.assertIn(status, (400, 404), wrong)
            self.assertNotIn("secret", str(text))
        status, _, answer = ask(port, "/api/v1/status", headers=who)
        self.assertEqual([answer["pipeline"]["reports"][key] for key in ("schedule", "written", "failed", "latest", "failure")],
                         [["day"], 3, 0, self.yesterday, None])
        before = {each.name: each.stat().st_mtime_ns for each in folder.iterdir()}
        self.assertEqual(server.stop(), 0)
        # A server that begins again writes what is missing, and nothing twice.
        (folder / names[1]).unlink()
        again = self.start(SETTINGS, "one")
        again.wait_for(f"wrote {names[1]} in ")
        self.assertNotIn(names[0], again.said())
        after = {each.name: each.stat().st_mtime_ns for each in folder.iterdir()}
        self.assertEqual({name: after[name] for name in before if name != names[1]},
                         {name: at for name, at in before.items() if name != names[1]})

    def test_a_partner_who_sees_a_part(self):
        self.seeded("part")
        server, port = self.run_server("part")
        self.log_in(server, port)
        added = self.done("account", "add", "city", "--data", "part", "--role", "partner", "--sensor", "north", "--generate")
        password = re.search(r"password: (\S+)", added).group(1)
        status, headers, _ = ask(port, "/api/v1/session", "POST", {"name": "city", "password": password})
        self.assertEqual(status, 200, added)
        who = {"Cookie": headers["set-cookie"].split(";")[0]}
        status, _, answer = ask(port, "/api/v1/reports", headers=who)
        self.assertEqual((status, answer["detail"]),
                         (403, "written reports tell of the whole store, of which this account may see a part; GET /api/v1/report makes "
                               "one of that part"))

    def test_a_browser_that_is_not_there(self):
        folder = self.seeded("paper")
        server, port = self.run_server("paper", 'pdf = "yes"\nbrowser = "/no/browser"\n')
        server.wait_for("report.pdf is yes: /no/browser: there is no such program")
        server.wait_for("/no/browser: there is no such program; a PDF needs Chromium.*; it is tried again in an hour")
        self.assertEqual(len(list(folder.iterdir())), 3)  # the others are there all the same

    def test_what_cannot_be(self):
        for line, said in (('schedule = ["decade"]', '"decade" is no period; expected day, week, month, quarter or year'),
                           ('languages = ["fr"]', '"fr" is no language of reports; expected en or ja'),
                           ('pdf = "perhaps"', '"perhaps" is not known; expected yes or no')):
            (self.folder / "wrong.toml").write_text(f"[report]\n{line}\n")
            done = self.kizashi("config", "check", "wrong.toml")
            self.assertEqual(done.returncode, 1)
            self.assertIn(said, done.stderr + done.stdout)


if __name__ == "__main__":
    unittest.main()
