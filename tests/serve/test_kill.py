"""A server that is killed at random moments has, after the last start, what it has when nobody kills it."""
import random
import time

from server import KEPT, Server, ServeTest

KILLS = 30


class Kill(ServeTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.done("synth", "mixed", "--rate-scale", "0.05", "-o", "all.pcap")
        cls.done("read", "all.pcap", "--store", "expected", "--sensor", "north", "--no-progress")

    def config(self):
        return ('[serve]\nlisten = ["127.0.0.1:0"]\nflush = "200ms"\ncheckpoint = "1s"\n'
                '[sensor.north]\nfolder = "spool"\n')

    def test_at_random_moments(self):
        random.seed(5)
        self.fresh("data", "spool")
        (self.folder / "spool").mkdir()
        whole = (self.folder / "all.pcap").read_bytes()
        (self.folder / "spool/all.pcap").write_bytes(whole[:24])
        deaths = 0
        with open(self.folder / "spool/all.pcap", "ab") as spool:
            written = 24
            for kill in range(KILLS):
                until = 24 + (len(whole) - 24) * (kill + 1) // KILLS
                server = Server(self.folder, self.config())
                self.addCleanup(lambda each=server: each.child.poll() is None and each.kill())
                spool.write(whole[written:until])
                spool.flush()
                written = until
                time.sleep(random.uniform(0.05, 1.5))
                deaths += server.child.poll() is None
                server.kill()
        self.assertEqual(deaths, KILLS)
        server = Server(self.folder, self.config())
        self.addCleanup(lambda: server.child.poll() is None and server.kill())
        server.wait_for("sensor north: running")  # a question before that would have the store itself
        for _ in range(120):
            if self.rows("data/store", "select count() from packets") == self.rows("expected", "select count() from packets"):
                break
            time.sleep(0.5)
        self.assertEqual(server.stop(), 0, server.said())
        for sql in KEPT[:4]:
            with self.subTest(sql=sql):
                self.assertEqual(self.rows("data/store", sql), self.rows("expected", sql))
        # Windows and events that have ended are those of the undisturbed reading.
        for sql in KEPT[4:]:
            with self.subTest(sql=sql):
                told, expected = self.rows("data/store", sql).splitlines(), set(self.rows("expected", sql).splitlines())
                self.assertEqual([line for line in told if line not in expected], [])
                self.assertGreater(len(told), len(expected) // 3)
