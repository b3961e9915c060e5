#!/usr/bin/env python3
"""What a live server costs and how soon it tells: `kizashi serve` at one end of a veth pair, in a network namespace of its own, packets
sent at the other end. ./dev bench runs it with the rest; by itself: bench/live.py [--quick] [--seconds N] [ROW ...].

Rows: pace-16600 and pace-100000 (processor of the server alone, memory), most (packets/s without loss), clients (500 event streams),
latency (a packet into the stream of frames; a window's event), questions (the API on 30 days).
"""
import argparse
import dataclasses
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/live"))
ROWS = ("pace-16600", "pace-100000", "most", "clients", "latency", "questions")
CONFIG = """[serve]
listen = ["127.0.0.1:8080"]
without_account = "everything"
{serve}
[access]
requests = 1000000
[window]
length = "{window}"
lateness = "1s"
[sensor.north]
{source}
"""
LISTENING = 'interface = "kz1"\nring = "256MiB"'
TICKS = os.sysconf("SC_CLK_TCK")


@dataclasses.dataclass
class Scale:
    """How much of everything: less shows that all of it runs, and no more."""
    seconds: int = 60           # that a row is measured
    warm: int = 65              # before that: marks have come to their distance of a minute
    each: int = 10              # seconds of one rate of the row `most`
    rates: int = 8              # that it tries
    clients: int = 500
    days: int = 30
    packets: int = 3_000_000    # of these days
    rounds: int = 20            # times that each question is asked


QUICK = Scale(seconds=5, warm=5, each=3, rates=2, clients=50, days=2, packets=100_000, rounds=2)


def say(text):
    print(f"live: {text}", file=sys.stderr, flush=True)


class Bench:
    def __init__(self, build, folder, scale):
        import veth
        veth.SENDER = str(build / "live_sender")
        self.kizashi, self.folder, self.scale, self.seconds = str(build / "kizashi"), folder, scale, scale.seconds
        self.child = None
        self.space = veth.Namespace()
        self.space.make()
        self.space.set("lo", "up")

    def end_row(self):
        if self.child and self.child.poll() is None:  # it has failed
            self.child.kill()
            self.child.wait()

    def end(self):
        self.end_row()
        self.space.remove()

    def capture(self, name, *options):
        path = self.folder / f"{name}.pcap"
        if not path.exists():
            say(f"making {path.name}")
            subprocess.run([self.kizashi, "synth", *options, "-o", path, "--no-progress"], check=True, stderr=subprocess.DEVNULL)
        return path

    def serve(self, source=LISTENING, serve="", window="60s", data=None):
        with tempfile.NamedTemporaryFile("w", dir=self.folder, suffix=".toml", delete=False) as file:
            file.write(CONFIG.format(serve=serve, window=window, source=source))
        data = data or tempfile.mkdtemp(dir=self.folder)
        self.data = data
        child = subprocess.Popen(self.space.command(self.kizashi, "serve", "--config", file.name, "--data", data), cwd=self.folder,
                                 stdout=subprocess.DEVNULL, stderr=open(self.folder / "log", "w"))
        self.child = child
        while "sensor north: " not in (self.folder / "log").read_text():
            if child.poll() is not None:
                raise SystemExit((self.folder / "log").read_text())
            time.sleep(0.1)
        return child

    def send(self, capture, rate, seconds, packets):
        """Begins to; the caller waits for it."""
        import veth
        return subprocess.Popen(self.space.command(veth.SENDER, "--namespace", self.space.name, "kz0", str(capture), "--rate", str(rate),
                                                   "--repeat", str(max(1, round(rate * seconds / packets)))),
                                stdout=subprocess.PIPE, text=True)

    def status(self):
        done = subprocess.run([self.kizashi, "status", "--data", self.data, "--json"], capture_output=True, text=True)
        return json.loads(done.stdout)["pipeline"]["sensors"][0]

    def stop(self, child):
        child.send_signal(signal.SIGTERM)
        child.wait(timeout=300)


