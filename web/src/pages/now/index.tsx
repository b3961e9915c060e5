// Now: what the telescope sees, in one screen.
import { useMemo } from 'preact/hooks';
import type { AttackRow, EventRow } from '../../api/types';
import { may, me } from '../../api/client';
import { beforeOf, useTop, type ComparedRow, type Top } from '../../api/statistics';
import { useAsk } from '../../api/use_ask';
import { useFindings } from '../../finding/ask';
import { FindingsPanel } from '../../finding/rows';
import { say as common } from '../../language';
import { countryName, percent, serviceOf, short, time, timeOf, whole } from '../../language/format';
import { ClassMark } from '../../parts/class_mark';
import { asPath, countryPath, hostPath, servicePath } from '../../parts/entity';
import { Figure } from '../../parts/figure';
import { NoAccess } from '../../parts/no_access';
import { Panel } from '../../parts/panel';
import type { Column } from '../../parts/table';
import { Table } from '../../parts/table';
import { TopList, type TopRow } from '../../parts/top_list';
import { WorldMap } from '../../parts/world_map';
import { term } from '../../state/filter';
import { asked, askedBounds, filter, show } from '../../state/store';
import { pipeline, rates } from '../../stream/live';
import { newSources, thinned } from './series';
import { Spread, Traffic, useLine } from './strips';
import { say } from './words';

const nothing = () => common('none');
const mostEvents = 300;
const mostFindings = 50;
const shownRows = 7;

export default function Now() {
  return may('viewer') || me.value === null ? <Everything /> : <Overview />;
}

/** For who may see how the observatory is, and not what it sees. */
function Overview() {
  const sensors = pipeline.value?.sensors ?? [];
  return (
    <div class="grid now">
      <Rate />
      <Figure span={2} name={say('packets')} value={short(sensors.reduce((sum, each) => sum + each.packets_stored, 0))} under={say('overview.stored')} />
      <Figure span={2} name={say('events')} value={short(sensors.reduce((sum, each) => sum + each.scan_events, 0))} under={say('overview.start')} />
      <Figure span={2} name={say('attacks')} value={short(sensors.reduce((sum, each) => sum + each.attacks, 0))} under={say('overview.start')} />
      <div style={{ gridColumn: '1 / -1' }}><NoAccess needs="viewer" /></div>
    </div>
  );
}

function Rate() {
  const sensors = pipeline.value?.sensors ?? [];
  return (
    <Figure span={2} name={say('rate')} value={short(rates.value[rates.value.length - 1] ?? null)} unit={say('rate.unit')} trend={rates.value}
      under={say('rate.under', { sensors: sensors.filter((each) => each.phase === 'running').length, all: sensors.length })} />
  );
}

function Everything() {
  const line = useLine();
  const findings = useFindings({ level: 'low' }, mostFindings);
  const events = useAsk('/api/v1/events', asked.value && { ...asked.value, limit: mostEvents });
  const attacks = useAsk('/api/v1/attacks', asked.value && { from: asked.value.from, to: asked.value.to, limit: mostEvents });
  const ports = useTop('port', shownRows, { compare: true });
  const countries = useTop('country', 300, { compare: true });
  const as = useTop('as', shownRows, { compare: true });
  return (
    <div class="grid now">
      <Figures line={line.line} totals={ports} events={events.data?.rows ?? null} attacks={attacks.data?.rows ?? null} />
      <div class="strips">
        <Traffic of={line} />
        <Spread of={line} />
      </div>
      <MapPanel of={countries} />
      <TopPanel title={say('ports')} of={ports} method={say('ports.method')} name={(each) => String(each.port)}
        more={(each) => [each.protocol, each.port === undefined ? null : serviceOf(each.port)].filter(Boolean).join(' · ')}
        field="port" value={(each) => each.port ?? null} link={portLink} />
      <TopPanel title={say('countries')} of={countries} method={say('map.method')} caveat={say('map.caveat')}
        name={(each) => countryName(each.country)} more={(each) => each.country ?? ''} field="country" value={(each) => each.country ?? null}
        link={(each) => (each.country ? countryPath(each.country) : null)} />
      <TopPanel title={say('as')} of={as} method={say('as.method')} name={(each) => each.name ?? each.as_name ?? (each.as ? `AS${each.as}` : nothing())}
        more={(each) => (each.as && (each.name ?? each.as_name) ? `AS${each.as}` : '')} field="as" value={(each) => each.as ?? null}
        link={(each) => (each.as ? asPath(each.as) : null)} />
      <Tools events={events.data?.rows ?? []} />
      <FindingsPanel of={findings} span={4} height="max(190px, calc(100vh - 705px))" />
      <Panel title={say('newest')} span={findings.can === false ? 8 : 5} height="max(190px, calc(100vh - 705px))" of={events} isEmpty={events.data?.rows.length === 0} isBare
        explain={{ method: say('newest.method'), source: 'docs/events.md' }}>
        <Table columns={eventColumns(findings.can === false)} rows={events.data?.rows ?? []} onOpen={(row) => show(`host:${row.source}`)} />
      </Panel>
      <Panel title={say('newest.attacks')} span={findings.can === false ? 4 : 3} height="max(190px, calc(100vh - 705px))" of={attacks} isEmpty={attacks.data?.rows.length === 0} isBare
        explain={{ method: say('newest.attacks.method'), caveat: say('newest.attacks.caveat'), source: 'docs/dos.md' }}>
        <Table columns={attackColumns()} rows={attacks.data?.rows ?? []} onOpen={(row) => show(`host:${row.victim}`)} />
      </Panel>
    </div>
  );
}

