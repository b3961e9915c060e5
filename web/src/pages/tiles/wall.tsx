// Thousands of tiles on one canvas: only a window of the wall is drawn, and only tiles in it have their line of text.
// Keys: arrows, page, home and end move; Enter opens, p pins, f filters by the source.
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { countryName, short, whole } from '../../language/format';
import { classColor, tokenColor } from '../../look/palette';
import { Icon } from '../../look/icons';
import { ClassMark } from '../../parts/class_mark';
import { className } from '../../language';
import { term } from '../../state/filter';
import { theme } from '../../state/settings';
import { linkTo, show, toggleTerm } from '../../state/store';
import { termOf, type Campaign } from '../campaigns/campaigns';
import type { Grouping, Tile, TileGroup } from './behaviours';
import { layOut, moved, rowOf, rowsInView, type Sizes, type WallLayout, type WallRow } from './layout';
import { drawTile, type Sheet } from './picture';
import { say } from './words';

const textHeight = 17;
const headHeight = 30;
/** Left of the first tile: room for its strip of the class. */
const edge = 5;
/** The window moves in steps, so that most scrolling draws nothing. */
const step = 256;

export const cellSizes = { small: [2, 1], medium: [3, 2], large: [5, 3] } as const;
export type CellSize = keyof typeof cellSizes;

interface WallOptions {
  groups: readonly TileGroup[];
  by: Grouping;
  /** By name, where the groups are campaigns. */
  campaigns: ReadonlyMap<string, Campaign>;
  sheet: Sheet;
  size: CellSize;
  selected: string | null;
  pins: readonly string[];
  onSelect: (source: string) => void;
  onPin: (source: string) => void;
}

export function Wall(of: WallOptions) {
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, width: 0, height: 0 });
  const tiles = useMemo(() => of.groups.flatMap((each) => each.tiles), [of.groups]);
  const [wide, high] = cellSizes[of.size];
  const sizes: Sizes = {
    width: of.sheet.columns * wide, height: of.sheet.rows * high + textHeight, gap: 10, head: of.by === 'none' ? 0 : headHeight,
  };
  const layout = useMemo(
    () => layOut(of.groups.map((each) => each.tiles.length), view.width, sizes), [of.groups, view.width, of.size, of.sheet.columns, of.by]);
  useLayoutEffect(() => {
    const at = box.current;
    if (!at) return;
    const look = () => {
      const next = { top: Math.floor(at.scrollTop / step) * step - step, width: at.clientWidth - 20, height: at.clientHeight };
      setView((now) => (now.top === next.top && now.width === next.width && now.height === next.height ? now : next));
    };
    look();
    const watch = new ResizeObserver(look);
    watch.observe(at);
    at.addEventListener('scroll', look, { passive: true });
    return () => {
      watch.disconnect();
      at.removeEventListener('scroll', look);
    };
  }, []);
  const windowTop = Math.max(0, view.top);
  const windowHeight = view.height + 3 * step;
  const rows = rowsInView(layout, windowTop, windowHeight, sizes.height);
  const selected = of.selected === null ? -1 : tiles.findIndex((each) => each.source === of.selected);
  const goTo = (to: number) => {
    const tile = tiles[to];
    const row = rowOf(layout, to);
    const at = box.current;
    if (!tile || !row || !at) return;
    of.onSelect(tile.source);
    if (row.y < at.scrollTop) at.scrollTop = row.y;
    if (row.y + sizes.height > at.scrollTop + at.clientHeight) at.scrollTop = row.y + sizes.height - at.clientHeight + 8;
  };
  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== box.current) return;
    const page = Math.max(1, Math.floor(view.height / (sizes.height + sizes.gap)) - 1);
    const to = moved(layout, tiles.length, Math.max(0, selected), event.key, page);
    const tile = tiles[selected];
    if (to !== null) goTo(selected < 0 ? 0 : to);
    else if (!tile) return;
    else if (event.key === 'Enter') show(`host:${tile.source}`);
    else if (event.key === 'p') of.onPin(tile.source);
    else if (event.key === 'f') toggleTerm(term('src', tile.source));
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="tiles-wall scroll" ref={box} tabIndex={0} role="listbox" aria-label={say('wall.label')} onKeyDown={press}
      aria-activedescendant={selected < 0 ? undefined : `tile-${selected}`} data-tiles={tiles.length} data-groups={of.groups.length}
      data-shown={rows.reduce((sum, each) => sum + each.end - each.first, 0)}>
      <div class="space" style={{ height: `${layout.height}px` }}>
        <Marks {...{ rows, layout, sizes, tiles, windowTop, windowHeight, width: view.width }} sheet={of.sheet} selected={selected}
          pins={of.pins} />
        {rows.map((row) => row.head !== null
          ? <Heading key={`head-${row.head}`} row={row} group={of.groups[row.head]} by={of.by} campaigns={of.campaigns} />
          : tiles.slice(row.first, row.end).map((tile, i) => (
            <Label key={tile.source} tile={tile} at={row.first + i} x={i * layout.pitch} y={row.y} sizes={sizes}
              isSelected={row.first + i === selected} isPinned={of.pins.includes(tile.source)} onSelect={of.onSelect} />
          )))}
      </div>
    </div>
  );
}

