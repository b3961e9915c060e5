"""A client that knows nothing but the description: it asks every operation, and checks each answer against its schema."""
import json
import pathlib
import unittest
import urllib.parse

import jsonschema

from serving import ANALYST, PARTNER
from test_questions import Asked

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
# What an example cannot be made up for.
KNOWN = {"host": "198.51.100.99", "kind": "fingerprint", "job": "0" * 32, "account": "hana", "token": "17", "view": "17",
         "file": "kizashi-2026-01.en.html"}


def is_of_people(operation):
    """Asked of a server that has accounts, in tests/serve/test_people.py."""
    return operation["tags"] == ["Accounts"]


class Client(Asked):
    @classmethod
    def commands(cls):
        return []

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        KNOWN["finding"] = cls.served.answer_of("finding small surge 3 1 23 198.51.100.7 203.0.113.9")[0]

    def setUp(self):
        self.description = self.document("/api/v1/openapi.json", headers={})

    def operations(self):
        for path, methods in self.description["paths"].items():
            for method, operation in methods.items():
                yield path, method, operation

    def check(self, value, schema):
        jsonschema.Draft202012Validator({**schema, "components": self.description["components"]}).validate(value)

    def target_of(self, path, operation, query=()):
        for each in operation.get("parameters", []):
            if each["in"] == "path":
                path = path.replace("{%s}" % each["name"], urllib.parse.quote(KNOWN[each["name"]], safe=""))
        return path + ("?" + urllib.parse.urlencode(query) if query else "")

    def test_it_is_the_one_that_is_kept(self):
        self.assertEqual(self.description, json.loads((ROOT / "schema/openapi.json").read_text()))

    def test_answers_are_as_described(self):
        asked = 0
        for path, method, operation in self.operations():
            content = operation["responses"].get("200", {}).get("content", {})
            if method != "get" or "application/json" not in content or is_of_people(operation):
                continue
            if "{job}" in path or "{file}" in path:  # those that are there are asked for in tests/api and tests/report
                continue
            for headers in (ANALYST, PARTNER):
                status, fields, body = self.ask(self.target_of(path, operation), headers=headers)
                if headers is PARTNER and status == 403:
                    self.check(body, {"$ref": "#/components/schemas/problem"})
                    continue
                self.assertEqual(status, 200, (path, body))
                self.assertEqual(fields["Content-Type"], "application/json")
                self.check(body, content["application/json"]["schema"])
                asked += 1
        self.assertGreater(asked, 20)

    def test_parameters_are_as_described(self):
        """Every value that the description permits is taken, and those beyond it are refused where they stand."""
        for path, method, operation in self.operations():
            if method != "get" or "text/event-stream" in str(operation) or "{job}" in path or is_of_people(operation):
                continue
            for each in operation.get("parameters", []):
                if each["in"] != "query" or each["name"] in ("filter", "cursor", "sensor", "axes"):
                    continue
                schema = each["schema"].get("items", each["schema"])
                span = {"from": "2026-01-15", "to": "2026-01-16"} if "statistics" in path else {}
                good = schema.get("enum", [])
                bad = ["no such value"]
                if schema["type"] == "integer":
                    good, bad = [schema["minimum"], schema["maximum"]], [schema["maximum"] + 1, "1.5", "-1", ""]
                if schema["type"] == "boolean":
                    good = ["true", "false"]
                for value in good:
                    query = {**span, each["name"]: value, **({"by": "port"} if each["name"] == "format" and "statistics" in path else {})}
                    status, _, body = self.ask(self.target_of(path, operation, query))
                    self.assertEqual(status, 200, (path, query, body))
                for value in bad:
                    status, _, body = self.ask(self.target_of(path, operation, {each["name"]: value}))
                    self.assertEqual((status, body["errors"][0]["where"]), (400, "query." + each["name"]), (path, each["name"], value))
            self.assertEqual(self.ask(self.target_of(path, operation, {"no_such": 1}))[0], 400)

    def test_roles_are_as_described(self):
        for path, method, operation in self.operations():
            status = self.ask(self.target_of(path, operation), method.upper(), headers={})[0]
            self.assertEqual(status == 401, operation["x-role"] != "anyone", (path, method, status))
            self.assertEqual("security" in operation, operation["x-role"] == "anyone")

    def test_operations_have_names_of_their_own(self):
        names = [operation["operationId"] for _, _, operation in self.operations()]
        self.assertEqual(len(names), len(set(names)))


if __name__ == "__main__":
    unittest.main()
