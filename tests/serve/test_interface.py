"""A server that listens to a network: one end of a veth pair, in a namespace that the test makes. What is sent at the other end is in
its store, and what it says of it is what `kizashi read` says of a capture with the same packets at the same times."""
import signal
import struct
import time

import veth
from server import KEPT, ServeTest

NAMESPACE = veth.Namespace()
WINDOWS = '[window]\nlength = "1s"\nlateness = "200ms"\n[events]\ntimeout = "1s"\ndos_timeout = "1s"\n'


def setUpModule():
    NAMESPACE.make()
    NAMESPACE.set("lo", "up")


def tearDownModule():
    NAMESPACE.remove()


def frames_of(capture):
    data, at = capture.read_bytes(), 24
    while at < len(data):
        size = struct.unpack_from("<I", data, at + 8)[0]
        yield data[at + 16:at + 16 + size]
        at += 16 + size


class Interface(ServeTest):
    def setUp(self):
        self.fresh("data", "expected")

    def listen(self, more="", settings=""):
        server = self.start(f'flush = "200ms"\n{WINDOWS}{settings}[sensor.north]\ninterface = "kz1"\n{more}',
                            before=NAMESPACE.command())
        server.wait_for("sensor north: running")
        return server

    def wait_for_packets(self, count):
        return self.wait_until(lambda: (now := self.sensor())["packets_stored"] >= count and now)

    def expect_what_read_says(self, sent, rings):
        server = self.listen(f"rings = {rings}\n")
        NAMESPACE.send(self.folder / "sent.pcap", "--rate", "5000")
        now = self.wait_for_packets(len(sent))
        self.assertEqual((now["packets_received"], now["packets_stored"]), (len(sent), len(sent)))
        self.assertEqual(now["packets_dropped_by_system"] + now["packets_dropped_by_source"], 0)
        # Microseconds: what the store keeps.
        times = [int(at) for at in self.rows("data/store", "select ts from (select ts from packets union all select ts from packets6) "
                                                           "order by ts").split()[1:]]
        self.assertEqual(len(times), len(sent))
        if rings == 1:  # it keeps the order, so that the times say which packet is which
            with open(self.folder / "timed.pcap", "wb") as out:
                out.write(struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
                for at, data in zip(times, sent):
                    out.write(struct.pack("<IIII", at // 10**6, at % 10**6, len(data), len(data)) + data)
            (self.folder / "read.toml").write_text(WINDOWS)
            self.done("read", "timed.pcap", "--store", "expected", "--sensor", "north", "--no-progress", "--config", "read.toml")
            # The file has an end, where its last events are going on; the interface was silent after them.
            for sql in (each.replace(" ongoing,", "") for each in KEPT):
                with self.subTest(sql=sql):
                    expected = self.rows("expected", sql)
                    self.wait_until(lambda: self.rows("data/store", sql) == expected or None, 20)
        # Windows have every packet, and none came too late for its own.
        counted = "select sum(packets) from windows final"
        self.wait_until(lambda: int(self.rows("data/store", counted).split()[1]) == len(sent), 20)
        self.assertEqual(server.stop(), 0, server.said())

    def test_what_is_sent_is_kept_and_counted(self):
        self.done("synth", "mixed", "--packets", 8000, "-o", "sent.pcap")
        sent = list(frames_of(self.folder / "sent.pcap"))
        for rings in (1, 3):
            with self.subTest(rings=rings):
                self.fresh("data", "expected")
                self.expect_what_read_says(sent, rings)

    def test_what_the_system_had_no_room_for_is_said(self):
        """The server is stopped for a moment, so that its ring runs over."""
        veth.write_capture(self.folder / "sent.pcap", [veth.frame(0xc0000201, 23, bytes(1000))] * 6000)
        for rings in (1, 2):
            with self.subTest(rings=rings):
                self.fresh("data")
                server = self.listen(f'ring = "2MiB"\nrings = {rings}\n')
                server.child.send_signal(signal.SIGSTOP)
                NAMESPACE.send(self.folder / "sent.pcap")
                server.child.send_signal(signal.SIGCONT)
                server.wait_for(r"warning sensor north: packets were lost since the start: [\d,]+ by the system, 0 by the source, 0 by")
                now = self.wait_until(lambda: (now := self.sensor())["packets_dropped_by_system"] + now["packets_stored"] == 6000 and now)
                self.assertGreater(now["packets_dropped_by_system"], 3000)
                said = self.kizashi("status", "--data", "data")
                self.assertEqual(said.returncode, 1)
                self.assertRegex(said.stdout, r"\ndegraded: sensor north lost [\d,]+ packets in the last 10 min\n")
                self.assertEqual(server.stop(), 0, server.said())

    def test_an_interface_that_goes_and_comes_back(self):
        server = self.listen()
        veth.write_capture(self.folder / "sent.pcap", veth.some_frames(100))
        NAMESPACE.send(self.folder / "sent.pcap")
        self.wait_for_packets(100)
        NAMESPACE.remove_pair()
        server.wait_for("error sensor north: running: kz1: the interface is gone; ip link shows what there is")
        self.assertEqual(self.sensor()["source_failure"], "kz1: the interface is gone; ip link shows what there is")
        said = self.kizashi("status", "--data", "data")
        self.assertEqual(said.returncode, 1)
        self.assertIn("degraded: sensor north nothing comes: kz1: the interface is gone", said.stdout)
        time.sleep(1.2)  # tried again in vain once
        NAMESPACE.make_pair()
        self.wait_until(lambda: self.sensor()["source_failure"] is None)
        NAMESPACE.send(self.folder / "sent.pcap")
        now = self.wait_for_packets(200)
        self.assertEqual((now["packets_received"], now["packets_stored"]), (200, 200))
        self.assertEqual(self.kizashi("status", "--data", "data").returncode, 0)
        self.assertEqual(server.stop(), 0, server.said())
        self.assertEqual(server.said().count("sensor north: running\n"), 2)
