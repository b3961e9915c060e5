-- The kinds of tables, views and questions that the store is made of. Times are microseconds as numbers: DateTime64 is newer.
create table packets (ts UInt64, sensor UInt16, src UInt32, dst UInt32, dport UInt16, proto UInt8, len UInt16)
  engine=MergeTree partition by toDate(toDateTime(intDiv(ts, 1000000)), 'UTC') order by (src, ts);
create table port_minute (minute DateTime, sensor UInt16, proto UInt8, dport UInt16, packets UInt64, bytes UInt64)
  engine=SummingMergeTree partition by toYYYYMM(minute) order by (minute, sensor, proto, dport);
create materialized view port_minute_view to port_minute as
  select toStartOfMinute(toDateTime(intDiv(ts, 1000000))) as minute, sensor, proto, dport,
    count() as packets, sum(len) as bytes
  from packets group by minute, sensor, proto, dport;
create table port_hour (hour DateTime, dport UInt16, packets AggregateFunction(count), sources AggregateFunction(uniqExact, UInt32))
  engine=AggregatingMergeTree partition by toYYYYMM(hour) order by (hour, dport);
create materialized view port_hour_view to port_hour as
  select toStartOfHour(toDateTime(intDiv(ts, 1000000))) as hour, dport, countState() as packets, uniqExactState(src) as sources
  from packets group by hour, dport;
insert into packets select 1640995200000000 + number * 1000000, 1, toUInt32(number % 977), toUInt32(number), toUInt16(number % 13), 6, 40
  from numbers(100000);
insert into packets select 1640995200000000 + number * 1000000, 2, toUInt32(number % 977), toUInt32(number), toUInt16(number % 13), 17, 60
  from numbers(1000);
select count(), uniqExact(src), min(ts), max(ts) from packets;
select toDate(toDateTime(intDiv(ts, 1000000)), 'UTC') as day, dport, count() as n from packets
  group by day, dport order by day, n desc, dport limit 2 by day;
select sensor, proto, sum(packets) as p, sum(bytes) as b from port_minute group by sensor, proto order by sensor;
select hour, countMerge(packets) as p, uniqExactMerge(sources) as s from port_hour group by hour order by p desc, hour limit 2;
select IPv4NumToString(src) as source, count() as n, arraySlice(arraySort(groupUniqArray(dport)), 1, 4) as ports
  from packets group by src order by n desc, src limit 2;
select t1.src, t1.n, t2.label
  from (select src, count() as n from packets group by src) as t1
  any left join (select toUInt32(number) as src, concat('net', toString(number)) as label from numbers(5)) as t2 using src
  order by t1.src limit 2;
select count() from packets where src in (select toUInt32(number) from numbers(10));
alter table packets drop partition '2022-01-01';
select count() from packets;
select sum(packets) from port_minute;
