"""Whether this build and machine have the store's engine (builds with sanitizers cannot load it)."""
import os
import pathlib
import struct
import subprocess
import unittest

EMPTY_CAPTURE = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)


def skip_without_engine(folder):
    """Raises SkipTest with the program's own words where `kizashi` cannot make a store in `folder`."""
    capture = pathlib.Path(folder, "empty.pcap")
    capture.write_bytes(EMPTY_CAPTURE)
    made = subprocess.run([os.environ["KIZASHI"], "read", capture, "--store", pathlib.Path(folder, "probe"), "--no-progress"],
                          capture_output=True, text=True, timeout=60)
    if "store's engine" in made.stderr:
        raise unittest.SkipTest(made.stderr.strip())
    assert made.returncode == 0, made.stderr
