-- From tables of version 2 to those of today. The findings of version 2 did not say of which stream and generation they are. Where a
-- sensor has one stream, they are of that one, and go when it is read further. [tables] stands for store.sql, [table T as U] for its
-- table T by the name U. May be interrupted anywhere and begun anew: nobody writes before the version is there.
[tables];
drop table if exists windows_3;
[table windows as windows_3];
insert into windows_3 (start, seconds, sensor, epoch, packets, bytes, sources, destinations, ports)
  select start, seconds, sensor, epoch, packets, bytes, sources, destinations, ports
  from windows final;
exchange tables windows_3 and windows;
drop table windows_3;
drop table if exists events_3;
[table events as events_3];
insert into events_3 (src, first, last, sensor, type, class, pattern, port, ports, packets, bytes, destinations, destinations_exact,
    fingerprints, tools, scanner, spoofable, ongoing, cut, epoch)
  select src, first, last, sensor, type, class, pattern, port, ports, packets, bytes, destinations, destinations_exact,
    fingerprints, tools, scanner, spoofable, ongoing, cut, streams.stream
  from events final any left join (select sensor, any(epoch) as stream from ledger group by sensor having uniqExact(epoch) = 1) as streams
  using sensor;
exchange tables events_3 and events;
drop table events_3;
drop table if exists attacks_3;
[table attacks as attacks_3];
insert into attacks_3 (victim, prefix_length, first, last, sensor, victims, packets, bytes, most_per_minute, spoofed_sources,
    port_protocols, port_numbers, port_packets, ports, ports_exact, synack, rst, icmp, udp, uniformity, scaling,
    attack_rate, ongoing, cut, epoch)
  select victim, prefix_length, first, last, sensor, victims, packets, bytes, most_per_minute, spoofed_sources,
    port_protocols, port_numbers, port_packets, ports, ports_exact, synack, rst, icmp, udp, uniformity, scaling,
    attack_rate, ongoing, cut, streams.stream
  from attacks final any left join (select sensor, any(epoch) as stream from ledger group by sensor having uniqExact(epoch) = 1) as streams
  using sensor;
exchange tables attacks_3 and attacks;
drop table attacks_3;
insert into readings (sensor, epoch, generation, packets, digest, state)
  select distinct sensor, epoch, 0, 0, 0, 0 from ledger;
