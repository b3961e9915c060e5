"""Reads the bytes that `kizashi synth` wrote with a parser of its own and checks them three ways.

usage: bytes.py KIZASHI

1. Every frame is sound: lengths and all checksums (IPv4, TCP, UDP, ICMP, ICMPv6, quoted headers), and time never goes back.
2. Counting the bytes gives the counts of --expected.
3. Each packet has the mark of the actor that the truth names: the header relations that tools are known by.
"""

import collections
import json
import os
import struct
import subprocess
import sys
import tempfile

Packet = collections.namedtuple(
    "Packet", "time actor wire protocol ip6 source destination ttl ip_id dont_fragment sport dport sequence "
    "acknowledgement flags window options payload quote")


def ones_complement_sum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def need(condition, message):
    if not condition:
        sys.exit(message)


def parse_transport(protocol, pseudo, segment, where):
    """(sport, dport, sequence, acknowledgement, flags, window, options, payload); ICMP: type and code as ports."""
    if protocol == 6:
        need(ones_complement_sum(pseudo + segment) == 0xFFFF, f"{where}: TCP checksum")
        sport, dport, sequence, acknowledgement, offset, flags, window = struct.unpack_from(">HHIIBBH", segment)
        end = (offset >> 4) * 4
        need(20 <= end <= len(segment), f"{where}: TCP header length {end}")
        return sport, dport, sequence, acknowledgement, flags, window, segment[20:end], segment[end:]
    if protocol == 17:
        sport, dport, length, checksum = struct.unpack_from(">HHHH", segment)
        need(length == len(segment), f"{where}: UDP length {length}, expected {len(segment)}")
        need(checksum != 0 and ones_complement_sum(pseudo + segment) == 0xFFFF, f"{where}: UDP checksum")
        return sport, dport, 0, 0, 0, 0, b"", segment[8:]
    need(protocol in (1, 58), f"{where}: protocol {protocol}")
    head = pseudo if protocol == 58 else b""
    need(ones_complement_sum(head + segment) == 0xFFFF, f"{where}: ICMP checksum")
    return segment[0], segment[1], 0, 0, 0, 0, b"", segment[8:]


def parse_frame(frame, time, actor, where):
    need(len(frame) >= 60, f"{where}: frame of {len(frame)} bytes")
    ethertype = struct.unpack_from(">H", frame, 12)[0]
    ip = frame[14:]
    if ethertype == 0x0800:
        need(ip[0] == 0x45 and ones_complement_sum(ip[:20]) == 0xFFFF, f"{where}: IPv4 header")
        total, ip_id, fragment, ttl, protocol = struct.unpack_from(">HHHBB", ip, 2)
        need(fragment & 0xBFFF == 0, f"{where}: a fragment")
        source, destination = ip[12:16], ip[16:20]
        segment, padding = ip[20:total], ip[total:]
    else:
        need(ethertype == 0x86DD and ip[0] == 0x60, f"{where}: neither IPv4 nor IPv6")
        length, protocol, ttl = struct.unpack_from(">HBB", ip, 4)
        source, destination = ip[8:24], ip[24:40]
        segment, padding = ip[40:40 + length], ip[40 + length:]
        ip_id = fragment = 0
    need(not any(padding) and (not padding or len(frame) == 60), f"{where}: padding")
    pseudo = source + destination + struct.pack(">II", len(segment), protocol)
    sport, dport, sequence, acknowledgement, flags, window, options, payload = parse_transport(
        protocol, pseudo, segment, where)
    quote = b""
    if protocol == 1 and sport in (3, 11):
        quote = payload
        need(len(quote) == 28 and ones_complement_sum(quote[:20]) == 0xFFFF, f"{where}: quoted packet")
    return Packet(time, actor, len(frame), protocol, len(source) == 16, source, destination, ttl, ip_id,
                  bool(fragment & 0x4000), sport, dport, sequence, acknowledgement, flags, window, options,
                  payload, quote)


