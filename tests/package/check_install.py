"""What the package brings to a clean system. KIZASHI_ROOT is the system's root; run by install.sh in a network of its own."""
import json
import os
import pathlib
import re
import signal
import subprocess
import time
import unittest
import urllib.request

ROOT = pathlib.Path(os.environ["KIZASHI_ROOT"])
DATA = ROOT / "var/lib/kizashi"
CONFIG = "/etc/kizashi/kizashi.toml"
COMPILERS = ("cc", "gcc", "g++", "c++", "clang", "tcc", "cpp", "as", "ld", "make", "cmake")
FOLDERS = ("usr/local/bin", "usr/bin", "bin", "usr/local/sbin", "usr/sbin", "sbin")
PAGES = ("kizashi.1", "kizashi-read.1", "kizashi-serve.1", "kizashi-store.1", "kizashi.toml.5")


def inside(*words, user=None, text=True, **more):
    """Runs a command in the system, as root or as `user`."""
    become = ["runuser", "-u", user, "--"] if user else []
    more.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.run(["chroot", ROOT, *become, *words], capture_output=True, text=text, timeout=300, **more)


def done(*words, **more):
    run = inside(*words, **more)
    assert run.returncode == 0, (words, run.stdout, run.stderr)
    return run.stdout


def listening():
    """The addresses at which somebody listens, as /proc/net/tcp and tcp6 write them (man 5 proc: state 0A)."""
    rows = [line.split() for name in ("tcp", "tcp6") for line in pathlib.Path("/proc/net", name).read_text().splitlines()[1:]]
    return {row[1] for row in rows if row[3] == "0A"}


class Served:
    """The server as systemd would start it: the user kizashi with CAP_NET_RAW."""

    def __init__(self, config):
        self.log = open(ROOT / "tmp/said", "w+b")
        capability = ["--inh-caps=-all,+net_raw", "--ambient-caps=-all,+net_raw", "--bounding-set=-all,+net_raw"]
        self.child = subprocess.Popen(
            ["chroot", ROOT, "setpriv", "--reuid=kizashi", "--regid=kizashi", "--clear-groups", *capability, "--no-new-privs",
             "env", "KIZASHI_ENGINE=/usr/lib/kizashi/libchdb.so", "kizashi", "serve", "--config", config],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)

    def said(self):
        return (ROOT / "tmp/said").read_text()

    def wait_for(self, pattern):
        for _ in range(1200):
            if re.search(pattern, self.said()) or self.child.poll() is not None:
                break
            time.sleep(0.05)
        assert re.search(pattern, self.said()), self.said()

    def stop(self):
        self.child.send_signal(signal.SIGTERM)
        code = self.child.wait(timeout=120)
        self.log.close()
        return code


