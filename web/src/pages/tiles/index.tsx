// Tiles: one tile per source, destination ports by time, to compare thousands of behaviours at a glance.
import { useMemo } from 'preact/hooks';
import { urlOf } from '../../api/client';
import { useAskUrl } from '../../api/use_ask';
import { className } from '../../language';
import { countryName, percent, short, timeOf, whole } from '../../language/format';
import { Icon } from '../../look/icons';
import { Choice } from '../../parts/choice';
import { ClassMark } from '../../parts/class_mark';
import { asPath, countryPath, hostPath } from '../../parts/entity';
import { Panel, limited } from '../../parts/panel';
import type { Column } from '../../parts/table';
import { term } from '../../state/filter';
import { theme } from '../../state/settings';
import { asked, query, setParam, show, toggleTerm } from '../../state/store';
import { campaignsFrom } from '../campaigns/campaigns';
import { behavioursOf, grouped, groupings, likeness, type BehavioursAnswer, type Behaviours, type Grouping, type Tile } from './behaviours';
import { BigTile } from './detail';
import { sheetOf, type Sheet } from './picture';
import './tiles.css';
import { Wall, cellSizes, type CellSize } from './wall';
import { say } from './words';

const sorts = ['volume', 'spread', 'novelty'] as const;
type Sort = (typeof sorts)[number];
const sizes = Object.keys(cellSizes) as CellSize[];
const limits = ['200', '600', '2000'] as const;
const columns = 48;
const rows = 24;
const mostPins = 8;

/** The page's own parameters; what is not known is the usual. */
function useChoices() {
  const { params } = query.value;
  const among = <T extends string>(of: readonly T[], name: string, usual: T): T => of.find((each) => each === params[name]) ?? usual;
  return {
    sort: among<Sort>(sorts, 'sort', 'volume'),
    by: among<Grouping>(groupings, 'group', 'tool'),
    size: among<CellSize>(sizes, 'size', 'medium'),
    limit: among(limits, 'most', '600'),
    at: params['at'] ?? null,
    pins: (params['pins'] ?? '').split(',').filter((each) => each !== ''),
  };
}

export default function Tiles() {
  const { sort, by, size, limit, at, pins } = useChoices();
  // The answer is grouped here: the server is asked for the same sources whatever the groups are.
  const url = asked.value ? urlOf('/api/v1/behaviours', { ...asked.value, sort, limit, columns, rows }) : null;
  const asking = useAskUrl<BehavioursAnswer>(url);
  const known = useMemo(() => (asking.data ? behavioursOf(asking.data) : null), [asking.data]);
  const campaigns = useCampaigns(by === 'campaign');
  const groups = useMemo(() => grouped(known?.tiles ?? [], by, campaigns.bySource), [known, by, campaigns.bySource]);
  const tiles = useMemo(() => groups.flatMap((each) => each.tiles), [groups]);
  const sheet = useMemo(
    () => sheetOf(tiles, Math.max(1, (known?.times.length ?? 1) - 1), Math.max(1, known?.bands.length ?? 1), known?.most ?? 1), [tiles, theme.value]);
  if (asking.problem?.status === 404) return <p class="state">{say('older')}</p>;
  const select = (source: string) => setParam('at', source, { replace: true });
  const pin = (source: string) => {
    const next = pins.includes(source) ? pins.filter((each) => each !== source) : [...pins, source].slice(-mostPins);
    setParam('pins', next.join(','), { replace: true });
  };
  // Before anything is chosen the first is shown in large.
  const selected = tiles.find((each) => each.source === at) ?? (at === null ? (tiles[0] ?? null) : null);
  const pinned = pins.map((source) => ({ source, number: tiles.findIndex((each) => each.source === source) }));
  return (
    <div class="tiles-page">
      <div class="bar">
        <Choice label={say('sort')} value={sort} onPick={(to) => setParam('sort', to === 'volume' ? null : to)}
          of={sorts.map((value) => ({ value, name: say(`sort.${value}`), title: say(`sort.${value}.help`) }))} />
        <Choice label={say('group')} value={by} onPick={(to) => setParam('group', to === 'tool' ? null : to)}
          of={groupings.map((value) => ({ value, name: say(`group.${value}`) }))} />
        <Choice label={say('size')} value={size} onPick={(to) => setParam('size', to === 'medium' ? null : to)}
          of={sizes.map((value) => ({ value, name: say(`size.${value}`) }))} />
        <Choice label={say('most')} value={limit} onPick={(to) => setParam('most', to === '600' ? null : to)}
          of={limits.map((value) => ({ value, name: whole(Number(value)) }))} />
        <Density />
      </div>
      <Panel title={say('title')} height="100%" of={by === 'campaign' ? [asking, campaigns.asking] : asking} isEmpty={tiles.length === 0} isBare note={noteOf(known)}
        explain={{ method: say('method'), caveat: say('caveat'), source: 'docs/counting.md' }}
        table={() => ({ columns: tileColumns(), rows: tiles })}>
        <Wall {...{ groups, by, sheet, size, pins }} campaigns={campaigns.byName} selected={at} onSelect={select} onPin={pin} />
      </Panel>
      <aside class="side-column scroll">
        <Selected of={known} sheet={sheet} tiles={tiles} tile={selected} isPinned={selected !== null && pins.includes(selected.source)} onPin={pin} />
        <Pinned of={known} sheet={sheet} tiles={tiles} pins={pinned} selected={selected} onPin={pin} onSelect={select} />
      </aside>
    </div>
  );
}

