-- The tables of a store, in the subset of SQL that ClickHouse 18.16 and today's understand alike. docs/store.md explains them.
-- In brackets: what an engine gets only when it can. [codec X]: CODEC(X). [kept]: the settings that make inserts durable and
-- store a block once. Statements end in semicolons.

-- One row for each packet, IPv4 and what is no IP.
create table if not exists packets (
  sensor UInt16 [codec ZSTD(1)],  -- who saw it: a number of `names`, kind sensor
  ts UInt64 [codec T64, ZSTD(1)],  -- microseconds since 1970 in UTC; 0: not known
  src UInt32 [codec ZSTD(1)],  -- IPv4 in host order; 0 for packets without IP
  dst UInt32 [codec T64, ZSTD(1)],  -- likewise
  src_port UInt16 [codec ZSTD(1)],  -- ICMP: type
  dst_port UInt16 [codec ZSTD(1)],  -- ICMP: code
  protocol UInt8 [codec ZSTD(1)],  -- IANA's number
  tcp_flags UInt8 [codec ZSTD(1)],
  ttl UInt8 [codec ZSTD(1)],  -- or hop limit
  ip_length UInt16 [codec ZSTD(1)],  -- as the header says
  wire_length UInt32 [codec ZSTD(1)],  -- bytes of the frame
  payload_length UInt16 [codec ZSTD(1)],  -- bytes behind the transport header
  attributes UInt16 [codec ZSTD(1)],  -- bits of `net::attribute`
  ip_id_stored UInt16 [codec ZSTD(1)],  -- 0 where `derived` has bit 2
  seq_stored UInt32 [codec ZSTD(1)],  -- 0 where `derived` has bit 0
  ack UInt32 [codec ZSTD(1)],
  window UInt16 [codec ZSTD(1)],
  options UInt32 [codec ZSTD(1)],  -- TCP options in their order, 4 bits each
  mss UInt16 [codec ZSTD(1)],  -- 0: not given
  window_scale UInt8 [codec ZSTD(1)],  -- 255: not given
  derived UInt8 [codec ZSTD(1)],  -- what follows from other columns: bit 0 seq (as Mirai has it), bit 2 ip_id (Masscan)
  type UInt8 [codec ZSTD(1)],  -- number of `recognise::packet_type`
  class UInt8 [codec ZSTD(1)],  -- number of `recognise::traffic_class`
  scanner UInt16 [codec ZSTD(1)],  -- a number of `names`, kind scanner; 0: none
  fingerprints UInt64 [codec T64, ZSTD(1)],  -- bit n - 1: number n of `names`, kind fingerprint
  country FixedString(2) [codec ZSTD(1)],  -- of the source: ISO 3166-1, -- when not known
  asn UInt32 [codec ZSTD(1)],  -- of the source; 0: not known
  seq UInt32 alias if(bitAnd(derived, 1) = 1, dst, seq_stored),
  ip_id UInt16 alias if(bitAnd(derived, 4) = 4, toUInt16(bitAnd(bitXor(bitXor(dst, seq), toUInt32(dst_port)), 65535)), ip_id_stored),
  source String alias IPv4NumToString(src),
  time DateTime alias toDateTime(intDiv(ts, 1000000))
) engine=MergeTree partition by toDate(toDateTime(intDiv(ts, 1000000)), 'UTC') order by (src, ts) [kept];