class Installed(unittest.TestCase):
    """In the order of their names: the last takes the package away."""

    @classmethod
    def setUpClass(cls):
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)

    def test_1_no_compiler_is_there(self):
        self.assertEqual([name for name in COMPILERS for folder in FOLDERS if (ROOT / folder / name).exists()], [])

    def test_1_the_program_and_its_pages(self):
        version = done("dpkg-query", "-W", "-f", "${Version}", "kizashi")
        self.assertEqual(done("kizashi", "--version"), f"kizashi {version}\n")
        for page in PAGES:
            self.assertTrue((ROOT / f"usr/share/man/man{page[-1]}" / f"{page}.gz").is_file(), page)
        commands = re.findall(r"^  (\w+) ", done("kizashi", "--help").split("Subcommands:")[1].split("Examples:")[0], re.M)
        self.assertGreater(len(commands), 10)
        for command in commands:
            self.assertTrue((ROOT / f"usr/share/man/man1/kizashi-{command}.1.gz").is_file(), command)
        json.loads((ROOT / "usr/share/kizashi/schema/openapi.json").read_text())
        json.loads((ROOT / "usr/share/kizashi/grafana/kizashi.json").read_text())

    def asked(self, what):
        answer = done("kizashi", "query", "--store", "/tmp/seen", "--format", "csv", f"select {what}")
        return int(answer.split()[-1])

    def test_2_invents_reads_keeps_and_asks(self):
        capture = done("kizashi", "synth", "mixed", "-o", "-", text=False)
        (ROOT / "tmp/mixed.pcap").write_bytes(capture)
        report = json.loads(done("kizashi", "read", "/tmp/mixed.pcap", "--json", "--store", "/tmp/seen", "--no-progress"))
        text = json.dumps(report)
        self.assertIn("masscan", text)  # a fingerprint of the program
        self.assertIn("Censys", text)  # a scanner of the program
        piped = inside("sh", "-c", "kizashi synth mixed -o - | kizashi read - --json --no-progress")
        self.assertEqual(piped.returncode, 0, piped.stderr)
        self.assertEqual(json.loads(piped.stdout)["packets"], report["packets"])
        kept = self.asked("(select count() from packets) + (select count() from packets6)")
        self.assertEqual(kept, report["packets"]["ipv4"] + report["packets"]["ipv6"])
        self.assertGreater(self.asked("uniqExact(country) from packets"), 10, "the table of places is not used")

    def test_3_the_user_and_the_folders(self):
        self.assertEqual(done("stat", "-c", "%U:%G %a", "/var/lib/kizashi", "/etc/kizashi"),
                         "kizashi:kizashi 700\nroot:kizashi 750\n")
        self.assertIn("/usr/sbin/nologin", done("getent", "passwd", "kizashi"))
        self.assertIn("in order", done("kizashi", "config", "check", CONFIG, user="kizashi"))
        self.assertNotEqual(inside("cat", CONFIG, user="nobody").returncode, 0)

    def test_4_serves_with_the_installed_configuration(self):
        server = Served(CONFIG)
        self.addCleanup(lambda: server.child.poll() is None and server.child.kill())
        server.wait_for("answers at http://127.0.0.1:8080")
        self.assertIn("the account admin was made", server.said())
        for path in ("health", "ready"):
            with urllib.request.urlopen(f"http://127.0.0.1:8080/api/v1/{path}", timeout=30) as answer:
                self.assertEqual(answer.status, 200)
        self.assertEqual(listening(), {"0100007F:1F90"})  # 127.0.0.1:8080 alone
        self.assertEqual(server.stop(), 0, server.said())
        owners = {(each.stat().st_uid, each.stat().st_gid) for each in DATA.rglob("*")}
        self.assertEqual(owners, {(DATA.stat().st_uid, DATA.stat().st_gid)})

    def test_5_listens_to_an_interface_without_being_root(self):
        text = (ROOT / CONFIG[1:]).read_text()
        (ROOT / "etc/kizashi/wire.toml").write_text(text + '[sensor.wire]\ninterface = "lo"\n')
        server = Served("/etc/kizashi/wire.toml")
        self.addCleanup(lambda: server.child.poll() is None and server.child.kill())
        server.wait_for("sensor wire: running")
        self.assertEqual(server.stop(), 0, server.said())

    def test_6_removing_keeps_the_data_and_purging_takes_them_away(self):
        text = ROOT / CONFIG[1:]
        text.write_text(text.read_text() + "# ours\n")
        said = done("apt-get", "remove", "-y", "kizashi")
        self.assertIn("'apt purge kizashi' takes them away", said)
        self.assertFalse((ROOT / "usr/bin/kizashi").exists())
        self.assertTrue((DATA / "catalog.sqlite").is_file())
        self.assertTrue(text.read_text().endswith("# ours\n"))
        (ROOT / "etc/kizashi/wire.toml").unlink()
        said = done("apt-get", "purge", "-y", "kizashi")
        self.assertIn("Taking away the data in /var/lib/kizashi", said)
        self.assertFalse(DATA.exists())
        self.assertFalse((ROOT / "etc/kizashi").exists())
        self.assertFalse((ROOT / "usr/lib/kizashi").exists())
