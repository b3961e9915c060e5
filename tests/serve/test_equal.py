"""The same traffic gives the same packets, windows, events and victims: read from a file, replayed, from a folder of captures,
and with restarts in between."""
import time

from server import KEPT, Server, ServeTest

SCENARIO = "mixed"


class Equal(ServeTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.done("synth", SCENARIO, "--rate-scale", "0.1", "-o", "all.pcap")
        cls.done("read", "all.pcap", "--store", "expected", "--sensor", "north", "--no-progress")
        cls.expected = [cls.done("query", "--store", "expected", "--format", "csv", each) for each in KEPT]

    def expect_equal(self, store):
        for sql, expected in zip(KEPT, self.expected):
            with self.subTest(sql=sql):
                self.assertGreater(expected.count("\n"), 1)
                self.assertEqual(self.rows(store, sql), expected)

    def test_a_replay(self):
        self.fresh("data")
        server = self.start('[sensor.north]\nreplay = ["all.pcap"]\nspeed = 0\n')
        server.wait_for("sensor north: ended")
        self.expect_equal("data/store")  # asked while it runs
        self.assertEqual(server.stop(), 0, server.said())
        self.expect_equal("data/store")

    def test_a_replay_goes_on_over_restarts_and_crashes(self):
        """It gives what it had not given yet; one that has ended gives nothing."""
        self.fresh("data")
        config = ('[serve]\nlisten = ["127.0.0.1:0"]\nflush = "200ms"\ncheckpoint = "1s"\nstop = "STOP"\n'
                  '[sensor.north]\nreplay = ["all.pcap"]\nspeed = 900\n')
        # With no time to stop, what is left stays in the journal.
        for end, stop in ((Server.stop, "20s"), (Server.stop, "0s"), (Server.kill, "20s")):
            server = Server(self.folder, config.replace("STOP", stop))
            self.addCleanup(lambda each=server: each.child.poll() is None and each.kill())
            server.wait_for("sensor north: running")
            time.sleep(1)
            end(server)
        given = 0
        for _ in range(2):
            server = self.start('[sensor.north]\nreplay = ["all.pcap"]\nspeed = 0\n')
            server.wait_for("sensor north: ended")
            given += self.sensor()["packets_received"]
            self.assertEqual(server.stop(), 0, server.said())
            self.expect_equal("data/store")
        self.assertLess(given, int(self.rows("data/store", "select count() from packets").split()[-1]))

    def test_stopped_and_started_again(self):
        """A folder that grows: what was read is known after each restart, and events go on."""
        self.fresh("data", "spool")
        (self.folder / "spool").mkdir()
        whole = (self.folder / "all.pcap").read_bytes()
        config = '[serve]\nlisten = ["127.0.0.1:0"]\nflush = "200ms"\ncheckpoint = "1s"\n[sensor.north]\nfolder = "spool"\n'
        written = 0
        with open(self.folder / "spool/all.pcap", "wb") as spool:
            for part in (0.2, 0.5, 0.51, 1):
                spool.write(whole[written:int(part * len(whole))])
                spool.flush()
                written = int(part * len(whole))
                server = Server(self.folder, config)
                self.addCleanup(lambda each=server: each.child.poll() is None and each.kill())
                server.wait_for("sensor north: running")
                time.sleep(1.5)
                self.assertEqual(server.stop(), 0, server.said())
        counted = self.rows("data/store", "select count() from packets")
        self.assertEqual(counted, self.rows("expected", "select count() from packets"))
        for sql, expected in list(zip(KEPT, self.expected))[:4]:
            with self.subTest(sql=sql):
                self.assertEqual(self.rows("data/store", sql), expected)
        # The folder may still get packets: windows and events that are open are not told yet, and what is told is right.
        for sql, expected in list(zip(KEPT, self.expected))[4:]:
            with self.subTest(sql=sql):
                told, whole = self.rows("data/store", sql).splitlines(), set(expected.splitlines())
                self.assertEqual([line for line in told if line not in whole], [])
                self.assertGreater(len(told), len(whole) // 3)
