"""Runs the program under test in a folder of its own. KIZASHI names the binary."""
import os
import pathlib
import subprocess
import tempfile
import unittest

import frames
import places

HERE = pathlib.Path(__file__).resolve().parent
KIZASHI = os.environ.get("KIZASHI", str(HERE.parent.parent / "build/release/kizashi"))
SHARED = pathlib.Path(os.environ.get("KIZASHI_SHARED_DIR", HERE.parent.parent.parent / "shared"))


class ProgramTest(unittest.TestCase):
    """A fresh folder with small.pcap and place.table in it; commands run there."""
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory(prefix="kizashi-read-")
        cls.folder = pathlib.Path(cls.scratch.name)
        (cls.folder / "small.pcap").write_bytes(frames.small_telescope())
        (cls.folder / "country.mmdb").write_bytes(places.mmdb())
        (cls.folder / "as.csv").write_text(places.SYSTEMS)
        made = cls.run_program("place", "compile", "--country", "country.mmdb", "--asn", "as.csv", "-o", "place.table")
        assert made.returncode == 0, made.stderr

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    @classmethod
    def environment(cls, **more):
        """A terminal-free, UTF-8, unconfigured world."""
        kept = {name: value for name, value in os.environ.items() if name.startswith(("PATH", "ASAN", "UBSAN", "TSAN"))}
        return {**kept, "LC_ALL": "C.UTF-8", "TMPDIR": str(cls.folder), **more}

    @classmethod
    def run_program(cls, *arguments, stdin=b"", program=KIZASHI, environment=None, **more):
        done = subprocess.run([str(program), *map(str, arguments)], cwd=cls.folder, input=stdin, timeout=120,
                              stdout=more.pop("stdout", subprocess.PIPE), stderr=subprocess.PIPE,
                              env=cls.environment(**(environment or {})), **more)
        done.output = (done.stdout or b"").decode()
        done.errors = done.stderr.decode()
        return done

    def read(self, *arguments, **more):
        return self.run_program("read", *arguments, "--place", "place.table", **more)

    def expect_golden(self, name, text):
        """KIZASHI_UPDATE_GOLDEN=1 writes the file instead: look at the difference before it is committed."""
        file = HERE / "golden" / name
        if os.environ.get("KIZASHI_UPDATE_GOLDEN"):
            file.parent.mkdir(exist_ok=True)
            file.write_text(text)
        self.assertEqual(file.read_text(), text, f"differs from {file}")

    def expect_failure(self, done, code, *errors):
        """The exit code and the exact lines on standard error."""
        self.assertEqual(done.errors.splitlines(), list(errors))
        self.assertEqual(done.returncode, code)
