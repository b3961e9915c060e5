"""Which tools each source of a synthetic capture used, and what `kizashi read` said of it."""
import array
import collections
import csv
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile

csv.field_size_limit(1 << 24)

# What a scenario calls a tool, and the fingerprint that should name it.
FINGERPRINTS = {
    "mirai": "mirai",
    "zmap_old": "zmap-before-4.1",
    "zmap_new": "zmap-since-4.1",
    "masscan_old": "masscan",
    "masscan_new": "masscan",
    "nmap": "nmap",
    "unicornscan": "unicornscan",
}


def run(*words):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, words))}\nexit code {done.returncode}\n{done.stderr}")
    return done.stdout


def tool_of(actor):
    """The tool that an actor's TCP SYN are made by; None when it sends none or no tool's."""
    parameters = actor["parameters"]
    kind = actor["kind"]
    if kind in FINGERPRINTS:
        return FINGERPRINTS[kind]
    if parameters.get("protocol") == "udp":
        return None
    standard = "zmap_new" if kind == "research" else "syn"
    return FINGERPRINTS.get(parameters.get("tool", standard))


class Truth:
    """One scenario, played, read and taken apart. `folder` holds the capture and the tables afterwards."""

    def __init__(self, kizashi, scenario, folder, *options, read_options=()):
        self.folder = pathlib.Path(folder)
        capture, truth = self.folder / "capture.pcap", self.folder / "truth"
        run(kizashi, "synth", scenario, "-o", capture, "--truth", truth, "--no-progress", *options)
        with truth.open("rb") as file:
            self.head = json.loads(file.readline())
            ids = array.array("H", file.read())
        if sys.byteorder != "little":
            ids.byteswap()
        self.actors = {actor["id"]: actor for actor in self.head["actors"]}
        self._walk(capture.read_bytes(), ids)
        self.tables = self.folder / "tables"
        run(kizashi, "read", capture, "--csv", self.tables, "--top", "0", "--no-progress", "--json", *read_options)
        self.profiles = {row["address"]: row for row in self.table("profiles")}

    def table(self, name):
        with (self.tables / f"{name}.csv").open(newline="") as file:
            return list(csv.DictReader(file))

    def _walk(self, capture, ids):
        """Counts packets and TCP SYN by (source, actor)."""
        self.packets = collections.Counter()
        self.syns = collections.Counter()
        at = 24
        for actor in ids:
            captured = struct.unpack_from("<I", capture, at + 8)[0]
            frame = at + 16
            at = frame + captured
            if capture[frame + 12] == 0x08:
                key = (capture[frame + 26:frame + 30], actor)
                syn = capture[frame + 23] == 6 and capture[frame + 47] & 0x17 == 2
            else:
                key = (capture[frame + 22:frame + 38], actor)
                syn = capture[frame + 20] == 6 and capture[frame + 67] & 0x17 == 2
            self.packets[key] += 1
            if syn:
                self.syns[key] += 1
        assert at == len(capture), "the truth has another number of packets than the capture"

    def sources_by_tool(self, least):
        """tool -> addresses that sent at least `least` SYN with it; IPv4 only."""
        counts = collections.Counter()
        for (source, actor), number in self.syns.items():
            tool = tool_of(self.actors[actor])
            if tool and len(source) == 4:
                counts[tool, ".".join(map(str, source))] += number
        tools = collections.defaultdict(set)
        for (tool, source), number in counts.items():
            if number >= least:
                tools[tool].add(source)
        return tools

    def named(self):
        """tool -> addresses that the program named by it."""
        tools = collections.defaultdict(set)
        for address, row in self.profiles.items():
            for tool in row["tools"].split():
                tools[tool].add(address)
        return tools

    def scores(self):
        """tool -> (true sources with two packets or more, named sources, precision, recall)."""
        once, twice, named = self.sources_by_tool(1), self.sources_by_tool(2), self.named()
        out = {}
        for tool in sorted(set(FINGERPRINTS.values())):
            if not twice[tool] and not named[tool]:
                continue
            right = len(named[tool] & once[tool])
            found = len(named[tool] & twice[tool])
            out[tool] = (len(twice[tool]), len(named[tool]),
                         right / len(named[tool]) if named[tool] else float("nan"),
                         found / len(twice[tool]) if twice[tool] else float("nan"))
        return out


def scratch():
    return tempfile.TemporaryDirectory(prefix="kizashi-recognise-", dir=os.environ.get("TMPDIR"))
