"""`kizashi account`, `token` and `audit`. The chain of the audit log is reckoned here a second time, by hashlib."""
import getpass
import hashlib
import json
import os
import pathlib
import pty
import sqlite3
import struct
import subprocess
import tempfile
import unittest

KIZASHI = os.environ.get("KIZASHI", "kizashi")
HORSE = "correct horse\n"


class AccessTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="kizashi-access-")
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)

    def run_it(self, *words, stdin=""):
        return subprocess.run([KIZASHI, *words, "--data", "data"], cwd=self.folder, input=stdin, encoding="utf-8",
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120,
                              env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "COLUMNS": "160"})

    def answer(self, *words, stdin=""):
        done = self.run_it(*words, stdin=stdin)
        self.assertEqual((done.stderr, done.returncode), ("", 0))
        return done.stdout

    def expect_failure(self, code, lines, *words, stdin=""):
        done = self.run_it(*words, stdin=stdin)
        self.assertEqual(done.stderr.splitlines(), [f"kizashi: {line}" for line in lines])
        self.assertEqual((done.stdout, done.returncode), ("", code))

    def rows(self):
        return json.loads(self.answer("audit", "list", "--json", "--limit", "1000"))["rows"]


class Accounts(AccessTest):
    def test_a_life(self):
        self.assertEqual(self.answer("account", "add", "root", "--role", "admin", stdin=HORSE), "added root (admin)\n")
        made = self.answer("account", "add", "city-hall", "--role", "partner", "--prefix", "192.0.2.0/24", "--sensor", "south",
                           "--generate").splitlines()
        self.assertEqual((made[0], made[2]), ("added city-hall (partner)", "It is shown this once."))
        self.assertRegex(made[1], r"^password: ([a-z2-9]{4}-){5}[a-z2-9]{4}$")
        self.assertEqual(self.answer("account", "set", "city-hall", "--disable"),
                         "city-hall: partner, disabled, prefixes 192.0.2.0/24, sensors south\n")
        self.assertEqual(self.answer("account", "password", "root", stdin="battery staple\nmore\n"),
                         "root has a new password; its sessions have ended\n")
        listed = json.loads(self.answer("account", "list", "--json"))
        self.assertEqual(listed["schema"], "kizashi-accounts/1")
        self.assertEqual([(each["name"], each["role"], each["enabled"], each["prefixes"], each["sensors"], each["logged_in"])
                          for each in listed["accounts"]],
                         [("city-hall", "partner", False, ["192.0.2.0/24"], ["south"], None),
                          ("root", "admin", True, None, None, None)])
        heads = self.answer("account", "list").splitlines()[0].split()
        self.assertEqual(heads, ["name", "role", "enabled", "made", "last", "log-in", "prefixes", "sensors"])
        self.assertEqual(self.answer("account", "set", "city-hall", "--all-sensors"),
                         "city-hall: partner, disabled, prefixes 192.0.2.0/24, sensors all\n")
        self.assertEqual(self.answer("account", "remove", "city-hall"), "removed city-hall, with its sessions and tokens\n")
        self.assertEqual([row["action"] for row in self.rows()],
                         ["account.removed", "account.changed", "password.set", "account.changed", "account.added", "account.added"])
        self.assertEqual({(row["who"], row["address"]) for row in self.rows()},
                         {("(command line)", f"user {getpass.getuser()}")})

    def test_what_is_refused(self):
        missing = "data: there is no catalog.sqlite; 'kizashi account add' makes it"
        for words in (("account", "list"), ("account", "remove", "hana"), ("token", "list"), ("audit", "verify")):
            self.expect_failure(1, [missing], *words)
        usage = "'kizashi account {} --help' tells more".format
        self.expect_failure(2, ['there is no role "root"; expected one of viewer, analyst, admin, partner', usage("add")],
                            "account", "add", "hana", "--role", "root", stdin=HORSE)
        self.expect_failure(2, ['"Hana" is no name of an account; expected 2 to 64 of a-z 0-9 . _ - @ with a letter or digit at '
                                "both ends", usage("add")], "account", "add", "Hana", "--role", "viewer", stdin=HORSE)
        self.expect_failure(1, ["there is no password at standard input; expected one line"],
                            "account", "add", "hana", "--role", "viewer")
        self.expect_failure(1, ["the password has 5 characters; expected 12 or more, such as four or five words"],
                            "account", "add", "hana", "--role", "viewer", stdin="short\n")
        self.expect_failure(1, ["a partner sees only its own part; expected prefixes, sensors or both"],
                            "account", "add", "hana", "--role", "partner", stdin=HORSE)
        self.answer("account", "add", "hana", "--role", "admin", stdin=HORSE)
        last = "hana is the last enabled admin and cannot be {}; make another one first".format
        self.expect_failure(1, [last("removed")], "account", "remove", "hana")
        self.expect_failure(1, [last("disabled")], "account", "set", "hana", "--disable")
        self.expect_failure(1, [last("given another role")], "account", "set", "hana", "--role", "viewer")
        self.expect_failure(2, ["nothing is to be set; expected --role, --prefix, --all-prefixes, --sensor, --all-sensors, --enable or --disable", usage("set")],
                            "account", "set", "hana")
        self.expect_failure(1, ['there is no account "ken"; \'kizashi account list\' names those that are there'],
                            "account", "password", "ken", stdin=HORSE)

    def type_at_terminal(self, *lines):
        """What the terminal shows, and the exit code."""
        child, terminal = pty.fork()
        if child == 0:
            os.chdir(self.folder)
            os.execv(KIZASHI, [KIZASHI, "account", "add", "hana", "--role", "viewer", "--data", "data"])
        shown = b""
        for prompt, line in zip((b"hana: ", b"Again: "), lines):
            while not shown.endswith(prompt):
                shown += os.read(terminal, 1000)
            os.write(terminal, line.encode())
        try:
            while more := os.read(terminal, 1000):
                shown += more
        except OSError:  # the other end has closed
            pass
        os.close(terminal)
        return shown.decode(), os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    def test_a_terminal_shows_no_password(self):
        shown, code = self.type_at_terminal("correct horse\n", "correct horse\n")
        self.assertEqual(code, 0, shown)
        self.assertNotIn("horse", shown)
        self.assertIn("added hana (viewer)", shown)

    def test_two_different_passwords(self):
        shown, code = self.type_at_terminal("correct horse\n", "correct house\n")
        self.assertEqual(code, 1)
        self.assertIn("kizashi: the two are not equal; nothing was changed", shown)

    def test_a_signal_at_the_prompt(self):
        shown, code = self.type_at_terminal("corr\x03")
        self.assertEqual(code, 1)
        self.assertIn("kizashi: stopped; nothing was changed", shown)