const mostCampaigns = 200;
const mostMembers = 10_000;

/** Whose campaign each source is in, where that is wanted: found in the scan events of the same time. */
function useCampaigns(isWanted: boolean) {
  const of = asked.value;
  const asking = useAskUrl<unknown>(isWanted && of ? urlOf('/api/v1/campaigns', { from: of.from, to: of.to, top: mostCampaigns, members: mostMembers }) : null);
  return useMemo(() => {
    const all = campaignsFrom(asking.data);
    return {
      asking, byName: new Map(all.map((each) => [each.name, each])),
      bySource: new Map(all.flatMap((each) => each.members.map((source) => [source, each.name] as const))),
    };
  }, [asking.data, asking.isBusy]);
}

const noteOf = (of: Behaviours | null): string | undefined =>
  of ? (limited(of.tiles.length, of.total, whole) ?? say('count', { sources: whole(of.total) })) : undefined;

function Density() {
  return (
    <span class="density" title={say('density.help')}>
      {say('density.few')} <i /> {say('density.many')}
    </span>
  );
}

const tileColumns = (): Column<Tile>[] => [
  { key: 'source', title: say('source'), value: (each) => each.source, cell: (each) => <span class="mono">{each.source}</span>, term: (each) => term('src', each.source), link: (each) => hostPath(each.source) },
  { key: 'packets', title: say('packets'), value: (each) => each.packets, cell: (each) => whole(each.packets), isNumber: true, width: '90px' },
  { key: 'ports', title: say('ports'), value: (each) => each.ports, cell: (each) => whole(each.ports), isNumber: true, width: '70px' },
  { key: 'tool', title: say('tool'), value: (each) => each.tool || null, term: (each) => (each.tool ? term('tool', each.tool) : null) },
  { key: 'class', title: say('class'), value: (each) => each.class, cell: (each) => (each.class ? <ClassMark of={each.class} /> : ''), term: (each) => (each.class ? term('class', each.class) : null) },
  { key: 'scanner', title: say('scanner'), value: (each) => each.scanner || null, term: (each) => (each.scanner ? term('scanner', each.scanner) : null) },
  { key: 'country', title: say('country'), value: (each) => each.country, cell: (each) => countryName(each.country), term: (each) => (each.country ? term('country', each.country) : null), link: (each) => (each.country ? countryPath(each.country) : null) },
  { key: 'as', title: 'AS', value: (each) => each.as, term: (each) => (each.as ? term('as', each.as) : null), link: (each) => (each.as ? asPath(each.as) : null), isNumber: true, width: '80px' },
  { key: 'first', title: say('first'), value: (each) => each.first, cell: (each) => timeOf(each.first, { zone: false }), width: '140px' },
  { key: 'last', title: say('last'), value: (each) => each.last, cell: (each) => timeOf(each.last, { zone: false }), width: '140px' },
];

