"""Every `curl` line of docs/api.md, against a server: it is answered, and the answer has the shape that is shown or described."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import unittest
import urllib.parse

from server import ServeTest

try:
    import jsonschema
except ImportError:
    jsonschema = None

ROOT = pathlib.Path(__file__).resolve().parents[2]
CODE = "answered with "


def examples():
    """Each line that is typed, and what is shown below it."""
    found = []
    for block in re.findall(r"^```console\n(.*?)^```", (ROOT / "docs/api.md").read_text(), re.M | re.S):
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            line, _, shown = part.partition("\n")
            found.append((line, shown.strip()))
    return found


def shape(value):
    """Names and kinds; of a list that of its first member."""
    if isinstance(value, dict):
        return {name: shape(each) for name, each in value.items()}
    if isinstance(value, list):
        return [shape(each) for each in value[:1]]
    return type(value).__name__


@unittest.skipUnless(shutil.which("curl"), "curl is not installed")
class Docs(ServeTest):
    def test_every_line(self):
        self.fresh("data")
        server = self.start('[access]\nrequests = 100000\n[sensor.north]\nscenario = "outbreak"\nspeed = 0\n')
        server.wait_for("sensor north: ended")
        added = self.done("token", "add", "admin", "--data", "data", "--label", "docs", "--scope", "read,query,export,metrics,admin")
        token = next(word for word in added.split() if word.startswith("kzs_"))
        environment = os.environ | {"KIZASHI_URL": f"http://127.0.0.1:{server.port()}", "KIZASHI_TOKEN": token}
        description = json.loads((ROOT / "schema/openapi.json").read_text())
        lines = examples()
        self.assertGreater(len(lines), 8)
        for line, shown in lines:
            with self.subTest(line=line):
                self.assertTrue(line.startswith("curl -s "), "examples are lines of curl")
                done = subprocess.run(["bash", "-c", line.replace("curl -s ", f"curl -s -w '\n{CODE}%{{http_code}}' ", 1)],
                                      env=environment, capture_output=True, text=True, timeout=60, cwd=self.folder)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                body, _, status = done.stdout.rpartition("\n" + CODE)
                self.assertIn(status, ("200", "202"), body)
                if shown:
                    self.assertEqual(shape(json.loads(body)), shape(json.loads(shown)))
                self.check(description, line, status, body)

    def check(self, description, line, status, body):
        """Holds an answer against the description of its operation."""
        target = urllib.parse.urlsplit(re.search(r'\$KIZASHI_URL(/[^"]*)"', line).group(1))
        path = next(each for each in description["paths"]
                    if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", each), target.path))
        method = "patch" if "-X PATCH" in line else "post" if " -d " in line else "get"
        operation = description["paths"][path][method]
        content = operation["responses"][status]["content"]
        if "format=csv" in target.query:
            self.assertRegex(body.split("\n")[0], r"^[a-z_]+(,[a-z_]+)+")
        elif "application/json" in content and jsonschema:
            jsonschema.Draft202012Validator({**content["application/json"]["schema"],
                                             "components": description["components"]}).validate(json.loads(body))


if __name__ == "__main__":
    unittest.main()