interface MarksOptions {
  rows: readonly WallRow[];
  layout: WallLayout;
  sizes: Sizes;
  tiles: readonly Tile[];
  sheet: Sheet;
  windowTop: number;
  windowHeight: number;
  width: number;
  selected: number;
  pins: readonly string[];
}

function Marks(of: MarksOptions) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const at = canvas.current;
    const on = at?.getContext('2d');
    if (!at || !on || of.width <= 0) return;
    const scale = devicePixelRatio || 1;
    const [w, h] = [Math.round((of.width + 2 * edge) * scale), Math.round(of.windowHeight * scale)];
    if (at.width !== w || at.height !== h) [at.width, at.height] = [w, h];
    on.setTransform(scale, 0, 0, scale, 0, 0);
    on.clearRect(0, 0, of.width + 2 * edge, of.windowHeight);
    const [ground, accent, pinned] = [tokenColor('--field'), tokenColor('--accent'), tokenColor('--ink-2')];
    const pins = new Set(of.pins);
    const high = of.sizes.height - textHeight;
    for (const row of of.rows)
      for (let i = row.first; i < row.end; ++i) {
        const tile = of.tiles[i];
        if (!tile) continue;
        const x = edge + (i - row.first) * of.layout.pitch;
        const y = row.y - of.windowTop + textHeight;
        on.fillStyle = ground;
        on.fillRect(x, y, of.sizes.width, high);
        drawTile(on, of.sheet, i, x, y, of.sizes.width, high);
        on.fillStyle = classColor(tile.class ?? 'other');
        on.fillRect(x - 3, y, 2, high);
        if (i !== of.selected && !pins.has(tile.source)) continue;
        on.strokeStyle = i === of.selected ? accent : pinned;
        on.lineWidth = i === of.selected ? 2 : 1;
        on.strokeRect(x - 4, y - 1, of.sizes.width + 5, high + 2);
      }
  }, [of.sheet, of.rows[0]?.y, of.rows.length, of.layout, of.windowTop, of.windowHeight, of.width, of.selected, of.pins, theme.value]);
  return (
    <canvas ref={canvas} class="marks" aria-hidden="true"
      style={{ top: `${of.windowTop}px`, height: `${of.windowHeight}px`, width: `${Math.max(0, of.width + 2 * edge)}px`, left: `${-edge}px` }} />
  );
}

export function groupName(key: string | null, by: Grouping): string {
  if (key === null) return say(by === 'none' ? 'group.all' : by === 'tool' ? 'group.no_tool' : by === 'campaign' ? 'group.no_campaign' : 'group.unknown');
  return by === 'class' ? className(key) : by === 'country' ? countryName(key) : key;
}

function Heading({ row, group, by, campaigns }: { row: WallRow; group: TileGroup | undefined; by: Grouping; campaigns: WallOptions['campaigns'] }) {
  if (!group || by === 'none') return null;
  const campaign = group.key === null ? undefined : campaigns.get(group.key);
  const wanted = by !== 'campaign' ? term(by, group.key) : campaign ? termOf(campaign) : null;
  const name = by === 'class' && group.key !== null ? <ClassMark of={group.key} /> : groupName(group.key, by);
  return (
    <div class="heading" style={{ top: `${row.y}px` }}>
      {wanted ? <button type="button" tabIndex={-1} title={say('group.filter', { term: wanted })} onClick={() => toggleTerm(wanted)}>{name}</button> : <b>{name}</b>}
      {campaign && <a class="to-entity" href={linkTo('/campaigns', { campaign: campaign.id })} tabIndex={-1} title={say('group.open')} aria-label={say('group.open')}><Icon name="forward" size={11} /></a>}
      <span>{say('group.count', { sources: whole(group.tiles.length), packets: short(group.packets) })}</span>
    </div>
  );
}

function Label(of: {
  tile: Tile; at: number; x: number; y: number; sizes: Sizes; isSelected: boolean; isPinned: boolean; onSelect: (source: string) => void;
}) {
  const { tile } = of;
  return (
    <div id={`tile-${of.at}`} class={`tile${of.isSelected ? ' is-selected' : ''}`} role="option" aria-selected={of.isSelected}
      aria-label={say('tile.label', { source: tile.source, packets: whole(tile.packets), ports: whole(tile.ports) })}
      style={{ transform: `translate(${of.x}px, ${of.y}px)`, width: `${of.sizes.width}px`, height: `${of.sizes.height}px` }}
      onClick={() => of.onSelect(tile.source)} onDblClick={() => show(`host:${tile.source}`)}>
      <span class="source">{of.isPinned ? '◆ ' : ''}{tile.source}</span>
      <span class="count">{tile.country ?? ''} {short(tile.packets)}</span>
    </div>
  );
}
