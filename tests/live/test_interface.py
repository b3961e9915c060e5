"""Frames that are put on one end of a veth pair arrive at the other, and every one that does not is counted."""
import json
import os
import pathlib
import subprocess
import tempfile
import time
import unittest

import veth

NAMESPACE = veth.Namespace()
PERMISSION = ("live_receiver: lo: listening needs the right CAP_NET_RAW; start as root, or give it to the program: "
              "setcap cap_net_raw+ep kizashi, or to the service: AmbientCapabilities=CAP_NET_RAW in its systemd unit\n")


def setUpModule():
    NAMESPACE.make()


def tearDownModule():
    NAMESPACE.remove()


class Receiver:
    """Listens at kz1 from the moment it is made."""

    def __init__(self, *options, interface="kz1", before=()):
        self.process = subprocess.Popen(NAMESPACE.command(*before, veth.RECEIVER, interface, *map(str, options)),
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.first = self.process.stdout.readline()
        if self.first != "ready\n":
            self.message = self.process.communicate()[1]

    def stop(self):
        self.process.terminate()
        return self.answer()

    def answer(self):
        out, error = self.process.communicate(timeout=60)
        assert self.process.returncode == 0, error
        return json.loads(out)


class InterfaceTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.got = self.folder / "got.pcap"

    def capture(self, frames):
        return veth.write_capture(self.folder / "sent.pcap", frames)

    def receive(self, frames, *options, expected=None):
        receiver = Receiver("-o", self.got, "--frames", len(frames) if expected is None else expected, *options)
        self.assertEqual(receiver.first, "ready\n", getattr(receiver, "message", ""))
        NAMESPACE.send(self.capture(frames))
        return receiver.answer()


class Methods(InterfaceTest):
    def test_frame_for_frame(self):
        sent = veth.some_frames(3000)
        for method in ("ring", "libpcap"):
            with self.subTest(method):
                before = time.time_ns()
                answer = self.receive(sent, "--method", method)
                got = veth.read_capture(self.got)
                self.assertEqual([data for _, _, data in got], sent)
                self.assertEqual([wire for _, wire, _ in got], [len(each) for each in sent])
                self.assertTrue(all(before <= at <= time.time_ns() for at, _, _ in got))
                self.assertTrue(any(at % 1000 for at, _, _ in got), "nanoseconds")
                counted = answer["statistics"]
                self.assertEqual(counted["received"], len(sent))
                self.assertEqual(counted["received_bytes"], sum(map(len, sent)))
                self.assertEqual(counted["kernel_dropped"] + counted["own_dropped"] + counted["cut"], 0)
                self.assertNotIn("notes", answer)

    @unittest.skipIf(os.environ.get("KIZASHI_SANITIZED"), "a sanitizer's own tables need more memory than a ring may not have")
    def test_the_ring_is_chosen_and_libpcap_when_it_cannot_be_made(self):
        sent = veth.some_frames(10)
        self.assertNotIn("notes", self.receive(sent))
        receiver = Receiver("--frames", 10, "--ring-bytes", 256 << 20, before=("prlimit", "--as=230000000"))
        NAMESPACE.send(self.capture(sent))
        answer = receiver.answer()
        self.assertEqual(answer["notes"], ["kz1: cannot make a ring of 256 MiB in blocks of 1.00 MiB: Cannot allocate "
                                           "memory; libpcap is used instead"])
        self.assertEqual(answer["statistics"]["received"], 10)

    def test_a_filter(self):
        sent = veth.some_frames(500)
        wanted = [each for each in sent if each[36:38] == (23).to_bytes(2, "big")]
        for method in ("ring", "libpcap"):
            answer = self.receive(sent, "--method", method, "--filter", "udp port 23", "--idle", "1",
                                  expected=len(wanted))
            self.assertEqual([data for _, _, data in veth.read_capture(self.got)], wanted)
            self.assertEqual(answer["statistics"]["received"], len(wanted))

    def test_only_the_beginning_of_each_frame(self):
        sent = veth.some_frames(200)
        for method in ("ring", "libpcap"):
            answer = self.receive(sent, "--method", method, "--snap-length", 100)
            got = veth.read_capture(self.got)
            self.assertEqual([data for _, _, data in got], [each[:100] for each in sent])
            self.assertEqual([wire for _, wire, _ in got], [len(each) for each in sent])
            self.assertEqual(answer["statistics"]["cut"], sum(len(each) > 100 for each in sent))

    def test_what_the_machine_sends_only_when_wanted(self):
        sent = veth.some_frames(50)
        for method in ("ring", "libpcap"):
            for options, expected in (((), 0), (("--outgoing",), 50)):
                receiver = Receiver("--method", method, "--idle", "1", "-o", self.got, *options, interface="kz0")
                NAMESPACE.send(self.capture(sent))
                self.assertEqual(receiver.answer()["statistics"]["received"], expected, (method, options))

    def test_silence_has_a_time(self):
        before = time.time_ns()
        answer = Receiver("--idle", "0.3").answer()
        self.assertEqual(answer["statistics"]["received"], 0)
        self.assertGreater(answer["rings"][0]["heard_until"], time.strftime("%Y", time.gmtime(before // 10**9)))


class Ring(InterfaceTest):
    def test_tags_are_put_back(self):
        sent = [veth.frame(0xc0000201, 23, bytes(20), tag) for tag in (None, 5, 0x6005, 6)]
        self.receive(sent)
        self.assertEqual([data for _, _, data in veth.read_capture(self.got)], sent)
        self.receive(sent, "--filter", "vlan 5", "--idle", "1", expected=2)
        self.assertEqual([data for _, _, data in veth.read_capture(self.got)], sent[1:3])

    def test_several_rings_share_what_comes(self):
        sent = [veth.frame(0xc0000200 + i % 200, 1 + i % 7, i.to_bytes(4, "big")) for i in range(4000)]
        for share in ("source", "flow"):
            with self.subTest(share):
                answer = self.receive(sent, "--rings", 3, "--share", share)
                each = [veth.read_capture(f"{self.got}.{ring}") for ring in range(3)]
                self.assertEqual(sorted(data for ring in each for _, _, data in ring), sorted(sent))
                self.assertTrue(all(len(ring) > 500 for ring in each), [len(ring) for ring in each])
                self.assertEqual(answer["statistics"]["received"], len(sent))
                if share == "source":
                    sources = [{data[26:30] for _, _, data in ring} for ring in each]
                    self.assertEqual(sum(map(len, sources)), 200, "a source is in one ring alone")

    def test_what_does_not_fit_is_counted(self):
        sent = [veth.frame(0xc0000201, 23, bytes(1000))] * 1000
        receiver = Receiver("--ring-bytes", 16384, "--block-bytes", 8192, "--sleep", 2, "--idle", 1)
        NAMESPACE.send(self.capture(sent))
        counted = receiver.answer()["statistics"]
        self.assertGreater(counted["kernel_dropped"], 900)
        self.assertGreater(counted["freezes"], 0)
        self.assertEqual(counted["received"] + counted["kernel_dropped"], 1000)

    def test_rights_are_given_up_before_anything_is_read(self):
        receiver = Receiver("--frames", 20, "--drop-rights", "--user", "nobody")
        NAMESPACE.send(self.capture(veth.some_frames(20)))
        answer = receiver.answer()
        self.assertEqual(answer["statistics"]["received"], 20)
        self.assertFalse(answer["has_rights"])
        self.assertNotEqual(answer["user"], 0)

    def test_the_loopback(self):
        NAMESPACE.set("lo", "up")
        receiver = Receiver("--frames", 5, "-o", self.got, interface="lo")
        NAMESPACE.run("python3", "-c", "import socket\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
                      "for i in range(5): s.sendto(bytes([i]) * 9, ('127.0.0.1', 9))")
        receiver.answer()
        got = [data for _, _, data in veth.read_capture(self.got) if data[23] == 17]
        self.assertEqual([data[42:51] for data in got][:3], [bytes([i]) * 9 for i in range(3)])


class Trouble(InterfaceTest):
    def tearDown(self):
        subprocess.run(["ip", "-n", NAMESPACE.name, "link", "del", "kz0"], capture_output=True)
        NAMESPACE.make_pair()

    def failure(self, receiver):
        return receiver.answer()["rings"][0]["failure"]

    def test_gone(self):
        receiver = Receiver("-o", self.got, "--method", "ring", "--block-timeout", 500)
        NAMESPACE.send(self.capture(veth.some_frames(7)))
        NAMESPACE.remove_pair()
        answer = receiver.answer()
        self.assertEqual(answer["rings"][0]["failure"], "kz1: the interface is gone; ip link shows what there is")
        self.assertEqual(answer["statistics"]["received"], 7, "what was in the ring comes first")

    def test_down(self):
        receiver = Receiver()
        NAMESPACE.set("kz1", "down")
        self.assertEqual(self.failure(receiver),
                         "kz1: the interface is down; ip link set kz1 up switches it on")
        self.assertEqual(self.failure(Receiver()),
                         "kz1: the interface is down; ip link set kz1 up switches it on")

    def test_libpcap_says_so_too(self):
        receiver = Receiver("--method", "libpcap")
        NAMESPACE.remove_pair()
        self.assertRegex(self.failure(receiver), "^kz1: cannot listen any more: ")

    def test_another_name(self):
        receiver = Receiver("--idle", 2)
        try:
            NAMESPACE.set("kz1", "name", "other")
        except subprocess.CalledProcessError:
            receiver.stop()
            self.skipTest("this kernel gives no other name to an interface that is up")
        NAMESPACE.send(self.capture(veth.some_frames(10)))
        answer = receiver.answer()
        self.assertEqual(answer["notes"], ["kz1: the interface is called other now; listening goes on"])
        self.assertEqual(answer["statistics"]["received"], 10)

    def test_down_and_up_and_gone_and_back_without_rights(self):
        receiver = Receiver("--reopen", "--drop-rights", "--frames", 30, "--idle", 20)
        capture = self.capture(veth.some_frames(10))
        NAMESPACE.send(capture)
        time.sleep(0.3)
        NAMESPACE.set("kz1", "down")
        time.sleep(0.5)
        NAMESPACE.set("kz1", "up")
        time.sleep(0.5)
        NAMESPACE.send(capture)
        time.sleep(0.3)
        NAMESPACE.remove_pair()
        time.sleep(0.5)
        NAMESPACE.make_pair()
        time.sleep(0.5)
        NAMESPACE.send(capture)
        answer = receiver.answer()
        self.assertEqual(answer["statistics"]["received"], 30)
        self.assertEqual(answer["statistics"]["reopened"], 2)
        self.assertFalse(answer["has_rights"])
        self.assertEqual([each for each in answer["notes"] if "for a moment" not in each and each.startswith("loss: ")],
                         ["loss: kz1: the interface is down; ip link set kz1 up switches it on",
                          "loss: kz1: the interface is gone; ip link shows what there is"])
        self.assertEqual(answer["notes"].count("kz1: it works again"), 2)


class Messages(unittest.TestCase):
    def message(self, *options, interface="kz1"):
        receiver = Receiver(*options, interface=interface)
        self.assertEqual(receiver.first, "")
        return receiver.message

    def test_no_interface(self):
        self.assertEqual(self.message(interface="kz9"),
                         "live_receiver: kz9: there is no such interface; ip link lists them\n")
        self.assertRegex(self.message("--method", "libpcap", interface="kz9"),
                         "^live_receiver: kz9: libpcap cannot listen: ")

    def test_no_permission(self):
        command = NAMESPACE.command("setpriv", "--reuid", "65534", "--clear-groups", veth.RECEIVER, "lo")
        for method in ((), ("--method", "ring")):
            done = subprocess.run([*command, *method], capture_output=True, text=True)
            self.assertEqual(done.stderr, PERMISSION)
        done = subprocess.run([*command, "--method", "libpcap"], capture_output=True, text=True)
        self.assertRegex(done.stderr, "CAP_NET_RAW\n$")

    def test_filters_and_numbers(self):
        expected = ("live_receiver: filter \"udp prt 5\": can't parse filter expression: syntax error; expected an "
                    "expression as for tcpdump (man pcap-filter)\n")
        self.assertEqual(self.message("--filter", "udp prt 5"), expected)
        self.assertEqual(self.message("--filter", "udp prt 5", "--method", "libpcap"), expected)
        self.assertEqual(self.message("--rings", 0), "live_receiver: 0 rings; expected 1 to 64\n")
        self.assertEqual(self.message("--rings", 2, "--method", "libpcap"),
                         "live_receiver: kz1: libpcap cannot share an interface between 2 readers; expected 1\n")
        self.assertEqual(self.message("--snap-length", 10),
                         "live_receiver: the snap length is 10; expected 64 to 262,144 bytes\n")
        self.assertEqual(self.message("--block-bytes", 5000),
                         "live_receiver: a ring's block has 5,000 bytes; expected a power of two from 4,096 to "
                         "16,777,216\n")
        self.assertEqual(self.message("--ring-bytes", 1500000),
                         "live_receiver: a ring has 1,500,000 bytes; expected a multiple of its block's 1,048,576, "
                         "at least two of them and less than 4 GiB\n")
        self.assertEqual(self.message("--block-timeout", 0),
                         "live_receiver: a ring's block is handed over after 0s; expected 1ms to 10s\n")
        self.assertEqual(self.message(interface="a-name-that-is-too-long"),
                         "live_receiver: \"a-name-that-is-too-long\" is no name of an interface; expected 1 to 15 "
                         "characters\n")


class Sender(unittest.TestCase):
    def test_it_sends_on_a_veth_of_a_test_and_nowhere_else(self):
        def refusal(*words):
            done = subprocess.run(words, capture_output=True, text=True)
            self.assertEqual(done.returncode, 1)
            return done.stderr
        name = NAMESPACE.name
        self.assertIn("this is not the namespace", refusal(veth.SENDER, "--namespace", name, "lo", "x"))
        self.assertIn("frames are sent only in one that a test has made",
                      refusal(veth.SENDER, "--namespace", "other", "lo", "x"))
        self.assertIn("frames are sent only on a veth",
                      refusal(*NAMESPACE.command(veth.SENDER, "--namespace", name, "lo", "x")))


if __name__ == "__main__":
    unittest.main()