def processor(child):
    """Seconds that a process has had, user and system."""
    fields = pathlib.Path(f"/proc/{child.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident(child):
    return int(pathlib.Path(f"/proc/{child.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")


def lost(now):
    return now["packets_dropped_by_system"] + now["packets_dropped_by_source"] + now["packets_dropped_by_journal"]


def traffic(bench):
    """A million packets of an hour of NICTER's shape, again and again: new sources for each ring round come from the scenario alone."""
    return bench.capture("nicter", "nicter-hour", "--packets", "1000000"), 1_000_000


def pace(bench, rate):
    capture, packets = traffic(bench)
    warm = bench.scale.warm
    child = bench.serve()
    sender = bench.send(capture, rate, warm + bench.seconds, packets)
    time.sleep(warm)
    memory, begin, used, before = [], time.monotonic(), processor(child), bench.status()
    while time.monotonic() - begin < bench.seconds and sender.poll() is None:
        time.sleep(1)
        memory.append(resident(child))
    wall, used, now = time.monotonic() - begin, processor(child) - used, bench.status()
    sender.wait()
    bench.stop(child)
    return {"asked": rate, "packets_per_second": (now["packets_received"] - before["packets_received"]) / wall, "seconds": wall,
            "processor_percent": 100 * used / wall, "microseconds_per_packet": 1e6 * used / max(1, now["packets_received"] - before["packets_received"]),
            "lost": lost(now), "resident_first": memory[0], "resident_last": memory[-1], "resident_most": max(memory),
            "resident_each_minute": memory[59::60]}


def most(bench):
    """Doubles the rate until packets are lost, then tries the middle twice."""
    capture, packets = traffic(bench)
    each = bench.scale.each
    good, bad, tried = 0, None, []
    rate = 100_000
    while rate < 5_000_000 and len(tried) < bench.scale.rates:
        child = bench.serve()
        begin = time.monotonic()
        sender = bench.send(capture, rate, each, packets)
        sent = int(sender.communicate()[0])
        wall = time.monotonic() - begin
        time.sleep(1)
        now = bench.status()
        bench.stop(child)
        tried.append({"asked": rate, "sent_per_second": sent / wall, "lost": lost(now)})
        say(f"most: {sent / wall:,.0f} packets/s, {lost(now):,} lost")
        is_sent = sent / wall > 0.8 * rate
        if lost(now) == 0:
            good = max(good, sent / wall)
        if lost(now) > 0 or not is_sent:
            bad = rate
        if bad and (not is_sent or bad / max(good, 1) < 1.3):
            break
        rate = (good + bad) / 2 if bad else 2 * rate
    return {"without_loss_per_second": good, "tried": tried}


def inside(bench, *words):
    done = subprocess.run(bench.space.command(sys.executable, str(ROOT / "bench/live_clients.py"), *map(str, words)), capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(done.stderr or done.stdout)
    return json.loads(done.stdout)


def clients(bench):
    capture, packets = traffic(bench)
    child = bench.serve(window="1s")
    sender = bench.send(capture, 16600, bench.seconds + 15, packets)
    time.sleep(5)
    begin, used = time.monotonic(), processor(child)
    row = inside(bench, "clients", bench.seconds, bench.scale.clients)
    wall, used = time.monotonic() - begin, processor(child) - used
    row |= {"processor_percent": 100 * used / wall, "resident": resident(child), "lost": lost(bench.status())}
    sender.kill()
    bench.stop(child)
    return row


def latency(bench):
    capture, packets = traffic(bench)
    child = bench.serve(window="1s")
    sender = bench.send(capture, 16600, 2 * bench.seconds + 30, packets)
    time.sleep(5)
    row = {"packet_ms": inside(bench, "frames", bench.seconds), "window_ms": inside(bench, "windows", bench.seconds),
           "window_lateness_ms": 1000}
    sender.kill()
    bench.stop(child)
    return row


def questions(bench):
    """Days in which every hour has its own rows of the rollups, as a replay stored them; the sensor has ended. A server keeps house every
    night (store.vacuum_at), which puts the parts of closed days together; of a month that came within a minute that is done once."""
    scale = bench.scale
    capture = bench.capture("days", "nicter-hour", "--duration", f"{24 * scale.days}h", "--packets", str(scale.packets))
    source = f'replay = ["{capture}"]\nspeed = 0'
    child = bench.serve(source=source)
    while "sensor north: ended" not in (bench.folder / "log").read_text():
        time.sleep(0.5)
    bench.stop(child)
    subprocess.run([bench.kizashi, "store", "vacuum", "--store", pathlib.Path(bench.data) / "store"], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    child = bench.serve(source=source, data=bench.data)
    used = processor(child)
    row = inside(bench, "questions", scale.rounds)
    used = processor(child) - used
    bench.stop(child)
    middle, slow = ([each[which] for each in row.values()] for which in ("p50", "p95"))
    return {"packets": scale.packets, "days": scale.days, "questions": len(row), "milliseconds": row,
            "share_under_300_ms": sum(each <= 300 for each in slow) / len(slow), "p50_of_all": sorted(middle)[len(middle) // 2],
            "p95_of_all": max(slow), "processor_ms_each": 1000 * used / sum(each["count"] for each in row.values())}


def measure(bench, name):
    if name.startswith("pace-"):
        return pace(bench, int(name[5:]))
    return {"most": most, "clients": clients, "latency": latency, "questions": questions}[name](bench)


def run(build, scale=Scale(), wanted=ROWS):
    """The rows, each with the load of the machine before it; what could not be measured says why."""
    rows = {}
    with tempfile.TemporaryDirectory(prefix="kizashi-live-") as folder:
        try:
            bench = Bench(build, pathlib.Path(folder), scale)
        except (unittest.SkipTest, OSError) as why:
            return {name: {"skipped": str(why)} for name in wanted}
        try:
            for name in wanted:
                say(name)
                load = os.getloadavg()[0]
                try:
                    rows[name] = measure(bench, name)
                except (SystemExit, OSError, KeyError, ValueError, IndexError) as why:
                    rows[name] = {"failed": f"{type(why).__name__}: {why}"}
                    bench.end_row()
                rows[name]["load_before"] = round(load, 2)
                rows[name]["command"] = f"bench/live.py --seconds {scale.seconds} {name}"
                say(json.dumps(rows[name]))
        finally:
            bench.end()
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release")
    parser.add_argument("--quick", action="store_true", help="little of everything: to see that all of it runs")
    parser.add_argument("--seconds", type=int, help="that each row is measured (default 60)")
    parser.add_argument("--packets", type=int, help="of the 30 days of the row questions (default 3000000)")
    parser.add_argument("rows", nargs="*", metavar="ROW", help=", ".join(ROWS))
    asked = parser.parse_args()
    scale = dataclasses.replace(QUICK) if asked.quick else Scale()
    scale.seconds, scale.packets = asked.seconds or scale.seconds, asked.packets or scale.packets
    print(json.dumps({"rows": run(asked.build.resolve(), scale, asked.rows or ROWS)}, indent=1))


if __name__ == "__main__":
    main()
