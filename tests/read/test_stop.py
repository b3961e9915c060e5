"""Ctrl-C and SIGTERM: what was read is reported and marked."""
import json
import signal
import subprocess
import time

import frames
from program import KIZASHI, ProgramTest

STOPPED = b"kizashi: partial: stopped before the end; the numbers cover what was read until then\n"


class Stop(ProgramTest):
    def stop(self, number):
        """Feeds a part of a capture, waits until it is taken, sends the signal while the pipe is open and silent."""
        child = subprocess.Popen([KIZASHI, "read", "-", "--json", "--place", "place.table"], cwd=self.folder,
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                 env=self.environment())
        frame = frames.ipv4("198.51.100.7", "192.0.2.1", 6, frames.tcp(23, 2))
        child.stdin.write(frames.pcap([(i, frame) for i in range(5000)]))
        child.stdin.flush()
        time.sleep(0.5)
        child.send_signal(number)
        out = child.stdout.read()
        errors = child.stderr.read()
        child.stdin.close()
        self.assertEqual((child.wait(timeout=60), errors), (1, STOPPED))
        child.stdout.close()
        child.stderr.close()
        document = json.loads(out)
        self.assertTrue(document["partial"])
        self.assertIn("stopped before the end", document["stopped_by"])
        return document

    def test_interrupt(self):
        self.assertGreater(self.stop(signal.SIGINT)["packets"]["total"], 0)

    def test_terminate(self):
        self.stop(signal.SIGTERM)

    def test_a_file(self):
        child = subprocess.Popen([KIZASHI, "read", "--synth", "nicter-hour", "--threads", "1", "--json"],
                                 cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, env=self.environment())
        time.sleep(0.5)
        child.send_signal(signal.SIGINT)
        out, errors = child.communicate(timeout=60)
        self.assertEqual((child.returncode, errors), (1, STOPPED))
        self.assertTrue(json.loads(out)["partial"])