def packets_of(capture, truth):
    with open(truth, "rb") as file:
        actors = json.loads(file.readline())["actors"]
        ids = file.read()
    with open(capture, "rb") as file:
        data = file.read()
    need(struct.unpack_from("<IHH", data) == (0xA1B2C3D4, 2, 4), "pcap header")
    at, number, last = 24, 0, 0
    while at < len(data):
        seconds, micros, captured, wire = struct.unpack_from("<IIII", data, at)
        need(captured == wire, f"packet {number}: cut")
        time = seconds * 1_000_000 + micros
        need(time >= last, f"packet {number}: earlier than the one before")
        last = time
        actor = actors[struct.unpack_from("<H", ids, 2 * number)[0]]
        yield parse_frame(data[at + 16:at + 16 + captured], time, actor, f"packet {number}")
        at += 16 + captured
        number += 1
    need(len(ids) == 2 * number, "truth and capture differ in length")


def flag_class(flags):
    fin, syn, rst, psh, ack, urg = (bool(flags & bit) for bit in (1, 2, 4, 8, 16, 32))
    if not flags & 0x3F:
        return "null"
    if fin and psh and urg and not (syn or rst or ack):
        return "xmas"
    if syn:
        return "synack" if ack else "syn"
    return "rst" if rst else "fin" if fin else "ack" if ack else "other"