-- One row for each packet of IPv6.
create table if not exists packets6 (
  sensor UInt16 [codec ZSTD(1)],  -- who saw it: a number of `names`, kind sensor
  ts UInt64 [codec T64, ZSTD(1)],  -- microseconds since 1970 in UTC; 0: not known
  src FixedString(16) [codec ZSTD(1)],  -- IPv6 in network order
  dst FixedString(16) [codec ZSTD(1)],  -- likewise
  src_port UInt16 [codec ZSTD(1)],  -- ICMP: type
  dst_port UInt16 [codec ZSTD(1)],  -- ICMP: code
  protocol UInt8 [codec ZSTD(1)],  -- IANA's number
  tcp_flags UInt8 [codec ZSTD(1)],
  ttl UInt8 [codec ZSTD(1)],  -- or hop limit
  ip_length UInt16 [codec ZSTD(1)],  -- as the header says
  wire_length UInt32 [codec ZSTD(1)],  -- bytes of the frame
  payload_length UInt16 [codec ZSTD(1)],  -- bytes behind the transport header
  attributes UInt16 [codec ZSTD(1)],  -- bits of `net::attribute`
  ip_id_stored UInt16 [codec ZSTD(1)],  -- 0 where `derived` has bit 2
  seq_stored UInt32 [codec ZSTD(1)],  -- 0 where `derived` has bit 0
  ack UInt32 [codec ZSTD(1)],
  window UInt16 [codec ZSTD(1)],
  options UInt32 [codec ZSTD(1)],  -- TCP options in their order, 4 bits each
  mss UInt16 [codec ZSTD(1)],  -- 0: not given
  window_scale UInt8 [codec ZSTD(1)],  -- 255: not given
  derived UInt8 [codec ZSTD(1)],  -- what follows from other columns: bit 0 seq (as Mirai has it), bit 2 ip_id (Masscan)
  type UInt8 [codec ZSTD(1)],  -- number of `recognise::packet_type`
  class UInt8 [codec ZSTD(1)],  -- number of `recognise::traffic_class`
  scanner UInt16 [codec ZSTD(1)],  -- a number of `names`, kind scanner; 0: none
  fingerprints UInt64 [codec T64, ZSTD(1)],  -- bit n - 1: number n of `names`, kind fingerprint
  country FixedString(2) [codec ZSTD(1)],  -- of the source: ISO 3166-1, -- when not known
  asn UInt32 [codec ZSTD(1)],  -- of the source; 0: not known
  seq UInt32 alias if(bitAnd(derived, 1) = 1, reinterpretAsUInt32(reverse(substring(dst, 13, 4))), seq_stored),
  ip_id UInt16 alias if(bitAnd(derived, 4) = 4, toUInt16(bitAnd(bitXor(bitXor(reinterpretAsUInt32(reverse(substring(dst, 13, 4))), seq),
    toUInt32(dst_port)), 65535)), ip_id_stored),
  source String alias IPv6NumToString(src),
  time DateTime alias toDateTime(intDiv(ts, 1000000))
) engine=MergeTree partition by toDate(toDateTime(intDiv(ts, 1000000)), 'UTC') order by (src, ts) [kept];

-- Packets of IPv4 that are alike in all of these, by minute: FlowTuple's key and what was recognised. The others follow from it.
create table if not exists tuples (
  sensor UInt16 [codec ZSTD(1)],
  minute UInt32 [codec T64, ZSTD(1)],  -- seconds since 1970 at its begin; 0: not known
  src UInt32 [codec ZSTD(1)],
  dst UInt32 [codec T64, ZSTD(1)],
  src_port UInt16 [codec ZSTD(1)],  -- ICMP: type
  dst_port UInt16 [codec ZSTD(1)],  -- ICMP: code
  protocol UInt8 [codec ZSTD(1)],
  tcp_flags UInt8 [codec ZSTD(1)],
  ttl UInt8 [codec ZSTD(1)],
  ip_length UInt16 [codec ZSTD(1)],
  window UInt16 [codec ZSTD(1)],
  attributes UInt16 [codec ZSTD(1)],
  derived UInt8 [codec ZSTD(1)],
  type UInt8 [codec ZSTD(1)],
  class UInt8 [codec ZSTD(1)],
  scanner UInt16 [codec ZSTD(1)],
  fingerprints UInt64 [codec T64, ZSTD(1)],
  country FixedString(2) [codec ZSTD(1)],
  asn UInt32 [codec ZSTD(1)],
  packets UInt64 [codec T64, ZSTD(1)],
  bytes UInt64 [codec T64, ZSTD(1)],
  source String alias IPv4NumToString(src),
  time DateTime alias toDateTime(minute)
) engine=MergeTree partition by toDate(toDateTime(minute), 'UTC') order by (src, minute) [kept];

