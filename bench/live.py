#!/usr/bin/env python3
"""What a live server costs and how soon it tells: `kizashi serve` at one end of a veth pair, in a network namespace of its own, packets
sent at the other end. It is not part of ./dev bench; run by itself: bench/live.py [--seconds N] [ROW ...].

Rows: pace-16600 and pace-100000 (processor of the server alone, memory), most (packets/s without loss), clients (500 event streams),
latency (a packet into the stream of frames; a window's event), questions (the API on 30 days).
"""
import argparse
import http.client
import json
import os
import pathlib
import selectors
import signal
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import time

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
QUESTIONS = ("/statistics?by=port&top=100", "/statistics?by=source&top=100", "/statistics?by=country&top=50", "/statistics?by=hour&filter=port%2023",
             "/events?limit=100", "/windows?limit=100")


def say(text):
    print(f"live: {text}", flush=True)


class Bench:
    def __init__(self, build, folder, seconds):
        import veth
        veth.SENDER = str(build / "live_sender")
        self.kizashi, self.folder, self.seconds = str(build / "kizashi"), folder, seconds
        self.child = None
        self.space = veth.Namespace()
        self.space.make()
        self.space.set("lo", "up")

    def end(self):
        if self.child and self.child.poll() is None:  # a row has failed
            self.child.kill()
            self.child.wait()
        self.space.remove()

    def capture(self, name, *options):
        path = self.folder / f"{name}.pcap"
        if not path.exists():
            say(f"making {path.name}")
            subprocess.run([self.kizashi, "synth", *options, "-o", path, "--no-progress"], check=True, stderr=subprocess.DEVNULL)
        return path

    def serve(self, source=LISTENING, serve="", window="60s"):
        with tempfile.NamedTemporaryFile("w", dir=self.folder, suffix=".toml", delete=False) as file:
            file.write(CONFIG.format(serve=serve, window=window, source=source))
        data = tempfile.mkdtemp(dir=self.folder)
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


def percentiles(values):
    cut = statistics.quantiles(values, n=100, method="inclusive")
    return {"count": len(values), "p50": cut[49], "p95": cut[94], "p99": cut[98], "most": max(values)}


def traffic(bench):
    """A million packets of an hour of NICTER's shape, again and again: new sources for each ring round come from the scenario alone."""
    return bench.capture("nicter", "nicter-hour", "--packets", "1000000"), 1_000_000


def pace(bench, rate, warm=35):
    capture, packets = traffic(bench)
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
            "processor_percent": 100 * used / wall, "lost": lost(now), "resident_first": memory[0], "resident_last": memory[-1],
            "resident_most": max(memory)}


def most(bench, each=10):
    """Doubles the rate until packets are lost, then tries the middle twice."""
    capture, packets = traffic(bench)
    good, bad, tried = 0, None, []
    rate = 100_000
    while rate < 5_000_000 and len(tried) < 8:
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


# What runs inside of the namespace: clients of the streams, which print what they saw as JSON.

def open_stream(path, number=0):
    """Each from an address of its own: one may have 64 connections."""
    client = socket.create_connection(("127.0.0.1", 8080), source_address=(f"127.0.{1 + number // 50}.{1 + number % 50}", 0))
    client.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    return client


def inside_clients(seconds, count):
    watched = selectors.DefaultSelector()
    for number in range(count):
        client = open_stream("/api/v1/events/stream", number)
        client.setblocking(False)
        watched.register(client, selectors.EVENT_READ, number)
    got, windows, end = [0] * count, [0] * count, time.monotonic() + seconds
    while time.monotonic() < end:
        for key, _ in watched.select(1):
            data = key.fileobj.recv(1 << 16)
            got[key.data] += len(data)
            windows[key.data] += data.count(b"event: window")
    print(json.dumps({"clients": count, "least_bytes": min(got), "most_bytes": max(got), "least_windows": min(windows),
                      "most_windows": max(windows)}))


