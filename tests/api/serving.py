"""A server of the API on loopback, with a store or without, and ways to talk to it. SERVE_API and KIZASHI name the programs."""
import contextlib
import http.client
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import unittest

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path += [str(TESTS / "read"), str(TESTS / "store"), str(TESTS / "stats")]
SERVE_API = os.environ.get("SERVE_API", "serve_api")
ANALYST = {"Authorization": "Bearer analyst-token"}
PARTNER = {"Authorization": "Bearer partner-token"}
SESSION = {"Cookie": "kizashi=analyst-session"}


class Served:
    """The program, and the first address it listens at."""

    def __init__(self, store="none", *options, cwd=None):
        environment = {name: value for name, value in os.environ.items()
                       if name in ("PATH", "HOME", "XDG_CACHE_HOME", "KIZASHI_ENGINE")}
        self.child = subprocess.Popen([SERVE_API, str(store), *options], cwd=cwd, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      text=True, env={**environment, "LC_ALL": "C.UTF-8"})
        self.addresses = list(iter(lambda: self.child.stdout.readline().strip(), ""))
        assert self.addresses, "the server did not start"
        self.host, port = self.addresses[0].split("//")[1].rsplit(":", 1)
        self.port = int(port)

    def say(self, line):
        self.child.stdin.write(line + "\n")
        self.child.stdin.flush()

    def answer_of(self, line):
        self.say(line)
        return list(iter(lambda: self.child.stdout.readline().strip(), ""))

    def close(self):
        self.child.stdin.close()
        code = self.child.wait(60)
        self.child.stdout.close()
        assert code == 0, f"the server ended with {code}"


class ServedTest(unittest.TestCase):
    maxDiff = None
    options = ()

    @classmethod
    def setUpClass(cls):
        cls.served = Served("none", *cls.options)
        cls.addClassCleanup(cls.served.close)

    def connect(self, timeout=30):
        return http.client.HTTPConnection(self.served.host, self.served.port, timeout=timeout)

    def ask(self, target, method="GET", body=None, **fields):
        """Status, fields and body of an answer; bodies of JSON as values."""
        connection = self.connect()
        with contextlib.closing(connection):
            connection.request(method, target, body=body, headers=fields.pop("headers", ANALYST))
            answer = connection.getresponse()
            text = answer.read()
        kind = answer.getheader("Content-Type") or ""
        return answer.status, answer.headers, json.loads(text) if "json" in kind and "jsonl" not in kind else text.decode("utf-8", "replace")

    def document(self, target, status=200, **more):
        answer = self.ask(target, **more)
        self.assertEqual(answer[0], status, answer[2])
        return answer[2]

    def raw(self, request, timeout=30):
        """All that the server answers to bytes until it closes, or until nothing comes for a while."""
        with socket.create_connection((self.served.host, self.served.port), timeout=timeout) as wire:
            try:
                wire.sendall(request)
            except OSError:
                pass  # it has answered, and closed
            return self.rest_of(wire)

    def rest_of(self, wire):
        out = b""
        try:
            while piece := wire.recv(65536):
                out += piece
        except (ConnectionResetError, socket.timeout):
            pass
        return out

    def statuses(self, answers):
        return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", answers)]