-- The same of IPv6.
create table if not exists tuples6 (
  sensor UInt16 [codec ZSTD(1)],
  minute UInt32 [codec T64, ZSTD(1)],  -- seconds since 1970 at its begin; 0: not known
  src FixedString(16) [codec ZSTD(1)],
  dst FixedString(16) [codec ZSTD(1)],
  src_port UInt16 [codec ZSTD(1)],  -- ICMP: type
  dst_port UInt16 [codec ZSTD(1)],  -- ICMP: code
  protocol UInt8 [codec ZSTD(1)],
  tcp_flags UInt8 [codec ZSTD(1)],
  ttl UInt8 [codec ZSTD(1)],
  ip_length UInt16 [codec ZSTD(1)],
  window UInt16 [codec ZSTD(1)],
  attributes UInt16 [codec ZSTD(1)],
  derived UInt8 [codec ZSTD(1)],
  type UInt8 [codec ZSTD(1)],
  class UInt8 [codec ZSTD(1)],
  scanner UInt16 [codec ZSTD(1)],
  fingerprints UInt64 [codec T64, ZSTD(1)],
  country FixedString(2) [codec ZSTD(1)],
  asn UInt32 [codec ZSTD(1)],
  packets UInt64 [codec T64, ZSTD(1)],
  bytes UInt64 [codec T64, ZSTD(1)],
  source String alias IPv6NumToString(src),
  time DateTime alias toDateTime(minute)
) engine=MergeTree partition by toDate(toDateTime(minute), 'UTC') order by (src, minute) [kept];

-- Packets by minute, protocol and port.
create table if not exists port_minute (
  minute UInt32 [codec ZSTD(1)],  -- seconds since 1970 at its begin
  sensor UInt16 [codec ZSTD(1)],
  protocol UInt8 [codec ZSTD(1)],
  port UInt16 [codec ZSTD(1)],  -- destination port; ICMP: code
  has_port UInt8 [codec ZSTD(1)],  -- 0: no port could be read, and `port` is 0
  packets UInt64 [codec T64, ZSTD(1)],
  bytes UInt64 [codec T64, ZSTD(1)]
) engine=SummingMergeTree partition by toDate(toDateTime(minute), 'UTC') order by (minute, sensor, protocol, port, has_port) [kept];

-- What each IPv4 source did by hour.
create table if not exists source_hour (
  hour UInt32 [codec ZSTD(1)],  -- seconds since 1970 at its begin
  sensor UInt16 [codec ZSTD(1)],
  src UInt32 [codec ZSTD(1)],
  protocol UInt8 [codec ZSTD(1)],
  port UInt16 [codec ZSTD(1)],
  has_port UInt8 [codec ZSTD(1)],  -- 0: no port could be read, and `port` is 0
  country FixedString(2) [codec ZSTD(1)],
  asn UInt32 [codec ZSTD(1)],
  packets UInt64 [codec T64, ZSTD(1)],
  bytes UInt64 [codec T64, ZSTD(1)]
) engine=SummingMergeTree partition by toDate(toDateTime(hour), 'UTC')
  order by (src, hour, sensor, protocol, port, has_port, country, asn) [kept];

-- What each IPv6 source did by hour.
create table if not exists source6_hour (
  hour UInt32 [codec ZSTD(1)],  -- seconds since 1970 at its begin
  sensor UInt16 [codec ZSTD(1)],
  src FixedString(16) [codec ZSTD(1)],
  protocol UInt8 [codec ZSTD(1)],
  port UInt16 [codec ZSTD(1)],
  has_port UInt8 [codec ZSTD(1)],  -- 0: no port could be read, and `port` is 0
  country FixedString(2) [codec ZSTD(1)],
  asn UInt32 [codec ZSTD(1)],
  packets UInt64 [codec T64, ZSTD(1)],
  bytes UInt64 [codec T64, ZSTD(1)]
) engine=SummingMergeTree partition by toDate(toDateTime(hour), 'UTC')
  order by (src, hour, sensor, protocol, port, has_port, country, asn) [kept];