def inside_frames(seconds):
    """How old packets are when they come in the stream of frames, in milliseconds."""
    client = open_stream("/api/v1/frames").makefile("rb")
    while client.readline().strip():
        pass
    ages, end, rest = [], time.time() + seconds, b""
    while time.time() < end:
        size = int(client.readline().strip(), 16)  # chunked
        rest += client.read(size)
        client.readline()
        now = time.time() * 1e6
        while len(rest) >= 4 and len(rest) >= 4 + (length := struct.unpack_from("<I", rest)[0]):
            frame, rest = rest[4:4 + length], rest[4 + length:]
            kind, n, begin = frame[1], struct.unpack_from("<H", frame, 2)[0], struct.unpack_from("<Q", frame, 12)[0]
            if kind == 0:
                ages += [(now - begin - at) / 1000 for at in struct.unpack_from(f"<{n}I", frame, 32)]
    print(json.dumps(percentiles(ages)))


def inside_windows(seconds):
    """How long after a window's end its event comes, in milliseconds."""
    import datetime
    client = open_stream("/api/v1/events/stream?topic=window").makefile("rb")
    late, end = [], time.time() + seconds
    while time.time() < end:
        line = client.readline()
        if line.startswith(b"data: "):
            window = json.loads(line[6:])
            start = datetime.datetime.fromisoformat(window["start"].replace("Z", "+00:00")[:26].rstrip("+").rstrip("Z")
                                                    if "." in window["start"] else window["start"].replace("Z", "+00:00"))
            start = start if start.tzinfo else start.replace(tzinfo=datetime.timezone.utc)
            late.append(1000 * (time.time() - start.timestamp() - window["seconds"]))
    print(json.dumps(percentiles(late)))


def inside_questions(rounds):
    out = {}
    for path in QUESTIONS:
        took = []
        for _ in range(rounds):
            client = http.client.HTTPConnection("127.0.0.1", 8080, timeout=60)
            begin = time.monotonic()
            client.request("GET", "/api/v1" + path)
            answer = client.getresponse()
            body = answer.read()
            took.append(1000 * (time.monotonic() - begin))
            if answer.status != 200:
                raise SystemExit(f"{path}: {answer.status} {body[:200]}")
        out[path] = percentiles(took)
    print(json.dumps(out))


def inside(bench, *words):
    done = subprocess.run(bench.space.command(sys.executable, __file__, "--inside", *map(str, words)), capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(done.stderr or done.stdout)
    return json.loads(done.stdout)


def clients(bench):
    capture, packets = traffic(bench)
    child = bench.serve(window="1s")
    sender = bench.send(capture, 16600, bench.seconds + 15, packets)
    time.sleep(5)
    begin, used = time.monotonic(), processor(child)
    row = inside(bench, "clients", bench.seconds, 500)
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
    """Thirty days that the scenario quiet makes, so that every hour has its own rows of the rollups; the sensor has ended."""
    capture = bench.capture("days", "quiet", "--duration", "720h", "--packets", "3000000")
    child = bench.serve(source=f'replay = ["{capture}"]\nspeed = 0')
    while "sensor north: ended" not in (bench.folder / "log").read_text():
        time.sleep(0.5)
    row = inside(bench, "questions", 20)
    bench.stop(child)
    return {"packets": 3_000_000, "days": 30, "milliseconds": row,
            "p95_of_all": max(each["p95"] for each in row.values())}


def run(build, folder, seconds, wanted=ROWS):
    bench = Bench(build, folder, seconds)
    rows = {}
    try:
        for name in wanted:
            say(name)
            rows[name] = (pace(bench, int(name[5:])) if name.startswith("pace-") else
                          {"most": most, "clients": clients, "latency": latency, "questions": questions}[name](bench))
            say(json.dumps(rows[name]))
    finally:
        bench.end()
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release")
    parser.add_argument("--seconds", type=int, default=60, help="that each row is measured (default 60)")
    parser.add_argument("--inside", nargs="+", help=argparse.SUPPRESS)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=", ".join(ROWS))
    asked = parser.parse_args()
    if asked.inside:
        name, *numbers = asked.inside
        return globals()[f"inside_{name}"](*map(int, numbers))
    with tempfile.TemporaryDirectory(prefix="kizashi-live-") as folder:
        rows = run(asked.build.resolve(), pathlib.Path(folder), asked.seconds, asked.rows or ROWS)
    print(json.dumps({"load": os.getloadavg()[0], "rows": rows}, indent=1))


if __name__ == "__main__":
    main()
