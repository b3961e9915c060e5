"""The JSON document: its numbers, its schema."""
import json
import subprocess

import jsonschema

import frames
from program import HERE, KIZASHI, SHARED, ProgramTest

SCHEMA = json.loads((HERE.parent.parent / "schema/read.schema.json").read_text())


class Json(ProgramTest):
    def document(self, *arguments, code=0, **more):
        done = self.read("--json", *arguments, **more)
        self.assertEqual(done.returncode, code, done.errors)
        return json.loads(done.output)

    def test_everything_in_a_small_capture(self):
        done = self.read("small.pcap", "--json", "--top", "0")
        self.expect_golden("report.json", done.output)

    def test_the_schema_is_a_schema(self):
        jsonschema.Draft202012Validator.check_schema(SCHEMA)

    def test_the_schema_explains_every_member(self):
        def walk(schema, path):
            for name, member in schema.get("properties", {}).items():
                self.assertIn("description", member, path + name)
                self.assertGreater(len(member["description"]), 5, path + name)
                walk(member, path + name + ".")
                walk(member.get("items", {}), path + name + "[].")
        walk(SCHEMA, "")

    def expect_valid(self, document, name):
        problems = [f"{name}: {each.json_path}: {each.message}"
                    for each in jsonschema.Draft202012Validator(SCHEMA).iter_errors(document)]
        self.assertEqual(problems, [])
        packets, protocols = document["packets"], document["protocols"]
        self.assertEqual(packets["total"], sum(packets[key] for key in ("ipv4", "ipv6", "arp", "other")), name)
        self.assertEqual(packets["ipv4"] + packets["ipv6"], sum(protocols.values()), name)
        self.assertEqual(protocols["tcp"], sum(document["tcp_flags"].values()), name)
        if document["packets"]["total"]:
            order = document["order"]
            self.assertEqual(packets["total"],
                             sum(row["packets"] for row in document["windows"]) + order["late"] + order["untimed"], name)

    def test_output_is_valid(self):
        self.expect_valid(self.document("small.pcap"), "small.pcap")
        self.expect_valid(self.document("small.pcap", "--top", "0", "--window", "1s"), "--top 0")
        self.expect_valid(self.document("small.pcap", "--darknet", "10.0.0.0/8"), "no packet counts")
        self.expect_valid(self.document("--synth", "quiet"), "synth:quiet")

    def test_output_is_valid_without_packets(self):
        (self.folder / "none.pcap").write_bytes(frames.pcap([]))
        document = self.document("none.pcap")
        self.expect_valid(document, "none.pcap")
        self.assertIsNone(document["first"])
        self.assertEqual(document["windows"], [])

    def test_output_is_valid_for_damaged_captures(self):
        (self.folder / "cut.pcap").write_bytes(frames.small_telescope()[:-5])
        document = self.document("cut.pcap", code=1)
        self.expect_valid(document, "cut.pcap")
        self.assertTrue(document["partial"])
        self.assertEqual([each["loss"] for each in document["notes"]], [True, False])

    def test_names_that_are_no_utf8(self):
        name = str(self.folder).encode() + b"/\xff.pcap"
        with open(name, "wb") as out:
            out.write(frames.pcap([]))
        done = subprocess.run([KIZASHI.encode(), b"read", b"--json", name], cwd=self.folder,
                              capture_output=True, env=self.environment())
        self.assertTrue(json.loads(done.stdout)["inputs"][0].endswith("/\ufffd.pcap"))

    def test_output_is_valid_for_real_captures(self):
        folder = SHARED / "data/pcap"
        if not folder.is_dir():
            self.skipTest(f"{folder} is not there")
        files = sorted(each for part in ("unsolicited", "format", "ddos", "misc", "scan_bruteforce")
                       for each in (folder / part).iterdir())
        self.assertGreater(len(files), 20)
        for each in files:
            done = self.read("--json", each)
            self.expect_valid(json.loads(done.output), each.name)

    def test_top_cuts_lists_and_rows_tell_what_was_cut(self):
        document = self.document("small.pcap", "--top", "2")
        for name in ("ports", "icmp", "top_sources", "countries", "as"):
            self.assertEqual(len(document[name]), 2, name)
        self.assertEqual(document["rows"], {"ports": 21, "icmp": 3, "countries": 4, "as": 4, "windows": 6})