-- Packets and different sources by hour and port. uniqCombined: within about 1 %, exact while few.
create table if not exists port_hour (
  hour UInt32 [codec ZSTD(1)],
  sensor UInt16 [codec ZSTD(1)],
  protocol UInt8 [codec ZSTD(1)],
  port UInt16 [codec ZSTD(1)],
  has_port UInt8,  -- 0: no port could be read, and `port` is 0
  packets AggregateFunction(sum, UInt64),
  bytes AggregateFunction(sum, UInt64),
  sources AggregateFunction(uniqCombined, UInt64)
) engine=AggregatingMergeTree partition by toDate(toDateTime(hour), 'UTC') order by (hour, sensor, protocol, port, has_port) [kept];

-- Packets and different sources by hour and country and AS of the sources. uniqCombined: within about 1 %, exact while few.
create table if not exists place_hour (
  hour UInt32 [codec ZSTD(1)],
  sensor UInt16 [codec ZSTD(1)],
  country FixedString(2) [codec ZSTD(1)],
  asn UInt32 [codec ZSTD(1)],
  packets AggregateFunction(sum, UInt64),
  bytes AggregateFunction(sum, UInt64),
  sources AggregateFunction(uniqCombined, UInt64)
) engine=AggregatingMergeTree partition by toDate(toDateTime(hour), 'UTC') order by (hour, sensor, country, asn) [kept];

-- Each IPv4 source by day.
create table if not exists source_day (
  day UInt32 [codec ZSTD(1)],  -- seconds since 1970 at its begin
  sensor UInt16 [codec ZSTD(1)],
  src UInt32 [codec Delta(4), ZSTD(1)],
  country FixedString(2) [codec ZSTD(1)],
  asn UInt32 [codec ZSTD(1)],
  packets UInt64 [codec T64, ZSTD(1)],
  bytes UInt64 [codec T64, ZSTD(1)]
) engine=SummingMergeTree partition by toDate(toDateTime(day), 'UTC') order by (src, day, sensor, country, asn) [kept];

-- Each IPv6 source by day.
create table if not exists source6_day (
  day UInt32 [codec ZSTD(1)],
  sensor UInt16 [codec ZSTD(1)],
  src FixedString(16) [codec ZSTD(1)],
  country FixedString(2) [codec ZSTD(1)],
  asn UInt32 [codec ZSTD(1)],
  packets UInt64 [codec T64, ZSTD(1)],
  bytes UInt64 [codec T64, ZSTD(1)]
) engine=SummingMergeTree partition by toDate(toDateTime(day), 'UTC') order by (src, day, sensor, country, asn) [kept];

-- Where IPv4 packets went by day, in blocks of 256 addresses: what need not be searched for a destination.
create table if not exists destination_day (
  day UInt32 [codec ZSTD(1)],
  sensor UInt16 [codec ZSTD(1)],
  block UInt32 [codec Delta(4), ZSTD(1)],  -- dst / 256
  packets UInt64 [codec T64, ZSTD(1)],
  bytes UInt64 [codec T64, ZSTD(1)]
) engine=SummingMergeTree partition by toDate(toDateTime(day), 'UTC') order by (block, day, sensor) [kept];

-- port_hour by day.
create table if not exists port_day (
  day UInt32 [codec ZSTD(1)],
  sensor UInt16 [codec ZSTD(1)],
  protocol UInt8 [codec ZSTD(1)],
  port UInt16 [codec ZSTD(1)],
  has_port UInt8 [codec ZSTD(1)],
  packets AggregateFunction(sum, UInt64),
  bytes AggregateFunction(sum, UInt64),
  sources AggregateFunction(uniqCombined, UInt64)
) engine=AggregatingMergeTree partition by toDate(toDateTime(day), 'UTC')
  order by (day, sensor, protocol, port, has_port) [kept];

-- place_hour by day.
create table if not exists place_day (
  day UInt32 [codec ZSTD(1)],
  sensor UInt16 [codec ZSTD(1)],
  country FixedString(2) [codec ZSTD(1)],
  asn UInt32 [codec ZSTD(1)],
  packets AggregateFunction(sum, UInt64),
  bytes AggregateFunction(sum, UInt64),
  sources AggregateFunction(uniqCombined, UInt64)
) engine=AggregatingMergeTree partition by toDate(toDateTime(day), 'UTC') order by (day, sensor, country, asn) [kept];

