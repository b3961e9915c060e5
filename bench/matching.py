"""The address filter on a store beside nfdump, for ./dev bench: 100,000 addresses looked for among the sources of a capture."""
import ipaddress
import json
import mmap
import random
import statistics
import subprocess

SIZE = 100_000  # addresses of a list
RECORD, HEAD, SOURCE = 76, 24, 16 + 14 + 12  # of the made capture: record, file's head, source address in a record


def sources_of(capture):
    with open(capture, "rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as bytes_:
        return sorted({int.from_bytes(bytes_[at + SOURCE:at + SOURCE + 4], "big") for at in range(HEAD, len(bytes_), RECORD)})


def absent(chance, present, count):
    """So many unicast addresses that are not in `present`."""
    out = set()
    while len(out) < count:
        address = chance.randrange(1 << 24, 223 << 24)
        if address not in present:
            out.add(address)
    return out


def empty_stretch(sources, count):
    """The first address of the widest gap between sources: networks of which nobody is there."""
    start = max(zip(sources, sources[1:]), key=lambda pair: min(pair[1], 223 << 24) - pair[0])[0] + 1
    return range(start, start + count)


def lists_of(capture):
    """Name, what it is, addresses."""
    sources = sources_of(capture)
    chance, known = random.Random(1), set(sources)
    some = chance.sample(sources, min(len(sources) // 2, SIZE // 2))
    few = some[:100]
    return [("half", f"{len(some):,} of its addresses are there", [*some, *absent(chance, known, SIZE - len(some))]),
            ("few", "100 of its addresses are there", [*few, *absent(chance, known, SIZE - len(few))]),
            ("none", "scattered addresses, none is there", [*absent(chance, known, SIZE)]),
            ("ours", "100,000 addresses side by side, none is there", [*empty_stretch(sources, SIZE)]),
            ("chain", "100 of its addresses, for nfdump as `src ip A or src ip B ...`", few)]


def write_list(folder, name, addresses):
    lines = "\n".join(str(ipaddress.ip_address(each)) for each in addresses)
    (folder / f"{name}.txt").write_text(lines + "\n")
    words = " or ".join(f"src ip {each}" for each in lines.split()) if name == "chain" else f"src ip in [\n{lines}\n]"
    (folder / f"{name}.in").write_text(words + "\n")


def prepare(kizashi, capture, folder, say):
    """Store, nfdump's file and lists in `folder`."""
    say("match: storing the capture, for Kizashi and for nfdump")
    quiet = {"check": True, "stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run([kizashi, "read", str(capture), "--store", str(folder / "store"), "--no-progress"], **quiet)
    (folder / "flows").mkdir()
    subprocess.run(["nfpcapd", "-r", str(capture), "-w", str(folder / "flows"), "-t", "3600"], **quiet)
    lists = lists_of(capture)
    for name, _, addresses in lists:
        write_list(folder, name, addresses)
    return lists


def commands(kizashi, name):
    """What runs for a list, in its order. Matches are written."""
    return {"nfdump": ["nfdump", "-R", "flows", "-f", f"{name}.in", "-w", "out.nf"],
            "match": [kizashi, "match", "--list", f"{name}.txt", "--store", "store", "--side", "source", "-o", "out.csv"],
            "open": [kizashi, "bench", "match", "--list", f"{name}.txt", "--store", "store", "--side", "source", "-o",
                     "out.csv", "--repeat", "5"]}


def run(kizashi, capture, folder, rounds, measure, say):
    """A row for each list: medians in seconds of nfdump, of the whole command and of matching in a store that is open."""
    lists = prepare(kizashi, capture, folder, say)
    rows = [{"list": name, "what": what, "nfdump": [], "match": [], "open": [], "list_seconds": []} for name, what, _ in lists]
    for number in range(1, rounds + 1):
        for row in rows:
            say(f"round {number}: match, {row['list']}")
            for kind, argv in commands(kizashi, row["list"]).items():
                done = measure(argv, folder)
                if done.code != 0:
                    raise SystemExit(f"bench: {' '.join(argv)}: exit code {done.code}: {done.err[-300:]}")
                if kind != "open":
                    row[kind].append(done.seconds)
                    continue
                said = json.loads(done.out)
                row["matched"] = said["matched"]
                row["open"] += said["seconds"]
                row["list_seconds"] += said["list_seconds"]
    for row in rows:
        for kind in ("nfdump", "match", "open", "list_seconds"):
            row[f"{kind}_rounds"] = row[kind]
            row[kind] = statistics.median(row[kind])
    return rows


def ratio(row, kind):
    return row["nfdump"] / row[kind]


def table(rows):
    lines = ["The address filter: 100,000 addresses among the sources of the capture, matches written; all cores.", "",
             "| list | packets that match | nfdump | `kizashi match --store` | nfdump takes | in an open store, list read | nfdump takes |",
             "|---|--:|--:|--:|--:|--:|--:|"]
    for row in rows:
        lines.append(f"| `{row['list']}` {row['what']} | {row['matched']:,} | {row['nfdump']:.3f} s | {row['match']:.3f} s "
                     f"| {ratio(row, 'match'):.1f} x | {row['open'] * 1000:.1f} ms | {ratio(row, 'open'):.0f} x |")
    lines += ["", "Commands: "]
    shown = [" ".join(words) for words in commands("build/release/kizashi", "LIST").values()]
    lines += ["", "```", "nfpcapd -r FILE -w flows -t 3600", "build/release/kizashi read FILE --store store",
              "# LIST.in: src ip in [ ... ], one address per line; chain.in: src ip A or src ip B ...; LIST.txt: the same addresses", *shown, "```"]
    return lines
