#!/usr/bin/env python3
"""The clients of bench/live.py, which run in its network namespace and print what they saw as JSON:
live_clients.py clients|frames|windows|questions NUMBER...
"""
import datetime
import http.client
import json
import selectors
import socket
import statistics
import struct
import sys
import time

QUESTIONS = (
    *(f"/statistics?by={by}&top=100" for by in ("port", "source", "country", "as", "protocol", "hour", "day", "tool", "class", "scanner")),
    *(f"/statistics?by={by}&top=100&{{day}}" for by in ("port", "source", "hour", "minute", "tool")),
    *(f"/statistics?by={by}&top=100&{{day}}&compare=day,week" for by in ("port", "source", "country")),
    *(f"/statistics?by={by}&filter=dst.port%20%3D%3D%2023" for by in ("hour", "country")),
    "/statistics?by=hour&filter=port%2023", "/statistics?by=port&top=100&filter=tool%20%3D%3D%20mirai",
    "/behaviours?{day}&limit=1000", "/behaviours?{days}&limit=1000", "/behaviours?{day}&sort=novelty&limit=1000",
    "/crossings?{day}&axes=country,port", "/crossings?{days}&axes=country,port", "/crossings?{day}&axes=source,port,destination",
    "/hosts/{host}", "/hosts/{host}/neighbours?{day}", "/campaigns?{day}", "/report?period=month&at={month}",
    "/packets?limit=100", "/packets?limit=100&{day}", "/events?limit=100", "/events?limit=100&{day}", "/attacks?limit=100",
    "/windows?limit=100", "/sensors", "/fields")


def percentiles(values):
    cut = statistics.quantiles(values, n=100, method="inclusive")
    return {"count": len(values), "p50": cut[49], "p95": cut[94], "p99": cut[98], "most": max(values)}


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


def ask(path):
    """The body of an answer, and after how many milliseconds it was there whole."""
    client = http.client.HTTPConnection("127.0.0.1", 8080, timeout=120)
    begin = time.monotonic()
    client.request("GET", "/api/v1" + path)
    answer = client.getresponse()
    body = answer.read()
    took = 1000 * (time.monotonic() - begin)
    if answer.status not in (200, 422):  # 422: longer than a question may take
        raise SystemExit(f"{path}: {answer.status} {body[:200]}")
    return body, took, answer.status


def spans():
    """What the questions ask about: all days, the last one, a source of it."""
    seen = json.loads(ask("/statistics?by=day")[0])
    end = datetime.datetime.fromisoformat(seen["last_minute"][:19]) + datetime.timedelta(minutes=1)
    begin = datetime.datetime.fromisoformat(seen["first_minute"][:19])
    of = {name: f"from={start.isoformat()}Z&to={end.isoformat()}Z" for name, start in
          (("days", begin), ("day", end - datetime.timedelta(days=1)))}
    busiest = json.loads(ask(f"/statistics?by=source&top=500&{of['day']}")[0])["rows"]
    return {**of, "host": busiest[-1]["address"], "month": begin.strftime("%Y-%m")}


def inside_questions(rounds):
    of, out = spans(), {}
    for question in QUESTIONS:
        path = question.format(**of)
        took = [ask(path) for _ in range(rounds)]
        out[question] = percentiles([milliseconds for _, milliseconds, _ in took])
        if any(status == 422 for *_, status in took):
            out[question]["gave_up"] = True
    print(json.dumps(out))


def main():
    name, *numbers = sys.argv[1:]
    {"clients": inside_clients, "frames": inside_frames, "windows": inside_windows,
     "questions": inside_questions}[name](*map(int, numbers))


if __name__ == "__main__":
    main()
