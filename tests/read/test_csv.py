"""Tables for spreadsheets."""
import collections
import csv
import datetime
import io
import ipaddress
import struct

from program import ProgramTest

COUNTED = ("summary", "ports", "sources", "countries", "as", "icmp", "windows", "window_ports", "window_sources")
RECOGNISED = ("tools", "classes", "known_scanners", "events", "dos_victims", "profiles", "campaigns", "coordinated",
              "screening")
FILES = COUNTED + RECOGNISED


def walk(capture):
    """(seconds, wire bytes, source, destination, protocol name, port, is SYN) of a pcap of Ethernet frames that hold
    IP packets without options and extension headers; no port but for TCP and UDP."""
    at = 24
    while at < len(capture):
        seconds, _, captured, wire = struct.unpack_from("<IIII", capture, at)
        frame = capture[at + 16:at + 16 + captured]
        at += 16 + captured
        kind, ip = struct.unpack_from(">H", frame, 12)[0], frame[14:]
        if kind == 0x0800:
            assert ip[0] == 0x45 and not struct.unpack_from(">H", ip, 6)[0] & 0x3FFF
            number, source, destination, segment = ip[9], ip[12:16], ip[16:20], ip[20:]
        else:
            assert kind == 0x86DD
            number, source, destination, segment = ip[6], ip[8:24], ip[24:40], ip[40:]
        protocol = {6: "tcp", 17: "udp"}.get(number)
        port = struct.unpack_from(">H", segment, 2)[0] if protocol else None
        is_syn = protocol == "tcp" and segment[13] & 0x12 == 0x02
        yield seconds, wire, str(ipaddress.ip_address(source)), destination, protocol, port, is_syn


def utc(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000000000Z")


def recount(capture, length):
    """The rows of windows.csv, window_ports.csv and window_sources.csv, counted the slow way."""
    windows, ports, sources = (collections.defaultdict(list) for _ in range(3))
    for packet in walk(capture):
        start = utc(packet[0] // length * length)
        windows[start].append(packet)
        sources[start, packet[2]].append(packet)
        if packet[4]:
            ports[start, packet[4], packet[5]].append(packet)

    def sums(packets):
        return [len(packets), sum(each[1] for each in packets)]

    def different(packets):
        return [len({each[2] for each in packets}), len({each[3] for each in packets})]

    return ([[start, *sums(packets), *different(packets)] for start, packets in windows.items()],
            [[*key, *sums(packets), sum(each[6] for each in packets), *different(packets)]
             for key, packets in ports.items()],
            [[*key, *sums(packets)] for key, packets in sources.items()])


class Csv(ProgramTest):
    def test_everything_in_a_small_capture(self):
        done = self.read("small.pcap", "--csv", "tables/deep", "--window-sources")
        self.assertEqual((done.returncode, done.errors), (0, ""))
        folder = self.folder / "tables/deep"
        self.assertEqual(sorted(each.name for each in folder.iterdir()), sorted(f"{each}.csv" for each in FILES))
        self.expect_golden("tables.txt", "".join(f"== {each}.csv\n{(folder / f'{each}.csv').read_text()}"
                                                 for each in FILES))

    def test_rows_have_the_fields_of_their_head(self):
        self.read("small.pcap", "--csv", "again", "--top", "0", "--window-sources")
        for each in FILES:
            rows = list(csv.reader(io.StringIO((self.folder / "again" / f"{each}.csv").read_text())))
            if each in COUNTED:
                self.assertGreater(len(rows), 1, each)
            self.assertEqual({len(row) for row in rows}, {len(rows[0])}, each)

    def test_a_file_in_the_way(self):
        (self.folder / "taken").write_text("here\n")
        done = self.read("small.pcap", "--csv", "taken/tables")
        self.expect_failure(done, 1, "kizashi: taken/tables: cannot make the folder: Not a directory")

    def rows(self, file):
        return [[int(cell) if cell.isdigit() else cell for cell in row]
                for row in csv.reader((self.folder / file).read_text().splitlines()[1:])]

    def test_windows_in_full(self):
        made = self.run_program("synth", "mixed", "--packets", "30000", "-o", "mixed.pcap", "--no-progress")
        self.assertEqual(made.returncode, 0, made.errors)
        for length, threads in ((60, "1"), (60, "3"), (600, "2")):
            done = self.read("mixed.pcap", "--csv", "full", "--window-sources", "--window", f"{length}s",
                             "--threads", threads)
            self.assertEqual((done.returncode, done.errors), (0, ""))
            windows, ports, sources = recount((self.folder / "mixed.pcap").read_bytes(), length)
            self.assertGreater(len(windows), 5)
            self.assertEqual(self.rows("full/windows.csv"), sorted(windows))
            self.assertTrue(self.rows("full/window_ports.csv") == sorted(ports), (length, threads))
            self.assertTrue(sorted(self.rows("full/window_sources.csv")) == sorted(sources), (length, threads))
            self.expect_sums("full")

    def expect_sums(self, folder):
        """What the tables of windows say of each other."""
        total, ports = collections.Counter(), collections.Counter()
        for start, _, packets, wire_bytes in self.rows(f"{folder}/window_sources.csv"):
            total.update({(start, "packets"): packets, (start, "wire_bytes"): wire_bytes, (start, "sources"): 1})
        for start, _, _, packets, wire_bytes, *_ in self.rows(f"{folder}/window_ports.csv"):
            ports.update({(start, "packets"): packets, (start, "wire_bytes"): wire_bytes})
        for start, packets, wire_bytes, sources, _ in self.rows(f"{folder}/windows.csv"):
            self.assertEqual([total[start, name] for name in ("packets", "wire_bytes", "sources")],
                             [packets, wire_bytes, sources], start)
            self.assertLessEqual(ports[start, "packets"], packets)
            self.assertLessEqual(ports[start, "wire_bytes"], wire_bytes)

    def test_sources_of_windows_only_when_asked_for(self):
        self.assertEqual(self.read("small.pcap", "--csv", "plain").returncode, 0)
        self.assertEqual(sorted(each.name for each in (self.folder / "plain").iterdir()),
                         sorted(f"{each}.csv" for each in FILES if each != "window_sources"))
        done = self.read("small.pcap", "--window-sources")
        self.expect_failure(done, 2, "kizashi: --window-sources is a table more; expected --csv DIR, where it goes",
                            "kizashi: 'kizashi read --help' tells more")

    def test_full_disk(self):
        for table in ("window_ports", "window_sources", "summary"):
            folder = self.folder / f"full-{table}"
            folder.mkdir()
            (folder / f"{table}.csv").symlink_to("/dev/full")
            done = self.read("small.pcap", "--csv", folder.name, "--window-sources")
            self.expect_failure(done, 1, f"kizashi: {folder.name}/{table}.csv: cannot write: No space left on device")
            self.assertEqual([each.name for each in folder.iterdir() if each.name.endswith(".part")], [])

    def test_a_disk_that_fills_up_while_reading(self):
        (self.folder / "filling").mkdir()
        (self.folder / "filling/window_ports.csv").symlink_to("/dev/full")
        done = self.read("--synth", "mixed", "--csv", "filling", "--window-sources", "--json", "--threads", "2")
        self.expect_failure(done, 1, "kizashi: partial: filling/window_ports.csv: cannot write: No space left on device")
        self.assertIn('"partial":true', done.output)
        left = sorted(each.name for each in (self.folder / "filling").iterdir())
        self.assertIn("windows.csv", left)
        self.assertNotIn("window_sources.csv", left)
