-- From tables of version 3 to those of today. Version 3 did not count by what was recognised; it is made again, so that this may be
-- interrupted anywhere and begun anew. [tables] stands for store.sql.
drop table if exists tuples_to_tag_hour;
drop table if exists tuples_to_tag_day;
drop table if exists tuples6_to_tag_hour;
drop table if exists tuples6_to_tag_day;
drop table if exists tag_hour;
drop table if exists tag_day;
[tables];
insert into tag_hour (
    hour, sensor, type, class, scanner, fingerprints, packets, bytes, sources)
  select toUInt32(intDiv(minute, 3600) * 3600) as hour, sensor, type, class, scanner, fingerprints, sumState(tuples.packets) as packets,
    sumState(tuples.bytes) as bytes, uniqCombinedState(toUInt64(src)) as sources
  from tuples group by hour, sensor, type, class, scanner, fingerprints;
insert into tag_hour (
    hour, sensor, type, class, scanner, fingerprints, packets, bytes, sources)
  select toUInt32(intDiv(minute, 3600) * 3600) as hour, sensor, type, class, scanner, fingerprints, sumState(tuples6.packets) as packets,
    sumState(tuples6.bytes) as bytes, uniqCombinedState(cityHash64(src)) as sources
  from tuples6 group by hour, sensor, type, class, scanner, fingerprints;
insert into tag_day (
    day, sensor, type, class, scanner, fingerprints, packets, bytes, sources)
  select toUInt32(intDiv(minute, 86400) * 86400) as day, sensor, type, class, scanner, fingerprints, sumState(tuples.packets) as packets,
    sumState(tuples.bytes) as bytes, uniqCombinedState(toUInt64(src)) as sources
  from tuples group by day, sensor, type, class, scanner, fingerprints;
insert into tag_day (
    day, sensor, type, class, scanner, fingerprints, packets, bytes, sources)
  select toUInt32(intDiv(minute, 86400) * 86400) as day, sensor, type, class, scanner, fingerprints, sumState(tuples6.packets) as packets,
    sumState(tuples6.bytes) as bytes, uniqCombinedState(cityHash64(src)) as sources
  from tuples6 group by day, sensor, type, class, scanner, fingerprints;