class Tokens(AccessTest):
    def setUp(self):
        super().setUp()
        self.answer("account", "add", "hana", "--role", "analyst", stdin=HORSE)

    def test_a_life(self):
        made = self.answer("token", "add", "hana", "--label", "weekly", "--scope", "read,export", "--expires", "90d",
                           "--prefix", "192.0.2.0/24").splitlines()
        self.assertEqual((made[0], made[2]), ("added token 1 of hana: read,export", "It is shown this once."))
        self.assertRegex(made[1], r"^kzs_[A-Za-z0-9_-]{43}$")
        with sqlite3.connect(self.folder / "data" / "catalog.sqlite") as kept:
            self.assertEqual(kept.execute("select hash from token").fetchall(),
                             [(hashlib.blake2b(made[1].encode(), digest_size=32).digest(),)])
        listed = json.loads(self.answer("token", "list", "--account", "hana", "--json"))["tokens"]
        self.assertEqual([(each["id"], each["hint"], each["label"], each["scopes"], each["prefixes"], each["sensors"])
                          for each in listed], [(1, made[1][:8], "weekly", "read,export", "192.0.2.0/24", "all")])
        self.assertIn(" until ", self.answer("token", "list"))
        self.assertEqual(self.answer("token", "revoke", "1"), "revoked token 1\n")
        self.assertIn(" revoked ", self.answer("token", "list"))
        self.assertNotIn(made[1], str(self.rows()))

    def test_what_is_refused(self):
        add = ("token", "add", "hana", "--label", "x", "--scope")
        self.expect_failure(1, ["the scope admin is more than hana (analyst) may"], *add, "admin")
        self.expect_failure(2, ['there is no scope "all"; expected one of read, metrics, query, export, edit, admin',
                                "'kizashi token add --help' tells more"], *add, "all")
        self.expect_failure(1, ["--expires 100000d is after the year 2261"], *add, "read", "--expires", "100000d")
        self.expect_failure(1, ["there is no token 9; 'kizashi token list' names those that are there"], "token", "revoke", "9")