-- Packets and different sources by hour and what was recognised: tools, class, known scanner.
create table if not exists tag_hour (
  hour UInt32 [codec ZSTD(1)],
  sensor UInt16 [codec ZSTD(1)],
  type UInt8 [codec ZSTD(1)],
  class UInt8 [codec ZSTD(1)],
  scanner UInt16 [codec ZSTD(1)],
  fingerprints UInt64 [codec T64, ZSTD(1)],
  packets AggregateFunction(sum, UInt64),
  bytes AggregateFunction(sum, UInt64),
  sources AggregateFunction(uniqCombined, UInt64)
) engine=AggregatingMergeTree partition by toDate(toDateTime(hour), 'UTC')
  order by (hour, sensor, type, class, scanner, fingerprints) [kept];

-- tag_hour by day.
create table if not exists tag_day (
  day UInt32 [codec ZSTD(1)],
  sensor UInt16 [codec ZSTD(1)],
  type UInt8 [codec ZSTD(1)],
  class UInt8 [codec ZSTD(1)],
  scanner UInt16 [codec ZSTD(1)],
  fingerprints UInt64 [codec T64, ZSTD(1)],
  packets AggregateFunction(sum, UInt64),
  bytes AggregateFunction(sum, UInt64),
  sources AggregateFunction(uniqCombined, UInt64)
) engine=AggregatingMergeTree partition by toDate(toDateTime(day), 'UTC')
  order by (day, sensor, type, class, scanner, fingerprints) [kept];

-- What `kizashi read` counted by window. A stream that is read again and goes further replaces its rows: ask with `final`.
-- Rows of an older generation of the same stream are taken away; `final` leaves them out until then.
create table if not exists windows (
  start UInt32 [codec ZSTD(1)],  -- seconds since 1970
  seconds UInt32 [codec ZSTD(1)],  -- its length
  sensor UInt16 [codec ZSTD(1)],
  epoch UInt64 [codec T64, ZSTD(1)],  -- which stream: see `ledger`
  generation UInt64 [codec T64, ZSTD(1)],  -- see `readings`
  packets UInt64 [codec T64, ZSTD(1)],
  bytes UInt64 [codec T64, ZSTD(1)],
  sources UInt64 [codec T64, ZSTD(1)],  -- different ones, exact
  destinations UInt64 [codec T64, ZSTD(1)],  -- likewise
  ports UInt32 [codec ZSTD(1)]  -- different (protocol, port)
) engine=ReplacingMergeTree(generation) partition by toDate(toDateTime(start), 'UTC') order by (start, sensor, epoch, seconds) [kept];

-- Scan events (docs/events.md). Those of a stream are replaced when it is read further: ask with `final`.
create table if not exists events (
  src FixedString(16) [codec ZSTD(1)],  -- IPv6 in network order; IPv4 as ::ffff:a.b.c.d (RFC 4291)
  first UInt64 [codec T64, ZSTD(1)],  -- microseconds since 1970
  last UInt64 [codec T64, ZSTD(1)],
  sensor UInt16 [codec ZSTD(1)],
  epoch UInt64 [codec T64, ZSTD(1)],  -- which stream: see `ledger`; 0: stored by an older Kizashi that did not say
  generation UInt64 [codec T64, ZSTD(1)],  -- see `readings`
  type UInt8 [codec ZSTD(1)],  -- of its packets: a number of `names`, kind type
  class UInt8 [codec ZSTD(1)],  -- kind class
  pattern UInt8 [codec ZSTD(1)],  -- kind pattern
  port UInt16 [codec ZSTD(1)],  -- 0 when there are several
  ports UInt32 [codec ZSTD(1)],  -- how many
  packets UInt64 [codec T64, ZSTD(1)],
  bytes UInt64 [codec T64, ZSTD(1)],
  destinations UInt64 [codec T64, ZSTD(1)],  -- different ones
  destinations_exact UInt8 [codec ZSTD(1)],
  fingerprints UInt64 [codec T64, ZSTD(1)],  -- of any packet: bit n - 1 is number n of `names`, kind fingerprint
  tools UInt64 [codec T64, ZSTD(1)],  -- verdicts, likewise
  scanner UInt16 [codec ZSTD(1)],  -- a number of `names`, kind scanner; 0: none
  spoofable UInt8 [codec ZSTD(1)],
  ongoing UInt8 [codec ZSTD(1)],  -- the stream ended before the event did
  cut UInt8 [codec ZSTD(1)]  -- closed early because memory was short
) engine=ReplacingMergeTree(generation) partition by toDate(toDateTime(intDiv(first, 1000000)), 'UTC')
  order by (src, first, sensor, type, port, ports, class) [kept];

