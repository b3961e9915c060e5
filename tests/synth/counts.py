"""Plays a scenario and compares what `kizashi synth` planned with what `kizashi read` counts.

usage: counts.py KIZASHI SCENARIO [option of kizashi synth]...

The plan's counts (--expected) come from code that shares nothing with the decoder and the telescope. Every number must
be equal: from a file with 1, 2 and 4 threads, and from the file cut in two and merged again.
"""

import json
import os
import struct
import subprocess
import sys
import tempfile

EQUAL_KEYS = ("wire_bytes", "first", "last", "protocols", "tcp_flags", "sources", "destinations")


def run(*words):
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(words)}\nexit code {done.returncode}\n{done.stderr}")
    return done.stdout


def read(kizashi, *inputs, threads):
    return json.loads(run(kizashi, "read", *inputs, "--json", "--top", "0", "--threads", str(threads),
                          "--window", "60s", "--no-progress"))


def differences(expected, found):
    """Every place where `found` (of read) is not what `expected` (of synth) says, in words."""
    for key, number in expected["packets"].items():
        if found["packets"][key] != number:
            yield f"packets.{key} is {found['packets'][key]}, expected {number}"
    for key in EQUAL_KEYS:
        if found[key] != expected[key]:
            yield f"{key} is {found[key]}, expected {expected[key]}"
    for table, keys in (("ports", ("protocol", "port")), ("icmp", ("protocol", "type", "code")),
                        ("windows", ("start",))):
        yield from table_differences(table, keys, expected[table], found[table])
    for key, number in found["order"].items():
        if number != 0:
            yield f"order.{key} is {number}, expected 0: the stream is in the order of time"


def table_differences(table, keys, expected, found):
    by_key = {tuple(row[key] for key in keys): row for row in found}
    if len(by_key) != len(found):
        yield f"{table} has a row twice"
    for row in expected:
        key = tuple(row[each] for each in keys)
        other = by_key.pop(key, None)
        if other is None:
            yield f"{table} {key} is missing"
            continue
        for name, value in row.items():
            if other[name] != value:
                yield f"{table} {key} {name} is {other[name]}, expected {value}"
    for key in by_key:
        yield f"{table} {key} is there and not expected"


def check(expected, found, what):
    wrong = list(differences(expected, found))
    if wrong:
        sys.exit("\n".join([f"{what}: {len(wrong)} differences", *wrong[:30]]))


def split(path, folder):
    """The capture's records dealt out to two files, one hundred at a time: both span the whole time."""
    parts = [open(os.path.join(folder, f"part{i}.pcap"), "wb") for i in (0, 1)]
    with open(path, "rb") as capture:
        header = capture.read(24)
        for part in parts:
            part.write(header)
        number = 0
        while record := capture.read(16):
            length = struct.unpack_from("<I", record, 8)[0]
            parts[number // 100 % 2].write(record + capture.read(length))
            number += 1
    for part in parts:
        part.close()
    return [part.name for part in parts]


def main():
    kizashi, scenario, *options = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        capture, truth, plan = (os.path.join(folder, name) for name in ("c.pcap", "truth", "plan.json"))
        run(kizashi, "synth", scenario, *options, "-o", capture, "--truth", truth, "--expected", plan)
        with open(plan, encoding="utf-8") as file:
            expected = json.load(file)
        total = expected["packets"]["total"]
        if total == 0 or sum(actor["packets"] for actor in expected["actors"]) != total:
            sys.exit(f"{scenario}: the actors' packets do not add up to {total}")
        with open(truth, "rb") as file:
            json.loads(file.readline())
            if len(file.read()) != 2 * total:
                sys.exit(f"{scenario}: the truth has not two bytes for each of {total} packets")
        for threads in (1, 2, 4):
            check(expected, read(kizashi, capture, threads=threads), f"{scenario}, {threads} threads")
        check(expected, read(kizashi, *split(capture, folder), threads=2), f"{scenario} in two files")
    if not options:
        check(expected, read(kizashi, "--synth", scenario, threads=2), f"{scenario} without a file")
    print(f"{scenario}: {total} packets, all counts equal")


main()