function Figures(of: { line: ReturnType<typeof useLine>['line']; totals: Top; events: EventRow[] | null; attacks: AttackRow[] | null }) {
  const total = of.totals.data;
  const counting = total?.counting['sources'];
  const orMore = (rows: readonly unknown[] | null) =>
    rows === null ? '–' : rows.length >= mostEvents ? `${mostEvents}+` : whole(rows.length);
  const goOn = (rows: { ongoing: boolean }[] | null) => (rows ?? []).filter((each) => each.ongoing).length;
  return (
    <>
      <Rate />
      <Figure span={2} name={say('packets')} value={short(total?.packets)} under={whole(total?.packets)} trend={thinned(of.line.packets, 96)} />
      <Figure span={2} name={say('sources')} value={(total && !total.sources_exact ? '≈ ' : '') + short(total?.sources)}
        under={total && !total.sources_exact ? say('sources.under', { error: percent(counting?.relative_error ?? 0) }) : whole(total?.sources)}
        trend={thinned(of.line.sources, 96)} />
      <NewSourcesFigure />
      <Figure span={2} name={say('events')} value={orMore(of.events)} trend={perPart(of.events)}
        under={say('events.under', { ongoing: goOn(of.events), all: of.events?.length ?? 0 })} />
      <Figure span={2} name={say('attacks')} value={orMore(of.attacks)} trend={perPart(of.attacks)}
        under={say('attacks.under', { ongoing: goOn(of.attacks) })} />
    </>
  );
}

/** How many ended in each of 48 parts of the time that the rows span. */
function perPart(rows: readonly { last: string | null }[] | null): number[] {
  const bounds = askedBounds.value;
  const out = new Array<number>(48).fill(0);
  if (!bounds || !rows) return out;
  const first = rows.length >= mostEvents ? Math.min(...rows.map((each) => Date.parse(each.last ?? ''))) : bounds.from;
  for (const each of rows) {
    const part = Math.floor(((Date.parse(each.last ?? '') - first) / (bounds.to - first)) * 48);
    out[part] = (out[part] ?? 0) + (part >= 0 && part < 48 ? 1 : 0);
  }
  return out.slice(0, 48);
}

/** Sources that were never seen before the range: what is known at its end less what was known at its begin. */
function NewSourcesFigure() {
  const of = asked.value;
  const words = filter.value ? { filter: filter.value } : {};
  const end = useAsk('/api/v1/statistics', of && { ...words, to: of.to });
  const begin = useAsk('/api/v1/statistics', of && { ...words, to: of.from });
  const error = end.data?.sources_exact ? 0 : (end.data?.counting['sources']?.relative_error ?? 0);
  const found = end.data && begin.data ? newSources(end.data.sources, begin.data.sources, error) : null;
  const isBlurred = found !== null && found.count < found.least;
  return (
    <Figure span={2} name={say('new')} title={say('new.title', { error: percent(error) })}
      value={found === null ? '–' : isBlurred ? `< ${short(found.least)}` : short(found.count)}
      under={isBlurred ? say('new.blurred', { least: short(found.least) })
        : say('new.under', { from: time(askedBounds.value?.from ?? null, { seconds: false }).slice(5) })} />
  );
}

function MapPanel({ of }: { of: Top }) {
  const rows = of.data?.rows;
  const counts = useMemo(
    () => new Map((rows ?? []).flatMap((each) => (each.country ? [[each.country, each.packets] as const] : []))), [rows]);
  return (
    <Panel title={say('map')} span={5} height={316} of={of} isEmpty={counts.size === 0} isBare
      explain={{ method: say('map.method'), caveat: say('map.caveat'), source: of.data?.place_origin ?? '' }}
      table={() => ({ columns: topColumns(say('country'), (each) => countryName(each.country), (each) => (each.country ? countryPath(each.country) : null)), rows: rows ?? [] })}>
      <WorldMap counts={counts} />
    </Panel>
  );
}

const portLink = ({ port, protocol }: ComparedRow): string | null => servicePath(port, protocol);

function topColumns(title: string, name: (each: ComparedRow) => string, link: (each: ComparedRow) => string | null = () => null): Column<ComparedRow>[] {
  return [
    { key: 'name', title, value: name, link },
    { key: 'packets', title: say('packets'), value: (each) => each.packets, cell: (each) => whole(each.packets), isNumber: true, width: '90px' },
    { key: 'sources', title: say('sources'), value: (each) => each.sources ?? null, cell: (each) => whole(each.sources), isNumber: true, width: '80px' },
    { key: 'before', title: say('before'), value: (each) => beforeOf(each).packets ?? null, cell: (each) => whole(beforeOf(each).packets), isNumber: true, width: '80px' },
  ];
}

