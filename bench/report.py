"""What ./dev bench says in the end: medians, ratios, targets; bench/results.json and the table in bench/README.md."""
import json
import re
import statistics

import matching

BEGIN, END = "<!-- results: begin, written by ./dev bench -->", "<!-- results: end -->"
FULL_INPUT = 5_000_000  # packets that the targets are meant for
STREAM = 99_000_000     # and the long stream, about
BETWEEN = re.compile(re.escape(BEGIN) + r".*?" + re.escape(END), re.S)


def complete(answer):
    """Adds medians, rates, ratios, doubts and targets to what was measured."""
    rows = {row["name"]: row for row in answer["results"]}
    for row in [*answer["results"], *answer["streams"]]:
        row.pop("capture", None)
        if row["seconds"] and "packets" in row:
            row["median_seconds"] = statistics.median(row["seconds"])
            row["packets_per_second"] = row["packets"] / row["median_seconds"]
        if row.get("counted") is not None and row["counted"] != row["packets"]:
            row["failed"] = f"counted {row['counted']:,} packets of {row['packets']:,}"
    for row in answer["results"]:
        row["read_is_faster_by"] = None if row["name"] in ("read", "synth", "counts-wide", "plain-wide") else ratio(rows.get("read"), row)
    answer["ratios"] = {name: ratio(rows.get(above), rows.get(below)) for name, above, below in (
        ("decode / ceiling", "decode", "ceiling"),
        ("decode from the file on / ceiling", "decode-file", "ceiling"), ("counts / plain", "counts", "plain"), ("counts / plain, wide", "counts-wide", "plain-wide"),
        ("counts on 2 cores / on 1", "counts-2", "counts"), ("read on 2 cores / on 1", "read-2", "read"),
        ("counts / read", "counts", "read"), ("counts / tracertstats", "counts", "tracertstats"),
        ("counts / tracereport", "counts", "tracereport"), ("read / nfpcapd", "read", "nfpcapd"))}
    answer["targets"] = targets(rows, answer["streams"], answer["match"]) + live_targets(answer["live"])
    answer["is_full_input"] = answer["input"]["packets"] >= FULL_INPUT


def ratio(above, below):
    if not above or not below or "packets_per_second" not in above or "packets_per_second" not in below:
        return None
    return above["packets_per_second"] / below["packets_per_second"]


def targets(rows, streams, matches):
    def rate(name):
        return rows.get(name, {}).get("packets_per_second")
    def line(what, target, measured, unit, is_at_least=True):
        reached = None if measured is None else measured >= target if is_at_least else measured <= target
        return {"what": what, "target": target, "at_least": is_at_least, "measured": measured, "unit": unit,
                "reached": reached}
    by_list = {row["list"]: row for row in matches}
    def matching_ratio(name, kind):
        return matching.ratio(by_list[name], kind) if name in by_list else None
    memory = rows.get("counts", {}).get("rss") or None
    recognition = rate("recognise")
    growth = longest = None
    if len(streams) == 3 and streams[2].get("packets", 0) >= STREAM:
        longest = streams[2]["rss"]
        growth = longest / streams[1]["rss"]
    return [
        line("decode into batches", 50e6, rate("decode"), "packets/s"),
        line("the same from the file on", 50e6, rate("decode-file"), "packets/s"),
        line("counting, one core", 20e6, rate("counts"), "packets/s"),
        line("counting on two cores, times one core", 1.8, ratio(rows.get("counts-2"), rows.get("counts")), "x"),
        line("recognition of a packet", 15, recognition and 1e9 / recognition, "ns", False),
        line("the whole of read, one core", 10e6, rate("read"), "packets/s"),
        line("peak memory of counting on this input", 400e6, memory, "bytes", False),
        line("the same on the wide one", 400e6, rows.get("counts-wide", {}).get("rss") or None, "bytes", False),
        line("peak memory of counting a stream of 100,000,000 packets", 400e6, longest, "bytes", False),
        line("the same, times that of 50,000,000 packets", 1.1, growth, "x", False),
        line("synth", 5e6, rate("synth"), "packets/s"),
        line("match, half of the list is there, times nfdump, whole command", 60, matching_ratio("half", "match"), "x"),
        line("the same in an open store", 60, matching_ratio("half", "open"), "x"),
        line("match where blocks are skipped (`ours`), in an open store", 1000, matching_ratio("ours", "open"), "x"),
    ]


