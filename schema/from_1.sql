-- From tables of version 1 to those of today. Version 1 had no tuples, no days and no has_port, and rolled up from packets. What
-- follows from packets is made again, so that this may be interrupted anywhere and begun anew. [tables] stands for store.sql. Its IP
-- IDs of bit 1 of `derived` are folded from 32 bits.
drop table if exists packets_to_port_minute;
drop table if exists packets6_to_port_minute;
drop table if exists packets_to_source_hour;
drop table if exists packets6_to_source_hour;
drop table if exists tuples_to_port_minute;
drop table if exists tuples6_to_port_minute;
drop table if exists source_hour_to_port_hour;
drop table if exists source_hour_to_place_hour;
drop table if exists source_hour_to_port_day;
drop table if exists source_hour_to_place_day;
drop table if exists source_hour_to_source_day;
drop table if exists source6_hour_to_port_hour;
drop table if exists source6_hour_to_place_hour;
drop table if exists source6_hour_to_port_day;
drop table if exists source6_hour_to_place_day;
drop table if exists source6_hour_to_source6_day;
drop table if exists tuples_to_destination_day;
drop table if exists destination_day;
drop table if exists tuples;
drop table if exists tuples6;
drop table if exists port_minute;
drop table if exists port_hour;
drop table if exists port_day;
drop table if exists place_hour;
drop table if exists place_day;
drop table if exists source_hour;
drop table if exists source6_hour;
drop table if exists source_day;
drop table if exists source6_day;
alter table packets modify column ip_id UInt16 alias multiIf(bitAnd(derived, 4) = 4, toUInt16(bitAnd(bitXor(bitXor(dst, seq), toUInt32(dst_port)), 65535)),
  bitAnd(derived, 2) = 2, toUInt16(bitAnd(bitXor(bitXor(dst, bitShiftRight(dst, 16)), bitXor(bitXor(seq, bitShiftRight(seq, 16)), toUInt32(dst_port))), 65535)), ip_id_stored);
alter table packets6 modify column ip_id UInt16 alias multiIf(bitAnd(derived, 4) = 4, toUInt16(bitAnd(bitXor(bitXor(reinterpretAsUInt32(reverse(substring(dst, 13, 4))), seq), toUInt32(dst_port)), 65535)),
  bitAnd(derived, 2) = 2, toUInt16(bitAnd(bitXor(bitXor(reinterpretAsUInt32(reverse(substring(dst, 13, 4))), bitShiftRight(reinterpretAsUInt32(reverse(substring(dst, 13, 4))), 16)), bitXor(bitXor(seq, bitShiftRight(seq, 16)), toUInt32(dst_port))), 65535)), ip_id_stored);
[tables];
insert into tuples (sensor, minute, src, dst, src_port, dst_port, protocol, tcp_flags, ttl, ip_length, window, attributes, derived, type, class, scanner,
    fingerprints, country, asn, packets, bytes)
  select sensor, toUInt32(intDiv(ts, 60000000) * 60) as minute, src, dst, src_port, dst_port, protocol, tcp_flags, ttl, ip_length, window,
    attributes, derived, type, class, scanner, fingerprints, country, asn, count() as packets, sum(wire_length) as bytes
  from packets group by sensor, minute, src, dst, src_port, dst_port, protocol, tcp_flags, ttl, ip_length, window, attributes, derived, type, class,
    scanner, fingerprints, country, asn;
insert into tuples6 (sensor, minute, src, dst, src_port, dst_port, protocol, tcp_flags, ttl, ip_length, window, attributes, derived, type, class, scanner,
    fingerprints, country, asn, packets, bytes)
  select sensor, toUInt32(intDiv(ts, 60000000) * 60) as minute, src, dst, src_port, dst_port, protocol, tcp_flags, ttl, ip_length, window,
    attributes, derived, type, class, scanner, fingerprints, country, asn, count() as packets, sum(wire_length) as bytes
  from packets6 group by sensor, minute, src, dst, src_port, dst_port, protocol, tcp_flags, ttl, ip_length, window, attributes, derived, type, class,
    scanner, fingerprints, country, asn;
insert into source_hour (hour, sensor, src, protocol, port, has_port, country, asn, packets, bytes)
  select toUInt32(intDiv(minute, 3600) * 3600) as hour, sensor, src, protocol, dst_port as port,
    toUInt8(bitAnd(attributes, 128) != 0) as has_port, country, asn, sum(tuples.packets) as packets, sum(tuples.bytes) as bytes
  from tuples group by hour, sensor, src, protocol, port, has_port, country, asn;
insert into source6_hour (hour, sensor, src, protocol, port, has_port, country, asn, packets, bytes)
  select toUInt32(intDiv(minute, 3600) * 3600) as hour, sensor, src, protocol, dst_port as port,
    toUInt8(bitAnd(attributes, 128) != 0) as has_port, country, asn, sum(tuples6.packets) as packets, sum(tuples6.bytes) as bytes
  from tuples6 group by hour, sensor, src, protocol, port, has_port, country, asn;