def recount(packets, expected):
    names = {6: "tcp", 17: "udp", 1: "icmp", 58: "icmp6"}
    protocols, flags, icmp, actors = (collections.Counter() for _ in range(4))
    ports = collections.defaultdict(lambda: [0, set(), set()])
    windows = collections.defaultdict(lambda: [0, 0, set(), set()])
    for each in packets:
        protocols[names[each.protocol]] += 1
        actors[each.actor["id"]] += 1
        if each.protocol == 6:
            flags[flag_class(each.flags)] += 1
        rows = [windows[each.time // 60_000_000]]
        rows[0][1] += each.wire
        if each.protocol in (6, 17):
            rows.append(ports[names[each.protocol], each.dport])
        else:
            icmp[names[each.protocol], each.sport, each.dport] += 1
        for row in rows:
            row[0] += 1
            row[-2].add(each.source)
            row[-1].add(each.destination)

    def same(what, found, wanted):
        need(found == wanted, f"{what}: {str(found)[:300]}, expected {str(wanted)[:300]}")

    same("total", len(packets), expected["packets"]["total"])
    same("ipv6", sum(each.ip6 for each in packets), expected["packets"]["ipv6"])
    same("wire_bytes", sum(each.wire for each in packets), expected["wire_bytes"])
    same("sources", len({each.source for each in packets}), expected["sources"])
    same("destinations", len({each.destination for each in packets}), expected["destinations"])
    same("protocols", {**dict.fromkeys(expected["protocols"], 0), **protocols}, expected["protocols"])
    same("tcp_flags", {**dict.fromkeys(expected["tcp_flags"], 0), **flags}, expected["tcp_flags"])
    same("ports", {key: (row[0], len(row[1]), len(row[2])) for key, row in ports.items()},
         {(row["protocol"], row["port"]): (row["packets"], row["sources"], row["destinations"])
          for row in expected["ports"]})
    same("icmp", dict(icmp), {(row["protocol"], row["type"], row["code"]): row["packets"]
                              for row in expected["icmp"]})
    same("windows", [(row[0], row[1], len(row[2]), len(row[3])) for _, row in sorted(windows.items())],
         [tuple(row[key] for key in ("packets", "wire_bytes", "sources", "destinations"))
          for row in expected["windows"]])
    same("actors", [actors[row["id"]] for row in expected["actors"]],
         [row["packets"] for row in expected["actors"]])


MSS = b"\x02\x04\x05\xb4"
REQUESTS = {53: b"\x13\x37\x01\x00\0\1", 123: b"\x17\0\3\x2a", 1900: b"M-SEARCH * HTTP/1.1\r\n", 389: b"\x30\x25\2\1\1\x63",
            11211: b"\0\1\0\0\0\1\0\0stats\r\n", 161: b"\x30\x29\2\1\1\4\6public", 19: b"\n", 17: b"\n"}


def number(address):
    return int.from_bytes(address, "big")


def is_masscan(each):
    return each.ip_id == (number(each.destination) ^ each.dport ^ each.sequence) & 0xFFFF


def has_mark(tool, each):
    """The header relation of a tool's SYN in one packet."""
    syn = each.protocol == 6 and each.flags == 2 and each.acknowledgement == 0 and each.payload == b""
    return syn and {
        "mirai": lambda: each.sequence == number(each.destination) and each.options == b"" and each.ttl < 64,
        "zmap_old": lambda: each.ip_id == 54321 and each.window == 65535 and each.options == b"" and each.ttl > 200
        and not each.dont_fragment,
        "zmap_new": lambda: each.window == 65535 and each.options == MSS and each.ttl > 200 and not each.dont_fragment,
        "masscan_old": lambda: is_masscan(each) and each.window == 1024 and each.options == b"" and each.ttl > 200,
        "masscan_new": lambda: is_masscan(each) and each.window == 1025 and each.options == MSS and each.ttl > 200,
        "nmap": lambda: each.window in (1024, 2048, 3072, 4096) and each.options == MSS and each.ttl <= 64,
        "unicornscan": lambda: True,
        "syn": lambda: True,
    }[tool]()


def session_key(tool, each):
    """What is the same in all packets of one source, or nothing."""
    if tool == "nmap":  # sequence = mask ^ (n << 16 | n): the halves differ by the halves of the mask
        return (each.sequence >> 16 ^ each.sequence) & 0xFFFF
    if tool == "unicornscan":
        swapped = int.from_bytes(each.destination, "little")
        return each.sequence ^ swapped ^ (each.dport << 16 | each.sport)
    return None


def check_marks(packets):
    keys = collections.defaultdict(set)
    for each in packets:
        kind = each.actor["kind"]
        about = f"{each.actor['name']} ({kind}): {each}"
        parameters = each.actor["parameters"]
        defaults = {"research": "zmap_new"}
        tool = parameters.get("tool", kind if kind in ("mirai", "zmap_old", "zmap_new", "masscan_old", "masscan_new", "nmap",
                                                       "unicornscan") else defaults.get(kind, "syn"))
        if kind == "backscatter":
            if each.protocol == 6:
                need(each.flags in (0x12, 0x14), about)
            else:
                need(each.protocol == 1 and each.sport in (0, 3, 11), about)
            if each.quote:
                need(each.quote[16:20] == each.source and each.quote[12:16] == each.destination, about)
        elif kind == "amplification":
            need(each.protocol == 17 and each.payload.startswith(REQUESTS[each.dport]), about)
        elif kind == "misconfigured":
            keys[each.source, "place"].add((each.destination, each.dport))
        elif kind == "ipv6":
            need(each.ip6, about)
        elif kind == "noise" or parameters.get("protocol") == "udp":
            pass
        else:
            need(has_mark(tool, each), about)
            if key := session_key(tool, each):
                keys[each.actor["id"], each.source, tool].add(key)
    for source, found in keys.items():
        need(len(found) == 1, f"{source}: {len(found)} session keys, expected 1")


def main():
    kizashi = sys.argv[1]
    for scenario, scale in (("quiet", "1"), ("mixed", "0.03"), ("backscatter", "0.1"), ("botnet", "0.1"),
                            ("outbreak", "0.02"), ("nicter-hour", "0.0003")):
        with tempfile.TemporaryDirectory() as folder:
            capture, truth, plan = (os.path.join(folder, name) for name in ("c.pcap", "truth", "plan.json"))
            subprocess.run([kizashi, "synth", scenario, "--rate-scale", scale, "-o", capture, "--truth", truth,
                            "--expected", plan, "--no-progress"], check=True)
            packets = list(packets_of(capture, truth))
            with open(plan, encoding="utf-8") as file:
                recount(packets, json.load(file))
        check_marks(packets)
        print(f"{scenario}: {len(packets)} packets sound, counted and marked")


main()