interface SideOptions {
  of: Behaviours | null;
  sheet: Sheet;
  tiles: readonly Tile[];
  onPin: (source: string) => void;
}

function Selected({ of, sheet, tiles, tile, isPinned, onPin }: SideOptions & { tile: Tile | null; isPinned: boolean }) {
  if (!of || !tile)
    return (
      <section class="panel hint">
        <p class="state">{say('select')}</p>
      </section>
    );
  const isLong = (of.times[of.times.length - 1] ?? 0) - (of.times[0] ?? 0) > 86_400_000;
  return (
    <section class="panel selected" aria-label={tile.source}>
      <header>
        <h2 class="mono">{tile.source}</h2>
      </header>
      <div class="body">
        <BigTile of={of} sheet={sheet} tile={tiles.indexOf(tile)} cells={tile.cells} height={224} label={tile.source} />
        <dl class="facts">
          <dt>{say('packets')}</dt>
          <dd>{say('of_ports', { packets: whole(tile.packets), ports: whole(tile.ports) })}</dd>
          <dt>{say('class')}</dt>
          <dd>{tile.class ? <ClassMark of={tile.class} /> : '–'}</dd>
          <dt>{say('tool')}</dt>
          <dd>{[tile.tool, tile.scanner].filter(Boolean).join(', ') || '–'}</dd>
          <dt>{say('country')}</dt>
          <dd>{countryName(tile.country)}{tile.as ? `, AS${tile.as}` : ''}</dd>
          <dt>{say('seen')}</dt>
          <dd>{timeOf(tile.first, { zone: false, date: isLong })} – {timeOf(tile.last, { date: isLong })}</dd>
        </dl>
        <div class="actions">
          <button type="button" class="button" aria-pressed={isPinned} onClick={() => onPin(tile.source)}>{say(isPinned ? 'unpin' : 'pin')}<kbd>p</kbd></button>
          <button type="button" class="button" onClick={() => toggleTerm(term('src', tile.source))}>{say('filter')}<kbd>f</kbd></button>
          <button type="button" class="button" onClick={() => show(`host:${tile.source}`)}><Icon name="open" size={13} />{say('open')}</button>
        </div>
      </div>
    </section>
  );
}

/** Pinned tiles below each other, on the same axes, and how like each is to the selected one. */
function Pinned({ of, sheet, tiles, pins, selected, onPin, onSelect }: SideOptions & {
  pins: readonly { source: string; number: number }[]; selected: Tile | null; onSelect: (source: string) => void;
}) {
  if (!of || pins.length === 0) return null;
  const likenessOf = (number: number) => {
    const tile = tiles[number];
    return tile && selected && tile !== selected ? likeness(tile.cells, selected.cells) : null;
  };
  return (
    <Panel title={say('pinned')} note={short(pins.length)} explain={{ method: say('pinned.method') }}
      table={() => ({
        columns: [
          { key: 'source', title: say('source'), value: (each: { source: string }) => each.source, link: (each: { source: string }) => hostPath(each.source) },
          { key: 'like', title: say('like'), isNumber: true, value: (each: { number: number }) => likenessOf(each.number), cell: (each: { number: number }) => percent(likenessOf(each.number) ?? Number.NaN) },
        ],
        rows: pins,
      })}>
      <ul class="tiles-pins">
        {pins.map(({ source, number }) => {
          const tile = tiles[number];
          const like = likenessOf(number);
          return (
            <li key={source}>
              <div class="line">
                <button type="button" class="mono" onClick={() => onSelect(source)}>{source}</button>
                <span class="quiet">{[tile?.tool ?? (tile?.class ? className(tile.class) : ''), tile?.country].filter(Boolean).join(' · ')}</span>
                {like !== null && <b title={say('like.help')}>{percent(like)}</b>}
                <button type="button" class="quiet" title={say('unpin')} aria-label={`${say('unpin')}: ${source}`} onClick={() => onPin(source)}>
                  <Icon name="close" size={12} />
                </button>
              </div>
              {tile ? <BigTile of={of} sheet={sheet} tile={number} cells={tile.cells} height={96} label={source} /> : <p class="quiet">{say('pinned.away')}</p>}
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}
