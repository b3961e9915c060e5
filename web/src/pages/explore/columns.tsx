// Columns of the three tables: packets, scan events, attacks. Each cell that means something filters by it.
import type { AttackRow, EventRow, Schemas } from '../../api/types';
import { countryName, short, timeOf, whole } from '../../language/format';
import { ClassMark } from '../../parts/class_mark';
import { asPath, countryPath, hostPath, servicePath } from '../../parts/entity';
import { shortTime } from '../../parts/short_time';
import type { Column } from '../../parts/table';
import { term } from '../../state/filter';
import { flagsText } from './facets';
import { say } from './words';

export type PacketRow = Schemas['packets']['rows'][number];

const mono = (text: string | null | undefined) => <span class="mono" title={(text ?? '').length > 15 ? (text ?? '') : undefined}>{text}</span>;
/** What may be cut says itself when pointed at. */
const titled = (text: string) => <span title={text}>{text}</span>;
const hasPorts = (each: { protocol: string }) => each.protocol === 'tcp' || each.protocol === 'udp';
/** To the millisecond, without the year; the whole time is its title. */
const micro = (text: string | null) =>
  text ? <span title={`${timeOf(text)} ${text}`}>{timeOf(text, { zone: false }).slice(5)}{text.slice(19, 23)}</span> : '–';
const hasPort = (each: EventRow) => each.type.startsWith('tcp') || each.type.startsWith('udp');

export function packetColumns(seesDestinations: boolean): Column<PacketRow>[] {
  return [
    { key: 'time', title: say('time'), value: (each) => each.time, cell: (each) => micro(each.time), width: '147px' },
    { key: 'source', title: say('source'), value: (each) => each.source, cell: (each) => mono(each.source), term: (each) => (each.source ? term('src', each.source) : null), link: (each) => (each.source ? hostPath(each.source) : null), width: 'minmax(130px, 1.1fr)' },
    ...(seesDestinations
      ? [{ key: 'destination', title: say('destination'), value: (each: PacketRow) => each.destination ?? null, cell: (each: PacketRow) => mono(each.destination), term: (each: PacketRow) => (each.destination ? term('dst', each.destination) : null), width: 'minmax(126px, 1fr)' }]
      : []),
    { key: 'protocol', title: say('protocol'), value: (each) => each.protocol, term: (each) => term('protocol', each.protocol), width: '66px' },
    { key: 'sport', title: say('source_port'), value: (each) => (hasPorts(each) ? each.source_port : null), term: (each) => (hasPorts(each) ? term('src.port', each.source_port) : null), isNumber: true, width: '68px' },
    { key: 'dport', title: say('port'), value: (each) => (hasPorts(each) ? each.destination_port : null), term: (each) => (hasPorts(each) ? term('dst.port', each.destination_port) : null), link: (each) => servicePath(each.destination_port, each.protocol), isNumber: true, width: '60px' },
    { key: 'flags', title: say('flags'), value: (each) => (each.protocol === 'tcp' ? each.tcp_flags : null), cell: (each) => (each.protocol === 'tcp' ? mono(flagsText(each.tcp_flags)) : ''), term: (each) => (each.protocol === 'tcp' ? `tcp.flags == ${each.tcp_flags}` : null), width: '56px' },
    { key: 'ttl', title: 'TTL', value: (each) => each.ttl, isNumber: true, width: '42px', term: (each) => term('ttl', each.ttl) },
    { key: 'length', title: say('length'), value: (each) => each.wire_length, isNumber: true, width: '56px' },
    { key: 'class', title: say('class'), value: (each) => each.class, cell: (each) => <ClassMark of={each.class} />, term: (each) => term('class', each.class), width: 'minmax(86px, 0.8fr)' },
    { key: 'tool', title: say('tool'), value: (each) => each.fingerprints.join(' ') || each.known_scanner, cell: (each) => titled(each.fingerprints.join(', ') || (each.known_scanner ?? '')), width: 'minmax(74px, 1fr)',
      term: (each) => (each.fingerprints[0] ? term('fingerprint', each.fingerprints[0]) : each.known_scanner ? term('scanner', each.known_scanner) : null) },
    { key: 'country', title: say('country'), value: (each) => each.country, cell: (each) => <span title={countryName(each.country)}>{each.country ?? '–'}</span>, term: (each) => term('country', each.country), link: (each) => (each.country ? countryPath(each.country) : null), width: '38px' },
    { key: 'as', title: 'AS', value: (each) => each.as, term: (each) => term('as', each.as), link: (each) => (each.as ? asPath(each.as) : null), isNumber: true, width: '66px' },
  ];
}

