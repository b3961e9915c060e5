"""What `kizashi store import` makes of data sets of others: golden lines, bad ones, files that are cut, files that come twice."""
import bz2
import gzip
import json
import lzma
import unittest

from stores import StoreTest

NICT = ("1533049200.000001,aaaa,0001,4660,23\n"
        "1533049200.5,aaaa,0002,18.53,2323\n"
        "1533049261,bbbb,0003,65535,445\n"
        "1533135599.999999,aaaa,0001,0,23\n")  # the last microsecond of 2018-08-01 in Japan

CORSARO = ("# CORSARO_VERSION 2.0.0\n"
           "# CORSARO_INTERVAL_START 0 1320969600\n"
           "START flowtuple_backscatter 1\n"
           "192.0.2.1|198.51.100.7|80|4711|6|114|0x12|44,7\n"
           "END flowtuple_backscatter\n"
           "START flowtuple_other 2\n"
           "192.0.2.2|198.51.100.8|40000|23|6|52|0x02|40,1\n"
           "192.0.2.2|198.51.100.9|53|53|17|52|0x00|60,2\n"
           "END flowtuple_other\n"
           "# CORSARO_INTERVAL_END 0 1320969659\n"
           "# CORSARO_INTERVAL_START 1 1320969660\n"
           "192.0.2.2|198.51.100.8|40000|23|6|52|0x02|40,5\n"
           "# CORSARO_INTERVAL_END 1 1320969719\n")


