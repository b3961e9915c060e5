"""Who takes part in ./dev bench: the command of each, how it says what it counted, and what it does for its time.

Words of a command may hold {build} (folder of Kizashi's programs), {capture} (the input) and {folder} (an empty folder in
which the command runs).
"""
import dataclasses
import json
import re
import shutil
import struct
from typing import Callable, Optional


def count_records(file):
    """Records of a little-endian pcap file. Files whose records are all as long as the first are not walked."""
    with open(file, "rb") as capture:
        capture.seek(0, 2)
        size = capture.tell()
        capture.seek(24 + 8)
        first = struct.unpack("<I", capture.read(4))[0] + 16
        if first == 76 and (size - 24) % first == 0:
            return (size - 24) // first
        at, records = 24, 0
        while at + 16 <= size:
            capture.seek(at + 8)
            at += struct.unpack("<I", capture.read(4))[0] + 16
            records += 1
        return records


def from_json(*keys):
    def count(out, _err, _folder):
        value = json.loads(out)
        for key in keys:
            value = value[key]
        return value
    return count


def from_pattern(pattern):
    """The number behind `pattern` in what the command printed."""
    def count(out, err, _folder):
        found = re.findall(pattern, out + err)
        return int(found[-1]) if found else None
    return count


def rate_columns(out, _err, _folder):
    """tracertstats: the sum of its second column."""
    return sum(int(line.split()[1]) for line in out.splitlines() if re.match(r"\s*\d+\s+\d+\s+\d+", line))


def report_file(_out, _err, folder):
    """tracereport leaves its reports in the folder."""
    found = re.search(r"Total Packets: (\d+)", (folder / "misc.rpt").read_text())
    return int(found.group(1)) if found else None


def not_said(_out, _err, _folder):
    return None


def of_the_wall(done):
    return done.seconds


def of_its_own(done):
    """What the program says that its loop took: for runs so short that starting a process would show."""
    return json.loads(done.out)["seconds"]


@dataclasses.dataclass(frozen=True)
class contender:
    name: str
    what: str
    command: list
    count: Callable = not_said
    seconds: Callable = of_the_wall
    cores: int = 1
    limit: Optional[int] = None  # packets; None: the whole capture
    is_slow: bool = False        # three rounds are enough
    is_wide: bool = False        # reads the capture with packets to all ports

    def missing(self, build):
        """Why it cannot take part, or None."""
        program = self.command[0].format(build=build, capture="", folder="")
        return None if shutil.which(program) else f"{program.rsplit('/', 1)[-1]} is not installed"


ALL = [
    contender("ceiling", "a bare loop over the mapped file that reads the fields: the ceiling of decoding",
              ["{build}/bench_ceiling", "{capture}"], from_json("packets"), of_its_own),
    contender("decode", "kizashi, frames into packet batches, without reading the file",
              ["{build}/kizashi", "bench", "decode", "{capture}"], from_json("packets"), of_its_own),
    contender("decode-file", "the same with reading the file into blocks and starting the program",
              ["{build}/kizashi", "bench", "decode", "{capture}"], from_json("packets")),
    contender("plain", "plain C++ (bench/plain.cpp): the counting of `read` by open addressing, without place",
              ["{build}/bench_plain", "{capture}"], from_json("packets")),
    contender("recognise", "kizashi, types, fingerprints and known scanners of decoded batches in memory",
              ["{build}/kizashi", "bench", "recognise", "{capture}"], from_json("packets"), of_its_own),
    contender("counts", "kizashi read --counts-only: all numbers, with country and AS, one core",
              ["{build}/kizashi", "read", "--json", "--counts-only", "--threads", "1", "{capture}"],
              from_json("packets", "total")),
    contender("counts-2", "the same on two cores",
              ["{build}/kizashi", "read", "--json", "--counts-only", "--threads", "2", "{capture}"],
              from_json("packets", "total"), cores=2),
    contender("read", "kizashi read, everything: tools, classes, events, victims, campaigns; one core",
              ["{build}/kizashi", "read", "--json", "--threads", "1", "{capture}"],
              from_json("packets", "total"), is_slow=True),
    contender("read-2", "the same on two cores",
              ["{build}/kizashi", "read", "--json", "--threads", "2", "{capture}"],
              from_json("packets", "total"), cores=2, is_slow=True),
    contender("store", "kizashi read --store: the same, and every packet with all fields and counts durable; one core",
              ["{build}/kizashi", "read", "--json", "--threads", "1", "--store", "{folder}/store", "{capture}"],
              from_json("packets", "total"), is_slow=True),
    contender("store-2", "the same on two cores",
              ["{build}/kizashi", "read", "--json", "--threads", "2", "--store", "{folder}/store", "{capture}"],
              from_json("packets", "total"), cores=2, is_slow=True),
    contender("plain-wide", "plain C++, 30 % of the packets to random ports (scenario speed-wide)",
              ["{build}/bench_plain", "{capture}"], from_json("packets"), is_wide=True),
    contender("counts-wide", "kizashi read --counts-only, the same capture, one core",
              ["{build}/kizashi", "read", "--json", "--counts-only", "--threads", "1", "{capture}"],
              from_json("packets", "total"), is_wide=True),
    contender("tcpdump-count", "tcpdump --count: counts records, decodes nothing",
              ["tcpdump", "--count", "-r", "{capture}"], from_pattern(r"(\d+) packets?\b")),
    contender("tcpdump-copy", "tcpdump, records copied to nowhere",
              ["tcpdump", "-r", "{capture}", "-w", "/dev/null"]),
    contender("tcpdump-text", "tcpdump, one line of text per packet, to nowhere; first 50,000 packets",
              ["sh", "-c", "exec tcpdump -nn -q -r {capture} >/dev/null"], limit=50_000, is_slow=True),
    contender("tracertstats", "libtrace: packets and bytes per minute",
              ["tracertstats", "-i", "60", "pcapfile:{capture}"], rate_columns),
    contender("tracereport", "libtrace: protocols, ports, lengths, options, no unique counts",
              ["tracereport", "pcapfile:{capture}"], report_file, is_slow=True),
    contender("nfpcapd", "nfdump: flows into files",
              ["nfpcapd", "-r", "{capture}", "-w", "{folder}", "-t", "3600"],
              from_pattern(r"Total: Processed: (\d+)"), is_slow=True),
    contender("tshark", "tshark: dissects and counts per minute; first 200,000 packets",
              ["tshark", "-n", "-q", "-z", "io,stat,60", "-r", "{capture}"],
              lambda out, _err, _folder: sum(int(n) for n in re.findall(r"<>\s*[\d.Dur]+\s*\|\s*(\d+)\s*\|", out)),
              limit=200_000, is_slow=True),
]