-- Victims of denial of service, by their backscatter (docs/dos.md). Replaced likewise: ask with `final`.
create table if not exists attacks (
  victim FixedString(16) [codec ZSTD(1)],  -- as events.src
  prefix_length UInt8 [codec ZSTD(1)],  -- 128: one address; 120: an IPv4 /24
  first UInt64 [codec T64, ZSTD(1)],  -- microseconds since 1970
  last UInt64 [codec T64, ZSTD(1)],
  sensor UInt16 [codec ZSTD(1)],
  epoch UInt64 [codec T64, ZSTD(1)],  -- which stream: see `ledger`; 0 as in events
  generation UInt64 [codec T64, ZSTD(1)],  -- see `readings`
  victims UInt32 [codec ZSTD(1)],  -- different addresses that answered
  packets UInt64 [codec T64, ZSTD(1)],
  bytes UInt64 [codec T64, ZSTD(1)],
  most_per_minute UInt64 [codec T64, ZSTD(1)],
  spoofed_sources UInt64 [codec T64, ZSTD(1)],
  port_protocols Array(UInt8),  -- the busiest attacked services: IANA's numbers
  port_numbers Array(UInt16),  -- and their ports
  port_packets Array(UInt64),  -- and their packets
  ports UInt32 [codec ZSTD(1)],  -- how many there were
  ports_exact UInt8 [codec ZSTD(1)],
  synack UInt64 [codec T64, ZSTD(1)],  -- packets by kind of answer
  rst UInt64 [codec T64, ZSTD(1)],
  icmp UInt64 [codec T64, ZSTD(1)],
  udp UInt64 [codec T64, ZSTD(1)],
  uniformity Float64 [codec ZSTD(1)],  -- p-value; 0 when not tested
  scaling UInt8 [codec ZSTD(1)],  -- a number of `names`, kind scaling
  attack_rate Float64 [codec ZSTD(1)],  -- packets/s, estimated; 0 unless `scaling` is done
  ongoing UInt8 [codec ZSTD(1)],
  cut UInt8 [codec ZSTD(1)]
) engine=ReplacingMergeTree(generation) partition by toDate(toDateTime(intDiv(first, 1000000)), 'UTC')
  order by (victim, prefix_length, first, sensor) [kept];

-- Findings of the engines (docs/engines/README.md). News of a finding have its id and replace it: ask with `final`.
create table if not exists findings (
  id UInt64 [codec ZSTD(1)],  -- as text 16 hexadecimal digits: lower(hex(id))
  number UInt64 [codec T64, ZSTD(1)],  -- in the order in which they were told; of equal ids the highest stays
  first UInt64 [codec T64, ZSTD(1)],  -- microseconds since 1970: the begin of its first interval
  last UInt64 [codec T64, ZSTD(1)],  -- the end of its last
  engine String [codec ZSTD(1)],
  engine_version UInt32 [codec ZSTD(1)],
  sensor String [codec ZSTD(1)],  -- its name; empty: of several, see `sensors`
  kind String [codec ZSTD(1)],
  level UInt8 [codec ZSTD(1)],  -- 0 note to 4 critical: a number of `names`, kind level
  service_protocols Array(UInt8) [codec ZSTD(1)],  -- what it is about: IANA's numbers
  service_ports Array(UInt16) [codec ZSTD(1)],  -- and their ports; of ICMP type * 256 + code
  source_count UInt64 [codec T64, ZSTD(1)],
  sources Array(FixedString(16)) [codec ZSTD(1)],  -- as events.src, ascending; the first 1,000
  score Float64 [codec ZSTD(1)],
  threshold Float64 [codec ZSTD(1)],
  confidence Float64 [codec ZSTD(1)],  -- 0 to 1
  evidence_names Array(String) [codec ZSTD(1)],
  evidence_numbers Array(Float64) [codec ZSTD(1)],  -- 0 where it is in words
  evidence_words Array(String) [codec ZSTD(1)],
  evidence_in_words Array(UInt8) [codec ZSTD(1)],
  series_names Array(String) [codec ZSTD(1)],
  series_starts Array(UInt64) [codec ZSTD(1)],  -- microseconds since 1970
  series_steps Array(UInt64) [codec ZSTD(1)],  -- microseconds
  series_lengths Array(UInt32) [codec ZSTD(1)],  -- how many of `series_values` each has
  series_values Array(Float64) [codec ZSTD(1)],  -- one series behind the other
  engines Array(String) [codec ZSTD(1)],  -- of a joint finding: those that agree
  sensors Array(String) [codec ZSTD(1)],  -- likewise
  reason String [codec ZSTD(1)]
) engine=ReplacingMergeTree(number) partition by toDate(toDateTime(intDiv(first, 1000000)), 'UTC') order by (first, id) [kept];

