"""Which tools each source of a synthetic capture used, and what `kizashi read` said of it."""
import array
import collections
import csv
import json
import os
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
import unittest

csv.field_size_limit(1 << 24)

# What a scenario calls a tool, and the fingerprints that should name it: first the relation, then looks. A look is what any
# program's packet may look like, and says less.
FINGERPRINTS = {
    "mirai": ("mirai",),
    "zmap_old": ("zmap-before-4.1",),
    "zmap_new": ("zmap-since-4.1",),
    "masscan_old": ("masscan", "masscan-1-template"),
    "masscan_new": ("masscan", "masscan-2-template"),
    "nmap": ("nmap", "nmap-syn-look"),
    "unicornscan": ("unicornscan",),
}
LOOKS = {"zmap-since-4.1", "masscan-1-template", "masscan-2-template", "nmap-syn-look"}
# Services that `amplification` asks, by their UDP port.
PROBES = {53: "dns-any-probe", 123: "ntp-monlist-probe", 1900: "ssdp-search-probe", 389: "cldap-probe",
          11211: "memcached-probe", 161: "snmp-public-get", 19: "chargen-probe", 17: "qotd-probe"}
# How many packets a verdict needs (docs/fingerprints.md); what sent fewer cannot be named.
LEAST = {"nmap": 3, **{name: 1 for name in PROBES.values()}}

BACKGROUND = "background"

HERE = pathlib.Path(__file__).resolve().parent
KIZASHI = os.environ.get("KIZASHI", str(HERE.parent.parent / "build/release/kizashi"))
SHARED = pathlib.Path(os.environ.get("KIZASHI_SHARED_DIR", HERE.parent.parent.parent / "shared"))


def run(*words):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, words))}\nexit code {done.returncode}\n{done.stderr}")
    return done.stdout


def frames_of(capture):
    """(microseconds since 1970, Ethernet frame) of a little-endian pcap with microseconds."""
    at = 24
    while at < len(capture):
        seconds, fraction, captured = struct.unpack_from("<III", capture, at)
        yield seconds * 1_000_000 + fraction, capture[at + 16:at + 16 + captured]
        at += 16 + captured


def dotted(packed):
    return ".".join(map(str, packed))


def tools_of(actor):
    """The fingerprints that an actor's TCP SYN should pass; none when it sends none or no tool's."""
    parameters = actor["parameters"]
    kind = actor["kind"]
    if kind in FINGERPRINTS:
        return FINGERPRINTS[kind]
    if parameters.get("protocol") == "udp":
        return ()
    standard = "zmap_new" if kind == "research" else "syn"
    return FINGERPRINTS.get(parameters.get("tool", standard), ())


def label_of(actor):
    """What screening should say: a word for the known, BACKGROUND for what analysts should look at."""
    kind = actor["kind"]
    if kind in ("research", "botnet", "distributed", "amplification"):
        return kind
    tools = tools_of(actor)
    return tools[0] if tools else BACKGROUND


def dark_of(kizashi, scenario):
    """The prefixes of a scenario's telescope."""
    return json.loads(re.search(r"(?m)^dark = (\[.*?\])", run(kizashi, "synth", scenario, "--show")).group(1))


