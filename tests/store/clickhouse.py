"""Debian's clickhouse-server (18.16) on loopback, in a folder of its own: the older end of the dialect. For tests only."""
import contextlib
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request

CONFIG = """<yandex>
  <logger><level>warning</level><log>server.log</log><errorlog>error.log</errorlog></logger>
  <listen_host>127.0.0.1</listen_host>
  <http_port>{http}</http_port>
  <tcp_port>{native}</tcp_port>
  <path>data/</path>
  <tmp_path>temporary/</tmp_path>
  <user_files_path>files/</user_files_path>
  <format_schema_path>schemas/</format_schema_path>
  <users_config>users.xml</users_config>
  <default_profile>default</default_profile>
  <default_database>default</default_database>
  <mark_cache_size>67108864</mark_cache_size>
  <!-- without it days are those of the machine's zone -->
  <timezone>UTC</timezone>
</yandex>
"""
USERS = """<yandex>
  <profiles><default><max_memory_usage>1000000000</max_memory_usage></default></profiles>
  <users><default><password></password><networks><ip>127.0.0.1</ip></networks>
    <profile>default</profile><quota>default</quota></default></users>
  <quotas><default></default></quotas>
</yandex>
"""


class Refused(Exception):
    """What the server said."""


class Server:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.process = None
        self.http = None

    def start(self):
        """Ports are taken by others now and then between the asking and the using: try again."""
        for _ in range(5):
            self.http, native = free_ports(2)
            (self.folder / "config.xml").write_text(CONFIG.format(http=self.http, native=native))
            (self.folder / "users.xml").write_text(USERS)
            with open(self.folder / "output", "wb") as output:
                self.process = subprocess.Popen(["clickhouse-server", "--config-file=config.xml"], cwd=self.folder,
                                                stdin=subprocess.DEVNULL, stdout=output, stderr=output)
            if self.answers():
                return self
            self.stop()
        raise RuntimeError((self.folder / "output").read_text(errors="replace")[-2000:])

    def answers(self):
        until = time.monotonic() + 30
        while time.monotonic() < until and self.process.poll() is None:
            with contextlib.suppress(OSError):
                return self.ask("select 1") == "1\n"
            time.sleep(0.1)
        return False

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def send(self, sql, data=b"", **settings):
        """One statement, its data behind it. The answer's bytes."""
        query = urllib.parse.urlencode({"query": sql, **settings})
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.http}/?{query}", data=data, timeout=60) as answer:
                return answer.read()
        except urllib.error.HTTPError as failure:
            raise Refused(failure.read().decode(errors="replace").strip()) from None

    def ask(self, sql):
        return self.send(sql).decode()


def free_ports(count):
    with contextlib.ExitStack() as stack:
        taken = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in taken:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in taken]


class ServerTest(unittest.TestCase):
    """One server for the tests of a class, or SKIPPED where Debian's package is not installed."""

    @classmethod
    def setUpClass(cls):
        if shutil.which("clickhouse-server") is None:
            raise unittest.SkipTest("clickhouse-server is not installed (Debian package clickhouse-server)")
        cls.scratch = tempfile.TemporaryDirectory(prefix="kizashi-clickhouse-")
        cls.addClassCleanup(cls.scratch.cleanup)
        cls.server = Server(cls.scratch.name).start()
        cls.addClassCleanup(cls.server.stop)