-- What numbers of other tables stand for, and the version of these tables (kind schema).
create table if not exists names (
  kind String,
  number UInt16,
  name String
) engine=MergeTree partition by tuple() order by (kind, number) [kept];

-- Which blocks are in: docs/store.md, "Once".
create table if not exists ledger (
  sensor UInt16,
  epoch UInt64,
  sequence UInt64,
  digest UInt64,
  packets UInt64,  -- rows in packets
  packets6 UInt64
) engine=MergeTree partition by tuple() order by (sensor, epoch, sequence) [kept];

-- How far streams were read when their observations were stored (`windows`, `events`, `attacks`): those of a stream that are true have the
-- newest generation with a `state` of 1 or 2.
create table if not exists readings (
  sensor UInt16,
  epoch UInt64,
  generation UInt64,
  packets UInt64,  -- of the stream, from its begin
  digest UInt64,  -- of the observations
  state UInt8  -- 0: they are being written; 1: all are there; 2: and those of other generations are gone
) engine=MergeTree partition by tuple() order by (sensor, epoch, generation, state) [kept];

-- What follows from others. A view follows from a table that is written itself: the oldest engine does not go on from view to
-- view. So `source_hour` is written with the tuples.
create materialized view if not exists tuples_to_port_minute to port_minute as
  select minute, sensor, protocol, dst_port as port, toUInt8(bitAnd(attributes, 128) != 0) as has_port,
    sum(tuples.packets) as packets, sum(tuples.bytes) as bytes
  from tuples group by minute, sensor, protocol, port, has_port;

create materialized view if not exists tuples6_to_port_minute to port_minute as
  select minute, sensor, protocol, dst_port as port, toUInt8(bitAnd(attributes, 128) != 0) as has_port,
    sum(tuples6.packets) as packets, sum(tuples6.bytes) as bytes
  from tuples6 group by minute, sensor, protocol, port, has_port;

create materialized view if not exists tuples_to_destination_day to destination_day as
  select toUInt32(intDiv(minute, 86400) * 86400) as day, sensor, bitShiftRight(dst, 8) as block,
    sum(tuples.packets) as packets, sum(tuples.bytes) as bytes
  from tuples group by day, sensor, block;

create materialized view if not exists tuples_to_tag_hour to tag_hour as
  select toUInt32(intDiv(minute, 3600) * 3600) as hour, sensor, type, class, scanner, fingerprints, sumState(tuples.packets) as packets,
    sumState(tuples.bytes) as bytes, uniqCombinedState(toUInt64(src)) as sources
  from tuples group by hour, sensor, type, class, scanner, fingerprints;

create materialized view if not exists tuples_to_tag_day to tag_day as
  select toUInt32(intDiv(minute, 86400) * 86400) as day, sensor, type, class, scanner, fingerprints, sumState(tuples.packets) as packets,
    sumState(tuples.bytes) as bytes, uniqCombinedState(toUInt64(src)) as sources
  from tuples group by day, sensor, type, class, scanner, fingerprints;