class Truth:
    """One scenario, played, read and taken apart. `folder` holds the capture and the tables afterwards."""

    def __init__(self, kizashi, scenario, folder, *options, read_options=()):
        self.kizashi = kizashi
        self.folder = pathlib.Path(folder)
        self.scenario = scenario
        self.capture, truth = self.folder / "capture.pcap", self.folder / "truth"
        run(kizashi, "synth", scenario, "-o", self.capture, "--truth", truth, "--no-progress", *options)
        with truth.open("rb") as file:
            self.head = json.loads(file.readline())
            ids = array.array("H", file.read())
        if sys.byteorder != "little":
            ids.byteswap()
        self.actors = {actor["id"]: actor for actor in self.head["actors"]}
        self._walk(ids)
        self.darknet = ("--darknet", ",".join(dark_of(kizashi, scenario)))
        self.read(*read_options)

    def read(self, *options):
        """Reads the capture: its JSON document, and its tables into the folder."""
        self.tables = self.folder / "tables"
        self.document = json.loads(run(self.kizashi, "read", self.capture, "--csv", self.tables, "--no-progress",
                                       "--json", *options))
        self.profiles = {row["address"]: row for row in self.table("profiles")}

    def table(self, name):
        with (self.tables / f"{name}.csv").open(newline="") as file:
            return list(csv.DictReader(file))

    def actor(self, name):
        return next(actor for actor in self.actors.values() if actor["name"] == name)

    def sources_of(self, name, least=1):
        """IPv4 addresses that sent at least so many packets as the actor."""
        number = self.actor(name)["id"]
        return {dotted(source) for (source, actor), packets in self.packets.items()
                if actor == number and packets >= least and len(source) == 4}

    def _walk(self, ids):
        """Counts packets, TCP SYN and probes of services by source and actor."""
        self.packets = collections.Counter()
        self.syns = collections.Counter()
        self.probes = collections.Counter()
        asks = {number for number, actor in self.actors.items() if actor["kind"] == "amplification"}
        for actor, (_, frame) in zip(ids, frames_of(self.capture.read_bytes()), strict=True):
            if frame[12] == 0x08:
                key = (frame[26:30], actor)
                syn = frame[23] == 6 and frame[47] & 0x17 == 2
                if actor in asks:
                    self.probes[key[0], int.from_bytes(frame[36:38], "big")] += 1
            else:
                key = (frame[22:38], actor)
                syn = frame[20] == 6 and frame[67] & 0x17 == 2
            self.packets[key] += 1
            if syn:
                self.syns[key] += 1

    def used(self):
        """(fingerprint, IPv4 address) -> packets that it sent so."""
        counts = collections.Counter()
        for (source, actor), number in self.syns.items():
            if len(source) == 4:
                for tool in tools_of(self.actors[actor]):
                    counts[tool, dotted(source)] += number
        for (source, port), number in self.probes.items():
            counts[PROBES[port], dotted(source)] += number
        return counts

    def named(self):
        """fingerprint -> IPv4 addresses that the program named by it."""
        tools = collections.defaultdict(set)
        for address, row in self.profiles.items():
            for tool in row["tools"].split():
                if ":" not in address:
                    tools[tool].add(address)
        return tools

    def scores(self):
        """fingerprint -> dict with true, named, precision, recall, packets, counted; docs/accuracy.md says what they are."""
        users, true = collections.defaultdict(set), collections.defaultdict(set)
        packets = collections.Counter()
        for (tool, source), number in self.used().items():
            users[tool].add(source)
            packets[tool] += number
            if number >= LEAST.get(tool, 2):
                true[tool].add(source)
        named = self.named()
        counted = {row["name"]: int(row["packets"]) for row in self.table("tools")}
        out = {}
        for tool in sorted(set(users) | set(named)):
            # Large-scale-scan is another name for the look of old Masscan, and is held against that.
            origin = "masscan-1-template" if tool == "large-scale-scan" else tool
            right = len(named[tool] & users[origin])
            found = len(named[tool] & true[origin])
            out[tool] = {"true": len(true[origin]), "named": len(named[tool]),
                         "precision": right / len(named[tool]) if named[tool] else None,
                         "recall": found / len(true[origin]) if true[origin] else None,
                         "packets": packets[origin], "counted": counted.get(tool, 0)}
        return out

    def write_labels(self, file):
        """A truth file for `kizashi read --truth`: a source that was ever known is known."""
        labels = {}
        for source, actor in sorted(self.packets):
            text = dotted(source) if len(source) == 4 else source.hex(":", 2)
            label = label_of(self.actors[actor])
            if labels.get(text, BACKGROUND) == BACKGROUND:
                labels[text] = label
        file.write_text("".join(f"{address} {label}\n" for address, label in labels.items()))
        return labels


class ScenarioTest(unittest.TestCase):
    """A folder for the class. KIZASHI names the program."""
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.scratch = scratch()
        cls.folder = pathlib.Path(cls.scratch.name)

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()


def scratch():
    return tempfile.TemporaryDirectory(prefix="kizashi-recognise-", dir=os.environ.get("TMPDIR"))
