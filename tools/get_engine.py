#!/usr/bin/env python3
"""Puts the engine of the embedded store, libchdb.so, where the program looks for it:

    ${XDG_CACHE_HOME:-~/.cache}/kizashi/engine/SHA256/libchdb.so

once per user, not per clone. It comes from npm's registry, as npm is configured, pinned by version and checksums in
third_party/chdb. Exits with 0 when it is there, with 1 and a reason when not.

    tools/get_engine.py [--tarball FILE]     takes a downloaded npm package instead of asking the registry
"""
import argparse
import fcntl
import hashlib
import json
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile

PINNED = pathlib.Path(__file__).resolve().parent.parent / "third_party" / "chdb"
PACKAGE = "@chdb/lib-linux-x64-gnu"


class Missing(Exception):
    """Why the engine cannot be had."""


def read_pin(folder=PINNED):
    manifest = json.loads((folder / "package.json").read_text())
    return {"version": manifest["dependencies"][PACKAGE], **manifest["kizashi"]}


def cache_folder(environment=os.environ):
    base = environment.get("XDG_CACHE_HOME") or pathlib.Path(environment.get("HOME") or "~").expanduser() / ".cache"
    return pathlib.Path(base) / "kizashi" / "engine"


def sha256_of(stream):
    digest = hashlib.sha256()
    while piece := stream.read(1 << 20):
        digest.update(piece)
    return digest.hexdigest()


def expect_sum(file, wanted):
    with open(file, "rb") as stream:
        found = sha256_of(stream)
    if found != wanted:
        raise Missing(f"{file.name} has the SHA-256 {found}; expected {wanted}. It was thrown away")


def from_tarball(tarball, pin, scratch):
    expect_sum(tarball, pin["tarball_sha256"])
    with tarfile.open(tarball) as archive, open(scratch / pin["library"], "wb") as out:
        shutil.copyfileobj(archive.extractfile(f"package/{pin['library']}"), out, 1 << 20)
    return scratch / pin["library"]


def from_registry(pin, scratch):
    if shutil.which("npm") is None:
        raise Missing("npm is not installed")
    for name in ("package.json", "package-lock.json"):
        shutil.copy(PINNED / name, scratch)
    fetched = subprocess.run(
        ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--fetch-retries=2",
         "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000", "--fetch-timeout=60000"],
        cwd=scratch, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if fetched.returncode != 0:
        reasons = [line.removeprefix("npm error ") for line in fetched.stderr.splitlines() if "error" in line.lower()]
        raise Missing("npm could not fetch it: " + (reasons[0] if reasons else f"exit code {fetched.returncode}"))
    return scratch / "node_modules" / PACKAGE / pin["library"]


def get(pin, folder, tarball=None):
    """The library's path in `folder`; fetched, verified and named in one step when it is not there yet."""
    home = folder / pin["library_sha256"]
    library = home / pin["library"]
    if library.is_file():
        return library
    home.mkdir(parents=True, exist_ok=True)
    with open(home / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two builds of one user fetch it once
        if library.is_file():
            return library
        print(f"Fetching the embedded store's engine (npm package {PACKAGE} {pin['version']}, 178 MB, once per user)",
              file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory(dir=home, prefix="fetching-") as name:
            scratch = pathlib.Path(name)
            got = from_tarball(tarball, pin, scratch) if tarball else from_registry(pin, scratch)
            expect_sum(got, pin["library_sha256"])
            got.chmod(0o644)
            os.replace(got, library)
    return library


def main():
    parser = argparse.ArgumentParser(description="Fetches the engine of the embedded store.")
    parser.add_argument("--tarball", type=pathlib.Path, help="a downloaded npm package")
    options = parser.parse_args()
    try:
        if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
            raise Missing(f"it is pinned for Linux on x86-64 only; this is {platform.system()} on {platform.machine()}")
        print(get(read_pin(), cache_folder(), options.tarball))
    except (Missing, OSError, tarfile.TarError, KeyError) as reason:
        print(f"The embedded store's engine could not be had: {reason}.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
