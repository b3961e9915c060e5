#!/usr/bin/env python3
"""./dev bench: how fast Kizashi is and how much memory it takes, beside other tools.

All contenders read the same capture, one after the other, round after round, so that a machine that slows down does so
for all. The capture lies in the page cache. Each contender is bound to one core unless its row says otherwise. A rate
comes from the median of the rounds; memory is the largest resident size of any round.
"""
import argparse
import datetime
import json
import os
import pathlib
import resource
import shutil
import subprocess
import sys
import tempfile
import time

import contenders
import live
import matching
import report

ROOT = pathlib.Path(__file__).resolve().parent.parent
SCRATCH = ROOT / "build" / "bench"
RECORD = 76  # bytes of a record in the made capture: 16 of pcap and a frame of 60
HEAD = 24    # bytes of a pcap file's header
STREAMS = (10_000_000, 50_000_000, 100_000_000)  # packets
STREAMS_QUICK = (500_000, 1_000_000, 2_000_000)
LIVE = [f"live-{name}" for name in live.ROWS]


def say(text):
    print(text, file=sys.stderr, flush=True)


def options():
    names = [*(each.name for each in contenders.ALL), "synth", "stream", "match", *LIVE]
    parser = argparse.ArgumentParser(
        prog="./dev bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Names for --only: " + ", ".join(names))
    parser.add_argument("--quick", action="store_true",
                        help="200,000 packets, 3 rounds, short streams: to see that all of it runs")
    parser.add_argument("--only", metavar="NAME", action="append", choices=names,
                        help="measure this one; may be given several times")
    parser.add_argument("--rounds", type=int, metavar="N", help="repetitions of each (7; slow tools take 3)")
    parser.add_argument("--input", type=pathlib.Path, metavar="PCAP",
                        help="another capture instead of the made one: little-endian pcap of Ethernet frames")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "release", metavar="DIR",
                        help="where the programs are (build/release)")
    chosen = parser.parse_args()
    if chosen.rounds is not None and chosen.rounds < 1:
        parser.error(f"--rounds is {chosen.rounds}; expected 1 or more")
    return chosen


class measurement:
    """One run of one command: seconds by the wall and of the processors, peak memory, what it printed. GNU time stands
    between, because the kernel counts the memory of this very program for whatever it starts directly."""

    def __init__(self, argv, folder, stdin=subprocess.DEVNULL):
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, \
                tempfile.NamedTemporaryFile() as peak:
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            started = time.perf_counter()
            done = subprocess.run(["/usr/bin/time", "-q", "-f", "%M", "-o", peak.name, *argv], cwd=folder,
                                  stdin=stdin, stdout=out, stderr=err)
            self.seconds = time.perf_counter() - started
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            self.cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            self.code = done.returncode
            self.rss = int(peak.read().split()[-1]) * 1024
            self.out, self.err = (self.text_of(file) for file in (out, err))

    @staticmethod
    def text_of(file):
        file.seek(0)
        return file.read().decode(errors="replace")


def on_cores(argv, cores):
    usable = sorted(os.sched_getaffinity(0))
    chosen = ",".join(map(str, usable[-cores:]))
    return ["taskset", "-c", chosen, *argv]


def make_capture(kizashi, scenario, quick):
    """The capture of a scenario, or the part of it that --quick takes."""
    file = SCRATCH / f"{scenario}.pcap"
    say(f"Making the capture: kizashi synth {scenario}")
    subprocess.run([kizashi, "synth", scenario, "-o", file], check=True, stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL)
    return part_of(file, 200_000) if quick else file


def part_of(file, packets):
    """A capture of the first `packets` records of `file`, which must be the made one."""
    part = SCRATCH / f"{file.stem}-{packets}.pcap"
    with open(file, "rb") as whole, open(part, "wb") as out:
        out.write(whole.read(HEAD + packets * RECORD))
    return part


def read_once(file):
    """Brings it into the page cache."""
    with open(file, "rb") as capture:
        while capture.read(1 << 20):
            pass


def is_made(file):
    return (file.stat().st_size - HEAD) % RECORD == 0


def span_of(file):
    """Nanoseconds from the first to the last packet of the made capture, and its number of packets."""
    packets = (file.stat().st_size - HEAD) // RECORD
    with open(file, "rb") as capture:
        unit = 1 if capture.read(4) == b"\x4d\x3c\xb2\xa1" else 1000
        times = []
        for number in (0, packets - 1):
            capture.seek(HEAD + number * RECORD)
            record = capture.read(8)
            times.append(int.from_bytes(record[:4], "little") * 10**9 + int.from_bytes(record[4:], "little") * unit)
    return times[1] - times[0], packets


