"""Frames and captures for the tests, byte by byte. Addresses are those of documentation (RFC 5737, RFC 3849)."""
import ipaddress
import struct

START = 1_768_435_200  # 2026-01-15T00:00:00Z


def ethernet(payload, kind, vlan=None):
    head = bytes.fromhex("020000000001020000000002")
    if vlan is not None:
        head += struct.pack(">HH", 0x8100, vlan)
    return head + struct.pack(">H", kind) + payload


def ipv4(source, destination, protocol, payload, total=None, fragment=0, ip_id=1, ttl=64):
    length = 20 + len(payload) if total is None else total
    head = struct.pack(">BBHHHBBH4s4s", 0x45, 0, length, ip_id, fragment, ttl, protocol, 0,
                       ipaddress.IPv4Address(source).packed, ipaddress.IPv4Address(destination).packed)
    return ethernet(head + payload, 0x0800)


def ipv6(source, destination, protocol, payload):
    head = struct.pack(">IHBB16s16s", 0x60000000, len(payload), protocol, 64,
                       ipaddress.IPv6Address(source).packed, ipaddress.IPv6Address(destination).packed)
    return ethernet(head + payload, 0x86DD)


def tcp(port, flags, source_port=40000, words=5):
    return struct.pack(">HHIIBBHHH", source_port, port, 7, 0, words << 4, flags, 1024, 0, 0)


def udp(port, payload=b"", source_port=40000):
    return struct.pack(">HHHH", source_port, port, 8 + len(payload), 0) + payload


def icmp(kind, code, payload=bytes(4)):
    return struct.pack(">BBH", kind, code, 0) + payload


FIN, SYN, RST, PSH, ACK, URG = 1, 2, 4, 8, 16, 32


def pcap(records, link=1, nanoseconds=False):
    """`records`: (seconds since START, or None for no time; frame; captured bytes or None for all)."""
    out = struct.pack("<IHHiIII", 0xA1B23C4D if nanoseconds else 0xA1B2C3D4, 2, 4, 0, 0, 262144, link)
    for at, frame, *cut in records:
        kept = frame[:cut[0]] if cut else frame
        seconds, fraction = (0, 0) if at is None else divmod(round((START + at) * 10**9), 10**9)
        fraction //= 1 if nanoseconds else 1000
        out += struct.pack("<IIII", seconds, fraction, len(kept), len(frame)) + kept
    return out


def small_telescope():
    """One packet or a few of everything that a report tells apart, to 192.0.2.0/24 and 2001:db8:2::/48."""
    bot, scanner, victim, other = "198.51.100.7", "198.51.100.99", "203.0.113.80", "203.0.113.200"
    records = []
    for i in range(40):  # telnet bots: 40 packets, 2 sources, 40 destinations
        source = bot if i % 4 else other
        records.append((i * 6, ipv4(source, f"192.0.2.{i + 1}", 6, tcp(23, SYN))))
    for i in range(12):  # one scanner, one destination, many ports
        records.append((30 + i, ipv4(scanner, "192.0.2.9", 6, tcp(8000 + i, SYN))))
    for i in range(5):  # backscatter
        records.append((100 + i, ipv4(victim, f"192.0.2.{200 + i}", 6, tcp(50000 + i, SYN | ACK, 80))))
    records += [
        (120, ipv4(scanner, "192.0.2.10", 17, udp(53, b"q" * 20))),
        (121, ipv4(scanner, "192.0.2.11", 17, udp(1900, b"M-SEARCH"))),
        (122, ipv4(scanner, "192.0.2.11", 17, udp(1900, b"M-SEARCH"))),
        (130, ipv4(scanner, "192.0.2.12", 1, icmp(8, 0))),
        (131, ipv4(victim, "192.0.2.13", 1,
                   icmp(3, 3, bytes(4) + ipv4("192.0.2.13", victim, 17, udp(7))[14:]))),
        (140, ipv6("2001:db8:1::1", "2001:db8:2::5", 6, tcp(443, SYN))),
        (141, ipv6("2001:db8:1::1", "2001:db8:2::6", 58, icmp(128, 0))),
        (150, ethernet(bytes.fromhex("0001080006040001") + bytes(20), 0x0806)),
        (151, ethernet(bytes(46), 0x88CC)),
        (160, ipv4(bot, "192.0.2.20", 6, tcp(23, 0))),
        (161, ipv4(bot, "192.0.2.20", 6, tcp(23, FIN | PSH | URG))),
        (162, ipv4(bot, "192.0.2.20", 6, tcp(23, RST))),
        (163, ipv4(bot, "192.0.2.20", 6, tcp(23, FIN | ACK))),
        (164, ipv4(bot, "192.0.2.20", 6, tcp(23, ACK))),
        (165, ipv4(bot, "192.0.2.20", 6, tcp(23, PSH))),
        (170, ipv4(bot, "192.0.2.21", 17, udp(53, bytes(16)), fragment=0x2000)),
        (170.5, ipv4(bot, "192.0.2.21", 17, bytes(24), fragment=3)),
        (171, ipv4(bot, "192.0.2.22", 6, tcp(23, SYN), total=400)),
        (172, ipv4(bot, "192.0.2.23", 6, tcp(23, SYN)), 14 + 20 + 8),
        (173, ipv4(bot, "192.0.2.24", 47, bytes(8))),
        (174, ethernet(ipv4(bot, "192.0.2.25", 6, tcp(23, SYN))[14:], 0x0800, vlan=12)),
        (300, ipv4(other, "192.0.2.26", 6, tcp(23, SYN))),
        (299, ipv4(other, "192.0.2.27", 6, tcp(23, SYN))),
        (10, ipv4(other, "192.0.2.28", 6, tcp(23, SYN))),
        (None, ipv4(other, "192.0.2.29", 6, tcp(23, SYN))),
        (310, ipv4(other, "203.0.113.1", 6, tcp(23, SYN))),
    ]
    ordered = len(records) - 5  # those behind it come as they stand: out of order, late, without a time
    return pcap(sorted(records[:ordered], key=lambda record: record[0]) + records[ordered:])
