"""The types for TypeScript that schema/openapi.d.ts keeps are those of schema/openapi.json.

To make them anew: `python3 test_types.py --write` in this folder. Needs npm and the package registry; without them: SKIPPED."""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
KEPT = ROOT / "schema/openapi.d.ts"


def generated():
    """The text, by the versions that types/package-lock.json names; None where they cannot be had."""
    if not shutil.which("npm"):
        return None
    with tempfile.TemporaryDirectory(prefix="kizashi-types-") as scratch:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / "types" / name, scratch)
        install = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--fetch-retries=0", "--fetch-timeout=20000"]
        try:
            had = subprocess.run(install, cwd=scratch, capture_output=True, timeout=240).returncode == 0
        except subprocess.TimeoutExpired:
            had = False
        if not had:
            return None
        made = pathlib.Path(scratch) / "openapi.d.ts"
        subprocess.run([pathlib.Path(scratch) / "node_modules/.bin/openapi-typescript", ROOT / "schema/openapi.json", "-o", made],
                       cwd=scratch, check=True, capture_output=True, timeout=240)
        return made.read_text()


class Types(unittest.TestCase):
    maxDiff = None

    def test_they_are_those_of_the_description(self):
        text = generated()
        if text is None:
            self.skipTest("SKIPPED: npm or the package registry is not reachable")
        self.assertEqual(KEPT.read_text(), text, "python3 tests/api/test_types.py --write")


if __name__ == "__main__":
    if "--write" in sys.argv:
        text = generated()
        if text is None:
            sys.exit("npm or the package registry is not reachable")
        KEPT.write_text(text)
    else:
        unittest.main()
