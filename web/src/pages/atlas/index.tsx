// Atlas: where the sources of packets are registered, and packets on their way.
import { useMemo } from 'preact/hooks';
import { me } from '../../api/client';
import { beforeOf, useTop, type ComparedRow, type Top } from '../../api/statistics';
import { countryName, percent, short, whole } from '../../language/format';
import { logPart, rampColor } from '../../look/palette';
import { asPath, countryPath } from '../../parts/entity';
import { Panel, ToolButton } from '../../parts/panel';
import { powersOfTen } from '../../parts/scales';
import type { Column } from '../../parts/table';
import { TopList } from '../../parts/top_list';
import { WorldMap } from '../../parts/world_map';
import { term } from '../../state/filter';
import { useKeys } from '../../state/keys';
import { moves } from '../../state/settings';
import { query, range, setParam } from '../../state/store';
import { Traffic, useLine } from '../now/strips';
import { useArcs } from './live_arcs';
import { say } from './words';
import './atlas.css';

type Measure = 'packets' | 'sources';
const allCountries = 300;

export default function Atlas() {
  const params = query.value.params;
  const measure: Measure = params['of'] === 'sources' ? 'sources' : 'packets';
  const countries = useTop('country', allCountries, { compare: true });
  const networks = useTop('as', 9, { compare: true });
  const protocols = useTop('protocol', 20);
  const line = useLine();
  const rows = countries.data?.rows ?? [];
  const nameless = rows.find((each) => !each.country);
  return (
    <div class="grid atlas">
      <MapPanel of={countries} measure={measure} protocols={protocols} />
      <Panel title={say('countries')} span={3} height="var(--atlas-map)" of={countries} isEmpty={rows.length === 0} note={rows.length > 0 ? whole(rows.length) : undefined}
        explain={{ method: say('countries.method'), caveat: say('caveat'), source: countries.data?.place_origin ?? 'docs/stats.md' }}
        table={() => ({ columns: columns(), rows })}>
        <div class="scroll atlas-list">
          <TopList unit={rows[0] ? beforeOf(rows[0]).unit : 'day'}
            rows={rows.filter((each) => each.country).slice(0, 60).map((each) => ({
              key: each.country ?? '', name: countryName(each.country), more: each.country ?? '', count: countOf(each, measure),
              before: measure === 'packets' ? beforeOf(each).packets : undefined, term: term('country', each.country ?? null),
            }))} />
        </div>
        {nameless && <p class="quiet atlas-none">{say('nameless', { count: short(countOf(nameless, measure)) })}</p>}
      </Panel>
      <div class="atlas-line"><Traffic of={line} /></div>
      <Panel title={say('networks')} span={3} height={178} of={networks} isEmpty={networks.data?.rows?.length === 0}
        explain={{ method: say('networks.method'), caveat: say('caveat'), source: 'docs/stats.md' }}
        table={() => ({ columns: [asColumn(), ...columns().slice(1)], rows: networks.data?.rows ?? [] })}>
        <TopList rows={(networks.data?.rows ?? []).slice(0, 5).map((each) => ({
          key: String(each.as), ...asName(each), count: each.packets,
          before: beforeOf(each).packets, term: term('as', each.as ?? null),
        }))} />
      </Panel>
    </div>
  );
}

/** Sets a parameter to its other value, or to the usual one again. */
const turnParam = (name: string, other: string) => setParam(name, query.peek().params[name] === other ? null : other);

const countOf = (each: ComparedRow, measure: Measure): number => (measure === 'packets' ? each.packets : (each.sources ?? 0));