class Audit(AccessTest):
    def setUp(self):
        super().setUp()
        for name in ("hana", "ken", "mio"):
            self.answer("account", "add", name, "--role", "admin", stdin=HORSE)

    def test_the_chain_by_another_program(self):
        before = bytes(32)
        for row in reversed(self.rows()):
            with sqlite3.connect(self.folder / "data" / "catalog.sqlite") as kept:
                at, details = kept.execute("select at, details from audit where id = ?", (row["id"],)).fetchone()
            text = before + struct.pack("<qq", row["id"], at)
            for part in (row["who"], row["address"], row["action"], row["subject"], row["outcome"], details):
                text += struct.pack("<q", len(part.encode())) + part.encode()
            before = hashlib.blake2b(text, digest_size=32).digest()
            self.assertEqual(row["hash"], before.hex())
        self.assertEqual(self.answer("audit", "verify"), f"3 rows, the chain holds\n3:{before.hex()}\n")

    def test_pages(self):
        first = self.answer("audit", "list", "--limit", "2").splitlines()
        self.assertEqual(first[0].split(), ["row", "time", "who", "address", "action", "on", "outcome", "details"])
        self.assertEqual(first[-1], "more: --before 2")
        rest = json.loads(self.answer("audit", "list", "--before", "2", "--json"))
        self.assertEqual(([row["subject"] for row in rest["rows"]], rest["next"]), (["hana"], None))
        self.expect_failure(2, ['there is no action "x"; expected one of account.added, account.changed, account.removed, '
                                "password.set, password.changed, log-in, log-out, sessions.revoked, token.added, token.revoked, "
                                "request.refused, data.exported, question.asked, settings.changed, audit.trimmed, view.added, view.removed",
                                "'kizashi audit list --help' tells more"], "audit", "list", "--action", "x")

    def test_a_row_that_was_taken_away(self):
        noted = self.answer("audit", "verify").splitlines()[1]
        self.assertEqual(self.answer("audit", "verify", "--noted", noted).splitlines()[1], noted)
        with sqlite3.connect(self.folder / "data" / "catalog.sqlite") as kept:
            kept.executescript("drop trigger audit_no_delete; delete from audit where id = 2")
        self.expect_failure(1, ["row 2 is missing", "the catalogue is not whole: 1 defect"], "audit", "verify")
        self.expect_failure(2, ['"7" is no place in the audit log; expected what \'kizashi audit verify\' prints, such as 17:<64 '
                                "hexadecimal digits>", "'kizashi audit verify --help' tells more"], "audit", "verify", "--noted", "7")

    def test_what_is_old_goes(self):
        self.assertEqual(self.answer("audit", "trim", "--keep", "1d"), "dropped 0 rows\n")
        self.expect_failure(2, ["--keep is 1h; expected 1d or more", "'kizashi audit trim --help' tells more"],
                            "audit", "trim", "--keep", "1h")

    def test_a_row_of_somebody_else(self):
        with sqlite3.connect(self.folder / "data" / "catalog.sqlite") as kept:
            kept.execute("update account set role = 'root' where name = 'ken'")
        self.expect_failure(1, ["data/catalog.sqlite: row 2 of the accounts was changed (there is no role \"root\"; expected one of "
                                "viewer, analyst, admin, partner); put the file back from a backup"], "account", "list")

    def test_a_file_of_somebody_else(self):
        (self.folder / "data" / "catalog.sqlite").write_bytes(b"x" * 5000)
        self.expect_failure(1, ["data/catalog.sqlite: this is no catalogue (no file of SQLite); expected the file that Kizashi "
                                "made, or none"], "audit", "verify")


if __name__ == "__main__":
    unittest.main()
