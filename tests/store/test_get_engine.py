"""tools/get_engine.py with a small package of its own: fetched once, verified, named in one step."""
import hashlib
import io
import json
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tools"))
import get_engine  # noqa: E402

LIBRARY = b"as if it were a library"


def package(folder, content=LIBRARY):
    file = folder / "package.tgz"
    with tarfile.open(file, "w:gz") as archive:
        member = tarfile.TarInfo("package/libchdb.so")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return file


class GetEngine(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="kizashi-engine-")
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)
        self.tarball = package(self.folder)
        self.pin = {"library": "libchdb.so", "library_sha256": hashlib.sha256(LIBRARY).hexdigest(),
                    "tarball_sha256": hashlib.sha256(self.tarball.read_bytes()).hexdigest(), "version": "1"}
        self.cache = self.folder / "cache"

    def test_puts_the_library_into_the_cache_and_nothing_else(self):
        library = get_engine.get(self.pin, self.cache, self.tarball)
        self.assertEqual(library, self.cache / self.pin["library_sha256"] / "libchdb.so")
        self.assertEqual(library.read_bytes(), LIBRARY)
        self.assertEqual(sorted(each.name for each in library.parent.iterdir()), ["libchdb.so", "lock"])

    def test_fetches_once(self):
        get_engine.get(self.pin, self.cache, self.tarball)
        self.tarball.unlink()
        self.assertEqual(get_engine.get(self.pin, self.cache, self.tarball).read_bytes(), LIBRARY)

    def test_refuses_another_package(self):
        self.pin["tarball_sha256"] = "0" * 64
        with self.assertRaisesRegex(get_engine.Missing, "package.tgz has the SHA-256 [0-9a-f]{64}; expected 0{64}"):
            get_engine.get(self.pin, self.cache, self.tarball)
        self.assertFalse((self.cache / self.pin["library_sha256"] / "libchdb.so").exists())

    def test_refuses_another_library(self):
        self.pin["library_sha256"] = "1" * 64
        with self.assertRaisesRegex(get_engine.Missing, "libchdb.so has the SHA-256 .*; expected 1{64}"):
            get_engine.get(self.pin, self.cache, self.tarball)
        self.assertEqual([each.name for each in (self.cache / ("1" * 64)).iterdir()], ["lock"])

    def test_says_when_there_is_no_npm(self):
        done = subprocess.run([sys.executable, str(ROOT / "tools/get_engine.py")], capture_output=True, text=True,
                              env={"PATH": "/nonexistent", "XDG_CACHE_HOME": str(self.cache)})
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr.splitlines()[-1],
                         "The embedded store's engine could not be had: npm is not installed.")

    def test_is_pinned_in_one_version(self):
        lock = json.loads((get_engine.PINNED / "package-lock.json").read_text())
        pinned = lock["packages"]["node_modules/" + get_engine.PACKAGE]
        self.assertEqual(pinned["version"], get_engine.read_pin()["version"])
        self.assertNotIn("resolved", pinned)


if __name__ == "__main__":
    unittest.main()