def live_targets(rows):
    """What a live server is to reach; only of rows that were measured."""
    def line(row, what, target, key, unit, is_at_least=False, scale=1):
        measured = rows.get(row, {})
        for name in key.split("."):
            measured = measured.get(name) if measured else None
        if measured is None:
            return []
        measured *= scale
        reached = measured >= target if is_at_least else measured <= target
        return [{"what": f"live: {what}", "target": target, "at_least": is_at_least, "measured": measured, "unit": unit,
                 "reached": reached}]
    return [
        *line("pace-16600", "16,600 packets/s, processor of one core", 8, "processor_percent", "%"),
        *line("pace-100000", "100,000 packets/s, processor of one core", 40, "processor_percent", "%"),
        *line("pace-100000", "packets of these that came", 99_000, "packets_per_second", "packets/s", True),
        *line("most", "without loss, sender on the same cores", 1e6, "without_loss_per_second", "packets/s", True),
        *line("latency", "age of a packet in the stream, 99 %", 1000, "packet_ms.p99", "ms"),
        *line("questions", "share of questions whose 95 % take at most 300 ms", 95, "share_under_300_ms", "%", True, 100),
        *line("questions", "95 % of the slowest question", 2000, "p95_of_all", "ms"),
    ]


def live_table(rows):
    """Of a live server: what each row measured, or why not."""
    lines = ["| live | measured | load before |", "|---|---|--:|"]
    for name, row in rows.items():
        lines.append(f"| `{name}` | {row.get('skipped') or row.get('failed') or live_words(name, row)} | {row.get('load_before', '-')} |")
    questions = rows.get("questions", {}).get("milliseconds", {})
    if questions:
        lines += ["", "| question | half take at most | 95 % |", "|---|--:|--:|"]
        lines += [f"| `{path}` | {each['p50']:,.0f} ms | {each['p95']:,.0f} ms{' (given up)' if each.get('gave_up') else ''} |"
                  for path, each in sorted(questions.items(), key=lambda item: -item[1]["p95"])]
    return lines


def live_words(name, row):
    if name.startswith("pace-"):
        return (f"{row['packets_per_second']:,.0f} packets/s came, {row['lost']:,} lost; {row['processor_percent']:.1f} % of a core, "
                f"{row['microseconds_per_packet']:.2f} us a packet; resident {row['resident_first'] / 1e6:,.0f} MB, then {row['resident_last'] / 1e6:,.0f} MB")
    if name == "most":
        return f"{row['without_loss_per_second']:,.0f} packets/s without loss; " + ", ".join(
            f"{each['sent_per_second']:,.0f} sent: {each['lost']:,} lost" for each in row["tried"])
    if name == "clients":
        return (f"{row['clients']} clients: {row['processor_percent']:.1f} % of a core, {row['least_windows']} to {row['most_windows']} windows each, "
                f"{row['lost']:,} packets lost")
    if name == "latency":
        return (f"a packet after {row['packet_ms']['p50']:.0f} ms, 99 % after {row['packet_ms']['p99']:.0f} ms; a window {row['window_ms']['p50']:.0f} ms "
                f"after its end (lateness of {row['window_lateness_ms']} ms in it)")
    return (f"{row['questions']} questions, {row['days']} days, {row['packets']:,} packets: {100 * row['share_under_300_ms']:.0f} % of them under 300 ms "
            f"(their 95 %), the slowest {row['p95_of_all']:,.0f} ms; {row['processor_ms_each']:.0f} ms of the processor each")


def number(value, unit):
    if value is None:
        return "-"
    if unit in ("%", "ms"):
        return f"{value:,.1f} {unit}"
    if unit == "ns":
        return f"{value:.1f} ns"
    if unit == "packets/s":
        return f"{value / 1e6:.2f} M packets/s" if value >= 1e5 else f"{value / 1e3:.1f} k packets/s"
    return f"{value / 1e6:.0f} MB" if unit == "bytes" else f"{value:.2f} x"


def rate_of(row):
    return number(row["packets_per_second"], "packets/s").removesuffix(" packets/s")