def run_rounds(chosen, build, capture, wide, rounds):
    """Every contender of `chosen` for that many rounds, interleaved."""
    places = {"build": str(build), "capture": str(capture)}
    total = contenders.count_records(capture)
    rows = []
    for each in chosen:
        missing = each.missing(build)
        row = {"name": each.name, "what": each.what, "cores": each.cores, "seconds": [], "cpu_seconds": [],
               "rss": 0, "counted": None}
        rows.append((each, row))
        if missing:
            row["skipped"] = missing
            continue
        row["packets"] = min(each.limit or total, total)
        row["capture"] = str(wide if each.is_wide else capture)
        if row["packets"] < total:
            row["capture"] = str(part_of(capture, row["packets"]))
    for number in range(1, rounds + 1):
        for each, row in rows:
            if "skipped" in row or "failed" in row or number > (min(rounds, 3) if each.is_slow else rounds):
                continue
            say(f"round {number}: {each.name}")
            run_one(each, row, places)
    return [row for _, row in rows]


def run_one(each, row, places):
    with tempfile.TemporaryDirectory(dir=SCRATCH) as folder:
        argv = [word.format(**{**places, "capture": row["capture"], "folder": folder}) for word in each.command]
        row["command"] = " ".join(shown(word, places, row, folder) for word in on_cores(argv, each.cores))
        done = measurement(on_cores(argv, each.cores), folder)
        if done.code != 0:
            row["failed"] = f"exit code {done.code}: {(done.err or done.out).strip()[-300:]}"
            return
        row["counted"] = each.count(done.out, done.err, pathlib.Path(folder))
        if each.name == "read":
            row["place"] = json.loads(done.out).get("place_origin")
        row["seconds"].append(each.seconds(done))
        row["cpu_seconds"].append(done.cpu)
        row["rss"] = max(row["rss"], done.rss)


def shown(word, places, row, folder):
    """A word of a command without the paths of this machine."""
    for path, name in ((row["capture"], "FILE"), (folder, "."), (places["build"], "build/release")):
        word = word.replace(path, name)
    return word


def same_answer(build, capture):
    """Whether `kizashi read` and the plain program, which share no line, count the same unique numbers."""
    say("same answer: kizashi read and bench_plain")
    read = measurement([str(build / "kizashi"), "read", "--json", "--counts-only", "--top", "0", str(capture)], SCRATCH)
    plain = measurement([str(build / "bench_plain"), str(capture)], SCRATCH)
    if read.code != 0 or plain.code != 0:
        return None
    ours, theirs = json.loads(read.out), json.loads(plain.out)
    numbers = {"sources": ours["sources"], "destinations": ours["destinations"],
               "port_sources": sum(row["sources"] for row in ours["ports"]),
               "port_destinations": sum(row["destinations"] for row in ours["ports"])}
    return {"kizashi": numbers, "plain": {name: theirs[name] for name in numbers},
            "equal": all(theirs[name] == number for name, number in numbers.items())}


def run_synth(kizashi, rounds):
    """How fast packets are made, without a disk."""
    row = {"name": "synth", "what": "kizashi synth speed, written to nowhere", "cores": 1, "seconds": [],
           "cpu_seconds": [], "rss": 0, "command": "kizashi synth speed -o /dev/null"}
    for _ in range(min(rounds, 3)):
        say("synth")
        done = measurement(on_cores([kizashi, "synth", "speed", "-o", "/dev/null"], 1), SCRATCH)
        if done.code != 0:
            row["failed"] = done.err.strip()[-300:]
            break
        row["seconds"].append(done.seconds)
        row["cpu_seconds"].append(done.cpu)
        row["rss"] = max(row["rss"], done.rss)
    row["packets"] = contenders.count_records(SCRATCH / "speed.pcap")
    return row


def run_streams(kizashi, sizes):
    """Peak memory of reading ever longer streams of the same telescope: `synth` on one side of a pipe, `read` on the
    other."""
    nanoseconds, packets = span_of(SCRATCH / "speed.pcap")
    rows = []
    for size in sizes:
        length = f"{round(nanoseconds * size / (packets - 1) / 10**9)}s"
        change = ["--packets", str(size), "--duration", length]
        make = [kizashi, "synth", "speed-wide", *change, "-o", "-"]
        say(f"stream of about {size:,} packets")
        with subprocess.Popen(make, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL) as maker:
            done = measurement([kizashi, "read", "--json", "--counts-only", "-"], SCRATCH, stdin=maker.stdout)
            maker.stdout.close()
        row = {"name": f"stream-{size}", "command": f"kizashi synth speed-wide {' '.join(change)} -o - | "
               "kizashi read --json --counts-only -", "seconds": [done.seconds], "cpu_seconds": [done.cpu], "rss": done.rss}
        if done.code != 0:
            row["failed"] = done.err.strip()[-300:]
        else:
            answer = json.loads(done.out)
            row["packets"] = answer["packets"]["total"]
            row["windows"] = len(answer["windows"])
        rows.append(row)
    return rows


