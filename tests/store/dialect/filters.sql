-- The conditions that a filter becomes (src/store/internal/filter_terms.cpp): ranges, sets by length, bits, lists, 16 bytes.
create table filtered (ts UInt64, src UInt32, dst UInt32, protocol UInt8, dst_port UInt16, ttl UInt8, window_scale UInt8, attributes UInt16,
  fingerprints UInt64, country FixedString(2), payload_length UInt16) engine=MergeTree order by (src, ts);
create table filtered6 (ts UInt64, src FixedString(16), protocol UInt8) engine=MergeTree order by (src, ts);
create table filtered_attacks (victim FixedString(16), first UInt64, sensor UInt16, generation UInt64, port_protocols Array(UInt8),
  port_numbers Array(UInt16), packets UInt64) engine=ReplacingMergeTree(generation) order by (victim, first, sensor);
insert into filtered select 1640995200000000 + number, toUInt32(3325256704 + number % 300), toUInt32(3221225984 + number), number % 3 = 0 ? 17 : 6,
  number % 30, number % 256, number % 256, number % 5 = 0 ? 2 : 128, number % 8, number % 2 = 0 ? 'JP' : '--', number % 7 from numbers(3000);
insert into filtered6 select number, toFixedString(unhex(concat('20010db8000000000000000000', number % 2 = 0 ? '00' : 'ff', '00', hex(toUInt8(number % 16)))), 16),
  58 from numbers(100);
insert into filtered_attacks values ('aaaaaaaaaaaaaaaa', 1, 1, 1, [6, 17], [80, 53], 5), ('bbbbbbbbbbbbbbbb', 1, 1, 1, [], [], 7);
insert into filtered_attacks values ('aaaaaaaaaaaaaaaa', 1, 1, 2, [6], [443], 9);
select count() from filtered where (src >= 3325256704 and src <= 3325256831);
select count() from filtered where ((src >= 3325256704 and src <= 3325257003)) and (bitShiftRight(src, 7) in (25978568) or bitShiftRight(src, 0) in (3325256900,3325256901));
select count() from filtered where bitShiftRight(src, 8) in (select reinterpretAsUInt32(substring('d3\xC6\0', number * 4 + 1, 4)) from numbers(1));
select count() from filtered where ((bitAnd(attributes, 2) = 0 and ((ttl >= 7 and ttl <= 9) or ttl in (1, 5))) or (bitAnd(attributes, 2) = 0 and (ttl >= 200)));
select count() from filtered where (bitAnd(attributes, 128) != 0 and protocol = 6 and window_scale <= 254 and (window_scale >= 234));
select count() from filtered where (not (((payload_length = 1)))) and country in ('--', 'US');
select count() from filtered where (bitAnd(fingerprints, 1) != 0 or fingerprints = 0) and not (src = 0 and protocol = 0);
select count() from filtered where 1 and (0 or (bitAnd(attributes, 128) != 0 and protocol in (6, 17) and (dst_port >= 20)));
select count() from filtered6 where (src >= toFixedString(unhex('20010db8000000000000000000ff0000'), 16) and src <= toFixedString(unhex('20010db8000000000000000000ff0007'), 16));
select packets from filtered_attacks final where arrayExists(x -> (x >= 440 and x <= 450), port_numbers) order by packets;
select packets from filtered_attacks final where not (notEmpty(port_numbers)) order by packets;