function MapPanel({ of, measure, protocols }: { of: Top; measure: Measure; protocols: Top }) {
  const rows = of.data?.rows;
  const params = query.value.params;
  const counts = useMemo(
    () => new Map((rows ?? []).flatMap((each) => (each.country ? [[each.country, countOf(each, measure)] as const] : []))), [rows, measure]);
  const most = Math.max(1, ...counts.values());
  const hasArcs = params['arcs'] !== 'off' && range.value.live;
  const arcs = useArcs(hasArcs, params['color'] === 'tool' ? 'tool' : 'class', params['at'] ?? '');
  const turnArcs = () => turnParam('arcs', 'off');
  useKeys([
    { key: 'v', help: say('keys.arcs'), do: turnArcs },
    { key: 'm', help: say('keys.measure'), do: () => turnParam('of', 'sources') },
    { key: 'c', help: say('keys.color'), do: () => turnParam('color', 'tool') },
  ]);
  return (
    <Panel title={say('title')} span={9} height="var(--atlas-map)" of={of} isEmpty={counts.size === 0 && !of.data?.packets} isBare note={arcs.note}
      explain={{ method: `${say(`method.${measure}`)} ${say('method.arcs')}`, caveat: say('caveat'), source: of.data?.place_origin ?? '' }}
      table={() => ({ columns: columns(), rows: rows ?? [] })}
      tools={<ToolButton icon={arcs.isOn ? 'pause' : 'play'} pressed={arcs.isOn} title={say('keys.arcs')} onClick={turnArcs} />}>
      <WorldMap counts={counts}>{arcs.layer}</WorldMap>
      <footer class="atlas-foot">
        <div class="choice" role="group" aria-label={say('keys.measure')}>
          {(['packets', 'sources'] as const).map((each) => (
            <button key={each} type="button" aria-pressed={measure === each} onClick={() => setParam('of', each === 'packets' ? null : each)}>{say(each)}</button>
          ))}
        </div>
        <DensityLegend most={most} />
        {arcs.isOn && (
          <div class="choice" role="group" aria-label={say('keys.color')}>
            {(['class', 'tool'] as const).map((each) => (
              <button key={each} type="button" aria-pressed={(params['color'] ?? 'class') === each} onClick={() => setParam('color', each === 'class' ? null : each)}>
                {say(`color.${each}`)}
              </button>
            ))}
          </div>
        )}
        {arcs.isOn && arcs.legend}
        {arcs.isOn && <TelescopePlace codes={[...counts.keys()]} />}
      </footer>
      <p class="atlas-caveat"><Forged of={protocols} /></p>
    </Panel>
  );
}

/** The ramp with its powers of ten. */
function DensityLegend({ most }: { most: number }) {
  const ticks = powersOfTen(most).filter((_, i, all) => all.length < 5 || i % 2 === 0);
  const stops = Array.from({ length: 9 }, (_, i) => `${rampColor(0.12 + 0.88 * (i / 8))} ${(i / 8) * 100}%`).join(', ');
  return (
    <span class="atlas-density" role="img" aria-label={say('density', { most: whole(most) })}>
      <i style={{ background: `linear-gradient(to right, ${stops})` }} />
      {ticks.map((each) => <small key={each} style={{ left: `${logPart(each, most) * 100}%` }}>{short(each).replace(/\.0+/, '')}</small>)}
    </span>
  );
}

/** Where arcs end: the place of a telescope is not in the data, so whoever looks on may say it. */
function TelescopePlace({ codes }: { codes: readonly string[] }) {
  const names = [...new Set(['JP', ...codes])].map((code) => [code, countryName(code)] as const).sort((a, b) => a[1].localeCompare(b[1]));
  return (
    <label class="atlas-place">
      {say('place')}
      <select class="field" value={query.value.params['at'] ?? ''} onChange={(event) => setParam('at', event.currentTarget.value || null)}>
        <option value="">{say('place.none')}</option>
        {names.map(([code, name]) => <option key={code} value={code}>{name}</option>)}
      </select>
    </label>
  );
}

/** Says how much of what is shown may easily have been forged (docs/traffic.md, "Spoofable"). */
function Forged({ of }: { of: Top }) {
  const rows = of.data?.rows ?? [];
  const all = rows.reduce((sum, each) => sum + each.packets, 0);
  const loose = rows.filter((each) => each.protocol !== 'tcp').reduce((sum, each) => sum + each.packets, 0);
  const seesAll = me.value?.scope.everything !== false;
  return (
    <>
      {say('caveat.short')}
      {all > 0 && loose > 0 && ` ${say('caveat.part', { part: percent(loose / all) })}`}
      {!seesAll && ` ${say('scope')}`}
      {!moves() && ` ${say('still')}`}
    </>
  );
}

function columns(): Column<ComparedRow>[] {
  return [
    { key: 'country', title: say('country'), value: (each) => countryName(each.country), term: (each) => term('country', each.country ?? null), link: (each) => (each.country ? countryPath(each.country) : null) },
    { key: 'packets', title: say('packets'), value: (each) => each.packets, cell: (each) => whole(each.packets), isNumber: true, width: '96px' },
    { key: 'sources', title: say('sources'), value: (each) => each.sources ?? null, cell: (each) => whole(each.sources), isNumber: true, width: '84px' },
    { key: 'before', title: say('before'), value: (each) => beforeOf(each).packets ?? null, cell: (each) => whole(beforeOf(each).packets), isNumber: true, width: '84px' },
  ];
}
const nameOf = (each: ComparedRow): string | null => each.name ?? each.as_name ?? null;
const asName = (each: ComparedRow) =>
  each.as ? { name: nameOf(each) ?? `AS${each.as}`, more: nameOf(each) ? `AS${each.as}` : '' } : { name: countryName(null), more: '' };
const asColumn = (): Column<ComparedRow> => ({
  key: 'as', title: say('networks'), value: nameOf, cell: (each) => `AS${each.as ?? ''} ${nameOf(each) ?? ''}`, term: (each) => term('as', each.as ?? null), link: (each) => (each.as ? asPath(each.as) : null),
});
