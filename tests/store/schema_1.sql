-- The tables of version 1, as a store of that time has them.
create table if not exists packets (
  sensor UInt16,
  ts UInt64,
  src UInt32,
  dst UInt32,
  src_port UInt16,
  dst_port UInt16,
  protocol UInt8,
  tcp_flags UInt8,
  ttl UInt8,
  ip_length UInt16,
  wire_length UInt32,
  payload_length UInt16,
  attributes UInt16,
  ip_id_stored UInt16,
  seq_stored UInt32,
  ack UInt32,
  window UInt16,
  options UInt32,
  mss UInt16,
  window_scale UInt8,
  derived UInt8,
  type UInt8,
  class UInt8,
  scanner UInt16,
  fingerprints UInt64,
  country FixedString(2),
  asn UInt32,
  seq UInt32 alias if(bitAnd(derived, 1) = 1, dst, seq_stored),
  ip_id UInt16 alias if(bitAnd(derived, 2) = 2, toUInt16(bitAnd(bitXor(bitXor(dst, bitShiftRight(dst, 16)),
    bitXor(bitXor(seq, bitShiftRight(seq, 16)), toUInt32(dst_port))), 65535)), ip_id_stored),
  source String alias IPv4NumToString(src),
  time DateTime alias toDateTime(intDiv(ts, 1000000))
) engine=MergeTree partition by toDate(toDateTime(intDiv(ts, 1000000)), 'UTC') order by (src, ts);
create table if not exists packets6 (
  sensor UInt16,
  ts UInt64,
  src FixedString(16),
  dst FixedString(16),
  src_port UInt16,
  dst_port UInt16,
  protocol UInt8,
  tcp_flags UInt8,
  ttl UInt8,
  ip_length UInt16,
  wire_length UInt32,
  payload_length UInt16,
  attributes UInt16,
  ip_id_stored UInt16,
  seq_stored UInt32,
  ack UInt32,
  window UInt16,
  options UInt32,
  mss UInt16,
  window_scale UInt8,
  derived UInt8,
  type UInt8,
  class UInt8,
  scanner UInt16,
  fingerprints UInt64,
  country FixedString(2),
  asn UInt32,
  seq UInt32 alias if(bitAnd(derived, 1) = 1, reinterpretAsUInt32(reverse(substring(dst, 13, 4))), seq_stored),
  ip_id UInt16 alias if(bitAnd(derived, 2) = 2, toUInt16(bitAnd(bitXor(bitXor(reinterpretAsUInt32(reverse(substring(dst, 13, 4))), bitShiftRight(reinterpretAsUInt32(reverse(substring(dst, 13, 4))), 16)),
    bitXor(bitXor(seq, bitShiftRight(seq, 16)), toUInt32(dst_port))), 65535)), ip_id_stored),
  source String alias IPv6NumToString(src),
  time DateTime alias toDateTime(intDiv(ts, 1000000))
) engine=MergeTree partition by toDate(toDateTime(intDiv(ts, 1000000)), 'UTC') order by (src, ts);
create table if not exists port_minute (
  minute UInt32,
  sensor UInt16,
  protocol UInt8,
  port UInt16,
  packets UInt64,
  bytes UInt64
) engine=SummingMergeTree partition by toDate(toDateTime(minute), 'UTC') order by (minute, sensor, protocol, port);
create table if not exists source_hour (
  hour UInt32,
  sensor UInt16,
  src UInt32,
  protocol UInt8,
  port UInt16,
  country FixedString(2),
  asn UInt32,
  packets UInt64,
  bytes UInt64
) engine=SummingMergeTree partition by toDate(toDateTime(hour), 'UTC')
  order by (src, hour, sensor, protocol, port, country, asn);
create table if not exists source6_hour (
  hour UInt32,
  sensor UInt16,
  src FixedString(16),
  protocol UInt8,
  port UInt16,
  country FixedString(2),
  asn UInt32,
  packets UInt64,
  bytes UInt64
) engine=SummingMergeTree partition by toDate(toDateTime(hour), 'UTC')
  order by (src, hour, sensor, protocol, port, country, asn);
create table if not exists port_hour (
  hour UInt32,
  sensor UInt16,
  protocol UInt8,
  port UInt16,
  packets AggregateFunction(sum, UInt64),
  bytes AggregateFunction(sum, UInt64),
  sources AggregateFunction(uniqCombined, UInt64)
) engine=AggregatingMergeTree partition by toDate(toDateTime(hour), 'UTC') order by (hour, sensor, protocol, port);
create table if not exists place_hour (
  hour UInt32,
  sensor UInt16,
  country FixedString(2),
  asn UInt32,
  packets AggregateFunction(sum, UInt64),
  bytes AggregateFunction(sum, UInt64),
  sources AggregateFunction(uniqCombined, UInt64)
) engine=AggregatingMergeTree partition by toDate(toDateTime(hour), 'UTC') order by (hour, sensor, country, asn);
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
create materialized view if not exists packets_to_port_minute to port_minute as
  select toUInt32(intDiv(ts, 60000000) * 60) as minute, sensor, protocol, dst_port as port, count() as packets,
    sum(wire_length) as bytes
  from packets group by minute, sensor, protocol, port;
create materialized view if not exists packets6_to_port_minute to port_minute as
  select toUInt32(intDiv(ts, 60000000) * 60) as minute, sensor, protocol, dst_port as port, count() as packets,
    sum(wire_length) as bytes
  from packets6 group by minute, sensor, protocol, port;
create materialized view if not exists packets_to_source_hour to source_hour as
  select toUInt32(intDiv(ts, 3600000000) * 3600) as hour, sensor, src, protocol, dst_port as port, country, asn,
    count() as packets, sum(wire_length) as bytes
  from packets group by hour, sensor, src, protocol, port, country, asn;
create materialized view if not exists packets6_to_source_hour to source6_hour as
  select toUInt32(intDiv(ts, 3600000000) * 3600) as hour, sensor, src, protocol, dst_port as port, country, asn,
    count() as packets, sum(wire_length) as bytes
  from packets6 group by hour, sensor, src, protocol, port, country, asn;
create materialized view if not exists source_hour_to_port_hour to port_hour as
  select hour, sensor, protocol, port, sumState(source_hour.packets) as packets, sumState(source_hour.bytes) as bytes, uniqCombinedState(toUInt64(src)) as sources
  from source_hour group by hour, sensor, protocol, port;
create materialized view if not exists source_hour_to_place_hour to place_hour as
  select hour, sensor, country, asn, sumState(source_hour.packets) as packets, sumState(source_hour.bytes) as bytes, uniqCombinedState(toUInt64(src)) as sources
  from source_hour group by hour, sensor, country, asn;
create materialized view if not exists source6_hour_to_port_hour to port_hour as
  select hour, sensor, protocol, port, sumState(source6_hour.packets) as packets, sumState(source6_hour.bytes) as bytes, uniqCombinedState(cityHash64(src)) as sources
  from source6_hour group by hour, sensor, protocol, port;
create materialized view if not exists source6_hour_to_place_hour to place_hour as
  select hour, sensor, country, asn, sumState(source6_hour.packets) as packets, sumState(source6_hour.bytes) as bytes, uniqCombinedState(cityHash64(src)) as sources
  from source6_hour group by hour, sensor, country, asn;
