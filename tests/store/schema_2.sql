-- What the findings of version 2 stood in, without clauses that depend on the engine.
create table if not exists windows (
  start UInt32,
  seconds UInt32,
  sensor UInt16,
  epoch UInt64,
  packets UInt64,
  bytes UInt64,
  sources UInt64,
  destinations UInt64,
  ports UInt32
) engine=ReplacingMergeTree(packets) partition by toDate(toDateTime(start), 'UTC') order by (start, sensor, epoch, seconds);

create table if not exists events (
  src FixedString(16),
  first UInt64,
  last UInt64,
  sensor UInt16,
  type UInt8,
  class UInt8,
  pattern UInt8,
  port UInt16,
  ports UInt32,
  packets UInt64,
  bytes UInt64,
  destinations UInt64,
  destinations_exact UInt8,
  fingerprints UInt64,
  tools UInt64,
  scanner UInt16,
  spoofable UInt8,
  ongoing UInt8,
  cut UInt8
) engine=ReplacingMergeTree(packets) partition by toDate(toDateTime(intDiv(first, 1000000)), 'UTC')
  order by (src, first, sensor, type, port, ports, class);

create table if not exists attacks (
  victim FixedString(16),
  prefix_length UInt8,
  first UInt64,
  last UInt64,
  sensor UInt16,
  victims UInt32,
  packets UInt64,
  bytes UInt64,
  most_per_minute UInt64,
  spoofed_sources UInt64,
  port_protocols Array(UInt8),
  port_numbers Array(UInt16),
  port_packets Array(UInt64),
  ports UInt32,
  ports_exact UInt8,
  synack UInt64,
  rst UInt64,
  icmp UInt64,
  udp UInt64,
  uniformity Float64,
  scaling UInt8,
  attack_rate Float64,
  ongoing UInt8,
  cut UInt8
) engine=ReplacingMergeTree(packets) partition by toDate(toDateTime(intDiv(first, 1000000)), 'UTC')
  order by (victim, prefix_length, first, sensor);

create table if not exists names (
  kind String,
  number UInt16,
  name String
) engine=MergeTree partition by tuple() order by (kind, number);

create table if not exists ledger (
  sensor UInt16,
  epoch UInt64,
  sequence UInt64,
  digest UInt64,
  packets UInt64,
  packets6 UInt64
) engine=MergeTree partition by tuple() order by (sensor, epoch, sequence);
