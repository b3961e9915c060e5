"""Precision and recall per tool over the scenarios, and of screening, as tables.

usage: accuracy.py KIZASHI [--write docs/accuracy.md]
"""
import pathlib
import sys

from truth import LOOKS, PROBES, Truth, scratch

SCENARIOS = [
    ("mixed", ()),
    ("nicter-hour", ("--rate-scale", "0.05")),
    ("outbreak", ()),
    ("botnet", ()),
    ("three-days", ()),
]
SCREENED = ("mixed", "nicter-hour", "botnet", "three-days")


def share(value):
    return "-" if value is None else f"{value:.4f}"


def tool_row(scenario, tool, score):
    kind = "look" if tool in LOOKS or tool == "large-scale-scan" else "probe" if tool in PROBES.values() else "relation"
    return (f"| {scenario} | {tool} | {kind} | {score['true']:,} | {score['named']:,} | {share(score['precision'])} | "
            f"{share(score['recall'])} | {score['packets']:,} | {score['counted']:,} |")


def screening_rows(truth, scenario, folder):
    labels = folder / "labels"
    truth.write_labels(labels)
    truth.read("--truth", labels, *truth.darknet)
    found = truth.document["screening"]
    sides = found["evaluation"]
    for side, all_, left in (("sources", found["sources"], found["sources_left"]),
                             ("packets", found["packets"], found["packets_left"])):
        each = sides[side]
        yield (f"| {scenario} | {side} | {all_:,} | {left / all_:.1%} | {(each['wrong'] + each['left']) / all_:.1%} | "
               f"{each['precision']:.4f} | {each['recall']:.4f} |")


def measure(kizashi):
    """Rows of the two tables."""
    tools, screened = [], []
    for scenario, options in SCENARIOS:
        with scratch() as folder:
            truth = Truth(kizashi, scenario, folder, *options)
            tools += [tool_row(scenario, tool, score) for tool, score in truth.scores().items()]
            if scenario in SCREENED:
                screened += screening_rows(truth, scenario, pathlib.Path(folder))
    return tools, screened


def main():
    words = sys.argv[1:]
    if len(words) not in (1, 3) or len(words) == 3 and words[1] != "--write":
        sys.exit(__doc__)
    tools, screened = measure(words[0])
    template = (pathlib.Path(__file__).parent / "accuracy.md.in").read_text()
    text = template.replace("@TOOLS@", "\n".join(tools)).replace("@SCREENING@", "\n".join(screened))
    if len(words) == 3:
        pathlib.Path(words[2]).write_text(text)
    else:
        print(text)


if __name__ == "__main__":
    main()