def run_match(kizashi, capture, rounds):
    """The address filter beside nfdump; nothing where that is not installed."""
    if not shutil.which("nfdump") or not shutil.which("nfpcapd"):
        say("match: nfdump is not installed")
        return []
    with tempfile.TemporaryDirectory(dir=SCRATCH) as folder:
        return matching.run(kizashi, capture, pathlib.Path(folder), min(rounds, 3), measurement, say)


def run_live(build, asked):
    """The rows of a live server; where it may not make a network namespace, why."""
    wanted = [name for name in live.ROWS if wants(asked.only, f"live-{name}")]
    if not wanted:
        return {}
    return live.run(build, live.QUICK if asked.quick else live.Scale(), wanted)


def machine():
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")),
                 os.uname().machine)
    memory = next(int(line.split()[1]) * 1024 for line in open("/proc/meminfo") if line.startswith("MemTotal"))
    compiler = subprocess.run(["c++", "--version"], capture_output=True, text=True).stdout.splitlines()
    return {"cpu": model, "cores": len(os.sched_getaffinity(0)), "memory_bytes": memory,
            "kernel": f"{os.uname().sysname} {os.uname().release}", "compiler": compiler[0] if compiler else "unknown",
            "load_before": round(os.getloadavg()[0], 2)}


def wants(asked, name):
    return not asked or name in asked


def main():
    asked = options()
    build = asked.build.resolve()
    kizashi = str(build / "kizashi")
    if not os.access(kizashi, os.X_OK):
        sys.exit(f"bench: there is no {kizashi}; ./dev build makes it")
    is_whole = not (asked.quick or asked.only or asked.input)
    if is_whole:
        report.check_readme(ROOT / "bench" / "README.md")
    if os.getloadavg()[0] > 0.5:
        say(f"The machine is busy (load {os.getloadavg()[0]:.1f}): the numbers will be worse than it can do.")
    SCRATCH.mkdir(parents=True, exist_ok=True)
    rounds = asked.rounds or (3 if asked.quick else 7)
    answer = {"date": datetime.date.today().isoformat(), "machine": machine()}
    capture = asked.input.resolve() if asked.input else make_capture(kizashi, "speed", asked.quick)
    wide = None if asked.input else make_capture(kizashi, "speed-wide", asked.quick)
    for file in (capture, wide):
        if file:
            read_once(file)
    answer["input"] = {"packets": contenders.count_records(capture), "bytes": capture.stat().st_size}
    chosen = [each for each in contenders.ALL
              if wants(asked.only, each.name) and (each.limit is None or is_made(capture)) and
              (wide or not each.is_wide)]
    answer["results"] = run_rounds(chosen, build, capture, wide, rounds)
    if wants(asked.only, "synth") and not asked.input:
        answer["results"].append(run_synth(kizashi, rounds))
    answer["streams"] = []
    if wants(asked.only, "stream") and not asked.input:
        answer["streams"] = run_streams(kizashi, STREAMS_QUICK if asked.quick else STREAMS)
    answer["match"] = []
    if wants(asked.only, "match") and is_made(capture):
        answer["match"] = run_match(kizashi, capture, rounds)
    if wants(asked.only, "plain") and wants(asked.only, "read"):
        answer["same_answer"] = same_answer(build, capture)
    answer["live"] = {} if asked.input else run_live(build, asked)
    answer["place"] = next((row["place"] for row in answer["results"] if row.get("place")), None)
    report.complete(answer)
    print(report.table(answer), flush=True)
    report.write(answer, ROOT / "bench" if is_whole else SCRATCH, is_whole)
    say("written: bench/results.json, bench/README.md" if is_whole else
        "written: build/bench/results.json (the table in bench/README.md is made by a whole run only)")
    if answer.get("same_answer") and not answer["same_answer"]["equal"]:
        say(f"The answers differ: {answer['same_answer']}")
        return 1
    return 1 if any("failed" in row for row in [*answer["results"], *answer["streams"], *answer["live"].values()]) else 0


if __name__ == "__main__":
    sys.exit(main())
