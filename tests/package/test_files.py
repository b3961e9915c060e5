"""What goes into the package and can be looked at without making it: manual pages, configuration, unit, scripts."""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

KIZASHI = os.environ["KIZASHI"]
SOURCE = pathlib.Path(__file__).resolve().parents[2]


def run(*words, **more):
    return subprocess.run([str(word) for word in words], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, **more)


class Documents(unittest.TestCase):
    def test_links_lead_somewhere_once_installed(self):
        """Lays the documents as `./dev package` does, without the pages of the manual."""
        with tempfile.TemporaryDirectory(prefix="kizashi-documents-") as scratch:
            # The real one needs the program where the build has it.
            script = ('set -euo pipefail; say() { printf "%s\\n" "$@"; }; . tools/package.sh; root=$1\n'
                      "manuals() { :; }\n"
                      "eval \"$(declare -f lay_documents | sed '/manuals/d; /gzip/d')\"\nlay_documents\n")
            made = run("bash", "-c", script, "bash", scratch, cwd=SOURCE)
            self.assertEqual((made.returncode, made.stderr), (0, ""))
            folder = pathlib.Path(scratch) / "usr/share/doc/kizashi"
            documents = [folder / "README.md", folder / "README.ja.md", *folder.glob("docs/*.md"), *folder.glob("docs/engines/*.md")]
            self.assertGreater(len(documents), 30)
            for document in documents:
                text = re.sub(r"^```.*?^```", "", document.read_text(), flags=re.M | re.S)
                for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
                    self.assertTrue((document.parent / link).exists(), f"{document.relative_to(folder)}: {link}")


class ManualPages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory(prefix="kizashi-manuals-")
        cls.addClassCleanup(scratch.cleanup)
        cls.folder = pathlib.Path(scratch.name)
        made = run(SOURCE / "tools/manuals.py", "--program", KIZASHI, "--output", cls.folder,
                   env=os.environ | {"SOURCE_DATE_EPOCH": "1768435200"})
        assert made.returncode == 0, made.stderr
        cls.commands = cls.below()

    @staticmethod
    def below(*command):
        text = run(KIZASHI, *command, "--help").stdout
        return re.findall(r"^  ([a-z]+) ", text.split("\nSubcommands:\n")[1].split("\n\n")[0], re.M) if "\nSubcommands:\n" in text else []

    def page(self, name, section=1):
        """The page as plain text: troff's escapes taken back."""
        text = (self.folder / f"{name}.{section}").read_text()
        return text.replace("\\-", "-").replace("\\(aq", "'").replace("\\fB", "").replace("\\fR", "").replace("\\e", "\\")

    def test_each_command_has_a_page(self):
        self.assertGreater(len(self.commands), 10)
        self.assertEqual({each.name for each in self.folder.iterdir()},
                         {"kizashi.1", "kizashi.toml.5"} | {f"kizashi-{each}.1" for each in self.commands})

    def test_each_option_is_on_its_page(self):
        for command in self.commands:
            page = self.page(f"kizashi-{command}")
            self.assertIn(f'.TH KIZASHI-{command.upper()} 1 "2026-01-15"', page)
            for words in ([command], *([command, each] for each in self.below(command))):
                said = run(KIZASHI, *words, "--help").stdout
                options = re.findall(r"^  ((?:-\w,)?--[a-z0-9-]+)", said, re.M)
                self.assertIn("-h,--help", options)
                part = page.split(f'.SS "kizashi {" ".join(words)}"')[1].split("\n.SS ")[0] if len(words) > 1 else page
                for option in options:
                    self.assertRegex(part, rf"(?m)^{re.escape(option)}\b")

    def test_each_key_is_on_its_page(self):
        page = self.page("kizashi.toml", 5)
        for line in run(KIZASHI, "config", "document").stdout.splitlines():
            if key := re.match(r"#?(\w+ = .+)$", line):
                self.assertIn(f"\n.TP\n{key[1]}\n", page)
            if section := re.match(r"#?\[([\w.]+)\]$", line):
                self.assertIn(f'\n.SH "[{section[1]}]"\n', page)

    def test_troff_has_nothing_to_say(self):
        if not shutil.which("groff"):
            self.skipTest("there is no groff")
        for each in sorted(self.folder.iterdir()):
            shown = run("groff", "-man", "-ww", "-Tascii", each)
            self.assertEqual((shown.returncode, shown.stderr), (0, ""), each.name)


class Deployment(unittest.TestCase):
    def test_the_configuration_is_in_order_and_for_this_machine_alone(self):
        checked = run(KIZASHI, "config", "check", SOURCE / "deploy/kizashi.toml")
        self.assertEqual(checked.returncode, 0, checked.stderr)
        active = [line for line in (SOURCE / "deploy/kizashi.toml").read_text().splitlines() if line and not line.startswith("#")]
        self.assertEqual(active, ["[serve]", 'data = "/var/lib/kizashi"', 'listen = ["127.0.0.1:8080"]', "[darknet]"])

    def test_what_it_suggests_is_in_order_too(self):
        text = (SOURCE / "deploy/kizashi.toml").read_text()
        suggested = re.sub(r"(?m)^#(?=\[?[a-z_.]+(\]$| = ))", "", text)
        self.assertIn("\n[sensor.north]\n", suggested)
        # A key stands once: the second `listen` takes the place of the first.
        suggested = suggested.replace('listen = ["127.0.0.1:8080"]\n', "")
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, "kizashi.toml")
            file.write_text(suggested)
            checked = run(KIZASHI, "config", "check", file)
        self.assertEqual(checked.returncode, 0, checked.stderr)

    def test_the_scripts_are_scripts(self):
        for name in ("postinst", "prerm", "postrm"):
            self.assertEqual(run("sh", "-n", SOURCE / "deploy/debian" / name).stderr, "")

    def test_the_unit_starts_what_the_package_has(self):
        unit = (SOURCE / "deploy/kizashi.service").read_text()
        self.assertIn("\nExecStart=/usr/bin/kizashi serve --config /etc/kizashi/kizashi.toml\n", unit)
        self.assertIn("\nUser=kizashi\n", unit)
        self.assertIn("\nEnvironment=KIZASHI_ENGINE=/usr/lib/kizashi/libchdb.so\n", unit)
        self.assertIn("\nCapabilityBoundingSet=CAP_NET_RAW\n", unit)


if __name__ == "__main__":
    unittest.main()
