"""A tiny place table: an .mmdb by the MaxMind DB File Format Specification v2.0 and a .csv."""
import ipaddress

COUNTRIES = [("198.51.100.0/24", "JP"), ("203.0.113.0/25", "DE"), ("2001:db8:1::/48", "BR")]
SYSTEMS = """198.51.100.0,198.51.100.63,64496,"Example, Inc."
198.51.100.64,198.51.100.127,64497,Séarch
203.0.113.0,203.0.113.127,64498,A network whose name is much longer than the columns of a report can be
"""


def text(value):
    return bytes([0x40 | len(value)]) + value.encode() if len(value) < 29 else bytes([0x5D, len(value) - 29]) + value.encode()


def mmdb():
    nodes, data = [[None, None]], b""
    for prefix, country in COUNTRIES:
        network = ipaddress.ip_network(prefix)
        bits = format(int(network.network_address), "0128b")
        length = network.prefixlen + (96 if network.version == 4 else 0)
        at = 0
        for bit in map(int, bits[:length - 1]):
            if nodes[at][bit] is None:
                nodes.append([None, None])
                nodes[at][bit] = len(nodes) - 1
            at = nodes[at][bit]
        nodes[at][int(bits[length - 1])] = ("data", len(data))
        data += b"\xE1" + text("country_code") + text(country)
    tree = b""
    for node in nodes:
        for record in node:
            value = len(nodes) if record is None else record if isinstance(record, int) else len(nodes) + 16 + record[1]
            tree += value.to_bytes(3, "big")
    meta = b"\xE9" + text("node_count") + b"\xC2" + len(nodes).to_bytes(2, "big")
    meta += text("record_size") + b"\xA1\x18" + text("ip_version") + b"\xA1\x06"
    meta += text("database_type") + text("Test") + text("binary_format_major_version") + b"\xA1\x02"
    meta += text("binary_format_minor_version") + b"\xA1\x00" + text("languages") + b"\x00\x04"
    meta += text("description") + b"\xE0" + text("build_epoch") + b"\x04\x02" + (1_781_654_400).to_bytes(4, "big")
    return tree + bytes(16) + data + b"\xAB\xCD\xEFMaxMind.com" + meta
