// Scan events and attacks of a thing, as tables. Their columns are for other pages, too.
import type { AttackRow, EventRow } from '../../api/types';
import { useAsk } from '../../api/use_ask';
import { age, short, whole } from '../../language/format';
import { ClassMark } from '../../parts/class_mark';
import { hostPath, portPath } from '../../parts/entity';
import { shortTime } from '../../parts/short_time';
import { Panel } from '../../parts/panel';
import { Table, type Column } from '../../parts/table';
import { term } from '../../state/filter';
import { show } from '../../state/store';
import { rowsOf } from './data';
import type { Entity } from './terms';
import { say } from './words';

const mostRows = 500;
const secondsOf = (each: { first: string | null; last: string | null }): number =>
  each.first && each.last ? (Date.parse(each.last) - Date.parse(each.first)) / 1000 : 0;
/** "tcp-syn" is of TCP. */
const protocolOf = (type: string): string => (type.startsWith('udp') ? 'udp' : 'tcp');

export function eventColumns(of: { hasSource: boolean }): Column<EventRow>[] {
  const source: Column<EventRow> = {
    key: 'source', title: say('source'), value: (each) => each.source, term: (each) => term('src', each.source), link: (each) => hostPath(each.source),
    width: 'minmax(136px, 1fr)', cell: (each) => <span class="mono">{each.source}</span>,
  };
  return [
    { key: 'last', title: say('events.last'), value: (each) => each.last, cell: (each) => shortTime(each.last), width: '118px' },
    ...(of.hasSource ? [source] : []),
    { key: 'class', title: say('events.class'), value: (each) => each.class, cell: (each) => <ClassMark of={each.class} />, term: (each) => term('class', each.class), width: 'minmax(72px, 1fr)' },
    { key: 'pattern', title: say('events.pattern'), value: (each) => each.pattern, term: (each) => term('pattern', each.pattern), width: '82px' },
    { key: 'port', title: say('events.port'), value: (each) => each.port ?? 65536 + each.ports, width: '78px',
      cell: (each) => (each.port === null ? say('events.ports', { count: short(each.ports) }) : each.port),
      term: (each) => (each.port === null ? null : term('port', each.port)),
      link: (each) => (each.port === null || /icmp/.test(each.type) ? null : portPath(each.port, protocolOf(each.type))) },
    { key: 'tool', title: say('events.tool'), value: (each) => each.tools.join(' ') || each.known_scanner, cell: (each) => each.tools.join(', ') || (each.known_scanner ?? ''),
      term: (each) => (each.tools[0] ? term('tool', each.tools[0]) : null), width: 'minmax(54px, 1fr)' },
    { key: 'duration', title: say('events.duration'), value: secondsOf, cell: (each) => (secondsOf(each) < 1 ? '–' : age(secondsOf(each))), isNumber: true, width: '60px' },
    { key: 'destinations', title: say('events.destinations'), value: (each) => each.destinations, cell: (each) => `${each.destinations_exact ? '' : '≈ '}${whole(each.destinations)}`, isNumber: true, width: '74px' },
    { key: 'packets', title: say('packets'), value: (each) => each.packets, cell: (each) => whole(each.packets), isNumber: true, width: '70px' },
  ];
}

export function EventsPanel({ of, span }: { of: Entity; span: number }) {
  const events = useAsk('/api/v1/events', rowsOf(of.events, mostRows));
  const rows = events.data?.rows ?? [];
  return (
    <Panel title={say('events')} span={span} height={300} of={events} isEmpty={rows.length === 0} isBare
      note={events.data?.next ? say('newest-of-more', { shown: whole(rows.length) }) : whole(rows.length)}
      explain={{ method: say('events.method'), caveat: say('events.caveat'), source: 'docs/events.md' }}>
      <Table columns={eventColumns({ hasSource: of.kind !== 'host' })} rows={rows} {...(of.kind === 'host' ? {} : { onOpen: (row: EventRow) => show(`host:${row.source}`) })} />
    </Panel>
  );
}

export function AttacksPanel({ of, span }: { of: Entity; span: number }) {
  const attacks = useAsk('/api/v1/attacks', rowsOf(of.attacks, mostRows));
  const rows = attacks.data?.rows ?? [];
  const columns: Column<AttackRow>[] = [
    { key: 'first', title: say('attacks.first'), value: (each) => each.first, cell: (each) => shortTime(each.first), width: '118px' },
    { key: 'victim', title: say('attacks.victim'), value: (each) => each.victim, cell: (each) => <span class="mono">{each.victim}</span>, link: (each) => hostPath(each.victim), width: 'minmax(110px, 1fr)' },
    { key: 'rate', title: say('attacks.rate'), value: (each) => each.attack_rate, cell: (each) => short(each.attack_rate), isNumber: true, width: '70px' },
  ];
  return (
    <Panel title={say(of.kind === 'port' ? 'attacks.port' : 'attacks')} span={span} height={of.kind === 'host' ? 200 : 300} of={attacks} isBare isEmpty={rows.length === 0}
      note={rows.length > 0 ? whole(rows.length) : undefined}
      explain={{ method: say('attacks.method'), caveat: say('attacks.caveat'), source: 'docs/dos.md' }}>
      <Table columns={columns} rows={rows} onOpen={(row) => show(`host:${row.victim}`)} />
    </Panel>
  );
}
