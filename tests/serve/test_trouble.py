"""A server in bad circumstances: a full disk, a damaged state, clocks that leap, a token that ends while a stream is open. Nothing that
was acknowledged is lost, and it says what is wrong."""
import ctypes
import http.client
import json
import os
import re
import subprocess
import unittest

from server import KEPT, PASSWORD, ServeTest, ask

NEW_MOUNTS = 0x20000  # CLONE_NEWNS, linux/sched.h
PRIVATE = 0x44000  # MS_REC | MS_PRIVATE, linux/mount.h


def make_small_disk(at, size):
    """Mounts it for this process and its children alone. Skips the test where that is not possible."""
    library = ctypes.CDLL(None, use_errno=True)
    for done in (lambda: library.unshare(NEW_MOUNTS), lambda: library.mount(b"none", b"/", None, PRIVATE, None),
                 lambda: library.mount(b"tmpfs", os.fsencode(at), b"tmpfs", 0, f"size={size}".encode())):
        if done() != 0:
            raise unittest.SkipTest(f"no disk of its own can be made: {os.strerror(ctypes.get_errno())}")


def metric(port, name):
    text = ask(port, "/api/v1/metrics")[2]
    return float(re.search(rf"^{name}{{[^}}]*}} (\S+)$", text, re.MULTILINE).group(1))


class Trouble(ServeTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.done("synth", "mixed", "--packets", 40000, "-o", "all.pcap")
        said = cls.done("read", "all.pcap", "--store", "expected", "--sensor", "north", "--no-progress", "--json")
        cls.packets = json.loads(said)["packets"]["total"]

    def setUp(self):
        self.fresh("data", "spool")

    def count(self, store):
        return int(self.rows(store, "select count() from packets").split()[1])

    def test_a_full_disk(self):
        small = self.folder / "small"
        small.mkdir()
        make_small_disk(small, "160M")
        spool = self.folder / "spool"
        spool.mkdir()
        whole = (self.folder / "all.pcap").read_bytes()
        written = len(whole) // 3
        (spool / "all.pcap").write_bytes(whole[:written])
        self.addCleanup(subprocess.run, ["umount", "--lazy", small])
        server = self.start('flush = "200ms"\ncheckpoint = "1s"\nwithout_account = "everything"\n[sensor.north]\nfolder = "spool"\n',
                            data="small/data")
        server.wait_for("sensor north: running")
        sensor = lambda: self.sensor("small/data")
        acknowledged = self.wait_until(
            lambda: (now := sensor())["packets_stored"] and now["packets_stored"] == now["packets_received"] and now)["packets_stored"]
        with open(small / "filler", "wb", buffering=0) as filler:
            for size in (1 << 20, 4096):
                try:
                    while filler.write(bytes(size)) == size:
                        pass
                except OSError:
                    pass
        with open(spool / "all.pcap", "ab") as more:
            more.write(whole[written:2 * written])
        server.wait_for("error sensor north: [a-z ]+: .*No space left on device")
        self.wait_until(lambda: sensor()["source_failure"] or sensor()["failure"])
        said = self.kizashi("status", "--data", "small/data")
        self.assertEqual(said.returncode, 1, said.stdout)
        self.assertRegex(said.stdout, r"\ndegraded: sensor north .*No space left on device")
        self.assertGreaterEqual(metric(server.port(), "kizashi_packets_stored_total"), acknowledged)
        (small / "filler").unlink()
        with open(spool / "all.pcap", "ab") as more:
            more.write(whole[2 * written:])
        self.wait_until(lambda: (now := sensor())["packets_received"] == self.packets and now["phase"] == "running" and
                        not now["source_failure"] and not now["failure"])
        self.assertEqual(sensor()["packets_dropped_by_journal"], 0, "a folder waits")
        self.wait_until(lambda: self.count("small/data/store") == self.count("expected"))
        for sql in KEPT[:4]:
            with self.subTest(sql=sql):
                self.assertEqual(self.rows("small/data/store", sql), self.rows("expected", sql))
        self.assertEqual(server.stop(), 0, server.said())

    def test_a_damaged_state(self):
        """It is refused by name, and says what to do; that done, nothing is lost."""
        server = self.start('[sensor.north]\nreplay = ["all.pcap"]\nspeed = 0\n')
        server.wait_for("sensor north: ended")
        self.assertEqual(server.stop(), 0)
        state = self.folder / "data/sensors/north/state"
        whole = state.read_bytes()
        for damaged in (whole[:len(whole) // 2], whole[:100] + bytes([whole[100] ^ 1]) + whole[101:], b"", b"something else"):
            state.write_bytes(damaged)
            refused = self.start('[sensor.north]\nfolder = "."\n')
            self.assertEqual(refused.end(), 1)
            self.assertRegex(refused.said(), r"(?m)^kizashi: sensor\.north: data/sensors/north/state: .*; to begin anew, take the file away: what "
                                             r"the journal has is then stored as another stream$")
        state.unlink()
        (self.folder / "data/sensors/north/state.before").unlink(missing_ok=True)
        server = self.start('[sensor.north]\nreplay = ["all.pcap"]\nspeed = 0\n')
        server.wait_for("sensor north: ended")
        self.assertEqual(server.stop(), 0)
        self.assertGreaterEqual(self.count("data/store"), self.count("expected"))

    def test_clocks_that_leap(self):
        """Packets say what time it is: a sensor whose clock was set forward by hours and back gives what `read` gives of it."""
        whole = bytearray((self.folder / "all.pcap").read_bytes())
        at, number = 24, 0
        while at < len(whole):
            seconds, size = (int.from_bytes(whole[at + k:at + k + 4], "little") for k in (0, 8))
            leap = 7200 if 10000 <= number < 20000 else 86400 * 400 if number == 25000 else -3600 if number >= 30000 else 0
            whole[at:at + 4] = (seconds + leap).to_bytes(4, "little")
            at, number = at + 16 + size, number + 1
        (self.folder / "leaps.pcap").write_bytes(whole)
        self.fresh("leapt")
        self.done("read", "leaps.pcap", "--store", "leapt", "--sensor", "north", "--no-progress")
        server = self.start('flush = "200ms"\ncheckpoint = "1s"\n[sensor.north]\nreplay = ["leaps.pcap"]\nspeed = 0\n')
        server.wait_for("sensor north: ended")
        self.assertEqual(server.stop(), 0)
        for sql in KEPT:
            with self.subTest(sql=sql):
                self.assertEqual(self.rows("data/store", sql), self.rows("leapt", sql))

    def test_a_token_that_ends_while_a_stream_is_open(self):
        server = self.start("")
        server.wait_for(PASSWORD)
        port = server.port()
        added = self.done("token", "add", "admin", "--data", "data", "--label", "short", "--scope", "read", "--expires", "4s")
        token = {"Authorization": "Bearer " + next(word for word in added.split() if word.startswith("kzs_"))}
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.addCleanup(connection.close)
        connection.request("GET", "/api/v1/events/stream", headers=token)
        answer = connection.getresponse()
        self.assertEqual(answer.status, 200)
        self.assertTrue(answer.readline().startswith(b"retry:"))
        answer.read()  # until the server ends it: within some seconds of the token's end, as is_over looks every two
        self.assertEqual(ask(port, "/api/v1/status", headers=token)[0], 401)
        self.assertEqual(server.stop(), 0, server.said())

