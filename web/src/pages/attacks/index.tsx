// Denial of service, by the answers of its victims: who, how hard, for how long, and whether the estimate may be trusted.
import { useMemo } from 'preact/hooks';
import type { AttackRow } from '../../api/types';
import { useAsk, type Asking } from '../../api/use_ask';
import { age, serviceOf, short, whole } from '../../language/format';
import { Bars } from '../../parts/bars';
import { hostPath, servicePath } from '../../parts/entity';
import { shortTime } from '../../parts/short_time';
import { Figure } from '../../parts/figure';
import { Panel } from '../../parts/panel';
import { Table, type Column } from '../../parts/table';
import { Legend } from '../../parts/time_series';
import { TopList } from '../../parts/top_list';
import { lineColor } from '../../look/palette';
import { term } from '../../state/filter';
import { asked, query, setParam, toggleTerm } from '../../state/store';
import { answers, decades, keyOf, mainAnswer, portsOf, secondsOf } from './attacks';
import { Detail } from './detail';
import { answerColor, Lanes } from './lanes';
import { say } from './words';
import './attacks.css';
import { scalingText } from './scaling';

const mostRows = 1000;

export default function Attacks() {
  const asking = useAsk('/api/v1/attacks', asked.value && { ...asked.value, limit: mostRows });
  const rows = asking.data?.rows ?? [];
  const chosen = query.value.params['attack'] ?? '';
  const row = rows.find((each) => keyOf(each) === chosen) ?? strongest(rows);
  const choose = (each: AttackRow) => setParam('attack', keyOf(each), { replace: true });
  return (
    <div class="grid attacks-page">
      <Figures of={asking} />
      <Panel title={say('lanes')} span={8} height={300} of={asking} isEmpty={rows.length === 0} isBare
        note={asking.data?.next ? say('newest', { shown: whole(rows.length) }) : undefined}
        tools={<Legend series={answers.map((each) => ({ name: say(`answer.${each}`), values: [], color: lineColor(answerColor[each]) }))} />}
        explain={{ method: say('lanes.method'), caveat: say('caveat'), source: 'docs/dos.md' }} table={() => ({ columns: columns(), rows })}>
        <Lanes rows={rows} chosen={row ? keyOf(row) : ''} onChoose={choose} />
      </Panel>
      <Detail of={asking} row={row} />
      <Panel title={say('table')} span={8} height="max(260px, calc(100vh - 484px))" of={asking} isEmpty={rows.length === 0} isBare note={rows.length > 0 ? whole(rows.length) : undefined}
        explain={{ method: say('table.method'), caveat: say('caveat'), source: 'docs/dos.md' }}>
        <Table columns={columns()} rows={rows} onOpen={choose} />
      </Panel>
      <div class="beside">
        <Ports of={asking} rows={rows} />
        <Rates of={asking} rows={rows} />
      </div>
    </div>
  );
}

const strongest = (rows: readonly AttackRow[]): AttackRow | null =>
  rows.reduce<AttackRow | null>((best, each) => (best === null || each.most_per_minute > best.most_per_minute ? each : best), null);

function Figures({ of }: { of: Asking<{ rows: AttackRow[]; next: string | null }> }) {
  const rows = of.data?.rows ?? null;
  const best = useMemo(() => rows && rows.reduce<AttackRow | null>((most, each) => ((each.attack_rate ?? -1) > (most?.attack_rate ?? -1) ? each : most), null), [rows]);
  const longest = rows ? Math.max(0, ...rows.map(secondsOf)) : null;
  const orMore = (count: number) => (of.data?.next ? `${whole(count)}+` : whole(count));
  const victims = rows ? new Set(rows.map((each) => each.victim)).size : null;
  const estimated = rows?.filter((each) => each.attack_rate !== null).length ?? null;
  return (
    <>
      <Figure span={3} name={say('figure.attacks')} value={rows ? orMore(rows.length) : '–'}
        under={rows ? say('figure.ongoing', { count: whole(rows.filter((each) => each.ongoing).length) }) : ''} />
      <Figure span={3} name={say('figure.victims')} value={victims === null ? '–' : orMore(victims)}
        under={rows ? say('figure.carpets', { count: whole(rows.filter((each) => each.victims > 1).length) }) : ''} />
      <Figure span={3} name={say('figure.strongest')} value={best?.attack_rate ? `≈ ${short(best.attack_rate)}` : '–'} unit={best?.attack_rate ? 'pps' : ''}
        under={best?.attack_rate ? best.victim : rows && rows.length > 0 ? say('figure.no-estimate') : ''} />
      <Figure span={3} name={say('figure.longest')} value={longest === null || longest === 0 ? '–' : age(longest)}
        under={estimated === null ? '' : say('figure.estimated', { count: whole(estimated) })} />
    </>
  );
}