interface TopPanelOptions {
  title: string;
  of: Top;
  method: string;
  caveat?: string;
  name: (each: ComparedRow) => string;
  more: (each: ComparedRow) => string;
  field: string;
  value: (each: ComparedRow) => string | number | null;
  /** Its page. */
  link?: (each: ComparedRow) => string | null;
}

function TopPanel(of: TopPanelOptions) {
  const rows = of.of.data?.rows ?? [];
  const shown = rows.slice(0, shownRows).map((each): TopRow => ({
    key: of.name(each) + of.more(each), name: of.name(each), more: of.more(each), count: each.packets, before: beforeOf(each).packets,
    term: term(of.field, of.value(each)), link: of.link?.(each) ?? null,
  }));
  return (
    <Panel title={of.title} span={3} height={218} of={of.of} isEmpty={rows.length === 0}
      explain={{ method: of.method, ...(of.caveat ? { caveat: of.caveat } : {}), source: 'docs/stats.md' }}
      table={() => ({ columns: topColumns(of.title, of.name, of.link), rows })}>
      <TopList rows={shown} unit={rows[0] ? beforeOf(rows[0]).unit : 'day'} />
    </Panel>
  );
}

/** Tools by packets; where the server cannot group by tool, by the newest events. */
function Tools({ events }: { events: readonly EventRow[] }) {
  const tools = useTop('tool', shownRows, { compare: true });
  if (!tools.isUnknown)
    return (
      <TopPanel title={say('tools')} of={tools} method={say('tools.method')} name={(each) => each.tool ?? each.name ?? nothing()} more={() => ''}
        field="tool" value={(each) => each.tool ?? each.name ?? null} />
    );
  const counts = new Map<string, number>();
  for (const each of events) for (const tool of each.tools) counts.set(tool, (counts.get(tool) ?? 0) + 1);
  const rows = [...counts].sort((a, b) => b[1] - a[1]).slice(0, shownRows);
  return (
    <Panel title={say('tools')} span={3} height={218} isEmpty={rows.length === 0} explain={{ method: say('tools.events') }}>
      <TopList rows={rows.map(([name, count]) => ({ key: name, name, count, term: term('tool', name) }))} />
    </Panel>
  );
}

const hasPort = (each: EventRow) => each.type.startsWith('tcp') || each.type.startsWith('udp');

/** `isWide`: with the pattern. */
const eventColumns = (isWide: boolean): Column<EventRow>[] => [
  { key: 'last', title: say('time'), value: (each) => each.last, cell: (each) => <span title={timeOf(each.last)}>{timeOf(each.last, { date: false, zone: false })}</span>, width: '78px' },
  { key: 'source', title: say('source'), value: (each) => each.source, term: (each) => term('src', each.source), link: (each) => hostPath(each.source), width: 'minmax(136px, 1.6fr)',
    cell: (each) => <span class="mono">{each.source}</span> },
  { key: 'class', title: '', value: (each) => each.class, cell: (each) => <ClassMark of={each.class} isShort />, term: (each) => term('class', each.class), width: '26px' },
  ...(isWide ? [{ key: 'pattern', title: say('pattern'), value: (each: EventRow) => each.pattern, term: (each: EventRow) => term('pattern', each.pattern), width: '84px' }] : []),
  { key: 'port', title: say('port'), value: (each) => each.port ?? 65536 + each.ports, width: '76px',
    cell: (each) => (each.port === null ? say('several', { count: short(each.ports) }) : hasPort(each) ? each.port : each.type),
    term: (each) => (each.port === null ? null : hasPort(each) ? term('port', each.port) : term('type', each.type)),
    link: (each) => servicePath(each.port, each.type.slice(0, 3)) },
  { key: 'tool', title: say('tool'), value: (each) => each.tools.join(' ') || null, cell: (each) => each.tools.join(', ') || (each.known_scanner ?? ''),
    term: (each) => (each.tools[0] ? term('tool', each.tools[0]) : null), width: 'minmax(86px, 1fr)' },
  { key: 'packets', title: say('packets'), value: (each) => each.packets, cell: (each) => whole(each.packets), isNumber: true, width: '64px' },
];

const attackColumns = (): Column<AttackRow>[] => [
  { key: 'last', title: say('time'), value: (each) => each.last, cell: (each) => <span title={timeOf(each.last)}>{timeOf(each.last, { seconds: false, zone: false }).slice(5)}</span>, width: '102px' },
  { key: 'victim', title: say('victim'), value: (each) => each.victim, cell: (each) => <span class="mono">{each.victim}</span>, term: (each) => term('src', each.victim), link: (each) => hostPath(each.victim) },
  { key: 'peak', title: say('peak'), value: (each) => each.most_per_minute, cell: (each) => whole(each.most_per_minute), isNumber: true, width: '62px' },
];
