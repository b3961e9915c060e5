#!/usr/bin/env python3
"""./dev check: what the compiler does not say. Exits with 1 when something is wrong, one line for each thing.

form        clang-format would change nothing
lengths     source files of at most 500 lines, functions of at most 60; a function that is better long has a comment
            line "// Long on purpose: REASON" above it
includes    "kizashi/ROOM/..." only along the arrows of the CMakeLists.txt, never another room's internal/
headers     every header compiles alone
"""
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FILE_LINES, FUNCTION_LINES = 500, 60
LONG_ON_PURPOSE = "// Long on purpose:"


def source_files():
    listing = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard", "--",
         "src/*.[ch]pp", "tests/*.[ch]pp", "bench/*.[ch]pp"],
        cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return sorted({path for path in listing.splitlines() if (ROOT / path).is_file()})


def form(files):
    formatter = subprocess.run(["clang-format", "--dry-run", "--Werror", *files], cwd=ROOT,
                               capture_output=True, text=True)
    wrong = sorted({line.split(":")[0] for line in formatter.stderr.splitlines() if "error:" in line})
    return [f"{path}: not in the form of .clang-format; ./dev format mends it" for path in wrong]


def blank_out(text):
    """The text with comments and literals replaced by spaces, line breaks kept."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match.group())
    pattern = (r'R"(?P<tag>[^(\s]*)\(.*?\)(?P=tag)"' r"|//[^\n]*|/\*.*?\*/"
               r'|"(?:\\.|[^"\\\n])*"' r"|(?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+'")
    return re.sub(pattern, blank, text, flags=re.S)


def functions(text):
    """(first line, last line) of each function body outside of functions, with its head."""
    scopes, begin = [], 0  # a scope: (is it a function, position of its head)
    for match in re.finditer(r"[{};]", text):
        sign, at = match.group(), match.start()
        if sign == "{":
            head = text[begin:at]
            inside = any(is_function for is_function, _ in scopes)
            opens_scope = re.search(r"\b(namespace|class|struct|enum|union|extern)\b[^()=]*$", head)
            is_function = not inside and not opens_scope and ")" in head
            scopes.append((is_function, begin + len(head) - len(head.lstrip())))
        elif sign == "}" and scopes:
            is_function, start = scopes.pop()
            if is_function:
                yield text.count("\n", 0, start) + 1, text.count("\n", 0, at) + 1
        if sign == "{" and scopes[-1][0]:
            continue
        begin = match.end()


def lengths(files):
    for path in files:
        text = (ROOT / path).read_text()
        lines = text.splitlines()
        if len(lines) > FILE_LINES:
            yield f"{path}: {len(lines)} lines; at most {FILE_LINES}: split it"
        for first, last in functions(blank_out(text)):
            above = lines[max(0, first - 6):first]
            if last - first + 1 > FUNCTION_LINES and not any(LONG_ON_PURPOSE in line for line in above):
                yield (f"{path}:{first}: function of {last - first + 1} lines; at most {FUNCTION_LINES}: "
                       "split it")


def rooms():
    """Each room with all rooms whose headers it may include, itself among them."""
    uses = {}
    for path in ROOT.glob("src/*/CMakeLists.txt"):
        call = re.search(r"kizashi_room\((\w+)([^)]*)\)", path.read_text())
        if call:
            named = re.search(r"USES((?:\s+[a-z_]+)*)", call.group(2))
            uses[call.group(1)] = set(named.group(1).split()) if named else set()
    def reach(room):
        return {room}.union(*(reach(other) for other in uses.get(room, ())))
    return {room: reach(room) for room in uses}


def includes(files):
    allowed = rooms()
    for path in files:
        parts = path.split("/")
        for number, line in enumerate((ROOT / path).read_text().splitlines(), 1):
            quoted = re.match(r'\s*#\s*include\s*"([^"]+)"', line)
            if not quoted:
                continue
            where, name = f"{path}:{number}", quoted.group(1)
            target = name.split("/")
            if parts[0] == target[0] == "bench":
                continue
            if target[0] != "kizashi" or len(target) < 3:
                yield f'{where}: include "{name}"; expected "kizashi/ROOM/..."'
                continue
            if parts[0] != "src":
                continue
            room = parts[1]
            if target[1] not in allowed.get(room, ()):
                yield f"{where}: room {room} may not use {target[1]} (src/{room}/CMakeLists.txt)"
            elif "internal" in target[2:] and target[1] != room:
                yield f"{where}: {name} belongs to room {target[1]} alone"


def compile_alone(path, include_root):
    run = subprocess.run(
        ["g++", "-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Wno-pragma-once-outside-header",
         "-I", str(include_root), "-x", "c++", str(ROOT / path)], capture_output=True, text=True)
    if run.returncode == 0:
        return []
    return [f"{path}: does not compile alone", *("  " + line for line in run.stderr.splitlines()[:6])]


def headers(files):
    root = ROOT / "build" / "check"
    root.mkdir(parents=True, exist_ok=True)
    link = root / "kizashi"
    if not link.is_symlink():
        link.symlink_to(ROOT / "src")
    alone = [path for path in files if path.endswith(".hpp")]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as workers:
        for found in workers.map(lambda path: compile_alone(path, root), alone):
            yield from found


def main():
    files = source_files()
    wrong = 0
    for check in (form, lengths, includes, headers):
        found = list(check(files))
        wrong += len(found)
        print(f"{check.__name__}: {'good' if not found else 'wrong'}")
        for line in found:
            print("  " + line)
    print(f"{len(files)} files checked")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
