#!/usr/bin/env python3
"""Manual pages from what the program says of itself: kizashi.1 and one page for each command from --help, kizashi.toml.5 from
'kizashi config document'.

    tools/manuals.py --program build/release/kizashi --output FOLDER

The date of the pages is SOURCE_DATE_EPOCH, or today.
"""
import argparse
import os
import pathlib
import re
import subprocess
import sys
import time

# A row of a list: what is explained, and the explanation after at least two spaces.
ROW = re.compile(r"  (\S.*?)(?: {2,}(\S.*))?$")
LISTS = ("Positionals:", "Options:", "Subcommands:")

ENVIRONMENT = (
    ("KIZASHI_CONFIG", "The configuration file, when --config names none."),
    ("KIZASHI_ENGINE", "The file of the store's engine, libchdb.so, when it lies elsewhere."),
)
FILES = (
    ("/etc/kizashi/kizashi.toml", "The configuration of the server that systemd starts."),
    ("/var/lib/kizashi", "Its data: store, accounts, and what its sensors keep."),
    ("/usr/lib/kizashi/libchdb.so", "The store's engine."),
    ("/usr/share/kizashi/place.table", "Country and AS of every address."),
    ("/usr/share/doc/kizashi/docs", "What the numbers mean, and how to run a server."),
)


class Help:
    """What --help of one command says: `about`, `usage`, `lists` of rows, and the lines of the `foot`."""

    def __init__(self, text):
        lines = text.splitlines()
        at = next(i for i, line in enumerate(lines) if line.startswith("Usage: "))
        self.about = " ".join(lines[:at]).strip()
        self.usage = lines[at].removeprefix("Usage: ")
        self.lists, self.foot = {}, []
        rows = None
        for line in lines[at + 1:]:
            if line in LISTS:
                rows = self.lists.setdefault(line, [])
            elif rows is None or (line and not line.startswith(" ")):
                rows = None
                self.foot.append(line)
            elif line.startswith(" " * 20) and rows:  # an explanation that did not fit beside its option
                rows[-1][1] = f"{rows[-1][1]} {line.strip()}".strip()
            elif line:
                left, right = ROW.match(line).groups()
                rows.append([left, right or ""])

    def commands(self):
        return [name for name, _ in self.lists.get("Subcommands:", [])]