create materialized view if not exists tuples6_to_tag_hour to tag_hour as
  select toUInt32(intDiv(minute, 3600) * 3600) as hour, sensor, type, class, scanner, fingerprints, sumState(tuples6.packets) as packets,
    sumState(tuples6.bytes) as bytes, uniqCombinedState(cityHash64(src)) as sources
  from tuples6 group by hour, sensor, type, class, scanner, fingerprints;

create materialized view if not exists tuples6_to_tag_day to tag_day as
  select toUInt32(intDiv(minute, 86400) * 86400) as day, sensor, type, class, scanner, fingerprints, sumState(tuples6.packets) as packets,
    sumState(tuples6.bytes) as bytes, uniqCombinedState(cityHash64(src)) as sources
  from tuples6 group by day, sensor, type, class, scanner, fingerprints;

create materialized view if not exists source_hour_to_port_hour to port_hour as
  select hour, sensor, protocol, port, has_port, sumState(source_hour.packets) as packets, sumState(source_hour.bytes) as bytes,
    uniqCombinedState(toUInt64(src)) as sources
  from source_hour group by hour, sensor, protocol, port, has_port;

create materialized view if not exists source_hour_to_port_day to port_day as
  select toUInt32(intDiv(hour, 86400) * 86400) as day, sensor, protocol, port, has_port, sumState(source_hour.packets) as packets, sumState(source_hour.bytes) as bytes,
    uniqCombinedState(toUInt64(src)) as sources
  from source_hour group by day, sensor, protocol, port, has_port;

create materialized view if not exists source_hour_to_place_hour to place_hour as
  select hour, sensor, country, asn, sumState(source_hour.packets) as packets, sumState(source_hour.bytes) as bytes,
    uniqCombinedState(toUInt64(src)) as sources
  from source_hour group by hour, sensor, country, asn;

create materialized view if not exists source_hour_to_place_day to place_day as
  select toUInt32(intDiv(hour, 86400) * 86400) as day, sensor, country, asn, sumState(source_hour.packets) as packets, sumState(source_hour.bytes) as bytes,
    uniqCombinedState(toUInt64(src)) as sources
  from source_hour group by day, sensor, country, asn;

create materialized view if not exists source_hour_to_source_day to source_day as
  select toUInt32(intDiv(hour, 86400) * 86400) as day, sensor, src, country, asn, sum(source_hour.packets) as packets, sum(source_hour.bytes) as bytes
  from source_hour group by day, sensor, src, country, asn;

create materialized view if not exists source6_hour_to_port_hour to port_hour as
  select hour, sensor, protocol, port, has_port, sumState(source6_hour.packets) as packets, sumState(source6_hour.bytes) as bytes,
    uniqCombinedState(cityHash64(src)) as sources
  from source6_hour group by hour, sensor, protocol, port, has_port;

create materialized view if not exists source6_hour_to_port_day to port_day as
  select toUInt32(intDiv(hour, 86400) * 86400) as day, sensor, protocol, port, has_port, sumState(source6_hour.packets) as packets, sumState(source6_hour.bytes) as bytes,
    uniqCombinedState(cityHash64(src)) as sources
  from source6_hour group by day, sensor, protocol, port, has_port;

create materialized view if not exists source6_hour_to_place_hour to place_hour as
  select hour, sensor, country, asn, sumState(source6_hour.packets) as packets, sumState(source6_hour.bytes) as bytes,
    uniqCombinedState(cityHash64(src)) as sources
  from source6_hour group by hour, sensor, country, asn;

create materialized view if not exists source6_hour_to_place_day to place_day as
  select toUInt32(intDiv(hour, 86400) * 86400) as day, sensor, country, asn, sumState(source6_hour.packets) as packets, sumState(source6_hour.bytes) as bytes,
    uniqCombinedState(cityHash64(src)) as sources
  from source6_hour group by day, sensor, country, asn;

create materialized view if not exists source6_hour_to_source6_day to source6_day as
  select toUInt32(intDiv(hour, 86400) * 86400) as day, sensor, src, country, asn, sum(source6_hour.packets) as packets, sum(source6_hour.bytes) as bytes
  from source6_hour group by day, sensor, src, country, asn;