export const eventColumns = (): Column<EventRow>[] => [
  { key: 'last', title: say('last'), value: (each) => each.last, cell: (each) => shortTime(each.last), width: '118px' },
  { key: 'first', title: say('first'), value: (each) => each.first, cell: (each) => shortTime(each.first), width: '118px' },
  { key: 'source', title: say('source'), value: (each) => each.source, cell: (each) => mono(each.source), term: (each) => term('src', each.source), link: (each) => hostPath(each.source), width: 'minmax(128px, 1.2fr)' },
  { key: 'class', title: say('class'), value: (each) => each.class, cell: (each) => <ClassMark of={each.class} />, term: (each) => term('class', each.class), width: 'minmax(112px, 0.8fr)' },
  { key: 'pattern', title: say('pattern'), value: (each) => each.pattern, term: (each) => term('pattern', each.pattern), width: '84px' },
  { key: 'type', title: say('type'), value: (each) => each.type, term: (each) => term('type', each.type), width: 'minmax(70px, 0.7fr)' },
  { key: 'port', title: say('port'), value: (each) => each.port, cell: (each) => (each.port === null ? say('several', { count: short(each.ports) }) : hasPort(each) ? each.port : ''), term: (each) => (each.port === null || !hasPort(each) ? null : term('port', each.port)), link: (each) => servicePath(each.port, each.type.slice(0, 3)), isNumber: true, width: '76px' },
  { key: 'tool', title: say('tool'), value: (each) => each.tools.join(' ') || each.known_scanner, cell: (each) => titled(each.tools.join(', ') || (each.known_scanner ?? '')), width: 'minmax(84px, 1fr)',
    term: (each) => (each.tools[0] ? term('tool', each.tools[0]) : each.known_scanner ? term('scanner', each.known_scanner) : null) },
  { key: 'packets', title: say('packets'), value: (each) => each.packets, cell: (each) => whole(each.packets), isNumber: true, width: '78px' },
  { key: 'destinations', title: say('destinations'), value: (each) => each.destinations, cell: (each) => (each.destinations_exact ? '' : '≈ ') + whole(each.destinations), isNumber: true, width: '92px' },
];

export const attackColumns = (): Column<AttackRow>[] => [
  { key: 'last', title: say('last'), value: (each) => each.last, cell: (each) => shortTime(each.last), width: '118px' },
  { key: 'first', title: say('first'), value: (each) => each.first, cell: (each) => shortTime(each.first), width: '118px' },
  { key: 'victim', title: say('victim'), value: (each) => each.victim, cell: (each) => mono(each.victim), term: (each) => term('victim', each.victim), link: (each) => hostPath(each.victim), width: 'minmax(128px, 1fr)' },
  { key: 'ports', title: say('port'), value: (each) => each.ports[0]?.port ?? null, cell: (each) => each.ports.slice(0, 3).map((of) => `${of.port}/${of.protocol}`).join(', '), term: (each) => (each.ports[0] ? term('port', each.ports[0].port) : null), link: (each) => servicePath(each.ports[0]?.port, each.ports[0]?.protocol), width: 'minmax(90px, 1fr)' },
  { key: 'packets', title: say('packets'), value: (each) => each.packets, cell: (each) => whole(each.packets), isNumber: true, width: '80px' },
  { key: 'peak', title: say('peak'), value: (each) => each.most_per_minute, cell: (each) => whole(each.most_per_minute), isNumber: true, width: '92px' },
  { key: 'senders', title: say('senders'), value: (each) => each.spoofed_sources, cell: (each) => whole(each.spoofed_sources), isNumber: true, width: '112px' },
  { key: 'rate', title: say('rate'), value: (each) => each.attack_rate, cell: (each) => short(each.attack_rate), isNumber: true, width: '112px' },
];
