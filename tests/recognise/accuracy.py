"""Precision and recall per tool over the scenarios, as a table.

usage: accuracy.py KIZASHI [--write docs/accuracy.md]
"""
import pathlib
import sys

from truth import Truth, scratch

SCENARIOS = [
    ("mixed", ()),
    ("nicter-hour", ("--rate-scale", "0.05")),
    ("outbreak", ()),
    ("botnet", ()),
    ("speed", ("--packets", "2000000")),
]

HEAD = """# How often recognition is right

Measured against the truth of synthetic telescopes by `python3 tests/recognise/accuracy.py build/release/kizashi --write docs/accuracy.md`;
how the scenarios' tools write their headers stands in `src/capture/synth/internal/tools.hpp`, how they are recognised in
[fingerprints.md](fingerprints.md). *True* are the sources that sent two packets or more with the tool, *named* those that the program gave
the tool's name; precision is the share of the named that used the tool, recall the share of the true that were named. Real tools vary more
than these do: the table shows that the tests work and that chance does not pass, not what a sensor will see tomorrow.

| scenario | tool | true | named | precision | recall |
|---|---|---:|---:|---:|---:|
"""


def lines(kizashi):
    for scenario, options in SCENARIOS:
        with scratch() as folder:
            for tool, (true, named, precision, recall) in Truth(kizashi, scenario, folder, *options).scores().items():
                yield f"| {scenario} | {tool} | {true:,} | {named:,} | {precision:.4f} | {recall:.4f} |"


def main():
    words = sys.argv[1:]
    if len(words) not in (1, 3):
        sys.exit(__doc__)
    text = HEAD + "\n".join(lines(words[0])) + "\n"
    if len(words) == 3:
        pathlib.Path(words[2]).write_text(text)
    else:
        print(text)


if __name__ == "__main__":
    main()
