"""Files of SQL: statements end with ";" at the end of a line, lines that begin with "--" say why."""
import pathlib

HERE = pathlib.Path(__file__).resolve().parent


def dialect_files():
    return sorted((HERE / "dialect").glob("*.sql"))


def statements(file):
    lines = [line for line in file.read_text().splitlines() if not line.startswith("--")]
    return [part.strip() for part in "\n".join(lines + [""]).split(";\n") if part.strip()]
