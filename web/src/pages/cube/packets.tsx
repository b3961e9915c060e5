// Marks of the picture as rows of a table.
import { countryName, timeOf } from '../../language/format';
import { classMarks } from '../../look/palette';
import { ClassMark } from '../../parts/class_mark';
import { countryPath, hostPath, servicePath } from '../../parts/entity';
import type { Column } from '../../parts/table';
import { term } from '../../state/filter';
import { countryOf, ipv4Text } from '../../stream/frames';
import type { Stage } from './stage';
import { say } from './words';

export interface PacketMark {
  time: number;
  source: string;
  sourcePort: number;
  destination: string | null;
  /** Null: it has none, as ICMP. */
  port: number | null;
  protocol: string;
  class: string;
  tool: number;
  country: string | null;
}

/** Rows of marks, the newest first. */
export function rowsOf({ player }: Stage, marks: readonly number[]): PacketMark[] {
  return marks
    .flatMap((at) => {
      const of = player.ring.packet(at);
      if (!of) return [];
      const { frame, seenAt, destinationAt } = of.batch;
      const i = of.i;
      return [{
        time: seenAt(i), source: ipv4Text(frame.source[i] ?? 0), sourcePort: frame.sourcePort[i] ?? 0, destination: destinationAt(i),
        ...portOf(frame.protocol[i] ?? 0, frame.destinationPort[i] ?? 0), class: classMarks[frame.class[i] ?? 7]?.name ?? 'other', tool: frame.tool[i] ?? 0,
        country: countryOf(frame.country[i] ?? 0),
      }];
    })
    .sort((a, b) => b.time - a.time);
}

const names: Readonly<Record<number, string>> = { 1: 'icmp', 6: 'tcp', 17: 'udp' };
const portOf = (protocol: number, port: number) => ({ protocol: names[protocol] ?? String(protocol), port: protocol === 6 || protocol === 17 ? port : null });
/** "3389", or "icmp" where there are no ports; and the condition for it. */
export const portName = (each: PacketMark): string => (each.port === null ? each.protocol : String(each.port));
export const portTerm = (name: string): string => (/^\d+$/.test(name) ? term('dst.port', Number(name)) : term('protocol', name));

export const packetColumns = (tools: ReadonlyMap<number, string>): Column<PacketMark>[] => [
  { key: 'time', title: say('time'), value: (each) => each.time, cell: (each) => timeOf(new Date(each.time).toISOString(), { zone: false }), width: '140px' },
  sourceColumn(),
  { key: 'sourcePort', title: say('source.port'), value: (each) => each.sourcePort, term: (each) => term('src.port', each.sourcePort), isNumber: true, width: '84px' },
  { key: 'destination', title: say('destination'), value: (each) => each.destination, cell: (each) => <span class="mono">{each.destination ?? '–'}</span> },
  portColumn(),
  { key: 'class', title: say('color.class'), value: (each) => each.class, cell: (each) => <ClassMark of={each.class} />, term: (each) => term('class', each.class) },
  { key: 'tool', title: say('color.tool'), value: (each) => tools.get(each.tool) ?? null, cell: (each) => tools.get(each.tool) ?? '',
    term: (each) => (each.tool === 0 ? null : term('fingerprint', tools.get(each.tool) ?? null)) },
  { key: 'country', title: say('country'), value: (each) => each.country, cell: (each) => countryName(each.country), term: (each) => term('country', each.country), link: (each) => (each.country ? countryPath(each.country) : null) },
];

export const shortColumns = (): Column<PacketMark>[] => [
  { ...sourceColumn(), width: 'minmax(0, 1fr)' },
  portColumn(),
  { key: 'class', title: '', value: (each) => each.class, cell: (each) => <ClassMark of={each.class} isShort />, term: (each) => term('class', each.class), width: '30px' },
];

const sourceColumn = (): Column<PacketMark> => ({
  key: 'source', title: say('source'), value: (each) => each.source, cell: (each) => <span class="mono">{each.source}</span>, term: (each) => term('src', each.source), link: (each) => hostPath(each.source),
});
const portColumn = (): Column<PacketMark> => ({
  key: 'port', title: say('label.port'), value: (each) => each.port, cell: portName, term: (each) => portTerm(portName(each)), link: (each) => servicePath(each.port, each.protocol), isNumber: true, width: '70px',
});

export interface Counted {
  name: string;
  count: number;
}
/** The most frequent of something among rows. */
export function most(rows: readonly PacketMark[], of: (each: PacketMark) => string, top: number): Counted[] {
  const counts = new Map<string, number>();
  for (const each of rows) counts.set(of(each), (counts.get(of(each)) ?? 0) + 1);
  return [...counts].map(([name, count]) => ({ name, count })).sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1)).slice(0, top);
}