def roff(text):
    """Text as troff takes it: what it would read as a request or a dash is marked."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    return "\\&" + text if text.startswith(".") else text


def block(macro, text):
    return f'.{macro} "{roff(text)}"'.replace('""', '"')


def rows_of(rows):
    return [line for left, right in rows for line in (".TP", f"\\fB{roff(left)}\\fR", roff(right) or "\\&")]


def foot_of(lines, heading):
    """Examples as they are, the rest as paragraphs."""
    out, examples = [], False
    for line in lines:
        if line == "Examples:":
            examples = True
            out += [heading("Examples"), ".nf"]
        elif examples and not line.startswith(" "):
            examples = False
            out += [".fi", heading("Notes")]
        elif not line:
            out.append(".PP")
        if examples and line != "Examples:":
            out.append(roff(line) or ".sp")
        elif line and not examples:
            out.append(roff(line))
    return out + ([".fi"] if examples else [])


class Pages:
    def __init__(self, program, output):
        self.program, self.output = program, output
        self.date = time.strftime("%Y-%m-%d", time.gmtime(int(os.environ.get("SOURCE_DATE_EPOCH", time.time()))))
        self.version = self.say("--version").strip()

    def say(self, *words):
        return subprocess.run([self.program, *words], check=True, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL).stdout

    def help(self, *command):
        return Help(self.say(*command, "--help"))

    def write(self, name, section, about, body):
        head = [f'.TH {name.upper()} {section} "{self.date}" "{self.version}" "Kizashi"',
                ".SH NAME", f"{roff(name)} \\- {roff(about[:1].lower() + about[1:])}"]
        (self.output / f"{name}.{section}").write_text("\n".join(head + body) + "\n")

    def under(self, command, parent_foot):
        """The commands below `command`, each with all that its --help says."""
        out = []
        for name in self.help(*command).commands():
            said = self.help(*command, name)
            foot = [] if said.foot == parent_foot else said.foot
            out += [block("SS", " ".join(["kizashi", *command, name])), roff(said.about) + ".", ".PP", f"\\fB{roff(said.usage)}\\fR"]
            out += rows_of(said.lists.get("Positionals:", []) + said.lists.get("Options:", []))
            out += [".PP"] + foot_of(foot, lambda title: f".PP\n\\fI{title}\\fR\n.PP")
            out += self.under([*command, name], said.foot)
        return out

    def command(self, name, program_foot):
        said = self.help(name)
        body = [".SH SYNOPSIS", f"\\fB{roff(said.usage)}\\fR"]
        for title, list_name in (("ARGUMENTS", "Positionals:"), ("OPTIONS", "Options:")):
            if said.lists.get(list_name):
                body += [block("SH", title)] + rows_of(said.lists[list_name])
        if said.commands():
            body += [".SH COMMANDS"] + self.under([name], said.foot)
        if said.foot != program_foot:
            body += foot_of(said.foot, lambda title: f".SH {title.upper()}")
        self.write(f"kizashi-{name}", 1, said.about, body + [".SH SEE ALSO", "\\fBkizashi\\fR(1), \\fBkizashi.toml\\fR(5)"])

    def program_page(self, said):
        body = [".SH SYNOPSIS", "\\fBkizashi\\fR \\fICOMMAND\\fR [\\fIOPTIONS\\fR]", ".SH OPTIONS", *rows_of(said.lists["Options:"]),
                ".SH COMMANDS", *rows_of(said.lists["Subcommands:"]), *foot_of(said.foot, lambda title: f".SH {title.upper()}"),
                ".SH ENVIRONMENT", *rows_of(ENVIRONMENT), ".SH FILES", *rows_of(FILES), ".SH SEE ALSO"]
        pages = [f"\\fBkizashi\\-{name}\\fR(1)" for name in said.commands()] + ["\\fBkizashi.toml\\fR(5)"]
        self.write("kizashi", 1, said.about.removeprefix("Kizashi, "), body + [",\n".join(pages)])

    def configuration(self):
        self.write("kizashi.toml", 5, "Configuration of Kizashi", settings(self.say("config", "document")))

    def all(self):
        self.output.mkdir(parents=True, exist_ok=True)
        said = self.help()
        self.program_page(said)
        for name in said.commands():
            self.command(name, said.foot)
        self.configuration()


def settings(document):
    """The body of kizashi.toml.5: each section with its keys, their meaning, range, and default or example."""
    out, comment = [".SH DESCRIPTION"], []
    for line in [*document.splitlines(), ""]:
        section = re.match(r"#?\[([^\]\"]+)\]$", line)
        key = re.match(r"#?(\w+) = (.+)$", line)
        if line.startswith("# "):
            comment.append(line[2:])
            continue
        if section:
            out += [block("SH", f"[{section[1]}]"), *map(roff, comment)]
        elif key:
            out += [".TP", f"\\fB{roff(key[1])}\\fR = {roff(key[2])}"]
            limits = [comment.pop()] if comment and re.match(r"\S+ to \S+$", comment[-1]) else []
            out += [*map(roff, comment), *(f"Range: {roff(each)}." for each in limits)]
        else:
            out += map(roff, comment)
        comment = []
    return out + [".SH SEE ALSO", "\\fBkizashi\\fR(1), \\fBkizashi\\-config\\fR(1), \\fBkizashi\\-serve\\fR(1)"]


def main():
    parser = argparse.ArgumentParser(description="Writes the manual pages.")
    parser.add_argument("--program", required=True)
    parser.add_argument("--output", type=pathlib.Path, required=True)
    options = parser.parse_args()
    Pages(options.program, options.output).all()
    return 0


if __name__ == "__main__":
    sys.exit(main())
