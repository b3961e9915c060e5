"""A server on loopback, and what it says. KIZASHI names the program."""
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import struct
import subprocess
import tempfile
import time
import unittest

KIZASHI = os.environ["KIZASHI"]
EMPTY_CAPTURE = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
PASSWORD = re.compile(r"its password, which is shown this once: (\S+)")
ADDRESS = re.compile(r"answers at http://127\.0\.0\.1:(\d+)")


class Server:
    """Runs until `stop` or `kill`; its words are in `said`."""

    def __init__(self, folder, config, data="data", before=()):
        path = folder / "kizashi.toml"
        path.write_text(config)
        self.log = folder / "said"
        self.out = open(self.log, "ab")
        self.begin = self.log.stat().st_size
        self.child = subprocess.Popen([*before, KIZASHI, "serve", "--config", path, "--data", data], cwd=folder,
                                      stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self.out)

    def said(self):
        return self.log.read_bytes()[self.begin:].decode()

    def wait_for(self, pattern, seconds=60):
        for _ in range(seconds * 20):
            found = re.search(pattern, self.said())
            if found:
                return found
            if self.child.poll() is not None:
                break
            time.sleep(0.05)
        raise AssertionError(f"it never said {pattern!r}: {self.said()}")

    def port(self):
        return int(self.wait_for(ADDRESS).group(1))

    def stop(self):
        self.child.send_signal(signal.SIGTERM)
        return self.end()

    def kill(self):
        self.child.kill()
        return self.end()

    def end(self):
        code = self.child.wait(timeout=120)
        self.out.close()
        return code


def ask(port, path, method="GET", body=None, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        text = None if body is None else json.dumps(body)
        connection.request(method, path, text, {"Content-Type": "application/json"} | (headers or {}) if text else headers or {})
        answer = connection.getresponse()
        content = answer.read()
        return answer.status, dict(answer.getheaders()), json.loads(content) if content[:1] in (b"{", b"[") else content.decode()
    finally:
        connection.close()


class ServeTest(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory(prefix="kizashi-serve-")
        cls.addClassCleanup(scratch.cleanup)
        cls.folder = pathlib.Path(scratch.name)
        (cls.folder / "empty.pcap").write_bytes(EMPTY_CAPTURE)
        made = cls.kizashi("read", "empty.pcap", "--store", "probe", "--no-progress")
        if "store's engine" in made.stderr:
            raise unittest.SkipTest(made.stderr.strip())
        assert made.returncode == 0, made.stderr

    @classmethod
    def kizashi(cls, *arguments, **more):
        return subprocess.run([KIZASHI, *map(str, arguments)], cwd=cls.folder, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=300, **more)

    @classmethod
    def done(cls, *arguments):
        run = cls.kizashi(*arguments)
        assert run.returncode == 0, run.stderr
        return run.stdout

    def start(self, config, data="data", before=()):
        """`before`: a command that runs the server, such as one that enters a namespace; it has to become the server."""
        server = Server(self.folder, '[serve]\nlisten = ["127.0.0.1:0"]\n' + config, data, before)
        self.addCleanup(lambda: server.child.poll() is None and server.kill())
        return server

    def sensor(self, data="data"):
        """What the server says of its only sensor."""
        done = self.kizashi("status", "--data", data, "--json")
        assert done.returncode in (0, 1), done.stderr
        return json.loads(done.stdout)["pipeline"]["sensors"][0]

    def wait_until(self, holds, seconds=60):
        """Asks until `holds()` is true; fails with what it was last."""
        for _ in range(seconds * 10):
            answer = holds()
            if answer:
                return answer
            time.sleep(0.1)
        raise AssertionError(f"it never was: {answer!r}")

    def rows(self, store, sql):
        return self.done("query", "--store", store, "--format", "csv", sql)

    def fresh(self, *names):
        for name in names:
            shutil.rmtree(self.folder / name, ignore_errors=True)


# What a store has of a sensor, whoever wrote it. Names have numbers of their own in each store, and events by `read` know which
# belong together.
KEPT = (
    "select ts, src, dst, src_port, dst_port, protocol, tcp_flags, ip_id, seq, type, class, country from packets order by all",
    "select minute, port, sum(packets), sum(bytes) from port_minute group by minute, port order by all",
    "select src, hour, port, sum(packets) from source_hour group by src, hour, port order by all",
    "select hour, port, sumMerge(packets), uniqCombinedMerge(sources) from port_hour group by hour, port order by all",
    "select start, seconds, packets, bytes, sources, destinations, ports from windows final order by all",
    "select hex(src), first, last, type, class, port, ports, packets, destinations, spoofable, ongoing, cut from events final "
    "order by all",
    "select hex(victim), first, last, packets, most_per_minute, ongoing from attacks final order by all",
)