def table(answer):
    """The whole report as Markdown."""
    machine, taken = answer["machine"], answer["input"]
    lines = [f"{answer['date']}: {machine['cpu']}, {machine['cores']} cores, "
             f"{machine['memory_bytes'] / 2**30:.0f} GiB, {machine['kernel']}, {machine['compiler']}. "
             f"Load before the run: {machine['load_before']}.", "",
             f"Input: {taken['packets']:,} packets, {taken['bytes'] / 1e6:.0f} MB, in the page cache.",
             f"Country and AS: {answer['place'] or 'no table was there, so all are unknown'}.", "",
             "| what | packets/s | `read` is faster by | peak memory | rounds: fastest .. slowest | packets counted |",
             "|---|--:|--:|--:|--:|--:|"]
    lines += [result_line(row) for row in answer["results"]]
    if answer.get("same_answer"):
        lines += ["", same_answer_line(answer["same_answer"])]
    if answer["streams"]:
        lines += ["", "Memory follows the window, not the length of the stream:", "",
                  "| stream | packets | windows | packets/s, `synth` beside it | peak memory of `read` |",
                  "|---|--:|--:|--:|--:|"]
        lines += [stream_line(row) for row in answer["streams"]]
    if answer["match"]:
        lines += ["", *matching.table(answer["match"])]
    if answer["live"]:
        lines += ["", "A live server, processor of the server alone ([what the rows are](#a-live-server)):", "", *live_table(answer["live"])]
    lines += ["", "| target | aim | measured | reached |", "|---|--:|--:|---|"]
    for each in answer["targets"]:
        aim = ("at least " if each["at_least"] else "at most ") + number(each["target"], each["unit"])
        reached = {True: "yes", False: "no", None: "not measured"}[each["reached"]]
        lines.append(f"| {each['what']} | {aim} | {number(each['measured'], each['unit'])} | {reached} |")
    if not answer["is_full_input"]:
        lines += ["", f"The targets are meant for {FULL_INPUT:,} packets: on this small input they say nothing."]
    ratios = [f"{name} = {value:.2f}" for name, value in answer["ratios"].items() if value is not None]
    if ratios:
        lines += ["", "Ratios of rates: " + "; ".join(ratios) + "."]
    lines += ["", "Commands:", "", "```"]
    lines += [f"{row['name']:14} {row['command']}" for row in [*answer["results"], *answer["streams"]]
              if "command" in row]
    lines += [f"{name:14} {row['command']}" for name, row in answer["live"].items() if "command" in row]
    return "\n".join([*lines, "```"])


def same_answer_line(same):
    numbers = same["kizashi"]
    return (f"`read` and `plain` share no line of code and count {'the same' if same['equal'] else 'DIFFERENT numbers'}: "
            f"{numbers['sources']:,} sources, {numbers['destinations']:,} destinations, {numbers['port_sources']:,} "
            f"(port, source) and {numbers['port_destinations']:,} (port, destination) pairs.")


def result_line(row):
    if "skipped" in row or "failed" in row or not row["seconds"]:
        why = row.get("skipped") or "failed: " + " ".join(row.get("failed", "no round").split()).replace("|", "/")
        return f"| `{row['name']}` {row['what']} | - | - | - | - | {why} |"
    spread = f"{len(row['seconds'])}: {min(row['seconds']):.3f} .. {max(row['seconds']):.3f} s"
    faster = row["read_is_faster_by"]
    counted = "not said" if row.get("counted") is None else f"{row['counted']:,}"
    return (f"| `{row['name']}` {row['what']} | {rate_of(row)} "
            f"| {'-' if faster is None else f'{faster:.2f} x'} "
            f"| {number(row['rss'], 'bytes')} | {spread} | {counted} |")


def stream_line(row):
    if "failed" in row:
        return f"| `{row['name']}` | failed: {' '.join(row['failed'].split()).replace('|', '/')} | - | - | - |"
    return (f"| `{row['name']}` | {row['packets']:,} | {row['windows']:,} | {rate_of(row)} "
            f"| {number(row['rss'], 'bytes')} |")


def check_readme(readme):
    """Stops before the measuring when the table would have no place."""
    if not readme.is_file() or not BETWEEN.search(readme.read_text()):
        raise SystemExit(f"bench: bench/{readme.name} has lost its markers; expected the lines\n  {BEGIN}\n  {END}")


def write(answer, folder, is_whole):
    (folder / "results.json").write_text(json.dumps(answer, indent=1) + "\n")
    if is_whole:
        readme = folder / "README.md"
        readme.write_text(BETWEEN.sub(lambda _: f"{BEGIN}\n\n{table(answer)}\n\n{END}", readme.read_text()))
