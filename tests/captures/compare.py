#!/usr/bin/env python3
"""Reads every capture of the golden file with `kizashi read --json` and compares the counts.

usage: compare.py --kizashi PROGRAM --shared FOLDER [--only PART_OF_A_PATH]

Exit codes: 0 all equal, 1 something differs (each difference is one line), 77 the captures are not there.
README.md says how the numbers of both sides correspond; exceptions.json names every capture where Kizashi's definition gives
another number, with the reason and the exact number.
"""
import argparse
import concurrent.futures
import datetime
import json
import math
import os
import pathlib
import subprocess
import sys

SKIPPED = 77
HERE = pathlib.Path(__file__).resolve().parent
NAMED = ("tcp", "udp", "icmp", "arp", "other")  # in golden "pr"; the rest are frag and pN


def nanoseconds(text):
    """An RFC 3339 time of nine decimals in UTC, as nanoseconds since 1970."""
    whole, fraction = text.rstrip("Z").split(".")
    moment = datetime.datetime.fromisoformat(whole + "+00:00")
    return int(moment.timestamp()) * 1_000_000_000 + int(fraction)


def counted(answer):
    """Kizashi's answer in the words of the golden file, lists whole."""
    packets, protocols, flags = answer["packets"], answer["protocols"], answer["tcp_flags"]
    tcp = {row["port"]: row["syn_packets"] for row in answer["ports"]
           if row["protocol"] == "tcp" and row["syn_packets"] > 0}
    udp = {row["port"]: row["packets"] for row in answer["ports"] if row["protocol"] == "udp"}
    icmp = {}
    for row in answer["icmp"]:
        key = f"({row['type']}, {row['code']})"
        icmp[key] = icmp.get(key, 0) + row["packets"]
    times = answer["first"] is not None
    first = nanoseconds(answer["first"]) if times else 0
    last = nanoseconds(answer["last"]) if times else 0
    return {
        "n": packets["total"], "by": answer["wire_bytes"],
        "nsrc": answer["sources"], "ndst": answer["destinations"],
        "t0": first / 1e9, "span": round((last - first) / 1e9, 2),
        "pr": {"tcp": protocols["tcp"], "udp": protocols["udp"],
               "icmp": protocols["icmp"] + protocols["icmp6"], "arp": packets["arp"],
               "other": packets["other"], "frag": packets["later_fragments"]},
        "without_transport": protocols["other"],
        "fl": {"syn": flags["syn"], "synack": flags["synack"], "rst": flags["rst"],
               "fin": flags["fin"] + flags["xmas"], "ack": flags["ack"],
               "null/oth": flags["null"] + flags["other"]},
        "tcp": tcp, "ntcp": len(tcp), "udp": udp, "nudp": len(udp), "icmp": icmp,
    }


def top_differs(name, expected, actual):
    """`expected` lists the largest [key, count]; among equal counts any key may have been chosen."""
    largest = sorted(actual.values(), reverse=True)[:len(expected)]
    if [count for _, count in expected] != largest:
        yield f"{name}: the largest counts are {largest}; expected {[c for _, c in expected]}"
    for key, count in expected:
        if actual.get(key, 0) != count:
            yield f"{name}: {key} has {actual.get(key, 0)}; expected {count}"


def protocols_differ(expected, total, actual, without_transport):
    """`expected` names the most frequent protocols; it is whole when its sum is `total`."""
    rest = total - sum(expected.values())
    if rest == 0:
        expected = {name: expected.get(name, 0) for name in (*NAMED, "frag")} | expected
    for name in (*NAMED, "frag"):
        if name in expected and actual[name] != expected[name]:
            yield f"pr: {actual[name]} {name}; expected {expected[name]}"
    numbered = sum(count for name, count in expected.items() if name not in NAMED)
    unnamed = without_transport + sum(actual[name] for name in NAMED if name not in expected)
    if unnamed != numbered + rest:
        yield (f"pr: {unnamed} packets of protocols beyond {', '.join(expected)}; "
               f"expected {numbered + rest}")


def differences(expected, answer):
    """One line for each number of the golden line `expected` that Kizashi's `answer` does not give."""
    actual = counted(answer)
    for name in ("n", "by", "nsrc", "ndst", "span", "ntcp", "nudp"):
        if actual[name] != expected[name]:
            yield f"{name}: {actual[name]}; expected {expected[name]}"
    # The golden time is a double: equal means at most one of its steps (2.4e-7 s) away.
    if abs(actual["t0"] - expected["t0"]) > math.ulp(expected["t0"]):
        yield f"t0: {actual['t0']}; expected {expected['t0']}"
    yield from protocols_differ(expected["pr"], expected["n"], actual["pr"],
                                actual["without_transport"])
    for name, count in actual["fl"].items():
        if count != expected["fl"].get(name, 0):
            yield f"fl: {count} {name}; expected {expected['fl'].get(name, 0)}"
    for name, length in (("tcp", 8), ("udp", 6), ("icmp", 4)):
        yield from top_differs(name, expected[name], actual[name])
        if len(expected[name]) < min(length, len(actual[name])):
            yield f"{name}: {len(actual[name])} kinds; expected {len(expected[name])}"


def read(kizashi, capture):
    command = [kizashi, "read", "--json", "--top", "0", "--threads", "1", str(capture)]
    done = subprocess.run(command, capture_output=True, timeout=120, check=False)
    try:
        return json.loads(done.stdout), done
    except json.JSONDecodeError:
        return None, done


def check(kizashi, data, expected, exceptions):
    """The lines that say what is wrong with one capture."""
    path = expected["path"]
    exception = exceptions.get(path, {})
    answer, done = read(kizashi, data / path)
    if answer is None:
        yield f"{path}: exit code {done.returncode}, no JSON: {done.stderr.decode(errors='replace')}"
        return
    for line in differences(expected | exception.get("expected", {}), answer):
        yield f"{path}: {line}"
    partial = exception.get("partial", False)
    if answer["partial"] != partial or done.returncode != int(partial):
        yield (f"{path}: partial is {answer['partial']}, exit code {done.returncode}; expected "
               f"{partial} and {int(partial)}")
    # An exception that is none would hide a change.
    for name, value in exception.get("expected", {}).items():
        if expected[name] == value:
            yield f"{path}: exceptions.json gives {name} as the golden file does"


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--kizashi", required=True)
    arguments.add_argument("--shared", required=True, type=pathlib.Path)
    arguments.add_argument("--only", default="")
    given = arguments.parse_args()
    golden, data = given.shared / "golden" / "pcap_expected.jsonl", given.shared / "data"
    if not golden.is_file() or not data.is_dir():
        print(f"SKIPPED: {golden} and {data} are not both there")
        return SKIPPED
    exceptions = json.loads((HERE / "exceptions.json").read_text())
    lines = [json.loads(line) for line in golden.read_text().splitlines()]
    wrong = [f"exceptions.json: {path} is not in the golden file"
             for path in exceptions if path not in {line["path"] for line in lines}]
    there = [line for line in lines if given.only in line["path"] and (data / line["path"]).is_file()]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for found in pool.map(lambda line: list(check(given.kizashi, data, line, exceptions)), there):
            wrong += found
    print("\n".join(wrong + [f"{len(there)} captures of {len(lines)} compared, {len(wrong)} differences"]))
    if not there:
        return SKIPPED
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
