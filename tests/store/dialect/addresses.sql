-- How packet_search names addresses: as bytes of one literal, and as ranges.
create table seen (src UInt32, dst UInt32) engine=MergeTree order by src;
insert into seen values (1, 256), (16909060, 513), (4294967295, 770);
select src from seen where src in (select reinterpretAsUInt32(substring('\x04\x03\x02\x01ABC\0', number * 4 + 1, 4)) from numbers(2)) order by src, dst;
select src from seen where bitShiftRight(dst, 8) in (select reinterpretAsUInt32(substring('\x01\0\0\0\x03\0\0\0', number * 4 + 1, 4)) from numbers(2)) order by src;
select src from seen where ((src >= 1 and src <= 2) or (src >= 4294967295 and src <= 4294967295)) and 1 order by src;
create table seen6 (src FixedString(16)) engine=MergeTree order by src;
insert into seen6 select toFixedString(unhex('20010DB8000000000000000000000001'), 16);
insert into seen6 select toFixedString(unhex('20010DB80000000000000000000000FF'), 16);
select hex(src) from seen6 where src in (select toFixedString(substring('0123456789abcdef \x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\xff', number * 16 + 1, 16), 16) from numbers(2)) order by src;
select hex(src) from seen6 where ((src >= toFixedString(unhex('20010db8000000000000000000000000'), 16) and src <= toFixedString(unhex('20010db8000000000000000000000001'), 16))) order by src;