const columns = (): Column<AttackRow>[] => [
  { key: 'first', title: say('first'), value: (each) => each.first, cell: (each) => shortTime(each.first), width: '118px' },
  { key: 'victim', title: say('victim'), value: (each) => each.victim, cell: (each) => <span class="mono">{each.victim}{each.victims > 1 ? ` ×${each.victims}` : ''}</span>,
    term: (each) => (each.victim.includes('/') ? `victim in ${each.victim}` : term('victim', each.victim)), link: (each) => hostPath(each.victim), width: 'minmax(136px, 1.2fr)' },
  { key: 'port', title: say('port'), value: (each) => each.ports[0]?.port ?? null, width: 'minmax(84px, 1fr)',
    cell: (each) => portsText(each), term: (each) => (each.ports[0] && each.ports[0].protocol !== 'icmp' ? term('port', each.ports[0].port) : null),
    link: (each) => servicePath(each.ports[0]?.port, each.ports[0]?.protocol) },
  { key: 'answer', title: say('answer'), value: (each) => mainAnswer(each), cell: (each) => say(`answer.${mainAnswer(each)}`), term: (each) => `answers.${mainAnswer(each)} > 0`, width: '76px' },
  { key: 'duration', title: say('duration'), value: secondsOf, cell: (each) => age(secondsOf(each)) + (each.ongoing ? ' →' : ''), isNumber: true, width: '76px' },
  { key: 'peak', title: say('peak'), value: (each) => each.most_per_minute, cell: (each) => whole(each.most_per_minute), isNumber: true, width: '84px' },
  { key: 'rate', title: say('rate'), value: (each) => each.attack_rate, isNumber: true, width: '86px',
    cell: (each) => (each.attack_rate === null ? <span class="quiet" title={scalingText(each.scaling)}>–</span> : `≈ ${short(each.attack_rate)}`) },
  { key: 'packets', title: say('packets'), value: (each) => each.packets, cell: (each) => whole(each.packets), isNumber: true, width: '76px' },
];

export function portsText(of: AttackRow): string {
  const first = of.ports[0];
  if (!first) return '–';
  const name = first.protocol === 'icmp' && first.port === 0 ? 'icmp' : `${first.port}/${first.protocol}`;
  return of.port_count > 1 ? `${name} +${of.port_count_exact ? '' : '≈'}${whole(of.port_count - 1)}` : name;
}

function Ports({ of, rows }: { of: Asking<unknown>; rows: readonly AttackRow[] }) {
  const all = useMemo(() => portsOf(rows), [rows]);
  return (
    <Panel title={say('ports')} of={of} isEmpty={rows.length === 0} explain={{ method: say('ports.method') }}
      table={() => ({
        columns: [
          { key: 'port', title: say('port'), value: (each) => each.port, cell: (each) => `${each.port}/${each.protocol}`, link: (each) => servicePath(each.port, each.protocol) },
          { key: 'attacks', title: say('figure.attacks'), value: (each) => each.attacks, isNumber: true },
        ],
        rows: all,
      })}>
      <TopList rows={all.slice(0, 5).map((each) => ({
        key: `${each.port} ${each.protocol}`, name: each.protocol === 'icmp' ? 'icmp' : `${each.port}`, more: [each.protocol, serviceOf(each.port)].filter((part) => part && part !== 'icmp').join(' · '),
        count: each.attacks, term: each.protocol === 'icmp' ? 'protocol == icmp' : term('port', each.port),
        link: servicePath(each.port, each.protocol),
      }))} />
    </Panel>
  );
}

function Rates({ of, rows }: { of: Asking<unknown>; rows: readonly AttackRow[] }) {
  const bars = useMemo(() => decades(rows), [rows]);
  return (
    <Panel title={say('rates')} of={of} isEmpty={rows.length === 0} explain={{ method: say('rates.method'), caveat: say('caveat'), source: 'docs/dos.md' }}
      table={() => ({
        columns: [
          { key: 'low', title: 'pps', value: (each) => each.low, cell: (each) => `${short(each.low)} – ${short(each.high)}`, term: (each) => `attack.rate >= ${each.low}` },
          { key: 'count', title: say('figure.attacks'), value: (each) => each.count, isNumber: true },
        ],
        rows: bars,
      })}>
      {bars.length === 0 ? <p class="state">{say('rates.none')}</p> : (
        <Bars label={say('rates')} bars={bars.map((each) => ({ name: `≥ ${short(each.low)}`, value: each.count, term: `attack.rate >= ${each.low}` }))}
          onPick={(bar) => bar.term && toggleTerm(bar.term)} />
      )}
    </Panel>
  );
}
