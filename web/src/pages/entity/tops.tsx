// Four lists of what goes with the thing: by packets in the range, with the change against the week or day before.
import { beforeOf, useTop, type By, type ComparedRow } from '../../api/statistics';
import type { Schemas } from '../../api/types';
import { useAsk, type Asking } from '../../api/use_ask';
import { className } from '../../language';
import { countryName, percent, serviceOf, whole } from '../../language/format';
import { ClassMark } from '../../parts/class_mark';
import { asPath, countryPath, hostPath, portPath } from '../../parts/entity';
import { Panel } from '../../parts/panel';
import { TopList, type TopRow } from '../../parts/top_list';
import { term } from '../../state/filter';
import { rowsOf } from './data';
import type { Entity, EntityKind } from './terms';
import { say } from './words';

type List = 'port' | 'source' | 'country' | 'as' | 'tool' | 'class' | 'scanner';
const listsOf: Record<EntityKind, readonly List[]> = {
  host: ['port', 'tool', 'class'],
  prefix: ['source', 'port', 'tool', 'class'],
  as: ['port', 'source', 'country', 'tool', 'class', 'scanner'],
  country: ['port', 'source', 'as', 'tool', 'class', 'scanner'],
  port: ['source', 'country', 'as', 'tool'],
};
const shown = 8;
/** An address has few ports and tools. */
const heightOf = (kind: EntityKind): number => (kind === 'host' ? 176 : 250);

export function TopPanels({ of, host }: { of: Entity; host: Asking<Schemas['host']> }) {
  const lists = listsOf[of.kind];
  const span = lists.length > 4 ? 4 : 12 / lists.length;
  return (
    <>
      {lists.map((each) =>
        (each === 'tool' || each === 'class') ? <MarkList key={each} of={of} by={each} host={host} span={span} />
        : <CountedList key={each} of={of} by={each} span={span} />)}
    </>
  );
}

function rowOf(by: List, each: ComparedRow): Pick<TopRow, 'name' | 'more' | 'term' | 'link'> & { text: string } {
  switch (by) {
    case 'port': {
      const [port, protocol] = [each.port ?? 0, each.protocol ?? ''];
      return {
        text: `${port}/${protocol}`, name: String(port), more: [protocol, serviceOf(port)].filter(Boolean).join(' · '), term: term('dst.port', port),
        link: /^(tcp|udp)$/.test(protocol) ? portPath(port, protocol) : null,
      };
    }
    case 'source': {
      const address = each.address ?? '–';
      return { text: address, name: <span class="mono">{address}</span>, more: '', term: term('src', address), link: hostPath(address) };
    }
    case 'country': {
      const code = each.country ?? null;
      return { text: countryName(code), name: countryName(code), more: code ?? '', term: term('country', code), link: code && countryPath(code) };
    }
    case 'as': {
      const number = each.as ?? null;
      const name = each.name ?? each.as_name ?? null;
      return { text: name ?? String(number), name: name ?? (number === null ? say('unknown') : `AS${number}`), more: number && name ? `AS${number}` : '', term: term('as', number), link: number ? asPath(number) : null };
    }
    case 'scanner': {
      const name = each.scanner ?? each.name ?? null;
      return { text: name ?? say('no-scanner'), name: name ?? say('no-scanner'), more: '', term: term('scanner', name), link: null };
    }
    case 'tool':
    case 'class': {
      const name = (by === 'tool' ? each.tool : each.class) ?? each.name ?? null;
      const text = name === null ? say('no-tool') : by === 'class' ? className(name) : name;
      return { text, name: by === 'class' && name !== null ? <ClassMark of={name} /> : text, more: '', term: term(by, name) };
    }
  }
}

function CountedList({ of, by, span }: { of: Entity; by: Exclude<List, 'tool' | 'class'>; span: number }) {
  const top = useTop(by satisfies By, 50, { compare: true, term: of.packets });
  return <ListPanel of={of} by={by} span={span} asking={top} rows={top.data?.rows ?? []} all={top.data?.all_rows} />;
}

/** By tool or class: as statistics where the server can; else of the store's knowledge of the host, or the newest events. */
function MarkList({ of, by, host, span }: { of: Entity; by: 'tool' | 'class'; host: Asking<Schemas['host']>; span: number }) {
  const top = useTop(by, 50, { compare: true, term: of.packets });
  const isHost = of.kind === 'host' || of.kind === 'prefix';
  // A store keeps no country or network with its scan events.
  const hasEvents = of.kind === 'port';
  const events = useAsk('/api/v1/events', top.isUnknown && hasEvents ? rowsOf(of.events, 1000) : null);
  if (!top.isUnknown) return <ListPanel of={of} by={by} span={span} asking={top} rows={top.data?.rows ?? []} />;
  if (isHost) {
    const rows = by === 'tool' ? (host.data?.fingerprints ?? []).map((each) => ({ packets: each.packets, wire_bytes: 0, tool: each.name }))
      : (host.data?.classes ?? []).map((each) => ({ packets: each.packets, wire_bytes: 0, class: each.class }));
    return <ListPanel of={of} by={by} span={span} asking={host} rows={rows} note={say('days90')} />;
  }
  if (!hasEvents) return null;
  const counts = new Map<string, number>();
  for (const each of events.data?.rows ?? [])
    for (const name of by === 'tool' ? each.tools : [each.class]) counts.set(name, (counts.get(name) ?? 0) + each.packets);
  const rows = [...counts].sort((a, b) => b[1] - a[1]).map(([name, packets]) => ({ packets, wire_bytes: 0, [by]: name }));
  return <ListPanel of={of} by={by} span={span} asking={events} rows={rows} note={say('by-events')} />;
}

interface ListOptions {
  of: Entity;
  by: List;
  span: number;
  asking: Asking<unknown>;
  rows: readonly ComparedRow[];
  note?: string | undefined;
  all?: number | undefined;
}

function ListPanel({ of, by, span, asking, rows, note, all }: ListOptions) {
  const sum = Math.max(1, rows.reduce((total, each) => total + each.packets, 0));
  const most = of.kind === 'host' ? 5 : shown;
  const list = rows.slice(0, most).map((each): TopRow => {
    const { text, ...row } = rowOf(by, each);
    return { key: text, count: each.packets, before: beforeOf(each).packets, ...row };
  });
  const count = all !== undefined && all > most ? say('of-all', { shown: Math.min(most, rows.length), all: whole(all) }) : undefined;
  return (
    <Panel title={say(`top.${by}`)} span={span} height={heightOf(of.kind)} of={asking} isEmpty={rows.length === 0} note={note ?? count}
      explain={{ method: say('top.method'), ...(of.kind === 'host' ? {} : { caveat: say('calendar.caveat') }), source: 'docs/stats.md' }}
      table={() => ({
        columns: [
          { key: 'name', title: say(`top.${by}`), value: (each) => rowOf(by, each).text, term: (each) => rowOf(by, each).term, link: (each) => rowOf(by, each).link ?? null },
          { key: 'packets', title: say('packets'), value: (each) => each.packets, cell: (each) => whole(each.packets), isNumber: true, width: '80px' },
          { key: 'part', title: '%', value: (each) => each.packets / sum, cell: (each) => percent(each.packets / sum), isNumber: true, width: '62px' },
        ],
        rows,
      })}>
      <TopList rows={list} unit={rows[0] ? beforeOf(rows[0]).unit : 'day'} />
    </Panel>
  );
}
