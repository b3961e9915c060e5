#!/usr/bin/env python3
"""./dev check: what the compiler does not say. Exits with 1 when something is wrong, one line for each thing.

form        clang-format would change nothing
lengths     source files of at most 500 lines, functions of at most 60; a function that is better long has a comment
            line "// Long on purpose: REASON" above it
includes    "kizashi/ROOM/..." only along the arrows of the CMakeLists.txt, never another room's internal/
headers     every header compiles alone, and includes what declares the names of std that it uses
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


# The names of the standard library that our headers use most, and what declares them (ISO/IEC 14882:2020).
DECLARED_IN = {
    "algorithm": "clamp min max sort stable_sort copy fill lower_bound upper_bound find_if all_of any_of none_of",
    "array": "array", "atomic": "atomic", "chrono": "chrono", "compare": "strong_ordering weak_ordering",
    "condition_variable": "condition_variable", "cstddef": "size_t byte ptrdiff_t",
    "cstdint": "uint8_t uint16_t uint32_t uint64_t int8_t int16_t int32_t int64_t uintptr_t",
    "cstdio": "FILE", "deque": "deque", "filesystem": "filesystem", "fstream": "ifstream ofstream", "functional": "function",
    "limits": "numeric_limits", "list": "list", "map": "map multimap", "memory": "unique_ptr shared_ptr weak_ptr make_unique make_shared",
    "mutex": "mutex scoped_lock unique_lock lock_guard call_once", "numeric": "accumulate iota", "optional": "optional nullopt",
    "queue": "queue priority_queue", "random": "mt19937 mt19937_64", "ranges": "views", "set": "set multiset",
    "shared_mutex": "shared_mutex shared_lock", "span": "span", "string": "string to_string", "string_view": "string_view",
    "thread": "thread jthread", "tuple": "tuple tie", "unordered_map": "unordered_map", "unordered_set": "unordered_set",
    "utility": "move pair exchange swap forward", "variant": "variant visit monostate get_if holds_alternative", "vector": "vector"}
# Headers that have to declare it too, by the same standard.
ALSO = {"string": ["string_view"], "utility": ["map", "tuple", "vector", "string", "optional", "variant", "memory", "functional", "array", "unordered_map",
                                                "algorithm", "span", "set", "deque", "mutex", "filesystem", "thread", "atomic", "chrono"],
        "cstddef": ["cstdint", "string", "string_view", "vector", "span", "array", "memory", "map", "cstring", "atomic", "deque", "optional", "functional"]}


def included(path, known):
    """Names in <> that `path` has, by itself or by what it includes of ours."""
    if path in known:
        return known[path]
    known[path] = names = set()
    for sign, name in re.findall(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', (ROOT / path).read_text(), re.M):
        if sign == "<":
            names.add(name)
        elif name.startswith("kizashi/") and (ROOT / "src" / name[8:]).is_file():
            names |= included("src/" + name[8:], known)
    return names


def undeclared(path, known):
    header_of = {name: header for header, names in DECLARED_IN.items() for name in names.split()}
    used = set(re.findall(r"\bstd::(?:ranges::)?(\w+)", blank_out((ROOT / path).read_text())))
    there = included(path, known)
    for name in sorted(used & header_of.keys()):
        header = header_of[name]
        brings = {header, *(wider for wider, narrower in ALSO.items() if header in narrower), *ALSO.get(header, ())}
        if not brings & there:
            yield f"{path}: uses std::{name} and does not include <{header}>"


def compile_outside(root, known):
    """All that our headers include of others, compiled once: reading it for each header takes four times as long as the rest."""
    outside, compiled = root / "outside.hpp", root / "outside.pch"
    outside.write_text("".join(f"#include <{name}>\n" for name in sorted(set().union(*known.values()))))
    subprocess.run(["clang++", *COMPILER_OPTIONS, "-fpch-instantiate-templates", "-o", str(compiled), str(outside)], check=True)
    return compiled


COMPILER_OPTIONS = ["-std=c++20", "-w", "-x", "c++-header"]


def compile_alone(path, root, outside):
    run = subprocess.run(["clang++", *COMPILER_OPTIONS, "-fsyntax-only", "-I", str(root), "-include-pch", str(outside), str(ROOT / path)],
                         capture_output=True, text=True)
    if run.returncode == 0:
        return []
    return [f"{path}: does not compile alone", *("  " + line for line in run.stderr.splitlines()[:6])]


def headers(files):
    root = ROOT / "build" / "check"
    root.mkdir(parents=True, exist_ok=True)
    link = root / "kizashi"
    if not link.is_symlink():
        link.symlink_to(ROOT / "src")
    alone, known = [path for path in files if path.endswith(".hpp")], {}
    for path in alone:
        yield from undeclared(path, known)
    outside = compile_outside(root, known)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as workers:
        for found in workers.map(lambda path: compile_alone(path, root, outside), alone):
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
