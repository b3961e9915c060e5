"""A network namespace with a veth pair, kz0 and kz1, and the frames that go through it."""
import os
import random
import shutil
import struct
import subprocess
import unittest

SENDER = os.environ.get("KIZASHI_LIVE_SENDER", "")
RECEIVER = os.environ.get("KIZASHI_LIVE_RECEIVER", "")


def ip(*words):
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)


class Namespace:
    def __init__(self):
        self.name = f"kizashi-test-{os.getpid()}"

    def make(self):
        """Skips the test where that is not possible."""
        if shutil.which("ip") is None:
            raise unittest.SkipTest("needs the program ip (iproute2)")
        if os.geteuid() != 0:
            raise unittest.SkipTest("needs root to make a network namespace")
        try:
            ip("netns", "add", self.name)
        except subprocess.CalledProcessError as why:
            raise unittest.SkipTest(f"no network namespace can be made: {why.stderr.strip()}")
        try:
            # The system's own IPv6 packets would come between those of the test.
            self.run("sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6; "
                     "echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6", check=False)
            self.make_pair()
        except subprocess.CalledProcessError as why:
            self.remove()
            raise unittest.SkipTest(f"no veth can be made: {why.stderr.strip()}")

    def make_pair(self):
        ip("-n", self.name, "link", "add", "name", "kz0", "type", "veth", "peer", "name", "kz1")
        self.set("kz0", "up")
        self.set("kz1", "up")

    def set(self, interface, *words):
        ip("-n", self.name, "link", "set", interface, *words)

    def remove_pair(self):
        ip("-n", self.name, "link", "del", "kz0")

    def remove(self):
        subprocess.run(["ip", "netns", "del", self.name], capture_output=True)

    def command(self, *words):
        return ["ip", "netns", "exec", self.name, *words]

    def run(self, *words, check=True):
        return subprocess.run(self.command(*words), check=check, capture_output=True, text=True)

    def send(self, capture, *options, interface="kz0"):
        return self.run(SENDER, "--namespace", self.name, interface, str(capture), *options)


def checksum(data):
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def frame(source, port, payload=b"", tag=None, destination=0xc6336401):
    """An Ethernet frame with a UDP packet, at least 60 bytes."""
    udp = struct.pack(">HHHH", 40000, port, 8 + len(payload), 0) + payload
    head = struct.pack(">BBHHHBBHII", 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0, source, destination)
    head = head[:10] + struct.pack(">H", checksum(head)) + head[12:]
    tags = b"" if tag is None else struct.pack(">HH", 0x8100, tag)
    return (b"\x02\0\0\0\0\1\x02\0\0\0\0\2" + tags + b"\x08\0" + head + udp).ljust(60, b"\0")


def some_frames(count, seed=1):
    chance = random.Random(seed)
    return [frame(0xc0000200 + chance.randrange(256), chance.choice([22, 23, 53, 80]),
                  chance.randbytes(chance.randrange(1400))) for _ in range(count)]


def write_capture(path, frames):
    with open(path, "wb") as out:
        out.write(struct.pack("<IHHIIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, 1))
        for each in frames:
            out.write(struct.pack("<IIII", 1600000000, 0, len(each), len(each)) + each)
    return path


def read_capture(path):
    """(nanoseconds, bytes on the wire, bytes) of each frame."""
    with open(path, "rb") as capture:
        data = capture.read()
    assert struct.unpack_from("<I", data)[0] == 0xa1b23c4d
    at, frames = 24, []
    while at < len(data):
        seconds, nanoseconds, size, wire = struct.unpack_from("<IIII", data, at)
        frames.append((seconds * 10**9 + nanoseconds, wire, data[at + 16:at + 16 + size]))
        at += 16 + size
    return frames