class Nict(StoreTest):
    def bring(self, name, content, *more, store="seen"):
        (self.folder / name).write_bytes(content)
        return self.done("store", "import", "--store", store, "--sensor", "nict-a", "--form", "nict", name, *more)

    def test_each_line_is_a_packet_from_a_pseudonym(self):
        self.assertEqual(self.bring("day.csv.bz2", bz2.compress(NICT.encode()), store="golden"), "4 packets stored in golden")
        rows = self.ask("select fromUnixTimestamp64Micro(ts, 'UTC') as t, source like '2001:2f:%', IPv6NumToString(dst) as d, dst_port, protocol, "
                        "tcp_flags, attributes, country, asn, scanner, fingerprints from packets6 order by ts", "golden")
        self.assertEqual(rows, [
            '2018-07-31T15:00:00.000001Z,1,"2001:2f::1234",23,6,2,32897,"\'--",0,0,0',
            '2018-07-31T15:00:00.500000Z,1,"2001:2f::1235",2323,6,2,32897,"\'--",0,0,0',
            '2018-07-31T15:01:01.000000Z,1,"2001:2f::ffff",445,6,2,32897,"\'--",0,0,0',
            '2018-08-01T14:59:59.999999Z,1,"2001:2f::",23,6,2,32897,"\'--",0,0,0'])
        # aaaa/0001, aaaa/0002, bbbb/0003; two different /16.
        self.assertEqual(self.ask("select uniqExact(src), uniqExact(substring(src, 1, 8)) from packets6", "golden"), ["3,2"])
        self.assertEqual(self.ask("select count() from packets", "golden"), ["0"])
        self.assertEqual(self.ask("select port, sum(packets) from port_minute group by port order by port", "golden"), ["23,2", "445,1", "2323,1"])

    def test_a_file_is_stored_once_however_it_is_packed(self):
        content = "".join(f"{1533049200 + i},h{i % 7},s{i},{i % 65536},{i % 5}\n" for i in range(10_000)).encode()
        self.assertEqual(self.bring("a.csv", content, store="once"), "10,000 packets stored in once")
        for name, packed in (("a.csv.gz", gzip.compress(content)), ("a.csv.xz", lzma.compress(content)), ("a.csv.bz2", bz2.compress(content))):
            self.assertEqual(self.bring(name, packed, store="once"), "0 packets stored in once; 10,000 were there before")
        self.assertEqual(self.bring("b.csv", b"timestamp,x,y,z,port\r\n" + content.replace(b"\n", b"\r\n"), store="once"),
                         "0 packets stored in once; 10,000 were there before")

    def test_a_file_that_is_cut_gives_what_it_has_and_later_the_rest(self):
        content = "".join(f"{1533049200 + i},h{i * 7919 % 97},s{i * 104729 % 65537},{i % 65536},{i % 5}\n" for i in range(20_000)).encode()
        packed = gzip.compress(content)
        (self.folder / "cut.csv.gz").write_bytes(packed[:len(packed) // 2])
        command = ("store", "import", "--store", "cut", "--sensor", "nict-a", "--form", "nict")
        ended = self.kizashi(*command, "cut.csv.gz")
        damage, stored, partial = ended.stderr.splitlines()
        self.assertRegex(damage, r"kizashi: cut\.csv\.gz: offset \d+: cannot unpack gzip: the file ends inside the packed data; the rest is not read")
        self.assertEqual((partial, ended.returncode), ("kizashi: partial: not all of the files could be read", 1))
        some = int(stored.split()[1].replace(",", ""))
        self.assertGreater(some, 1000)
        self.assertLess(some, 20_000)
        self.assertEqual(self.ask("select count() from packets6", "cut"), [str(some)])
        (self.folder / "cut.csv.gz").write_bytes(packed)
        self.assertEqual(self.done(*command, "cut.csv.gz"), f"{20_000 - some:,} packets stored in cut; {some:,} were there before")
        self.assertEqual(self.ask("select count(), uniqExact(ts) from packets6", "cut"), ["20000,20000"])

    def test_bad_lines_are_named_and_left_out_only_when_asked(self):
        (self.folder / "bad.csv").write_text("1533049200,a,b,1,23\n1533049201,a,b,1\n1533049202,a,b,1,23\n" + "x" * 5000 + "\n")
        command = ("store", "import", "--store", "bad", "--sensor", "nict-a", "--form", "nict", "bad.csv")
        fields = ("bad.csv:2: 4 fields; expected 5: time, hash of the source's upper half, hash of the source, lower half of the destination, port")
        self.expect_failure(1, [fields, "0 packets stored in bad",
                                "what stands behind the bad line was not imported; mend the file, or leave bad lines out with --skip-bad, and "
                                "import it again"], *command)
        ended = self.kizashi(*command, "--skip-bad")
        self.assertEqual((ended.returncode, ended.stderr.splitlines()), (0, [
            f"kizashi: {fields}", "kizashi: bad.csv:4: longer than 4096 bytes; no line of this form is",
            "kizashi: 2 packets stored in bad; 2 bad lines left out, as --skip-bad says"]))
        # Of a longer file what stands before the bad line is stored, and once.
        good = "".join(f"{1533049200 + i},a,b,{i},23\n" for i in range(3000))
        (self.folder / "bad.csv").write_text(good + "bad\n" + good.replace("23", "80"))
        ended = self.kizashi(*command)
        self.assertEqual((ended.returncode, ended.stderr.splitlines()[1]), (1, "kizashi: 3,000 packets stored in bad"))
        self.assertEqual(self.done(*command, "--skip-bad").splitlines()[-1],
                         "kizashi: 3,000 packets stored in bad; 3,000 were there before; 1 bad line left out, as --skip-bad says")
        (self.folder / "worse.csv").write_text("x\n" * 15)
        ended = self.kizashi("store", "import", "--store", "bad", "--sensor", "nict-a", "--form", "nict", "worse.csv", "--skip-bad")
        lines = ended.stderr.splitlines()
        self.assertEqual((len(lines), lines[10], lines[11]), (12, "kizashi: worse.csv: and 5 more bad lines",
                         "kizashi: 0 packets stored in bad; 15 bad lines left out, as --skip-bad says"))

    def test_pseudonyms_are_exported_as_such_and_in_no_capture(self):
        self.bring("day.csv", NICT.encode(), store="out")
        self.assertEqual(self.done("store", "export", "--store", "out", "-o", "out.pcap"),
                         "0 packets written to out.pcap; left out: 4 packets from pseudonyms, which are no addresses")
        self.done("store", "export", "--store", "out", "-o", "out.jsonl")
        rows = [json.loads(line) for line in (self.folder / "out.jsonl").read_text().splitlines()]
        self.assertEqual({row["source"][:8] for row in rows}, {"2001:2f:"})
        self.assertEqual([row["type"] for row in rows], ["tcp-syn"] * 4)


class Flowtuple(StoreTest):
    def test_tuples_and_what_follows_from_them(self):
        (self.folder / "t.cors.gz").write_bytes(gzip.compress(CORSARO.encode()))
        command = ("store", "import", "--store", "ft", "--sensor", "ucsd", "--form", "flowtuple", "t.cors.gz")
        self.assertEqual(self.done(*command), "4 tuples stored in ft")
        self.assertEqual(self.done(*command), "0 tuples stored in ft; 4 were there before")
        rows = self.ask("select minute, source, IPv4NumToString(dst), src_port, dst_port, protocol, tcp_flags, ttl, ip_length, attributes, packets, bytes "
                        "from tuples order by minute, src, dst", "ft")
        self.assertEqual(rows, ['1320969600,"192.0.2.1","198.51.100.7",80,4711,6,18,114,44,128,7,308',
                                '1320969600,"192.0.2.2","198.51.100.8",40000,23,6,2,52,40,128,1,40',
                                '1320969600,"192.0.2.2","198.51.100.9",53,53,17,0,52,60,128,2,120',
                                '1320969660,"192.0.2.2","198.51.100.8",40000,23,6,2,52,40,128,5,200'])
        self.assertEqual(self.ask("select minute, port, sum(packets), sum(bytes) from port_minute group by minute, port order by minute, port", "ft"),
                         ["1320969600,23,1,40", "1320969600,53,2,120", "1320969600,4711,7,308", "1320969660,23,5,200"])
        self.assertEqual(self.ask("select port, sumMerge(packets) as p, uniqCombinedMerge(sources) as s from port_day group by port order by port", "ft"),
                         ["23,6,1", "53,2,1", "4711,7,1"])

    def test_csv_of_flowtuple_3(self):
        (self.folder / "ft3.csv").write_text("timestamp,src_ip,dst_ip,src_port,dst_port,protocol,ttl,tcpflags,ip_len,packets,asn\n"
                                             "1320969600,3221225985,198.51.100.7,80,4711,6,114,18,44,7,64496\n")
        self.assertEqual(self.done("store", "import", "--store", "ft3", "--sensor", "ucsd", "--form", "flowtuple", "ft3.csv"), "1 tuple stored in ft3")
        self.assertEqual(self.ask("select source, packets from tuples", "ft3"), ['"192.0.2.1",7'])

    def test_a_stream_that_goes_on_differently_is_refused(self):
        command = ("store", "import", "--store", "differs", "--sensor", "ucsd", "--form", "flowtuple", "t.txt")
        lines = ["# CORSARO_INTERVAL_START 0 60"] + [f"10.0.0.{i % 250}|192.0.2.1|1|{i % 65536}|6|1|0x02|40,1" for i in range(3000)]
        (self.folder / "t.txt").write_text("\n".join(lines))
        self.done(*command)
        (self.folder / "t.txt").write_text("\n".join(lines[:2000] + ["10.0.0.1|192.0.2.1|1|2|6|1|0x02|40,1"] + lines[2001:]))
        self.expect_failure(1, ["block 1 differs from what the store has of this stream: it was stored from input that began the same and went on "
                                "differently; store it for another sensor (--sensor)", "0 tuples stored in differs"], *command)
        (self.folder / "t.txt").write_text("\n".join(lines + ["10.0.0.1|192.0.2.1|1|2|6|1|0x02|40,1"]))
        self.assertEqual(self.done(*command), "1 tuple stored in differs; 3,000 were there before")
        self.assertEqual(self.ask("select sum(packets) from tuples", "differs"), ["3001"])


class Messages(StoreTest):
    def test_wrong_usage_and_missing_files(self):
        self.expect_failure(1, ["none.csv: cannot open: No such file or directory", "0 packets stored in m"],
                            "store", "import", "--store", "m", "--sensor", "a", "--form", "nict", "none.csv")
        self.expect_failure(2, ["--form nict does not say who saw it; expected --sensor NAME", "'kizashi store import --help' tells more"],
                            "store", "import", "--store", "m", "--sensor", "", "--form", "nict", "none.csv")
        self.assertEqual(self.kizashi("store", "import", "--store", "m", "--sensor", "a", "--form", "x", "none.csv").returncode, 2)
        self.assertFalse((self.folder / "m").exists())

    def test_a_failure_leaves_no_new_store(self):
        (self.folder / "worst.csv").write_text("not,a,line\n")
        command = ("store", "import", "--sensor", "a", "--form", "nict", "worst.csv", "--no-progress", "--store")
        self.assertEqual(self.kizashi(*command, "new/store").returncode, 1)
        self.assertFalse((self.folder / "new/store").exists())
        (self.folder / "mine").mkdir()
        self.assertEqual(self.kizashi(*command, "mine").returncode, 1)
        self.assertEqual(list((self.folder / "mine").iterdir()), [])
        # What was there stays.
        self.done("read", "empty.pcap", "--store", "old", "--no-progress")
        self.assertEqual(self.kizashi(*command, "old").returncode, 1)
        self.assertEqual(self.ask("select count() from packets", "old"), ["0"])
        (self.folder / "mine/note").write_text("keep me")
        self.kizashi(*command, "mine")
        self.assertEqual((self.folder / "mine/note").read_text(), "keep me")


if __name__ == "__main__":
    unittest.main()
