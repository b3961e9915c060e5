// What the values are and how often: of packets counted by the server, of events and attacks from the rows that are here.
import { useState } from 'preact/hooks';
import { useTop, type By, type ComparedRow } from '../../api/statistics';
import type { AttackRow, EventRow } from '../../api/types';
import { className } from '../../language';
import { countryName, serviceOf, short, whole } from '../../language/format';
import { ClassMark } from '../../parts/class_mark';
import { Failure } from '../../parts/panel';
import { TopList, type TopRow } from '../../parts/top_list';
import { term } from '../../state/filter';
import { scalingText } from '../attacks/scaling';
import { facetOf } from './facets';
import { say } from './words';

const few = 6;
const many = 40;

interface PacketFacet {
  by: Exclude<By, 'hour' | 'day' | 'minute'>;
  field: string;
  value: (row: ComparedRow) => string | number | null;
  name?: (row: ComparedRow) => preact.ComponentChildren;
  more?: (row: ComparedRow) => string | null;
  isOpen: boolean;
}

const packetFacets: readonly PacketFacet[] = [
  { by: 'port', field: 'dst.port', value: (row) => row.port ?? null, more: (row) => [row.protocol, row.port === undefined ? null : serviceOf(row.port)].filter(Boolean).join(' · '), isOpen: true },
  { by: 'country', field: 'country', value: (row) => row.country ?? null, name: (row) => countryName(row.country), more: (row) => row.country ?? null, isOpen: true },
  { by: 'class', field: 'class', value: (row) => row.class ?? row.name ?? null, name: (row) => <ClassMark of={row.class ?? row.name ?? 'other'} />, isOpen: true },
  { by: 'tool', field: 'tool', value: (row) => row.tool ?? row.name ?? null, isOpen: true },
  { by: 'as', field: 'as', value: (row) => row.as ?? null, name: (row) => row.name ?? row.as_name ?? (row.as ? `AS${row.as}` : say('unknown')), more: (row) => (row.as ? `AS${row.as}` : null), isOpen: false },
  { by: 'source', field: 'src', value: (row) => row.address ?? null, name: (row) => <span class="mono">{row.address}</span>, isOpen: false },
  { by: 'protocol', field: 'protocol', value: (row) => row.protocol ?? null, isOpen: false },
  { by: 'scanner', field: 'scanner', value: (row) => row.scanner ?? row.name ?? null, isOpen: false },
  { by: 'sensor', field: 'sensor', value: (row) => row.sensor ?? null, isOpen: false },
];

const eventFacets: readonly { name: string; field: string; values: (row: EventRow) => (string | number | null)[] }[] = [
  { name: 'class', field: 'class', values: (row) => [row.class] },
  { name: 'pattern', field: 'pattern', values: (row) => [row.pattern] },
  { name: 'port', field: 'port', values: (row) => (row.port === null ? [] : [row.port]) },
  { name: 'tool', field: 'tool', values: (row) => (row.tools.length > 0 ? row.tools : [null]) },
  { name: 'scanner', field: 'scanner', values: (row) => [row.known_scanner] },
  { name: 'type', field: 'type', values: (row) => [row.type] },
  { name: 'source', field: 'src', values: (row) => [row.source] },
];
const attackFacets: readonly { name: string; field: string; values: (row: AttackRow) => (string | number | null)[] }[] = [
  { name: 'port', field: 'port', values: (row) => row.ports.map((each) => each.port) },
  { name: 'protocol', field: 'protocol', values: (row) => row.ports.map((each) => each.protocol) },
  { name: 'scaling', field: 'scaling', values: (row) => [row.scaling] },
  { name: 'victim', field: 'victim', values: (row) => [row.victim] },
];

function Section(of: { title: string; isOpen: boolean; count?: string | undefined; children: (isLong: boolean) => preact.ComponentChildren; canGrow: boolean }) {
  const [isOpen, setOpen] = useState(of.isOpen);
  const [isLong, setLong] = useState(false);
  return (
    <section class="explore-facet">
      <h3>
        <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          <span class="sign" aria-hidden="true">{isOpen ? '▾' : '▸'}</span>
          {of.title}
          {isOpen && of.count && <small>{of.count}</small>}
        </button>
      </h3>
      {isOpen && of.children(isLong)}
      {isOpen && of.canGrow && (
        <button type="button" class="grow" onClick={() => setLong(!isLong)}>{say(isLong ? 'facet.fewer' : 'facet.more')}</button>
      )}
    </section>
  );
}

function Counted({ of, isLong, onCount }: { of: PacketFacet; isLong: boolean; onCount: (rows: number) => void }) {
  const top = useTop(of.by, isLong ? many : few + 1);
  if (top.isUnknown) return <p class="quiet">{say('facet.unknown')}</p>;
  if (top.problem && !top.data) return top.problem.filterAt ? null : <Failure of={top.problem} again={top.again} />;
  const rows = top.data?.rows ?? [];
  queueMicrotask(() => onCount(rows.length));
  if (top.data && rows.length === 0) return <p class="quiet">{say('facet.none')}</p>;
  return (
    <TopList rows={rows.slice(0, isLong ? many : few).map((row): TopRow => {
      const value = of.value(row);
      return {
        key: `${value}${row.protocol ?? ''}`, name: of.name?.(row) ?? (value === null ? say('unknown') : String(value)), more: of.more?.(row) ?? null, count: row.packets,
        term: term(of.field, value),
      };
    })} />
  );
}

function CountedFacet({ of }: { of: PacketFacet }) {
  const [count, setCount] = useState(0);
  return (
    <Section title={say(`facet.${of.by}`)} isOpen={of.isOpen} canGrow={count > few}>
      {(isLong) => <Counted of={of} isLong={isLong} onCount={setCount} />}
    </Section>
  );
}

function RowFacet<T>({ rows, of, isOpen }: { rows: readonly T[]; of: { name: string; field: string; values: (row: T) => (string | number | null)[] }; isOpen: boolean }) {
  const found = facetOf(rows, of.values, many);
  const nameOf = (value: string | number | null) =>
    value === null ? say('unknown') : of.name === 'class' ? className(String(value)) : of.name === 'scaling' ? scalingText(String(value)) : String(value);
  return (
    <Section title={say(`facet.${of.name as 'class'}`)} isOpen={isOpen} canGrow={found.length > few}>
      {(isLong) => (
        <TopList rows={found.slice(0, isLong ? many : few).map(({ value, count }) => ({
          key: String(value), name: nameOf(value), more: of.name === 'port' && typeof value === 'number' ? serviceOf(value) : null, count, term: term(of.field, value),
        }))} />
      )}
    </Section>
  );
}

export type Kind = 'packets' | 'events' | 'attacks';

export function Facets({ kind, rows }: { kind: Kind; rows: readonly unknown[] }) {
  return (
    <aside class="explore-facets panel" aria-label={say('facets')}>
      <header>
        <h2>{say('facets')}</h2>
        <span class="note">{kind === 'packets' ? say('facets.packets') : say('facets.rows', { count: rows.length > 9999 ? short(rows.length) : whole(rows.length) })}</span>
      </header>
      <div class="scroll">
        {kind === 'packets' && packetFacets.map((each) => <CountedFacet key={each.by} of={each} />)}
        {kind === 'events' && eventFacets.map((each, i) => <RowFacet key={`e${each.name}`} rows={rows as readonly EventRow[]} of={each} isOpen={i < 5} />)}
        {kind === 'attacks' && attackFacets.map((each) => <RowFacet key={`a${each.name}`} rows={rows as readonly AttackRow[]} of={each} isOpen />)}
      </div>
    </aside>
  );
}
